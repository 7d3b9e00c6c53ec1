"""Feedback says what is wrong and why, and shows no check."""

import re
import shutil
import time
from contextlib import closing

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.utils import notebook_hash
from rich.console import Console

from autograder import classroom, exercise
from autograder.classroom import pages
from autograder.classroom.config import gradebook, load

QUIET = Console(quiet=True)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nshare = 0.75"


def page(directory, student):
    return BeautifulSoup(
        (directory / "feedback" / student / "toy" / "toy.html").read_text(encoding="utf-8"), "html.parser"
    )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_verdict_and_the_misconception_are_shown(graded, course, number):
    shown = page(graded, f"mistake-0{number}").get_text()
    assert "Not right yet" in shown
    for name in ("toy/double", "toy/share"):
        asked = exercise.load(name, course / "autograder" / "exercises")
        assert asked.misconceptions[number - 1].sentence in shown


def test_each_exercise_is_told_once(graded):
    reports = page(graded, "mistake-01").select(".dnn-report")
    assert [report["aria-label"] for report in reports] == ["Verdict on toy/double", "Verdict on toy/share"]


def test_notices_and_verdicts_of_other_kinds_are_shown(graded):
    assert "the file is damaged or incomplete" in page(graded, "broken").get_text()
    assert "This exercise was not judged" in page(graded, "broken").get_text()
    assert "Passed" in page(graded, "right").get_text()
    assert "Not attempted" in page(graded, "blank").get_text()
    assert "Your code raised an error" in page(graded, "crash").get_text()


def test_no_checks_source_and_no_solution_is_shown(graded, course):
    lines = set()
    for name in ("double", "share"):
        text = (course / "autograder" / "exercises" / "toy" / f"{name}.py").read_text()
        lines |= {line.strip() for line in text.splitlines() if line.startswith((" ", "@", "def check"))}
    lines -= {'"""Ones become twos."""', '"""Anything is doubled."""', '"""The share is right."""'}
    for student in ("right", "mistake-01", "blank", "crash"):
        shown = page(graded, student).get_text()
        answers = "\n".join(cell.get_text() for cell in page(graded, student).select(".nbgrader_cell"))
        assert not [line for line in lines if line in shown and line not in answers]


def test_pages_are_written_again_only_when_something_has_changed(copied):
    assert classroom.feedback(copied).pages == ()
    assert "its points are not in the score yet" in page(copied, "right").get_text()
    assert classroom.feedback(copied, students=["right"], force=True).waiting == 1
    with gradebook(load(classroom.open_class(copied))) as book:
        book.find_comment("why", "toy", "toy", "right").manual_comment = "Well said."
        given = book.find_grade("why", "toy", "toy", "right")
        given.manual_score, given.needs_manual_grade = 3.5, False
        book.db.commit()
    assert classroom.feedback(copied).pages == (("right", "toy"),)
    shown = page(copied, "right").get_text()
    assert "Well said." in shown
    assert "its points are not in the score yet" not in shown
    assert "Score: 6.5 / 7.0" in shown
    assert classroom.feedback(copied, students=["blank"], force=True).pages == (("blank", "toy"),)
    (copied / "feedback/blank/toy/toy.html").unlink()
    assert classroom.feedback(copied, ["toy"]).pages == (("blank", "toy"),)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"topics": ["toys"]}, "'toys' is not released in this class; released: toy"),
        ({"students": ["nobody"]}, "nothing from 'nobody' is graded in .*; to grade: autograder grade"),
    ],
)
def test_what_is_not_there_gets_no_page_and_is_said(copied, asked, message):
    with pytest.raises(classroom.ClassError, match=message):
        classroom.feedback(copied, **asked)


@pytest.fixture
def pasted(fresh, hand_in):
    """A class with one picture pasted into an answer, another into a note, and a third lost."""

    def paste(notebook):
        why = next(cell for cell in notebook.cells if cell.id == "why")
        why.source, why.attachments = "![a](attachment:a.png)", {"a.png": {"image/png": PIXEL}}
        note = nbformat.v4.new_markdown_cell("Seen: ![b](attachment:b.png) ![c](attachment:c.png)")
        note.attachments = {"b.png": {"image/png": PIXEL}}
        notebook.cells.append(note)

    hand_in(fresh, "pasted", paste, share=FIGURE)
    hand_in(fresh, "plain", share="share = 0.75")
    classroom.grade(fresh, console=QUIET)
    return fresh


def test_pages_are_nbgraders_own_with_pictures(pasted, nbgrader, tmp_path):
    with gradebook(load(classroom.open_class(pasted))) as book:
        book.find_comment("why", "toy", "toy", "pasted").manual_comment = "Well <b>drawn</b>."
        book.find_grade("double", "toy", "toy", "pasted").extra_credit = 0.5
        for student in ("pasted", "plain"):  # while a text awaits marking, ours say so, and nbgrader's do not
            grade = book.find_grade("why", "toy", "toy", student)
            grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.find_submission("toy", "pasted").notebooks[0].late_submission_penalty = 0.25
        book.db.commit()
    theirs = shutil.copytree(pasted, tmp_path / "theirs")
    assert nbgrader(theirs, "generate_feedback", "toy").returncode == 0
    with gradebook(load(classroom.open_class(pasted))) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
        book.update_or_create_submission("toy", "pasted", timestamp="2026-01-02 12:00:00 UTC")
    with open(pasted / "nbgrader_config.py", "a") as file:
        file.write("from nbgrader.plugins import BasePlugin\nclass Quarter(BasePlugin):\n")
        file.write("    def late_submission_penalty(self, *about):\n        return 0.25\n")
        file.write("c.AssignLatePenalties.plugin_class = Quarter\n")
    assert classroom.feedback(pasted, console=QUIET).faults == {}
    for student, pictures in (("pasted", 3), ("plain", 0)):
        ours = page(pasted, student)
        assert len(ours.select(f"img[src='data:image/png;base64,{PIXEL}']")) == (2 if pictures else 0)
        assert len(ours.select("img")) == pictures
        stock = page(theirs, student)
        for added in (*ours.select("meta[name=viewport], head style:last-of-type"), *stock.select("head script")):
            added.decompose()
        for span in (*ours.select(".highlight span"), *stock.select(".highlight span")):
            span.unwrap()  # for code, whose text is compared below
        assert attributes(ours) == attributes(stock)
        named = [link.get_text() for link in ours.select("#toc a")]
        assert [name for name in named if "Comment" not in name] == ["double", "share", "why"]
        assert "Comment on why" in named
        for shown in (ours, stock):  # which says "Test cell" there
            for link in shown.select("#toc a"):
                link.clear()
        calls = re.compile(r"\s*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
        assert calls.search(stock.get_text())
        assert ours.body.get_text() == calls.sub("", stock.body.get_text())
    assert "Comments: Well drawn." in page(pasted, "pasted").get_text()


def test_style_sheets_lose_only_what_makes_no_difference(copied, browser, monkeypatch):
    students = ("mistake-01", "crash")
    lean = {student: looks(browser, copied, student) for student in students}
    monkeypatch.setattr(pages, "lean", lambda html: html)
    classroom.feedback(copied, students=students, force=True, workers=1, console=QUIET)
    for student in students:
        size, shown = looks(browser, copied, student)
        assert lean[student][0] < 60_000 < 120_000 < size
        assert lean[student][1] == shown


def looks(browser, directory, student):
    """Return a page's size, and pictures of it: on a wide screen, on a narrow one, and in print."""
    path, pictures = directory / "feedback" / student / "toy" / "toy.html", []
    for width, media in ((1200, "screen"), (390, "screen"), (700, "print")):
        with closing(browser.new_context(viewport={"width": width, "height": 3000})) as context:
            context.route("https://**", lambda route: route.abort())
            shown = context.new_page()
            shown.emulate_media(media=media)
            shown.goto(path.as_uri())
            pictures.append(shown.screenshot())
    return path.stat().st_size, pictures


def attributes(shown):
    return [(tag.name, sorted((name, str(value)) for name, value in tag.attrs.items())) for tag in shown.find_all(True)]


MOODY = """
import os, signal
from nbgrader.preprocessors import NbGraderPreprocessor

class Moody(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        if resources["nbgrader"]["student"] == "mistake-01":
            raise OSError("no\\nmood")
        if resources["nbgrader"]["student"] == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        return nb, resources
"""
STEPS = """
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", "moody.Moody"]
"""


def test_a_page_that_cannot_be_made_is_that_students(copied):
    (copied / "moody.py").write_text(MOODY)
    own = (copied / "nbgrader_config.py").read_text()
    (copied / "nbgrader_config.py").write_text(own + STEPS)
    done = classroom.feedback(copied, force=True, workers=2, console=QUIET)
    killed = "it took more memory than is available"
    assert done.faults == {("mistake-01", "toy"): "OSError: no\nmood", ("crash", "toy"): killed}
    assert len(done.pages) == 9
    assert "could not be made into a page (OSError: no)" in page(copied, "mistake-01").get_text()
    assert "Score: 0 / 7" in page(copied, "crash").get_text()
    assert "Passed" in page(copied, "right").get_text()
    (copied / "nbgrader_config.py").write_text(own)
    done = classroom.feedback(copied, console=QUIET)
    assert (set(done.pages), done.faults) == ({("crash", "toy"), ("mistake-01", "toy")}, {})


def test_a_page_that_takes_too_long_is_given_up(pasted, monkeypatch):
    monkeypatch.setattr(pages, "SECONDS", 0.5)
    monkeypatch.setattr(pages._TakeGrades, "preprocess", lambda *_: time.sleep(10))
    done = classroom.feedback(pasted, students=["plain"], workers=1, console=QUIET)
    assert done.faults == {("plain", "toy"): "TimeoutError: it took more than 0.5 s"}


@pytest.mark.parametrize("text", ["[", "![", "[a](", "[^1]", "[a]: ", "<![CDATA[", "<a href='files/"])
def test_no_text_makes_a_page_take_long(fresh, tmp_path, text):
    made = pages.Page(classroom.open_class(fresh), "s", "toy", pages.Grades(), tmp_path / "toy.html")
    made.graded.parent.mkdir(parents=True)
    cells = [nbformat.v4.new_markdown_cell((text * 48_000)[:48_000])]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), made.graded)
    began = time.process_time()
    assert pages.make(made) == ""
    assert time.process_time() - began < 3


def test_nbgrader_releases_the_pages_to_those_who_handed_in(pasted, nbgrader, tmp_path):
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    with open(pasted / "nbgrader_config.py", "a") as file:
        file.write(f"c.CourseDirectory.course_id = 'course'\nc.Exchange.root = {str(exchange)!r}\n")
    handed_in = pasted / "submitted" / "pasted" / "toy"
    (handed_in / "timestamp.txt").write_text("2026-01-02 11:59:00 UTC")
    (handed_in / "submission_secret.txt").write_text("known to the student")
    classroom.grade(pasted, console=QUIET)
    assert (pasted / "autograded/pasted/toy/submission_secret.txt").read_text() == "known to the student"
    classroom.feedback(pasted, console=QUIET)
    done = nbgrader(pasted, "release_feedback", "toy")
    assert done.returncode == 0, done.stderr
    released = {path.name for path in (exchange / "course" / "feedback").iterdir()}
    assert f"{notebook_hash(secret='known to the student', notebook_id='toy')}.html" in released
    assert len(released) == 2
    secrets = {(pasted / "feedback" / name / "toy/submission_secret.txt").read_text() for name in ("pasted", "plain")}
    assert len(secrets) == 2
