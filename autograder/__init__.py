"""autograder: what an exercise is, and how an answer is judged.

A notebook needs two names of it: `check` says what is wrong with an answer and why, `hint` gives one hint at a time.
"""

from .check import check, hint

__all__ = ["check", "hint"]
