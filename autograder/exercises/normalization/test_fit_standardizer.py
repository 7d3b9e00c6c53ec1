"""Write a test that tells right implementations of fit_standardizer from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "fit_standardizer"
points = 3
hints = (
    "Write down what the exercise promises, a line for each: the mean, the standard deviation, the constant feature, "
    "and `x` itself. Each line is an assert.",
    "A test finds a mistake only on data that show it: features of different scales, one that varies by less than 1, "
    "one that varies by next to nothing, one that is 0.1 in each of seven examples, and not as many features as "
    "examples.",
    "Compare with `np.allclose`, or a right function in 32-bit floats is refused. Keep a copy of `x` for comparison.",
)


def solution(fit_standardizer):
    rng = np.random.default_rng(0)
    x = rng.normal([2.0, -1.0, 0.0, 0.0], [0.1, 3.0, 1e-9, 1.0], (7, 4))
    x[:, 3] = 0.1
    before = x.copy()
    fitted = fit_standardizer(x)
    assert (x == before).all(), "x was changed"
    assert np.shape(fitted.mean) == np.shape(fitted.std) == (4,), "one mean and one standard deviation for each feature"
    assert np.allclose(fitted.mean, before.mean(axis=0), rtol=1e-4), "the mean of each feature"
    assert np.allclose(fitted.std[:3], before.std(axis=0)[:3], rtol=1e-4, atol=0), "the standard deviation divides by m"
    assert np.allclose(fitted.std[3], 1), "a constant feature gets the standard deviation 1"


@alternative("numbers worked out by hand, returned as True or False")
def by_hand(fit_standardizer):
    rows = [[1.0, 0.1, -1e-9, 10.0]] * 3 + [[5.0, 0.1, 1e-9, 10.0]] * 3 + [[3.0, 0.1, 0.0, 10.0]]
    x = np.array(rows)
    fitted = fit_standardizer(x)
    mean = np.shape(fitted.mean) == (4,) and np.allclose(fitted.mean, [3, 0.1, 0, 10])
    std = np.shape(fitted.std) == (4,) and np.allclose(
        fitted.std / [2, 1, 1e-9, 1], [(6 / 7) ** 0.5, 1, (6 / 7) ** 0.5, 1]
    )
    unchanged = x.tolist() == rows
    return bool(unchanged and mean and std)


@lazy("Only the shapes are compared.")
def shapes_alone(fit_standardizer):
    fitted = fit_standardizer(np.arange(6.0).reshape(3, 2))
    assert np.shape(fitted.mean) == np.shape(fitted.std)


@lazy("The test only asks whether the function runs.")
def runs_at_all(fit_standardizer):
    fit_standardizer(np.arange(6.0).reshape(3, 2))
