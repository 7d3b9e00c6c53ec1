"""Chapters, as the assignment, the book and the audit need them: see `homes`, `reading` and `cells`."""

from .agreement import slips
from .cells import Cell, ChapterError
from .homes import ROOT, chapter_file, class_root, exercises_root, homes, is_class, topics
from .reading import EXERCISE, MYST_ONLY, Chapter, Section, parse, read
from .todo import todo

__all__ = [
    "EXERCISE",
    "MYST_ONLY",
    "ROOT",
    "Cell",
    "Chapter",
    "ChapterError",
    "Section",
    "chapter_file",
    "class_root",
    "exercises_root",
    "homes",
    "is_class",
    "parse",
    "read",
    "slips",
    "todo",
    "topics",
]
