"""The Sphinx extension of the book: what the pages need beyond the chapters' own text.

There is one module per concern: :mod:`~autograder.live.cache` (when pages are executed again),
:mod:`~autograder.live.frame` (exercises set apart from the prose), :mod:`~autograder.live.assignment` (each chapter's
notebook to download), :mod:`~autograder.live.archive` (what a page's Python runs from), :mod:`~autograder.live.quiz`
(quizzes as forms), :mod:`~autograder.live.course` (what scripts know about the whole book),
:mod:`~autograder.live.decorate` (exercises that are answered in the page), :mod:`~autograder.live.figure` (figures with
sliders), :mod:`~autograder.live.home` (the map of the course, with :mod:`~autograder.live.miniature`),
:mod:`~autograder.live.claims` (all claims on one page), :mod:`~autograder.live.numbers` (what there is, counted),
:mod:`~autograder.live.overview` (when such pages are rebuilt), :mod:`~autograder.live.authority` (what a function is
checked against), :mod:`~autograder.live.head` (how a page appears when it is shared), :mod:`~autograder.live.formulas`
(punctuation that stays with a formula), :mod:`~autograder.live.translated` (the book in another language) and
:mod:`~autograder.live.offline` (the book without a network). Scripts are in ``site``.
"""

from pathlib import Path

import sphinx_thebe
from sphinx.errors import ConfigError

from autograder import chapter
from autograder.live import (
    archive,
    assignment,
    authority,
    cache,
    claims,
    course,
    decorate,
    figure,
    formulas,
    frame,
    head,
    home,
    miniature,
    numbers,
    offline,
    overview,
    quiz,
    translated,
)
from autograder.sources import Sources

STATIC = Path(__file__).parent / "static"
MODULES = (
    cache,
    frame,
    formulas,
    quiz,
    course,
    assignment,
    archive,
    decorate,
    figure,
    overview,
    miniature,
    home,
    claims,
    numbers,
    head,
    authority,
    offline,
    translated,
)
# Later ones may override earlier ones.
SHEETS = ("fonts", "tokens", "page", "boxes", "live", "engine", "state", "quiz", "plot", "reference", "home", "print")


def setup(app):
    """Connect the extension to Sphinx."""
    app.connect("config-inited", translated.speak, priority=50)
    app.connect("config-inited", _require_form, priority=100)  # before anything else looks at a chapter
    app.connect("config-inited", _set_paths)
    app.connect("config-inited", _number_nothing, priority=900)  # after Jupyter Book's LaTeX, which switches it on
    app.connect("autodoc-skip-member", _skip_fields_without_words)
    _disconnect_thebe(app)
    for sheet in SHEETS:
        app.add_css_file(f"{sheet}.css")
    app.add_js_file("access.js", loading_method="defer")
    for module in MODULES:
        module.setup(app)
    # All pages are rebuilt when what makes them, styles included, has changed; their cells' outputs stay cached.
    made_by = int(Sources().digest([f"{__name__}.*"]), 16)
    return {"version": "1", "env_version": made_by, "parallel_read_safe": True, "parallel_write_safe": True}


def _require_form(app, config):
    """Stop before anything is built if an author has made a slip, reported as a line with its place."""
    if found := [line for topic in chapter.topics(app.srcdir) for line in chapter.slips(topic, app.srcdir)]:
        raise ConfigError("\n".join(found))


def _set_paths(app, config):
    # Absolute, since a generated conf.py may be in any directory and relative paths start there.
    config.html_static_path = [*config.html_static_path, str(STATIC)]
    config.html_search_scorer = str(STATIC.with_name("scorer.js"))
    config.html_logo = config.html_favicon = str(STATIC / "logo.svg")
    config.bibtex_bibfiles = [str(Path(app.srcdir) / file) for file in config.bibtex_bibfiles]


def _number_nothing(app, config):
    # No page refers to a figure by number, and counting them would make each build load every page.
    config.numfig = False


def _skip_fields_without_words(app, what, name, member, skip, options):
    # A named tuple's fields are in its signature; Python's own docstring of each only counts them.
    return True if str(member.__doc__).startswith("Alias for field number") else None


def _disconnect_thebe(app):
    # Jupyter Book always loads it: unused, it declares a constant twice in every page and names a foreign repository.
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler in (sphinx_thebe.init_thebe_core, sphinx_thebe.update_thebe_context):
                app.disconnect(listener.id)
