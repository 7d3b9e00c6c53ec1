"""The notebook that students get: what nbgrader's release makes of a chapter, and the zip that is handed out."""

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

README = """\
Assignment: {topic}

Python 3.11 or newer is needed. In this folder,

1. install the course with Jupyter, once (in a virtual environment, if you use them):

       pip install "./{wheel}[student]"

2. open the notebook:

       jupyter lab {topic}.ipynb

3. hand in {topic}.ipynb under this name.

The file {wheel} is the course's package; you need not hand it in.
"""
OWN = """\
The folder {own} is what `check` reads; leave it beside the notebook. You need not hand it in either.
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
    """Return a topic's source notebook, with solutions and hidden tests, as the text of its file.

    `root` is the directory of the course, or of the class that has the topic.
    """
    folder = chapters.exercises_root(root)
    exercises = {name: model.load(name, folder) for name in model.ids(topic, folder)}
    if not exercises:
        raise ClassError(f"there is no topic {topic!r}; the topics are {', '.join(chapters.topics(root))}")
    return nbformat.writes(source_notebook(chapters.read(topic, root), exercises)) + "\n"


def handout(topic, notebook: bytes, root=chapters.ROOT, more=None) -> bytes:
    """Return the zip that is handed out: the notebook, the course's package as a wheel, and how to install it.

    `more` are other files (name to bytes) that lie beside the notebook.
    """
    name, package = wheel(root)
    readme = README.format(topic=topic, wheel=name)
    if any(inside.startswith(f"{model.OWN}/") for inside in more or ()):
        readme += OWN.format(own=model.OWN)
    files = (more or {}) | {"README.txt": readme.encode(), name: package, f"{topic}.ipynb": notebook}
    return pack({f"{topic}/{inside}": content for inside, content in files.items()})
