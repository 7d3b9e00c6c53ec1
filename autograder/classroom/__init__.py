"""The instructor's side: make a class, release assignments, grade, write feedback, export grades and send them."""

from ..chapter import ChapterError
from ..exercise import BadExercise
from .collect import Collected, collect, collected_table
from .create import create
from .dates import Dates, due_dates, due_lines
from .export import export
from .feedback import Written, feedback
from .formats import FORMATS
from .grade import Graded, grade
from .history import history, history_lines
from .layout import ClassDirectory, ClassError, open_class, shown
from .ledger import Entry
from .lti import Sent, send
from .marking import serve
from .naming import name
from .new import new
from .notebook import assignment
from .release import Released, release
from .reporting import report
from .results import Result, results, table, waiting
from .sample import problems, sample
from .standing import without_score
from .update import Move

# What an instructor can do something about: each has a message of one sentence.
ERRORS = (ClassError, ChapterError, BadExercise)

__all__ = [
    "ERRORS",
    "FORMATS",
    "ClassDirectory",
    "ClassError",
    "Collected",
    "Dates",
    "Entry",
    "Graded",
    "Move",
    "Released",
    "Result",
    "Sent",
    "Written",
    "assignment",
    "collect",
    "collected_table",
    "create",
    "due_dates",
    "due_lines",
    "export",
    "feedback",
    "grade",
    "name",
    "history",
    "history_lines",
    "new",
    "open_class",
    "problems",
    "release",
    "report",
    "results",
    "sample",
    "send",
    "serve",
    "shown",
    "table",
    "waiting",
    "without_score",
]
