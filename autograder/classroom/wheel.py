"""The course's own package as a wheel, which goes with each handout, so that no index needs to have it.

A checkout and what another wheel has installed give the same wheel. Its version carries a digest of what is in it
(`0.1.0+5f0c2a91`), since pip takes two wheels of one version to be the same and would keep the older one.
"""

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from pathlib import Path

import dnnkit

from .. import chapter as chapters
from .. import exercise as model
from .pin import COURSE

PACKAGES = (Path(dnnkit.__file__).parent, model.EXERCISES.parent)
DATE = (1980, 1, 1, 0, 0, 0)  # of every file, so that the same course gives the same bytes
WHEEL = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(root=chapters.ROOT) -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel with `dnnkit`, `autograder`, and a course's exercises and chapters.

    >>> name, packed = wheel()
    >>> names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    >>> "dnnkit/data/digits.npz" in names, "autograder/book/chapters/dropout.md" in names
    (True, True)
    """
    files = dict(sorted(_files(root).items()))
    metadata = importlib.metadata.distribution(COURSE)
    public = metadata.version.partition("+")[0]
    version = f"{public}+{_digest(files)[:8]}"
    stem = f"{COURSE.replace('-', '_')}-{version}"
    for path in metadata.files:
        inside = path.as_posix().partition(".dist-info/")[2]
        if inside in ("METADATA", "entry_points.txt") or inside.startswith("licenses/"):
            files[f"{stem}.dist-info/{inside}"] = path.read_binary()
    described = f"{stem}.dist-info/METADATA"
    was, now = (f"\nVersion: {each}\n".encode() for each in (metadata.version, version))
    files[described] = files[described].replace(was, now, 1)
    files[f"{stem}.dist-info/WHEEL"] = WHEEL.encode()
    record = [f"{name},sha256={_hash(content)},{len(content)}" for name, content in files.items()]
    listed = f"{stem}.dist-info/RECORD"
    files[listed] = "\n".join([*record, f"{listed},,", ""]).encode()
    return f"{stem}-py3-none-any.whl", pack(files)


def pack(files) -> bytes:
    """Return a zip of files, given as names and bytes: the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _files(root):
    """Return by name what the wheel holds: both packages, with the course's exercises and chapters in their place."""
    files = {f"{folder.name}/{name}": content for folder in PACKAGES for name, content in _below(folder)}
    own = ("autograder/exercises/", "autograder/book/")
    files = {name: content for name, content in files.items() if not name.startswith(own)}
    files |= {f"autograder/exercises/{name}": content for name, content in _below(chapters.exercises_root(root))}
    files |= {f"autograder/book/chapters/{name}": content for name, content in _below(Path(root) / "chapters")}
    return files | {"autograder/book/_toc.yml": (Path(root) / "_toc.yml").read_bytes()}


def _below(folder):
    """Yield the name and the content of each file of a folder, but not what Python or an editor leaves there."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside.parts):
            yield inside.as_posix(), path.read_bytes()


def _digest(files):
    total = hashlib.sha256()
    for name, content in files.items():
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _hash(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
