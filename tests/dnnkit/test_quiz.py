"""Questions as chapters write them, checked against what shows them: a page's forms, and jupyterquiz in a notebook."""

import json

import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbformat import v4

from autograder.live import quiz as page
from dnnkit.quiz import mark_all, number, question

PRIME = question("Is $2$ prime?", ("Yes", True, "The only even one."), ("No", False, "What divides it?"))
EVEN = mark_all("Which are even?", ("2", True, "Yes."), ("3", False, "Halve it."), ("4", True, "Yes."))
ROOT = number("What is the root of 9?", (3, True, "Yes."), (81, False, "That is its square."), otherwise="Square it.")


@pytest.mark.parametrize(
    ("asked", "kind", "right"), [(PRIME, "radio", [0]), (EVEN, "checkbox", [0, 2]), (ROOT, "text", [0])]
)
def test_a_page_takes_a_question_as_it_is_made(asked, kind, right):
    form = BeautifulSoup(page.form("topic", asked)[1], "html.parser")
    facts = json.loads(form.form["data-answers"])
    assert {each["type"] for each in form.select("input")} == {kind}
    assert [place for place, answer in enumerate(facts) if answer["right"]] == right
    assert len(form.select(".quiz-said")) == len(facts)


def test_a_notebook_shows_all_questions_of_a_quiz():
    source = f"from dnnkit.quiz import quiz\nquiz(*{[PRIME, EVEN, ROOT]})"
    ran = NotebookClient(v4.new_notebook(cells=[v4.new_code_cell(source)]), kernel_name="python3").execute()
    shown = "".join(each for output in ran.cells[0].outputs for each in output["data"].values())
    assert json.loads(page.QUESTIONS.search(shown)[1]) == [PRIME, EVEN, ROOT]


@pytest.mark.parametrize("answer", [("Yes", True), ("Yes", True, "Well.", "Done.")])
def test_an_answer_without_its_three_parts_is_refused(answer):
    with pytest.raises(ValueError, match="each answer must be .* got"):
        question("Is it?", answer)
