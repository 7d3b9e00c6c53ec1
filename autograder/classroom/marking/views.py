"""The pages of marking as HTML: the questions, the answers to one, and one answer with what is needed to mark it."""

from html import escape

from ..reporting.parts import points, row, several, table, text, title
from .questions import AGAIN, MARKED, STANDS, TO_MARK

KEYS = (
    ("1 to 9", "give an item, or take it back"),
    ("0", "no item: 0 points"),
    ("← →", "the previous answer, and the next"),
    ("n", "the next answer that waits"),
    ("k", "let the present points stand"),
    ("c", "write a comment; Escape to leave"),
)
STATES = {TO_MARK: "waits", AGAIN: "waits", MARKED: "done", STANDS: "done"}


def page(root, heading, body, *, above=""):
    """Return a whole page; `root` is the address of all that it loads, and `above` holds links back."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(heading)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><link rel="icon" href="data:,"><link rel="stylesheet" href="{root}mark.css">'
        f'<script type="module" src="{root}mark.js"></script></head><body><main><header>'
        f'<p class="course">Tuning Deep Networks{above}</p><h1>{text(heading)}</h1></header>{body}</main></body>'
        "</html>\n"
    )


def overview(root, found):
    """Return the page of all questions, given as (question, waiting, marked)."""
    rows = [
        row(
            f'<a href="{root}{question.id}/">{text(_name(question))}</a>',
            title(question.topic),
            "free text" if question.is_text else "could not be judged",
            _count(waiting),
            str(marked),
        )
        for question, waiting, marked in found
    ]
    words = (
        '<p class="muted">Free texts, and answers that ran out of time or could not be judged. A mark given here '
        "is kept in the gradebook, where formgrader, feedback and exports read it.</p>"
    )
    body = (
        table(("Question", "Assignment", "Kind", "Waiting", "Marked"), rows, "list questions")
        or "<p>There is nothing to mark.</p>"
    )
    return page(root, "To mark", words + body)


def listing(root, question, found):
    """Return the page of the answers to a question, given in the marker's order as (key, name, answer)."""
    rows = [
        row(
            f'<a href="{key}">{number}</a>',
            text(name),
            f'<span class="state {STATES[answer.state]}">{answer.state}</span>',
            _points(answer, question),
            _by(answer),
            text(_begin(answer.comment.manual_comment or "")),
        )
        for number, (key, name, answer) in enumerate(found, start=1)
    ]
    waiting = [key for key, _, answer in found if answer.state in (TO_MARK, AGAIN)]
    begin = f'<p><a class="button" id="next-waiting" href="{waiting[0]}">Mark the next one</a></p>' if waiting else ""
    words = f'<p class="muted">{several(len(found), "answer")}, {len(waiting)} to be marked.</p>'
    head = ("Answer", "Student", "State", "Points", "By", "Comment")
    body = table(head, rows, "list") or "<p>Nobody has answered it.</p>"
    return page(root, _name(question), f"{words}{begin}{body}", above=_back(root))


def marking(root, question, answer, kept, shown, doubts, place, around, name, prompt):
    """Return the page on which one answer is marked.

    Parameters
    ----------
    shown : autograder.classroom.marking.handed.Handed
    doubts : sequence of str
        What a marker should know: why a person should look at it, or what else was found.
    place : (int, int)
        The answer's number in the marker's order, and how many there are.
    around : dict of str to str
        The keys of the answers "previous", "next" and "waiting", where they exist.
    name : str
        What the student is called here.
    prompt : str
        The question's prompt as HTML.
    """
    told = "".join(f"<li>{text(each[:1].upper() + each[1:])}</li>" for each in doubts)
    aside = f'<aside class="doubts"><h2>Worth a look</h2><ul>{told}</ul></aside>' if doubts else ""
    most = f" of at most {question.exercise.words}" if question.is_text and question.exercise.words else ""
    words = f'<p class="muted">{several(shown.words, "word")}{most}</p>' if question.is_text and shown.words else ""
    others = _others(shown, bool(doubts) or not shown.words)
    report = f"<h2>What the judge found</h2>{shown.report}" if shown.report else ""
    anchors = "".join(
        f"<section><h2>An answer worth {points(worth)}</h2><p>{text(words)}</p></section>"
        for worth, words in question.exercise.anchors
    )
    mistakes = "".join(f"<li>{text(each)}</li>" for each in question.exercise.mistakes)
    often = f"<section><h2>Common mistakes</h2><ul>{mistakes}</ul></section>" if question.is_text and mistakes else ""
    body = (
        f'<nav class="pager">{_links(around)}<span>Answer {place[0]} of {place[1]}, by {text(name)}</span></nav>'
        '<p id="told" role="status" hidden></p>'
        f'<div class="desk"><div class="handed"><details><summary>The question</summary>{prompt}</details>{aside}'
        f'<article aria-label="answer" dir="auto">{shown.answer}</article>{words}{report}{others}</div>'
        f'<div class="marks">{_form(answer, question, kept)}{_editor(question, kept)}{_keys()}</div>'
        f'<div class="beside">{anchors}{often}</div></div>'
    )
    answers = f' · <a href="{root}{question.id}/">All answers to it</a>'
    return page(root, _name(question), body, above=_back(root) + answers)


def state(answer, question, kept):
    """Return how an answer stands now, as plain data for its page."""
    return {
        "version": answer.version,
        "rubric": kept.version,
        "state": answer.state,
        "kind": STATES[answer.state],
        "points": _points(answer, question),
        "by": _by(answer),
        "counts": {item.id: _has(kept.count(item)) for item in kept.items},
    }


def _form(answer, question, kept):
    chosen = answer.choice if answer.is_chosen else None
    items = "".join(
        f'<li><label><input type="checkbox" name="item" value="{escape(item.id)}"'
        f"{' checked' if chosen and item.id in chosen.items else ''}>"
        f"<kbd>{number if number < 10 else ''}</kbd><span>{text(item.text)}"
        f'<small data-count="{escape(item.id)}">{_has(kept.count(item))}</small></span>'
        f"<b>{_signed(item.points)}</b></label></li>"
        for number, item in enumerate(kept.items, start=1)
    )
    adjust = points(chosen.adjust) if chosen else "0"
    beside = "Adjustment, in points" if kept.items else "Points"
    return (
        f'<form id="marks" data-version="{answer.version}" data-rubric="{kept.version}" autocomplete="off">'
        f'<p class="score"><output id="points">{_points(answer, question)}</output> '
        f'<span id="state" class="state {STATES[answer.state]}">{answer.state}</span> '
        f'<span id="by" class="muted">{_by(answer)}</span></p>'
        f'<ol class="items">{items}</ol>'
        f'<p class="row"><label>{beside} <input type="number" name="adjust" step="any" value="{adjust}">'
        f'</label></p><p class="row">{_stand(answer, question)}'
        '<button type="button" data-action="none">0 points</button>'
        '<button type="button" data-action="clear">Take the mark back</button></p>'
        f'<label class="comment">Comment for the student<textarea name="comment" rows="5">\n'
        f"{escape(answer.comment.manual_comment or '')}</textarea></label></form>"
    )


def _stand(answer, question):
    """Return the button that lets existing points stand: the judge's, or those for an earlier text."""
    grade = answer.grade
    if answer.state == AGAIN:
        words = f"Let the {points(grade.manual_score)} points stand"
    elif answer.state == TO_MARK and not question.is_text and grade.auto_score is not None:
        words = f"Let the judge’s {points(grade.auto_score)} points stand"
    else:
        return ""
    return f'<button type="button" data-action="stand">{words}</button>'


def _editor(question, kept):
    """Return the form for changing items; its last row, which is empty, is for a new one."""
    rows = "".join(_row(item.id, points(item.points), item.text, item.is_own) for item in kept.items)
    return (
        f'<details class="editor"><summary>Change the items</summary><form id="items" autocomplete="off">'
        '<p class="muted">Changing an item’s points changes every mark that includes it.</p>'
        f'<ol>{rows}{_row("", "", "", False)}</ol><p class="row"><button>Save the items</button></p></form></details>'
    )


def _row(own_id, worth, words, removable):
    label = f"points of: {words}" if words else "points of a new item"
    remove = '<button type="button" data-action="remove" aria-label="remove this item">×</button>'
    return (
        f'<li data-id="{escape(own_id)}"><input type="number" step="any" aria-label="{text(label)}" value="{worth}">'
        f'<textarea rows="2" aria-label="words" placeholder="A new item">\n{escape(words)}</textarea>'
        f"{remove if removable else ''}</li>"
    )


def _keys():
    lines = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{words}</dd>" for key, words in KEYS)
    return f"<details><summary>Keys</summary><dl>{lines}</dl></details>"


def _others(shown, is_open):
    if not shown.others:
        return ""
    cells = several(len(shown.others), "other cell")
    return (
        f"<details{' open' if is_open else ''}><summary>{cells} of the student’s own</summary>"
        f"{''.join(shown.others)}</details>"
    )


def _links(around):
    words = {"previous": "← Previous", "next": "Next →", "waiting": "Next to mark"}
    return "".join(
        f'<a class="button" id="{which}" href="{around[which]}">{label}</a>'
        for which, label in words.items()
        if which in around
    )


def _back(root):
    return f' · <a href="{root}">All questions</a>'


def _name(question):
    return question.name.replace("_", " ").capitalize()


def _points(answer, question):
    manual, judged, extra = answer.grade.manual_score, answer.grade.auto_score, answer.grade.extra_credit
    given = judged if manual is None else manual
    more = f" + {points(extra)} extra" if extra else ""
    return f"{'–' if given is None else points(given)}{more} of {points(question.possible)}"


def _by(answer):
    if answer.is_chosen:
        return f"{text(answer.choice.by)}, {answer.choice.at[:10]} at {answer.choice.at[11:16]} UTC"
    return "" if answer.grade.manual_score is None else "given in formgrader, or by another program"


def _has(count):
    return several(count, "answer")


def _count(number):
    return f"<strong>{number}</strong>" if number else "0"


def _signed(worth):
    return f"+{points(worth)}" if worth >= 0 else f"−{points(-worth)}"


def _begin(words):
    return words if len(words) <= 60 else f"{words[:57]}…"
