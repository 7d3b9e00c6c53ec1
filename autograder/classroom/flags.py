"""Point the instructor to answers that may be the reference itself; nobody loses a point over it.

The reference is open source and may be read. Three things are flagged: that an answer names the function it was asked
for, itself or through what another cell or a file next to the notebook defines; that the reference's code is there,
letter for letter except for comments and docstrings; and that something reaches for the course by an assembled name, by
its source, or in a file. The second is not flagged in a repair: the smallest correct change to the given code may be
the reference itself.
"""

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePath

import dnnkit

from .. import exercise as model
from .python import parsed
from .source import ANSWER

FEW_NODES = 40  # of syntax; code as short as this is alike by chance

NAMES_IT = "names the reference that was asked for"
NAMES_IT_ELSEWHERE = "leads to the reference that was asked for, through another cell or a file next to the notebook"
IS_IT = "is the reference's code"
REACHES = "may reach the reference by an assembled name, by its source or in a file (getattr, exec, a wheel)"
NOT_COMPARED = "took too much to be compared with the reference"
TOO_LONG = "has {words} words, but the limit was {limit}"

# What finds code by a text, and where the course's code is: its rooms, and the names of its packages and files.
WAYS = re.compile(
    r"exec|eval|compile|vars|__import__|__dict__|import_module|attrgetter|methodcaller|getattr_static|getmembers"
    r"|__getattribute__|locate|resolve_name|loads|Unpickler"
    r"|getsource(lines|file)?|findsource|FunctionType|modules|run_path|zipimporter|ZipFile|find_spec"
)
ROOMS = frozenset(path.stem for path in Path(dnnkit.__file__).parent.iterdir() if path.name[0] != "_") | {"dnnkit"}
PLACES = ("dnnkit", "autograder", ".whl")
JUDGES = ("autograder.exercises", "autograder.judge", "autograder.audit")


def of_notebook(topic, exercises, notebook, files, compare=True):
    """Return the flags of a rebuilt notebook's answers (see `flags`), by exercise, for those that have any.

    Without `compare` nothing is looked at, and the flags say so.
    """
    own = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked")
    ]
    texts = {PurePath(name): content for name, content in files.items() if name.endswith(".py")}
    modules = {".".join(path.with_suffix("").parts): text.decode("utf-8", "replace") for path, text in texts.items()}
    answers = {
        cell.id.removesuffix(ANSWER): cell.source
        for cell in notebook.cells
        if cell.id.endswith(ANSWER) or (cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade"))
    }
    found = {}
    for name, source in answers.items():
        asked = model.load(f"{topic}/{name}", exercises)
        others = [cell.source for cell in own if cell.id != f"{name}{ANSWER}"]
        try:
            said = flags(asked, source, others, modules) if compare else (NOT_COMPARED,)
        except (RecursionError, ValueError):  # in code that nobody foresaw, which costs no points either
            said = (NOT_COMPARED,)
        if said:
            found[asked.id] = said
    return found


def flags(exercise, source, cells=(), files=None):
    """Return the flags of an answer's cell: none, one or several of the sentences above.

    Parameters
    ----------
    exercise : autograder.exercise.Exercise
        What was asked.
    source : str
        The cell's text; text that is not Python has no flags.
    cells : sequence of str
        The text of the other cells that the student wrote.
    files : dict of str to str
        The text of the modules next to the notebook, by dotted name.
    """
    if exercise.kind == "text":
        words = len(source.split())
        return (TOO_LONG.format(words=words, limit=exercise.words),) if words > exercise.words else ()
    if exercise.asks_for_value:
        return ()
    answer = _steps(source)
    others = [step for cell in cells for step in _steps(cell)]
    others += [step for module, text in (files or {}).items() for step in _steps(text, module)]
    said = []
    if any(step.names(exercise.name) for step in answer):
        said.append(NAMES_IT)
    elif _is_led_to(exercise.name, answer, others):
        said.append(NAMES_IT_ELSEWHERE)
    if exercise.kind != "repair" and any(_is_reference(exercise, step.node) for step in (*answer, *others)):
        said.append(IS_IT)
    rooms = ROOMS.union(*(step.binds for step in (*answer, *others) if "dnnkit" in step.imported))
    if not said and any(step.reaches(rooms) for step in (*answer, *others)):
        said.append(REACHES)
    return tuple(said)


@dataclass(frozen=True, eq=False)
class _Step:
    """A statement of a cell, or of a module next to the notebook.

    `binds` are the names that it assigns to, in whole or in part; `reads` the names from elsewhere that it reads or
    imports; `asks` what it imports from dnnkit or reads as an attribute of something. `finds` says whether it finds
    something by a text, `speaks` whether a text in it names a place of the course, and `loads` which names it reads.
    """

    node: ast.stmt
    binds: frozenset
    reads: frozenset
    asks: frozenset
    loads: frozenset
    finds: bool
    speaks: bool

    @cached_property
    def imported(self):
        """What it imports, as text; "" for any other statement."""
        return ast.unparse(self.node) if isinstance(self.node, (ast.Import, ast.ImportFrom)) else ""

    def reaches(self, rooms):
        """Whether it may find code of the course, whose modules are called `rooms`, without naming it."""
        by_text = self.finds and (self.speaks or bool(self.loads & rooms))
        return by_text or any(judge in self.imported for judge in JUDGES)

    def names(self, name):
        """Whether it names the reference, or imports everything."""
        return name in self.asks or "*" in self.asks


def _step(statement, module):
    stored, parts, read, asked = set(), set(), set(), set()
    finds, texts = False, []
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
                finds |= WAYS.fullmatch(name) is not None
            case ast.Name(id=name) | ast.arg(arg=name):
                stored.add(name)
            case ast.ImportFrom(module=str(place)) if place.split(".")[0] == "dnnkit":
                asked |= {alias.name for alias in node.names}
            case ast.Import() | ast.ImportFrom():
                read |= {alias.name for alias in node.names}
            case ast.alias():
                stored.add((node.asname or node.name).split(".")[0])
            case ast.Attribute(attr=name, ctx=ast.Load()):
                asked.add(name)
                finds |= WAYS.fullmatch(name) is not None
            case ast.Attribute() | ast.Subscript(ctx=ast.Store()):
                parts |= {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                asked.add(name)
            case ast.Call(func=ast.Name(id="getattr")):
                finds = True
            case ast.MatchClass(kwd_attrs=names):
                asked |= set(names)
            case ast.Constant(value=str() | bytes()):
                texts.append(node)
    speaks = _names_a_place(texts)
    loads, modules = frozenset(read), {module, module.rpartition(".")[2]}
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        bound, read = {statement.name, *modules}, read - stored
    else:
        bound = modules | stored | parts
    return _Step(statement, frozenset(bound), frozenset(read), frozenset(asked), loads, finds, speaks)


def _names_a_place(texts):
    """Whether a statement's texts, which may be pieces to be put together, name a place of the course."""
    texts = sorted(texts, key=lambda node: (node.lineno, node.col_offset))
    joined = "".join(text if isinstance(text := node.value, str) else text.decode("latin-1") for node in texts)
    return any(place in joined for place in PLACES)


@lru_cache(256)
def _steps(source, module=""):
    """Return the statements of a cell, its magics left out, or of a module; text that is not Python has none."""
    tree = parsed(source)
    return () if tree is None else tuple(_step(statement, module) for statement in tree.body)


def _is_led_to(name, answer, others):
    """Whether an answer reads what comes from the reference, or another statement puts that in its place."""
    readers = defaultdict(list)
    for step in others:
        for read in step.reads:
            readers[read].append(step)
    led, new = {""}, [step for step in others if step.names(name)]
    everything = [step for step in new if "*" in step.asks]  # which an answer may well redefine
    replaced = False
    while new:
        replaced |= any(name in step.binds for step in new)
        bound = {bound for step in new for bound in step.binds} | ({name} if everything else set())
        new = [step for each in bound - led for step in readers[each]]
        led |= bound
    kept = name in led and not any(name in step.binds for step in answer)
    return replaced or kept or any(step.reads & led for step in answer)


def _is_reference(exercise, node):
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return False
    size, reference = _reference(exercise)
    return size > FEW_NODES and _plain(node) == reference


@cache
def _reference(exercise):
    """Return the size and the plain code of the reference, or nothing if it is imported from elsewhere."""
    definition = _definition(ast.parse(reference_source(exercise)))
    return (_size(definition), _plain(definition)) if definition else (0, None)


def reference_source(exercise):
    """Return the reference's code: dnnkit's, or the code in the exercise's own file."""
    if exercise.solution.__module__.startswith("dnnkit."):
        return textwrap.dedent(inspect.getsource(exercise.solution))
    return exercise.solution_source


def _definition(tree):
    return next((node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))), None)


@lru_cache(256)
def _plain(node):
    """Return the code of a definition without docstrings, and without its own decorators and name."""
    copied = ast.parse(ast.unparse(node))
    for inner in ast.walk(copied):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(inner) is not None:
            inner.body = inner.body[1:]
    return [ast.dump(statement) for statement in copied.body[0].body]


def _size(node):
    return sum(1 for _ in ast.walk(node))
