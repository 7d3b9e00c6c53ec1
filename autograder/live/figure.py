"""The directive ``figure-live``: a topic's figure (see `figures`), drawn when the page is built, and live in it."""

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograder.live import cache, places
from autograder.live.measure import measured_figure
from autograder.sources import Sources

FIGURE = """\
<div class="live-figure" data-topic="{topic}" role="group" aria-label="{label}">
<div class="live-controls">{controls}</div>
<div class="live-picture">{picture}</div>
<p class="live-status" role="status"></p>
</div>"""


def setup(app):
    """Connect the directive to Sphinx."""
    app.add_directive("figure-live", LiveFigure)


class LiveFigure(SphinxDirective):
    """Show the figure of the topic that is the argument; the content is its caption."""

    required_arguments = 1
    has_content = True

    def run(self):
        topic = self.arguments[0]
        figure = measured_figure(topic, cache.folder(self.env.app), Sources())
        text = FIGURE.format(
            topic=escape(topic),
            label=escape(figure.alt),
            controls=figure.controls(),
            picture=figure.draw(),
        )
        caption = nodes.container("", classes=["live-caption"])
        self.state.nested_parse(self.content, self.content_offset, caption)
        return [places.raw(text), caption]
