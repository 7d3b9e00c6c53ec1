"""Marking by hand, question by question: a page of our own, served to this machine alone.

What is in nbgrader's gradebook is what counts (`marks`): points as its manual scores, comments as its comments, so that
formgrader, feedback and export see them, and what was marked there is seen here. Beside it, a class keeps which items
of a rubric an answer was given (`rubric`), so that an item whose points change moves every answer that has it.
"""

from .server import serve

__all__ = ["serve"]
