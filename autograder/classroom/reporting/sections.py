"""The sections of a report on one assignment: its scores, its exercises, the mistakes in them, and its checks."""

from ... import exercise as model
from ...judge.verdict import NOT_ATTEMPTED, PASSED, WRONG
from ..results import AGAIN, BY_HAND, GRADED_BY_HAND, NOT_JUDGED
from ..standing import MISSING, UNGRADED, WAITING
from . import statistics
from .gather import share
from .parts import code, percent, points, row, several, table, text, title, worded
from .ranking import ranking
from .work import alike, tries

BARS = 10
MOST_SHOWN = 8  # clusters, each with an example
FEW_CHECKS = 3  # that broke in one way, and are all shown
LOW = 0.2  # a discrimination below which an exercise hardly tells students apart, by the usual rule of thumb
KINDS = {
    PASSED: "passed",
    GRADED_BY_HAND: "marked",
    WRONG: "wrong",
    NOT_ATTEMPTED: "blank",
    BY_HAND: "waits",
    AGAIN: "waits",
    NOT_JUDGED: "unjudged",
}  # all others are ways to stop


def assignment(pieces, topic):
    """Return all sections on one assignment."""
    results, standings = pieces.gathered.of(topic)
    shares = {each.student: value for each in standings if (value := share(each)) is not None}
    parts = (
        _numbers(pieces, topic, standings),
        _scores(pieces, topic, shares),
        _items(pieces, topic, results),
        tries(pieces, topic),
        _mistakes(pieces, results, shares),
        _clusters(pieces, results),
        _checks(pieces, results),
        alike(pieces, topic),
        ranking(pieces, topic),
    )
    return f'<section id="{text(topic)}"><h2>{title(topic)}</h2>{"".join(parts)}</section>'


def _numbers(pieces, topic, standings):
    states = {state: [each.student for each in standings if each.state == state] for state in (MISSING, UNGRADED)}
    handed_in = [each.student for each in standings if each.state != MISSING]
    late = [each.student for each in standings if each.late > 0 or each.untimed]
    waits = [each.student for each in standings if each.state == WAITING]
    told = [
        (handed_in, f"of {several(len(standings), 'student')} handed in", "handed in"),
        (states[MISSING], "missing", "handed in nothing"),
        (late, "late", "handed in late"),
        (waits, "wait for a mark", "wait for a mark"),
        (states[UNGRADED], "not graded yet", "not graded yet"),
    ]
    items = (f"<li>{pieces.number(who, f'{topic}: {words}')} {label}</li>" for who, label, words in told)
    return f'<ul class="facts">{"".join(items)}</ul>'


def _scores(pieces, topic, shares):
    spread = statistics.spread(list(shares.values()))
    if spread is None:
        return "<p>There is no score yet.</p>"
    bars = [[] for _ in range(BARS)]
    for student, value in shares.items():
        bars[min(int(value * BARS + 1e-9), BARS - 1)].append(student)
    most = max(map(len, bars))
    columns = []
    for number, students in enumerate(bars):
        low, high = (round(100 * each / BARS) for each in (number, number + 1))
        count = pieces.number(students, f"{topic}: {low} to {high}% of the points")
        height = f"{100 * len(students) / most:.1f}"
        columns.append(
            f'<li style="--tall:{height}"><span class="count">{count}</span><span class="bar"></span>'
            f'<span class="tick">{low}<span class="to">–{high}</span></span></li>'
        )
    low, middle, high = spread.quartiles
    return (
        '<h3>Scores</h3><ol class="histogram" aria-label="Students by their share of the points, in percent">'
        f'{"".join(columns)}</ol><p class="caption">Students by their share of the points in percent, counting only '
        f"what has been marked. Mean {percent(spread.mean)}, standard deviation {percent(spread.deviation)}, median "
        f"{percent(middle)}, quartiles {percent(low)} and {percent(high)}.</p>"
    )


def _items(pieces, topic, results):
    rows = []
    for item in statistics.items(results):
        exercise = item.exercise
        answers = sum(map(len, item.verdicts.values()))
        known = sorted(item.verdicts, key=lambda verdict: (_rank(verdict), verdict))
        bar = "".join(
            f'<span class="{KINDS.get(verdict, "stopped")}" style="flex-grow:{len(item.verdicts[verdict])}"></span>'
            for verdict in known
        )
        words = ", ".join(
            f"{pieces.number(item.verdicts[verdict], f'{exercise}: {verdict}')} "
            f'<span class="key {KINDS.get(verdict, "stopped")}"></span>{verdict}'
            for verdict in known
        )
        rows.append(
            row(
                f"{text(_name(exercise))}<br><span class='muted'>{several(points(item.possible), 'point')}</span>",
                f'<div class="stack" aria-hidden="true">{bar}</div><span class="words">{words}</span>',
                f'<span class="track"><span style="width:{percent(item.difficulty or 0)}"></span></span> '
                f"{_of_all(pieces, results, exercise, percent(item.difficulty), answers)}",
                _discrimination(item.discrimination),
            )
        )
    caption = (
        '<p class="caption">Mean share: of the points, over all answers judged; the lower, the harder. '
        "Discrimination: the corrected item-total correlation, of the points here with those in all other exercises; "
        f"from {LOW} up, an exercise tells those who know from those who do not. Neither is known while someone is "
        "waiting for a mark.</p>"
    )
    head = ("Exercise", "Verdicts", "Mean share", "Discrimination")
    return f"<h3>Exercises</h3>{table(head, rows, 'items')}{caption}"


def _of_all(pieces, results, exercise, label, answers):
    ranked = [result for result in results if result.exercise == exercise and result.points is not None]
    ranked = [result.student for result in ranked if result.verdict != NOT_JUDGED]
    return pieces.number(ranked, f"{exercise}: have points, {len(ranked)} of {answers}", label) if ranked else label


def _discrimination(value):
    if value is None:
        return '<span class="muted">–</span>'
    place = f"{50 + 50 * value:.0f}%"
    kind = "low" if value < LOW else "good"
    note = ' <span class="low">low</span>' if value < LOW else ""
    number = f"{value:.2f}".replace("-", "−")
    return f'<span class="axis {kind}"><span style="left:{place}"></span></span> {number}{note}'


def _mistakes(pieces, results, shares):
    quarter = statistics.quarters(shares)
    sizes = [sum(each == number for each in quarter.values()) for number in range(statistics.QUARTERS)]
    found = statistics.mistakes(results)
    held = [_by_quarter(mistake.students, quarter) for mistake in found]
    parts = [[len(own) / size if size else 0.0 for own, size in zip(each, sizes)] for each in held]
    most = max((share for each in parts for share in each), default=0.0) or 1.0
    rows, before = [], None
    for mistake, owns, shares_of in zip(found, held, parts):
        if mistake.exercise != before:
            before = mistake.exercise
            span = statistics.QUARTERS + 2
            rows.append(f'<tr class="group"><th colspan="{span}" scope="rowgroup">{text(_name(before))}</th></tr>')
        cells = []
        for number, (own, part) in enumerate(zip(owns, shares_of), start=1):
            count = pieces.number(own, f"{mistake.exercise}, quarter {number}: {mistake.misconception}")
            cells.append(f'<td class="heat" style="--heat:{100 * part / most:.0f}">{count if own else "·"}</td>')
        total = pieces.number(mistake.students, f"{mistake.exercise}: {mistake.misconception}")
        words = f'<th scope="row">{worded(mistake.misconception)}</th>'
        rows.append(f"<tr>{words}{''.join(cells)}<td>{total}</td></tr>")
    if not rows:
        return "<h3>Misconceptions</h3><p>None were named.</p>"
    head = ("What may have happened", "best quarter", "second", "third", "last quarter", "all")
    caption = (
        '<p class="caption">How many have it in each quarter of the class, by score; the darker, the larger the '
        "share of that quarter.</p>"
    )
    return f"<h3>Misconceptions</h3>{table(head, rows, 'mistakes')}{caption}"


def _by_quarter(students, quarter):
    return [[each for each in students if quarter.get(each) == number] for number in range(statistics.QUARTERS)]


def _clusters(pieces, results):
    found = statistics.clusters(results, pieces.gathered.findings)
    if not found:
        return "<h3>Wrong answers without a name</h3><p>There are none.</p>"
    shown = "".join(_cluster(pieces, each, True) for each in found[:MOST_SHOWN])
    rest = "".join(_cluster(pieces, each, False) for each in found[MOST_SHOWN:])
    inner = f'<summary>{len(found) - MOST_SHOWN} more</summary><div class="clusters">{rest}</div>'
    more = f"<details>{inner}</details>" if rest else ""
    caption = (
        '<p class="caption">Answers in which the same checks broke with the same words are grouped. '
        "<code>autograder name DIR KEY</code> begins a misconception from a group, by the key below it; a test has no "
        "key, since its mistake is what it does not find.</p>"
    )
    return f'<h3>Wrong answers without a name</h3>{caption}<div class="clusters">{shown}</div>{more}'


def _cluster(pieces, cluster, with_example):
    broken = [each for each in cluster.signature if each[1] != PASSED]
    count = pieces.number(cluster.students, f"{cluster.exercise}: {broken[0][2] if broken else ''}")
    reasons = {}
    for property_, verdict, sentence in broken:
        reasons.setdefault((verdict, sentence), []).append(property_)
    lines = "".join(_broken(*words, properties) for words, properties in reasons.items())
    sample = pieces.gathered.example(cluster.exercise, cluster.students) if with_example else None
    example = ""
    if sample:
        student, source = sample
        example = f"<details><summary>An example, by {pieces.student(student)}</summary>{code(source)}</details>"
    passed = len(cluster.signature) - len(broken)
    below = "No check has seen an answer."
    if cluster.is_judged:
        below = f"{several(passed, 'check')} of {len(cluster.signature)} passed."
        if model.load(cluster.exercise, pieces.gathered.place.exercises).kind != "test":
            below += f" <code>{text(cluster.key)}</code>"
    return (
        f'<article class="cluster"><h4>{text(_name(cluster.exercise))}: {count} '
        f"{'answer' if len(cluster.students) == 1 else 'answers'}</h4><ul>{lines}</ul>"
        f'<p class="muted">{below}</p>{example}</article>'
    )


def _broken(verdict, sentence, properties):
    """What broke, in the words of the checks, and the properties that it broke."""
    listed = "".join(f"<li>{worded(each)}</li>" for each in properties)
    inner = f"<ul>{listed}</ul>"
    if len(properties) > FEW_CHECKS:
        inner = f"<details><summary>in {len(properties)} checks</summary>{inner}</details>"
    return f"<li><span class='muted'>{text(verdict)}:</span> <em>{worded(sentence)}</em>{inner}</li>"


def _checks(pieces, results):
    found = statistics.checks(results, pieces.gathered.findings)
    kinds = (
        ("Checks that nobody passed", [(each, each.failed) for each in found if not each.passed]),
        ("Checks that nobody failed", [(each, each.passed) for each in found if not each.failed]),
    )
    parts = []
    for words, checks in kinds:
        items = "".join(
            f"<li><strong>{text(_name(check.exercise))}</strong> {worded(check.title)} "
            f"<span class='muted'>({pieces.number(who, f'{check.exercise}: {check.title}')} answers)</span></li>"
            for check, who in checks
        )
        parts.append(f"<details><summary>{words}: {len(checks)}</summary><ul>{items}</ul></details>")
    return f"<h3>Checks</h3>{''.join(parts)}"


def _rank(verdict):
    order = ("passed", "marked", "wrong", "stopped", "blank", "waits", "unjudged")
    return order.index(KINDS.get(verdict, "stopped"))


def _name(exercise):
    """An exercise's name within its assignment."""
    return exercise.partition("/")[2].replace("_", " ")
