"""A report's sections on how students worked: how often they tried, and whose answers are alike."""

from statistics import quantiles

from .parts import percent, points, row, several, table, text
from .similarity import pairs
from .tries import tried

FIRST, MOST = 20, 100  # pairs that are shown at once, and in all


def tries(pieces, topic):
    """Return what shared attempts say about an assignment's exercises, or nothing if nobody has shared any."""
    results, _ = pieces.gathered.of(topic)
    students = dict.fromkeys(result.student for result in results)
    exercises = {result.exercise for result in results}
    rows = []
    for each in tried(pieces.gathered.place, topic, students, exercises):
        counts = [effort.count for effort in each.efforts.values()]
        low, _, high = quantiles(counts, n=4, method="inclusive") if len(counts) > 1 else counts * 3
        never = [student for student, effort in each.efforts.items() if not effort.passed]
        rows.append(
            row(
                text(_name(each.exercise)),
                pieces.number(each.efforts, f"{each.exercise}: have shared their attempts"),
                f"{points(each.count)} <span class='muted'>({points(low)} to {points(high)})</span>",
                points(round(each.minutes, 1)),
                pieces.number(never, f"{each.exercise}: never passed in practice"),
            )
        )
    if not rows:
        return ""
    caption = (
        '<p class="caption">For those who shared and handed in the attempts that their own notebook kept: tries '
        "until the first pass, as median and quartiles, and median minutes from the first to the last of these, "
        "without pauses of more than half an hour.</p>"
    )
    head = ("Exercise", "Shared by", "Tries", "Minutes", "Never passed")
    return f"<h3>Attempts</h3>{table(head, rows, 'plain')}{caption}"


def alike(pieces, topic):
    """Return the pairs of students whose answers to an assignment are alike."""
    gathered = pieces.gathered
    results, _ = gathered.of(topic)
    found = pairs(gathered.codes(topic), gathered.given(topic), results, gathered.findings)
    if not found:
        return "<h3>Answers alike</h3><p>There are none.</p>"
    rows = [_pair(pieces, topic, pair) for pair in found[:MOST]]
    head = ("Students", "Text in common", "Wrong alike", "Where")
    rest = table(head, rows[FIRST:], "plain alike")
    more = f"<details><summary>{len(rows) - FIRST} more of {len(found)}</summary>{rest}</details>" if rest else ""
    caption = (
        '<p class="caption">Pairs for a person to compare; they prove nothing. Text in common: of the fingerprints of '
        "the student with less, the share that both have, each weighted by how few have it (winnowing; names, numbers, "
        "comments and layout make no difference), without what the assignment shows and the reference has. Wrong "
        "alike: how rare it is to be wrong as both are, in bits: each bit halves how many are.</p>"
    )
    return f"<h3>Answers alike</h3>{table(head, rows[:FIRST], 'plain alike')}{more}{caption}"


def _pair(pieces, topic, pair):
    names = (pieces.submission(student, topic) for student in pieces.sorted(pair.students))
    wrong = f"{points(round(pair.bits, 1))} in {several(len(pair.mistakes), 'exercise')}" if pair.mistakes else "–"
    where = ", ".join(_name(exercise) for exercise in sorted({*pair.texts, *pair.mistakes}))
    return row(" and ".join(names), percent(pair.share) if pair.texts else "–", wrong, text(where))


def _name(exercise):
    """An exercise's name within its assignment."""
    return exercise.partition("/")[2].replace("_", " ")
