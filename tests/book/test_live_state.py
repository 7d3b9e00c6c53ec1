"""What a page shows of its reader's work when it is reopened: verdicts, hints, tries, written answers, quizzes."""

import nbformat
import pytest

from autograder import exercise as model
from tests.book.reader import (
    EDITED,
    KEY,
    PAGE,
    RIGHT,
    WRONG,
    Answer,
    answer_question,
    download,
    keep,
    kept,
    progress_told,
)

# The verdict and the text ------------------------------------------------------------------------------------------


def test_a_verdict_comes_back_with_its_text(again, sitting):
    masks = Answer(again(), "dropout/inverted_dropout")
    assert masks.text == WRONG[-1]
    assert masks.status.text_content() == "Wrong"
    assert masks.report.text_content() == sitting[1]["report"]
    assert "hint(" not in sitting[1]["report"]


def test_what_stopped_an_answer_comes_back(again):
    stopped = Answer(again(), "dropout/mc_dropout")
    assert stopped.status.text_content() == "Stopped"
    assert "ZeroDivisionError" in stopped.output.text_content()


def test_an_edit_greys_the_verdict_and_the_old_text_brings_it_back(again):
    masks = Answer(again(), "dropout/inverted_dropout")
    old = masks.frame.locator(".live-old")
    masks.write(WRONG[-1] + "  # a thought")
    assert old.locator(".dnn-report").is_visible()
    assert "earlier version" in old.text_content()
    assert "Edited" in masks.status.text_content()
    masks.write(WRONG[-1])
    assert not old.count()
    assert masks.status.text_content() == "Wrong"


def test_what_was_passed_counts_though_it_was_edited(again):
    page = again()
    by_hand = Answer(page, "dropout/by_hand")
    assert by_hand.text == EDITED
    assert by_hand.badge.text_content() == "✓ passed before, edited since"
    told = "1 of 6 exercises passed, 1 with the solution seen, 1 of 1 written, 1 of 5 questions right"
    assert progress_told(page) == told
    by_hand.write(RIGHT)
    assert by_hand.badge.text_content() == "✓ passed"


# Hints, solutions, tries -------------------------------------------------------------------------------------------


def test_hints_stay_one_after_another_above_the_output(again):
    page = again()
    masks = Answer(page, "dropout/inverted_dropout")
    hints = masks.frame.locator(".live-hints li")
    texts = [text.replace("`", "") for text in model.load("dropout/inverted_dropout").hints]
    numbered = [f"Hint {number} of 3: {text}" for number, text in enumerate(texts, 1)]
    assert hints.all_text_contents() == numbered[:2]
    masks.press("Hint")
    masks.press("Hint")
    assert hints.all_text_contents() == numbered
    assert "all the hints" in masks.status.text_content()
    stopped = Answer(page, "dropout/mc_dropout")
    stopped.press("Hint")
    assert stopped.frame.locator(".live-hints").bounding_box()["y"] < stopped.output.bounding_box()["y"]
    assert not [address for address in page.asked if "pyodide" in address]


def test_a_solution_that_was_seen_is_noted_everywhere(again, sitting):
    assert sitting[1]["solution"].count("def inverted_dropout(a, keep_prob, *, rng, train):") == 2
    page = again()
    masks = Answer(page, "dropout/inverted_dropout")
    assert masks.badge.text_content() == "solution seen"
    assert kept(page)["dropout/inverted_dropout:tries"][-1]["verdict"] == "solution seen"
    assert nbformat.read(download(page), as_version=4).metadata.solutions_seen == ["dropout/inverted_dropout"]


def tried(fresh, exercise, count):
    """Return an exercise of a reader who has tried it in vain."""
    tries = [{"time": f"2026-01-01T00:00:0{n}.000Z", "verdict": "wrong", "text": str(n)} for n in range(count)]
    page = fresh(PAGE)
    keep(page, {f"{KEY}{exercise}:tries": tries})
    page.reload()
    return Answer(page, exercise)


def test_a_solution_is_offered_after_three_tries_and_waits_for_consent(fresh):
    answer = tried(fresh, "dropout/dropout_backward", 3)
    answer.press("Show a solution")
    answer.press("Keep trying")
    assert answer.page.evaluate("document.activeElement.name") == "solution"
    assert not answer.frame.locator(".live-shown").text_content()
    assert "dropout/dropout_backward" not in kept(answer.page)


@pytest.mark.parametrize(("exercise", "count"), [("dropout/dropout_backward", 2), ("dropout/by_hand", 9)])
def test_no_solution_is_offered_before_or_where_it_is_a_mere_value(exercise, count, fresh):
    answer = tried(fresh, exercise, count)
    assert not answer.frame.get_by_role("button", name="Show a solution").is_visible()


def test_tries_are_looked_at_and_restored_and_no_text_is_lost(again):
    page = again()
    by_hand = Answer(page, "dropout/by_hand")
    by_hand.history.locator("summary").first.click()
    entry = by_hand.history.locator("li details")
    assert entry.count() == 1
    entry.locator("summary").click()
    assert entry.locator("pre").text_content() == RIGHT
    entry.get_by_role("button", name="Restore").click()
    assert by_hand.text == RIGHT
    by_hand.press("Reset")  # the edited, unchecked text was put aside; the restored one is among the tries
    assert {(each["verdict"], each["text"]) for each in kept(page)["dropout/by_hand:tries"]} == {
        ("passed", RIGHT),
        ("put aside", EDITED),
    }


# Written answers and quizzes ---------------------------------------------------------------------------------------


def test_a_written_answer_is_counted_and_its_rubric_stays(again):
    page = again()
    exercise = model.load("dropout/fair_comparison")
    frame = page.locator("section.exercise").filter(has=page.locator("textarea.live-writing"))
    assert frame.locator(".live-count").text_content() == f"3 of {exercise.words} words"
    rows = frame.locator(".live-rubric li")
    sentences = [sentence for _, sentence in exercise.rubric]
    assert [row[: row.rindex(" (")].strip() for row in rows.all_text_contents()] == sentences
    rows.nth(0).get_by_role("checkbox").check()
    rows.nth(2).get_by_role("checkbox").check()
    page.reload()
    assert "2 of 4 points" in frame.locator(".live-points").text_content()
    frame.get_by_role("textbox").fill("word " * (exercise.words + 2))
    assert "2 words too many" in frame.locator(".live-status").text_content()


def test_the_rubric_is_shown_after_writing_and_not_before(fresh):
    page = fresh(PAGE)
    rubric = page.locator(".live-rubric")
    page.get_by_role("button", name="I am done").click()
    assert not rubric.is_visible()
    page.get_by_role("textbox", name="judge a comparison").fill("Measure it.")
    page.get_by_role("button", name="I am done").click()
    assert rubric.is_visible()
    assert progress_told(page).endswith("1 of 1 written, 0 of 5 questions right")


def test_a_quiz_keeps_its_answers(again):
    page = again()
    right, wrong = (page.locator("form.quiz").nth(number) for number in (0, 1))
    assert "✓" in right.locator(".quiz-status").text_content()
    assert right.locator(".quiz-said:visible").text_content() == "5: 4 / 0.8: p is the probability to drop."
    assert right.get_by_role("radio", name="5").is_checked()
    assert "✗" in wrong.locator(".quiz-status").text_content()
    answer_question(page, 1, "3")
    assert progress_told(page).endswith("2 of 5 questions right")
    answer_question(page, 1, "4")
    assert progress_told(page).endswith("2 of 5 questions right")  # it was right


def test_a_question_with_several_answers_wants_them_all_and_no_other(fresh):
    page = fresh(PAGE)
    question = page.locator("form.quiz").nth(3)
    status = question.locator(".quiz-status")
    question.get_by_role("button", name="Check").click()
    assert "Choose" in status.text_content()
    for name, expected in (
        ("the mask", "1 of 2 found, 0 wrong"),
        ("the state of rng", "1 of 2 found, 1 wrong"),
        ("the factor", "2 of 2 found, 1 wrong"),
    ):
        question.get_by_role("checkbox", name=name).check()
        question.get_by_role("button", name="Check").click()
        assert expected in status.text_content()
    question.get_by_role("checkbox", name="the state of rng").uncheck()
    question.get_by_role("button", name="Check").click()
    assert "✓" in status.text_content()


@pytest.fixture(scope="module")
def numeric(fresh):
    """A question that asks for a number."""
    return fresh("chapters/initialization.html").locator("form.quiz").first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.1", "✓ Right"),
        ("0,10", "✓ Right"),
        ("1/10", "✓ Right"),
        ("0.01", "variance"),
        ("7", "fan_in"),
        ("x", "fan_in"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, said, numeric):
    numeric.get_by_role("textbox").fill(text)
    numeric.get_by_role("textbox").press("Enter")
    assert said in numeric.locator("[role=status]").inner_text()
