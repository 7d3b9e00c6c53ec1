"""When the chapters are executed again: as soon as the code changes that they call.

Jupyter's cache compares a chapter's own cells only. So the cache lies in a folder named by a digest of dnnkit,
autograder and the libraries whose numbers a chapter shows; another digest is another, empty folder.
"""

import hashlib
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("dnnkit", "autograder")
LIBRARIES = ("numpy", "matplotlib", "torch", "jupyterquiz")
NOT_CODE = {"__pycache__", "live"}  # no chapter calls what decorates its page


def setup(app):
    """Connect the cache to Sphinx."""
    app.connect("config-inited", use_cache)
    app.connect("build-finished", forget_failed_build)


def digest(packages=PACKAGES, libraries=LIBRARIES):
    """Return a short digest of the sources of `packages` and the versions of `libraries` and of Python.

    >>> digest() == digest()
    True
    >>> digest(packages=("dnnkit",)) == digest()
    False
    """
    total = hashlib.sha256(f"python {sys.version_info[:3]}".encode())
    for library in libraries:
        total.update(f"{library} {_version(library)}".encode())
    for package in packages:
        folder = Path(find_spec(package).submodule_search_locations[0])
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and not NOT_CODE.intersection(name.parts):
                content = path.read_bytes()
                total.update(f"{package} {name.as_posix()} {len(content)} ".encode())
                total.update(content)
    return total.hexdigest()[:16]


def _version(library):
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"


def use_cache(app, config):
    """Point the execution at the digest's folder under ``_build/`` and drop the folders of other digests."""
    caches = Path(app.srcdir) / "_build" / ".jupyter_cache"
    current = caches / digest()
    if caches.is_dir():
        for path in caches.iterdir():
            if path != current:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    config.nb_execution_cache_path = str(current)


def forget_failed_build(app, exception):
    """Let a build that warned be read anew the next time.

    Sphinx reads only pages that changed, so a second strict build would otherwise pass over the first one's warnings.
    """
    if exception is None and app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)
