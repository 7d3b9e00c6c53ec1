"""The answers in an exercise's file as text, as a student would write them."""

import ast


def written_out(exercise, name) -> str:
    """Return the code of an answer in an exercise's file, as a student writes it: under the name that is asked for.

    What the answer uses of the file (imports, helpers, constants) goes before it.
    """
    text = exercise.path.read_text(encoding="utf-8")
    nodes = ast.parse(text).body
    node = next(node for node in nodes if getattr(node, "name", None) == name)
    parts = [_statement(text, other) for other in _needed(nodes, node)]
    own = ast.get_source_segment(text, node)
    if exercise.asks_for_value:
        return "\n\n".join([*parts, own, f"{exercise.name} = {name}()"])
    own = own.replace(name, exercise.name, 1)
    again = [f"{name} = {exercise.name}"] if name in _used(node) else []
    return "\n\n".join([*parts, own, *again])


def _statement(text, node):
    """Return the text of a statement; a student takes generators from NumPy, not from the judge."""
    if isinstance(node, ast.ImportFrom) and node.module == "autograder.authoring":
        return "from numpy.random import default_rng"
    return ast.get_source_segment(text, node)


def _needed(nodes, node):
    """Return the other statements of a file that a statement needs, in their order."""
    binding = {name: other for other in nodes for name in _bound(other)}
    needed, waiting = [], [node]
    while waiting:
        for name in _used(waiting.pop()):
            other = binding.get(name)
            if other is not None and other is not node and other not in needed:
                needed.append(other)
                waiting.append(other)
    return [other for other in nodes if other in needed]


def _bound(node):
    """Return the names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return [name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]


def _used(node):
    """Return the names that a statement's own code reads, without its decorators."""
    decorators = {id(part) for decorator in getattr(node, "decorator_list", ()) for part in ast.walk(decorator)}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in decorators}
