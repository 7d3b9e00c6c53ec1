"""The names that an answer reads but nothing defines, reported while it is written, before it runs.

No part of an answer is executed: its text is read, along with what the cells before it define.
"""

import ast
import builtins
import contextlib
import difflib

IMPLIED = {"__file__", "__class__", "__module__", "__qualname__", *dir(builtins)}


def undefined(source, defined):
    """Return the names that an answer reads but neither it nor `defined` has: dicts of line, start, end, message.

    Lines count from 1; start and end are columns from 0, in UTF-16 units, as JavaScript counts. If the text is not
    Python, or a star import may define anything, there are none.

    >>> undefined("def f(rate):\\n    return rat * 2", ())
    [{'line': 2, 'start': 11, 'end': 14, 'message': 'rat is not defined. Do you mean rate?'}]
    """
    try:
        reader = _Reader(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if reader.star:
        return []
    known = {*defined, *IMPLIED}
    lines = source.splitlines()
    missing = [(node, scope.visible() | known) for node, scope in reader.reads]
    return [_told(node, names, lines) for node, names in missing if node.id not in names]


class _Scope:
    """Names that a part of a program binds; a class's names are not visible from the functions inside it."""

    def __init__(self, parent=None, kind="module"):
        self.parent, self.kind, self.names = parent, kind, set()

    def visible(self):
        names, scope = set(self.names), self.parent
        while scope is not None:
            names |= scope.names if scope.kind != "class" else set()
            scope = scope.parent
        return names


class _Reader(ast.NodeVisitor):
    """Collects the names that a program binds, by scope, and those that it reads, with the scope of each reading."""

    def __init__(self, tree):
        self.reads, self.star = [], False
        self.module = self.scope = _Scope()
        self.visit(tree)

    @contextlib.contextmanager
    def inside(self, kind):
        self.scope = _Scope(self.scope, kind)
        yield
        self.scope = self.scope.parent

    def bind(self, *names):
        self.scope.names.update(filter(None, names))

    def visit_all(self, nodes):
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.reads.append((node, self.scope))
        else:
            self.bind(node.id)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        if isinstance(node.target, ast.Name):  # it is read before it is written
            self.reads.append((node.target, self.scope))
        else:
            self.visit(node.target)

    def visit_FunctionDef(self, node):
        self.bind(node.name, *_type_parameters(node))
        self.visit_all([*node.decorator_list, node.returns])
        self._function(node.args, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self._function(node.args, [node.body])

    def _function(self, args, body):
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
        self.visit_all([*args.defaults, *args.kw_defaults, *(each.annotation for each in every)])
        with self.inside("function"):
            self.bind(*(each.arg for each in every))
            self.visit_all(body)

    def visit_ClassDef(self, node):
        self.bind(node.name, *_type_parameters(node))
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        with self.inside("class"):
            self.visit_all(node.body)

    def visit_ListComp(self, node):
        self.visit(node.generators[0].iter)
        with self.inside("comprehension"):
            for place, part in enumerate(node.generators):
                self.visit_all([part.target, *([part.iter] if place else []), *part.ifs])
            self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        scope = self.scope
        while scope.kind == "comprehension":
            scope = scope.parent
        scope.names.add(node.target.id)

    def visit_Import(self, node):
        self.star = self.star or any(each.name == "*" for each in node.names)
        self.bind(*(each.asname or each.name.partition(".")[0] for each in node.names))

    visit_ImportFrom = visit_Import

    def visit_Global(self, node):
        self.module.names.update(node.names)

    def visit_ExceptHandler(self, node):
        self.bind(node.name)
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = visit_ExceptHandler

    def visit_MatchMapping(self, node):
        self.bind(node.rest)
        self.generic_visit(node)


def _type_parameters(node):
    return [each.name for each in getattr(node, "type_params", ())]


def _told(node, names, lines):
    line = lines[node.lineno - 1]
    start = len(line.encode()[: node.col_offset].decode().encode("utf-16-le")) // 2
    near = difflib.get_close_matches(node.id, sorted(names), n=1)
    message = f"{node.id} is not defined.{f' Do you mean {near[0]}?' if near else ''}"
    return {"line": node.lineno, "start": start, "end": start + len(node.id), "message": message}
