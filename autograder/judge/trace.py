"""Where an answer raised: only its own lines, without those of the judge and of installed packages."""

import linecache
import sysconfig
import traceback
from pathlib import Path

HERE = Path(__file__).parents[1]
EXERCISES = str(HERE / "exercises")  # an exercise's own wrong answers are answers
NOT_THEIRS = (
    str(HERE),
    str(HERE.parent / "dnnkit"),
    str(Path(traceback.__file__).parent),  # the standard library, even as a zip, as in a browser
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
MAX_LINES = 12


def answer_trace(error):
    """Return the lines of an exception's traceback that the answer's author wrote, as text."""
    lines = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if not _is_theirs(path):
            continue
        lines.append(f"line {number}, in {frame.f_code.co_name}")
        if source := linecache.getline(path, number).strip():
            lines.append(f"    {source}")
    return "\n".join(lines[-MAX_LINES:])


def _is_theirs(path):
    """Whether code of this file is the author's: a cell's, or one in a file that is neither ours nor installed."""
    if path.startswith(EXERCISES):
        return True
    # Code compiled before it was packed, such as a browser's standard library, has its path within the package.
    return (path.startswith("<") or Path(path).is_absolute()) and not path.startswith(NOT_THEIRS)
