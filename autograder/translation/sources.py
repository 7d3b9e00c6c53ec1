"""What a Python file says to students, found in its syntax: constants, and sentences with something put into them.

In an exercise's file, these are the titles and the sentences of its checks, its hints, misconceptions and rubric; in
the judge's modules, every text of several words. A sentence that is put together (an f-string) is a template, with
``{0}``, ``{1}`` instead of what is put into it.
"""

import ast
import re
from itertools import count

SPOKEN = {"misconception", "alternative"}  # decorators whose sentence a student reads
UNSPOKEN = {
    "covers",
    "equivalent",
    "borderline",
    "anchors",
    "mistakes",
    "leaves_out",
    "returns",
    "given",
    "solution",
    "tests",
}
ANSWERS = {"misconception", "same_mistake_as", "neighbour", "alternative", "lazy"}
TABLES = {
    "HEADINGS",
    "NUMBERS",
    "SAME",
    "EXERCISE",
    "VERDICTS",
    "FIGURES",
    "INTRODUCTION",
    "NOT_SHOWN",
    "NOT_YET_SHOWN",
    "PASSED",
    "TO_COME",
    "TOO_HARD",
    "TIMED_OUT",
}  # of words that may be alone
MARKUP = re.compile(r"<[a-z/]|\\[dsS(*]|margin|^from |class=")
TOLD = {"Wrong", "Unreadable"}  # exceptions whose text a student reads
EMPTY = re.compile(r"\{\}")
WORDS = re.compile(r"[^\W\d_]{2,}.*\s|\s.*[^\W\d_]{2,}", re.DOTALL)  # a word of two letters or more, and a space


def of_exercise(source):
    """Yield (line, text) for each text of an exercise's file that a student may read."""
    for node in ast.parse(source).body:
        marks = {_name(mark): mark for mark in getattr(node, "decorator_list", ())}
        for name in marks.keys() & SPOKEN:
            yield from _texts(marks[name].args[0])
        if marks.keys() & ANSWERS or _names(node) & UNSPOKEN:
            continue
        if isinstance(node, ast.FunctionDef):
            if node.name.startswith("check_") and (title := ast.get_docstring(node)):
                yield node.lineno, title.splitlines()[0]
            yield from _texts(*_without_docstring(node.body))
        elif isinstance(node, ast.Assign):
            yield from _texts(node.value)


def of_judge(source):
    """Yield (line, text) for each text of one of the judge's modules that a student may read.

    The docstring of a form is one: what an answer should have been. Single words are included if they are marked.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        is_form = isinstance(node, ast.FunctionDef) and [arg.arg for arg in node.args.args] == ["value"]
        if is_form and (said := ast.get_docstring(node)) and not said.endswith("."):
            yield node.lineno, said
    yield from of_marked(source)
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
            yield from _texts(*_without_docstrings(node))


def of_marked(source):
    """Yield (line, text) for each literal text that is passed to `say`, or that a table of `TABLES` holds."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "say":
            yield from _texts(*node.args, alone=True)
    for node in tree.body:
        if _names(node) & TABLES:
            yield from _texts(node.value, alone=True)


def template(node):
    """Return the text of a constant, an f-string or a sum of them, with fields for what is put in; else None.

    What `str.format` fills, ``{}``, is put in too.
    """
    if not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) or None is (parts := _parts(node)):
        return None
    number = count()
    return EMPTY.sub(lambda _: f"{{{next(number)}}}", "".join("{}" if part is None else part for part in parts))


def _parts(node):
    """Return the parts that a text is put together from, None for those not literal; None if it is not a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [part.value if isinstance(part, ast.Constant) else None for part in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _parts(node.left), _parts(node.right)
        if left or right:
            return [*(left or [None]), *(right or [None])]
    return None


def _texts(*nodes, alone=False):
    due = list(reversed(nodes))
    while due:
        node = due.pop()
        if isinstance(node, ast.Raise) and _name(node.exc) not in TOLD:
            continue
        text = template(node)
        if text is None:
            due += reversed(list(ast.iter_child_nodes(node)))
        elif not MARKUP.search(text) and (re.search(r"[^\W\d_]", text) if alone else WORDS.search(text)):
            yield node.lineno, text


def _without_docstring(body):
    first = body[0] if body else None
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return body[1:] if said else body


def _without_docstrings(node):
    """Yield what a statement holds, without its docstring and those of what is defined in it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for part in _without_docstring(node.body):
            yield from _without_docstrings(part)
    else:
        yield node


def _name(node):
    node = node.func if isinstance(node, ast.Call) else node
    return getattr(node, "id", getattr(node, "attr", ""))


def _names(node):
    targets = getattr(node, "targets", ())
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
