"""What the checks say of each misconception, carried in a page's archive: a page need not run them all to name one.

It would take a browser some seconds, before the first wrong answer to an exercise gets its name. Values that count as
well, as those of an exercise that asks for one do, are found in the page, where they cost nothing. What is carried is
found when the book is built (see `learning`).
"""

import functools
import json
from pathlib import Path

from autograder.judge import diagnose
from autograder.judge.looked import Looked
from autograder.judge.verdict import Finding

FILE = Path(__file__).with_suffix(".json")  # in a page's archive alone


def learn(exercise):
    """Know of an exercise's misconceptions what was found when the page's archive was made."""
    if exercise.asks_for_value:
        return
    diagnose.learn(
        {
            (exercise.path, name, check): Looked(Finding(check, "", verdict, sentence), seen=None)
            for name, said in _carried().get(exercise.id, {}).items()
            for check, (verdict, sentence) in said.items()
        }
    )


@functools.cache
def _carried():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
