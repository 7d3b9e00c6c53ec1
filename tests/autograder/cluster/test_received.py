"""What a worker says is accepted only if the job can have produced it: a worker may have been hijacked."""

import json
from dataclasses import asdict, replace

import nbformat
import pytest

from autograder import language
from autograder.classroom import sanitize
from autograder.classroom.judging import Job
from autograder.classroom.record import Finished, Judged
from autograder.cluster import received, station
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
    "seed_id": "0123",
    "exercises": {"toy/double": REPORT.as_dict()},
    "flags": {"toy/double": ("it is the reference",)},
    "notices": ("Well.",),
    "answers": {"double": "abc"},
    "seconds": {"cells": 0.5},
}
GOOD = Finished(Judged("ann", "toy", {"double": 2.0}, {"double-answer": None}, notices=("Well.",)), RECORD, SHOWN)


def told(finished):
    return said(asdict(finished))


def said(what):
    return station.FINISHED + b"\n" + json.dumps(what).encode()


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
        ({"scores": {"double": float("inf")}}, "inf of 2.0 points"),
        ({"scores": {"double": True}}, "another form"),
        ({"scores": {"double": "2"}}, "another form"),
        ({"scores": {}}, "points of other cells"),
        ({"scores": {"double": 2.0, "more": 1.0}}, "points of other cells"),
        ({"comments": {}}, "comments on other cells"),
        ({"comments": {"double-answer": 3}}, "another form"),
        ({"comments": {"double-answer": "Well done."}}, "a comment of its own"),
        ({"notices": [3]}, "another form"),
        ({"notices": ["x" * 2**17]}, "more than a student is told"),
        ({"notices": ["half a letter: \ud800"]}, "another form"),
        ({"answers": {"double": 3}}, "another form"),
        ({"answers": {"other": "abc"}}, "of other cells"),
        ({"doubts": ["other"]}, "of other cells"),
        ({"timestamp": "yesterday, I think"}, "another form"),
        ({"timestamp": "9" * 5000}, "another form"),
        ({"others": 3}, "another form"),
    ],
)
def test_an_impossible_grade_is_refused(change, message):
    forged = asdict(GOOD)
    forged["judged"] |= change
    with pytest.raises(NotUnderstood, match=message):
        received.finished(said(forged), JOB, RELEASE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flags": []}, "another form"),
        ({"flags": {"toy/double": 5}}, "another form"),
        ({"flags": {"toy/other": []}}, "flags of other exercises"),
        ({"answers": None}, "another form"),
        ({"answers": {"other": "abc"}}, "answers to other exercises"),
        ({"exercises": {"toy/other": REPORT.as_dict()}}, "reports on other exercises"),
        ({"exercises": {"toy/double": REPORT.as_dict() | {"exercise": "toy/other"}}}, "a report on another exercise"),
        ({"exercises": {"toy/double": REPORT.as_dict() | {"verdict": "splendid"}}}, "no verdict"),
        ({"exercises": {"toy/double": REPORT.as_dict() | {"points": float("nan")}}}, "points without end"),
        ({"exercises": {"toy/double": REPORT.as_dict() | {"points": 10**400}}}, "another form"),
        ({"exercises": {"toy/double": {"exercise": "toy/double"}}}, "another form"),
        ({"seconds": {"cells": "long"}}, "another form"),
        ({"more": 3}, "another form"),
    ],
)
def test_an_impossible_record_is_refused(change, message):
    """Every later command reads records: a malformed record would make it fail for the whole class."""
    with pytest.raises(NotUnderstood, match=message):
        received.finished(told(replace(GOOD, record=RECORD | change)), JOB, RELEASE)


@pytest.mark.parametrize("field", ["student", "topic", "exercises_digest", "isolation"])
def test_a_record_of_something_else_is_refused(field):
    with pytest.raises(NotUnderstood, match="a record of another submission"):
        received.finished(told(replace(GOOD, record=RECORD | {field: "another"})), JOB, RELEASE)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (b"finished\n[", "something that is not JSON"),
        (b"finished\n" + b"[" * 100_000, "something that is not JSON"),
        (b"finished\n[]", "something of another form"),
        (b"finished", "something that is not JSON"),
        (b"finish\n{}", "something other than an answer"),
        (b"", "something other than an answer"),
    ],
)
def test_what_is_no_answer_is_refused(said, message):
    with pytest.raises(NotUnderstood, match=message):
        received.finished(said, JOB, RELEASE)


def test_a_fault_of_the_worker_is_told_in_a_line():
    with pytest.raises(RuntimeError, match="^OSError: no mood") as raised:
        received.finished(station.FAULT + b"\nOSError: no mood\x1b[2J" + b"x" * 10_000, JOB, RELEASE)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) == received.MOST_OF_A_FAULT


def test_a_verdict_speaks_the_language_of_the_class():
    """A worker knows none of the settings that apply after grading."""
    with language.using("de"):
        taken = received.finished(told(GOOD), JOB, RELEASE).notebook
    assert "Bestanden" in taken
    assert "Passed" not in taken


SCRIPT = {"text/html": "<p>2.0</p><script>alert(1)</script>"}
BREAKS_OUT = '"><script>alert(1)</script>'


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


@pytest.mark.parametrize(
    "change",
    [
        lambda graded, cell: cell.metadata.nbgrader.update(grade_id=BREAKS_OUT),
        lambda graded, cell: cell.metadata.nbgrader.update(points=BREAKS_OUT),
        lambda graded, cell: cell.metadata.update(nbgrader=BREAKS_OUT),
        lambda graded, cell: cell.metadata.update(tags=[BREAKS_OUT]),
        lambda graded, cell: cell.update({"execution_count": BREAKS_OUT, "more": BREAKS_OUT}),
        lambda graded, cell: cell.outputs[-1].update(execution_count=BREAKS_OUT),
        lambda graded, cell: cell.outputs[0].get("metadata", {}).update({BREAKS_OUT: BREAKS_OUT}),
        lambda graded, cell: graded.metadata.update(title=BREAKS_OUT, widgets={"state": BREAKS_OUT}),
        lambda graded, cell: graded.metadata.update(language_info={"name": BREAKS_OUT}),
    ],
)
def test_nothing_of_a_notebook_counts_but_what_its_cells_say_and_show(change):
    """Page templates put metadata into a page unescaped: none of it is the worker's."""
    bad = nbformat.from_dict(json.loads(json.dumps(notebook(nbformat.v4.new_output("stream", text="hello")))))
    for cell in bad.cells:
        change(bad, cell)
    assert BREAKS_OUT in json.loads(json.dumps(json.dumps(bad))).replace("\\", "")
    assert received.finished(told(replace(GOOD, notebook=json.dumps(bad))), JOB, RELEASE).notebook == SHOWN


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code", "id": BREAKS_OUT, "metadata": {}, "source": "", "outputs": []},
        {"cell_type": "code", "id": "double", "metadata": {}, "source": "", "outputs": []},
        {"cell_type": "code", "id": "more", "metadata": {}, "source": 5, "outputs": []},
        {"cell_type": "markdown", "id": "more", "metadata": {}, "source": ["words", 5]},
        {"cell_type": "code", "id": "more", "metadata": {}, "source": "", "outputs": 5},
        {"cell_type": "code", "id": 5, "metadata": {}, "source": "", "outputs": []},
        {"cell_type": "code", "id": "more", "metadata": {}, "source": "\ud800", "outputs": []},
    ],
)
def test_an_impossible_cell_is_refused(cell):
    bad = json.loads(SHOWN)
    bad["cells"].append(cell)
    with pytest.raises(NotUnderstood):
        received.finished(told(replace(GOOD, notebook=json.dumps(bad))), JOB, RELEASE)


def test_what_grew_when_it_was_cleaned_is_taken_as_it_is():
    raw = [{"output_type": "display_data", "data": {"text/html": "<" * 250_000}, "metadata": {}}] * 4
    cleaned = list(map(nbformat.from_dict, sanitize.outputs(raw)))
    assert len(cleaned[0].data["text/html"]) > sanitize.MOST_HTML
    shown = nbformat.writes(notebook(*cleaned)) + "\n"
    assert received.finished(told(replace(GOOD, notebook=shown)), JOB, RELEASE).notebook == shown


EMPTY = {"output_type": "stream", "name": "stdout", "text": ""}


@pytest.mark.parametrize(
    ("cells", "source", "outputs", "message"),
    [(2500, "", 0, "more cells"), (20, "x" * 40_000, 0, received.MUCH), (100, "", 100, received.MUCH)],
)
def test_no_more_is_looked_at_than_a_page_has_room_for(cells, source, outputs, message):
    bad = json.loads(SHOWN)
    bad["cells"] += [
        {"cell_type": "code", "id": f"added-{n}", "metadata": {}, "source": source, "outputs": [EMPTY] * outputs}
        for n in range(cells)
    ]
    with pytest.raises(NotUnderstood, match=message):
        received.finished(told(replace(GOOD, notebook=json.dumps(bad))), JOB, RELEASE)


def test_cells_of_a_students_own_are_kept_in_forms_that_no_page_runs():
    bad = json.loads(SHOWN)
    pictures = {"a.svg": {"image/svg+xml": BREAKS_OUT}, "a.png": {"image/png": BREAKS_OUT}}
    bad["cells"] += [
        {"cell_type": "raw", "id": "added-1", "metadata": {"raw_mimetype": "text/html"}, "source": "own"},
        {"cell_type": BREAKS_OUT, "id": "added-2", "metadata": {}, "source": "own"},
        {"cell_type": "markdown", "id": "added-3", "metadata": {}, "source": "own", "attachments": pictures},
    ]
    kept = nbformat.reads(
        received.finished(told(replace(GOOD, notebook=json.dumps(bad))), JOB, RELEASE).notebook, as_version=4
    )
    nbformat.validate(kept)
    own = [(cell.cell_type, cell.source, cell.metadata, cell.get("attachments")) for cell in kept.cells[2:]]
    raw = ("raw", "own", {"raw_mimetype": "text/plain"}, None)
    assert own == [raw, raw, ("markdown", "own", {}, None)]


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"cells": 3, "nbformat": 4, "nbformat_minor": 5})])
def test_what_is_no_notebook_is_refused(text):
    with pytest.raises(NotUnderstood, match="something of another form"):
        received.finished(told(replace(GOOD, notebook=text)), JOB, RELEASE)
