"""What a worker says is taken only where it can have come of the job: a worker may have been taken over."""

import json
from dataclasses import asdict, replace

import nbformat
import pytest

from autograder.classroom.judging import Job
from autograder.classroom.record import Finished, Judged
from autograder.cluster import received
from autograder.cluster.received import NotUnderstood
from autograder.judge.report import Report
from autograder.judge.show import bundle
from autograder.judge.verdict import PASSED, Finding
from autograder.sandbox.run import Times

REPORT = Report(
    "toy/double", PASSED, 2.0, 2.0, (Finding("check_it", "It doubles.", PASSED, measured=(("error", 0.5),)),)
)
MARKS = {"grade_id": "double", "grade": True, "solution": False, "locked": True, "points": 2.0, "schema_version": 3}
ANSWER = {"grade_id": "double-answer", "grade": False, "solution": True, "locked": False, "schema_version": 3}
JOB = Job("ann", "toy", (), "00", "digest", 100, "namespaces", Times())


def notebook(*outputs):
    graded = nbformat.v4.new_code_cell("check()", id="double", metadata={"nbgrader": MARKS})
    graded.outputs = [
        nbformat.v4.new_output("display_data", bundle(REPORT)),
        nbformat.v4.new_output("execute_result", {"text/plain": "2.0"}),
    ]
    answer = nbformat.v4.new_code_cell("def double(a): ...", id="double-answer", metadata={"nbgrader": ANSWER})
    answer.outputs = list(outputs)
    return nbformat.v4.new_notebook(cells=[answer, graded])


RELEASE = nbformat.writes(notebook())
SHOWN = nbformat.writes(notebook(nbformat.v4.new_output("stream", text="hello"))) + "\n"
RECORD = {
    "student": "ann",
    "topic": "toy",
    "exercises_digest": "digest",
    "isolation": "namespaces",
    "exercises": {"toy/double": REPORT.as_dict()},
}
GOOD = Finished(Judged("ann", "toy", {"double": 2.0}, {"double-answer": None}, notices=("Well.",)), RECORD, SHOWN)


def told(finished):
    return json.loads(json.dumps(asdict(finished)))


def test_what_is_right_is_taken_as_it_is():
    taken = received.finished(told(GOOD), JOB, RELEASE)
    assert (taken.judged, taken.notebook) == (GOOD.judged, SHOWN)
    assert json.dumps(taken.record) == json.dumps(RECORD)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"student": "ben"}, "the grade of another submission"),
        ({"topic": "other"}, "the grade of another submission"),
        ({"scores": {"double": 3.0}}, "3.0 of 2.0 points"),
        ({"scores": {"double": -1}}, "-1 of 2.0 points"),
        ({"scores": {"double": float("nan")}}, "nan of 2.0 points"),
        ({"scores": {"double": True}}, "True of 2.0 points"),
        ({"scores": {"double": "2"}}, "'2' of 2.0 points"),
        ({"scores": {}}, "points of other cells"),
        ({"scores": {"double": 2.0, "more": 1.0}}, "points of other cells"),
        ({"comments": {}}, "comments on other cells"),
        ({"comments": {"double-answer": 3}}, "a comment that is no text"),
        ({"notices": [3]}, "what is no text in its place"),
        ({"answers": {"double": 3}}, "what is no text in its place"),
        ({"others": 3}, "something of another form"),
    ],
)
def test_a_grade_that_cannot_be_is_refused(change, message):
    forged = told(GOOD)
    forged["judged"] |= change
    with pytest.raises(NotUnderstood, match=message):
        received.finished(forged, JOB, RELEASE)


@pytest.mark.parametrize("field", ["student", "topic", "exercises_digest", "isolation"])
def test_a_record_of_something_else_is_refused(field):
    with pytest.raises(NotUnderstood, match="a record of another submission"):
        received.finished(told(replace(GOOD, record=RECORD | {field: "another"})), JOB, RELEASE)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (b"[", "what is no JSON"),
        (b"[" * 100_000, "what is no JSON"),
        (b"[]", "something else than one answer"),
        (b'{"finished": 1, "lost": 2}', "something else than one answer"),
        ("text", "more than it may say"),
    ],
)
def test_what_is_no_answer_is_refused(said, message):
    with pytest.raises(NotUnderstood, match=message):
        received.load(said)


SCRIPT = {"text/html": "<p>2.0</p><script>alert(1)</script>"}


def test_what_a_page_would_run_is_taken_out_of_an_answer():
    bad = nbformat.writes(notebook(nbformat.v4.new_output("display_data", SCRIPT)))
    taken = received.finished(told(replace(GOOD, notebook=bad)), JOB, RELEASE).notebook
    assert "<p>2.0</p>" in taken
    assert "script" not in taken


def test_what_a_page_would_run_is_taken_out_of_a_verdict():
    bad = notebook()
    bad.cells[1].outputs[0].data = SCRIPT
    taken = received.finished(told(replace(GOOD, notebook=nbformat.writes(bad))), JOB, RELEASE).notebook
    assert "script" not in taken


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"cells": 3, "nbformat": 4, "nbformat_minor": 5})])
def test_what_is_no_notebook_is_refused(text):
    with pytest.raises(NotUnderstood, match="something of another form"):
        received.finished(told(replace(GOOD, notebook=text)), JOB, RELEASE)
