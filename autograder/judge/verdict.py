"""What a judge can say: the ways a check ends early, and what each check found."""

from dataclasses import dataclass

PASSED, WRONG, CRASHED, NOT_ATTEMPTED = "passed", "wrong", "crashed", "not attempted"
TIMED_OUT, OUT_OF_MEMORY, KILLED = "timed out", "out of memory", "killed"


class Verdict(Exception):
    """Ends a check. Nothing that an answer does can swallow it."""


class Wrong(Verdict):
    """The answer breaks a property.

    `sentence` is constant text, the same for every input, so that a mistake can be recognised by it;
    the numbers of this input go into `detail`.
    """

    def __init__(self, sentence, detail=""):
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


class Crashed(Verdict):
    """The answer raised. `bases` names its exception's built-in classes; `trace` holds the answer's own lines only."""

    def __init__(self, kind, bases, message, trace):
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.bases = tuple(bases)
        self.message = message
        self.trace = trace


class Ended(Verdict):
    """The process in which the answer lives is gone, or had to be ended; `how` is one of the verdicts above."""

    def __init__(self, how, detail=""):
        super().__init__(how)
        self.how = how
        self.detail = detail


@dataclass(frozen=True)
class Finding:
    """What one check found: `title` is the property, `sentence` what broke, `detail` the numbers or the traceback."""

    check: str
    title: str
    verdict: str
    sentence: str = ""
    detail: str = ""
