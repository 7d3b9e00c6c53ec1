"""The expected improvement, against scikit-learn's Gaussian process and SciPy's normal distribution."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

from dnnkit.search import expected_improvement


@pytest.mark.parametrize(("n", "d", "length", "noise"), [(1, 1, 0.5, 0.1), (6, 2, 0.3, 0.2), (20, 6, 0.5, 0.05)])
def test_it_is_that_of_a_gaussian_process(n, d, length, noise):
    rng = np.random.default_rng(n)
    x, losses, candidates = rng.random((n, d)), 5 + 3 * rng.standard_normal(n), rng.random((50, d))
    scale = losses.std() or 1.0
    y = (losses - losses.mean()) / scale
    model = GaussianProcessRegressor(RBF(length), alpha=noise**2, optimizer=None).fit(x, y)
    mean, deviation = model.predict(candidates, return_std=True)
    z = (y.min() - mean) / deviation
    expected = scale * deviation * (z * norm.cdf(z) + norm.pdf(z))
    found = expected_improvement(x, losses, candidates, length=length, noise=noise)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-10)


def test_it_is_the_mean_of_what_is_gained():
    x, losses = np.array([[0.2], [0.7]]), np.array([1.0, 2.0])
    found = expected_improvement(x, losses, np.array([[0.4]]), length=0.3, noise=0.1)[0]
    model = GaussianProcessRegressor(RBF(0.3), alpha=0.01, optimizer=None).fit(x, [-1.0, 1.0])
    drawn = model.sample_y(np.array([[0.4]]), 200_000, random_state=0).ravel()
    gained = 0.5 * np.maximum(-1 - drawn, 0)
    assert found == pytest.approx(gained.mean(), abs=5 * gained.std() / np.sqrt(len(gained)))


def test_equal_losses_and_a_trial_twice_are_no_trouble():
    x = np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.9]])
    found = expected_improvement(x, np.ones(3), np.array([[0.5, 0.5], [0.9, 0.1]]))
    assert 0 <= found[0] < found[1]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"losses": [1.0, np.nan]}, "finite"),
        ({"losses": [1.0]}, "losses"),
        ({"candidates": [[0.5, 0.5]]}, "candidates"),
        ({"length": 0}, "length"),
        ({"noise": 0}, "noise"),
    ],
)
def test_bad_input_is_named(change, error):
    given = {"x": [[0.1], [0.2]], "losses": [1.0, 2.0], "candidates": [[0.3]]} | change
    x, losses, candidates = (np.array(given.pop(name)) for name in ("x", "losses", "candidates"))
    with pytest.raises(ValueError, match=error):
        expected_improvement(x, losses, candidates, **given)
