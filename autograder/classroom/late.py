"""Points off for late work, by the class's settings: a plugin for nbgrader, which needs no code from the class."""

import math
from dataclasses import dataclass

from nbgrader.plugins import LateSubmissionPlugin

from .layout import ClassError

DAY = 24 * 60 * 60
PLUGIN = f"{__name__}.ByTheDay"


@dataclass(frozen=True)
class Penalty:
    """What is taken off: a share of the points for each day late or part of one, up to a limit, after a grace (s).

    >>> Penalty(0.1, 0.5, 600).share(601), Penalty(0.1, 0.5, 600).share(600), Penalty(0.1, 0.5, 0).share(9 * DAY)
    (0.1, 0.0, 0.5)
    """

    daily: float
    limit: float
    grace: float

    def share(self, seconds):
        """Return the share of the points that is taken off what was handed in that many seconds late."""
        return min(self.limit, self.daily * math.ceil(seconds / DAY)) if seconds > self.grace else 0.0

    def __str__(self):
        """Return it in words, for students; empty if nothing is taken off."""
        first = min(self.daily, self.limit)
        if not first:
            return ""
        grace = f"; up to {self.grace / 60:g} minutes cost nothing" if self.grace else ""
        if first == self.limit:
            return f"{100 * first:.4g}% of your points are taken off{grace}"
        most = f", at most {100 * self.limit:.4g}%" if self.limit < 1 else ""
        return f"{100 * first:.4g}% of your points are taken off for each day late or part of one{most}{grace}"


def penalty(config) -> Penalty:
    """Return what a class's settings take off for late work.

    Raises
    ------
    ClassError
        When a setting is invalid, or a plugin or setting of nbgrader's that takes off something else is set as well.
    """
    daily, limit = (_number(config, name, usual, 1) for name, usual in (("late_penalty", 0), ("late_penalty_limit", 1)))
    grace = _number(config, "late_grace", 0, math.inf)
    if daily:
        for kind, name, own in (
            ("AssignLatePenalties", "plugin_class", PLUGIN),
            ("LateSubmissionPlugin", "penalty_method", "none"),
        ):
            if config[kind].get(name, own) != own:
                raise ClassError(f"c.Course.late_penalty and c.{kind}.{name} are both set; remove one of them")
    return Penalty(daily, limit, 60 * grace)


class ByTheDay(LateSubmissionPlugin):
    """Take off what `c.Course.late_penalty` says or, if it is not set, what nbgrader's own settings say."""

    def __init__(self, **options):
        super().__init__(**options)
        self._penalty = penalty(self.config)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """Return the points that are taken off a score, as nbgrader asks, or None."""
        if not self._penalty.daily:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return self._penalty.share(total_seconds_late) * score


def _number(config, name, usual, most):
    """Return a setting that is a number from 0 up."""
    value = config.Course.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        to = f" to {most}" if math.isfinite(most) else " up, in minutes"
        raise ClassError(f"c.Course.{name} must be a number from 0{to}, got {value!r}")
    return value
