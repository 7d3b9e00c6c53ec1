"""Quizzes in a page: what `dnnkit.quiz` shows in a notebook, as plain forms.

The questions are in the page as text, with the feedback on each answer; ``quiz.js`` judges and keeps what is chosen.
A question's id is made from its text and its answers, so that an answer is never mistaken for one to another question.
"""

import hashlib
import json
import random
import re
from html import escape

from docutils import nodes
from sphinx.util import logging

from autograder.live import places

QUESTIONS = re.compile(r"var questions\w+=(\[.*?\]);\n", re.DOTALL)
CHOICES = {"multiple_choice": "radio", "many_choice": "checkbox"}
KINDS = {"multiple_choice": "exactly one", "many_choice": "one or more", "numeric": "one or more"}
NUMBERS = ("value", "range", "precision")  # keys of a numeric answer, and of its question
FORM = """\
<form class="quiz" data-question="{id}" data-answers="{facts}">
<fieldset disabled><legend>{question}</legend>
{inputs}
<div class="live-bar"><button type="submit">Check</button></div>
</fieldset>
<div role="status"><p class="quiz-status"></p>
{comments}</div>
</form>"""
logger = logging.getLogger(__name__)


class BadQuestion(ValueError):
    """A question is malformed; the message says which, and what was expected."""


def setup(app):
    """Connect the quizzes to Sphinx."""
    app.connect("doctree-read", place_quizzes)


def place_quizzes(app, doctree):
    """Replace each quiz of a page by forms, and note the ids of its questions in the page's metadata."""
    topic = app.env.docname.rpartition("/")[2]
    ids = app.env.metadata[app.env.docname]["questions"] = []
    for script in list(doctree.findall(_is_quiz)):
        try:
            forms = [form(topic, each) for each in json.loads(QUESTIONS.search(script.astext())[1])]
        except BadQuestion as slip:
            logger.warning("%s", slip, location=script)
            continue
        ids += [name for name, _ in forms]
        _bundle(script).replace_self(places.raw("\n".join(text for _, text in forms)))
    for place in list(doctree.findall(_is_place)):
        _bundle(place).parent.remove(_bundle(place))


def form(topic, question):
    """Return the id and the HTML of a question, given as `dnnkit.quiz` makes it. Raises BadQuestion.

    >>> name, html = form("dropout", {"question": "What is $q$?", "type": "numeric",
    ...     "answers": [{"value": 0.5, "correct": True, "feedback": "A half."}]})
    >>> name, "A half." in html
    ('dropout/quiz-8670fee8', True)
    """
    _require_form(question)
    name = f"{topic}/quiz-{hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:8]}"
    answers = question["answers"]
    comments = "".join(
        f'<p class="quiz-said" data-answer="{place}" hidden>{_mark(answer)}{inline(answer.get("feedback", ""))}</p>\n'
        for place, answer in enumerate(answers)
    )
    facts = [_facts(question, answer) for answer in answers]
    return name, FORM.format(
        id=name,
        facts=escape(json.dumps(facts)),
        question=_text(question, "question"),
        inputs=_inputs(name, question),
        comments=comments,
    )


def inline(text):
    """Return the HTML of a line in which ``$`` marks mathematics and backticks mark code.

    >>> inline("`a` < $b$")
    '<code>a</code> &lt; <span class="math notranslate nohighlight">\\\\(b\\\\)</span>'
    """
    parts = re.split(r"(\$[^$]+\$|`[^`]+`)", text)
    return "".join(_marked_up(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def _marked_up(part):
    inside = escape(part[1:-1])
    if part[0] == "`":
        return f"<code>{inside}</code>"
    return rf'<span class="math notranslate nohighlight">\({inside}\)</span>'


def _text(thing, key):
    code = f"<pre><code>{escape(thing['code'])}</code></pre>" if "code" in thing else ""
    return inline(thing.get(key, "")) + code


def _mark(answer):
    return f"<strong>{_text(answer, 'answer')}:</strong> " if "answer" in answer else ""


def _inputs(name, question):
    if question["type"] == "numeric":
        return '<label>A number: <input type="text" inputmode="decimal" autocomplete="off"></label>'
    kind = CHOICES[question["type"]]
    places = list(range(len(question["answers"])))
    random.Random(name).shuffle(places)  # the same in every build
    return "\n".join(
        f'<label class="quiz-choice"><input type="{kind}" name="{name}" value="{place}"> '
        f"<span>{_text(question['answers'][place], 'answer')}</span></label>"
        for place in places
    )


def _facts(question, answer):
    numbers = ((key, thing[key]) for thing in (answer, question) for key in NUMBERS if key in thing)
    return {"right": bool(answer.get("correct")), **dict(numbers)}


def _require_form(question):
    title, kind, answers = (question.get(key) for key in ("question", "type", "answers"))
    if kind not in KINDS:
        raise BadQuestion(f"quiz: {title!r} is of type {kind!r}; the types are {', '.join(KINDS)}")
    right = sum(bool(answer.get("correct")) for answer in answers or ())
    if right == 0 or (kind == "multiple_choice" and right != 1):
        raise BadQuestion(f"quiz: {title!r} has {right} right answers; a {kind} question has {KINDS[kind]}")
    if silent := [answer for answer in answers if not answer.get("feedback")]:
        told = next((silent[0][key] for key in ("answer", *NUMBERS) if key in silent[0]), "any other")
        raise BadQuestion(f"quiz: {title!r} has no response to the answer {told!r}; give it `feedback`")


def _is_quiz(node):
    return isinstance(node, nodes.raw) and "show_questions" in node.astext() and bool(QUESTIONS.search(node.astext()))


def _is_place(node):
    """Return whether a node is where the script would put its questions."""
    return isinstance(node, nodes.raw) and "data-shufflequestions" in node.astext()[:200]


def _bundle(node):
    """Return the output that holds a node, in the several formats that a page chooses from."""
    while node.get("nb_element") != "mime_bundle":
        node = node.parent
    return node
