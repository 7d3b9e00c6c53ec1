"""The names with which an exercise's file is written: see `exercise` for what such a file holds."""

from numpy.random import default_rng

from . import slips
from .judge.assertions import call, chosen, close, equal, raises, require, several, shaped, spoil
from .judge.forms import anything, array, boolean, free, ignored, instance, integer, mask, number, record, text
from .judge.verdict import measured

__all__ = [
    "alternative",
    "anything",
    "array",
    "boolean",
    "call",
    "chosen",
    "close",
    "core",
    "default_rng",
    "equal",
    "free",
    "hidden",
    "ignored",
    "instance",
    "integer",
    "lazy",
    "mask",
    "measured",
    "misconception",
    "neighbour",
    "number",
    "raises",
    "record",
    "require",
    "same_mistake_as",
    "several",
    "shaped",
    "spoil",
    "text",
    "weight",
]


def hidden(check=None, *, like=()):
    """Mark a check that runs only in grading; `like` names the public check, or checks, whose property it repeats.

    Hidden means other inputs, never another property: ``@hidden(like=check_scale)``.
    """
    twins = tuple(_name(twin, "hidden(like=...)") for twin in (like if isinstance(like, tuple) else (like,)))

    def mark(check):
        check.hidden, check.like = True, twins
        return check

    return mark if check is None else mark(check)


def core(check):
    """Mark the check that compares with the reference on a generic input: answers that fail it earn at most half."""
    check.core = True
    return check


def weight(share):
    """Mark a check that counts as much as `share` checks of weight 1."""
    if not isinstance(share, int | float) or not share > 0:
        raise slips.BadMark(f"a check's weight is {share!r}", "write a number above 0, such as @weight(3)")

    def mark(check):
        check.weight = share
        return check

    return mark


def misconception(sentence="", *, caught_by=None, worth=0.5, said_by=""):
    """Mark a wrong answer: `sentence` helps those who made the mistake, `worth` is the most it may earn, as a share.

    An answer gets its name when the checks say the same of both and both returned the same values. If values cannot
    agree (the answer draws random numbers itself), `said_by` is a sentence of the check `caught_by` that *is* the
    mistake: an answer that gets it there has made it.
    """
    slips.sentence(sentence, "misconception")
    caught = _name(caught_by, "misconception")

    def mark(answer):
        answer.misconception = {
            "sentence": sentence,
            "caught_by": caught,
            "worth": worth,
            "said_by": said_by,
        }
        return answer

    return mark


def same_mistake_as(first):
    """Mark an answer that makes the mistake of the misconception `first` in another way, such as with other draws."""
    if "misconception" not in getattr(first, "__dict__", {}):
        raise slips.BadMark(f"@same_mistake_as must be given a misconception, got {first!r:.60}", "name one above it")

    def mark(answer):
        answer.same_mistake_as = first.__name__
        return answer

    return mark


def neighbour(sentence=""):
    """Mark a wrong answer that resembles a misconception but must get no name; `sentence` says what is wrong."""
    slips.sentence(sentence, "neighbour")

    def mark(answer):
        answer.neighbour = sentence
        return answer

    return mark


def alternative(sentence=""):
    """Mark a right answer that is written another way, which `sentence` names."""
    slips.sentence(sentence, "alternative")

    def mark(answer):
        answer.alternative = sentence
        return answer

    return mark


def lazy(sentence=""):
    """Mark a test that looks at too little, as `sentence` says; it must earn next to nothing."""
    slips.sentence(sentence, "lazy")

    def mark(answer):
        answer.lazy = sentence
        return answer

    return mark


def _name(check, mark):
    """Return the name of a check that a mark was given."""
    if not (callable(check) and getattr(check, "__name__", "").startswith("check_")):
        raise slips.BadMark(f"@{mark} must be given a check, got {check!r:.60}", "name a check that is above it")
    return check.__name__
