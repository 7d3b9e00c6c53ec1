"""What a reader does in a page: write an answer to an exercise, press its buttons, and read the response."""

import json
import re

from autograder import exercise as model
from autograder.live.course import COURSE, edition

PAGE = "chapters/dropout.html"
KEY = f"{COURSE}:/:{edition()}:"
HEAD = "def inverted_dropout(a, keep_prob, *, rng, train):\n    return "
WRONG = [HEAD + "a, a == a", HEAD + "a * 0, a == a", HEAD + "a / keep_prob, a == a"]
RIGHT = model.load("dropout/by_hand").solution_source
EDITED = RIGHT + "  # edited"
KNOWN = re.compile("THEBE_JS_URL|invalid theme mode")  # from the theme, and harmless
KEPT_AWAY = re.compile(f"{KNOWN.pattern}|ERR_FAILED|ERR_NAME_NOT_RESOLVED")  # and what a test does not let a page reach
SLOW = 60_000  # milliseconds: Python starts in some seconds, but other tests may run at the same time


def surprises(page, known=KNOWN):
    """Return the errors of a page's scripts, except for those that are known."""
    return [error for error in page.errors if not known.search(error)]


def resize(page, width, height=900):
    """Resize a page's window, and wait until everything has moved into its new place."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("() => document.getAnimations().every(each => each.playState !== 'running')")


class Answer:
    """One exercise of an open page, used as a reader does."""

    def __init__(self, page, exercise):
        self.page = page
        self.frame = page.locator("section.exercise").filter(has=page.locator(f'[data-exercise="{exercise}"]'))
        self.status = self.frame.locator(".live-bar .live-status")
        self.output = self.frame.locator(".live-output")
        self.report = self.frame.locator(".tag_check .dnn-report")
        self.badge = self.frame.locator(".live-badge")
        self.history = self.frame.locator(".live-history")

    @property
    def text(self):
        """The text in the editor."""
        if self.frame.locator(".cm-content").count():
            return "\n".join(self.frame.locator(".cm-line").all_text_contents())
        return self.frame.locator(".live-area").input_value()

    def write(self, text):
        """Replace the text in the editor, with keys: the editor may not yet have seen what a script selects in it."""
        if not self.frame.locator(".cm-content").count():
            self.frame.locator(".live-area").focus()
        self.frame.locator(".cm-content").focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def press(self, name):
        self.frame.get_by_role("button", name=name).click()

    def check(self):
        """Press Check, and return the verdict and the misconception that is named."""
        self.press("Check")
        bar = self.frame.locator(".live-bar:not([aria-busy])")
        bar.filter(has=self.page.locator(".live-status", has_text=re.compile("."))).wait_for(timeout=SLOW)
        named = self.report.locator(".dnn-misconception")
        return self.status.text_content().lower(), named.text_content() if named.count() else ""

    def tried(self, count):
        """Wait until the page counts this many tries."""
        self.history.locator("summary", has_text=f"({count})").first.wait_for(timeout=SLOW)


def answer_question(page, number, text):
    """Choose an answer to a question of the page's quiz, and check it."""
    question = page.locator("form.quiz").nth(number)
    question.locator(".quiz-choice", has_text=re.compile(f"^ *{re.escape(text)} *$")).click()
    question.get_by_role("button", name="Check").click()


def kept(page):
    """Return what the browser keeps for this book, by id."""
    everything = page.evaluate("Object.entries(localStorage)")
    return {key.removeprefix(KEY): json.loads(value) for key, value in everything if key.startswith(KEY)}


def keep(page, everything):
    """Put data into the browser's storage, by key."""
    texts = {key: json.dumps(data) for key, data in everything.items()}
    page.evaluate("all => Object.entries(all).forEach(([key, text]) => localStorage.setItem(key, text))", texts)


def progress_told(page):
    """Return what the page says about the progress in its chapter."""
    return page.locator("#live-progress label span").text_content()


def download(page, button="Download my answers"):
    """Press a button that lets the browser save a file, and return the file's path."""
    with page.expect_download() as found:
        page.get_by_role("button", name=button).click()
    return found.value.path()


def sit(page):
    """Work on the exercises of `PAGE`, and return what was seen."""
    masks = Answer(page, "dropout/inverted_dropout")
    solution = masks.frame.get_by_role("button", name="Show a solution")
    masks.press("Hint")
    masks.press("Hint")
    for text in WRONG:
        assert not solution.is_visible()
        masks.write(text)
        assert masks.check()[0] == "wrong"
    seen = {"report": masks.report.text_content()}
    solution.click()
    masks.press("Show it")
    shown = masks.frame.locator(".live-shown .dnn-others")
    shown.wait_for(timeout=SLOW)
    seen["solution"] = shown.text_content()
    by_hand = Answer(page, "dropout/by_hand")
    by_hand.write(RIGHT)
    assert by_hand.check()[0] == "passed"
    by_hand.write(EDITED)
    stopped = Answer(page, "dropout/mc_dropout")
    stopped.write("1 / 0")
    stopped.press("Check")
    stopped.tried(1)
    page.get_by_role("textbox", name="judge a comparison").fill("Measure both sides.")
    page.get_by_role("button", name="I am done").click()
    answer_question(page, 0, "5")
    answer_question(page, 1, "4")
    assert surprises(page, KEPT_AWAY) == []
    return seen
