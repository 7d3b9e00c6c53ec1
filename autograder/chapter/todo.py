"""What an author still has to write: the marks that `autograder new` leaves, and that the author removes.

In an exercise's file a mark is a comment, ``# TODO: three hints``; in a chapter it is one that no page shows,
``<!-- TODO: the prompt -->``. As long as there is one, its exercise is neither audited further nor released.
"""

import re

MARK = re.compile(r"\s*(?:# TODO: (.+)|<!-- TODO: (.+) -->)")


def todo(text, file="") -> list[str]:
    """Return a line for each mark in the text of an exercise's file or of a chapter, named `file`.

    >>> todo("points = 3\\n# TODO: three hints\\n", "double.py")
    ['double.py, line 2: still to write: three hints']
    """
    marks = [(number, MARK.fullmatch(line)) for number, line in enumerate(text.splitlines(), start=1)]
    return [f"{file}, line {number}: still to write: {mark[1] or mark[2]}" for number, mark in marks if mark]
