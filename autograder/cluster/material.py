"""What judging an assignment's submissions needs in addition to them, as bytes that each worker fetches once."""

import ast
import os
import pickle
import platform
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import make_url

import autograder

from ..classroom import config as settings
from ..classroom import pin
from ..classroom.due import comes_later
from ..classroom.judging import Material
from ..classroom.layout import ClassDirectory, ClassError, replace_folder

LANGUAGE = "Course", "language"
STAYS = ("db_url",)  # what in `c.CourseDirectory` may hold a password


def versions() -> dict[str, str]:
    """Return the versions that must be the same on all machines that judge a class."""
    here = pin.versions() | {"autograder": pin.digest(Path(autograder.__file__).parent)[: pin.SHORT]}
    return here | {"python": ".".join(platform.python_version_tuple()[:2])}


def pack(place, topic, release) -> bytes:
    """Return an assignment, the exercises that the class is pinned to, and the settings that a grade depends on.

    With the settings go the Python modules next to them, which they may name as steps of grading.

    Raises
    ------
    ClassError
        When the gradebook's address would go along.
    """
    exercises = pin.snapshot(place, topic)
    own = [*place.root.glob("*.py"), *(path for init in place.root.glob("*/__init__.py") for path in _all(init.parent))]
    paths = sorted({*_all(exercises), *own} - {place.config_file})
    files = {path.relative_to(place.root).as_posix(): path.read_bytes() for path in paths}
    files[place.config_file.name] = settings_of_a_grade(place.config_file.read_text(encoding="utf-8")).encode("utf-8")
    _require_no_address(files, settings.load(place).CourseDirectory.get("db_url"))
    return pickle.dumps((release, files))


def unpack(packed, folder, scratch) -> Material:
    """Lay out what `pack` made in a folder, as in a class directory."""
    release, files = pickle.loads(packed)
    beside = folder.with_name(f".{folder.name}-{os.getpid()}")
    for name, content in files.items():
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    replace_folder(beside, folder)
    return Material(ClassDirectory(folder), release, scratch)


def settings_of_a_grade(text):
    """Return a class's settings without what comes after a grade, and without the address of its gradebook.

    What a student is told with a grade is in the language of the class.

    >>> print(settings_of_a_grade("c.Execute.timeout = 12\\nc.CourseDirectory.db_url = 'postgresql://u:secret@host/grades'"))
    c.Execute.timeout = 12
    """
    module = ast.parse(text)
    module.body = [each for each in module.body if _sets(each) == LANGUAGE or not (comes_later(each) or _stays(each))]
    return ast.unparse(module)


def _stays(statement):
    kind, name = _sets(statement)
    return kind == "Grading" or (kind == "CourseDirectory" and name in STAYS)


def _sets(statement):
    """Return what a statement sets alone: a class of settings and a name, or ("", "")."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Attribute(attr=kind), attr=name)]):  # of c, or of get_config()
            return kind, name
    return "", ""


def _require_no_address(files, address):
    """Refuse to send files that contain the gradebook's address or its password, as from a variable."""
    if not address:
        return
    password = make_url(address).password
    written = {password, quote(password), quote_plus(password)} if password else ()
    secrets = {str(address), *(form.format(each) for each in written for form in (":{}@", "'{}'", '"{}"'))}
    for name, content in files.items():
        if any(secret.encode() in content for secret in secrets):
            raise ClassError(
                f"{name} goes to the cluster's workers, and has the gradebook's address in it; set that in a separate "
                "statement, c.CourseDirectory.db_url = ..., with all of it there or from the environment (os.environ)"
            )


def _all(folder):
    return folder.rglob("*.py")
