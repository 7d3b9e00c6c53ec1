"""Claims against scipy's t distribution and t interval, and the verdicts by what they must be."""

import math

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.claim import ClaimError, _t_quantile, claim

values_of_seeds = st.lists(st.floats(-100, 100), min_size=5, max_size=12).filter(lambda v: np.std(v) > 1e-6)


def with_effect(effect, n=5):
    """Values whose mean is `effect` standard errors from 0."""
    values = np.arange(n, dtype=float)
    values -= values.mean()
    return values + effect * values.std(ddof=1) / math.sqrt(n)


@given(st.integers(1, 300), st.floats(0.5, 0.9999))
@settings(max_examples=200, deadline=None)
def test_quantile_of_t_equals_scipy(dof, p):
    assert _t_quantile(p, dof) == pytest.approx(stats.t.ppf(p, dof), rel=1e-9, abs=1e-9)


@given(values_of_seeds, st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=50, deadline=None)
def test_interval_equals_scipy(values, confidence):
    found = claim("It is some number.", values, "between -1e9 and 1e9", confidence=confidence)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx(tuple(theirs), rel=1e-9, abs=1e-9)
    assert (found.mean, found.standard_error) == pytest.approx((np.mean(values), stats.sem(values)), rel=1e-9, abs=1e-9)
    assert found.n == len(values)


# The interval of five seeds reaches 2.776 standard errors, of a hundred 1.984.
@pytest.mark.parametrize(
    ("effect", "n", "verdict"),
    [
        (2.8, 5, "supported"),
        (2.7, 5, "undecided"),
        (0.0, 5, "undecided"),
        (-2.7, 5, "undecided"),
        (-2.8, 5, "contradicted"),
        (2.01, 100, "supported"),
        (1.99, 100, "undecided"),  # outside the interval, but under two standard errors
        (-1.99, 100, "undecided"),
        (-2.01, 100, "contradicted"),
    ],
)
@pytest.mark.parametrize(("expect", "sign"), [("> 0", 1), ("< 0", -1), ("between 0 and 1e6", 1)])
def test_verdict(effect, n, verdict, expect, sign):
    values = sign * with_effect(effect, n)
    if verdict == "contradicted":
        with pytest.raises(ClaimError, match="the measurement contradicts: .*It helps"):
            claim("It helps.", values, expect)
    else:
        assert claim("It helps.", values, expect).verdict == verdict


@given(values_of_seeds, st.floats(-100, 100))
@settings(max_examples=50, deadline=None)
def test_a_sentence_and_its_opposite_are_never_both_supported(values, bound):
    verdicts = []
    for expect in (f"> {bound!r}", f"< {bound!r}"):
        try:
            verdicts.append(claim("It helps.", values, expect).verdict)
        except ClaimError:
            verdicts.append("contradicted")
    assert sorted(verdicts) in (["contradicted", "supported"], ["undecided", "undecided"])


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        ("> 3.9", "supported"),
        ("<4.1", "supported"),
        (" > +3.9e0 ", "supported"),
        ("between -1 and 4.5", "supported"),
        ("> 4", "contradicted"),  # all seeds say exactly 4, and 4 is not more than 4
        ("< 4", "contradicted"),
        ("between 4 and 5", "contradicted"),
        ("between .5 and 3.", "contradicted"),
    ],
)
def test_expectations_are_read_and_mean_strictly(expect, verdict):
    if verdict == "supported":
        assert claim("It is four.", [4] * 5, expect).verdict == "supported"
    else:
        with pytest.raises(ClaimError):
            claim("It is four.", [4] * 5, expect)


@pytest.mark.parametrize(
    "expect", ["", "0", ">= 0", "> x", "> 1 2", "about 3", "between 1 and 0", "between 1 and 1", "between 1", "> nan"]
)
def test_an_expectation_that_cannot_be_read_is_refused(expect):
    with pytest.raises(ValueError, match="expect must be '> a', '< a' or 'between a and b' with a < b, got"):
        claim("It helps.", [1, 2, 3, 4, 5], expect)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"values": [1, 2, 3, 4]}, ValueError, "values must come from at least 5 seeds, got 4"),
        ({"values": [1, 2, 3, 4, np.nan]}, ValueError, "values must be finite, got nan at index"),
        ({"values": np.ones((5, 2))}, ValueError, "values must have 1 axes"),
        ({"values": "many"}, TypeError, "values must be an array of real numbers"),
        ({"sentence": 3}, TypeError, "sentence must be text, got int"),
        ({"expect": 0}, TypeError, "expect must be text, got int"),
        ({"confidence": 1}, ValueError, r"confidence must be in \(0, 1\), got 1"),
    ],
)
def test_bad_input_is_named(change, error, message):
    with pytest.raises(error, match=message):
        claim(**{"sentence": "It helps.", "values": [1, 2, 3, 4, 5], "expect": "> 0", **change})


def test_text_and_html_show_sentence_and_figures():
    found = claim("Error falls if a < b & c.", [2.1, 3.0, 2.4, 1.9, 2.6], "> 0", unit="points")
    page = BeautifulSoup(found._repr_html_(), "html.parser")
    figures = "2.4 ± 0.19 points (95% interval 1.87 to 2.93, 5 seeds); expected > 0"
    assert page.div["class"] == ["claim"]
    for text in (repr(found), page.get_text()):
        assert "Error falls if a < b & c." in text
        assert figures in text
        assert "Undecided" not in text


def test_text_of_a_claim_is_no_markup():
    texts = {"sentence": "a <b>bold</b> claim", "expect": " > 0", "unit": "<i>points</i>"}
    page = BeautifulSoup(claim(values=[1, 2, 3, 4, 5], **texts)._repr_html_(), "html.parser")
    assert not page.find_all(["b", "i"])
    assert all(text in page.get_text() for text in texts.values())


def test_undecided_is_told_first():
    found = claim("It helps.", [-2, -1, 0, 1, 2.5], "> 0")
    page = BeautifulSoup(found._repr_html_(), "html.parser")
    assert page.div["class"] == ["claim", "claim-undecided"]
    assert repr(found).startswith("Undecided: It helps.")
    assert page.get_text().startswith("Undecided: It helps.")


def test_a_contradiction_shows_the_figures():
    with pytest.raises(ClaimError, match=r"It helps\.\n  measured -3 ± 0\.71 .*; expected > 0"):
        claim("It helps.", [-1, -2, -3, -4, -5], "> 0")
