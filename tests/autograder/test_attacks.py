"""The attack suite holds: no unearned points, no harm to anybody else, and nothing left behind."""

import json

import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from autograder import classroom
from tests.autograder.attacks import suite

ATTACKS = suite.attacks()
pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("attacks"),
    pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId"),
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("attacks") / "class"


@pytest.fixture(scope="module")
def outcome(directory):
    """The outcome of the whole suite, graded in one run."""
    return suite.run(directory)


def test_there_are_enough_of_them_with_names_of_their_own():
    assert len(ATTACKS) >= 120
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(attack.tries for attack in ATTACKS)


@pytest.mark.parametrize("name", [attack.name for attack in ATTACKS])
def test_it_gets_what_it_earned(outcome, name):
    row = next(row for row in outcome.rows if row.name == name)
    assert row.obtained == row.expected, row.tries


def test_none_costs_more_than_a_submission_may(outcome):
    dear = {row.name: (row.seconds, row.mib) for row in outcome.rows if not row.held}
    assert not dear


def test_honest_students_among_them_get_full_points(outcome):
    assert outcome.innocent == dict.fromkeys(suite.INNOCENT, suite.FULL)


def test_the_sample_class_among_them_gets_what_it_was_made_for(outcome):
    assert outcome.sample == ()


def test_the_batch_is_finished_and_nothing_is_left_behind(outcome):
    assert outcome.unrecorded == ()
    assert outcome.left == ()


def test_no_grade_met_with_an_error_of_the_judge(outcome, directory):
    for path in (directory / "records").glob("*/*.json"):
        assert "error" not in json.loads(path.read_text()), path


@pytest.fixture(scope="module")
def pages(outcome, directory):
    students = ("script_in_outputs", "script_in_markdown", "another_name", "kept_outputs", "report_in_an_output")
    students += suite.STRANGE_IDS
    classroom.feedback(directory, students=students, console=Console(quiet=True))
    return [directory / "feedback" / student / "toy" / "toy.html" for student in students]


def test_feedback_runs_no_script_of_a_submission(pages, browser):
    opened = []
    for path in pages:
        page = browser.new_page()
        page.route("http*://**", lambda route: route.abort())
        said = []
        page.on("dialog", lambda dialog, said=said: (said.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        for link in page.locator("#notebook-container a, .nbgrader_cell a, body a").all():
            link.dispatch_event("click")
        opened.append((path, page, said))
    page.wait_for_timeout(300)  # for all of them
    for path, page, said in opened:
        assert page.title() != "hacked", path
        assert said == [], path
        page.close()


def test_feedback_keeps_the_judges_own_report_and_what_was_written(pages):
    shown = BeautifulSoup(pages[1].read_text(encoding="utf-8"), "html.parser")
    assert [report["aria-label"] for report in shown.select(".dnn-report")][0] == "Verdict on toy/double"
    assert "It ends in an even digit." in shown.get_text()
    forged = BeautifulSoup(pages[4].read_text(encoding="utf-8"), "html.parser").select(".dnn-report")
    assert len(forged) == len(suite.EXERCISES), "an output cannot look like the judge's report"
