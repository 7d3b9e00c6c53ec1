"""Claims against scipy's t distribution and t interval, and verdicts against what they must be."""

import math

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.claim import ClaimError, claim, t_interval
from dnnkit.claim.box import HEIGHT, WIDTH
from dnnkit.claim.interval import quantile
from dnnkit.claim.numerals import Numerals

values_of_seeds = st.lists(st.floats(-100, 100), min_size=5, max_size=12).filter(lambda v: np.std(v) > 1e-6)


def with_effect(effect, n=5):
    """Values whose mean is `effect` standard errors from 0."""
    values = np.arange(n, dtype=float)
    values -= values.mean()
    return values + effect * values.std(ddof=1) / math.sqrt(n)


@given(st.integers(1, 300), st.floats(0.5, 0.9999))
@settings(max_examples=200, deadline=None)
def test_quantile_of_t_equals_scipy(dof, p):
    assert quantile(p, dof) == pytest.approx(stats.t.ppf(p, dof), rel=1e-9, abs=1e-9)


@given(values_of_seeds, st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=50, deadline=None)
def test_interval_equals_scipy(values, confidence):
    found = claim("It is some number.", values, "between -1e9 and 1e9", confidence=confidence)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx(tuple(theirs), rel=1e-9, abs=1e-9)
    assert (found.mean, found.standard_error) == pytest.approx((np.mean(values), stats.sem(values)), rel=1e-9, abs=1e-9)
    assert found.n == len(values)


# The interval of five seeds reaches 2.776 standard errors, that of a hundred 1.984.
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
        ({"unit": None}, TypeError, "unit must be text, got NoneType"),
        ({"base": [1, 2, 3, 4, 0]}, ValueError, "base must be positive on each seed, got 0 at index 4"),
        ({"base": [1, 2, 3, 4]}, ValueError, r"base must have shape \(5\), got \(4,\)"),
        ({"confidence": 1}, ValueError, r"confidence must be in \(0, 1\), got 1"),
    ],
)
def test_bad_input_is_named(change, error, message):
    with pytest.raises(error, match=message):
        claim(**{"sentence": "It helps.", "values": [1, 2, 3, 4, 5], "expect": "> 0", **change})


def page_of(found):
    return BeautifulSoup(found._repr_html_(), "html.parser")


GAIN = [2.1, 3.0, 2.4, 1.9, 2.6]


def test_text_and_html_show_sentence_and_figures():
    found = claim("Error falls if a < b & c.", GAIN, "> 0", unit="points")
    page = page_of(found)
    assert page.div["class"] == ["claim", "claim-supported"]
    assert page.select_one(".claim-badge").get_text() == "Supported"
    figures = "2.40 ± 0.19 points (95% interval 1.87 to 2.93, 5 seeds); expected > 0"
    for text in (repr(found), page.get_text()):
        assert text.startswith("Supported")
        assert "Error falls if a < b & c." in text
        assert figures in text
    assert float(page.data["value"]) == found.mean


def test_what_is_often_taught_is_shown_under_the_measurement():
    found = claim("It falls twice.", GAIN, "> 0", textbook="It falls, then rises for good.")
    assert repr(found).splitlines()[-1].strip() == "often taught: It falls, then rises for good."
    assert page_of(found).div.find_all("p")[-1].get_text() == "Often taught: It falls, then rises for good."
    assert "ften taught" not in repr(claim("It falls twice.", GAIN, "> 0")) + str(page_of(claim("x", GAIN, "> 0")))


def test_text_of_a_claim_is_no_markup():
    texts = {"sentence": "a <b>bold</b> claim, and $<b>$", "expect": " > 0", "unit": "<i>points</i>"}
    texts |= {"textbook": "no <b>bold</b> claim"}
    page = page_of(claim(values=[1, 2, 3, 4, 5], **texts))
    assert not page.find_all(["b", "i"])
    for text in ("a <b>bold</b> claim, and \\(<b>\\)", "> 0", "<i>points</i>"):
        assert text in page.get_text()


@pytest.mark.parametrize(
    ("sentence", "formulas", "text"),
    [
        ("The variance is $(1 - q) / q$ at $q < 1$.", ["(1 - q) / q", "q < 1"], "The variance is"),
        (r"It is $\frac{\$1}{2}$, or \$0.50.", [r"\frac{\$1}{2}"], ", or $0.50."),
        ("It costs $5, or $6 with a cup.", [], "It costs $5, or $6 with a cup."),
        ("One dollar $ alone.", [], "One dollar $ alone."),
        ("Not $ here $ either.", [], "Not $ here $ either."),
    ],
)
def test_mathematics_is_marked_for_mathjax(sentence, formulas, text):
    page = page_of(claim(sentence, GAIN, "> 0"))
    assert [span.get_text() for span in page.select("span.math")] == [rf"\({formula}\)" for formula in formulas]
    assert text in page.get_text()
    assert sentence in repr(claim(sentence, GAIN, "> 0"))


def test_undecided_is_told_first():
    found = claim("It helps.", [-2, -1, 0, 1, 2.5], "> 0")
    assert page_of(found).div["class"] == ["claim", "claim-undecided"]
    assert repr(found).startswith("Undecided: It helps.")
    assert page_of(found).get_text().startswith("Undecided It helps.")


def test_a_contradiction_shows_the_figures():
    with pytest.raises(ClaimError, match=r"It helps\.\n  measured −3\.0 ± 0\.7 .*; expected > 0"):
        claim("It helps.", [-1, -2, -3, -4, -5], "> 0")


@pytest.mark.parametrize(
    ("values", "options", "figures"),
    [
        ([1.2, 5.0, 2.4, 1.0, 2.4], {"unit": "points"}, "2.4 ± 0.7 points (95% interval 0.4 to 4.4, 5 seeds)"),
        # digits below the standard error are noise, and no e-05 shows them; zero has no sign
        ([-8.14e-05, 0.002, -0.002, 0.001, -0.00132], {}, "−0.0001 ± 0.0007 (95% interval −0.0021 to 0.0020, 5 seeds)"),
        ([-0.3, 0.3, -0.31, 0.2, 0.1], {}, "0.00 ± 0.13 (95% interval −0.36 to 0.35, 5 seeds)"),
        ([-8e-5, -9e-5, -7e-5, -6e-5, -5e-5], {}, "(−7.0 ± 0.7) × 10⁻⁵ (95% interval (−9.0 to −5.0) × 10⁻⁵, 5 seeds)"),
        ([52310, 55000, 60000, 70000, 30000], {}, "53000 ± 7000 (95% interval 35000 to 72000, 5 seeds)"),
        ([4, 4, 4, 4, 4], {}, "4 ± 0 (95% interval 4 to 4, 5 seeds)"),
        ([0, 0, 0, 0, 0], {}, "0 ± 0 (95% interval 0 to 0, 5 seeds)"),
        # a share that is nearly all is not all, in mean, interval or confidence
        ([99.4, 99.5, 99.6, 99.5, 99.5], {"unit": "%"}, "99.50 ± 0.03% (95% interval 99.41 to 99.59%, 5 seeds)"),
        ([99, 99.9, 99.9, 99.9, 99.9], {"unit": "%"}, "99.72 ± 0.18% (95% interval 99.22 to 100.22%, 5 seeds)"),
        (GAIN, {"confidence": 0.995}, "2.40 ± 0.19 (99.5% interval 1.32 to 3.48, 5 seeds)"),
    ],
)
def test_numbers_have_the_digits_that_their_standard_error_allows(values, options, figures):
    found = claim("It is.", values, "between -1e9 and 1e9", **options).figures
    assert figures in found


numbers_of_all_sizes = st.tuples(
    st.floats(-1, 1).filter(lambda mean: abs(mean) > 1e-3),
    st.floats(1e-5, 1),
    st.sampled_from([1e-9, 1e-3, 1, 1e5, 1e12]),
)
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(text, power):
    return float(text.replace("−", "-")) * 10.0 ** int(power.removeprefix(" × 10").translate(RAISED) or 0)


@given(numbers_of_all_sizes)
def test_what_is_written_is_near_and_not_longer_than_needed(numbers):
    mean, standard_error, unit = numbers
    mean, standard_error = mean * unit, standard_error * unit
    write = Numerals(mean, standard_error)
    assert abs(read(write(mean), write.power) - mean) <= 0.5 * standard_error * (1 + 1e-9)
    assert read(write(standard_error), write.power) == pytest.approx(standard_error, rel=0.26)
    assert 1 <= len(write(standard_error).replace(".", "").strip("0")) <= 2
    assert "e" not in write(mean)
    assert "-" not in write(mean)


def test_the_smallest_numbers_can_be_written():
    write = Numerals(5e-324, 0.0)
    assert read(write(5e-324), write.power) == pytest.approx(5e-324)


@given(values_of_seeds, st.integers(-5, 5))
@settings(max_examples=100, deadline=None)
def test_rounding_never_shows_an_end_on_the_other_side_of_the_bound(values, bound):
    try:
        found = claim("It is.", values, f"> {bound}")
    except ClaimError:
        return
    low = read(found.numerals(found.low), found.numerals.power)
    assert np.sign(low - bound) == np.sign(found.low - bound) or abs(found.low - bound) < 1e-9


def test_a_change_is_told_relative_to_its_base():
    base = np.array([8.1, 9.0, 8.0, 7.9, 8.2])
    found = claim("A quarter fewer.", GAIN, "> 25", base=base, unit="points")
    theirs = stats.ttest_1samp(100 * np.array(GAIN) / base, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx(tuple(theirs))
    assert found.figures == "29.0 ± 1.7% of 8.24 points (95% interval 24.2 to 33.9%, 5 seeds)"
    assert found.expected == "> 25%"
    assert found.verdict == "undecided"


def test_an_expectation_is_shown_without_e_and_with_a_real_minus():
    found = claim("It is.", GAIN, "between -1e-3 and 2e10")
    assert found.expected == "between −0.001 and 2 × 10¹⁰"


def strip_of(found):
    strip = page_of(found).svg
    assert (strip["width"], strip["height"]) == (str(WIDTH), str(HEIGHT)) == ("120", "20")
    bar = strip.find("line", attrs={"stroke-width": "8"})
    bounds = strip.find_all("line", attrs={"stroke-dasharray": True})
    dots = [float(dot["cx"]) for dot in strip.find_all("circle")]
    return dots, (float(bar["x1"]), float(bar["x2"])), [float(line["x1"]) for line in bounds], strip


@given(values_of_seeds, st.sampled_from([("> {}", 1), ("< {}", 1), ("between {} and 1e3", 2)]), st.floats(-99, 99))
@settings(max_examples=50, deadline=None)
def test_strip_is_a_true_picture(values, expect, bound):
    text, n_bounds = expect
    try:
        found = claim("It is.", values, text.format(f"{bound:.3f}"))
    except ClaimError:
        return
    dots, bar, bounds, _ = strip_of(found)
    assert (len(dots), len(bounds)) == (len(values), n_bounds)
    numbers = np.array([*values, found.low, found.high, *(b for b in found.bounds if np.isfinite(b))])
    places = np.array([*dots, *bar, *bounds])
    slope, intercept = np.polyfit(numbers, places, 1)
    assert slope > 0
    np.testing.assert_allclose(slope * numbers + intercept, places, atol=0.11)
    assert places.min() >= 2
    assert places.max() <= WIDTH - 2


def test_strip_of_equal_seeds_and_no_spread_stands_in_the_middle():
    dots, _, _, _ = strip_of(claim("It is.", [4] * 5, "between 3 and 5"))
    assert dots == [WIDTH / 2] * 5


def test_strip_has_a_text_and_takes_its_colours_from_the_page():
    _, _, _, strip = strip_of(claim("It is.", GAIN, "> 0"))
    assert strip["role"] == "img"
    assert strip["aria-label"].startswith("5 seeds from 1.90 to 3.00")
    assert "#" not in str(strip)
    assert {mark.get("stroke", mark.get("fill")) for mark in strip.find_all(["line", "circle"])} == {
        "currentColor",
        "var(--course-measured, currentColor)",
    }


def test_each_claim_can_be_linked_to_and_keeps_its_name():
    sentences = [
        "It helps.",
        "It helps $x$.",
        "It helps $y$.",
        "It " + "really " * 20 + "helps.",
        "It " + "really " * 19,
    ]
    names = [page_of(claim(sentence, GAIN, "> 0")).div["id"] for sentence in sentences]
    assert len(set(names)) == len(names)
    assert names[0] == "claim-it-helps"
    page = page_of(claim("It helps.", GAIN, "> 0"))
    assert page.a["href"] == "#claim-it-helps"


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=4))
def test_t_interval_takes_few_values(values):
    mean, standard_error, low, high = t_interval(values)
    assert low <= mean <= high
    assert (mean, standard_error) == pytest.approx((np.mean(values), stats.sem(values)), abs=1e-9)
