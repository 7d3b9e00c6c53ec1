"""Show a report: as text in a terminal, as HTML in a notebook, a page and the feedback, as JSON for programs.

The HTML carries its own few styles, since a notebook has no style sheet of ours; a page's sheet refines the classes.
"""

import re
from dataclasses import replace
from html import escape

from ..language import say
from .verdict import CRASHED, KILLED, NOT_ATTEMPTED, OUT_OF_MEMORY, PASSED, TIMED_OUT, TOO_COSTLY, WRONG

JSON = "application/vnd.autograder.report+json"
FAILED = (WRONG, CRASHED, TIMED_OUT, OUT_OF_MEMORY, KILLED, TOO_COSTLY)
MARKS = dict.fromkeys(FAILED, "✗") | {PASSED: "✓", NOT_ATTEMPTED: "○"}
# Middle tones that keep a contrast of 3:1 on white and on black; the words carry the meaning, the colour only helps.
COLOURS = dict.fromkeys(MARKS, "#c25700") | {PASSED: "#2e8b57", NOT_ATTEMPTED: "#767676"}
NUMBERS = ("Went in", "Came out", "Should have come out")
NAME = re.compile(r"(?<!\\)\b[A-Za-z]\w*_\w\w+\b")  # but not a formula's letter with an index
SAME = "the same as above"
HEADINGS = {
    PASSED: "Passed",
    WRONG: "Not right yet",
    CRASHED: "Your code raised an error",
    NOT_ATTEMPTED: "Not attempted",
    TIMED_OUT: "Your code did not finish in time",
    OUT_OF_MEMORY: "Your code needed too much memory",
    KILLED: "Your code ended the Python that ran it",
    TOO_COSTLY: "Your code's result took too much to judge",
}


def bundle(report):
    """Return the report in the forms that a notebook chooses from, by MIME type."""
    return {"text/plain": text(report), "text/html": html(report), JSON: report.as_dict()}


def text(report):
    """Return the report as lines for a terminal."""
    report = _said(report)
    lines = [f"{MARKS[report.verdict]} {report.exercise}: {_heading(report)}{_count(report)}"]
    for finding, repeated in _with_repeats(report.findings):
        lines.append(f"  {MARKS[finding.verdict]} {finding.title}")
        if repeated:
            lines.append(f"      {say(SAME)}")
        elif finding.verdict != PASSED:
            lines.append(f"      {finding.sentence}")
            lines += [f"      {line}" for line in finding.detail.splitlines()]
            lines += [f"      {label}: {words}" for label, words in _numbers(finding)]
        lines += [f"      {words}" for words in _measured(finding)]
    if report.misconception:
        lines.append(f"  {_naming(report)} {report.misconception}")
    if report.printed:
        lines += [f"  {say('Printed by your code')}:", *(f"      {line}" for line in report.printed.splitlines())]
    if note := _what_next(report):
        lines.append(f"  {note}")
    return "\n".join(lines)


def html(report):
    """Return the report as one HTML element of class `dnn-report`; all that an answer said is escaped."""
    report = _said(report)
    kind = report.verdict.replace(" ", "-")
    colour = COLOURS[report.verdict]
    parts = [
        f'<p class="dnn-verdict" style="margin:0;font-weight:600"><span style="color:{colour}" aria-hidden="true">'
        f"{MARKS[report.verdict]}</span> {escape(say(HEADINGS[report.verdict]) + _count(report))}</p>"
    ]
    if report.findings:
        items = "".join(_item(finding, repeated) for finding, repeated in _with_repeats(report.findings))
        parts.append(f'<ul class="dnn-findings" style="list-style:none;margin:.4em 0;padding:0">{items}</ul>')
    if report.misconception:
        parts.append(
            f'<p class="dnn-misconception" style="margin:.4em 0"><strong>{escape(_naming(report))}</strong> '
            f"{coded(report.misconception)}</p>"
        )
    if report.printed:
        parts.append(
            f"<details><summary>{escape(say('Printed by your code'))}</summary>{_lines(report.printed)}</details>"
        )
    if note := _what_next(report):
        parts.append(f'<p class="dnn-note" style="margin:.4em 0">{coded(note)}</p>')
    style = f"border-left:4px solid {colour};padding:.3em .9em;margin:.3em 0"
    label = escape(say(f"Verdict on {report.exercise}"))
    opening = f'<div class="dnn-report dnn-{kind}" role="group" aria-label="{label}" style="{style}">'
    return f"{opening}{''.join(parts)}</div>"


def _said(report):
    """Return the report in the spoken language; what the answer printed or raised stays as it is."""
    findings = tuple(
        replace(one, title=say(one.title), sentence=say(one.sentence), detail=_each_line(one))
        for one in report.findings
    )
    return replace(report, findings=findings, misconception=say(report.misconception))


def _each_line(finding):
    own = finding.verdict == CRASHED
    return finding.detail if own else "\n".join(map(say, finding.detail.split("\n")))


def _heading(report):
    words = HEADINGS[report.verdict]
    return words.lower() if (said := say(words)) == words else said


def _with_repeats(findings):
    """Yield each finding and whether an earlier one broke in the very same way, which need not be read twice."""
    seen = set()
    for finding in findings:
        broke = (finding.sentence, finding.detail)
        yield finding, finding.verdict != PASSED and broke in seen
        seen.add(broke)


def _item(finding, repeated):
    broken = ""
    if repeated:
        broken = f'<div style="margin-left:1.4em">{escape(say(SAME))}</div>'
    elif finding.verdict != PASSED:
        told = f"{coded(finding.sentence)}{_lines(finding.detail)}{_list(_numbers(finding))}"
        broken = f'<div style="margin-left:1.4em">{told}</div>'
    broken += "".join(f'<div style="margin-left:1.4em">{words}</div>' for words in map(escape, _measured(finding)))
    mark = f'<span style="color:{COLOURS[finding.verdict]}" aria-hidden="true">{MARKS[finding.verdict]}</span>'
    heard = f'<span style="position:absolute;left:-10000px">{escape(say(finding.verdict))}: </span>'
    return f'<li class="dnn-{finding.verdict}" style="margin:.2em 0">{mark} {heard}{coded(finding.title)}{broken}</li>'


def _naming(report):
    """A name is a likely cause; if it explains only part of what failed, something else is wrong as well."""
    others = "Part of what may have happened:"
    return say(others if report.with_others else "What may have happened:")


def _numbers(finding):
    """Return (label, words) of what is known about a function's last call."""
    words = (finding.went_in, finding.came_out, finding.expected)
    return [(say(label), told) for label, told in zip(NUMBERS, words) if told]


def _measured(finding):
    """Return the words, if any, for what was measured."""
    words = ", ".join(f"{name} {value:.3g}" for name, value in finding.measured)
    return [say(f"Measured: {words}")] if words else []


def _list(numbers):
    style = "font-size:.9em;overflow-wrap:anywhere"  # a narrow page breaks a row of numbers
    items = "".join(
        f'<div><dt style="display:inline">{escape(label)}:</dt> '
        f'<dd style="display:inline;margin:0"><code style="white-space:normal">{escape(words)}</code></dd></div>'
        for label, words in numbers
    )
    return f'<dl class="dnn-numbers" style="margin:.2em 0;{style}">{items}</dl>' if items else ""


def _lines(words):
    style = "margin:.2em 0;padding:0;white-space:pre-wrap;font-size:.9em;background:none;border:0"
    return f'<pre style="{style}">{escape(words)}</pre>' if words else ""


def _count(report):
    if report.count:
        return f" ({say(report.count)})"
    passed = sum(finding.verdict == PASSED for finding in report.findings)
    return f" ({say(f'{passed} of {len(report.findings)} checks pass')})" if report.findings else ""


def _what_next(report):
    if report.note or report.verdict == PASSED:
        return say(report.note)
    if report.verdict == NOT_ATTEMPTED:
        return say(f'Write your answer in the cell above. `hint("{report.exercise}")` gives a hint.')
    return say(f'Stuck? `hint("{report.exercise}")` gives a hint.')


def coded(words):
    """Return words of the course as HTML: what is between backticks is code, and so is a name with an underscore.

    >>> coded("It is `a <= b`."), coded("One ` alone stays.")
    ('It is <code>a &lt;= b</code>.', 'One ` alone stays.')
    >>> coded("by more than min_delta")
    'by more than <code>min_delta</code>'
    """
    pieces = escape(words).split("`")
    if len(pieces) % 2 == 0:
        return "`".join(pieces)
    pieces[::2] = [NAME.sub(r"<code>\g<0></code>", piece) for piece in pieces[::2]]
    pieces[1::2] = [f"<code>{piece}</code>" for piece in pieces[1::2]]
    return "".join(pieces)
