"""A walk through one exercise in Firefox: a wrong answer, its name, the right one, and all of it kept."""

import pytest

from autograder import exercise as model
from tests.book import firefox

ID = "dropout/by_hand"
FRAME = f"document.querySelector('[data-exercise=\"{ID}\"]').closest('section.exercise')"
EDITOR, STATUS = f"{FRAME}.querySelector('.cm-content')", f"{FRAME}.querySelector('.live-status')"
WRITTEN = f"{FRAME}.querySelector('.live-area').value"
WRONG = "by_hand = {'kept': 100, 'survivor': 9.6, 'evaluation': 2.4}"


@pytest.fixture(scope="module")
def window():
    """A window of Firefox."""
    with firefox.running() as window:
        yield window


def write(window, text):
    """Write into the editor, over the text there, as fingers do."""
    window.click(EDITOR)
    window.press("Control", "a")
    window.write(text)
    assert window.evaluate(f"[...{EDITOR}.querySelectorAll('.cm-line')].map(e => e.textContent).join('\\n')") == text


def check(window):
    """Press Check, and return the verdict."""
    window.click(f"{FRAME}.querySelector('button[name=check]')")
    window.wait(f"!{FRAME}.querySelector('.live-bar[aria-busy]') && {STATUS}.textContent")
    return window.evaluate(f"{STATUS}.textContent")


@pytest.mark.long
def test_an_exercise_is_answered_in_firefox(window, site):
    window.open(f"{site}chapters/dropout.html")
    assert "Firefox" in window.evaluate("navigator.userAgent")
    window.click(f"{FRAME}.querySelector('.live-area')")
    window.wait(f"{EDITOR} !== null")
    write(window, WRONG)
    assert check(window) == "Wrong"
    named = window.evaluate(f"{FRAME}.querySelector('.dnn-misconception').textContent")
    wrong = next(each for each in model.load(ID).misconceptions if each.name == "keep_and_drop_swapped")
    assert named == f"What may have happened: {wrong.sentence}"
    right = model.load(ID).solution_source
    write(window, right)
    assert check(window) == "Passed"
    window.reload()
    assert window.wait(WRITTEN) == right
    assert "1 of" in window.evaluate("document.querySelector('#live-progress label span').textContent")
    plot = "from dnnkit import plot; plot.lines([1, 2], {'a': [1, 2]}, xlabel='x', ylabel='y')"
    window.click(f"{FRAME}.querySelector('.live-area')")
    window.wait(f"{EDITOR} !== null")
    write(window, plot)
    window.click(f"{FRAME}.querySelector('button[name=run]')")
    window.wait(f"{FRAME}.querySelector('.live-output figure.plot svg path') !== null")
