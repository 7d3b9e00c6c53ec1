"""Where chapters and exercises come from: the course's directory and, in addition, a class's own.

Each is called a root, and holds ``chapters/<topic>.md``. A course has a table of contents, and its exercises in
``autograder/exercises/<topic>/`` (this course in its package, wherever that is installed). A class has its own in
``exercises/<topic>/``, in the same form, and is recognized by its settings file.
"""

from pathlib import Path

import yaml

from .. import exercise as model
from .cells import ChapterError

PACKAGE = Path(__file__).resolve().parents[1]
CARRIED = PACKAGE / "book"  # what an installed package carries of the book; see pyproject.toml
ROOT = CARRIED if CARRIED.is_dir() else PACKAGE.parent
CLASS = "nbgrader_config.py"  # the file that makes a directory a class


def is_class(root) -> bool:
    """Return whether a root is the directory of a class, not of a course."""
    return (Path(root) / CLASS).is_file()


def exercises_root(root) -> Path:
    """Return the directory that holds the exercises of a root, with a folder for each topic."""
    if Path(root) == ROOT:
        return model.EXERCISES
    return Path(root) / model.OWN if is_class(root) else Path(root) / "autograder" / "exercises"


def chapter_file(topic, root=ROOT) -> Path:
    """Return the path of a topic's chapter in a root."""
    return Path(root) / "chapters" / f"{topic}.md"


def topics(root=ROOT) -> tuple[str, ...]:
    """Return a root's topics. For a course, these are the chapters in ``_toc.yml`` with exercises, in its order.

    For a class, which has no table of contents, they are those of its own chapters and exercises, alphabetically.

    Parameters
    ----------
    root : path
        The directory of a course or of a class.

    Raises
    ------
    ChapterError
        When a course's ``_toc.yml`` is missing or not YAML.
    """
    folder = exercises_root(root)
    if is_class(root):
        chapters = {path.stem for path in (Path(root) / "chapters").glob("*.md")}
        return tuple(sorted(chapters | {id_.partition("/")[0] for id_ in model.ids(root=folder)}))
    path = Path(root) / "_toc.yml"
    try:
        toc = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ChapterError(f"{path}: the table of contents cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise ChapterError(f"{path}: not YAML ({error})") from error
    names = [Path(file).name for file in _files(toc) if Path(file).parent == Path("chapters")]
    return tuple(name for name in names if model.ids(name, folder))


def class_root(directory, root=ROOT) -> Path:
    """Return a class's directory as the root of its own topics.

    Raises ChapterError if it is not a class, or has a topic that it cannot release (see `homes`).
    """
    if not is_class(directory):
        raise ChapterError(f"{directory} is not a class directory; make one with: autograder init {directory}")
    homes(directory, root)
    return Path(directory)


def homes(directory, root=ROOT) -> dict[str, Path]:
    """Return the root of each topic that a class can release: those of the course, in its order, then the class's own.

    Parameters
    ----------
    directory : path
        The class's directory.
    root : path
        The course's directory.

    Raises
    ------
    ChapterError
        When one of the class's own topics has a name that the course already uses, or one that is not a word.
    """
    found = dict.fromkeys(topics(root), Path(root))
    for topic in topics(directory):
        where = f"chapters/{topic}.md and {model.OWN}/{topic} in {directory}"
        if topic in found:
            raise ChapterError(f"the course already has a topic {topic!r}; give {where} another name")
        if not topic.isidentifier():
            raise ChapterError(f"a topic is one word of letters, digits and _, not {topic!r}; rename {where}")
        found[topic] = Path(directory)
    return found


def _files(node):
    """Yield every ``root`` and ``file`` entry of a table of contents, in its order."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("root", "file"):
                yield str(value)
            else:
                yield from _files(value)
    elif isinstance(node, list):
        for item in node:
            yield from _files(item)
