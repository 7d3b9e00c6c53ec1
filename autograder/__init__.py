"""autograder: what an exercise is, and how an answer is judged.

A notebook needs two names from it: `check` says what is wrong with an answer and why, `hint` gives one hint at a time.
`others` shows how others solved what you have passed, `attempts` what you tried, which is kept next to your notebook.
"""

from .check import check, hint, others
from .tries import attempts, keep_attempts, share_attempts

__all__ = ["attempts", "check", "hint", "keep_attempts", "others", "share_attempts"]
