"""Exercises set apart from the prose: a frame from the heading to the check cell.

In a page's tree an exercise is the section whose title begins with ``Exercise:``. It gets the class ``exercise``, and
what follows the check cell (or the place of a written answer) goes back to the prose around it.
"""

from docutils import nodes

from autograder.chapter import EXERCISE
from autograder.language import say


def setup(app):
    """Connect the frames to Sphinx."""
    app.connect("doctree-read", frame_exercises)


def frame_exercises(app, doctree):
    """Mark each exercise's section in a page, and end it where the exercise ends."""
    for section in list(doctree.findall(is_exercise)):
        end = _end(section)
        after = section.children[end + 1 :]
        del section[end + 1 :]
        section["classes"].append("exercise")
        place = section.parent.index(section)
        section.parent.insert(place + 1, after)


def is_exercise(node):
    """Return whether `node` is the section of an exercise."""
    return isinstance(node, nodes.section) and node[0].astext().startswith(say(EXERCISE))


def _end(section):
    """Return the index of the exercise's last child: its check cell, or the place of a written answer."""
    for index, child in enumerate(section):
        if "tag_check" in child.get("classes", ()):
            return index
    for index, child in enumerate(section):
        if isinstance(child, nodes.paragraph) and len(child) == 1 and isinstance(child[0], nodes.emphasis):
            child["classes"].append("answer")
            return index
    return len(section) - 1
