"""Nothing that is built shows an answer next to its question, or a check that runs only in grading.

The secrets of an exercise are searched for line by line, with white space and comments removed, in every file under
``_build/html``: in its text, without its tags, and inside notebooks and archives.
"""

import ast
import html as markup
import inspect
import io
import itertools
import json
import re
import textwrap
import tokenize
import zipfile
from collections import defaultdict

import pytest
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder import exercise as model
from autograder.live import archive

EXERCISES = {name: model.load(name) for name in model.ids()}
# Shorter lines, such as `return output`, occur in any program; so does validation of arguments, which is left out.
TELLING = 20
# If an exercise asks for a class, the starter shows the first lines of its methods.
PUBLIC = re.compile(r"_inputs\.|^def\w+\(self")


def squeeze(text):
    return re.sub(r"\s+", "", text)


def source(thing, path=None):
    """Return the source of a function or class, found by name in the file at `path` if that is given."""
    if path is None:
        return textwrap.dedent(inspect.getsource(thing))
    text = path.read_text(encoding="utf-8")
    return next(
        ast.get_source_segment(text, node)
        for node in ast.parse(text).body
        if getattr(node, "name", "") == thing.__name__
    )


def body(code):
    """Return the lines of a function's or class's body without docstrings, comments and white space."""
    layout = {tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT}
    kept, begins, depth = defaultdict(str), True, 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in layout:
            begins |= token.type in (tokenize.NEWLINE, tokenize.INDENT)
            depth += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
            continue
        if depth and not (begins and token.type == tokenize.STRING):
            for offset, part in enumerate(token.string.splitlines()):
                kept[token.start[0] + offset] += squeeze(part)
        begins = False
    return [kept[number] for number in sorted(kept) if kept[number]]


def private(function):
    """Return, by name, the private functions of its module that a function calls, directly or indirectly."""
    module, found, due = inspect.getmodule(function), {}, [function]
    while due:
        for name in set(re.findall(r"\b_\w+", source(due.pop()))) - set(found):
            thing = vars(module).get(name) if module else None
            if inspect.isfunction(thing) and thing.__module__ == module.__name__:
                found[name] = thing
                due.append(thing)
    return found


def helpers(function):
    """Return the private functions that only answers use: a chapter may show what no exercise asks for."""
    asked = [exercise.solution for exercise in EXERCISES.values()]
    shared = set()
    for name, thing in vars(inspect.getmodule(function) or object).items():
        if inspect.isfunction(thing) and thing.__module__ == function.__module__ and not name.startswith("_"):
            shared |= set() if thing in asked else set(private(thing))
    return [thing for name, thing in private(function).items() if name not in shared]


def runs(lines, shown=frozenset()):
    """Return every two consecutive lines, or the only one; but not two that a starter shows."""
    pairs = itertools.pairwise(lines) if len(lines) > 1 else [(line,) for line in lines]
    return ["".join(pair) for pair in pairs if not shown.issuperset(pair)]


def secrets(exercise):
    """Return what nobody may find out about an exercise, squeezed."""
    found = [squeeze(text) for _, text in exercise.anchors] + [squeeze(sentence) for sentence in exercise.mistakes]
    shown = set(body(source(exercise.given))) if callable(exercise.given) else set()
    if callable(exercise.solution):
        # A test begins as any program does: only two lines in a row give it away.
        parts = runs if exercise.kind == "test" else list
        for function in (exercise.solution, *helpers(exercise.solution)):
            found += parts([line for line in body(source(function)) if not (line in shown or PUBLIC.search(line))])
    elif isinstance(exercise.solution, (dict, tuple, list)):
        found.append(squeeze(repr(exercise.solution)))
    for answer in exercise.alternatives:
        if callable(answer.answer):
            found += runs(body(source(answer.answer, exercise.path)), shown)
    for check in exercise.checks:
        if check.hidden:
            found += [check.name, squeeze(check.title), *runs(body(source(check.run)))]
    return {text for text in found if len(text) >= TELLING}


def readings(name, content):
    """Yield (place, text) for a file as it may be read, squeezed; members of an archive count as files."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from readings(f"{name}:{member}", archive.read(member))
        return
    text = content.decode("utf-8", errors="replace")
    if name.endswith(".ipynb"):
        for cell in json.loads(text)["cells"]:
            yield name, squeeze("".join(cell["source"]))
    yield name, squeeze(markup.unescape(text).replace("\\n", "").replace('\\"', '"'))
    if name.endswith((".html", ".svg", ".xml")):
        yield name, squeeze(markup.unescape(re.sub(r"<[^>]*>", "", text)))


def leaks(wanted, texts):
    return [(place, secret) for place, text in texts for secret in wanted if secret in text]


@pytest.fixture(scope="session")
def texts(html):
    """Every file of the built book as it may be read.

    The archive that pages run from holds the reference, which exercises call: test_live_archive looks inside it.
    """
    files = [path for path in sorted(html.rglob("*")) if path.is_file() and path != html / archive.PLACE]
    assert any(path.suffix == ".ipynb" for path in files)
    assert any("_sources" in path.parts for path in files)
    return [reading for path in files for reading in readings(path.relative_to(html).as_posix(), path.read_bytes())]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_nothing_of_an_exercise_leaks(exercise, texts):
    assert not leaks(secrets(exercise), texts)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_there_is_something_to_look_for(exercise):
    assert secrets(exercise)
    hidden = [check for check in exercise.checks if check.hidden]
    assert {check.name for check in hidden if len(check.name) >= TELLING} <= secrets(exercise)


SOURCE = source(EXERCISES["dropout/inverted_dropout"].solution)
PAGE = highlight(SOURCE, PythonLexer(), HtmlFormatter(full=True))
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": SOURCE.splitlines(keepends=True)}]})


def zipped(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("_modules/dnnkit/dropout.html", PAGE.encode()),
        ("_sources/dropout.md.txt", SOURCE.encode()),
        ("_downloads/dropout.py", SOURCE.replace("    ", "\t").encode()),
        ("assignments/dropout.ipynb", NOTEBOOK.encode()),
        ("searchindex.js", f"Search.setIndex({json.dumps({'text': SOURCE})})".encode()),
        ("course.zip", zipped("dnnkit/dropout.py", SOURCE)),
        ("course.whl", zipped("inner.zip", zipped("assignments/dropout.ipynb", NOTEBOOK))),
    ],
)
def test_a_planted_answer_is_found(name, content):
    found = leaks(secrets(EXERCISES["dropout/inverted_dropout"]), readings(name, content))
    assert found
    assert all(place.startswith(name) for place, _ in found)


def test_a_planted_hidden_check_is_found_by_its_name_its_title_and_its_body():
    exercise = EXERCISES["dropout/inverted_dropout"]
    check = next(check for check in exercise.checks if check.hidden)
    body_alone = "\n".join(source(check.run).splitlines()[3:])
    for planted in (check.name, check.title, body_alone):
        assert leaks(secrets(exercise), readings("page.html", planted.encode()))


def test_what_is_shown_on_purpose_is_no_leak():
    exercise = EXERCISES["dropout/inverted_dropout"]
    shown = f"{inspect.signature(exercise.solution)} {inspect.getdoc(exercise.solution)} {exercise.summary}"
    assert not leaks(secrets(exercise), readings("page.html", shown.encode()))
