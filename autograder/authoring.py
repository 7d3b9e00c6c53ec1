"""What the file of an exercise is written with: see `exercise` for what such a file holds."""

from numpy.random import default_rng

from .judge.assertions import close, equal, raises, require
from .judge.forms import anything, array, boolean, free, instance, integer, mask, number, record, text

__all__ = [
    "alternative",
    "anything",
    "array",
    "boolean",
    "close",
    "core",
    "default_rng",
    "equal",
    "free",
    "hidden",
    "instance",
    "integer",
    "mask",
    "misconception",
    "neighbour",
    "number",
    "raises",
    "record",
    "require",
    "same_mistake_as",
    "text",
    "weight",
]


def hidden(check):
    """Mark a check that runs only in grading."""
    check.hidden = True
    return check


def core(check):
    """Mark the check that compares with the reference on a generic input: who fails it earns at most half."""
    check.core = True
    return check


def weight(share):
    """Mark a check that counts as much as `share` checks of weight 1."""
    if not share > 0:
        raise ValueError(f"a check's weight must be above 0, got {share!r}")

    def mark(check):
        check.weight = share
        return check

    return mark


def misconception(sentence, *, caught_by, worth=0.5, said_by=""):
    """Mark a wrong answer: `sentence` helps who made the mistake, `worth` is the most it may earn, as a share.

    An answer gets its name when the checks say of both the same and both returned the same values. Where values cannot
    agree (randomness of the answer's own), `said_by` is a sentence of the check `caught_by` that *is* the mistake:
    whoever gets it there has made it.
    """

    def mark(answer):
        answer.misconception = {
            "sentence": sentence,
            "caught_by": caught_by.__name__,
            "worth": worth,
            "said_by": said_by,
        }
        return answer

    return mark


def same_mistake_as(first):
    """Mark an answer that makes the mistake of the misconception `first` in another way, with other draws say."""
    if "misconception" not in vars(first):
        raise TypeError(f"{first.__name__} is no misconception")

    def mark(answer):
        answer.same_mistake_as = first.__name__
        return answer

    return mark


def neighbour(sentence):
    """Mark a wrong answer that resembles a misconception but must get no name; `sentence` says what is wrong."""

    def mark(answer):
        answer.neighbour = sentence
        return answer

    return mark


def alternative(sentence):
    """Mark a right answer that is written another way, which `sentence` names."""

    def mark(answer):
        answer.alternative = sentence
        return answer

    return mark
