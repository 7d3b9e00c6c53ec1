"""Kept results of the audit: what depends on the same files and versions is reported again, not found again."""

import contextlib
import json
import os
from pathlib import Path

from ..chapter import is_class
from ..sources import Sources

# All rooms in which an answer is judged and audited, with what they import.
JUDGE = ("autograder.audit.*", "autograder.judge.*", "autograder.sandbox.*")


class Kept:
    """The kept results of a course, under ``build/`` of its checkout, or of a class; an installed course keeps none."""

    def __init__(self, root):
        self._folder = _folder(Path(root))
        self._sources = Sources()

    def digest(self, exercise, section, setup, seeds):
        """Return a digest of all that the audit of an exercise depends on.

        That is its file and what its topic's exercises share, the section of its chapter and the setup cells before it,
        the modules that these import, the judge's code, the versions of Python and of the libraries, and the number of
        seeds.
        """
        paths = [exercise.path, *([exercise.tests.path] if exercise.tests else ()), *exercise.shared]
        files = [path.read_text(encoding="utf-8") for path in paths]
        cells = [*setup, *(section.cells if section is not None else ())]
        code = [cell.source for cell in cells if cell.kind == "code" and "check" not in cell.tags]
        text = json.dumps(
            [exercise.id, files, [[cell.kind, cell.tags, cell.source, cell.line] for cell in cells], seeds]
        )
        return self._sources.digest([*JUDGE, *sorted(self._sources.names_of_cells([*files, *code]))], text)

    def read(self, exercise, digest):
        """Return the kept problems and counts of an exercise, or None if there are none with this digest."""
        try:
            content = json.loads(self._path(exercise).read_text(encoding="utf-8"))
            return (content["problems"], content["counts"]) if content["digest"] == digest else None
        except (OSError, ValueError, KeyError, TypeError):  # not kept, not ours, or half of an older form
            return None

    def write(self, exercise, digest, problems, counts):
        """Keep the result of an exercise; a reader never finds half of it."""
        path = self._path(exercise)
        beside = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):  # if nothing can be kept, it is found anew next time
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps({"digest": digest, "problems": problems, "counts": counts}, indent=1))
            os.replace(beside, path)

    def _path(self, exercise):
        return (self._folder or Path(os.devnull)) / f"{exercise.id}.json"


def _folder(root):
    if is_class(root):
        return root / ".autograder" / "audit"
    return root / "build" / "audit" if (root / "pyproject.toml").exists() else None
