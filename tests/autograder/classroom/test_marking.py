"""Marks are nbgrader's: those given in a real browser are the ones in its gradebook, table and feedback."""

import csv
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from playwright.sync_api import expect
from rich.console import Console

from autograder import classroom
from autograder.classroom import config
from autograder.classroom.aliases import aliases
from autograder.classroom.marking import marks, rubric, server
from autograder.classroom.marking.questions import AGAIN, MARKED, STANDS, TO_MARK, Question, answers, shuffled
from autograder.classroom.marking.rubric import BadItems, Choice, Rubric
from tests.autograder.classroom import hostile
from tests.autograder.classroom.contrast import CONTRAST

QUIET = Console(quiet=True)
SIZES = {"wide": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}
POINTS = st.integers(-20, 20).map(lambda each: each / 4)


@given(st.lists(POINTS, min_size=1, max_size=8), st.data())
@settings(max_examples=50, deadline=None)
def test_points_are_the_sum_of_what_was_chosen_within_what_there_is(worth, data):
    kept = Rubric().with_items([("", points, f"item {number}") for number, points in enumerate(worth)])
    chosen = data.draw(st.lists(st.sampled_from(kept.items), unique=True))
    adjust, possible = data.draw(POINTS), data.draw(st.integers(1, 10))
    given = kept.points(Choice(tuple(item.id for item in chosen), adjust), possible)
    assert given == sorted((0, sum(item.points for item in chosen) + adjust, possible))[1]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([("", float("nan"), "Says why.")], "must be a number between"),
        ([("", None, "Says why.")], "must be a number between"),
        ([("", True, "Says why.")], "must be a number between"),
        ([("", 1, " ")], "what it is given for"),
        ([("gone", 1, "Says why.")], "has since been removed"),
        ([("own-1", 1, "a"), ("own-1", 1, "a")], "each item once"),
        ([("", 1, "a")], r"the answers that have it \(1\)"),
        ([("own-1", 1, "a"), *[("", 1, "a")] * 40], "at most 40"),
    ],
)
def test_items_that_cannot_be_a_rubric_are_named(items, message):
    kept = Rubric().with_items([("", 1, "a")]).with_choice("ada", Choice(("own-1",)))
    with pytest.raises(BadItems, match=message):
        kept.with_items(items)


class Desk:
    """A class's question `why`, its current answers, and nbgrader's own gradebook."""

    def __init__(self, directory, name="why"):
        self.place = classroom.open_class(directory)
        self.config = config.load(self.place)
        self.question = Question(self.place, "toy", name, name == "why", 4.0)

    def answers(self):
        with config.gradebook(self.config) as gradebook:
            found = answers(gradebook, self.question, rubric.read(self.question))
            return {each.student: (each.state, each.version, each.is_chosen) for each in found}

    def mark(self, student, items, marker="ada", seen=None, action=marks.MARK, **more):
        ids = [item.id for item in rubric.read(self.question).items]
        seen = seen or self.answers()[student][1]
        change = marks.Change(seen, action, tuple(ids[each] for each in items), **more)
        return marks.mark(self.config, self.question, student, change, marker)

    def nbgraders(self, student):
        """The manual score, whether a person is needed, and the comment, according to nbgrader's own API."""
        with Gradebook(f"sqlite:///{self.place.gradebook}") as gradebook:
            cell = self.question.name if self.question.is_text else f"{self.question.name}-answer"
            grade = gradebook.find_grade(self.question.name, "toy", "toy", student)
            comment = gradebook.find_comment(cell, "toy", "toy", student)
            return grade.manual_score, grade.needs_manual_grade, comment.manual_comment

    def formgrader(self, student, points):
        """Give points as formgrader does."""
        with Gradebook(f"sqlite:///{self.place.gradebook}") as gradebook:
            grade = gradebook.find_grade(self.question.name, "toy", "toy", student)
            grade.manual_score, grade.needs_manual_grade = points, points is None
            gradebook.db.commit()


@pytest.fixture
def desk(copied):
    return Desk(copied)


def test_the_history_of_a_grade_names_who_gave_the_mark(desk):
    desk.mark("right", [0], marker="ada")
    entry = classroom.history(desk.place.root, "right")["toy"][-1]
    assert entry.by == "by hand"
    when = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    assert re.fullmatch(rf"mark for why: none becomes 1, given by ada at {when}", entry.why[0])
    told = "\n".join(classroom.history_lines({"toy": (entry,)}))
    assert len(re.findall(when, told)) == len(re.findall(r"20\d\d-\d\d", told)) == 2, "all dates have the same form"


def test_a_mark_is_in_the_gradebook_the_table_and_the_feedback(desk):
    assert desk.answers()["right"][0] == TO_MARK
    answer, _ = desk.mark("right", (0, 2), adjust=0.5, comment=" Well said, at last.\n")
    assert (answer.state, answer.grade.manual_score) == (MARKED, 2.5)
    assert desk.nbgraders("right") == (2.5, False, "Well said, at last.")
    classroom.export(desk.place.root)
    with (desk.place.root / "exercises.csv").open() as file:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}
    assert (rows["right", "toy/why"]["points"], rows["right", "toy/why"]["verdict"]) == ("2.5", "graded by hand")
    classroom.feedback(desk.place.root, students=["right"], console=QUIET)
    page = desk.place.step("feedback", "right", "toy", "toy.html").read_text()
    assert "2.5 / 4" in re.sub(r"\.0\b", "", page)
    assert "Well said, at last." in page
    desk.mark("right", (), action=marks.CLEAR)
    assert desk.nbgraders("right") == (None, True, None)


def test_points_of_an_item_move_every_answer_that_has_it_but_none_that_was_marked_elsewhere(desk):
    for student, items in {"right": (0, 1), "duplicate": (1,), "mistake-01": (2,), "mistake-02": (1, 3)}.items():
        desk.mark(student, items)
    desk.formgrader("mistake-02", 3.5)
    assert desk.answers()["mistake-02"][2] is False
    kept = rubric.read(desk.question)
    wanted = [(item.id, 0.5 if number == 1 else item.points, item.text) for number, item in enumerate(kept.items)]
    _, moved, left = marks.change_items(desk.config, desk.question, kept.version, [*wanted, ("", -1, "Rude.")])
    assert (moved, left) == (2, 1)
    scores = {student: desk.nbgraders(student)[0] for student in ("right", "duplicate", "mistake-01", "mistake-02")}
    assert scores == {"right": 1.5, "duplicate": 0.5, "mistake-01": 1.0, "mistake-02": 3.5}
    desk.mark("right", (0, 1, 4))
    assert desk.nbgraders("right")[0] == 0.5
    with pytest.raises(marks.Overtaken, match="Another marker has changed the items"):
        marks.change_items(desk.config, desk.question, kept.version, wanted)


@pytest.mark.parametrize("first", ["ada", "bob", "formgrader"])
def test_who_comes_second_is_told_who_was_first_and_overwrites_nothing(desk, first):
    seen = desk.answers()["right"][1]
    if first == "formgrader":
        desk.formgrader("right", 2.0)
    else:
        desk.mark("right", (0, 1), marker=first, comment="First.")
    before = desk.nbgraders("right")
    words = {"ada": "You, in another window, changed", "bob": "bob changed", "formgrader": "Someone in formgrader"}
    with pytest.raises(marks.Overtaken, match=words[first]) as told:
        desk.mark("right", (3,), seen=seen, comment="Second.")
    assert "2 points" in str(told.value)
    assert desk.nbgraders("right") == before
    desk.mark("right", (3,), seen=told.value.now.version, comment="Second.")
    assert desk.nbgraders("right") == (1.0, False, "Second.")


def test_a_mark_stays_when_the_answer_is_another_one_and_is_looked_at_again(desk, hand_in):
    desk.mark("right", (0,))
    hand_in(desk.place.root, "right", why="Another text.")
    classroom.grade(desk.place.root, students=["right"], isolation="none", console=QUIET)
    assert desk.answers()["right"][::2] == (AGAIN, True)
    assert desk.nbgraders("right")[:2] == (1.0, True)
    desk.mark("right", (), action=marks.STAND)
    assert desk.answers()["right"][::2] == (MARKED, True)
    assert desk.nbgraders("right")[:2] == (1.0, False)
    desk.mark("right", (0, 1))
    assert (desk.answers()["right"][0], desk.nbgraders("right")[0]) == (MARKED, 2.0)


def test_what_could_not_be_judged_can_stand_as_the_judge_has_it_or_be_marked(copied):
    desk = Desk(copied, "share")
    assert {student: state for student, (state, *_) in desk.answers().items()} == {"crash": TO_MARK}
    desk.mark("crash", (), action=marks.STAND, comment="Nothing is divided by 0.")
    assert desk.nbgraders("crash") == (None, False, "Nothing is divided by 0.")
    assert desk.answers()["crash"][0] == STANDS
    kept = rubric.read(desk.question)
    marks.change_items(desk.config, desk.question, kept.version, [("", 0.5, "Knew what to divide.")])
    desk.mark("crash", (0,))
    assert desk.nbgraders("crash")[:2] == (0.5, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"action": "erase"}, "takes a mark back"),
        ({"action": marks.STAND}, "a free text"),
        ({"adjust": float("nan")}, "must be a number between"),
        ({"adjust": 5.0}, "must be a number between"),
        ({"comment": "a" * 20_001}, "at most 20000 characters, got 20001"),
    ],
)
def test_an_impossible_change_is_refused(desk, change, message):
    with pytest.raises(classroom.ClassError, match=message):
        desk.mark("right", (), **change)
    assert desk.nbgraders("right") == (None, True, None)


def test_the_order_is_one_markers_own_and_always_the_same(desk):
    with config.gradebook(desk.config) as gradebook:
        found = answers(gradebook, desk.question, Rubric())
        order = {marker: shuffled(desk.question, found, marker) for marker in ("ada", "bob")}
        assert shuffled(desk.question, found[::-1], "ada") == order["ada"]
    ids = {marker: [each.student for each in listed] for marker, listed in order.items()}
    assert ids["ada"] != ids["bob"]
    assert sorted(ids["ada"]) == sorted(ids["bob"]) != ids["ada"]


def test_choices_that_were_edited_by_hand_and_cannot_be_read_are_named(desk):
    desk.mark("right", (0,))
    path = desk.place.root / "marking" / "toy" / "why.json"
    path.write_text(path.read_text()[:-2])
    with pytest.raises(classroom.ClassError, match="why.json cannot be read"):
        rubric.read(desk.question)


@pytest.fixture(scope="module")
def served(graded, tmp_path_factory):
    """A graded class in which one submission is hostile, and a function that starts the command on it."""
    directory = shutil.copytree(graded, tmp_path_factory.mktemp("marking") / "class")
    folder = directory / "submitted" / "hostile" / "toy"
    folder.mkdir(parents=True)
    notebook = hostile.hostile(nbformat.read(directory / "release" / "toy" / "toy.ipynb", as_version=4))
    nbformat.write(notebook, folder / "toy.ipynb")
    classroom.grade(directory, students=["hostile"], isolation="none", console=QUIET)
    started = []

    def serve(*options):
        command = [sys.executable, "-u", "-m", "autograder", "mark", str(directory), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return re.search(r"http://127\.0\.0\.1:\d+/\S+/", process.stdout.readline())[0]

    yield directory, serve
    for process in started:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="module")
def address(served):
    """The address at which the page is served to ada."""
    return served[1]("--marker", "ada")


@pytest.fixture
def opened(browser):
    """A function that opens an address, and fails at the end if the page called out, ran or logged anything."""
    contexts, wrong = [], []

    def opened(url, scheme="light", size="wide"):
        context = browser.new_context(color_scheme=scheme, viewport=SIZES[size])
        contexts.append(context)
        context.expose_binding("ran", lambda source, *what: wrong.append(what))
        context.on("dialog", lambda dialog: dialog.accept())
        context.on("request", lambda request: request.url.startswith((url[:22], "data:")) or wrong.append(request.url))
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "409" not in said.text else None)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def question(page, name="why"):
    with page.expect_navigation():
        page.locator(f"a[href$='/toy/{name}/']").click()


def turn(page, key):
    """Press a key that leads to another answer, and wait until that answer accepts keys."""
    with page.expect_navigation():
        page.keyboard.press(key)


def of(page, student):
    with page.expect_navigation():
        page.locator("tr", has=page.locator(f"td:text-is('{student}')")).get_by_role("link").click()


def test_a_marker_goes_through_a_question_by_keys(served, address, opened):
    desk, page = Desk(served[0]), opened(address)
    question(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Mark the next").click()
    first = re.search(r"Answer 1 of \d+, by (\S+)", page.locator(".pager").inner_text())[1]
    page.keyboard.press("1")
    page.keyboard.press("4")
    expect(page.locator("#points")).to_have_text("2 of 4")
    page.keyboard.press("c")
    page.keyboard.type("1 and 4, but not why. n")
    page.keyboard.press("Escape")
    turn(page, "ArrowRight")
    expect(page.locator(".pager")).to_contain_text("Answer 2 of")
    assert desk.nbgraders(first) == (2.0, False, "1 and 4, but not why. n")
    page.keyboard.press("0")
    expect(page.locator("#state")).to_have_text("marked")
    turn(page, "ArrowLeft")
    expect(page.locator("textarea[name=comment]")).to_have_value("1 and 4, but not why. n")
    assert [box.is_checked() for box in page.locator("[name=item]").all()] == [True, False, False, True]
    turn(page, "n")
    expect(page.locator(".pager")).to_contain_text("Answer 3 of")
    expect(page.locator(".items small").first).to_have_text("1 answer")
    assert "Twice a whole number is two times something whole" in page.locator(".beside").inner_text()
    assert "Says what even means." in page.locator(".items").inner_text()


def test_items_are_changed_and_move_marks(served, address, opened):
    desk, page = Desk(served[0]), opened(address)
    question(page)
    of(page, "right-otherwise")
    page.keyboard.press("0")  # whatever another test has chosen
    expect(page.locator("#points")).to_have_text("0 of 4")
    page.locator(".items label", has_text="Is plain.").click()
    expect(page.locator("#points")).to_have_text("1 of 4")
    page.get_by_text("Change the items").click()
    page.get_by_label("points of: Is plain.").fill("0.5")
    page.get_by_label("points of a new item").fill("2")
    page.get_by_placeholder("A new item").last.fill("Has an <i>example</i>.")
    page.get_by_role("button", name="Save the items").click()
    expect(page.locator("#points")).to_have_text("0.5 of 4")
    expect(page.locator("#told")).to_contain_text("moved")
    assert desk.nbgraders("right-otherwise")[0] == 0.5
    page.keyboard.press("5")
    expect(page.locator("#points")).to_have_text("2.5 of 4")
    expect(page.locator(".items")).to_contain_text("Has an <i>example</i>.")


def test_two_markers_at_once_are_told_of_each_other(served, address, opened):
    desk, pages = Desk(served[0]), [opened(address), opened(served[1]("toy/why", "--marker", "bob"))]
    question(pages[0])
    for page in pages:
        of(page, "mistake-03")
    pages[0].keyboard.press("1")
    expect(pages[0].locator("#points")).to_have_text("1 of 4")
    pages[1].locator("textarea[name=comment]").fill("Bob's words.")
    pages[1].keyboard.press("Escape")
    expect(pages[1].locator("#told")).to_contain_text("ada changed this answer after you opened it")
    assert desk.nbgraders("mistake-03") == (1.0, False, None)
    pages[1].get_by_role("link", name="Next →").click()
    expect(pages[1].locator("#told")).to_contain_text("not saved")
    pages[1].get_by_role("button", name="Replace it with mine").click()
    expect(pages[1].locator("#told")).to_contain_text("Saved.")
    assert desk.nbgraders("mistake-03") == (1.0, False, "Bob's words.")


def test_what_formgrader_marked_is_shown(served, address, opened):
    desk = Desk(served[0])
    desk.formgrader("duplicate", 3.0)
    page = opened(address)
    question(page)
    of(page, "duplicate")
    expect(page.locator("#points")).to_have_text("3 of 4")
    expect(page.locator("#by")).to_contain_text("given in formgrader")


def test_a_doubt_is_shown_with_its_reason_and_the_judges_points_can_stand(served, address, opened):
    page = opened(address)
    question(page, "share")
    of(page, "crash")
    expect(page.locator(".doubts")).to_contain_text("Its cell does not run here (ZeroDivisionError in line 1)")
    assert "ZeroDivisionError" in page.locator("article").inner_text()
    page.keyboard.press("k")
    expect(page.locator("#state")).to_have_text(STANDS)
    assert Desk(served[0], "share").nbgraders("crash")[:2] == (None, False)


def test_nothing_of_a_submission_runs_and_its_pictures_show(address, opened):
    page = opened(address)
    question(page)
    of(page, "hostile")
    page.wait_for_timeout(300)
    assert page.locator("article script, article iframe, article form, article style, article meta").count() == 0
    assert page.locator(f"article img[src='data:image/png;base64,{hostile.PIXEL}']").count() == 1
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert page.locator(".handed details").last.locator("pre").count() > 0
    for link in page.locator(".handed a").all():
        assert not (link.get_attribute("href") or "").lower().startswith(("javascript", "data"))


def test_an_anonymous_page_has_aliases_and_no_ids(served, opened):
    directory, serve = served
    page = opened(serve("--anonymous"))
    question(page)
    students = {each.student for each in classroom.results(classroom.open_class(directory))}
    named = set(aliases(classroom.open_class(directory), students).values())
    listed = page.content()
    with page.expect_navigation():
        page.locator("tbody a").first.click()
    for told in (listed, page.content()):
        assert not [each for each in students - {"right"} if re.search(rf"\b{re.escape(each)}\b", told)]
        assert [each for each in named if each in told]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_on_all_screens(address, opened, scheme, size):
    page = opened(address, scheme, size)
    for go in (lambda: None, lambda: question(page), lambda: of(page, "hostile")):
        go()
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        assert page.evaluate(CONTRAST) >= 4.5
        assert page.evaluate('document.fonts.check("16px Course Sans")')


def asked(address, path="", method="GET", body=None, **headers):
    """The status, headers and text of a reply to a program that isn't a browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request(
            method, parts.path + path, body, {name.replace("_", "-"): text for name, text in headers.items()}
        )
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read().decode()
    finally:
        connection.close()


def test_connections_that_say_nothing_keep_nobody_out(fresh, monkeypatch):
    monkeypatch.setattr(server, "MOST_OPEN", 8)
    with classroom.serve(fresh, marker="ada") as address, ExitStack() as idle:
        parts, before = urlsplit(address), threading.active_count()
        for _ in range(3 * server.MOST_OPEN):
            idle.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=10))
        assert asked(address)[0] == 200
        ends = time.monotonic() + 30
        while (more := threading.active_count() - before) > server.MOST_OPEN and time.monotonic() < ends:
            time.sleep(0.05)  # a thread ends when it notices that its connection has ended
        assert more <= server.MOST_OPEN


def test_only_who_has_the_address_gets_a_page_that_asks_nobody_else(address):
    status, headers, _ = asked(address)
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    host = urlsplit(address).netloc
    for wrong in (
        asked(f"http://{host}/"),
        asked(f"http://{host}/{'a' * 32}/"),
        asked(address, Host="elsewhere.test"),
        asked(address, "toy/why/items", "POST", "{}", Origin="http://elsewhere.test", Content_Type="application/json"),
    ):
        assert wrong[0] == 403
        assert "toy" not in wrong[2]
    assert asked(address, "toy/why/items", "POST", "{}", Content_Type="text/plain")[0] == 422
    for sent in ("{", "[]", '{"seen": "x"}', "null"):
        assert asked(address, "toy/why/0123456789abcdef", "POST", sent, Content_Type="application/json")[0] == 404
    for path in ("toy/nonsense/", "toy/why/0123456789abcdef", "../../secret_seed", "toy/why"):
        assert asked(address, path)[0] in (404, 422)


def test_a_malformed_request_without_the_token_is_refused_and_not_told_it(address):
    parts, local = urlsplit(address), "Host: 127.0.0.1"
    lines = [
        "GET / HTTP/1.1\r\nX: no host",
        *(f"GET {path} HTTP/1.1\r\n{local}" for path in ("//[/", "http://[v/", "/\xff/")),
    ]
    lines += [
        f"GET /x HTTP/1.1\r\n{more}" for more in ("Host: [", "Host: [::1", "Host: \xff", f"{local}\r\nOrigin: http://[")
    ]
    for line in (*lines, *(line.replace("GET", "POST", 1) for line in lines)):
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
            connection.sendall(f"{line}\r\n\r\n".encode("latin-1"))
            reply = b"".join(iter(lambda: connection.recv(65536), b""))
        assert reply.startswith(b"HTTP/1.1 403 "), line
        assert parts.path.split("/")[1].encode() not in reply


def test_an_unknown_question_and_a_taken_port_are_one_sentence(copied, address):
    with (
        pytest.raises(classroom.ClassError, match="'toy/nonsense' is not an exercise released"),
        classroom.serve(copied, "toy/nonsense", marker="ada"),
    ):
        pass
    with (
        pytest.raises(classroom.ClassError, match="--port N"),
        classroom.serve(copied, marker="ada", port=urlsplit(address).port),
    ):
        pass


def test_what_was_kept_is_in_one_file_of_the_class(desk):
    desk.mark("right", (1,), adjust=0.25, marker="bob")
    kept = json.loads((desk.place.root / "marking" / "toy" / "why.json").read_text())
    assert [item["points"] for item in kept["items"]] == [1, 1, 1, 1]
    (choice,) = kept["choices"].values()
    assert choice.pop("at").endswith("+00:00")
    assert choice == {"items": [kept["items"][1]["id"]], "adjust": 0.25, "points": 1.25, "by": "bob"}
