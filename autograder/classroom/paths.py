"""Read the paths of a download, in whatever encoding they come, and say which are refused."""

import os
import re
import unicodedata

from .submission import NOT_STUDENTS

UTF8 = 0x800  # a flag of a zip's entry
LONGEST_NAME, LONGEST_PATH = 255, 1000  # bytes
LAID_THERE = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini", re.IGNORECASE)  # by the system, in every folder


def name_of(info):
    """Return the name of a zip's entry: many programs write UTF-8 without saying so."""
    if not info.flag_bits & UTF8:
        try:
            return info.orig_filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.orig_filename


def names_of(path, top):
    """Return a path's parts, as text: names that are not UTF-8 are taken to be from an old zip."""
    return tuple(map(_legible, path.relative_to(top).parts)) or (".",)


def _legible(name):
    try:
        name.encode()
        return name
    except UnicodeError:
        return os.fsencode(name).decode("cp437")


def parts_of(name):
    """Return the parts of a path in an archive, and why it is refused, or ""."""
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name) or ".." in parts or not parts:
        return parts or (name,), "has a path that leads out of the download"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return parts, "has a name with control characters"
    lengths = [len(part.encode()) for part in parts]
    if max(lengths) > LONGEST_NAME or sum(lengths) + len(lengths) > LONGEST_PATH:
        return parts, "has a name that is too long"
    return parts, ""


def is_laid_there(part):
    """Whether a computer puts a file or folder of this name there by itself."""
    return NOT_STUDENTS.match(part) or LAID_THERE.fullmatch(part)
