"""Chapters, as the assignment, the book and the audit need them: see `reading` and `cells`."""

from .agreement import slips
from .cells import Cell, ChapterError
from .reading import EXERCISE, MYST_ONLY, ROOT, Chapter, Section, exercises_root, parse, read, topics

__all__ = [
    "EXERCISE",
    "MYST_ONLY",
    "ROOT",
    "Cell",
    "Chapter",
    "ChapterError",
    "Section",
    "exercises_root",
    "parse",
    "read",
    "slips",
    "topics",
]
