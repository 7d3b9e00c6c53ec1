"""Release assignments: from chapters to the notebooks that students get, by nbgrader's own generate_assignment."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from .. import chapter as chapters
from .. import exercise as model
from . import config as settings
from . import pin
from .layout import ClassError, open_class, replace_folder, scratch, write_file
from .source import source_notebook

README = """\
Assignment: {topic}

1. Install the course's package, {course} {version}, with pip.
2. Open {topic}.ipynb:  jupyter lab {topic}.ipynb
3. Hand in {topic}.ipynb under this name.
"""


@dataclass(frozen=True)
class Released:
    """What a release did: the topics that are new or updated, and those that stood already as they are."""

    released: tuple[str, ...]
    unchanged: tuple[str, ...]


def assignment(topic, root=chapters.ROOT) -> bytes:
    """Return a topic's assignment notebook, the same bytes that a class's release holds, without a class directory.

    Raises
    ------
    ClassError or autograder.chapter.ChapterError
        When there is no such topic or its chapter is not in form.
    """
    text, _ = _student_notebook(_source(topic, root), Config())
    return text.encode()


def release(directory, topics=(), *, update=False, root=chapters.ROOT, announce=lambda moves: None) -> Released:
    """Release assignments into a class, and pin the class to the exercises as they are now.

    Parameters
    ----------
    directory : path
        The class directory.
    topics : sequence of str
        What to release; without any, all topics of the course.
    update : bool, optional
        Take a chapter or exercise that has changed since it was released.
    root : path, optional
        The course's directory.
    announce : function, optional
        Called with the grades that an update would move (`autograder.classroom.update.Move`), before it is applied.

    Raises
    ------
    ClassError
        When a topic is unknown, or has changed and `update` is not given.
    """
    place = open_class(directory)
    known = chapters.topics(root)
    for topic in topics:
        if topic not in known:
            raise ClassError(f"there is no topic {topic!r}; the topics are {', '.join(known)}")
    config = settings.load(place)
    sources = {topic: _source(topic, root) for topic in topics or known}
    states = {topic: _state(place, topic, text, root) for topic, text in sources.items()}
    differing = [topic for topic, state in states.items() if state.startswith("changed")]
    if differing and not update:
        raise ClassError(
            f"{'; '.join(f'{topic} {states[topic]}' for topic in differing)}; "
            "see whose grades move, and take it, with --update"
        )
    if differing:
        from . import update as updating  # here, since comparing grades needs grading, and grading needs releases

        announce(updating.moves(place, {topic: sources[topic] for topic in differing}, root))
    due = [topic for topic, state in states.items() if state != "unchanged"]
    for topic in due:
        put(place, topic, sources[topic], root, config)
    return Released(tuple(due), tuple(topic for topic in sources if topic not in due))


def put(place, topic, source, root, config):
    """Release one topic: source and student notebook, the handout, and last the pin.

    A release that is interrupted is not pinned, and the next one does it again.
    """
    with scratch(place) as folder:
        made = folder / "source" / topic
        made.mkdir(parents=True)
        (made / f"{topic}.ipynb").write_text(source, encoding="utf-8")
        replace_folder(made, place.step("source", topic))
        _generate(place, topic, config, folder)
        replace_folder(folder / "release" / topic, place.step("release", topic))
        student = place.step("release", topic, f"{topic}.ipynb").read_bytes()
        write_file(place.handout / f"{topic}.zip", handout(topic, student))
        pin.take(place, topic, exercises_root(root), folder)


def _generate(place, topic, config, folder):
    """Run nbgrader's generate_assignment, which records the cells in the gradebook, into a scratch folder."""
    log = settings.logger(place.state / "release.log")
    config = config.copy()
    config.CourseDirectory.release_directory = str((folder / "release").relative_to(place.root))
    config.CourseDirectory.assignment_id = topic
    converter = GenerateAssignment(coursedir=settings.course_directory(config), config=config, log=log)
    try:
        with settings.nbgrader_at_work():
            converter.start()
    except NbGraderException as error:
        raise ClassError(f"nbgrader could not release {topic}; see {place.state / 'release.log'}") from error


def handout(topic, notebook: bytes) -> bytes:
    """Return the zip that is handed out: the notebook and how to open it, the same bytes each time."""
    readme = README.format(topic=topic, course=pin.COURSE, version=pin.versions()["course"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in ((f"{topic}/README.txt", readme.encode()), (f"{topic}/{topic}.ipynb", notebook)):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def exercises_root(root):
    """Return where the course keeps its exercises."""
    return Path(root) / "autograder" / "exercises"


def _source(topic, root):
    """Return the text of a topic's source notebook."""
    folder = exercises_root(root)
    exercises = {name: model.load(name, folder) for name in model.ids(topic, folder)}
    if not exercises:
        raise ClassError(f"there is no topic {topic!r}; the topics are {', '.join(chapters.topics(root))}")
    return nbformat.writes(source_notebook(chapters.read(topic, root), exercises)) + "\n"


def _student_notebook(source, config):
    """Return what nbgrader's release makes of a source notebook's text, without recording it."""
    settings.set_release(config)
    exporter = NotebookExporter(config=config)
    for step in settings.RELEASE:
        if step is not SaveCells:
            exporter.register_preprocessor(step, enabled=True)
    return exporter.from_notebook_node(nbformat.reads(source, as_version=4))


def _state(place, topic, source, root):
    """Say how a topic's chapter and exercises stand to what the class holds: new, unchanged, or what has changed."""
    if topic not in pin.read(place)["topics"]:
        return "new"
    files = pin.changed(place, topic, exercises_root(root))
    if files:
        return f"changed since it was released ({', '.join(files)})"
    held = place.step("source", topic, f"{topic}.ipynb")
    if not held.exists() or held.read_text(encoding="utf-8") != source:
        return "changed since it was released (its chapter)"
    whole = place.step("release", topic, f"{topic}.ipynb").exists() and (place.handout / f"{topic}.zip").exists()
    return "unchanged" if whole else "incomplete"
