"""A whole term with 200 awkwardly named students: every resulting number is the one that arithmetic gives."""

import csv
import io
import json
import re
import shutil
import unicodedata
import zipfile
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from autograder import classroom
from autograder.classroom.config import gradebook, load

QUIET = Console(quiet=True)
TOPICS = ("toy", "play", "game")
CLASS = range(200)
FIRST = (
    "Çağla",
    "Jean-Luc",
    "O'Neil",
    "李",
    "X Æ",
    "Ἀνδρέας",
    "Zoe\u0308",
    "José María",
    "Ngọc",
    "فاطمة",
    "Ann",
    "Ed",
)
LAST = (
    "Öz", "O'Brien", "Smith, Jr.", "王", "de la Cruz", "Müller-Lüdenscheidt", "=SUM(A1)", "Nguyễn", "van 't Hoff",
    'McDonald "Mac"', "Ó Súilleabháin", "-1", "Łącki", "Null", "أحمد", "Sørensen", "Doe",
)  # fmt: skip
DUE = datetime(2026, 3, 2, 18)
DOUBLE, SQUARE = "def double(a):\n    return 2 * a", "def double(a):\n    return a * a"
SETTINGS = "\nc.LateSubmissionPlugin.penalty_method = 'zero'\nc.CourseDirectory.course_id = 'term'\n"


def student(i):
    """An id: numbers, names with spaces, apostrophes and letters of any script."""
    return (f"s{i:03}", f"o'neil {i}", f"ünal-{i}", f"李{i}", f"{5000 + i}")[i % 5]


def name(i):
    """The last two have the names of the first two."""
    return FIRST[i % 198 % len(FIRST)], LAST[i % 198 // len(FIRST)]


def is_missing(i, topic):
    return (i + TOPICS.index(topic)) % 20 == 7


def is_extended(i, topic):
    return topic == "play" and i % 40 == 3


def is_late(i, topic):
    return (i + TOPICS.index(topic)) % 20 == 3


def is_twice(i):
    return i % 10 == 1


def knows(i):
    """Whether a student gets the function and the value right, and writes a text."""
    return i % 4 != 0, i % 3 != 0, i % 5 == 0


def mark(i):
    return i % 9 / 2


def score(i, topic, doubled=2.0):
    """A student's score: the answers' points and the mark, and nothing for late work."""
    double, share, text = knows(i)
    if is_missing(i, topic) or (is_late(i, topic) and not is_extended(i, topic)):
        return 0.0
    return doubled * double + share + mark(i) * text


def three(toy, root):
    """Make a course of three assignments from a course of one."""
    shutil.copytree(toy, root)
    chapter, exercises = root / "chapters" / "toy.md", root / "autograder" / "exercises"
    for topic in TOPICS[1:]:
        (root / "chapters" / f"{topic}.md").write_text(chapter.read_text().replace("toy/", f"{topic}/"))
        shutil.copytree(exercises / "toy", exercises / topic)
    toc = root / "_toc.yml"
    toc.write_text(toc.read_text() + "".join(f"- file: chapters/{topic}\n" for topic in TOPICS[1:]))
    return root


def notebook(released, double, share, text):
    """Return a hand-in as bytes: the release with the answers filled in."""
    sources = {"double-answer": double, "share-answer": share, "why": text}
    made = json.loads(released)
    for cell in made["cells"]:
        place = cell["metadata"]["nbgrader"]["grade_id"]
        if place in sources and sources[place] is not None:
            cell["source"] = sources[place]
    return json.dumps(made).encode()


def hand_ins(place, topic):
    """Yield (student's number, which attempt, when, content) for every hand-in."""
    released = place.step("release", topic, f"{topic}.ipynb").read_text()
    for i in CLASS:
        if is_missing(i, topic):
            continue
        double, share, text = knows(i)
        said = f"It is so, says {name(i)[0]}." if text else None
        when = DUE + timedelta(days=1 if is_late(i, topic) else -1)
        if is_twice(i):
            yield i, 1, when - timedelta(hours=5), notebook(released, SQUARE, "share = 0.5", said)
        own = (DOUBLE if double else SQUARE, "share = 0.75" if share else "share = 0.25", said)
        yield i, 2, when, notebook(released, *own)


def canvas_name(i):
    """A name as Canvas writes it: in sortable order, its letters, marks and digits only, in lower case."""
    first, last = name(i)
    return "".join(c for c in (last + first).lower() if unicodedata.category(c)[0] in "LM" or c.isdigit())


def path_in(system, i, time):
    """The path of a hand-in in a download."""
    topic = {"canvas": "toy", "moodle": "play", "folder": "game"}[system]
    late = "_LATE" * is_late(i, topic)
    moodle = f"{' '.join(name(i))}_{7000 + i}_assignsubmission_file/play ({time}).ipynb"
    return {
        "canvas": f"{canvas_name(i)}{late}_{9000 + i}_{2 * i + time}_toy-{time}.ipynb",
        "moodle": moodle if time == 2 else moodle.replace("play", "old/play", 1),
        "folder": f"{student(i)}/{time}/game.ipynb",
    }[system]


def download(place, topic, system, path):
    """Write a download in the form of a learning management system's."""
    with zipfile.ZipFile(path, "w") as archive:
        for i, time, when, content in hand_ins(place, topic):
            if system == "moodle" and time == 1:
                continue  # Moodle keeps the last
            archive.writestr(zipfile.ZipInfo(path_in(system, i, time), when.timetuple()[:6]), content)
    return path


def worksheet(path, topic):
    """Write Moodle's grading worksheet, which tells students with the same name apart, and has the times."""
    lines = [("Identifier", "Full name", "ID number", "Email address", "Last modified (submission)")]
    for i in CLASS:
        when = f"{DUE + timedelta(days=1 if is_late(i, topic) else -1):%A, %d %B %Y, %I:%M %p}"
        told = "-" if is_missing(i, topic) else when
        lines.append((f"Participant {7000 + i}", " ".join(name(i)), student(i), f"{i}@x.example", told))
    path.write_text(table(lines), encoding="utf-8")
    return path


def table(lines):
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue()


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def book(place):
    return gradebook(load(place))


def scores(place):
    """The scores by (student, topic) in nbgrader's own gradebook, with penalties taken off."""
    with book(place) as opened:
        return {
            (each.student.id, topic): each.score - each.late_submission_penalty
            for topic in TOPICS
            for each in opened.assignment_submissions(topic)
        }


def expected(doubled=lambda topic: 2.0):
    return {
        (student(i), topic): score(i, topic, doubled(topic))
        for topic in TOPICS
        for i in CLASS
        if not is_missing(i, topic)
    }


@pytest.mark.long
def test_a_term(course, tmp_path):
    course = three(course, tmp_path / "course")
    place = classroom.create(tmp_path / "class")
    lines = [(student(i), *name(i), f"{i}@x.example", 9000 + i) for i in CLASS]
    place.roster_file.write_text(table([("id", "first_name", "last_name", "email", "lms_user_id"), *lines]))
    place.config_file.write_text(place.config_file.read_text() + SETTINGS)
    classroom.release(place.root, root=course)
    with book(place) as opened:
        for topic in TOPICS:
            opened.update_or_create_assignment(topic, duedate=f"{DUE} UTC")
    collected(place, tmp_path)
    graded(place)
    regraded(place, course)
    exported(place)
    reported(place)


def collected(place, tmp_path):
    """Everybody is identified, even with a shared name, with the right one of two hand-ins and its time."""
    for topic, system in zip(TOPICS, ("canvas", "moodle", "folder")):
        archive = download(place, topic, system, tmp_path / f"{topic}.zip")
        options = {"listed": worksheet(tmp_path / "worksheet.csv", topic)} if system == "moodle" else {}
        options |= {"times": "archive", "assignment": topic}
        done = classroom.collect(place.root, archive, **options)
        there = [i for i in CLASS if not is_missing(i, topic)]
        assert done.unmatched == {}
        assert {row.student for row in done.rows if row.state == "new"} == {student(i) for i in there}
        assert {row.student for row in done.rows if row.late} == {student(i) for i in there if is_late(i, topic)}
        assert set(done.missing[topic]) == {student(i) for i in CLASS if is_missing(i, topic)}
        twice = {row.student for row in done.rows if "handed in 2 times" in row.note}
        assert twice == (set() if system == "moodle" else {student(i) for i in there if is_twice(i)})
        again = classroom.collect(place.root, archive, **options)
        assert {row.state for row in again.rows} == {"unchanged"}


def graded(place):
    """Scores are those of the answers, then of the marks, and an extension takes effect without running any code."""
    done = classroom.grade(place.root, console=QUIET)
    assert len(done.graded) == len(expected())
    assert done.warnings == ()
    with book(place) as opened:
        for topic in TOPICS:
            for i in CLASS:
                if knows(i)[2] and not is_missing(i, topic):
                    given = opened.find_grade("why", topic, topic, student(i))
                    assert given.needs_manual_grade
                    given.manual_score, given.needs_manual_grade = mark(i), False
                if is_extended(i, topic) and not is_missing(i, topic):
                    opened.grant_extension(topic, student(i), days=2)
        opened.db.commit()
    assert classroom.grade(place.root, console=QUIET).graded == ()
    assert scores(place) == expected()


def regraded(place, course):
    """A changed exercise moves the grades that were announced to move, and no mark."""
    exercise = course / "autograder" / "exercises" / "toy" / "double.py"
    exercise.write_text(exercise.read_text().replace("2 * a,", "3 * a,"))
    moved, before = [], {path: path.read_bytes() for path in place.root.rglob("*") if path.is_file()}
    options = {"update": True, "root": course, "announce": moved.extend, "console": QUIET}
    classroom.release(place.root, ["toy"], dry_run=True, **options)
    assert {path: path.read_bytes() for path in place.root.rglob("*") if path.is_file()} == before
    moving = {student(i) for i in CLASS if knows(i)[0] and not is_missing(i, "toy")}
    assert {(each.student, each.exercise, each.before, each.after) for each in moved} == {
        (each, "toy/double", 2.0, 1.0) for each in moving
    }
    classroom.release(place.root, ["toy"], update=True, root=course, console=QUIET)
    assert len(classroom.grade(place.root, console=QUIET).graded) == sum(not is_missing(i, "toy") for i in CLASS)
    assert scores(place) == now()
    i = next(i for i in CLASS if all(knows(i)) and mark(i) and not (is_missing(i, "toy") or is_late(i, "toy")))
    entries = classroom.history(place.root, student(i), "toy")["toy"]
    assert [each.by for each in entries] == ["grading run", "by hand", "grading run"]
    assert entries[-1].why == ("changed exercises",)
    assert [each.score for each in entries] == [3.0, 3.0 + mark(i), 2.0 + mark(i)]


def now():
    return expected(lambda topic: 1.0 if topic == "toy" else 2.0)


def exported(place):
    """Each system gets a row for each student, with the score if there is one."""
    told = now()
    grades, exercises = classroom.export(place.root)
    listed = rows(grades)
    assert len(listed) == len(CLASS) * len(TOPICS)
    found = {(each["student_id"], each["assignment"]): float(each["score"]) for each in listed}
    assert {key: found[key] for key in told} == told
    assert all(value == 0.0 for key, value in found.items() if key not in told)
    names = {row["student_id"]: (row["first_name"], row["last_name"].removeprefix("'")) for row in listed}
    assert names == {student(i): name(i) for i in CLASS}
    assert len(rows(exercises)) == 3 * len(told)
    (path,) = classroom.FORMATS["canvas"](place.root)
    points, *students = rows(path)
    assert [points[topic] for topic in TOPICS] == ["7"] * 3
    for row in students:
        for topic in TOPICS:
            given = told.get((row["SIS User ID"], topic))
            assert row[topic] == ("" if given is None else f"{given:g}")
    (path,) = classroom.FORMATS["moodle"](place.root)
    missing = [row for row in rows(path) if row["Assignment: game (Real)"] == "-"]
    assert {row["ID number"] for row in missing} == {student(i) for i in CLASS if is_missing(i, "game")}
    (folder,) = classroom.FORMATS["gradescope"](place.root)
    written = {path.parts[-3:-1]: json.loads(path.read_text())["score"] for path in folder.rglob("results.json")}
    assert written == told
    (path,) = classroom.FORMATS["json"](place.root)
    late = {(each["student"], each["topic"]) for each in json.loads(path.read_text())["grades"] if each["late"]}
    assert late == {(student(i), topic) for topic in TOPICS for i in CLASS if counts_as_late(i, topic)}


def counts_as_late(i, topic):
    return is_late(i, topic) and not is_missing(i, topic) and not is_extended(i, topic)


def reported(place):
    """The report's numbers are those of the class."""
    page = BeautifulSoup(classroom.report(place.root).read_bytes(), "html.parser")
    for topic in TOPICS:
        facts = [each.get_text() for each in page.select_one(f"section#{topic}").select(".facts li")]
        numbers = [int(re.match(r"\d+", each)[0]) for each in facts]
        there = sum(not is_missing(i, topic) for i in CLASS)
        late = sum(counts_as_late(i, topic) for i in CLASS)
        assert numbers == [there, len(CLASS) - there, late, 0, 0], facts
    assert len(page.select("#students tbody tr")) == len(CLASS)
    assert len(page.select("#late-and-missing tbody tr")) == sum(
        is_missing(i, topic) or counts_as_late(i, topic) for topic in TOPICS for i in CLASS
    )
