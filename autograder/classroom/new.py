"""Begin an exercise: its file to fill in and its section of the chapter, with marks for what is still to be written."""

import re
from keyword import iskeyword
from pathlib import Path
from string import Template

from .. import chapter as chapters
from ..chapter.homes import CARRIED
from .layout import ClassError, write_file
from .templates import HEADER, KINDS


def new(exercise, root=chapters.ROOT, *, kind="function") -> tuple[Path, ...]:
    """Write an exercise's file, and its section at the end of its topic's chapter, which is created if it is missing.

    Parameters
    ----------
    exercise : str
        Its id, ``"topic/name"``; the name is that of the function or the value that is asked for.
    root : path
        The directory of the course, in a checkout, or of a class that has its own topic.
    kind : str
        What is asked for: a ``"function"``, a ``"class"``, a ``"value"``, a ``"repair"`` of what is given, a ``"test"``
        of the exercise whose name follows ``test_``, or free ``"text"``.

    Returns
    -------
    tuple of pathlib.Path
        What was written: the exercise's file, and the chapter unless it already has the section.

    Raises
    ------
    ClassError
        When the id or the kind is invalid, the exercise exists, a test tests no exercise of its topic, or the course is
        installed and has no sources to write to.
    autograder.chapter.ChapterError
        When the chapter exists but is malformed.
    """
    topic, _, name = exercise.partition("/")
    if not all(re.fullmatch(r"[a-zA-Z]\w*", part, re.ASCII) and not iskeyword(part) for part in (topic, name)):
        raise ClassError(f"an exercise's id is topic/name, each a name in Python without accents, not {exercise!r}")
    if kind not in KINDS:
        raise ClassError(f"the kind of a new exercise is one of {', '.join(KINDS)}, not {kind!r}")
    if Path(root) == CARRIED:
        raise ClassError("the course is installed here and has no sources to write to; for a class, use --class DIR")
    if chapters.is_class(root) and topic in chapters.topics():
        raise ClassError(f"the course already has a topic {topic!r}; give your own another name")
    path = chapters.exercises_root(root) / topic / f"{name}.py"
    page = Path(root) / "chapters" / f"{topic}.md"
    if path.exists():
        own = f" --class {root}" if chapters.is_class(root) else ""
        raise ClassError(f"{path} already exists; to see what it still needs: autograder audit {exercise}{own}")
    tested = _tested(path) if kind == "test" else ""
    words = {"id": exercise, "name": name, "title": name.replace("_", " "), "tested": tested}
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    has_section = text and exercise in {section.exercise for section in chapters.read(topic, root).sections}
    write_file(path, Template(KINDS[kind].FILE).substitute(words).encode())
    if has_section:
        return (path,)
    title = topic.replace("_", " ").capitalize()
    header = text.rstrip("\n") + "\n" if text else Template(HEADER).substitute(title=title)
    write_file(page, (header + Template(KINDS[kind].SECTION).substitute(words)).encode())
    return (path, page)


def _tested(path):
    """Return the name of the exercise that a test's file is about; the exercise's own file is next to it."""
    tested = path.stem.removeprefix("test_")
    if tested == path.stem:
        raise ClassError(f"a test is named after the exercise that it tests: {path.parent.name}/test_{path.stem}")
    if not path.with_name(f"{tested}.py").exists():
        raise ClassError(f"{path.stem} tests {path.parent.name}/{tested}, which does not exist; begin that one first")
    return tested
