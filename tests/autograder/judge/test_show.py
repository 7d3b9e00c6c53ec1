"""Showing a report: everything helpful is there, nothing that an answer says becomes HTML, and it is legible."""

import json

import pytest
from bs4 import BeautifulSoup

from autograder.judge import show
from autograder.judge.report import Report
from autograder.judge.verdict import CRASHED, KILLED, NOT_ATTEMPTED, OUT_OF_MEMORY, PASSED, TIMED_OUT, WRONG, Finding

BROKEN = Finding("check_b", "Second property.", WRONG, "it must be so", "got 1, expected 2")
WRONG_REPORT = Report(
    "toys/double",
    WRONG,
    1.0,
    2.0,
    (Finding("check_a", "First property.", PASSED), BROKEN),
    "You mixed up two things.",
    "printed line",
)


@pytest.mark.parametrize(
    "render", [show.text, lambda report: BeautifulSoup(show.html(report), "html.parser").get_text()]
)
def test_a_wrong_answer_reads_whole(render):
    words = render(WRONG_REPORT)
    for part in (
        "Not right yet",
        "1 of 2 checks pass",
        "First property.",
        "Second property.",
        "it must be so",
        "got 1, expected 2",
        "You mixed up two things.",
        "printed line",
        'hint("toys/double")',
    ):
        assert part.lower() in words.lower(), part


@pytest.mark.parametrize(
    ("verdict", "heading"),
    [
        (PASSED, "Passed"),
        (WRONG, "Not right yet"),
        (CRASHED, "raised an error"),
        (NOT_ATTEMPTED, "Not attempted"),
        (TIMED_OUT, "did not finish in time"),
        (OUT_OF_MEMORY, "too much memory"),
        (KILLED, "ended the Python"),
    ],
)
def test_verdicts_are_told_apart(verdict, heading):
    report = Report("toys/double", verdict, 0.0, 1.0)
    assert heading in show.html(report)
    assert heading.lower() in show.text(report)
    assert f"dnn-{verdict.replace(' ', '-')}" in show.html(report)


def test_nothing_that_an_answer_says_becomes_html():
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    finding = Finding("check_a", "Property.", CRASHED, evil, evil)
    page = show.html(Report("toys/double", CRASHED, 0.0, 1.0, (finding,), evil, evil))
    soup = BeautifulSoup(page, "html.parser")
    assert not soup.find_all(["script", "img"])
    assert soup.get_text().count(evil) == 4


def test_code_in_the_words_of_the_course_is_code_and_none_in_those_of_an_answer():
    finding = Finding("check_a", "It is `a / b`.", CRASHED, "no `NaN`", "the answer's `own` words")
    page = BeautifulSoup(
        show.html(Report("toys/double", CRASHED, 0.0, 1.0, (finding,), "Use `np.clip`.")), "html.parser"
    )
    assert [code.text for code in page.find_all("code")] == ["a / b", "NaN", "np.clip", 'hint("toys/double")']
    assert "the answer's `own` words" in page.get_text()


NUMBERS = Finding("check_c", "Third.", WRONG, "so", "at [1]", "x = [1, 2]", "[3, <b>]", "[2, 4]")


def test_what_went_in_and_came_out_is_shown():
    report = Report("toys/double", WRONG, 0.0, 1.0, (NUMBERS,))
    assert show.text(report).splitlines()[3:7] == [
        "      at [1]",
        "      Went in: x = [1, 2]",
        "      Came out: [3, <b>]",
        "      Should have come out: [2, 4]",
    ]
    soup = BeautifulSoup(show.html(report), "html.parser")
    terms = [(term.text, term.find_next("dd").text) for term in soup.find_all("dt")]
    assert terms == [("Went in:", "x = [1, 2]"), ("Came out:", "[3, <b>]"), ("Should have come out:", "[2, 4]")]
    told = report.as_dict()["findings"][0]
    assert (told["went_in"], told["came_out"], told["expected"]) == ("x = [1, 2]", "[3, <b>]", "[2, 4]")
    assert "Should" not in show.text(Report("toys/double", WRONG, 0.0, 1.0, (BROKEN,)))


def test_one_mistake_of_several_is_named_as_such():
    for with_others, words in ((True, "Part of what may have happened: You"), (False, "What may have happened: You")):
        report = Report("toys/double", WRONG, 0, 1, (BROKEN,), "You mixed up two things.", with_others=with_others)
        assert words in show.text(report)
        assert words in BeautifulSoup(show.html(report), "html.parser").get_text()


def test_the_same_breakage_is_not_read_twice():
    report = Report("toys/double", WRONG, 0.0, 1.0, (BROKEN, BROKEN, BROKEN))
    for words in (show.text(report), show.html(report)):
        assert words.count("it must be so") == 1
        assert words.count("the same as above") == 2


def test_the_bundle_holds_text_html_and_json():
    bundle = WRONG_REPORT._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "application/vnd.autograder.report+json"}
    again = json.loads(json.dumps(bundle["application/vnd.autograder.report+json"]))
    assert again["misconception"] == "You mixed up two things."
    assert [finding["verdict"] for finding in again["findings"]] == [PASSED, WRONG]
    assert str(WRONG_REPORT) == bundle["text/plain"]


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", sorted(set(show.COLOURS.values())))
@pytest.mark.parametrize("background", ["#ffffff", "#121212"])
def test_marks_have_contrast_on_light_and_dark(colour, background):
    """WCAG 2.2, success criterion 1.4.11: 3 to 1 for graphics."""
    light, dark = sorted((_luminance(colour), _luminance(background)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3
