"""A student's own tries, kept where they study: the last fifty at each exercise, in a folder next to the notebook.

Nobody but the student reads them: grading neither reads nor writes them, and a folder that cannot be written keeps
nothing and stops nothing. `keep_attempts(False)` stops the keeping, and deleting the folder deletes them. Only after
`share_attempts()`, and if the folder is handed in, does an instructor's report count them.
"""

import contextlib
import inspect
import json
import os
import sys
import tempfile
import textwrap
from collections import Counter
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from .hints import hints
from .judge.verdict import NOT_ATTEMPTED, PASSED
from .language import Note, say

FOLDER = ".attempts"  # in the working directory, which is the notebook's
OFF = "off"  # the file in it that says to keep nothing
SHARED = "shared"  # the file in it that says that an instructor may count what is there
KEPT = 50  # of each exercise
MAX_TEXT = 20_000  # characters of one answer
MAX_FILE = 4_000_000  # bytes of one topic's file; the oldest go first
MAX_LINES = 10_000  # of a file that are read, from its end: many more than are kept
_passed = set()  # exercises that were passed in this session


@dataclass(frozen=True)
class Attempt:
    """One try: when (UTC, ISO 8601), at which exercise, the verdict on it, and the text of the answer."""

    time: str
    exercise: str
    verdict: str
    text: str

    def __str__(self):
        return f"{self.time}  {self.exercise}: {self.verdict}\n{textwrap.indent(self.text, '    ')}"


class Attempts(tuple):
    """Tries in the order in which they were made, shown one below the other."""

    def __repr__(self):
        return "\n".join(map(str, self)) or say("No attempts are kept here.")


def attempts(exercise):
    """Return the kept `Attempts` at an exercise such as "dropout/inverted_dropout", the oldest first.

    Raises BadExercise for an id that does not exist, unless attempts at it are kept, as when it has since been renamed.
    """
    kept = _kept(exercise) if isinstance(exercise, str) else Attempts()
    if not kept:
        hints(exercise)  # raises if there is no exercise with that id
    return kept


def keep_attempts(keep=True):
    """Start or stop keeping attempts next to this notebook; what was kept stays until you delete the folder.

    Returns a sentence that says what is kept now, where, and who sees it. Raises TypeError if `keep` is neither True
    nor False, and OSError if the folder cannot be written.
    """
    _require_bool("keep", keep)
    _mark(OFF, not keep)
    return _told()


def share_attempts(share=True):
    """Choose whether your instructor's report may count the attempts kept here, if you hand in their folder.

    It takes from them which exercise you tried when, and the verdict; nobody reads what you had written. They cost and
    earn no points. Returns a sentence that says what is kept now, where, and who sees it. Raises TypeError if `share`
    is neither True nor False, and OSError if the folder cannot be written.
    """
    _require_bool("share", share)
    _mark(SHARED, share)
    return _told()


def _require_bool(name, value):
    if not isinstance(value, bool):  # a text such as "no" would count as True
        raise TypeError(f"{name} must be True or False; got {value!r}")


def _mark(name, there):
    """Put a file of that name into the folder, or remove it."""
    path = Path(FOLDER, name)
    if there:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    else:
        path.unlink(missing_ok=True)


def _told():
    """Return in a sentence what is kept now, where, and who sees it."""
    if Path(FOLDER, OFF).exists():
        kept = say(f"Further attempts are not kept; earlier ones stay in the folder {FOLDER} until you delete it")
    else:
        kept = say(
            f"Your last {KEPT} attempts at each exercise are kept, with what you wrote, in the folder {FOLDER} next "
            "to this notebook"
        )
    if Path(FOLDER, SHARED).exists():
        seen = say(
            "if you hand in that folder, your instructor's report counts which exercises you tried, when, and with "
            "what verdict, but never what you wrote"
        )
    else:
        seen = say("nobody but you looks at them")
    return Note(f"{kept}; {seen}.")


def record(exercise, verdict, answer):
    """Note that an exercise was tried; in a notebook, keep the try if it was one. Never raises."""
    if verdict == PASSED:
        _passed.add(exercise)
    if verdict == NOT_ATTEMPTED or not _in_notebook() or Path(FOLDER, OFF).exists():
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with contextlib.suppress(OSError):
        _append(_file(exercise), Attempt(now, exercise, verdict, _text_of(answer)))


def passed(exercise):
    """Return whether an exercise was passed in this session, or in one whose attempts are kept here."""
    return exercise in _passed or any(attempt.verdict == PASSED for attempt in _kept(exercise))


def _kept(exercise):
    return Attempts(attempt for attempt in read(_file(exercise)) if attempt.exercise == exercise)


def _in_notebook():
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")


def _file(exercise):
    return Path(FOLDER, f"{exercise.partition('/')[0]}.jsonl")


def _text_of(answer):
    """Return the source of a function or class, and anything else as Python shows it; never too much of it."""
    try:
        text = textwrap.dedent(inspect.getsource(answer))
    except (TypeError, OSError):
        try:
            text = repr(answer)
        except Exception:  # an answer may be a thing that cannot be shown
            text = f"<{type(answer).__name__}>"
    return text[:MAX_TEXT]


def read(path):
    """Return the attempts in a file that a student may have edited: lines that are not attempts are skipped."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-MAX_LINES:]
    except (OSError, ValueError):  # some texts cannot be made into a path
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, RecursionError):  # JSON may be nested too deeply
            attempt = Attempt(**json.loads(line))
            if all(isinstance(getattr(attempt, field.name), str) for field in fields(attempt)):
                found.append(attempt)
    return found


def _append(path, attempt):
    """Write the new file under another name and rename it, so that no reader finds half of it."""
    kept, count, size = [], Counter(), 0
    for one in (attempt, *reversed(read(path))):
        line = json.dumps(asdict(one))
        count[one.exercise] += 1
        size += len(line) + 1
        if size > MAX_FILE:
            break
        if count[one.exercise] <= KEPT:
            kept.append(line)
    path.parent.mkdir(exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(reversed(kept)) + "\n")
        os.replace(beside, path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
