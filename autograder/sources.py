"""What code depends on: the files that its imports reach, the data next to them, and the versions of the libraries.

Imports are read in the source and never run. An import counts wherever it is, even within a function, and a package
counts with all that its ``__init__`` imports: what is found is what may be imported, and perhaps a little more. Text
that is the dotted name of a module here counts as an import, and so does an exercise's id, since a module can be loaded
by its name. A name that the program computes is not found. Installed code counts by its version, other code by its
content.
"""

import ast
import hashlib
import re
import sys
import sysconfig
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

from autograder.exercise import EXERCISES

INSTALLED = tuple({Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib", "platstdlib")})
DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
ID = re.compile(r"\w+/\w+")


class Sources:
    """Reads each file once: one object sees the sources as they are when it first looks at them."""

    def __init__(self):
        self._read, self._home, self._name = cache(Path.read_bytes), cache(_home), cache(_name)
        self._imported, self._located = cache(self._imported), cache(self._located)

    def digest(self, names, text=""):
        """Return a short digest of `text`, of all that the modules `names` depend on, and of Python's version."""
        files, libraries = self.reached(names)
        total = hashlib.sha256(f"{sys.version_info[:3]} {len(text)} {text}".encode())
        for library in sorted(libraries):
            total.update(f"{library} {installed_version(library)} ".encode())
        for name, path in sorted((self._name(path), path) for path in files | data_beside(files)):
            content = self._read(path)
            total.update(f"{name} {len(content)} ".encode() + content)
        return total.hexdigest()[:16]

    def reached(self, names):
        """Return what is loaded when the modules `names` are imported: files (set of Path), libraries (set of str).

        >>> files, libraries = Sources().reached(["dnnkit.dropout"])
        >>> sorted(path.name for path in files), sorted(libraries)
        (['__init__.py', '_inputs.py', 'dropout.py'], ['numpy'])
        """
        files, libraries, seen, due = set(), set(), set(), list(names)
        while due:
            name = due.pop()
            if name in seen:
                continue
            seen.add(name)
            for found in self._located(name):
                if isinstance(found, str):
                    libraries.add(found)
                elif found not in files:
                    files.add(found)
                    due += self._imported(found)
        return files, libraries

    def names(self, tree, package=""):
        """Return the dotted names that code of `package` may import; for ``from a import b``, both ``a`` and ``a.b``.

        >>> tree = ast.parse("import os.path; from . import data; start('dnnkit.mlp'); check('dropout/by_hand', 1)")
        >>> sorted(Sources().names(tree, "dnnkit"))
        ['autograder.exercises.dropout.by_hand', 'dnnkit', 'dnnkit.data', 'dnnkit.mlp', 'os.path']
        """
        return self._meant(*_said(tree, package))

    def names_of_cells(self, cells):
        """Return the dotted names that the cells of a notebook (each a str) may import."""
        return frozenset().union(*(self.names(_parsed(cell)) for cell in cells))

    def _imported(self, path):
        try:
            return self._meant(*_said_by_module(self._read(path), _name(path.parent).replace("/", ".")))
        except SyntaxError:  # importing it will say so
            return frozenset()

    def _meant(self, imported, texts):
        """Return the names among what code says: its imports, and texts that name a module here or an exercise."""
        modules = {text for text in texts if "/" not in text and isinstance(self._home(text.partition(".")[0]), Path)}
        return imported.union(modules, *(exercises(text) for text in texts if "/" in text))

    def _located(self, name):
        """Return what a dotted name loads: each package's file and the module's own, or the library it belongs to."""
        top, *rest = name.split(".")
        place = self._home(top)
        if place is None:
            return ()
        if isinstance(place, str) or place.is_file():
            return (place,)
        found = []
        for part in (None, *rest):
            place = place / part if part else place
            if part == "*":
                found += place.parent.glob("*.py")
            elif (package := place / "__init__.py").is_file():
                found.append(package)
            elif (module := place.with_suffix(".py")).is_file():
                return (*found, module)
            elif not place.is_dir():
                break  # a name within the module
        return tuple(found)


@cache
def _said_by_module(content, package):
    """Return what `_said` does of the source (bytes) of a module: a build digests the same ones hundreds of times."""
    return _said(ast.parse(content), package)


def _said(tree, package):
    """Return two sets: the dotted names that code of `package` imports, and the texts in it that may name more."""
    names, texts = set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                outer = package.split(".")
                parts = [*outer[: len(outer) + 1 - level], module] if level else [module]
                base = ".".join(filter(None, parts))
                names |= {base, *(f"{base}.{alias.name}" for alias in aliases)}
            case ast.Constant(value=str(text)) if DOTTED.fullmatch(text) or ID.fullmatch(text):
                texts.add(text)
    return frozenset(names), frozenset(texts)


def exercises(pattern):
    """Return the dotted names of the exercises whose ids match `pattern`, such as ``"dropout/*"``."""
    return {f"autograder.exercises.{path.parent.name}.{path.stem}" for path in EXERCISES.glob(f"{pattern}.py")}


def data_beside(files):
    """Return the files other than Python's in the packages of the modules `files`, and in their data folders."""
    found = set()
    due = {path.parent for path in files if (path.parent / "__init__.py").is_file()}
    while due:
        for path in due.pop().iterdir():
            if path.is_dir():
                if path.name != "__pycache__" and not any(path.glob("*.py")):
                    due.add(path)
            elif path.suffix != ".py":
                found.add(path)
    return found


@cache
def installed_version(library):
    """Return the version of the distribution that a module comes from, or ``"absent"``."""
    try:
        return version(library)
    except PackageNotFoundError:
        return " ".join(sorted(f"{name} {version(name)}" for name in _distributions().get(library, ()))) or "absent"


@cache
def _distributions():
    return packages_distributions()


def _home(top):
    """Return the file or folder of a module or package, its name if it was installed, None if it is Python's own."""
    if top in sys.stdlib_module_names:
        return None
    spec = find_spec(top)
    if spec is None:
        return top
    place = Path(next(iter(spec.submodule_search_locations or [spec.origin]))).resolve()
    return top if any(place.is_relative_to(folder) for folder in INSTALLED) else place


def _name(path):
    """Return a path from its outermost package on."""
    outermost = path
    while (outermost.parent / "__init__.py").is_file():
        outermost = outermost.parent
    return path.relative_to(outermost.parent).as_posix()


def _parsed(cell):
    try:
        return ast.parse(cell)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager  # magics; takes a moment to import

        try:
            return ast.parse(TransformerManager().transform_cell(cell))
        except SyntaxError:  # the cell will say so itself
            return ast.Module([], [])
