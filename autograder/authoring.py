"""What the file of an exercise is written with: see `exercise` for what such a file holds."""

from numpy.random import default_rng

from .judge.assertions import close, equal, raises, require
from .judge.forms import anything, array, boolean, instance, integer, mask, number, record, text

__all__ = [
    "alternative",
    "anything",
    "array",
    "boolean",
    "close",
    "default_rng",
    "equal",
    "hidden",
    "instance",
    "integer",
    "mask",
    "misconception",
    "number",
    "raises",
    "record",
    "require",
    "text",
]


def hidden(check):
    """Mark a check that runs only in grading."""
    check.hidden = True
    return check


def misconception(sentence, *, caught_by, worth=0.5):
    """Mark a wrong answer: `sentence` helps who made the mistake, `worth` is the most it may earn, as a share."""

    def mark(answer):
        answer.misconception = (sentence, caught_by.__name__, worth)
        return answer

    return mark


def alternative(sentence):
    """Mark a right answer that is written another way, which `sentence` names."""

    def mark(answer):
        answer.alternative = sentence
        return answer

    return mark
