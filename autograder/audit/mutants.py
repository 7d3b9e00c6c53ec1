"""Mutants: a reference with one edit each, in its own code or in the code of its module that it reaches.

After such an edit, a program still runs but means something else: another comparison or operator, a number one off, a
keyword argument or a statement left out, arguments swapped, a condition inverted, an argument returned.
Code that refuses bad input (calls of `_inputs`, a branch that only raises) is left alone: no prompt asks for it.
"""

import ast
import copy
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOOR = "_inputs."  # the module of dnnkit that validates what comes in
COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
SYMMETRIC = {"add", "array_equal", "isclose", "allclose", "maximum", "minimum", "max", "min", "multiply"}
TABLES = ast.Dict | ast.Tuple | ast.List
FREE = {"casting", "copy", "dtype", "order", "out"}  # keywords without which the numbers are the same, up to rounding
CONVERTING = {"array", "asarray", "bool", "float", "int", "list", "tuple"}  # a call whose argument would do as well


@dataclass(frozen=True)
class Mutant:
    """A reference with one edit: `edit` says which, `line` where in `path` it is, `answer` is the edited reference."""

    edit: str
    path: Path
    line: int
    answer: Any


def mutants(exercise):
    """Yield the Mutants of an exercise's reference; a value has none."""
    if exercise.asks_for_value:
        return
    path, name, namespace = _home(exercise)
    parts = _reached(ast.parse(path.read_text(encoding="utf-8")), name)
    taken = {}
    for number, part in enumerate(parts):
        for line, old, new, edited in _edits(part):
            edit = f"`{old}` becomes `{new}`" + (f" in {_title(part)}" if part is not parts[-1] else "")
            taken[edit] = taken.get(edit, 0) + 1
            if taken[edit] > 1:
                edit += f" ({taken[edit]})"
            yield Mutant(edit, path, line, _made([*parts[:number], edited, *parts[number + 1 :]], path, namespace))


def _home(exercise):
    """Return the file that the reference is in, its name there, and the names around it."""
    reference = exercise.solution
    if reference.__module__.startswith("dnnkit."):
        module = sys.modules[reference.__module__]
        return Path(inspect.getsourcefile(module)), reference.__name__, vars(module)
    functions = [reference, *vars(reference).values()]
    return exercise.path, reference.__name__, next(f.__globals__ for f in functions if inspect.isfunction(f))


def _reached(tree, name):
    """Return the statements of a module that what it calls `name` depends on, in order; that one comes last.

    Other classes are left out, since the judge recognizes an answer's records by them.
    """
    binding = {_title(node): node for node in tree.body}
    found, due = [], [name]
    while due:
        node = binding.get(due.pop())
        if node is None or node in found or (isinstance(node, ast.ClassDef) and found):
            continue
        found.append(node)
        due += _names_from_around(node)
    return [*(node for node in tree.body if node in found[1:]), found[0]]


def _names_from_around(node):
    """Return the names that a statement reads and does not bind itself, as arguments or otherwise."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    own = {part.id for part in names if isinstance(part.ctx, ast.Store)}
    own |= {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    return [part.id for part in names if part.id not in own]


def _title(node):
    """Return the name that a statement binds, if it defines a function, a class or one name."""
    if isinstance(node, ast.Assign):
        return getattr(node.targets[0], "id", None)
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else None


def _made(parts, path, namespace):
    """Return what the last statement defines when all of them are run anew among the module's names."""
    around = dict(namespace)
    exec(compile(ast.fix_missing_locations(ast.Module(parts, type_ignores=[])), str(path), "exec"), around)
    return around[_title(parts[-1])]


def _edits(part):
    """Yield (line, old text, new text, edited copy) for each edit of a statement."""
    nodes = list(_walk(part))
    parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    given_back = {
        step: _argument(function)
        for function in nodes
        if isinstance(function, ast.FunctionDef)
        for step in ast.walk(function)
    }
    for place, node in enumerate(nodes):
        shown = node
        while isinstance(shown, ast.Constant | ast.keyword | ast.Slice) and not isinstance(parents[shown], TABLES):
            shown = parents[shown]  # a number says little without what it is in
        for new in _replacements(node, given_back.get(node)):
            yield node.lineno, _text(shown), _text(_swapped(shown, node, new)), _swapped(part, nodes[place], new)


def _walk(node):
    """Yield the nodes of a tree in which an edit says something about the reference."""
    yield node
    for field, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST) and not _left_alone(item, node, field):
                yield from _walk(item)


def _left_alone(node, parent, field):
    if field in ("args", "decorator_list", "returns", "annotation") and not isinstance(parent, ast.Call):
        return True  # a signature
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    if isinstance(node, ast.If) and all(isinstance(step, ast.Raise) for step in node.body) and not node.orelse:
        return True
    called = node.value if isinstance(node, ast.Assign | ast.Expr) else node
    return isinstance(called, ast.Call) and ast.unparse(called.func).startswith(DOOR)


def _replacements(node, argument):
    """Yield what one edit makes of a node; `argument` names the first argument of the function around it."""
    match node:
        case ast.Compare(ops=ops):
            for number, operator in enumerate(ops):
                for other in COMPARED[type(operator)]:
                    yield _with(node, ops=[*ops[:number], other(), *ops[number + 1 :]])
        case ast.BinOp(left=left, op=operator, right=right):
            if not (isinstance(right, ast.Constant) and right.value == 0):  # a zero is added for the sake of -0.0
                yield from (_with(node, op=OPERATED[kind]()) for kind in OPERATED if isinstance(operator, kind))
            if isinstance(operator, ast.Sub | ast.Div | ast.Pow | ast.FloorDiv):
                yield _with(node, left=right, right=left)
        case ast.AugAssign(op=operator):
            yield from (_with(node, op=OPERATED[kind]()) for kind in OPERATED if isinstance(operator, kind))
            yield ast.Pass()
        case ast.BoolOp(op=operator):
            yield _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield from map(ast.Constant, (1,) if value == 0 else (value - 1, value + 1))
        case ast.Constant(value=float(value)):
            yield ast.Constant(2 * value or 1.0)
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.UnaryOp):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Call(args=[first, *others] as args, keywords=keywords):
            yield from _calls(node, args, keywords)
            if not (others or keywords or isinstance(first, ast.Starred) or _called(node) in CONVERTING):
                yield first
        case ast.Call(keywords=keywords):
            yield from _calls(node, [], keywords)
        case ast.Return(value=ast.Tuple(elts=[first, second])):
            yield ast.Return(ast.Tuple([second, first], ast.Load()))
        case ast.Return(value=value) if argument and ast.unparse(value or ast.Tuple([], ast.Load())) != argument:
            yield ast.Return(ast.Name(argument, ast.Load()))
        case ast.Expr() | ast.Assign(targets=[ast.Subscript() | ast.Attribute() | ast.Tuple()]):
            yield ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in ast.unparse(value):
            yield ast.Pass()  # a new value made of the old one


def _calls(node, args, keywords):
    """Yield a call without each of its keywords, and with its first two arguments swapped."""
    for number, keyword in enumerate(keywords):
        if keyword.arg and keyword.arg not in FREE:
            yield _with(node, keywords=[*keywords[:number], *keywords[number + 1 :]])
    if len(args) > 1 and _called(node) not in SYMMETRIC and not any(isinstance(arg, ast.Starred) for arg in args[:2]):
        yield _with(node, args=[args[1], args[0], *args[2:]])


def _called(node):
    """Return the last part of the name that a call calls."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _with(node, **fields):
    """Return a node with other fields."""
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _argument(function):
    """Return the name of a function's first argument, or of a method's first after self."""
    names = [arg.arg for arg in function.args.args]
    return next((name for name in names if name not in ("self", "cls")), None)


def _swapped(tree, old, new):
    """Return a copy of a tree with one of its nodes replaced."""
    if tree is old:
        return ast.copy_location(copy.deepcopy(new), old)
    copied = copy.copy(tree)
    for field, value in ast.iter_fields(tree):
        if isinstance(value, list):
            value = [_swapped(item, old, new) if isinstance(item, ast.AST) else item for item in value]
        elif isinstance(value, ast.AST):
            value = _swapped(value, old, new)
        setattr(copied, field, value)
    return copied


def _text(node):
    """Return the code of an expression, or the first line of a statement's."""
    return ast.unparse(ast.fix_missing_locations(node)).split("\n", 1)[0]
