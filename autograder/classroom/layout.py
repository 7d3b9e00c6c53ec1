"""A class directory: where everything in it is, and writing that never leaves half a file or half a folder."""

import hmac
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

from filelock import FileLock, Timeout

from ..judge.seeds import submission_key

SCRATCH = "work-"  # how the names of folders begin that are removed at the end
STEPS = ("source", "release", "submitted", "autograded", "feedback")  # nbgrader's own names


class ClassError(Exception):
    """What was asked of a class cannot be done; the message is one sentence for the instructor."""


@dataclass(frozen=True)
class ClassDirectory:
    """The places of one class. Nothing in it depends on where the directory is, so that it can be moved."""

    root: Path

    @property
    def config_file(self):
        return self.root / "nbgrader_config.py"

    @property
    def seed_file(self):
        return self.root / "secret_seed"

    @property
    def roster_file(self):
        return self.root / "roster.csv"

    @property
    def gradebook(self):
        return self.root / "gradebook.db"

    @property
    def pinned(self):
        return self.root / "pinned"

    @property
    def exercises(self):
        """The exercises that the class is pinned to, in a folder for each topic."""
        return self.pinned / "exercises"

    @property
    def handout(self):
        return self.root / "handout"

    @property
    def state(self):
        """Where grading keeps what it needs to regrade only what changed."""
        return self.root / ".autograder"

    def step(self, name, *parts):
        """Return a place under one of nbgrader's steps, such as ``step("submitted", student, topic)``."""
        return self.root.joinpath(name, *parts)

    def released(self, topic):
        """Return the path of an assignment as students get it."""
        return self.step("release", topic, f"{topic}.ipynb")

    def student_seed(self, student):
        """Return what the kernel may know of the class's secret: the student's key, as hexadecimal text."""
        return submission_key(self._secret(), student).hex()

    def student_secret(self, student, purpose):
        """Return a student's secret for one purpose, as hexadecimal text; the student's key does not reveal it.

        A judge may be another machine: anyone who sees there what a student's inputs come from must learn no more.
        """
        return hmac.digest(self._secret(), f"{purpose}\0{student}".encode(), "sha256").hex()

    def _secret(self):
        return bytes.fromhex(self.seed_file.read_text().strip())


def open_class(directory) -> ClassDirectory:
    """Return the class that a directory holds.

    Raises
    ------
    ClassError
        When it holds none, or is where nbgrader does not find it.
    """
    place = ClassDirectory(Path(directory).resolve())
    require_plain(place.root)
    if not place.config_file.is_file() or not place.seed_file.is_file():
        raise ClassError(f"{directory} is not a class directory; make one with: autograder init {directory}")
    return place


def require_plain(path):
    """Refuse a path that nbgrader, which looks for files by patterns, would take for a pattern."""
    if found := re.findall(r"[*?\[\]]", str(path)):
        raise ClassError(f"nbgrader takes {shown(str(path))} for a pattern; give its folders names without {found[0]}")


def shown(name):
    """Return a text from outside as one line that any terminal can show: what is not printable becomes an escape."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in name)


def write_file(path, content: bytes, mode=0o644):
    """Write a file next to its place and rename it, so that a reader finds either the old or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def replace_folder(new, target):
    """Replace a folder with a finished one on the same disk; the old one goes only when the new one is in place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}-old")
    remove_folder(aside)
    if target.exists():
        os.rename(target, aside)
    os.rename(new, target)
    remove_folder(aside)


def remove_folder(path):
    """Remove a folder, if it is there, and what is in it, even read-only files."""
    if path.exists():
        shutil.rmtree(path)


@contextmanager
def modules_of(place):
    """Let modules in a class directory be imported, as nbgrader does, and forget them at the end."""
    before, path = set(sys.modules), sys.path.copy()
    sys.path.insert(0, str(place.root))
    try:
        yield
    finally:
        sys.path[:] = path  # which the class's settings may also have changed
        new = sys.modules.keys() - before
        for top in {name.partition(".")[0] for name in new}:
            places = (place.root / f"{top}.py", place.root / top / "__init__.py")
            if getattr(sys.modules.get(top), "__file__", None) in map(str, places):
                for name in new:
                    if name.partition(".")[0] == top:
                        del sys.modules[name]


def require_access(place):
    """Refuse to begin what this user may not be able to finish: the secret seed is one person's, for instance."""
    own = (place.root, place.state, place.gradebook, place.step("autograded"), place.step("feedback"))
    for path, mode, what in [(place.seed_file, os.R_OK, "read"), *((path, os.W_OK, "write to") for path in own)]:
        if path.exists() and not os.access(path, mode):
            raise ClassError(
                f"this user may not {what} {path}; work on the class as the user who made it, or have them share it"
            )


def alone(command):
    """Let a command, whose first argument is a class directory, run only while no other is at work there.

    If one is, it raises a ClassError; otherwise, it first removes what a killed command has left.
    """

    @wraps(command)
    def run(directory, *arguments, **options):
        place = open_class(directory)
        require_access(place)
        place.state.mkdir(exist_ok=True)
        try:
            with FileLock(place.state / "lock", timeout=0), modules_of(place):
                for left in place.state.glob(f"{SCRATCH}*"):
                    remove_folder(left)
                return command(directory, *arguments, **options)
        except Timeout:
            raise ClassError(f"another process is at work on {place.root}; wait until it has finished") from None

    return run


@contextmanager
def scratch(place):
    """Yield an empty folder on the class's disk, and remove it at the end."""
    place.state.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=place.state, prefix=SCRATCH))
    try:
        yield folder
    finally:
        remove_folder(folder)
