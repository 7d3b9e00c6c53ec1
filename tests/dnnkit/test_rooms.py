"""How the rooms of dnnkit fit together: no import cycles, and no module takes what another keeps private."""

import ast
import graphlib
from pathlib import Path

import pytest

import dnnkit

ROOT = Path(dnnkit.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
DOOR = "dnnkit._inputs"  # private to the package, and available to all of it


def dotted(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def imported(tree):
    """What a module imports from dnnkit when it is loaded, as (module or name, what it is called there)."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dnnkit":
            for name in node.names:
                yield f"{node.module}.{name.name}", name.asname or name.name
        elif isinstance(node, ast.Import):
            yield from ((name.name, name.asname or name.name) for name in node.names if name.name.startswith("dnnkit."))


def home(name):
    """The module of an imported name: the name itself, or the module that holds it."""
    return name if name in MODULES else name.rpartition(".")[0]


def room(module):
    return module.split(".")[1] if "." in module else module


def sorts(graph):
    list(graphlib.TopologicalSorter(graph).static_order())


def test_rooms_form_no_cycle():
    graph = {}
    for module, tree in MODULES.items():
        needed = {room(home(name)) for name, _ in imported(tree)} - {"dnnkit"}
        graph.setdefault(room(module), set()).update(needed - {room(module)})
    assert "network" in graph["mlp"]
    sorts(graph)


def test_modules_of_a_room_form_no_cycle():
    graph = {module: {home(name) for name, _ in imported(tree)} for module, tree in MODULES.items()}
    # A module that loads its room's `__init__` first is not a cycle, as long as it takes nothing from there.
    sorts(graph)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_takes_what_another_keeps_to_itself(module):
    tree = MODULES[module]
    names = {called: name for name, called in imported(tree) if name in MODULES}
    taken = [name for name, _ in imported(tree) if name != DOOR and name.rpartition(".")[2].startswith("_")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            taken += [f"{names[node.value.id]}.{node.attr}"] if node.attr.startswith("_") else []
    assert taken == []
