"""Each chapter's assignment, offered for download at the top of its page."""

from pathlib import Path

from docutils import nodes
from sphinx.util.osutil import relative_uri

from autograder import chapter

FOLDER = "assignments"


def setup(app):
    """Connect the assignments to Sphinx."""
    app.connect("doctree-resolved", link_assignment)
    app.connect("build-finished", write_assignments)


def link_assignment(app, doctree, docname):
    """Put the link to a chapter's assignment under its title."""
    topic = docname.removeprefix("chapters/")
    if app.builder.format != "html" or topic not in chapter.topics(app.srcdir):
        return
    count = len(chapter.read(topic, app.srcdir).sections)
    link = nodes.reference(
        "",
        "Download the assignment notebook",
        refuri=relative_uri(app.builder.get_target_uri(docname), f"{FOLDER}/{topic}.ipynb"),
        classes=["assignment-link"],
    )
    line = nodes.paragraph("", "", link, nodes.Text(f" with the {count} exercises of this chapter."))
    section = next(doctree.findall(nodes.section))
    section.insert(1, nodes.container("", line, classes=["assignment"]))


def write_assignments(app, exception):
    """Write every chapter's assignment beside the pages."""
    if exception is not None or app.builder.format != "html":
        return
    from autograder.classroom.release import assignment  # nbgrader takes a second to import

    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    for topic in chapter.topics(app.srcdir):
        (folder / f"{topic}.ipynb").write_bytes(assignment(topic))
