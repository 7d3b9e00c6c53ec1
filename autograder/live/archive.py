"""The archive that a page runs from: dnnkit and the student's side of autograder, without what only grading uses.

From an exercise's file it takes the public checks and the misconceptions, each of which is caught by one of them, as
the audit proves. Hidden checks, free texts, lazy tests, and what only these need are left out, and so are solutions
that are mere values and other ways to write them. Right answers that are code are included, as is the reference: a
page shows them to readers who have passed, and judges tests by them.
"""

import ast
import hashlib
import io
import json
import zipfile
from pathlib import Path

from autograder import exercise as model
from autograder import language
from autograder.live import cache, learning, learnt, measure
from autograder.sources import Sources, installed_version

PLACE = "live/course.zip"
PACKAGES = Path(model.__file__).parents[1]
FIGURES = PACKAGES / "autograder" / "live" / "figures"
KEPT = PACKAGES / "_build" / ".jupyter_cache"  # where the book keeps what it has run
STUDENTS = tuple(PACKAGES / "autograder" / room for room in ("", "judge", "live"))  # what a student's side may import
ENTRIES = ("__init__", "authoring", "judge/__init__", "live/page")  # the entry points of autograder's student side
NEED_MORE = {"pytorch"}  # rooms of dnnkit that need torch
OLDEST = (1980, 1, 1, 0, 0, 0)  # the date of every member, so that the same sources give the same bytes
ANSWERS = {"misconception", "same_mistake_as", "alternative"}  # the marks of answers that are kept
ALWAYS = {"points", "hints", "returns", "solution", "given", "may_change", "tests", "leaves_out", "most_calls"}


def setup(app):
    """Connect the archive to Sphinx."""
    app.connect("build-finished", write)


def write(app, exception):
    """Write the archive next to the pages, unless the one there was made from the same sources."""
    if exception is not None or app.builder.format != "html":
        return
    path = Path(app.outdir) / PLACE
    if not path.exists() or _comment(path) != digest():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pack(cache.folder(app)))


def pack(kept=KEPT):
    """Return the archive as the bytes of a zip; the same sources give the same bytes.

    What figures have measured is in the directory `kept`, and what checks have said about misconceptions next to it; if
    not, it is found now and kept there.

    >>> names = zipfile.ZipFile(io.BytesIO(pack())).namelist()
    >>> "dnnkit/dropout.py" in names, "autograder/check.py" in names, "autograder/chapter/reading.py" in names
    (True, True, False)
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = digest()
        for path in _sources():
            archive.writestr(_member(path), path.read_bytes())
        # The page's modules are in a package that, here, is a Sphinx extension.
        archive.writestr(zipfile.ZipInfo("autograder/live/__init__.py", OLDEST), "")
        sources = Sources()
        for topic in measure.topics():
            figure = measure.measured_figure(topic, kept, sources)
            if figure.measure is not None:
                archive.writestr(_member(FIGURES / f"{topic}.json"), json.dumps(figure.measured))
        exercises = [model.load(name, model.EXERCISES) for name in model.ids(root=model.EXERCISES)]
        coded = [one for one in exercises if one.kind != "text"]
        said = {one.id: learning.kept(one, learning.beside(kept), sources) for one in coded}
        archive.writestr(_member(learnt.FILE), json.dumps(said))
        texts = {one.path: public_source(one) for one in coded}
        for path, source in (texts | shared_sources(texts)).items():
            archive.writestr(_member(path), source)
    return packed.getvalue()


def digest():
    """Return a digest (bytes) of all that the archive is made from, this module and NumPy's version included."""
    total = hashlib.sha256(Path(__file__).read_bytes() + installed_version("numpy").encode())
    for path in (*_sources(), *sorted(model.EXERCISES.rglob("*.py"))):
        total.update(path.relative_to(PACKAGES).as_posix().encode() + path.read_bytes())
    return total.hexdigest().encode()


def public_source(exercise):
    """Return the source of an exercise's file without what only grading uses."""
    body = [
        kept
        for node in ast.parse(exercise.path.read_text(encoding="utf-8")).body
        if (kept := _public(node, exercise)) is not None
    ]
    return _without_what_is_unneeded(body, ALWAYS)


def shared_sources(sources):
    """Return the sources that exercises share, by path, without what none of the exercises' `sources` uses."""
    wanted = {}
    for path, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                wanted.setdefault(path.with_name(f"{node.module}.py"), set()).update(name.name for name in node.names)
    return {path: _without_what_is_unneeded(ast.parse(path.read_text()).body, names) for path, names in wanted.items()}


def _without_what_is_unneeded(body, always):
    return ast.unparse(ast.Module(_needed(body, always), type_ignores=[])) + "\n"


def _sources():
    reference = PACKAGES / "dnnkit"
    for path in sorted((*reference.rglob("*.py"), *reference.rglob("*.npz"))):
        room = path.relative_to(reference).parts[0].removesuffix(".py")
        if room not in NEED_MORE:
            yield path
    yield from sorted(_imported({PACKAGES / "autograder" / f"{name}.py" for name in ENTRIES}))
    yield from sorted(FIGURES.glob("*.py"))
    yield from sorted(language.HOME.glob(f"{language.spoken()}/*.po"))


def _imported(paths):
    """Return the modules of autograder at `paths` and those that they import."""
    found, due = set(), set(paths)
    while due:
        path = due.pop()
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                package = path.parents[node.level - 1] if node.level else PACKAGES
                inside = package.joinpath(*(node.module or "").split("."))
                names = {inside.with_suffix(".py"), *(inside / f"{name.name}.py" for name in node.names)}
                due |= {name for name in names if name.is_file() and name.parent in STUDENTS} - found
    return found


def _member(path):
    entry = zipfile.ZipInfo(path.relative_to(PACKAGES).as_posix(), OLDEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _comment(path):
    with zipfile.ZipFile(path) as archive:
        return archive.comment


def _public(node, exercise):
    """Return a statement of an exercise's file as the archive holds it, or None."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "solution":
        # Like the value, `...` is not callable, which is all that judging asks, unless the checks compute with it.
        return node if _uses(exercise.path).get("solution", 0) else ast.parse("solution = ...").body[0]
    marks = {_mark(decorator): decorator for decorator in getattr(node, "decorator_list", ())}
    if marks.keys() & {"hidden", "neighbour", "lazy"} or ("alternative" in marks and exercise.asks_for_value):
        return None
    return node


def _mark(decorator):
    return getattr(decorator.func if isinstance(decorator, ast.Call) else decorator, "id", "")


def _uses(path):
    return _names(ast.parse(path.read_text(encoding="utf-8")).body)


def _names(body):
    """Return how often each name is read."""
    reads = [node.id for part in body for node in ast.walk(part) if _is_read(node)]
    return {name: reads.count(name) for name in reads}


def _is_read(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _needed(body, always):
    """Return the statements without helpers, constants and imports that neither the others nor `always` use."""
    while True:
        read = {*_names(body), *always}
        kept = [kept for node in body if (kept := _without_unused(node, read)) is not None]
        if len(kept) == len(body):
            return kept
        body = kept


def _without_unused(node, read):
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            node.names = [name for name in names if (name.asname or name.name) in read]
            return node if node.names else None
        case ast.Assign(targets=[ast.Name(id=name)]):
            return node if name in read else None
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            own = name.startswith("check_") or ANSWERS & set(map(_mark, node.decorator_list))
            return node if own or name in read else None
    return node
