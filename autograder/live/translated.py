"""The book in another language, as set by ``language`` in ``_config.yml``: the pages for which there is a catalogue."""

import re

from docutils import nodes
from sphinx.errors import ConfigError

from autograder import language
from autograder.translation import pages

# The words of boxes (dnnkit.claim), which knows no other language.
VERDICTS = "Supported", "Undecided", "between {0} and {1}"
FIGURES = "{0}{1} ({2} interval {3}, {4} seeds)", "{0} to {1}", " of {0}"
TOLD = re.compile(
    r'(<strong class="claim-badge">)(\w+)(</strong>.*?<small>)Measured '
    r"(<data [^>]*>)([^<]*)</data>; expected ([^<]*)\.</small>",
    re.DOTALL,
)


def setup(app):
    """Connect the translation to Sphinx."""
    app.connect("source-read", _translate)
    app.connect("doctree-read", _tell_claims, priority=400)  # before they are gathered


def speak(app, config):
    """Read and show everything from now on in the book's language."""
    try:
        language.use(config.language)
    except ValueError as error:
        raise ConfigError(f"sphinx.config.language in _config.yml: {error}") from error


def _translate(app, docname, source):
    if docname.startswith("chapters/"):
        source[0] = pages.spoken(source[0])


def _tell_claims(app, doctree):
    """Put the words around the numbers of a claim, which its cell has written in English, into the book's language."""
    if language.spoken() == language.ENGLISH:
        return
    for raw in doctree.findall(nodes.raw):
        if TOLD.search(text := raw.astext()):
            raw.children = [nodes.Text(TOLD.sub(_told, text))]
            raw.rawsource = raw.astext()


def _told(claim):
    badge, verdict, between, data, figures, expected = claim.groups()
    first, last = language.say(f"Measured {figures}; expected {expected}.").split(language.say(figures), 1)
    return f"{badge}{language.say(verdict)}{between}{first}{data}{language.say(figures)}</data>{last}</small>"
