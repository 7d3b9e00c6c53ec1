"""Make a class directory."""

import os
import secrets
import tempfile
from pathlib import Path

from .config import BEST_A_DAY, CONFIG_FILE, MAX_KILOBYTES
from .layout import STEPS, ClassDirectory, ClassError, remove_folder, require_plain, write_file
from .roster import COLUMNS

IGNORED = "secret_seed\n.autograder/\ngradebook.db\n"


def create(directory, *, max_kilobytes=MAX_KILOBYTES) -> ClassDirectory:
    """Make a class directory: nbgrader's layout and settings, an empty roster, and a secret seed of its own.

    Parameters
    ----------
    directory : path
        The directory to make. It may exist if it is empty.
    max_kilobytes : int
        The size above which a submitted notebook is not read; it can be changed in `nbgrader_config.py`.

    Raises
    ------
    ClassError
        When the directory already holds something, or nbgrader would take its path for a pattern.
    """
    target = Path(directory).absolute()
    require_plain(target.resolve())
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ClassError(f"{directory} exists already and is not an empty directory; a class is never overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        place = ClassDirectory(made)
        for step in STEPS:
            place.step(step).mkdir()
        write_file(place.config_file, CONFIG_FILE.format(max_kilobytes=max_kilobytes, best_a_day=BEST_A_DAY).encode())
        write_file(place.roster_file, (",".join(COLUMNS) + "\n").encode())
        write_file(place.seed_file, f"{secrets.token_hex(32)}\n".encode(), mode=0o600)
        write_file(made / ".gitignore", IGNORED.encode())
        made.chmod(0o755)
        os.rename(made, target)  # onto an empty directory or none: the system refuses if a class got there first
    except OSError as error:
        remove_folder(made)
        raise ClassError(f"{directory} cannot be made ({error.strerror})") from error
    return ClassDirectory(target)
