"""All claims of the course on one page: each with its verdict, its strip and a link, and their number.

A chapter's claims are taken from the outputs of its cells (see `dnnkit.claim.box`). The directive ``claims-list`` shows
them by chapter; ``claims-count`` says how many there are and how they came out.
"""

import re
from dataclasses import dataclass
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from autograder import chapter
from autograder.live import places
from autograder.live.overview import shows_others

# A box as `dnnkit.claim.box.html` writes it.
BOX = re.compile(
    r'<div class="claim claim-(?P<verdict>\w+)" id="(?P<anchor>[^"]+)">'
    r'<p><strong class="claim-badge">.*?</strong> (?P<sentence>.*?) <a class="claim-anchor".*?</p>'
    r'<p class="claim-measured">(?P<measured>.*?)</p>(?P<taught><p class="claim-textbook">.*?</p>)?</div>',
    re.DOTALL,
)
BY_CHANCE = 0.025  # of claims whose true value is on their bound: what a 95% interval leaves out at one end
ENTRY = """\
<li class="claim claim-{verdict}"><p><strong class="claim-badge">{badge}</strong>
<a href="{address}">{sentence}</a></p>
<p class="claim-measured">{measured}</p>{taught}</li>"""


@dataclass(frozen=True)
class Found:
    """A claim of a page: its verdict, and the HTML of its sentence, what was measured, and what is often taught."""

    verdict: str
    anchor: str
    sentence: str
    measured: str
    taught: str


class ClaimsList(nodes.General, nodes.Element):
    """The place of a topic's claims."""


class ClaimsCount(nodes.General, nodes.Element):
    """The place of the numbers of all claims."""


class ClaimsListDirective(SphinxDirective):
    """Show all claims, in a section for each chapter."""

    def run(self):
        shows_others(self.env)
        found = []
        for topic in chapter.topics(self.env.srcdir):
            title, name = chapter.read(topic, self.env.srcdir).title, f"claims-{topic}"
            found.append(nodes.section("", nodes.title("", title), ClaimsList(topic=topic), ids=[name], names=[name]))
        return found


class ClaimsCountDirective(SphinxDirective):
    """Say how many claims there are, and how they came out."""

    def run(self):
        shows_others(self.env)
        return [ClaimsCount()]


def setup(app):
    """Connect the page of claims to Sphinx."""
    app.add_directive("claims-list", ClaimsListDirective)
    app.add_directive("claims-count", ClaimsCountDirective)
    app.add_node(ClaimsList)
    app.add_node(ClaimsCount)
    app.connect("doctree-read", note)
    app.connect("doctree-resolved", show)


def note(app, doctree):
    """Keep a page's claims in its metadata."""
    found = [claim for text in doctree.findall(nodes.raw) for claim in of_html(text.astext())]
    app.env.metadata[app.env.docname]["claims"] = found


def of_html(text):
    """Return the claims in an HTML text.

    >>> from dnnkit.claim import claim
    >>> (found,) = of_html(claim("It is $> 2$.", [3.0, 3.1, 2.9, 3.0, 3.2], "> 2")._repr_html_())
    >>> found.verdict, found.sentence
    ('supported', 'It is <span class="math notranslate nohighlight">\\\\(&gt; 2\\\\)</span>.')
    """
    found = [Found(**box.groupdict("")) for box in BOX.finditer(text)]
    if len(found) != text.count('<div class="claim '):
        raise ValueError("a claim's box does not match BOX in autograder/live/claims.py")
    return found


def show(app, doctree, docname):
    """Put the claims and their numbers in their places."""
    lists, counts = [*doctree.findall(ClaimsList)], [*doctree.findall(ClaimsCount)]
    if not lists and not counts:
        return
    topics = chapter.topics(app.srcdir)
    claims = {topic: app.env.metadata[f"chapters/{topic}"].get("claims", []) for topic in topics}
    for place in lists:
        address = app.builder.get_relative_uri(docname, f"chapters/{place['topic']}")
        entries = "".join(_entry(claim, address) for claim in claims[place["topic"]])
        place.replace_self(places.raw(f'<ol class="claims">{entries}</ol>' if entries else "<p>None yet.</p>"))
    for place in counts:
        place.replace_self(places.raw(_counted([claim.verdict for found in claims.values() for claim in found])))


def _entry(claim, address):
    return ENTRY.format(
        verdict=claim.verdict,
        badge=claim.verdict.capitalize(),
        address=f"{escape(address)}#{claim.anchor}",
        sentence=claim.sentence,
        measured=claim.measured,
        taught=claim.taught,
    )


def _counted(verdicts):
    """Return how many claims there are by verdict, and how many chance would support if none of them held."""
    counts = {"claims": len(verdicts)} | {verdict: verdicts.count(verdict) for verdict in ("supported", "undecided")}
    items = "".join(f"<li><strong>{count}</strong> {name}</li>" for name, count in counts.items())
    chance = f"If none of them held, chance alone would support at most {BY_CHANCE * len(verdicts):.1f}."
    return f'<ul class="claims-count">{items}</ul><p>{chance}</p>'
