"""Average many predictions made with dropout left on, and measure how far they spread."""

import copy

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    default_rng,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    weight,
)
from dnnkit.dropout import mc_dropout as solution

points = 3
returns = (array, array)
hints = (
    "Call forward(x, rng=rng) n_samples times, always with the rng that you were given, and keep all the predictions.",
    "np.stack(predictions) has shape (n_samples, n, outputs): which axis runs over the passes?",
    "np.mean and np.std over the first axis are all that is left; np.std divides by n_samples, as asked.",
)

SAME_STATE = "every call to forward was given a generator in the same state"
ANOTHER = "forward must be given rng itself, and no other generator"
COUNT = "forward must be called n_samples times"
FIXED = "forward is called the same number of times whatever n_samples is"
X = "forward must be given x as it is"
MEAN = "the first result must be the mean over the calls"
STD = "the second result must be the standard deviation over the calls"
STEADY = "when all calls agree, the standard deviation must be 0"


@weight(2)
def check_forward_is_called_as_asked(mc_dropout, rng):
    """forward is called n_samples times, with x and with rng itself."""
    calls = []
    for n_samples in (6, 13):
        network = _Network(rng, (4, 3))
        x, source = rng.standard_normal((4, 3)), default_rng(rng.integers(2**32))
        mean, _ = mc_dropout(network.forward, x, n_samples=n_samples, rng=source)
        network.require_calls()
        for given in network.inputs:
            equal(given, x, X)
        states = {str(state) for state in network.states}
        require(len(states) > 1, SAME_STATE)
        require(all(given is source for given in network.sources), ANOTHER)
        calls.append(len(network.predictions))
        require(mean.ndim <= 2, "the mean must not have more axes than a prediction")
        low, high = np.min(network.predictions), np.max(network.predictions)
        require(((low <= mean) & (mean <= high)).all(), "the mean must lie among the predictions")
    require(len(set(calls)) == 2, FIXED)
    equal(calls, [6, 13], COUNT)


@core
@weight(2)
def check_mean_is_over_calls(mc_dropout, rng):
    """The first result is the mean over the calls, an entry for each output of each example."""
    network, mean, _ = _run(mc_dropout, rng, (5, 3), 7)
    close(mean, np.mean(network.predictions, axis=0), MEAN)


@weight(2)
def check_std_is_over_calls(mc_dropout, rng):
    """The second result is the standard deviation over the calls, dividing by n_samples."""
    network, _, std = _run(mc_dropout, rng, (4, 2), 5)
    spread = np.std(network.predictions, axis=0)
    close(std, spread, STD)


def check_any_shape_and_calls_that_agree(mc_dropout, rng):
    """Predictions may have one axis or three, and when all calls agree, the standard deviation is 0."""
    for shape in ((6,), (2, 3, 4)):
        _, mean, std = _run(mc_dropout, rng, shape, 2)
        equal(mean.shape, shape, "the mean must have the shape of one prediction")
        equal(std.shape, shape, "the standard deviation must have the shape of one prediction")
    steady = np.arange(60) % 2 == 0
    _, _, std = _run(mc_dropout, rng, (60, 10), 7, steady)
    equal(std.shape, (60, 10), "the standard deviation must have the shape of one prediction")
    require(np.isfinite(std).all(), "the standard deviation must be a finite number")
    require((std[~steady] > 1e-3).all(), "where calls differ, the standard deviation must be above 0")
    require((np.abs(std[steady]) < 1e-3).all(), STEADY)


@hidden(like=(check_mean_is_over_calls, check_std_is_over_calls, check_forward_is_called_as_asked))
def check_other_predictions(mc_dropout, rng):
    """The same holds for other shapes, one example, and other numbers of calls."""
    for shape, n_samples in (((6,), 2), ((1, 4), 30), ((5, 5), 5), ((2, 3, 4), 3)):
        network, mean, std = _run(mc_dropout, rng, shape, n_samples)
        equal(len(network.predictions), n_samples, COUNT)
        close(mean, np.mean(network.predictions, axis=0), MEAN)
        close(std, np.std(network.predictions, axis=0), STD)


covers = {
    "Write `mc_dropout(forward, x, *, n_samples, rng)`": check_forward_is_called_as_asked,
    "an array of floats of any shape": check_any_shape_and_calls_that_agree,
    "Call it `n_samples` times, each time with `x` as it is and with `rng` itself": check_forward_is_called_as_asked,
    "two arrays of the shape of one prediction": check_any_shape_and_calls_that_agree,
    "the mean over the calls": check_mean_is_over_calls,
    "the standard deviation over the calls": check_std_is_over_calls,
    "the standard deviation $(1, 0)$": check_any_shape_and_calls_that_agree,
    "Average predictions of `forward(x, rng=rng)`, and measure their spread": (
        check_mean_is_over_calls,
        check_std_is_over_calls,
    ),
}


class _Network:
    """A network of random predictions that notes how it was called; those at `steady` are always the same.

    It has its own randomness, so that two answers see the same predictions, whatever generator they pass.
    """

    def __init__(self, rng, shape, steady=()):
        self.centre, self.rng, self.steady = rng.uniform(10, 20, shape), rng, steady
        self.inputs, self.sources, self.states, self.predictions = [], [], [], []

    def forward(self, x, *, rng):
        require(isinstance(x, np.ndarray), X)
        require(isinstance(rng, np.random.Generator), ANOTHER)
        self.inputs.append(x.copy())
        self.sources.append(rng)
        self.states.append(copy.deepcopy(rng.bit_generator.state))
        rng.random()
        prediction = self.centre + self.rng.standard_normal(self.centre.shape)
        if len(self.steady):
            prediction[self.steady] = self.centre[self.steady]
        self.predictions.append(prediction)
        return prediction.copy()

    def require_calls(self):
        require(self.predictions, "forward must be called")
        require(len(self.predictions) > 1, "forward must be called more than once")


def _run(mc_dropout, rng, shape, n_samples, steady=()):
    network = _Network(rng, shape, steady)
    x = rng.standard_normal((shape[0], 3))
    mean, std = mc_dropout(network.forward, x, n_samples=n_samples, rng=default_rng(rng.integers(2**32)))
    network.require_calls()
    return network, mean, std


@misconception(
    "Each pass gets a generator seeded anew, or a copy of rng, so that all passes draw the same masks and the spread "
    "is 0. Pass on the one rng: it moves on by itself from call to call.",
    caught_by=check_forward_is_called_as_asked,
    worth=0.8,
    said_by=SAME_STATE,
)
def reseeded_each_pass(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=default_rng(0)) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0)


@misconception(
    "forward is given a generator that is not rng. Pass on the rng that you were given: it moves on by itself from "
    "call to call, and the caller, who chose its seed, can repeat the run and see it move.",
    caught_by=check_forward_is_called_as_asked,
    worth=0.8,
    said_by=ANOTHER,
)
def another_generator(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=default_rng(number)) for number in range(n_samples)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0)


@misconception(
    "forward is called once and its prediction repeated. The masks are drawn inside forward, so every pass needs a "
    "call.",
    caught_by=check_forward_is_called_as_asked,
)
def one_pass_repeated(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng)] * n_samples)
    return predictions.mean(axis=0), predictions.std(axis=0)


@misconception(
    "A fixed number of passes is made, whatever n_samples says.",
    caught_by=check_forward_is_called_as_asked,
    worth=0.75,
    said_by=FIXED,
)
def n_samples_ignored(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(10)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0)


@misconception(
    "Mean and standard deviation are taken over the examples of the batch. The average is over passes, the first "
    "axis of the stacked predictions; every example keeps a mean and a spread of its own.",
    caught_by=check_mean_is_over_calls,
)
def over_the_batch(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng) for _ in range(n_samples)])
    return predictions.mean(axis=1), predictions.std(axis=1)


@misconception(
    "Mean and standard deviation are taken over everything at once, passes, examples and outputs. Average only over "
    "the passes, the first axis of the stacked predictions.",
    caught_by=check_mean_is_over_calls,
)
def over_everything(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng) for _ in range(n_samples)])
    return predictions.mean(), predictions.std()


@misconception(
    "The last prediction is returned instead of the mean of all.",
    caught_by=check_mean_is_over_calls,
)
def last_pass(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return predictions[-1], np.std(predictions, axis=0)


@misconception(
    "The second result is the variance. The standard deviation is its square root, and has the unit of the prediction.",
    caught_by=check_std_is_over_calls,
    worth=0.65,
)
def variance(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.var(predictions, axis=0)


@misconception(
    "The second result is the standard error of the mean. It shrinks as passes are added; the spread of the "
    "predictions, which is asked for, does not.",
    caught_by=check_std_is_over_calls,
    worth=0.65,
)
def standard_error(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0) / np.sqrt(n_samples)


@misconception(
    "The spread is divided by n_samples - 1 (`ddof=1`). That is a fine estimate too, but the formula asked for "
    "divides by n_samples.",
    caught_by=check_std_is_over_calls,
    worth=0.65,
)
def one_less(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


@misconception(
    "Mean and standard deviation are returned in the wrong order.",
    caught_by=check_mean_is_over_calls,
)
def reversed_order(forward, x, *, n_samples, rng):
    mean, std = solution(forward, x, n_samples=n_samples, rng=rng)
    return std, mean


@misconception(
    "The variance is computed as the mean of the squares minus the square of the mean. When all calls agree, rounding "
    "can take it below 0, and the root of that is NaN. Subtract the mean first, or raise negative variances to 0.",
    caught_by=check_any_shape_and_calls_that_agree,
    worth=0.9,
)
def root_of_a_negative_variance(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng) for _ in range(n_samples)])
    mean = predictions.mean(axis=0)
    return mean, np.sqrt((predictions**2).mean(axis=0) - mean**2)


@neighbour("the second result is the mean distance from the mean")
def mean_distance(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng) for _ in range(n_samples)])
    mean = predictions.mean(axis=0)
    return mean, np.abs(predictions - mean).mean(axis=0)


@neighbour("the first result is the median over the calls")
def median(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.median(predictions, axis=0), np.std(predictions, axis=0)


@neighbour("one call more than asked for is made, to learn the shape")
def one_call_more(forward, x, *, n_samples, rng):
    predictions = np.zeros((n_samples, *forward(x, rng=rng).shape))
    for number in range(n_samples):
        predictions[number] = forward(x, rng=rng)
    return predictions.mean(axis=0), predictions.std(axis=0)


@alternative("running sums about the first prediction, nothing stored")
def running(forward, x, *, n_samples, rng):
    first = forward(x, rng=rng)
    total = squares = np.zeros(np.shape(first))
    for _ in range(n_samples - 1):
        step = forward(x, rng=rng) - first
        total, squares = total + step, squares + step**2
    mean = total / n_samples
    return first + mean, np.sqrt(np.maximum(squares / n_samples - mean**2, 0))


@alternative("mean of squares minus square of the mean, negative variances raised to 0")
def raised_to_zero(forward, x, *, n_samples, rng):
    predictions = np.array([forward(x, rng=rng) for _ in range(n_samples)])
    mean = predictions.mean(axis=0)
    return mean, np.sqrt(np.clip((predictions**2).mean(axis=0) - mean**2, 0, None))


@alternative("Welford's update, pass by pass")
def welford(forward, x, *, n_samples, rng):
    mean, scatter = forward(x, rng=rng), 0
    for seen in range(2, n_samples + 1):
        prediction = forward(x, rng=rng)
        step = prediction - mean
        mean = mean + step / seen
        scatter = scatter + step * (prediction - mean)
    return mean, np.sqrt(scatter / n_samples)
