"""What scripts know about the whole book, its edition and what each topic asks, as their module ``live/course.js``.

An edition keeps its readers' answers apart from those of any other: the version's first two numbers, unless
``live_edition`` in ``_config.yml`` says otherwise.
"""

import json
from pathlib import Path

from autograder import chapter
from autograder.sources import installed_version

PLACE = "live/course.js"
COURSE = "tuning-deep-networks"
MODULE = """\
// Made by autograder.live.course: the course, its edition, and what each topic asks.
export const course = {course}
export const edition = {edition}
export const topics = {topics}
"""


def setup(app):
    """Connect the facts to Sphinx."""
    app.add_config_value("live_edition", "", "html", str)
    app.connect("doctree-read", note)
    app.connect("build-finished", write)


def note(app, doctree):
    """Note in a chapter's metadata what it asks: a page that has not changed is not read again."""
    docname = app.env.docname
    if (topic := topic_of(app, docname)) is not None:
        content = chapter.read(topic, app.srcdir)
        exercises = [{"id": each.exercise, "title": each.title, "kind": each.kind} for each in content.sections]
        app.env.metadata[docname]["asks"] = {"title": content.title, "exercises": exercises}


def topic_of(app, docname):
    """Return the topic of a page that is a chapter with exercises, or None."""
    topic = docname.removeprefix("chapters/")
    return topic if topic in chapter.topics(app.srcdir) else None


def write(app, exception):
    """Write the module next to the pages."""
    if exception is not None or app.builder.format != "html":
        return
    topics = []
    for topic in chapter.topics(app.srcdir):
        docname = f"chapters/{topic}"
        known = app.env.metadata[docname]
        address = app.builder.get_target_uri(docname)
        topics.append({"topic": topic, "address": address, **known["asks"], "questions": known["questions"]})
    path = Path(app.outdir) / PLACE
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        MODULE.format(
            course=json.dumps(COURSE),
            edition=json.dumps(app.config.live_edition or edition()),
            topics=json.dumps(topics, indent=1),
        ),
        encoding="utf-8",
    )


def edition():
    """Return the edition that is installed, such as ``"0.1"``."""
    return ".".join(installed_version(COURSE).split(".")[:2])
