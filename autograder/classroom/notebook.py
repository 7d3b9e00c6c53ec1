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
from .layout import ClassError
from .source import source_notebook
from .wheel import pack, wheel

README_FILE = "README.txt"
README = """\
Assignment: {topic}
{facts}
You need Python 3.11 or newer. In this folder,

1. install the course with Jupyter, once (in a virtual environment, if you use them):

       pip install "./{wheel}[student]"

2. open the notebook:

       jupyter lab {topic}.ipynb

3. hand in {topic}.ipynb under this name.

The file {wheel} is the course's package; you need not hand it in.
"""
OWN = """\
The folder {own} is what `check` reads; leave it next to the notebook. You need not hand it in either.
"""


def assignment(topic, root=chapters.ROOT) -> bytes:
    """Return a topic's assignment notebook, without a class directory: the same bytes that a class's release holds.

    Raises
    ------
    ClassError or autograder.chapter.ChapterError
        When there is no such topic or its chapter is malformed.
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
    """Return a topic's source notebook, with solutions and hidden tests, as the text of its file.

    `root` is the directory of the course, or of the class that has the topic.
    """
    folder = chapters.exercises_root(root)
    exercises = {name: model.load(name, folder) for name in model.ids(topic, folder)}
    if not exercises:
        raise ClassError(f"there is no topic {topic!r}; the topics are {', '.join(chapters.topics(root))}")
    return nbformat.writes(source_notebook(chapters.read(topic, root), exercises)) + "\n"


def handout(topic, notebook: bytes, root=chapters.ROOT, more=None, facts=()) -> bytes:
    """Return the zip that is handed out: the notebook, the course's package as a wheel, and how to install it.

    `more` are other files (name to bytes) to go beside the notebook; `facts` are lines for the head of its README.
    """
    name, package = wheel(root)
    files = (more or {}) | {README_FILE: b"", name: package, f"{topic}.ipynb": notebook}
    return told_anew(topic, pack({f"{topic}/{inside}": content for inside, content in files.items()}), facts)


def told_anew(topic, packed: bytes, facts, more=None) -> bytes:
    """Return a handout with a new head for its README, and with some files (name to bytes) added or replaced."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {f"{topic}/{name}": content for name, content in (more or {}).items()}
    (package,) = (Path(name).name for name in files if name.endswith(".whl"))
    readme = README.format(topic=topic, wheel=package, facts="".join(f"{line}\n" for line in facts))
    if any(name.startswith(f"{topic}/{model.OWN}/") for name in files):
        readme += OWN.format(own=model.OWN)
    return pack(files | {f"{topic}/{README_FILE}": readme.encode()})
