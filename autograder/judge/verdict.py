"""What a judge can say: the ways a check ends early, and what each check found."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

PASSED, WRONG, CRASHED, NOT_ATTEMPTED = "passed", "wrong", "crashed", "not attempted"
TIMED_OUT, OUT_OF_MEMORY, KILLED = "timed out", "out of memory", "killed"
TOO_COSTLY = "took too much to judge"


class Verdict(Exception):
    """Ends a check. Nothing that an answer does can swallow it."""


class Wrong(Verdict):
    """The answer breaks a property.

    `sentence` is constant text, the same for every input, so that a mistake can be recognized by it;
    the numbers of this input go into `detail`, and where two values were compared, into `difference`.
    """

    def __init__(self, sentence, detail="", difference=None):
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.difference = difference


@dataclass(frozen=True)
class Difference:
    """Two values that were compared, the place of the first entry that differs, and how many do, in words."""

    actual: Any
    expected: Any
    where: tuple[int, ...] = ()
    words: str = ""


class Crashed(Verdict):
    """The answer raised. `bases` names its exception's built-in classes; `trace` holds the answer's own lines only."""

    def __init__(self, kind, bases, message, trace):
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.bases = tuple(bases)
        self.message = message
        self.trace = trace


class Ended(Verdict):
    """The process in which the answer lives is gone, or had to be ended; `how` is one of the verdicts above.

    `results` is how many had come back by then, provided nothing was found wrong with the answer; else 0.
    """

    def __init__(self, how, detail=""):
        super().__init__(how)
        self.how = how
        self.detail = detail
        self.results = 0


@dataclass(frozen=True)
class Finding:
    """What one check found: `title` is the property, `sentence` what broke, `detail` the place or the traceback.

    For a function, `went_in` holds the arguments of its last call, `came_out` what it returned and `expected` what it
    should have returned, as text of at most twelve numbers each. `measured` holds the numbers, each with its name, by
    which answers that all pass can be compared.
    """

    check: str
    title: str
    verdict: str
    sentence: str = ""
    detail: str = ""
    went_in: str = ""
    came_out: str = ""
    expected: str = ""
    measured: tuple[tuple[str, float], ...] = ()


def note(wrong):
    """Have a check fail with `wrong` but go on: this costs one check, not every one in which it happens.

    Outside judging, where nobody collects what is noted, it is raised.
    """
    noted = _noted.get()
    if noted is None:
        raise wrong
    noted.append(wrong)


def measured(name, value):
    """Have a check report a number that is not a verdict: how good an answer is beyond right and wrong."""
    if (numbers := _measured.get()) is not None:
        numbers.append((name, float(value)))


@contextmanager
def collected():
    """Yield the list of what is noted inside, and the list of what is measured."""
    tokens = _noted.set([]), _measured.set([])
    try:
        yield _noted.get(), _measured.get()
    finally:
        _noted.reset(tokens[0])
        _measured.reset(tokens[1])


_noted = ContextVar("noted", default=None)
_measured = ContextVar("measured", default=None)
