"""How the name being typed can be completed, from the running Python; no part of the answer is executed for it."""

import ast
import contextlib
import importlib
import inspect
import re
import sys

MOST = 200  # completions
MOST_DETAILED = 40  # completions, up to which their signatures are given
LONGEST = 90  # characters of a signature
DOTTED = re.compile(r"(?:(\w+(?:\.\w+)*)\.)?(\w*)$")
LIBRARY = "dnnkit"
IMPORT = re.compile(r"\s*(?:import|from)\s")


def completions(source, before, defined):
    """Return completions for the end of `before`, the part of an answer's `source` on the line before the cursor.

    The dict holds what has been `typed`, and the `options`, each with label, kind and detail: names from the dict
    `defined` or from the answer's imports, or their attributes. An editor knows Python's own names and the answer's.

    >>> import math
    >>> completions("math.flo", "math.flo", {"math": math})
    {'typed': 'flo', 'options': [{'label': 'floor', 'kind': 'function', 'detail': '(x, /)'}]}
    """
    dotted, typed = DOTTED.search(before).groups()
    names = {**defined, **_imported(source)}
    found = names if dotted is None else _attributes(_named(dotted, names))
    hidden = typed.startswith("_")
    labels = sorted(name for name in found if name.startswith(typed) and (hidden or not name.startswith("_")))[:MOST]
    told = len(labels) <= MOST_DETAILED
    return {"typed": typed, "options": [_option(label, found[label], told) for label in labels]}


def _imported(source):
    """Return what an answer's imports name, read line by line, as the whole may not be Python yet."""
    found = {}
    for line in filter(IMPORT.match, source.splitlines()):
        with contextlib.suppress(SyntaxError, ValueError):
            node = ast.parse(line.strip()).body[0]
            for each in node.names:
                if isinstance(node, ast.ImportFrom):
                    value = getattr(_module(node.module), each.name, _module(f"{node.module}.{each.name}"))
                    found[each.asname or each.name] = value
                else:
                    first = each.name.partition(".")[0]
                    found[each.asname or first] = _module(each.name if each.asname else first)
    return {name: value for name, value in found.items() if value is not None}


def _module(name):
    """Return a module that is already imported, or is the course's own: importing those has no side effects."""
    if str(name).partition(".")[0] == LIBRARY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    return sys.modules.get(name)


def _named(dotted, names):
    """Return what a dotted name refers to, or None; no property of an object is computed for it."""
    first, *rest = dotted.split(".")
    value = names.get(first)
    for name in rest:
        value = _attributes(value).get(name)
    return value


def _attributes(value):
    if value is None:
        return {}
    return {name: inspect.getattr_static(value, name, None) for name in dir(value)}


def _option(label, value, told):
    value = getattr(value, "__func__", value)  # of a static method
    kind = "class" if isinstance(value, type) else "namespace" if inspect.ismodule(value) else "variable"
    kind = "function" if callable(value) and kind == "variable" else kind
    detail = ""
    if told and callable(value):
        with contextlib.suppress(ValueError, TypeError):
            detail = str(inspect.signature(value))
        if detail == "(*args, **kwargs)" or len(detail) > LONGEST:
            detail = ""
    return {"label": label, "kind": kind, "detail": detail}
