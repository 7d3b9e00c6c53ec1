"""Every submission is graded as it deserves, whatever the others are like, and again only if something has changed."""

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import time

import nbformat
import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder import classroom
from autograder.classroom import config, doubts, pin, pool
from autograder.classroom.config import gradebook, load
from autograder.sandbox.client import Refused, Server

QUIET = Console(quiet=True)
RIGHT = {"double": "def double(a):\n    return 2 * a", "share": "share = 0.75"}
STUDENTS = (
    "blank",
    "broken",
    "crash",
    "duplicate",
    "missing",
    "mistake-01",
    "mistake-02",
    "mistake-03",
    "oversized",
    "right",
    "right-otherwise",
)


def tree(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def append(path, text):
    path.write_text(path.read_text() + text)


def autograded(directory, student):
    return nbformat.read(directory / "autograded" / student / "toy" / "toy.ipynb", as_version=4)


def grade(directory, **options):
    return classroom.grade(directory, console=QUIET, **options)


def test_the_sample_class_gets_what_it_was_made_for(graded):
    assert classroom.problems(graded) == ()
    place = classroom.open_class(graded)
    assert {result.student for result in classroom.results(place)} == set(STUDENTS)


def test_problems_are_found_where_there_are_some(copied):
    expected = json.loads((copied / "expected.json").read_text())
    expected["right"]["toy/double"]["points"] = "none"
    expected["mistake-01"]["toy/double"]["misconception"] = "Another one."
    expected["absent"] = expected["blank"]
    (copied / "expected.json").write_text(json.dumps(expected))
    found = classroom.problems(copied)
    assert len(found) == 2 + 3
    assert any(line.startswith("right, toy/double: full points, passed") for line in found)
    assert any(line.startswith("mistake-01, toy/double: ") and "'The square is taken.'" in line for line in found)


def test_the_gradebook_is_nbgraders(graded):
    with gradebook(load(classroom.open_class(graded))) as book:
        assert isinstance(book, Gradebook)
        scores = {each["student"]: (each["score"], each["max_score"]) for each in book.submission_dicts("toy")}
    assert scores["right"] == (3.0, 7.0)
    assert scores["mistake-02"] == (1.0, 7.0)
    assert scores["broken"] == (0.0, 7.0)


def test_notices_stand_on_top_of_the_students_notebook(graded):
    for student, words in (
        ("broken", "the file is damaged"),
        ("missing", "There is no notebook toy.ipynb"),
        ("oversized", "too large: 1.1 MB"),
        ("duplicate", "more than once: double-answer, share-answer, why."),
    ):
        first = autograded(graded, student).cells[0]
        assert first.cell_type == "markdown"
        assert words in first.source
    assert "About your submission" not in autograded(graded, "right").cells[0].source


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("broken", "toy.ipynb lässt sich nicht lesen: Die Datei ist beschädigt"),
        ("missing", "In deiner Abgabe ist kein Notebook toy.ipynb"),
        ("duplicate", "Mehrfach vorhandene Zellen: double-answer, share-answer, why"),
        ("crash", "share: ihre Zelle läuft hier nicht (ZeroDivisionError in Zeile 1); ein Mensch"),
    ],
)
def test_notices_are_in_the_language_of_the_class_and_records_in_english(copied, student, said):
    append(copied / "nbgrader_config.py", 'c.Course.language = "de"\n')
    shutil.rmtree(copied / "autograded" / student)
    done = grade(copied)
    assert done.graded == ((student, "toy"),)
    assert said in autograded(copied, student).cells[0].source.removeprefix("> **Zu deiner Abgabe.** ")
    record = json.loads((copied / "records" / student / "toy.json").read_text())
    assert list(done.notices[student, "toy"]) == record["notices"]
    assert not any(notice in autograded(copied, student).cells[0].source for notice in record["notices"])


def test_a_second_run_grades_nothing_and_is_quick(copied):
    before = tree(copied / "autograded")
    started = time.monotonic()
    done = grade(copied)
    assert time.monotonic() - started < 3
    assert (done.graded, done.unchanged) == ((), len(STUDENTS))
    assert set(done.notices) == {(name, "toy") for name in ("broken", "missing", "oversized", "duplicate", "crash")}
    assert tree(copied / "autograded") == before


def test_only_what_changed_is_graded_again(copied, hand_in, points):
    submitted = tree(copied / "submitted")
    hand_in(copied, "blank", **RIGHT)
    hand_in(copied, "new", **RIGHT)
    append(copied / "roster.csv", "new,,,\n")
    shutil.rmtree(copied / "autograded" / "crash")
    done = grade(copied)
    assert done.graded == (("blank", "toy"), ("crash", "toy"), ("new", "toy"))
    assert points(copied, "blank") == points(copied, "new") == {"double": 2.0, "share": 1.0, "why": 0.0}
    assert {path for path, now in tree(copied / "submitted").items() if submitted.get(path) != now} == {
        (copied / "submitted" / student / "toy/toy.ipynb").relative_to(copied / "submitted")
        for student in ("blank", "new")
    }


LATER = """
c.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
c.LateSubmissionPlugin.penalty_method = "zero"
c.Course.show_solutions = "never"
c.Exchange.root = "/exchange"
"""


def test_a_setting_makes_all_be_graded_again_but_no_comment_or_due_date_does(copied):
    append(copied / "nbgrader_config.py", "# A comment.\n")
    with gradebook(load(classroom.open_class(copied))) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
    assert grade(copied).unchanged == len(STUDENTS)
    append(copied / "nbgrader_config.py", LATER)
    assert grade(copied).unchanged == len(STUDENTS)
    append(copied / "nbgrader_config.py", "c.Execute.timeout = 20\n")
    assert grade(copied).unchanged == 0
    assert grade(copied).unchanged == len(STUDENTS)


def by_hand(directory, student, exercise, points):
    """Mark an answer as formgrader does."""
    with gradebook(load(classroom.open_class(directory))) as book:
        given = book.find_grade(exercise, "toy", "toy", student)
        given.manual_score, given.needs_manual_grade = points, False
        book.db.commit()


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def seen(directory, student):
    """Return a student's marks in the results, both exports and formgrader, and the answers still to be marked."""
    grades, exercises = ([row for row in rows(path) if student in row.values()] for path in classroom.export(directory))
    own = [each for each in classroom.results(classroom.open_class(directory)) if each.student == student]
    with gradebook(load(classroom.open_class(directory))) as book:
        submission = book.find_submission("toy", student)
        totals = {
            sum(each.points or 0.0 for each in own),
            sum(float(row["points"] or 0.0) for row in exercises),
            float(grades[0]["raw_score"]),
            submission.score,
        }
        waiting = {grade.name for grade in submission.notebooks[0].grades if grade.needs_manual_grade}
    (total,) = totals
    return total, waiting


@pytest.mark.parametrize("how", ["forced", "setting", "update"])
def test_a_mark_stays_at_any_regrade_unless_its_answer_has_changed(copied, course, hand_in, tmp_path, how):
    assert seen(copied, "right") == (3.0, {"why"})
    by_hand(copied, "right", "why", 3.5)
    by_hand(copied, "mistake-02", "double", 1.5)
    if how == "setting":
        append(copied / "nbgrader_config.py", "c.Execute.timeout = 20\n")
    if how == "update":
        changed = shutil.copytree(course, tmp_path / "course")
        append(changed / "autograder/exercises/toy/share.py", "# Another way to say it.\n")
        classroom.release(copied, update=True, root=changed, console=QUIET)
    done = grade(copied, students=["right", "mistake-02"], force=how == "forced")
    assert len(done.graded) == 2
    assert seen(copied, "right") == (6.5, set())
    assert seen(copied, "mistake-02") == (1.5, {"why"})
    hand_in(copied, "right", why="Another text.", **RIGHT)
    grade(copied, students=["right"])
    assert seen(copied, "right") == (6.5, {"why"}), "the mark is kept, and a person looks at it again"
    told = [each.verdict for each in classroom.results(classroom.open_class(copied)) if each.exercise == "toy/why"]
    assert "graded by hand, but changed since" in told


def test_text_outside_its_cell_is_a_persons_to_mark_with_the_reason(fresh, hand_in):
    def beside(notebook):
        notebook.cells.append(nbformat.v4.new_markdown_cell("Because it is so."))

    hand_in(fresh, "beside", beside, **RIGHT)
    hand_in(fresh, "blank", **RIGHT)
    done = grade(fresh)
    assert seen(fresh, "beside") == (3.0, {"why"})
    assert seen(fresh, "blank") == (3.0, set())
    (notice,) = done.notices["beside", "toy"]
    assert notice == f"why: {doubts.UNANSWERED}"
    (result,) = [
        each
        for each in classroom.results(classroom.open_class(fresh))
        if (each.student, each.exercise) == ("beside", "toy/why")
    ]
    assert (result.points, result.verdict, result.flags) == (None, "to be graded by hand", (doubts.UNANSWERED,))
    by_hand(fresh, "beside", "why", 2.0)
    grade(fresh, force=True)
    assert seen(fresh, "beside") == (5.0, set())


def test_an_import_added_to_a_locked_cell_runs(fresh, hand_in, points):
    def imports(notebook):
        setup = next(cell for cell in notebook.cells if cell.id == "setup-1")
        setup.source += "\nfrom operator import add as plus"

    hand_in(fresh, "one", imports, double="def double(a):\n    return plus(a, a)")
    done = grade(fresh)
    assert points(fresh, "one")["double"] == 2.0
    assert done.notices["one", "toy"] == (
        "What you wrote into locked cells (setup-1) ran as a cell of your own beside them.",
    )


def test_who_is_on_no_roster_is_named_and_graded_only_if_asked_for(copied, hand_in, points):
    hand_in(copied, "o'brien", **RIGHT)
    told = """o'brien is not in roster.csv, and is graded only if named: --student 'o'"'"'brien'"""
    done = grade(copied)
    assert (done.graded, done.warnings) == ((), (told,))
    done = grade(copied, students=["o'brien"])
    assert (done.graded, done.warnings) == ((("o'brien", "toy"),), ())
    assert points(copied, "o'brien")["double"] == 2.0


def test_where_nobody_is_on_the_roster_it_is_an_error(fresh, hand_in):
    for number in range(5001, 5008):
        hand_in(fresh, str(number))
    append(fresh / "roster.csv", "ann,,,\n")
    with pytest.raises(classroom.ClassError) as caught:
        grade(fresh)
    assert "nobody who handed in is in roster.csv (5001, 5002, 5003, 5004, 5005 and 2 more)" in str(caught.value)
    assert "autograder collect" in str(caught.value)
    assert grade(fresh, students=["5001"]).graded == (("5001", "toy"),)


def test_names_from_outside_are_told_without_what_a_terminal_would_obey(fresh, hand_in):
    hand_in(fresh, "one", **RIGHT)
    for name in (b".hidden/toy", b"\xff/toy", b"one/\x1b[31mtoy", b"empty"):
        os.makedirs(os.fsencode(fresh / "submitted") + b"/" + name)
    (fresh / "submitted" / "two.ipynb").touch()
    (fresh / "submitted" / "one" / "toy.ipynb").touch()
    assert set(grade(fresh).warnings) == {
        "submitted/.hidden cannot be a student's id; nothing in it was graded",
        "submitted/\\udcff cannot be a student's id; nothing in it was graded",
        "submitted/one/\\x1b[31mtoy belongs to no assignment of this class",
        "submitted/empty is empty",
        "submitted/two.ipynb is not a student's folder; it was not graded",
        "submitted/one/toy.ipynb is not in the folder of an assignment; it was not graded",
    }


def test_where_nothing_is_understood_it_is_an_error(fresh):
    done = grade(fresh)
    assert done.graded == ()
    told = f"nothing has been handed in yet; to collect a download: autograder collect {fresh} ARCHIVE"
    assert done.warnings == (told,)
    for number in range(30):
        (fresh / "submitted" / f"toy_{number}.ipynb").touch()
    with pytest.raises(classroom.ClassError, match="nothing under submitted/ is a submission") as caught:
        grade(fresh)
    assert str(caught.value).count("\n") == 21
    assert str(caught.value).endswith("and 10 more under submitted/ that were not understood")


def test_force_grades_again_with_the_same_result(copied, points):
    before = points(copied, "mistake-02")
    reports = [output for cell in autograded(copied, "mistake-02").cells for output in cell.get("outputs", ())]
    done = grade(copied, students=["mistake-02"], force=True)
    assert done.graded == (("mistake-02", "toy"),)
    assert points(copied, "mistake-02") == before
    again = [output for cell in autograded(copied, "mistake-02").cells for output in cell.get("outputs", ())]
    assert again == reports, "a regrade draws the same inputs"


def test_another_hand_in_meets_other_inputs(fresh, hand_in):
    """A later cell can show what an answer was asked, and the next hand-in can make use of it."""
    seen = []
    for again in ("", "", "\n# another"):
        double = f"seen = []\ndef double(a):\n    seen.append(np.array(a))\n    return 2 * np.asarray(a){again}"
        hand_in(fresh, "one", double=double, share="print(seen)\nshare = 0.75")
        grade(fresh, force=True)
        seen.append(next(cell.outputs for cell in autograded(fresh, "one").cells if cell.id == "share-answer")[0].text)
    assert "array" in seen[0]
    assert seen[0] == seen[1] != seen[2]


def test_grades_given_by_hand_are_kept(copied, hand_in, points):
    place = classroom.open_class(copied)
    with gradebook(load(place)) as book:
        given = book.find_grade("why", "toy", "toy", "right")
        assert given.needs_manual_grade
        given.manual_score, given.needs_manual_grade = 3.0, False
        book.db.commit()
    assert points(copied, "right")["why"] == 3.0
    grade(copied, students=["right"], force=True)
    with gradebook(load(place)) as book:
        assert book.find_grade("why", "toy", "toy", "right").manual_score == 3.0


def test_what_a_notebook_sees_holds_no_secret(fresh, hand_in):
    """Neither the class's secret nor the student's seed is where the student's code runs."""
    told = "import os; print(sorted(os.environ.items()), os.getcwd(), os.listdir())"
    path = hand_in(fresh, "one", **RIGHT | {"share": told})
    path.with_name("data.csv").write_text("1,2")
    grade(fresh)
    place = classroom.open_class(fresh)
    printed = next(cell.outputs for cell in autograded(fresh, "one").cells if cell.id == "share-answer")[0].text
    assert place.seed_file.read_text().strip() not in printed
    assert place.student_seed("one") not in printed
    assert str(fresh) not in printed
    assert printed.rstrip().endswith("['data.csv']"), "files handed in with the notebook are next to it"


def test_a_notebook_that_dies_or_never_ends_costs_only_that_answer(fresh, hand_in, points):
    append(fresh / "nbgrader_config.py", "c.Execute.timeout = 3\n")
    hand_in(fresh, "dead", **RIGHT | {"share": "import os\nos._exit(1)"})
    hand_in(fresh, "endless", **RIGHT | {"share": "while True: pass"})
    hand_in(fresh, "deadly", **RIGHT | {"double": "import os\ndef double(a):\n    os._exit(1)"})
    hand_in(fresh, "right", **RIGHT)
    done = grade(fresh)
    assert len(done.graded) == 4
    assert points(fresh, "dead") == points(fresh, "endless") == {"double": 2.0, "share": 0.0, "why": 0.0}
    assert points(fresh, "deadly") == {"double": 0.0, "share": 1.0, "why": 0.0}
    assert points(fresh, "right") == {"double": 2.0, "share": 1.0, "why": 0.0}
    verdicts = {
        (result.student, result.exercise): result.verdict
        for result in classroom.results(classroom.open_class(fresh))
        if result.exercise == "toy/double"
    }
    assert verdicts["deadly", "toy/double"] == "killed"
    told = json.dumps(autograded(fresh, "endless").cells)
    assert "did not finish: timed out" in told


def test_each_grade_has_a_record_that_explains_it(graded):
    place = classroom.open_class(graded)
    record = json.loads((graded / "records" / "mistake-02" / "toy.json").read_text())
    assert record["isolation"] in ("namespaces", "none")
    assert record["exercises_digest"] == json.loads((graded / "pinned" / "pin.json").read_text())["topics"]["toy"]
    assert record["seed_id"] not in place.student_seed("mistake-02")
    assert record["sandboxes"] == 1
    findings = record["exercises"]["toy/double"]["findings"]
    assert {finding["verdict"] for finding in findings} <= {"passed", "wrong"}


def test_without_isolation_grading_is_refused_unless_asked_for(fresh, hand_in, monkeypatch, points):
    hand_in(fresh, "right", **RIGHT)

    def refuse(*args, **options):
        raise Refused("unshare: Operation not permitted")

    monkeypatch.setattr(Server, "sandbox", refuse)
    with pytest.raises(classroom.ClassError, match=r"does not isolate notebooks \(unshare.*; see: autograder doctor$"):
        grade(fresh)
    monkeypatch.undo()
    grade(fresh, isolation="none")
    assert points(fresh, "right") == {"double": 2.0, "share": 1.0, "why": 0.0}
    assert json.loads((fresh / "records" / "right" / "toy.json").read_text())["isolation"] == "none"


def test_marks_of_a_submission_count_for_nothing(fresh, hand_in, points):
    def cheat(notebook):
        for cell in notebook.cells:
            cell.metadata["tags"] = ["skip-execution", "raises-exception"]
            if cell.metadata.nbgrader.grade:
                cell.metadata.nbgrader["points"] = 100
                cell.source = "100.0"
                if cell.cell_type == "code":
                    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "100.0"})]

    hand_in(fresh, "cheat", cheat, share="share = 0.75")
    grade(fresh)
    assert points(fresh, "cheat")["double"] == 0.0
    assert points(fresh, "cheat")["share"] == 1.0


PLUGIN = """
from nbgrader.plugins import BasePlugin


class Share(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 4
"""


@pytest.mark.parametrize("setting", ['"share.Share"', "share.Share"], ids=["by name", "imported by the settings"])
def test_a_penalty_by_a_plugin_beside_the_settings_follows_marks_and_extensions(fresh, hand_in, setting):
    (fresh / "share.py").write_text(PLUGIN)
    append(fresh / "nbgrader_config.py", f"import share\nc.AssignLatePenalties.plugin_class = {setting}\n")
    place = classroom.open_class(fresh)
    with gradebook(load(place)) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
    path = hand_in(fresh, "late", why="It is so.", **RIGHT)
    path.with_name("timestamp.txt").write_text("2026-01-02 11:59:00 UTC")
    grade(fresh)
    assert exported(fresh, "late") == (3.0, 0.75, 2.25)
    by_hand(fresh, "late", "why", 1.0)
    assert exported(fresh, "late") == (4.0, 1.0, 3.0)
    table, told = classroom.table(place)
    assert "3.00" in shown(table)
    assert [column.header for column in table.columns] == ["student", "toy\nof 7"], "there is only one assignment"
    assert told == ["Late penalties are taken off."]
    classroom.feedback(fresh, console=QUIET)
    with gradebook(load(place)) as book:
        book.grant_extension("toy", "late", days=2)
    done = grade(fresh)
    assert (done.graded, done.unchanged) == ((), 1)
    assert exported(fresh, "late") == (4.0, 0.0, 4.0)
    assert classroom.feedback(fresh, console=QUIET).pages == (("late", "toy"),), "the page says what was taken off"
    assert "share" not in sys.modules


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("-1", 0.0),
        ("99", 3.0),
        ("float('inf')", 3.0),
        ("True", 1.0),
        ("__import__('numpy').float32(0.5)", 0.5),
        ("__import__('fractions').Fraction(1, 2)", 0.5),
        ("float('nan')", "a penalty must be a number of points or None, got nan for late"),
        ("'2'", "a penalty must be a number of points or None, got '2' for late"),
        ("__import__('sys').exit(3)", "SystemExit: 3"),
    ],
)
def test_a_penalty_is_a_number_of_points_or_the_plugin_has_failed(fresh, given, taken):
    (fresh / "share.py").write_text(PLUGIN.replace("score / 4", given))
    append(fresh / "nbgrader_config.py", 'c.AssignLatePenalties.plugin_class = "share.Share"\n')
    place = classroom.open_class(fresh)
    with gradebook(load(place)) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
        book.add_student("late")
        book.add_submission("toy", "late", timestamp="2026-01-02 12:00:00 UTC")
    by_hand(fresh, "late", "why", 3.0)
    if isinstance(taken, str):
        with pytest.raises(classroom.ClassError, match=f"the plugin for late penalties failed: .*{re.escape(taken)}"):
            classroom.export(fresh)
        return
    assert exported(fresh, "late") == (3.0, taken, 3.0 - taken)
    by_hand(fresh, "late", "why", -2.0)
    assert exported(fresh, "late")[:2] == (-2.0, 0.0), "nothing is taken off below 0, and nothing added"


def test_a_gradebook_that_another_program_writes_to_is_waited_for_and_then_reported(copied, hand_in, monkeypatch):
    hand_in(copied, "right", share="share = 0.25")
    with contextlib.closing(sqlite3.connect(copied / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(config, "WRITTEN_ELSEWHERE", 0.2)
        began = time.monotonic()
        with pytest.raises(classroom.ClassError, match="the gradebook cannot be used .*is locked.* formgrader"):
            grade(copied)
        assert time.monotonic() - began < 30
        other.execute("ROLLBACK")
    assert grade(copied).unchanged == len(STUDENTS) - 1, "what was not recorded is graded now"


def exported(directory, student):
    grades, _ = classroom.export(directory)
    (row,) = [row for row in rows(grades) if row["student_id"] == student]
    return tuple(float(row[name]) for name in ("raw_score", "late_submission_penalty", "score"))


def shown(table):
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_late_penalties_are_nbgraders(fresh, hand_in):
    append(fresh / "nbgrader_config.py", "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    place = classroom.open_class(fresh)
    with gradebook(load(place)) as book:
        book.update_or_create_assignment("toy", duedate="2026-01-01 12:00:00 UTC")
    for student, day in (("early", 1), ("late", 2)):
        path = hand_in(fresh, student, **RIGHT)
        path.with_name("timestamp.txt").write_text(f"2026-01-0{day} 11:59:00 UTC")
    grade(fresh)
    with gradebook(load(place)) as book:
        penalties = {s: book.find_submission("toy", s).late_submission_penalty for s in ("early", "late")}
    assert penalties == {"early": 0.0, "late": 3.0}


def test_what_was_done_stays_done_when_the_rest_is_interrupted(fresh, hand_in, forked, monkeypatch):
    for student in ("a", "b", "c"):
        hand_in(fresh, student, **RIGHT)
    work = pool.work

    def interrupted(job, material, judging):
        if job.student != "a":
            raise KeyboardInterrupt
        return work(job, material, judging)

    monkeypatch.setattr(pool, "work", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade(fresh)
    monkeypatch.undo()
    assert list((fresh / ".autograder").glob("work-*")) == []
    done = grade(fresh)
    assert (done.graded, done.unchanged) == ((("b", "toy"), ("c", "toy")), 1)


@pytest.mark.parametrize(("refusals", "score"), [(1, 3.0), (2, 0.0)])
def test_a_sandbox_refused_late_is_tried_again_and_then_concerns_one_submission(
    fresh, hand_in, forked, monkeypatch, points, tmp_path, refusals, score
):
    for student in ("a", "b", "c"):
        hand_in(fresh, student, **RIGHT)
    sandbox, made = Server.sandbox, tmp_path / "made"

    def sometimes(*args, **options):
        with made.open("a") as file:  # shared by all processes for counting
            file.write("x")
        if 3 <= made.stat().st_size < 3 + refusals:  # the first is the run's own trial, the second is a's
            raise Refused("the sandbox did not start")
        return sandbox(*args, **options)

    monkeypatch.setattr(Server, "sandbox", sometimes)
    done = grade(fresh)
    assert [sum(points(fresh, student).values()) for student in ("a", "b", "c")] == [3.0, score, 3.0]
    told = ["b/toy could not be graded (Refused: the sandbox did not start); the next run tries again"]
    assert list(done.warnings) == told * (refusals - 1)
    monkeypatch.undo()
    grade(fresh)
    assert sum(points(fresh, "b").values()) == 3.0


def test_beyond_the_daily_limit_hand_ins_wait_for_another_day_or_for_force(fresh, hand_in, points, monkeypatch):
    append(fresh / "nbgrader_config.py", "c.Course.daily_limit = 2\nc.Exchange.timezone = 'Pacific/Auckland'\n")
    for share in ("0.1", "0.2"):
        hand_in(fresh, "ann", share=f"share = {share}")
        assert grade(fresh).warnings == ()
    hand_in(fresh, "ann", share="share = 0.75")
    hand_in(fresh, "ben", share="share = 0.75")
    done = grade(fresh)
    assert (done.graded, done.unchanged) == ((("ben", "toy"),), 0)
    (told,) = done.warnings
    assert told.startswith("waiting for another day")
    assert told.endswith("allows: ann/toy; to grade one now: --force --student ann")
    assert (points(fresh, "ann")["share"], points(fresh, "ben")["share"]) == (0.0, 1.0)
    path = fresh / "history" / "ann" / "toy.jsonl"
    times = [each.at for each in classroom.history(fresh, "ann")["toy"]]
    assert len(times) == 2
    path.write_text(path.read_text().replace(times[0], "2026-01-01 12:00:00", 1))
    assert grade(fresh).graded == (("ann", "toy"),), "one of them was graded on another day"
    assert points(fresh, "ann")["share"] == 1.0
    append(fresh / "nbgrader_config.py", "c.Execute.timeout = 20\n")
    assert len(grade(fresh).graded) == 2, "a regrade does not count as another"
    hand_in(fresh, "ann", share="share = 0.3")
    assert grade(fresh).graded == ()
    assert grade(fresh, students=["ann"], force=True).graded == (("ann", "toy"),)
    append(fresh / "nbgrader_config.py", "c.Course.daily_limit = 0\n")
    with pytest.raises(classroom.ClassError, match="daily_limit must be a whole number of 1 or more, or None, got 0"):
        grade(fresh)


STEP = """
from dataclasses import replace

def told(judged, explained):
    if judged.student == "b":
        raise RuntimeError("no mail")
    share = explained["exercises"]["toy/share"]["points"]
    return replace(judged, scores=judged.scores | {"share": share / 2}, notices=(*judged.notices, "Halved."))

c.Grading.judged = told
"""


def test_a_class_has_a_step_of_its_own_between_judged_and_recorded(fresh, hand_in, points):
    for student in ("a", "b"):
        hand_in(fresh, student, **RIGHT)
    append(fresh / "nbgrader_config.py", STEP)
    done = grade(fresh)
    assert points(fresh, "a") == {"double": 2.0, "share": 0.5, "why": 0.0}
    assert done.notices == {("a", "toy"): ("Halved.",)}
    assert done.graded == (("a", "toy"),)
    assert done.warnings == (
        "b/toy could not be graded (c.Grading.judged failed: RuntimeError: no mail); the next run tries again",
    )
    append(fresh / "nbgrader_config.py", "c.Grading.judged = 'told'")
    with pytest.raises(classroom.ClassError, match="must be a function of a Judged and its record, got 'told'"):
        grade(fresh)


def test_what_belongs_to_no_assignment_is_said(copied):
    (copied / "submitted" / "right" / "toys").mkdir()
    assert grade(copied).warnings == ("submitted/right/toys belongs to no assignment of this class",)


def test_other_versions_than_the_pinned_are_said(copied):
    pin = json.loads((copied / "pinned" / "pin.json").read_text())
    pin["versions"]["numpy"] = "0.1"
    (copied / "pinned" / "pin.json").write_text(json.dumps(pin))
    (warning,) = grade(copied).warnings
    assert warning.startswith("the class was released with numpy 0.1, and is graded with ")


def test_another_reference_than_the_pinned_is_said(copied, monkeypatch):
    """An answer may be judged by calling the reference, whose code is not in the class's snapshot."""
    (package := copied / "dnnkit").mkdir()
    (package / "__init__.py").write_text("changed = True\n")
    monkeypatch.setattr(pin.dnnkit, "__file__", str(package / "__init__.py"))
    (warning,) = grade(copied).warnings
    assert re.fullmatch("the class was released with dnnkit [0-9a-f]{12}, and is graded with [0-9a-f]{12}", warning)


def test_an_altered_snapshot_is_refused(copied):
    append(copied / "pinned" / "exercises" / "toy" / "share.py", "\n")
    with pytest.raises(classroom.ClassError, match=r"is not what the release pinned; .* toy --update"):
        grade(copied)


def test_what_cannot_be_graded_is_named(copied, tmp_path):
    with pytest.raises(classroom.ClassError, match="'toys' is not released in this class; released: toy"):
        grade(copied, topics=["toys"])
    with pytest.raises(classroom.ClassError, match="there is no submission from 'nobody'"):
        grade(copied, students=["nobody"])
    classroom.create(tmp_path / "empty")
    with pytest.raises(classroom.ClassError, match="nothing is released in"):
        grade(tmp_path / "empty")
