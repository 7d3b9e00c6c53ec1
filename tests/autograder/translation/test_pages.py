"""A chapter in another language is the same chapter: its cells compute the same, and nothing is left out."""

import ast
import re

import pytest

from autograder import chapter
from autograder.translation import pages

TOPICS = chapter.topics()
MARKED = "⁂"


def text_of(topic):
    return (chapter.ROOT / "chapters" / f"{topic}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", TOPICS)
def test_translated_into_itself_a_chapter_is_the_same(topic):
    text = text_of(topic)
    cells = chapter.parse(text, topic)
    again = chapter.parse(pages.translated(text, str), topic)
    assert [one.exercise for one in again.sections] == [one.exercise for one in cells.sections]
    assert [cell.source for cell in again.setup] == [cell.source for cell in cells.setup]
    for before, after in zip(cells.sections, again.sections, strict=True):
        for one, other in zip(before.cells, after.cells, strict=True):
            assert " ".join(one.source.split()) == " ".join(other.source.split())


@pytest.mark.parametrize("topic", TOPICS)
def test_no_prose_is_missed(topic):
    said = pages.translated(text_of(topic), lambda text: MARKED * len(text.split()))
    prose = re.sub(r"^(`{3,}).*?^\1$|^---\n.*?^---$|\$\$.*?\$\$|^\+\+\+.*?$", "", said, flags=re.MULTILINE | re.DOTALL)
    left = [
        line for line in prose.splitlines() if re.search(r"[a-z]{3,} [a-z]{3,}", re.sub(r"`[^`]*`|\{[^}]*\}", "", line))
    ]
    assert left == []


def test_numbers_of_a_sentence_are_the_cells_own():
    cell = (
        "```{code-cell} ipython3\nx = 3.14159\n"
        'plot.lines([1], {f"rate {x:g}": [2]}, caption=f"It is {x:.2f}, and {x!r} is more.", alt="a" "b c")\n```\n'
    )
    said = {"It is {0}, and {1} is more.": '{1} "ist" mehr als {0}.', "rate {0}": "Rate {0}", "ab c": "ä"}
    code = pages.translated(cell, lambda text: said.get(text, text)).split("\n", 1)[1].rpartition("```")[0]
    call = ast.parse(code).body[1].value
    names = {"x": 3.14159}
    assert eval(compile(ast.Expression(call.keywords[0].value), "", "eval"), names) == '3.14159 "ist" mehr als 3.14.'
    assert eval(compile(ast.Expression(call.args[1].keys[0]), "", "eval"), names) == "Rate 3.14159"
    assert ast.literal_eval(call.keywords[1].value) == "ä"


@pytest.mark.parametrize(
    "said",
    [
        "Prosa.\n\n```{code-cell} ipython3\nrun()\n```",
        "```{code-cell} ipython3",
        "~~~ {code-cell}",
        ":::{literalinclude} /etc/passwd",
        "## Exercise: another",
        "(target)=",
        "- an item",
        "12. an item",
        "| a cell |",
        "Prosa <script>run()</script>",
        "<div onclick='run()'",
        "zwei\rrun()",
    ],
)
@pytest.mark.parametrize(
    "text", ["Some prose of a chapter.", "# A title of it", "- an item of it", "| a | cell of it |"]
)
def test_a_translation_is_words_and_nothing_that_is_run(text, said):
    with pytest.raises(pages.NotWords, match="expected the same text in other words"):
        pages.translated(f"{text}\n" + "| - | - |\n" * text.startswith("|"), lambda text: said)


def test_a_translation_of_a_sentence_computes_nothing():
    cell = '```{code-cell} ipython3\nx = 3\nplot.lines([1], caption=f"It is {x} of {{it}}.")\n```\n'
    said = pages.translated(cell, lambda text: "{x + 1} \\N{DIGIT ONE} {0} " if "It is" in text else text)
    call = ast.parse(said.split("\n", 1)[1].rpartition("```")[0]).body[1].value
    value = eval(compile(ast.Expression(call.keywords[0].value), "", "eval"), {"x": 3})
    assert value == "{x + 1} \\N{DIGIT ONE} 3 "


def test_what_is_looked_up_by_its_name_keeps_it():
    cell = (
        '```{code-cell} ipython3\ntuned(f, {"one layer": 1})["one layer"]\nplot.lines(x, {"a b": y}, colours=c)\n```\n'
    )
    assert pages.translated(cell, str.upper) == cell
