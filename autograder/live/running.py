"""Run an answer as a notebook runs a cell, in its own namespace, and report where it stopped."""

import ast
import builtins
import contextlib
import io
import linecache
import sys
import traceback

from autograder.judge.trace import answer_trace
from autograder.live import shown

FILE = "<your answer>"
NO_INPUT = "There is nobody to ask: `input()` has no keyboard in a page. Give the name a value, as in `name = 3`."


class Stopped(Exception):
    """The answer raised; the text is what its author should read: their own lines and the error, none of ours.

    Attributes
    ----------
    line : int or None
        The last of the answer's lines that ran, or the one that is not Python.
    message : str
        What is wrong there, in one line.
    """

    def __init__(self, text, line=None, message=""):
        super().__init__(text)
        self.line, self.message = line, message


class NoInput(Exception):
    """An answer asked for input."""

    def __str__(self):
        return NO_INPUT


def settle():
    """Prepare this Python for answers: what is printed appears at once and in order, and `input` says why it fails."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        raw = open(number, "wb", buffering=0, closefd=False)  # noqa: SIM115 (it stays open)
        setattr(sys, name, io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True))
    builtins.input = _no_input
    sys.stdin = _NoStdin()


def execute(given, source):
    """Execute the cells `given` and an answer; return the value of its last expression, or None, and the namespace.

    Raises Stopped if the answer raises or is not Python.

    >>> execute(["import math"], "math.floor(2.5)")[0]
    2
    """
    space = namespace(given)
    # Tracebacks look up a line's text here, since an answer is not in a file.
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    with stopping():
        tree = ast.parse(source, FILE)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, FILE, "exec"), space)
        value = None if last is None else eval(compile(ast.Expression(last.value), FILE, "eval"), space)
    return value, space


def namespace(given):
    """Return a new namespace in which the cells `given` have run."""
    space = {"__name__": "__main__", "display": shown.display}
    for cell in given:
        exec(compile(cell, "<given>", "exec"), space)
    return space


@contextlib.contextmanager
def stopping():
    """Raise Stopped for whatever an answer raises in this context."""
    try:
        yield
    except BaseException as error:  # an answer may raise SystemExit, or anything derived from BaseException alone
        said = "".join(traceback.format_exception_only(error)).strip()
        text = str(error) if isinstance(error, NoInput) else said
        raise Stopped(f"{answer_trace(error)}\n{text}".strip(), _line(error), text.splitlines()[-1]) from None
    finally:
        sys.stdout.flush()


def _line(error):
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno
    lines = [number for frame, number in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == FILE]
    return lines[-1] if lines else None


def _no_input(prompt="", /):
    raise NoInput


class _NoStdin:
    """A standard input that nobody types into."""

    encoding, errors, closed = "utf-8", "strict", False

    def read(self, size=-1):
        raise NoInput

    readline = readlines = __next__ = read

    def __iter__(self):
        return self

    def isatty(self):
        return False
