"""An author's slips, each reported as one line: the file, the line, what is wrong, and what to do next."""

import ast
import hashlib
import importlib.util
import inspect
import os
import sys
import traceback
import types
from pathlib import Path

from .judge.forms import form_of

ANSWERS = frozenset(
    ("misconception", "same_mistake_as", "neighbour", "alternative", "lazy")
)  # marks of what is not a check


class BadExercise(Exception):
    """An exercise's file or its id is not as it must be."""


def shown(path):
    """Return a path as an editor opens it: relative to the working directory if it is inside."""
    path = Path(path)
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


class Source:
    """The file of an exercise, for saying where in it something is wrong."""

    def __init__(self, path):
        self.path = Path(path).absolute()  # as Python calls it when something in it fails

    def slip(self, where, wrong, remedy):
        """Return the BadExercise that says what is wrong; `where` is a line or a top-level name of the file."""
        line = where if isinstance(where, int) else self.line(where)
        return BadExercise(f"{shown(self.path)}, line {line}: {wrong}; {remedy}")

    def line(self, name):
        """Return the line at which the file last binds a top-level name, or 1."""
        lines = [node.lineno for node in self.tree().body if name in bound(node)]
        return max(lines, default=1)

    def tree(self):
        """Return the syntax tree of the file."""
        return ast.parse(self.path.read_bytes())

    def run(self):
        """Return the file as a module; a slip that keeps it from running is reported with its line.

        It belongs to a package of its folder in its present state, so that ``from ._shared import ...`` finds what
        exercises of a topic share, in the course and in the snapshot of a class alike.
        """
        name = f"{_package(self.path.parent)}.{self.path.stem}"
        spec = importlib.util.spec_from_file_location(name, self.path)
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            if error.filename == str(self.path):
                raise self.slip(error.lineno or 1, f"this is not Python ({error.msg})", "mend the line") from error
            raise self._failed(error) from error
        except (Exception, SystemExit) as error:
            raise self._failed(error) from error
        return module

    def _failed(self, error):
        """Return the slip for what the file raised when it ran, at the last of its own lines."""
        frames = traceback.extract_tb(error.__traceback__)
        line = next((frame.lineno for frame in reversed(frames) if frame.filename == str(self.path)), 1)
        said = str(error).split("\n", 1)[0] or type(error).__name__
        if isinstance(error, NameError):
            return self.slip(line, said, "define or import it above, or correct its spelling")
        if isinstance(error, ImportError):
            return self.slip(line, said, "correct the name, or install what is missing")
        if isinstance(error, BadMark):
            return self.slip(line, *error.args)
        return self.slip(line, f"the file raises {type(error).__name__} ({said})", "mend what this line does")


def _package(folder):
    """Return the name of a package that imports from a folder; another one if what is shared there has changed."""
    shared = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.glob("_*.py"))]
    name = "exercises_" + hashlib.sha256(repr((str(folder), shared)).encode()).hexdigest()[:16]
    if name not in sys.modules:
        importlib.invalidate_caches()
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(folder)]
    return name


class BadMark(TypeError):
    """A decorator of an exercise's file is not used as it must be: what is wrong, and what to do next."""


def bound(node):
    """Return the names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return [name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]


def require_common(names, source):
    """Raise the slip of a file that lacks what every kind of exercise has."""
    if not (names.get("__doc__") or "").strip():
        raise source.slip(1, "the file has no docstring", "begin it with one line that says what is asked")
    points = names.get("points")
    if isinstance(points, bool) or not isinstance(points, int | float) or not points > 0:
        what = "there are no points" if points is None else f"points is {points!r}"
        raise source.slip("points", what, "write a number above 0, such as: points = 3")
    hints = names.get("hints", ())
    if not isinstance(hints, tuple | list) or len(hints) != 3 or not all(map(_is_text, hints)):
        what = f"{len(hints)} hints" if isinstance(hints, tuple | list) else "hints that are not a tuple"
        raise source.slip("hints", f"an exercise has three hints; this one has {what}", 'write: hints = ("...", ) * 3')


def require_text(names, source):
    """Raise the slip of a free text that lacks what its markers need."""
    for name, what in (
        ("rubric", "four rows (points, sentence)"),
        ("anchors", "two answers (points, text)"),
        ("mistakes", "three sentences"),
    ):
        rows = names.get(name)
        if not isinstance(rows, tuple | list) or not rows:
            raise source.slip(name, f"a free text needs {name}", f"write {name} as a tuple of {what}")
        if name != "mistakes" and not all(isinstance(row, tuple | list) and len(row) == 2 for row in rows):
            raise source.slip(name, f"a row of {name} is not a pair", f"write {name} as a tuple of {what}")


def require_judged(names, own, source):
    """Raise the slip of an exercise that cannot be judged; `own` are the functions that its file defines."""
    if "solution" not in names:
        raise source.slip(1, "there is no `solution`", "import the reference as solution, or write a `rubric`")
    if "returns" not in names:
        raise source.slip(1, "there is no `returns`", "write the form of an answer, such as: returns = array")
    try:
        form_of(names["returns"])
    except TypeError as error:
        raise source.slip("returns", str(error), "take forms from autograder.authoring") from error
    checks = [(name, thing) for name, thing in own if name.startswith("check_")]
    if not checks:
        raise source.slip(1, "there are no checks", "write a function check_...(answer, rng) for each property")
    for name, check in checks:
        if not (check.__doc__ or "").strip():
            raise source.slip(name, f"{name} has no docstring", "write the property that it asserts as its first line")
        if len(inspect.signature(check).parameters) != 2:
            raise source.slip(name, f"{name} must take two arguments", f"write def {name}(answer, rng)")
        if vars(check).keys() & ANSWERS:
            raise source.slip(name, f"{name} is marked as an answer", "mark it only as a check")
    for name, wrong in own:
        caught_by = vars(wrong).get("misconception", {}).get("caught_by")
        if caught_by is not None and caught_by not in dict(checks):
            said = f"{name} is caught by {caught_by}, which is not a check"
            raise source.slip(name, said, "name one of this file's check_...")


def require_test(names, source):
    """Raise the slip of a test without a model solution, or with what only other exercises have."""
    if not callable(names.get("solution")):
        raise source.slip("solution", "there is no `solution`", "write the test as a function: def solution(...)")
    if not _is_text(names["tests"]):
        raise source.slip("tests", f"tests is {names['tests']!r:.60}", "write the name of an exercise of the topic")
    most = names.get("most_calls", 1)
    if type(most) is not int or most < 1:
        said = f"most_calls is {most!r:.60}"
        raise source.slip("most_calls", said, "write how many calls a test may make, such as: most_calls = 30")
    for name in names:
        if name.startswith("check_") or name in ("returns", "given"):
            raise source.slip(name, f"{name} has no place here", "a test is judged by the tested exercise's answers")


def made(name, answer, source):
    """Return the value that a wrong or right answer to a value exercise gives when it is called."""
    try:
        return answer()
    except Exception as error:
        said = f"{name}() raises {type(error).__name__} ({error})"
        raise source.slip(name, said, "make it a function without arguments that returns the value") from error


def sentence(text, mark):
    """Return the sentence that a decorator was given; raise a slip if it is not one."""
    if not _is_text(text):
        raise BadMark(f"@{mark} has no sentence", f'write it first: @{mark}("...")')
    return text


def _is_text(value):
    return isinstance(value, str) and bool(value.strip())
