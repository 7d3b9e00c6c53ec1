"""A report as one HTML page: its head, with style sheet and fonts inside, and the sections on the class as a whole."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from ..look import style
from ..standing import GRADED, MISSING, WAITING
from .parts import Pieces, points, row, several, table, text, title
from .sections import assignment

SHEET = Path(__file__).with_name("report.css")


def page(gathered) -> str:
    """Return the report on what was gathered of a class."""
    pieces = Pieces(gathered)
    named = f"Report: {gathered.place.root.name}"
    topics = gathered.topics
    links = "".join(f'<li><a href="#{text(topic)}">{title(topic)}</a></li>' for topic in topics)
    rest = "".join(f'<li><a href="#{key}">{words}</a></li>' for key, words in WHOLE.items())
    body = "".join(assignment(pieces, topic) for topic in topics)
    body += _late(pieces) + _flags(pieces) + _students(pieces)
    day = datetime.now(UTC)
    names = " Students appear under aliases." if gathered.anonymous else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(named)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><link rel="icon" href="data:,"><style>{style(SHEET)}</style></head><body><main><header>'
        f'<p class="course">Tuning Deep Networks</p><h1>{text(named)}</h1><p class="muted">'
        f"Written on {day:%d %B %Y} at {day:%H:%M} UTC. Each number links to the students behind it, "
        f"and they to their submissions.{names}</p>"
        f"<nav><ul>{links}{rest}</ul></nav></header>{body}</main>{pieces.lists()}</body></html>\n"
    )


WHOLE = {"late-and-missing": "Late and missing", "flagged": "Flagged", "students": "Students"}


def _late(pieces):
    rows = []
    order = pieces.gathered.topics.index
    names = pieces.gathered.names  # in whose order: that of true names would reveal whose an alias is
    for standing in sorted(pieces.gathered.standings, key=lambda each: (order(each.topic), names[each.student])):
        if standing.state == MISSING or standing.late > 0 or standing.untimed:
            lateness = "late, unknown by how much" if standing.untimed else f"late by {_duration(standing.late)}"
            what = "missing" if standing.state == MISSING else lateness
            taken = f"−{points(standing.penalty)}" if standing.penalty else ""
            name = pieces.student(standing.student)
            rows.append(row(name, title(standing.topic), what, taken))
    body = table(("Student", "Assignment", "", "Taken off"), rows, "plain") or "<p>Nobody.</p>"
    return f'<section id="late-and-missing"><h2>Late and missing</h2>{body}</section>'


def _flags(pieces):
    found = defaultdict(list)
    for result in pieces.gathered.results:
        if result.flags:
            found[result.topic, result.exercise, "; ".join(result.flags)].append(result.student)
    rows = [
        row(
            text(exercise),
            text(said),
            ", ".join(pieces.submission(each, topic) for each in pieces.sorted(students)),
        )
        for (topic, exercise, said), students in found.items()
    ]
    words = (
        '<p class="caption">What a person should look at: an answer that may be the reference itself, or may not have '
        "been judged. It costs no points.</p>"
    )
    body = table(("Exercise", "What was found", "Students"), rows, "flags")
    return f'<section id="flagged"><h2>Flagged</h2>{words}{body or "<p>Nothing.</p>"}</section>'


def _students(pieces):
    topics = pieces.gathered.topics
    by_student = {(each.student, each.topic): each for each in pieces.gathered.standings}
    called = {} if pieces.gathered.anonymous else {each.student: each.name for each in pieces.gathered.standings}
    rows = []
    for student, anchor in pieces.rows.items():
        cells = [_cell(pieces, by_student.get((student, topic))) for topic in topics]
        name = text(pieces.gathered.names[student])
        if called.get(student, student) != student:
            name += f' <span class="muted">{text(called[student])}</span>'
        rows.append(row(name, *cells, attributes=f' id="{anchor}"'))
    body = table(("Student", *map(title, topics)), rows, "students")
    words = "" if pieces.gathered.anonymous else " Each links to the feedback on it."
    caption = f'<p class="caption">Points, and + points that a person still has to give.{words}</p>'
    return f'<section id="students"><h2>Students</h2>{caption}{body}</section>'


def _cell(pieces, standing):
    if standing is None or standing.state not in (GRADED, WAITING):
        return '<span class="muted">' + (standing.state if standing else "–") + "</span>"
    label = points(standing.score) + (f" + {points(standing.waiting)}" if standing.waiting else "")
    return pieces.file(standing.student, standing.topic, f"{label} of {points(standing.possible)}")


def _duration(seconds):
    """Return a time in words, in its two largest units, as each day begun may cost points.

    >>> _duration(39 * 3600 + 59), _duration(2 * 86400), _duration(86401), _duration(0.5)
    ('1 day 15 hours', '2 days', '1 day 1 second', 'less than a second')
    """
    left, parts = int(seconds), []
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, size)
        parts += [several(count, unit)] if count else []
    return " ".join(parts[:2]) or "less than a second"
