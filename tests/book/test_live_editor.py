"""Help while an answer is written: completion, undefined names, and the line that failed."""

import re

import pytest

from autograder import exercise as model
from tests.book.reader import HEAD, SLOW, Answer

PAGE, BY_HAND = "chapters/dropout.html", "dropout/by_hand"


@pytest.fixture(scope="module")
def page(visit):
    """A page whose Python runs."""
    page = visit(PAGE)
    answer = Answer(page, BY_HAND)
    answer.write("1")
    answer.press("Run")
    answer.output.filter(has_text="1").wait_for(timeout=SLOW)
    return page


@pytest.fixture
def answer(page):
    return Answer(page, BY_HAND)


def typed(answer, text):
    """Type over the text in the editor."""
    answer.frame.locator(".cm-content").focus()
    answer.page.keyboard.press("Control+a")
    answer.page.keyboard.type(text)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("np.linsp", "linspace"),
        ("dropout.inverted", "inverted_dropout"),
        ("drop", "dropout"),
        ("from dnnkit import initialization as start\nstart.init_w", "init_weights"),
        ("import math\nvalue = 1 +\nmath.flo", "floor"),
        ("broken = (np.rand", "random"),
    ],
)
def test_names_are_offered_by_the_python_that_runs(text, offered, answer):
    typed(answer, text)
    option = answer.page.locator(".cm-tooltip-autocomplete [role=option][aria-selected=true]")
    option.filter(has_text=re.compile(f"^{offered}")).wait_for(timeout=SLOW)
    answer.page.wait_for_timeout(100)  # CodeMirror accepts no key sooner, in case a finger has begun something
    answer.page.keyboard.press("Enter")
    assert offered in answer.text  # brackets close by themselves


def test_enter_after_a_whole_name_begins_a_line(answer):
    typed(answer, "mask = 1\nmask")
    answer.page.locator(".cm-tooltip-autocomplete [aria-selected=true]", has_text=re.compile("^mask$")).wait_for()
    answer.page.wait_for_timeout(100)  # CodeMirror accepts no key sooner
    answer.page.keyboard.press("Enter")
    answer.page.keyboard.type("2")
    assert answer.text == "mask = 1\nmask\n2"


@pytest.mark.parametrize("keys", ["Shift+Enter", "Control+Enter"])
def test_nothing_is_offered_any_more_once_an_answer_is_checked_or_run(keys, answer):
    offered = answer.page.locator(".cm-tooltip-autocomplete")
    typed(answer, "np.linsp")
    offered.wait_for(timeout=SLOW)
    answer.page.keyboard.press(keys)
    answer.output.filter(has_text="AttributeError").wait_for(timeout=SLOW)
    assert not offered.count()


def test_nothing_is_offered_in_an_editor_that_was_left(answer):
    typed(answer, "np.linsp")
    answer.press("Run")  # at once, while Python is still looking for names
    answer.output.filter(has_text="AttributeError").wait_for(timeout=SLOW)
    answer.page.wait_for_timeout(300)
    assert not answer.page.locator(".cm-tooltip-autocomplete").count()


def test_nothing_of_an_answer_runs_to_complete_it(answer):
    typed(answer, "import os; os.environ['RAN'] = '1'; np.linsp")
    answer.page.locator(".cm-tooltip-autocomplete").wait_for(timeout=SLOW)
    answer.page.keyboard.press("Escape")
    answer.write("import os\nprint('RAN' in os.environ)")
    answer.press("Run")
    answer.output.filter(has_text="False").wait_for(timeout=SLOW)


def test_a_name_that_nobody_defines_is_underlined_and_explained(answer):
    typed(answer, "learning_rate = 3 # größe 🎉\nprint('🎉', lerning_rate, np, check, dropout, display)")
    wrong = answer.frame.locator(".cm-lintRange-warning")
    wrong.wait_for(timeout=SLOW)
    assert wrong.all_text_contents() == ["lerning_rate"]
    answer.page.keyboard.press("F8")  # CodeMirror's key for the next such place
    said = answer.page.locator(".cm-tooltip-lint")
    said.wait_for()
    assert "lerning_rate is not defined. Do you mean learning_rate?" in said.text_content()
    answer.page.keyboard.press("Escape")
    typed(answer, "learning_rate = 3")
    wrong.wait_for(state="detached", timeout=SLOW)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 1\ny = x / 0\nz = 2", "y = x / 0", "ZeroDivisionError: division by zero"),
        ("def f(n):\n    return 1 / n\n\nf(0)", "    return 1 / n", "ZeroDivisionError: division by zero"),
        ("x = (1,\ny = 2", "x = (1,", "SyntaxError: '(' was never closed"),
        ("import statistics\nstatistics.mean([])", "statistics.mean([])", "mean requires at least one data point"),
        ("if True:\nx = 1", "x = 1", "expected an indented block"),
    ],
)
@pytest.mark.parametrize("button", ["Run", "Check"])
def test_the_line_that_failed_is_marked_until_it_is_edited(button, text, line, said, answer):
    answer.write(text)
    answer.press(button)
    failed = answer.frame.locator(".cm-failing")
    failed.wait_for(timeout=SLOW)
    assert failed.all_text_contents() == [line]
    assert said in answer.frame.locator(".cm-failing-said").text_content()
    answer.frame.locator(".cm-content").focus()
    answer.page.keyboard.press("Control+End")
    answer.page.keyboard.type(" ")
    assert not failed.count()


def test_a_line_that_fails_in_a_check_is_marked(answer):
    masks = Answer(answer.page, "dropout/inverted_dropout")
    masks.write(f"{HEAD}a[99, 99, 99], a == a")
    assert masks.check()[0] == "crashed"
    assert masks.frame.locator(".cm-failing").all_text_contents() == ["    return a[99, 99, 99], a == a"]
    masks.write(model.load("dropout/inverted_dropout").solution_source)
    assert masks.check()[0] == "passed"
    assert not masks.frame.locator(".cm-failing").count()


def test_an_editor_that_was_not_touched_shows_the_line_too(visit):
    page = visit(PAGE)
    answer = Answer(page, BY_HAND)
    answer.frame.locator(".live-area").evaluate(
        "area => { area.value = '1 / 0'; area.dispatchEvent(new Event('input')) }"
    )
    answer.press("Run")
    answer.frame.locator(".cm-failing").wait_for(timeout=SLOW)
