"""A class's settings take effect, or are refused by name."""

import math
import os
import sysconfig

import pytest
from nbgrader import api
from traitlets.config import Config

from autograder import classroom
from autograder.classroom import config as settings


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.Course.hidden_verdict = 'never'", r"c.Course.hidden_verdict, which .* c.Course.hidden_verdicts$"),
        ("c.Grading.judge = print", r"c.Grading.judge, which is not a setting; perhaps it should be c.Grading.judged$"),
        ("c.Course.x = 1", r"c.Course.x, .* c.Course.counts or c.Course.daily_limit or "),
        ("c.Course.counts = ", r"does not run \(SyntaxError"),
    ],
)
def test_what_is_no_setting_is_named(tmp_path, line, said):
    place = classroom.create(tmp_path / "class")
    with place.config_file.open("a") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(classroom.ClassError, match=said):
        settings.load(place)


def test_each_setting_that_a_new_class_names_is_one(tmp_path):
    place = classroom.create(tmp_path / "class")
    text = place.config_file.read_text()
    for kind, names in settings.OURS.items():
        for name in names:
            assert f"c.{kind}.{name} = " in text
    place.config_file.write_text(text.replace("# c.Grading", "c.Grading").replace("# c.Course", "c.Course"))
    assert set(settings.load(place).Course) <= set(settings.OURS["Course"])


@pytest.mark.parametrize(
    ("course", "limit"),
    [
        ({}, math.inf),
        ({"counts": "last"}, math.inf),
        ({"counts": "best"}, settings.BEST_A_DAY),
        ({"counts": "best", "daily_limit": None}, settings.BEST_A_DAY),
        ({"counts": "best", "daily_limit": 300}, 300),
        ({"daily_limit": 3}, 3),
    ],
)
def test_an_unset_limit_is_none_unless_the_best_hand_in_counts(course, limit):
    assert settings.daily_limit(Config({"Course": course})) == limit


def test_a_gradebook_has_the_version_that_nbgrader_finds_in_a_process_of_its_own(monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])))
    assert settings.version_of_tables() == api.get_alembic_version()
