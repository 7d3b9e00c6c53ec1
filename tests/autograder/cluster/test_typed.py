"""Plain data are of a type if a record of that type, put through JSON, would look the same."""

import json
from dataclasses import asdict

import pytest

from autograder.classroom.record import Explained, Judged
from autograder.cluster.typed import is_typed

JUDGED = json.loads(json.dumps(asdict(Judged("ann", "toy", {"double": 2.0, "why": None}, {}, notices=("Well.",)))))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (JUDGED, Judged),
        (2, float),
        (None, str | None),
        ([], tuple[str, ...]),
        (["error", 0.5], tuple[str, float]),
    ],
)
def test_what_is_of_a_type_is_told(value, kind):
    assert is_typed(value, kind)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (JUDGED | {"more": 1}, Judged),
        ({name: value for name, value in JUDGED.items() if name != "fault"}, Judged),
        (JUDGED | {"scores": {"double": "2"}}, Judged),
        ([JUDGED], Judged),
        ({}, Explained),
        (True, float),
        (10**400, float),
        (1.0, int),
        ("text", tuple[str, ...]),
        (["error"], tuple[str, float]),
        (["error", 0.5, 1], tuple[str, float]),
        ([["deep"]], tuple[str, ...]),
    ],
)
def test_what_is_of_another_type_is_told(value, kind):
    assert not is_typed(value, kind)
