"""Draft a misconception from wrong answers that have no name yet: the code of one of them, still to be described."""

import ast
import copy
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from .. import exercise as model
from ..chapter.homes import exercises_root
from ..judge.verdict import PASSED
from ..slips import bound
from ..written import names_read, statements_for
from . import config as settings
from . import pin
from .layout import ClassError, alone, open_class, shown
from .python import NO_PYTHON, parsed
from .reporting.gather import bare, gather
from .reporting.statistics import clusters
from .source import ANSWER

ENTRY = """\
# TODO: a name for the mistake, and the sentence that would have helped: what was done, why it is wrong, what to do
@misconception("...", caught_by={check})
"""
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
HIDDEN_ALONE = "# TODO: a public check that refuses it, since only hidden ones do\n"


@dataclass(frozen=True)
class Entry:
    """A drafted misconception: its text, the exercise and the path of its file, and how many students made the mistake.

    `is_own` says whether the exercise is the class's own rather than the course's.
    """

    text: str
    exercise: str
    path: Path
    students: int
    is_own: bool


@alone
def name(directory, key) -> Entry:
    """Return the entry for an exercise's file that turns a cluster of the report into a misconception.

    Parameters
    ----------
    directory : path
        The class directory.
    key : str
        What the report calls the cluster, such as ``"dropout/inverted_dropout:3fa2c1"``.

    Raises
    ------
    ClassError
        When there is no such cluster, or none of its answers can become a misconception.
    """
    place = open_class(directory)
    asked, _, mark = key.partition(":")
    topic = asked.partition("/")[0]
    if topic not in pin.read(place)["topics"]:
        raise ClassError(f"{shown(key)!r} is not a key from the report, such as dropout/inverted_dropout:3fa2c1")
    with settings.log_to(place.state / "name.log") as log:
        gathered = gather(place, log, (topic,))
    found = {each.key: each for each in clusters(gathered.results, gathered.findings)}
    if key not in found:
        known = ", ".join(each for each in found if each.startswith(f"{asked}:")) or "none for that exercise"
        raise ClassError(f"the report has no wrong answers without a name under {shown(key)!r}; it has {known}")
    if not found[key].is_judged:
        raise ClassError(
            f"no check has seen these answers, so there is no mistake to name; look at them in the report "
            f"({shown(key)})"
        )
    exercise = model.load(asked, place.exercises)
    if exercise.kind == "test":
        raise ClassError(
            f"{asked} asks for a test, and a test's mistake is what it fails to find: add that to "
            f"{exercise.tests.id} as a misconception"
        )
    entry = f"mistake_{mark}"
    made = [each for student in found[key].students if (each := _made(place, student, exercise, entry))]
    if not made:
        raise ClassError(
            "none of these answers is in its own cell, as code that can be rewritten; look at them in the "
            f"report ({shown(key)})"
        )
    before, definition = min(made, key=lambda parts: (sum(map(len, parts)), parts))
    text = f"{before}\n\n" * bool(before) + _mark(exercise, found[key]) + definition
    own = exercises_root(place.root) / topic / f"{exercise.name}.py"
    path = own if own.is_file() else Path("autograder", "exercises", topic, f"{exercise.name}.py")
    return Entry(text, asked, path, len(found[key].students), own.is_file())


def _made(place, student, exercise, entry):
    """Return, as text, what a student's answer needs and the answer under the entry's name; None if it does not fit."""
    make = _value if exercise.asks_for_value else _definition
    with suppress(*NO_PYTHON):
        answer = _answer(place, student, exercise)
        return answer and make(exercise, *answer, entry)


def _answer(place, student, exercise):
    """Return the statements of a student's code above an answer's cell and those in it; None if it defines no answer.

    Graded cells, bare expressions (calls of `check`, for instance) and anything that is not Python are left out.
    """
    notebook = nbformat.read(place.step("autograded", student, exercise.topic, f"{exercise.topic}.ipynb"), as_version=4)
    above = []
    for cell in notebook.cells:
        tree = copy.deepcopy(parsed(cell.source)) if cell.cell_type == "code" else None  # the cached tree is shared
        own = [node for node in tree.body if not isinstance(node, ast.Expr)] if tree else []
        if cell.id == f"{exercise.name}{ANSWER}":
            defining = [node for node in own if exercise.name in bound(node)]
            fits = defining and (exercise.asks_for_value or isinstance(defining[-1], DEFINITIONS))
            return (above, own) if fits else None
        above += own
    return None


def _mark(exercise, cluster):
    """Return what goes above the code: what is still to write, and the first check that fails, a public one first."""
    failed = {title for title, verdict, _ in cluster.signature if verdict != PASSED}
    checks = [check for check in exercise.checks if check.title in failed]
    public = [check for check in checks if not check.hidden]
    return ("" if public else HIDDEN_ALONE) + ENTRY.format(check=(public or checks)[0].name)


def _value(exercise, above, own, entry):
    """Return "", and as text a function without arguments that makes the value by the student's statements."""
    before, _ = statements_for(above, set().union(*map(names_read, own)))
    body = [*_imports(exercise, before), *_others(before), *own, ast.Return(ast.Name(exercise.name, ast.Load()))]
    definition = ast.parse(f"def {entry}(): ...").body[0]
    definition.body = body
    return "", _written([definition])


def _definition(exercise, above, own, entry):
    """Return, as text, what the answer needs, under new names, and the answer under the entry's name."""
    nodes, _ = statements_for([*above, *own], {exercise.name})
    others = _others(nodes)
    names = {each: f"_{each.strip('_')}_of_{entry}" for node in others for each in bound(node)}
    main = next(node for node in others if exercise.name in bound(node))
    renamed = _Renamed(names | {exercise.name: entry})
    for node in others:
        renamed.visit(node)
        if isinstance(node, DEFINITIONS):
            node.name = renamed.names[node.name]
    before = [*_imports(exercise, nodes), *(node for node in others if node is not main)]
    return _written(before) if before else "", _written([main])


class _Renamed(ast.NodeTransformer):
    """Rename what a module binds, except where a function's parameter has the same name."""

    def __init__(self, names):
        self.names = names

    def visit_Name(self, node):
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_FunctionDef(self, node):
        own = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        _Renamed({name: new for name, new in self.names.items() if name not in own}).generic_visit(node)
        return node

    visit_Lambda = visit_FunctionDef


def _imports(exercise, nodes):
    """Return the imports among statements that the exercise's file does not have itself."""
    known = {ast.dump(node) for node in ast.parse(exercise.path.read_text(encoding="utf-8")).body}
    return [node for node in nodes if _is_import(node) and ast.dump(node) not in known]


def _others(nodes):
    return [node for node in nodes if not _is_import(node)]


def _is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def _written(nodes):
    """Return statements as text, without comments and docstrings, which may contain a student's name."""
    return bare("\n\n\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in nodes)) + "\n"
