"""A submission's folder as a value: read where the class is, and laid out again where it is judged."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from .submission import MOST_BESIDE, everything, is_notebook

COPIES = 4  # how many notebooks of the largest size are read
FILE, FOLDER, OTHER = "file", "folder", "other"


class Entry(NamedTuple):
    """What is at a path in a submission's folder: a file with its content, as far as that is read, or a folder.

    If a file's `content` is None, nobody reads it: it is too large, or may not be read. Of anything that is neither a
    file nor a folder, such as a link, only the name is kept.
    """

    path: str
    kind: str
    size: int = 0
    content: bytes | None = None
    is_readable: bool = True


def pack(folder, max_kilobytes) -> tuple[Entry, ...]:
    """Return everything that grading reads of a submission, without looking into any of it.

    Parameters
    ----------
    folder : Path
    max_kilobytes : float
        The largest size of a notebook that is read.
    """
    room = {True: int(COPIES * 1000 * max_kilobytes), False: 2 * MOST_BESIDE}  # bytes of notebooks, and of other files
    packed = {}
    for path in everything(folder):
        name = path.relative_to(folder).as_posix()
        if name not in packed:
            entry = packed[name] = _entry(path, name, min(1000 * max_kilobytes, room[True]), room[False])
            room[is_notebook(path)] -= len(entry.content or b"")
    return tuple(packed.values())


def _entry(path, name, most_of_a_notebook, most_beside):
    try:
        about = path.lstat()
        if stat.S_ISDIR(about.st_mode):
            return Entry(name, FOLDER)
        if not stat.S_ISREG(about.st_mode):
            return Entry(name, OTHER)
        if not os.access(path, os.R_OK):
            return Entry(name, FILE, about.st_size, is_readable=False)
        if about.st_size > (most_of_a_notebook if is_notebook(path) else most_beside):
            return Entry(name, FILE, about.st_size)
        content = path.read_bytes()
        return Entry(name, FILE, len(content), content)
    except OSError:  # a disk error, which no other machine can repeat: there, it is a damaged file
        return Entry(name, FILE, 1, is_readable=False)


def size(packed):
    """Return how many bytes of content there are in a packed folder."""
    return sum(len(entry.content or b"") for entry in packed)


def lay(packed, folder):
    """Lay a packed folder out in an empty one, where it reads just as it would in its original place."""
    for entry in packed:
        path = Path(folder, entry.path)
        if entry.kind == FOLDER:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.kind == OTHER:
            path.symlink_to("/dev/null/nowhere")
            continue
        with path.open("wb") as file:
            file.write(entry.content or b"")
            file.truncate(entry.size)  # without its content it has at least its size, and takes no room
        path.chmod(0o600 if entry.is_readable else 0)
