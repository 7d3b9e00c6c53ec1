"""What a page keeps, and where: two tabs, storage blocked or full, places and editions, and a file of everything."""

import json
import re

import nbformat
import pytest

from autograder.live.course import COURSE, edition
from tests.book.reader import (
    EDITED,
    KEPT_AWAY,
    KEY,
    PAGE,
    RIGHT,
    SLOW,
    WRONG,
    Answer,
    answer_question,
    download,
    keep,
    kept,
    progress_told,
    surprises,
)

# The browser's storage ---------------------------------------------------------------------------------------------


def test_another_tab_shows_what_is_written_in_this_one(again):
    page = again(color_scheme="light")
    other = again(beside=page)
    here, there = (Answer(each, "dropout/by_hand") for each in (page, other))
    here.write("by_hand = 'from here'")
    there.status.filter(has_text="another window").wait_for()
    assert there.text == "by_hand = 'from here'"
    there.write("by_hand = 'from there'")
    here.status.filter(has_text="another window").wait_for()
    assert here.text == "by_hand = 'from there'"
    Answer(other, "dropout/inverted_dropout").press("Hint")
    Answer(page, "dropout/inverted_dropout").frame.locator(".live-hints li").nth(2).wait_for()
    answer_question(other, 1, "3")
    page.locator("#live-progress", has_text="2 of 5 questions").wait_for()


def test_a_tab_that_knew_less_takes_nothing_away(again):
    """It read before the other wrote, and wrote after it."""
    page = again(color_scheme="light")
    other = again(beside=page)
    before = kept(page)
    mine = [{"time": "2030-01-01T00:00:00.000Z", "verdict": "wrong", "text": "theirs"}]
    keep(other, {f"{KEY}dropout/by_hand:tries": mine, f"{KEY}dropout/by_hand": {"text": "theirs"}})
    answer = Answer(page, "dropout/by_hand")
    answer.status.filter(has_text="another window").wait_for()
    after = kept(page)
    assert after["dropout/by_hand"]["text"] == "theirs"
    assert after["dropout/by_hand"]["passed"] == before["dropout/by_hand"]["passed"]
    assert after["dropout/by_hand:tries"] == before["dropout/by_hand:tries"] + mine


BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
FILL = """
() => {
  let number = 0
  for (let size = 1e6; size >= 1; size = Math.floor(size / 10))
    try { for (;;) localStorage.setItem(`filler${number++}`, "x".repeat(size)) } catch {}
}
"""


@pytest.mark.parametrize("why", ["blocked", "no room"])
def test_what_the_browser_does_not_keep_is_said_once_and_downloaded(why, fresh):
    page = fresh(PAGE, prepare=lambda page: why == "blocked" and page.add_init_script(BLOCKED))
    notice = page.get_by_role("alert").filter(has_text=why)
    if why != "blocked":
        assert not notice.is_visible()
        page.evaluate(FILL)
    by_hand = Answer(page, "dropout/by_hand")
    by_hand.frame.locator(".live-area").fill("by_hand = 'on the screen'")
    page.get_by_role("textbox", name="judge a comparison").fill("On the screen as well.")
    assert notice.count() == 1
    assert notice.is_visible()
    by_hand.press("Hint")
    assert by_hand.frame.locator(".live-hints li").count() == 1
    texts = {cell.metadata.nbgrader.grade_id: cell.source for cell in nbformat.read(download(page), as_version=4).cells}
    assert texts["by_hand-answer"] == "by_hand = 'on the screen'"
    assert "On the screen as well." in texts.values()
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.accept()


def test_room_that_comes_back_is_used(fresh):
    page = fresh(PAGE)
    page.evaluate(FILL)
    area = Answer(page, "dropout/by_hand").frame.locator(".live-area")
    area.fill("by_hand = 1")
    assert page.get_by_role("alert").is_visible()
    assert "dropout/by_hand" not in kept(page)
    page.evaluate(
        "Object.keys(localStorage).filter(key => key.startsWith('filler')).forEach(key => localStorage.removeItem(key))"
    )
    page.get_by_role("textbox", name="judge a comparison").fill("Room.")
    assert kept(page)["dropout/by_hand"]["text"] == "by_hand = 1"
    assert not page.get_by_role("alert").is_visible()


def test_each_place_on_a_host_has_its_own_store(again):
    def elsewhere(page):
        there = re.compile("/elsewhere/")
        page.context.route(
            there, lambda route: route.fulfill(response=route.fetch(url=there.sub("/", route.request.url)))
        )

    page = again(f"elsewhere/{PAGE}", prepare=elsewhere)
    assert progress_told(page).startswith("0 of 6")
    Answer(page, "dropout/by_hand").press("Hint")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('/elsewhere/')).length") == 1
    assert kept(page)["dropout/by_hand"]["text"] == EDITED


def next_edition(page):
    def route(route):
        as_built = route.fetch()
        route.fulfill(response=as_built, body=as_built.text().replace(f'edition = "{edition()}"', 'edition = "9.9"'))

    page.context.route("**/live/course.js", route)


def test_another_edition_begins_anew_and_brings_answers_over_on_demand(again):
    page = again(prepare=next_edition)
    by_hand = Answer(page, "dropout/by_hand")
    assert progress_told(page).startswith("0 of 6")
    assert "..." in by_hand.text
    by_hand.frame.locator(".live-area").fill("by_hand = 'new'")
    page.locator(".live-panel summary").click()
    page.get_by_role("button", name=re.compile(rf"Bring \d+ answers over from edition {edition()}")).click()
    assert progress_told(page).startswith("1 of 6 exercises passed, 1 with the solution seen, 1 of 1 written, 1 of 5")
    assert by_hand.text == "by_hand = 'new'"
    assert "edited since" in by_hand.badge.text_content()
    aside = page.evaluate(
        "key => JSON.parse(localStorage.getItem(key))", KEY.replace(edition(), "9.9") + "dropout/by_hand:tries"
    )
    assert [each["text"] for each in aside] == [RIGHT, EDITED]
    assert kept(page)["dropout/by_hand"]["text"] == EDITED  # there it stays


def test_what_the_first_pages_kept_is_taken_over_once(fresh):
    tries = [{"time": "2025-05-01T10:00:00.000Z", "verdict": "passed", "text": RIGHT}]
    first = {
        "course:dropout/by_hand": {"text": EDITED, "passed": True, "others": False},
        "course:dropout/by_hand:attempts": {"all": tries},
        "course:dropout/mc_dropout": {"text": "mine"},
        "course:somebody/else": {"text": "theirs"},
    }
    page = fresh("chapters/notation.html")
    keep(page, first)
    other = fresh(PAGE, beside=page)
    assert progress_told(other).startswith("1 of 6")
    assert Answer(other, "dropout/by_hand").text == EDITED
    assert Answer(other, "dropout/mc_dropout").text == "mine"
    found = kept(other)
    assert found["dropout/by_hand:tries"] == tries
    assert found["dropout/by_hand"]["passed"]["time"] == tries[0]["time"]
    assert other.evaluate("Object.keys(localStorage).filter(key => key.startsWith('course:'))") == [
        "course:somebody/else"
    ]


# The whole book ----------------------------------------------------------------------------------------------------

PROGRESS = "names => import(new URL('live/progress.js', location.origin)).then(({ progress }) => progress(...names))"


def test_a_page_without_exercises_knows_the_progress_in_the_whole_book(again, pages):
    page = again("chapters/index.html")
    found = {each["topic"]: each for each in page.evaluate(PROGRESS, [])}
    assert found["dropout"]["passed"] == 3
    assert found["dropout"]["seen"] == 1
    assert found["dropout"]["title"] == "Dropout"
    for topic, each in found.items():
        soup = pages[each["address"]]
        parts = [len(soup.select(part)) for part in (".live-bar [name=check]", "p.answer", "form.quiz")]
        assert [part["total"] for part in each["parts"].values()] == parts, topic
        assert each["total"] == sum(parts)
        assert each["passed"] == (3 if topic == "dropout" else 0)
    assert list(found) == list(dict.fromkeys(found))
    assert [each["topic"] for each in page.evaluate(PROGRESS, [["dropout"]])] == ["dropout"]


def saved(page):
    page.locator(".live-panel").evaluate("panel => (panel.open = true)")
    return json.loads(download(page, "Save to a file").read_text())


def load(page, content):
    """Let the page load a file, and return its response."""
    page.locator(".live-panel").evaluate("panel => (panel.open = true)")
    said = page.locator(".live-panel [role=status]")
    said.evaluate("said => (said.textContent = '')")
    if isinstance(content, bytes):
        content = {"name": "answers.json", "mimeType": "application/json", "buffer": content}
    page.locator(".live-panel input[type=file]").set_input_files(content)
    said.filter(has_text=re.compile(r"[.]$|\.$")).wait_for(timeout=SLOW)
    return said.text_content()


def test_everything_goes_into_a_file_and_comes_back_elsewhere(again, fresh):
    page = again()
    file = saved(page)
    assert (file["course"], file["edition"]) == ("tuning-deep-networks", edition())
    assert "html" not in file["answers"]["dropout/inverted_dropout"]["verdict"]
    elsewhere = fresh(PAGE)
    assert "Loaded 6 answers" in load(elsewhere, json.dumps(file).encode())
    assert progress_told(elsewhere) == progress_told(page)
    assert Answer(elsewhere, "dropout/inverted_dropout").text == WRONG[-1]
    assert Answer(elsewhere, "dropout/inverted_dropout").status.text_content() == "Wrong"
    assert "✓" in elsewhere.locator("form.quiz .quiz-status").first.text_content()
    again_saved = saved(elsewhere)
    for name, entry in file["answers"].items():
        assert {**entry, "changed": ""} == {**again_saved["answers"][name], "changed": ""}
    erase = elsewhere.get_by_role("button", name="Erase")
    erase.click()
    assert "Press again" in elsewhere.locator(".live-panel [role=status]").text_content()
    assert progress_told(elsewhere) == progress_told(page)
    erase.click()
    assert kept(elsewhere) == {}
    assert progress_told(elsewhere).startswith("0 of 6")
    assert "..." in Answer(elsewhere, "dropout/by_hand").text


ANSWERS = {"course": COURSE, "format": 1, "edition": edition(), "saved": "2026-01-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a file that was saved here"),
        (b'{"course": "tuning-deep-netw', "not a file that was saved here"),
        (b"\xff\xfe\x00binary", "not a file that was saved here"),
        (b"[" * 200_000, "not a file that was saved here"),
        (b"null", "does not hold answers from this course"),
        (b"[]", "does not hold answers from this course"),
        (b'{"course": "another", "format": 1, "answers": {}}', "does not hold answers from this course"),
        (b'{"course": "tuning-deep-networks", "format": 1, "answers": 3}', "does not hold answers from this course"),
        (b'{"cells": [], "nbformat": 4}', "a notebook"),
        (json.dumps({**ANSWERS, "format": 2, "answers": {}}).encode(), "later edition"),
        (
            json.dumps({**ANSWERS, "answers": {f"a/b{n}": {"text": ""} for n in range(5001)}}).encode(),
            "more than any course",
        ),
        (50_000_000, "too large (50 MB)"),
    ],
    ids=range(12),
)
def test_a_wrong_file_is_refused_with_the_reason_and_changes_nothing(content, said, again, opened_again, tmp_path):
    page = opened_again
    before = kept(page)
    if isinstance(content, int):
        content, size = tmp_path / "large.json", content
        content.write_bytes(b" " * size)
    assert said in load(page, content)
    assert kept(page) == before


@pytest.fixture(scope="module")
def opened_again(sitting, fresh):
    """A page of the same reader, for tests that change nothing."""
    return fresh(PAGE, storage_state=sitting[0])


def test_a_hostile_file_is_text_and_nothing_else(fresh):
    page = fresh(PAGE)
    markup = "<img src=x onerror='window.hacked = 1'>"
    entry = {
        "text": markup,
        "verdict": {"of": markup, "name": "wrong", "time": "2026-01-01T00:00:00.000Z", "html": markup, "said": markup},
        "tries": [
            {"time": "2099-01-01T00:00:00.000Z", "verdict": "wrong", "text": markup, "more": 1},
            {"time": markup},
            3,
        ],
        "changed": "2099-01-01T00:00:00.000Z",
        "hints": 1e9,
        "ticks": "many",
        "__proto__": {"hacked": 1},
    }
    bad = {
        "dropout/by_hand/../x": {"text": "a"},
        "constructor": {"text": "a"},
        "dropout/mc_dropout": {"text": 3, "tries": 3},
    }
    answers = {"dropout/by_hand": entry, "removed/from_course": {"text": "kept all the same"}, **bad}
    text = json.dumps({**ANSWERS, "edition": markup, "answers": answers})
    text = text.replace('"answers": {', '"__proto__": {"hacked": 1}, "answers": {"__proto__": {"text": "a"}, ', 1)
    said = load(page, text.encode())
    assert "Loaded 2 answers" in said
    assert "another edition (<img" in said
    assert "1 belong to exercises that this edition does not have" in said
    assert "4 could not be read" in said
    by_hand = Answer(page, "dropout/by_hand")
    by_hand.history.locator("summary").first.click()
    by_hand.history.locator("li summary").click()
    page.reload()
    assert by_hand.text == markup
    assert page.evaluate("[window.hacked, ({}).hacked]") == [None, None]
    found = kept(page)
    assert set(found) == {"dropout/by_hand", "dropout/by_hand:tries", "removed/from_course"}
    assert set(found["dropout/by_hand"]) == {"text", "verdict", "changed"}
    assert set(found["dropout/by_hand"]["verdict"]) == {"of", "name", "time"}
    (only,) = found["dropout/by_hand:tries"]
    assert set(only) == {"time", "verdict", "text"}
    assert max(only["time"], found["dropout/by_hand"]["changed"]) < "2099"
    by_hand.frame.locator(".live-area").fill("by_hand = 1")
    assert "removed/from_course" in saved(page)["answers"]
    assert surprises(page, KEPT_AWAY) == []


@pytest.mark.parametrize(
    ("changed", "stands"), [("2000-01-01T00:00:00.000Z", EDITED), ("2090-01-01T00:00:00.000Z", "theirs")]
)
def test_of_two_texts_the_newer_stands_and_the_other_is_among_the_tries(changed, stands, again):
    page = again()
    entry = {"text": "theirs", "changed": changed, "hints": 3, "seen": "2026-01-01T00:00:00.000Z"}
    assert "Loaded 1 answer" in load(page, json.dumps({**ANSWERS, "answers": {"dropout/by_hand": entry}}).encode())
    by_hand = Answer(page, "dropout/by_hand")
    assert by_hand.text == stands
    assert {EDITED, "theirs"} - {stands} <= {each["text"] for each in kept(page)["dropout/by_hand:tries"]}
    assert by_hand.badge.text_content() == "✓ passed before, edited since, solution seen"
    assert by_hand.frame.locator(".live-hints li").count() == 3
