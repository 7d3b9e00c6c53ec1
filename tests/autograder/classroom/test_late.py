"""Late work costs what the class's settings say, even when nbgrader's own command grades."""

import re
import shutil
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets.config import Config

from autograder import classroom
from autograder.classroom.config import gradebook, load
from autograder.classroom.late import DAY, ByTheDay, Penalty

SHARES = st.floats(0, 1)
DUE = datetime(2026, 2, 2, 12)
SCORE = 3  # the points of the sample class's student `right`, whose text is not marked


def append(place, line):
    with (place / "nbgrader_config.py").open("a") as file:
        file.write(f"{line}\n")


def opened(place):
    return gradebook(load(classroom.open_class(place)))


def penalty(place):
    """Return the penalty of the student `right` in nbgrader's gradebook."""
    with opened(place) as book:
        return book.find_submission("toy", "right").late_submission_penalty


@pytest.mark.parametrize(
    ("course", "seconds", "taken"),
    [
        ({"late_penalty": 0.25}, 1, 0.25),
        ({"late_penalty": 0.25}, DAY, 0.25),
        ({"late_penalty": 0.25}, DAY + 1, 0.5),
        ({"late_penalty": 0.25}, 9 * DAY, 1),
        ({"late_penalty": 0.25, "late_penalty_limit": 0.5}, 9 * DAY, 0.5),
        ({"late_penalty": 0.25, "late_grace": 10}, 600, 0),
        ({"late_penalty": 0.25, "late_grace": 10}, DAY + 601, 0.5),
        ({"late_penalty": 1}, 1, 1),
    ],
)
def test_the_settings_take_off_a_share_of_the_points(course, seconds, taken):
    plugin = ByTheDay(config=Config({"Course": course}))
    assert plugin.late_submission_penalty("ann", SCORE, seconds) == SCORE * taken


@pytest.mark.parametrize(("method", "taken"), [("none", None), ("zero", SCORE)])
def test_without_a_setting_nbgraders_own_holds(method, taken):
    config = Config({"LateSubmissionPlugin": {"penalty_method": method}})
    assert ByTheDay(config=config).late_submission_penalty("ann", SCORE, 9 * DAY) == taken


def test_nbgraders_own_command_and_ours_take_off_the_same(copied, nbgrader):
    append(copied, "c.Course.late_penalty = 0.25")
    with opened(copied) as book:
        book.update_or_create_assignment("toy", duedate=str(DUE))
    (copied / "submitted" / "right" / "toy" / "timestamp.txt").write_text(f"{DUE + timedelta(days=1.5)} UTC")
    shutil.rmtree(copied / "autograded" / "right")
    done = nbgrader(copied, "autograde", "toy", "--student=right")
    assert done.returncode == 0, done.stderr
    assert penalty(copied) == SCORE / 2
    append(copied, "c.Course.late_penalty_limit = 1 / 3")
    classroom.export(copied)
    assert penalty(copied) == SCORE / 3
    append(copied, "c.AssignLatePenalties.plugin_class = 'own.Plugin'")
    with pytest.raises(classroom.ClassError, match="^c.Course.late_penalty and c.AssignLate.* remove one of them$"):
        classroom.export(copied)


@pytest.mark.parametrize(
    ("course", "said"),
    [
        ({"late_penalty": 10}, "c.Course.late_penalty must be a number from 0 to 1, got 10$"),
        ({"late_penalty": "10%"}, "c.Course.late_penalty must be a number from 0 to 1, got '10%'$"),
        ({"late_penalty_limit": -1}, "c.Course.late_penalty_limit must be a number from 0 to 1, got -1$"),
        ({"late_grace": True}, "c.Course.late_grace must be a number from 0 up, in minutes, got True$"),
    ],
)
def test_an_invalid_setting_is_refused(course, said):
    with pytest.raises(classroom.ClassError, match=said):
        ByTheDay(config=Config({"Course": course}))


@pytest.mark.parametrize(
    ("penalty", "words"),
    [
        (Penalty(0, 1, 0), ""),
        (Penalty(0.1, 1, 0), "10% of your points are taken off for each day late or part of one"),
        (Penalty(0.1, 0.5, 900), "10% .* part of one, at most 50%; up to 15 minutes cost nothing"),
        (Penalty(1, 0.3, 0), "30% of your points are taken off"),
    ],
)
def test_it_is_told_in_words(penalty, words):
    assert re.fullmatch(words, str(penalty))


@given(SHARES, SHARES, st.floats(0, 7 * DAY), st.floats(0, 30 * DAY), st.floats(0, 30 * DAY))
def test_who_is_later_loses_no_less_and_nobody_more_than_the_limit(daily, limit, grace, one, other):
    shares = [Penalty(daily, limit, grace).share(seconds) for seconds in sorted((one, other))]
    assert 0 <= shares[0] <= shares[1] <= limit
    assert Penalty(daily, limit, grace).share(grace) == 0
