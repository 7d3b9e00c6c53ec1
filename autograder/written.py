"""The answers in an exercise's file as text, as a student would write them."""

import ast

from .slips import bound


def written_out(exercise, name) -> str:
    """Return the code of an answer in an exercise's file, as a student writes it: under the name that is asked for.

    What the answer uses from the file and from what its topic's exercises share (imports, helpers, constants) goes
    before it.
    """
    text = exercise.path.read_text(encoding="utf-8")
    nodes = ast.parse(text).body
    node = next(node for node in nodes if getattr(node, "name", None) == name)
    parts = _parts(exercise.path, names_read(node), besides=name)
    own = ast.get_source_segment(text, node)
    if exercise.asks_for_value:
        return "\n\n".join([*parts, own, f"{exercise.name} = {name}()"])
    own = own.replace(name, exercise.name, 1)
    again = [f"{name} = {exercise.name}"] if name in names_read(node) else []
    return "\n\n".join([*parts, own, *again])


def _parts(path, names, besides=None):
    """Return the text of each statement of a file that some names need, in order, except the one binding `besides`."""
    text = path.read_text(encoding="utf-8")
    parts = []
    needed, read = statements_for(ast.parse(text).body, names, besides)
    for node in needed:
        if isinstance(node, ast.ImportFrom) and node.level:
            aliases = [alias for alias in node.names if (alias.asname or alias.name) in read]
            parts += _parts(path.with_name(f"{node.module}.py"), [alias.name for alias in aliases])
            parts += [f"{alias.asname} = {alias.name}" for alias in aliases if alias.asname]
        elif isinstance(node, ast.ImportFrom) and node.module == "autograder.authoring":
            parts.append("from numpy.random import default_rng")  # a student takes generators from there
        else:
            parts.append(ast.get_source_segment(text, node))
    return parts


def statements_for(nodes, names, besides=None):
    """Return the statements of a file that some names need, in order, and all names that those read."""
    binding = {name: node for node in nodes for name in bound(node) if name != besides}
    needed, read, waiting = [], set(), set(names)
    while waiting:
        read |= waiting
        found = list({id(binding[name]): binding[name] for name in waiting & binding.keys()}.values())
        needed += found
        waiting = set().union(*map(names_read, found)) - read
    return [node for node in nodes if node in needed], read


def names_read(node):
    """Return the names that a statement's own code reads, without its decorators."""
    decorators = {id(part) for decorator in getattr(node, "decorator_list", ()) for part in ast.walk(decorator)}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in decorators}
