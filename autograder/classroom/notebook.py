"""The notebook that students get: what nbgrader's release makes of a chapter, and the zip that is handed out."""

import io
import zipfile
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from .. import chapter as chapters
from .. import exercise as model
from . import config as settings
from . import pin
from .layout import ClassError
from .source import source_notebook

README = """\
Assignment: {topic}

1. Install the course's package, {course} {version}, with pip.
2. Open {topic}.ipynb:  jupyter lab {topic}.ipynb
3. Hand in {topic}.ipynb under this name.
"""


def assignment(topic, root=chapters.ROOT) -> bytes:
    """Return a topic's assignment notebook, the same bytes that a class's release holds, without a class directory.

    Raises
    ------
    ClassError or autograder.chapter.ChapterError
        When there is no such topic or its chapter is not in form.
    """
    config = Config()
    settings.set_release(config)
    exporter = NotebookExporter(config=config)
    for step in settings.RELEASE:
        if step is not SaveCells:
            exporter.register_preprocessor(step, enabled=True)
    text, _ = exporter.from_notebook_node(nbformat.reads(source_text(topic, root), as_version=4))
    return text.encode()


def source_text(topic, root) -> str:
    """Return a topic's source notebook, with solutions and hidden tests, as the text of its file."""
    folder = exercises_root(root)
    exercises = {name: model.load(name, folder) for name in model.ids(topic, folder)}
    if not exercises:
        raise ClassError(f"there is no topic {topic!r}; the topics are {', '.join(chapters.topics(root))}")
    return nbformat.writes(source_notebook(chapters.read(topic, root), exercises)) + "\n"


def exercises_root(root) -> Path:
    """Return where the course keeps its exercises."""
    return Path(root) / "autograder" / "exercises"


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
