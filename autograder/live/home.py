"""The first page: a map of the course, the link to begin, and the scripts for its live figure.

The directive ``course-map`` lists all topics in teaching order, one per line, as ``topic: title: question``. A topic
with a chapter is a tile with that chapter's title, a miniature of what fails there, and the reader's progress; a topic
without one is shown as coming.
"""

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograder import chapter
from autograder.live import decorate, places
from autograder.live.overview import shows_others

TILE = """\
<li><a class="tile" href="{address}" data-topic="{topic}">
<span class="tile-picture">{picture}</span>
<span class="tile-title">{title}</span>
<span class="tile-question">{question}</span>
<span class="tile-progress" hidden><span class="ring"></span> <span></span></span>
</a></li>"""
COMING = """\
<li><span class="tile tile-coming">
<span class="tile-title">{title}</span>
<span class="tile-question">{question}</span>
<span class="tile-progress">coming</span>
</span></li>"""
BEGIN = '<p class="home-begin"><a href="{address}">Begin: {title}</a></p>'


class CourseMap(nodes.General, nodes.Element):
    """The place of the map; `topics` holds (topic, title, question)."""


class Begin(nodes.General, nodes.Element):
    """The place of the link to the first chapter."""


class CourseMapDirective(SphinxDirective):
    """Show the topics that are the content as a map."""

    has_content = True

    def run(self):
        lines = [line for line in self.content if line.strip()]
        entries = [tuple(part.strip() for part in line.split(":", 2)) for line in lines]
        for line, entry in zip(lines, entries):
            if len(entry) != 3:
                raise self.error(f"each line must be `topic: title: question`, got `{line}`")
        written = chapter.topics(self.env.srcdir)
        shown = tuple(topic for topic, *_ in entries if topic in written)
        if shown != written:
            raise self.error(
                f"the map must name the chapters in the order {', '.join(written)}, got {', '.join(shown)}"
            )
        shows_others(self.env)
        self.env.metadata[self.env.docname]["course"] = [topic for topic, *_ in entries]
        return [CourseMap(topics=entries)]


class BeginDirective(SphinxDirective):
    """Link the first chapter."""

    def run(self):
        shows_others(self.env)
        return [Begin()]


def setup(app):
    """Connect the first page to Sphinx."""
    app.add_directive("course-map", CourseMapDirective)
    app.add_directive("course-begin", BeginDirective)
    app.add_node(CourseMap)
    app.add_node(Begin)
    app.connect("doctree-resolved", furnish)
    app.connect("html-page-context", set_needle)


def furnish(app, doctree, docname):
    """Put the tiles and the link in their places, and the scripts under the page."""
    maps = [*doctree.findall(CourseMap)]
    if not maps or app.builder.format != "html":
        return
    written = chapter.topics(app.srcdir)
    address = decorate.addresses(app, docname)

    def tile(topic, title, question):
        name = f"chapters/{topic}"
        if topic not in written:
            return COMING.format(title=escape(title), question=escape(question))
        return TILE.format(
            topic=topic,
            address=address(app.builder.get_target_uri(name)),
            picture=app.env.metadata[name].get("miniature", ""),
            title=escape(app.env.titles[name].astext()),
            question=escape(question),
        )

    for place in maps:
        place.replace_self(
            places.raw(f'<ol class="course-map">{"".join(tile(*entry) for entry in place["topics"])}</ol>')
        )
    for place in [*doctree.findall(Begin)]:
        first = f"chapters/{written[0]}"
        to = address(app.builder.get_target_uri(first))
        place.replace_self(places.raw(BEGIN.format(address=to, title=escape(app.env.titles[first].astext()))))
    data = decorate.data(decorate.python(app, address))
    doctree.append(places.raw(f'{data}\n<script type="module" src="{address("live/home.js")}"></script>'))


def set_needle(app, pagename, templatename, context, doctree):
    """Set, in a chapter's head, its position in the course, from 0 to 1: that of the needle on its ruler."""
    course = app.env.metadata[app.config.root_doc].get("course", [])
    topic = pagename.removeprefix("chapters/")
    if topic in course:
        place = (course.index(topic) + 0.5) / len(course)
        context["metatags"] = context.get("metatags", "") + f"<style>:root {{ --course-place: {place:.3f} }}</style>"
