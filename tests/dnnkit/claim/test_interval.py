"""The quantile of Student's t against SciPy, and the time that it takes."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dnnkit.claim.interval import quantile

DOFS = [1, 2, 3, 4, 5, 9, 30, 199, 400, 401, 10_000, 1_000_000]


@pytest.mark.parametrize("dof", DOFS)
@pytest.mark.parametrize("p", [0.5, 0.5001, 0.6, 0.9, 0.95, 0.975, 0.9995, 0.999999])
def test_quantile_is_scipys(p, dof):
    assert quantile(p, dof) == pytest.approx(stats.t.ppf(p, dof), rel=1e-8, abs=1e-12)


@given(st.floats(0.5, 1 - 1e-9))
@settings(max_examples=50, deadline=None)
def test_one_degree_of_freedom_is_cauchys_distribution(p):
    expected = -1 / math.tan(math.pi * p) if p > 0.5 else 0.0
    assert quantile(p, 1) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_a_million_seeds_take_no_longer_than_a_glance():
    """A sum with a term for each of them took half a minute."""
    started = time.perf_counter()
    assert quantile(0.975, 1_000_000) == pytest.approx(1.959966, abs=1e-6)
    assert time.perf_counter() - started < 2
