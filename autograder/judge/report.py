"""The report on an answer, which shows itself in a terminal, a notebook and a page."""

from dataclasses import asdict, dataclass

from . import show
from .verdict import Finding


@dataclass(frozen=True)
class Report:
    """The judgement of one answer: its verdict, what each check found, and the mistake's name if it is known.

    `count` says in words how much is right, if there is more to it than how many checks pass; `note` is what to do
    next, if not to ask for a hint; `doubt` is why a person should look at it, whatever the verdict.
    """

    exercise: str
    verdict: str
    points: float
    possible: float
    findings: tuple[Finding, ...] = ()
    misconception: str = ""
    printed: str = ""
    count: str = ""
    note: str = ""
    with_others: bool = False  # whether that mistake is one of several
    doubt: str = ""

    @classmethod
    def of(cls, told):
        """Return the report that plain data describe, as returned by `as_dict`, even after a trip through JSON."""
        return cls(**told | {"findings": tuple(Finding(**finding) for finding in told["findings"])})

    def as_dict(self):
        """Return the report as plain data for JSON."""
        return asdict(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return show.bundle(self)

    def __str__(self):
        return show.text(self)
