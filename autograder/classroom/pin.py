"""What a class is pinned to: a snapshot of the exercises' files, its digest, and the versions it was released with."""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
from pathlib import Path

import dnnkit

from .layout import ClassError, replace_folder, write_file

COURSE = "tuning-deep-networks"
SHORT = 12  # characters of a digest, where it stands for a version


def read(place) -> dict:
    """Return the class's pin: a dictionary with `topics` (topic to digest) and `versions`, empty before a release."""
    path = place.pinned / "pin.json"
    if not path.exists():
        return {"topics": {}, "versions": {}}
    return json.loads(path.read_text(encoding="utf-8"))


def rank(place):
    """Return a function to sort topics by: those of the class in its own order, then others by their names."""
    order = {topic: number for number, topic in enumerate(read(place)["topics"])}
    return lambda topic: (order.get(topic, len(order)), topic)


def digest(folder) -> str:
    """Return one digest of a topic's exercises, or of a package: of the names and contents of its Python files."""
    summed = hashlib.sha256()
    for path in _files(folder):
        content = path.read_bytes()
        summed.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return summed.hexdigest()


def changed(place, topic, exercises) -> tuple[str, ...]:
    """Return the names of the exercises' files that differ between the class's snapshot and `exercises/<topic>`."""
    old = {path.name: path.read_bytes() for path in _files(snapshot(place, topic))}
    new = {path.name: path.read_bytes() for path in _files(Path(exercises) / topic)}
    return tuple(sorted(name for name in old | new if old.get(name) != new.get(name)))


def snapshot(place, topic):
    """Return where a class keeps the exercises of a topic."""
    return place.exercises / topic


def take(place, topic, exercises, folder):
    """Snapshot the exercises of a topic into the class, by way of a scratch folder, and record it in the pin."""
    copied = folder / topic
    copied.mkdir()
    for path in _files(Path(exercises) / topic):
        shutil.copyfile(path, copied / path.name)
    summed = digest(copied)
    _keep_earlier(place, topic, folder)
    replace_folder(copied, snapshot(place, topic))
    pin = read(place)
    pin["topics"][topic] = summed
    pin["versions"] = versions()
    write_file(place.pinned / "pin.json", (json.dumps(pin, indent=2) + "\n").encode())


def _keep_earlier(place, topic, folder):
    """Keep the exercises that gave the grades so far, under the digest by which a grade's history names them."""
    before = snapshot(place, topic)
    kept = place.pinned / "earlier" / topic / digest(before)[:SHORT]
    if before.exists() and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.rename(shutil.copytree(before, folder / f"{topic}-earlier"), kept)


def require_whole(place, topic):
    """Refuse to grade with a snapshot that is no longer what the release took."""
    if digest(snapshot(place, topic)) != read(place)["topics"].get(topic):
        raise ClassError(
            f"{snapshot(place, topic)} is not what the release pinned; pin the exercises again with: "
            f"autograder release {place.root} {topic} --update"
        )


def versions() -> dict[str, str]:
    """Return the versions that a grade may depend on."""
    return {
        "course": importlib.metadata.version(COURSE),
        "dnnkit": digest(Path(dnnkit.__file__).parent)[:SHORT],  # the reference changes more often than its version
        "numpy": importlib.metadata.version("numpy"),
        "python": platform.python_version(),
    }


def differences(pin) -> list[str]:
    """Return a sentence for each version that has changed since the class was released."""
    now = versions()
    return [
        f"the class was released with {name} {then}, and is graded with {now[name]}"
        for name, then in pin["versions"].items()
        if now[name] != then
    ]


def _files(folder):
    return sorted(Path(folder).rglob("*.py"))
