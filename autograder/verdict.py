"""What a judge can say: the two ways a check ends early, what each check found, and the report on an answer."""

from dataclasses import asdict, dataclass

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


@dataclass(frozen=True)
class Report:
    """The judgement of one answer: its verdict, what each check found, and the mistake's name where it is known."""

    exercise: str
    verdict: str
    points: float
    possible: float
    findings: tuple[Finding, ...] = ()
    misconception: str = ""
    printed: str = ""

    def as_dict(self):
        """Return the report as plain data for JSON."""
        return asdict(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        from . import show  # here, since showing needs the report and not the other way round

        return show.bundle(self)

    def __str__(self):
        from . import show

        return show.text(self)
