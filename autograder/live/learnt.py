"""What the checks say about each misconception, carried in a page's archive: naming one need not run them all.

Running them would take a browser some seconds before the first wrong answer to an exercise is named. Misconceptions
that are values, as in an exercise that asks for one, are found in the page, where they cost nothing. What is carried
is found when the book is built (see `learning`).
"""

import functools
import json
from pathlib import Path

from autograder.judge import diagnose
from autograder.judge.looked import Looked
from autograder.judge.verdict import Finding

FILE = Path(__file__).with_suffix(".json")  # in a page's archive alone


def learn(exercise):
    """Take in what was found about an exercise's misconceptions when the page's archive was made."""
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
