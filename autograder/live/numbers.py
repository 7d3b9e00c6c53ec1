"""The course in numbers: a table of what its chapters hold and how long they compute.

The directive ``course-numbers`` shows a row for each chapter and one for all of them. Exercises and misconceptions are
counted in their files, claims by how they came out (see `claims`); the seconds are those that a chapter's cells took
when they last ran.
"""

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograder import chapter, exercise
from autograder.live import decorate, places
from autograder.live.overview import shows_others

COLUMNS = (
    "exercises",
    "misconceptions",
    "claims",
    "supported",
    "undecided",
    "against what is often taught",
    "seconds of computing",
)
TABLE = (
    '<div class="course-numbers"><table class="table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>'
    "<tfoot>{all}</tfoot></table></div>"
)
ROW = '<tr><th scope="row">{name}</th>{cells}</tr>'


class Numbers(nodes.General, nodes.Element):
    """The place of the table."""


class NumbersDirective(SphinxDirective):
    """Show the table."""

    def run(self):
        shows_others(self.env)
        return [Numbers()]


def setup(app):
    """Connect the numbers to Sphinx."""
    app.add_directive("course-numbers", NumbersDirective)
    app.add_node(Numbers)
    app.connect("doctree-read", note)
    app.connect("doctree-resolved", show)


def note(app, doctree):
    """Keep in a page's metadata how many seconds its cells took."""
    name = app.env.docname
    executed = app.env.nb_metadata.get(name, {}).get("exec_data") or {}
    app.env.metadata[name]["seconds"] = executed.get("runtime") or 0.0


def show(app, doctree, docname):
    """Put the table in its place."""
    found = [*doctree.findall(Numbers)]
    if not found:
        return
    counts = {topic: of_topic(app.env, topic) for topic in chapter.topics(app.srcdir)}
    address = decorate.addresses(app, docname)
    rows = [ROW.format(name=_link(app, address, topic), cells=_cells(each.values())) for topic, each in counts.items()]
    total = [sum(column) for column in zip(*(each.values() for each in counts.values()))]
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("chapter", *COLUMNS))
    table = TABLE.format(heads=heads, rows="".join(rows), all=ROW.format(name="all", cells=_cells(total)))
    for place in found:
        place.replace_self(places.raw(table))


def of_topic(env, topic):
    """Return the numbers of a chapter by column name."""
    kept = env.metadata[f"chapters/{topic}"]
    asked = [exercise.load(section.exercise) for section in chapter.read(topic, env.srcdir).sections]
    claims = kept.get("claims", [])
    supported = [claim for claim in claims if claim.verdict == "supported"]
    numbers = (
        len(asked),
        sum(len(each.misconceptions) for each in asked),
        len(claims),
        len(supported),
        len(claims) - len(supported),
        sum(bool(claim.taught) for claim in supported),
        kept.get("seconds", 0.0),
    )
    return dict(zip(COLUMNS, numbers, strict=True))


def _link(app, address, topic):
    name = f"chapters/{topic}"
    return f'<a href="{address(app.builder.get_target_uri(name))}">{escape(app.env.titles[name].astext())}</a>'


def _cells(numbers):
    return "".join(f"<td>{number:,.0f}</td>" for number in numbers)
