"""A time that somebody else wrote has a full date or does not count: nothing is filled in from the day it is read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from autograder.classroom.times import require_time, time_of

PARTS = ("Mon", "10", "10:30", "3:58 PM", "2 February", "Feb 2026", "2026", "2026-02", "Mon, Feb 2026", "29 Feb")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Monday, 2 February 2026, 3:58 PM", datetime(2026, 2, 2, 15, 58, tzinfo=UTC)),
        ("2026-02-02 15:58:23+02:00", datetime(2026, 2, 2, 13, 58, 23, tzinfo=UTC)),
        ("2 Feb 2026", datetime(2026, 2, 2, tzinfo=UTC)),
        ("29 Feb 2024, 10:00", datetime(2024, 2, 29, 10, tzinfo=UTC)),
        ("-", None),
        *((part, None) for part in PARTS),
    ],
)
def test_a_lists_times_are_read(text, time):
    assert time_of(text, UTC) == time


@pytest.mark.parametrize("text", [*PARTS, "Mon 10:30 UTC", "10 10:30 UTC", "", "-", "yesterday"])
def test_what_nbgrader_would_fill_in_is_no_time(text):
    with pytest.raises(ValueError, match="no time can be read from"):
        require_time(text)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2089, 1, 1)), st.sampled_from(["", " UTC", " Europe/Berlin"]))
def test_what_nbgrader_writes_is_a_time_on_whatever_day(time, zone):
    text = f"{time:%Y-%m-%d %H:%M:%S.%f}{zone}"
    require_time(text)
    assert abs(parse_utc(text).date() - time.date()).days <= 1


@given(st.dates(date(1990, 1, 1), date(2089, 1, 1)))
def test_a_whole_date_is_read_as_it_stands_in_whatever_order(day):
    for form in ("%Y-%m-%d", "%A, %d %B %Y", "%b %d, %Y", "%Y%m%dT120000"):
        assert time_of(day.strftime(form), UTC).date() == day
