"""The instructor's side: make a class, release assignments, grade, write feedback and export grades."""

from ..chapter import ChapterError
from ..exercise import BadExercise
from .create import create
from .export import export
from .feedback import Written, feedback
from .grade import Graded, grade
from .layout import ClassDirectory, ClassError, open_class, shown
from .notebook import assignment
from .release import Released, release
from .results import Result, results, table
from .sample import problems, sample
from .update import Move

# What an instructor can do something about: each has a message of one sentence.
ERRORS = (ClassError, ChapterError, BadExercise)

__all__ = [
    "ERRORS",
    "ClassDirectory",
    "ClassError",
    "Graded",
    "Move",
    "Released",
    "Result",
    "Written",
    "assignment",
    "create",
    "export",
    "feedback",
    "grade",
    "open_class",
    "problems",
    "release",
    "results",
    "sample",
    "shown",
    "table",
]
