"""The Python in a notebook's cell: its syntax without the commands that only IPython knows, and what it defines."""

import ast
import copy
import re
import warnings
from contextlib import suppress
from functools import lru_cache

COMMAND = re.compile(r"(?P<indent>[ \t]*+)(?:(?P<target>\w[\w.\[\], ]*+=)\s*)?(?:[%!?]|\w[\w.]*\?{1,2}\s*$)")
TIMED = re.compile(r"^([ \t]*+)%(?:time|timeit|prun)(?:[ \t]+-[a-z](?:[ \t]*\d+)?)*[ \t]+(?=[^-\s])")
# How Python refuses what is not Python, what is nested too deeply, and to write out a number with too many digits.
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@lru_cache(512)
def parsed(source):
    """Return the syntax tree of a cell, with the notebook's commands left out; None where it is not Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are about a student's code, but would reach the instructor's terminal
        for text in (str, without_commands):
            with suppress(*NO_PYTHON):
                return ast.parse(text(source))
    return None


def syntax(source):
    """Return the syntax of a cell, with the notebook's commands left out, as text; None where it is not Python."""
    with suppress(*NO_PYTHON):
        return None if (tree := parsed(source)) is None else ast.dump(tree)
    return None


def said(source):
    """Return the syntax of a cell without docstrings, ``...``, ``pass`` and bare returns, as text, or "" for none.

    >>> said("def f(a):\\n    'Double it.'\\n    pass") == said("def f(a): ...") != said("def f(a): return a")
    True
    """
    with suppress(*NO_PYTHON):
        tree = copy.deepcopy(parsed(source))
        for node in [] if tree is None else ast.walk(tree):
            if isinstance(getattr(node, "body", None), list):
                node.body = [statement for statement in node.body if not _says_nothing(statement)]
        return "" if tree is None or not tree.body else ast.dump(tree)
    return ""


def _says_nothing(statement):
    match statement:
        case ast.Pass() | ast.Return(value=None | ast.Constant(value=None)) | ast.Expr(value=ast.Constant()):
            return True
    return False


def without_commands(source):
    """Return a cell's text without the notebook's commands; of one that runs a statement, the statement stays.

    >>> without_commands("%%time\\nx = !ls\\nif x:\\n    %cd /\\n%timeit -n 3 f(x)")
    '\\nx =None\\nif x:\\n    pass\\nf(x)'
    """
    lines = [TIMED.sub(r"\1", line) for line in source.splitlines()]
    for number, line in enumerate(lines):
        if found := COMMAND.match(line):
            given = found["target"] and f"{found['target']}None"
            lines[number] = found["indent"] + (given or "pass" * bool(found["indent"]))
    return "\n".join(lines)


def defined(source):
    """Return the names that a cell binds outside functions and classes; none if it is not Python."""
    tree, names = parsed(source), set()
    left = [] if tree is None else list(tree.body)
    while left:
        match node := left.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=given):
                names.add(given or name.partition(".")[0])
            case _ if not isinstance(node, SCOPES):
                left += ast.iter_child_nodes(node)
    return frozenset(names)
