"""What a chapter's page needs for its exercises to be answered in it: places for buttons and verdicts, and the scripts.

The places are in the page from the start, so that nothing moves when a script takes hold of them. The scripts fetch
Python and the editor only when the reader first touches an exercise or a figure.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

from autograder import chapter
from autograder import exercise as model
from autograder.live import archive, places
from autograder.live.assignment import FOLDER
from autograder.live.course import topic_of
from autograder.live.frame import is_exercise

SITE = Path(__file__).parent / "site"
VENDOR = "build/vendor"
PYODIDE = "https://cdn.jsdelivr.net/pyodide/v0.29.4/pyc/"
MODULES = "https://cdn.jsdelivr.net/npm/"
# CodeMirror 6 as ES modules, each once: two copies of a module would not know each other's classes.
EDITOR = {
    "@codemirror/autocomplete": "6.20.4/dist/index.js",
    "@codemirror/commands": "6.11.1/dist/index.js",
    "@codemirror/lang-python": "6.2.1/dist/index.js",
    "@codemirror/language": "6.13.1/dist/index.js",
    "@codemirror/lint": "6.9.8/dist/index.js",
    "@codemirror/state": "6.7.6/dist/index.js",
    "@codemirror/streamparser": "6.0.0/dist/index.js",
    "@codemirror/view": "6.43.15/dist/index.js",
    "@lezer/common": "1.5.5/dist/index.js",
    "@lezer/highlight": "1.2.5/dist/index.js",
    "@lezer/lr": "1.4.12/dist/index.js",
    "@lezer/python": "1.1.19/dist/index.js",
    "@marijn/find-cluster-break": "1.0.4/src/index.js",
    "crelt": "1.0.7/index.js",
    "style-mod": "4.1.4/src/style-mod.js",
    "w3c-keyname": "2.2.8/index.js",
}


def setup(app):
    """Connect the decoration to Sphinx."""
    app.add_config_value("live_pyodide", PYODIDE, "html", str)
    app.add_config_value("live_modules", MODULES, "html", str)
    app.add_config_value("live_seconds", 10, "html", int)
    app.connect("config-inited", _publish)
    app.connect("doctree-resolved", decorate)


def decorate(app, doctree, docname):
    """Add the places, the chapter's data and the scripts to the page of a chapter that has exercises."""
    topic = topic_of(app, docname)
    if app.builder.format != "html" or topic is None:
        return
    content = chapter.read(topic, app.srcdir)
    for frame, section in zip(doctree.findall(is_exercise), content.sections):
        places.furnish(frame, section)
    address = addresses(app, docname)
    assignment = address(f"{FOLDER}/{topic}.ipynb")
    questions = len(app.env.metadata[docname]["questions"])
    next(doctree.findall(nodes.section)).insert(1, places.beginning(content, questions, assignment))
    modules = address(app.config.live_modules)
    modules = modules if "://" in modules else f"./{modules}"  # so that an import map takes it for an address
    imports = {name: f"{modules}{name}@{path}" for name, path in EDITOR.items()}
    facts = python(app, address) | {
        "topic": topic,
        "assignment": assignment,
        "setup": [cell.source for cell in content.setup],
        "exercises": [_facts(section, chapter.exercises_root(app.srcdir)) for section in content.sections],
    }
    doctree.append(
        places.raw(
            f'<script type="importmap">{_script({"imports": imports})}</script>\n'
            f"{data(facts)}\n"
            f'<script type="module" src="{address("live/page.js")}"></script>'
        )
    )


def addresses(app, docname):
    """Return a function that gives the address, from the page `docname`, of a path in the site or on another host."""

    def address(path):
        return path if "://" in path else relative_uri(app.builder.get_target_uri(docname), path)

    return address


def python(app, address):
    """Return what a page's script needs to know to run Python, given the page's `address` function."""
    return {
        "pyodide": address(app.config.live_pyodide),
        "archive": address(archive.PLACE),
        "seconds": app.config.live_seconds,
    }


def data(facts):
    """Return the HTML that hands facts to a page's script."""
    return f'<script type="application/json" id="live-data">{_script(facts)}</script>'


def _facts(section, root):
    """Return what the page's script needs to know about an exercise that is not in the page."""
    exercise = model.load(section.exercise, root)
    facts = {"id": section.exercise, "title": section.title, "kind": section.kind}
    if section.kind == "text":
        return facts | {"words": exercise.words, "rubric": exercise.rubric}
    given = [cell.source for cell in section.cells if cell.kind == "code" and not {"exercise", "check"} & {*cell.tags}]
    # If the answer is just a value, it is not shown, and there is no other way to write it.
    return facts | {
        "starter": section.starter.source,
        "given": given,
        "texts": exercise.hints,
        "solutions": not exercise.asks_for_value,
    }


def _publish(app, config):
    # Files of `html_extra_path` end up next to the pages as they are; under `_static` all pages would load each script.
    extra = [SITE]
    if "://" not in config.live_pyodide or "://" not in config.live_modules:
        extra.append(Path(app.srcdir) / VENDOR)
        if not extra[-1].is_dir():
            raise ConfigError(f"live_pyodide and live_modules name folders of the site: `make vendor` fills {VENDOR}")
    config.html_extra_path = [*config.html_extra_path, *map(str, extra)]


def _script(data):
    return json.dumps(data).replace("<", "\\u003c")
