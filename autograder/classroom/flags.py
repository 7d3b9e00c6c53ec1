"""Point the instructor to answers that may be the reference itself; nobody loses a point by it.

The reference is open source and may be read. Two things are said: that an answer names the function that it was asked
for, and that it is the reference's code, letter for letter but for comments and docstrings. Of a repair only the first:
the smallest right change of what was given may be the reference itself.
"""

import ast
import inspect
import textwrap
from functools import cache

FEW_NODES = 40  # of syntax; code as short as this is alike by chance

NAMES_IT = "names the reference that was asked for"
IS_IT = "is the reference's code"
TOO_LONG = "has {words} words, where {limit} were the most"


def flags(exercise, source):
    """Return what is to be said of the cell of an answer: none, one or some of the sentences above.

    Parameters
    ----------
    exercise : autograder.exercise.Exercise
        What was asked.
    source : str
        The cell's text; text that is not Python has no flags.
    """
    if exercise.kind == "text":
        words = len(source.split())
        return (TOO_LONG.format(words=words, limit=exercise.words),) if words > exercise.words else ()
    if exercise.asks_for_value:
        return ()
    try:
        return _said(exercise, ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _said(exercise, tree):
    said = []
    if _names(tree, exercise.name):
        said.append(NAMES_IT)
    own = next((node for node in tree.body if getattr(node, "name", None) == exercise.name), None)
    if own is not None:
        size, reference = _reference(exercise)
        if size > FEW_NODES and _plain(own) == reference and exercise.kind != "repair":
            said.append(IS_IT)
    return tuple(said)


@cache
def _reference(exercise):
    """Return the size and the plain code of the reference."""
    definition = _definition(ast.parse(_source(exercise)))
    return _size(definition), _plain(definition)


def _names(tree, name):
    """Whether code imports a name from dnnkit, or reads it as an attribute of something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dnnkit":
            if any(alias.name in (name, "*") for alias in node.names):
                return True
        elif isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load):
            return True
    return False


def _source(exercise):
    """Return the reference's code: dnnkit's, or that which stands in the exercise's own file."""
    if exercise.solution.__module__.startswith("dnnkit."):
        return textwrap.dedent(inspect.getsource(exercise.solution))
    return exercise.solution_source


def _definition(tree):
    return next(node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))


def _plain(node):
    """Return the code of a definition without docstrings, decorators and the names of its own."""
    copied = ast.parse(ast.unparse(node))
    for inner in ast.walk(copied):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(inner) is not None:
            inner.body = inner.body[1:]
    return [ast.dump(statement) for statement in copied.body[0].body]


def _size(node):
    return sum(1 for _ in ast.walk(node))
