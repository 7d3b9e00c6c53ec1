"""Look into a download, a zip or a folder, as it came: every file with its path and time; none of it is trusted.

Nothing is unpacked onto the disk: a file's content is read when it is asked for, up to a limit, so that neither a path
that leads outside nor an archive that grows without end does harm.
"""

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path

from .layout import ClassError
from .paths import is_laid_there, name_of, names_of, parts_of
from .submission import NOTEBOOK

MOST_BYTES = 64 * 2**20  # of one file, of one zip in the download, and of one submission
MOST_LOOKED_INTO = 4 * MOST_BYTES  # of all zips in one file of a download
MOST_FILES = 100_000  # in a download
MOST_NESTED = 10_000  # in a zip inside it
DEEPEST = 3  # zips in zips
MOST_FOLDERS = 50  # that a file may be in
UNIX_TIME = 0x5455  # the field of a zip's entry that has seconds since 1970, in UTC
ENCRYPTED = 0x1  # a flag of a zip's entry
# What Python's readers raise on archives that are broken, encrypted, or packed in ways that they do not know.
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError)


class Unusable(Exception):
    """A file of a download cannot be taken; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class File:
    """A file of a download.

    Attributes
    ----------
    path : tuple of str
        The folders that it is in, and its name. A zip in the download is a folder here, if it holds a notebook.
    time : datetime or None
        When it was changed, in UTC. A file in a zip that was handed in has the time of that zip: its maker
        could date what is inside.
    size : int
        In bytes, as declared; it has no more.
    fetch : function of an int
        Returns the content, of at most that many bytes, or raises `Unusable`.
    fault : str
        Why it cannot be taken, or "".
    """

    path: tuple[str, ...]
    time: datetime | None = None
    size: int = 0
    fetch: Callable[[int], bytes] | None = None
    fault: str = ""

    @property
    def is_notebook(self):
        """Whether its name is a notebook's, as some browsers and mail programs leave it."""
        return NOTEBOOK.search(self.path[-1]) is not None


@contextmanager
def opened(path, zone):
    """Yield the files of a download, as a list; they can be read as long as it is open.

    Parameters
    ----------
    path : path
        A zip or a folder.
    zone : tzinfo
        The zone of the clock that dated a zip's files: most zips name none.

    Raises
    ------
    ClassError
        When it is neither, or a zip that is broken or holds too much.
    """
    path = Path(path)
    if path.is_dir():
        yield _limited(_walk(path, path), zone)
        return
    if not path.is_file():
        raise ClassError(f"there is no file or folder {path}")
    try:
        zipped = zipfile.ZipFile(path)
    except BROKEN as error:
        raise ClassError(f"{path} is not a zip that can be read ({error}); download it again") from error
    with zipped:
        yield _limited(_members(lambda: zipped, zone), zone)


def _limited(files, zone):
    """Return a download's files, with a zip that holds a notebook replaced by its contents."""
    opener, found = _Opener(), []
    for file in files:
        opener.left = MOST_LOOKED_INTO
        found += _expanded([file], opener, zone, 0)
        if len(found) > MOST_FILES:
            raise ClassError(f"the download holds more than {MOST_FILES} files; collect it in parts")
    return found


class _Opener:
    """Opens zips in zips from memory, and keeps the last few: those of a whole class would not fit.

    `left` is how many bytes of them may still be looked into.
    """

    def __init__(self):
        self.left = 0
        self.open = lru_cache(maxsize=DEEPEST)(lambda fetch: zipfile.ZipFile(BytesIO(fetch(MOST_BYTES))))


def _expanded(files, opener, zone, depth):
    """Yield files, with a zip that holds a notebook replaced by its contents."""
    for file in files:
        if file.fault or not file.path[-1].lower().endswith(".zip"):
            yield file
            continue
        try:
            inside = _inside(file, opener, zone, depth + 1)
        except Unusable as reason:
            yield replace(file, fetch=None, fault=str(reason))
            continue
        except BROKEN:
            yield replace(file, fetch=None, fault="is a zip that cannot be read")
            continue
        holds = any(each.is_notebook or each.fault for each in inside)
        yield from inside if holds else [file]


def _inside(file, opener, zone, depth):
    """Return the files of a zip in the download, with their paths in the whole download."""
    if depth > DEEPEST:
        raise Unusable(f"is more than {DEEPEST} zips deep")
    opener.left -= file.size
    if opener.left < 0:
        raise Unusable(f"is in zips of more than {MOST_LOOKED_INTO / 2**20:.0f} MiB")
    again = partial(opener.open, file.fetch)
    if len(again().infolist()) > MOST_NESTED:
        raise Unusable(f"holds more than {MOST_NESTED} files")
    members = [replace(each, path=file.path + each.path, time=file.time) for each in _members(again, zone)]
    return list(_expanded(members, opener, zone, depth))


def _members(again, zone):
    """Yield the files of a zip, which `again` returns open, except what a computer put there by itself."""
    for info in again().infolist():
        name = name_of(info)
        if info.is_dir() or name.endswith("\\"):
            continue
        parts, fault = parts_of(name)
        if any(is_laid_there(part) for part in parts):
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not fault and kind not in (0, stat.S_IFREG):
            fault = "is a link" if kind == stat.S_IFLNK else "is not a plain file"
        if not fault and info.flag_bits & ENCRYPTED:
            fault = "is encrypted"
        fetch = None if fault else partial(_read, again, info)
        yield File(parts, _time(info, zone), info.file_size, fetch, fault)


def _read(again, info, most):
    try:
        with again().open(info) as stream:
            return _bounded(stream, most)
    except BROKEN as error:
        raise Unusable(f"cannot be read ({error})") from error


def _bounded(stream, most):
    content = stream.read(most + 1)
    if len(content) > most:
        raise Unusable(f"is larger than {most / 2**20:.0f} MiB")
    return content


def _time(info, zone):
    """Return when a zip's entry was changed, in UTC, or None if it does not say."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == UNIX_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
        extra = extra[4 + size :]
    if info.date_time[:3] <= (1980, 1, 1):  # what an entry has that was given no time
        return None
    try:
        return datetime(*info.date_time, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _walk(folder, top, parent=None):
    """Yield the files under a folder, without following a link.

    Each folder is opened from within its parent: in an exchange, its owner may replace it with a link at any time.
    """
    where, above = (folder, 0) if parent is None else (folder.name, os.O_NOFOLLOW)
    try:
        here = os.open(where, os.O_RDONLY | os.O_DIRECTORY | above, dir_fd=parent)
    except OSError as error:
        yield File(names_of(folder, top), fault=f"cannot be read ({error.strerror})")
        return
    try:
        for name in sorted(os.listdir(here)):
            if not is_laid_there(name):
                yield from _entry(folder / name, top, here)
    finally:
        os.close(here)


def _entry(path, top, parent):
    """Yield the file of a path in an open folder, or those under it."""
    names = names_of(path, top)
    try:
        about = os.lstat(path.name, dir_fd=parent)
    except OSError as error:
        yield File(names, fault=f"cannot be read ({error.strerror})")
        return
    if stat.S_ISDIR(about.st_mode) and len(names) <= MOST_FOLDERS:
        yield from _walk(path, top, parent)
        return
    _, fault = parts_of("/".join(names))
    if not fault and not stat.S_ISREG(about.st_mode):
        kinds = {stat.S_IFLNK: "is a link", stat.S_IFDIR: f"is more than {MOST_FOLDERS} folders deep"}
        fault = kinds.get(stat.S_IFMT(about.st_mode), "is not a plain file")
    time = datetime.fromtimestamp(about.st_mtime, UTC)
    yield File(names, time, about.st_size, None if fault else partial(_read_file, path, about), fault)


def _read_file(path, about, most):
    """Return a file's content, if its path still leads to the file that was seen there."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            if not os.path.samestat(os.fstat(stream.fileno()), about):
                raise Unusable("was replaced while it was being collected")
            return _bounded(stream, most)
    except OSError as error:
        raise Unusable(f"cannot be read ({error.strerror})") from error
