"""Write a test that tells right implementations of batch norm's forward pass from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy
from dnnkit import norm_layers

tests = "batchnorm_forward"
points = 3
hints = (
    "Write down what the exercise promises, a line for each: the output in training, the new mean, the new variance, "
    "the output in evaluation, the state in evaluation, and the arguments. Each line is an assert.",
    "A test finds a mistake only on data that show it: a state far from the batch, gamma neither 1 nor 0, a few "
    "examples only (or biased and unbiased variance are alike), and an eps that is as large as a variance.",
    "Compare with `np.allclose` and tolerances that a right function in 32-bit floats meets. Copy `state.mean` and "
    "`state.var` beforehand: they must be the same afterwards.",
)


def solution(batchnorm_forward):
    rng = np.random.default_rng(0)
    x, gamma, beta = rng.normal([1.0, -2.0, 0.5], [0.5, 2.0, 1.0], (5, 3)), np.array([2.0, -0.5, 1.5]), np.arange(3.0)
    mean, var = np.array([1.0, 2.0, -1.0]), np.array([0.5, 3.0, 2.0])
    state, before = norm_layers.RunningStatistics(mean=mean.copy(), var=var.copy()), x.copy()

    def near(actual, expected):
        return np.shape(actual) == np.shape(expected) and np.allclose(actual, expected, rtol=1e-3, atol=1e-4)

    out, _, new = batchnorm_forward(x, gamma, beta, state, train=True, momentum=0.3, eps=0.1)
    expected = gamma * (before - before.mean(axis=0)) / np.sqrt(before.var(axis=0) + 0.1) + beta
    assert near(out, expected), "in training the batch's mean and biased variance are used, eps inside the root"
    assert near(new.mean, 0.7 * mean + 0.3 * before.mean(axis=0)), "the running mean takes the share momentum"
    assert near(new.var, 0.7 * var + 0.3 * before.var(axis=0, ddof=1)), "the running variance is unbiased"
    out, _, new = batchnorm_forward(x, gamma, beta, state, train=False, momentum=0.3, eps=0.1)
    assert near(out, gamma * (before - mean) / np.sqrt(var + 0.1) + beta), "evaluation uses the state"
    assert near(new.mean, mean), "evaluation leaves the running mean"
    assert near(new.var, var), "evaluation leaves the running variance"
    assert (x == before).all(), "x was changed"
    assert (state.mean == mean).all(), "the state was changed"
    assert (state.var == var).all(), "the state was changed"


@alternative("numbers worked out by hand, returned as True or False")
def by_hand(batchnorm_forward):
    x, gamma, beta = np.array([[1.0, 4.0], [3.0, 6.0], [8.0, 11.0]]), np.array([3.0, 3.0]), np.array([1.0, 1.0])
    state = norm_layers.RunningStatistics(
        mean=np.array([1.0, 1.0]), var=np.array([4.0, 4.0])
    )  # the batch: mean 4 and 7, squares 9, 1, 16
    out, _, new = batchnorm_forward(x, gamma, beta, state, train=True, momentum=0.25, eps=1 / 3)
    fine = np.allclose(out, np.array([[-9.0], [-3.0], [12.0]]) / 3 + 1, rtol=1e-4)
    fine = fine and np.allclose(new.mean, [1.75, 2.5]) and np.allclose(new.var, 3 + 13 / 4)
    fine = fine and np.shape(new.mean) == np.shape(new.var) == (2,)
    fine = fine and state.mean[0] == 1.0 and state.var[0] == 4.0
    state = norm_layers.RunningStatistics(mean=np.array([1.0, 1.0]), var=np.array([4.0, 4.0]))
    out, _, new = batchnorm_forward(x, gamma, beta, state, train=False, momentum=0.25, eps=2.25)
    fine = fine and np.allclose(out, np.array([[0.0, 9.0], [6.0, 15.0], [21.0, 30.0]]) / 2.5 + 1, rtol=1e-4)
    return bool(fine and np.allclose(new.mean, 1.0) and np.allclose(new.var, 4.0))


@lazy("Only the shapes are compared.")
def shapes_alone(batchnorm_forward):
    out, _, _ = batchnorm_forward(
        np.ones((4, 2)), np.ones(2), np.zeros(2), norm_layers.RunningStatistics.start(2), train=True
    )
    assert np.shape(out) == (4, 2)


@lazy("The test only asks whether the function runs.")
def runs_at_all(batchnorm_forward):
    batchnorm_forward(np.ones((4, 2)), np.ones(2), np.zeros(2), norm_layers.RunningStatistics.start(2), train=True)
