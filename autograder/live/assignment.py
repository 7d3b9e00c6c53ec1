"""Each chapter's assignment: the notebook that a class gets, published with the pages and linked under the title."""

from pathlib import Path

from docutils import nodes
from sphinx.util.osutil import relative_uri

from autograder import chapter
from autograder.language import say

FOLDER = "assignments"


def setup(app):
    """Connect the assignments to Sphinx."""
    app.connect("doctree-resolved", offer_assignment)


def offer_assignment(app, doctree, docname):
    """Write a chapter's assignment and link it, whenever the chapter's page is written.

    Pages are written when their text or the code of any exercise has changed (see :mod:`~autograder.live.cache`), so
    the two never differ.
    """
    topic = docname.removeprefix("chapters/")
    if app.builder.format != "html" or topic not in chapter.topics(app.srcdir):
        return
    from autograder.classroom.notebook import assignment  # takes a second, which a build with nothing new avoids

    path = Path(app.outdir) / FOLDER / f"{topic}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(assignment(topic, app.srcdir))
    count = len(chapter.read(topic, app.srcdir).sections)
    uri = relative_uri(app.builder.get_target_uri(docname), f"{FOLDER}/{path.name}")
    link = nodes.reference("", say("Download the assignment"), refuri=uri)
    exercises = "the one exercise" if count == 1 else f"the {count} exercises"
    line = nodes.paragraph("", "", link, nodes.Text(say(f": {exercises} of this chapter as a Jupyter notebook.")))
    next(doctree.findall(nodes.section)).insert(1, nodes.container("", line, classes=["assignment"]))
