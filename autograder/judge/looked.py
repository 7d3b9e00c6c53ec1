"""What one check found in an answer by itself, and what several found together."""

from dataclasses import dataclass, field

from .verdict import PASSED, Finding


@dataclass(frozen=True)
class Looked:
    """What one check found, and what the answer replied to it.

    Attributes
    ----------
    finding : Finding
    fault : Finding or None
        What this check found instead if it is the one that a changed argument, or a superfluous axis, costs.
    seen : list or None
        What counts of the replies when two answers are compared; None if that is not known, but what was found is.
    replies : list
        All of them.
    """

    finding: Finding
    fault: Finding | None = None
    seen: list = field(default_factory=list)
    replies: list = field(default_factory=list)


def together(looked, checks):
    """Return the findings of checks, in their order: what happened to an argument in several of them costs one.

    That is the first in which it happened that otherwise passes, preferably one that is not core.
    """
    findings = [each.finding for each in looked]
    places = [place for place, each in enumerate(looked) if each.fault is not None]
    if places:
        dear = min(places, key=lambda place: (findings[place].verdict != PASSED, checks[place].core, place))
        findings[dear] = looked[dear].fault
    return tuple(findings)
