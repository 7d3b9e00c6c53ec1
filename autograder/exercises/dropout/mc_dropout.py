"""Average many predictions made with dropout left on, and measure how far they spread."""

import numpy as np

from autograder.authoring import alternative, array, close, default_rng, equal, hidden, misconception, require
from dnnkit.dropout import mc_dropout as solution

points = 4
returns = (array, array)
hints = (
    "Call forward(x, rng=rng) n_samples times, always with the rng that you were given, and keep all the predictions.",
    "np.stack(predictions) has shape (n_samples, n, outputs): which axis runs over the passes?",
    "np.mean and np.std over the first axis are all that is left; np.std divides by n_samples, as asked.",
)


def check_forward_is_called_as_asked(mc_dropout, rng):
    """forward is called n_samples times with x and with the rng that was handed in, and no two passes are alike."""
    network = _Network(rng)
    x, source = rng.standard_normal((4, 3)), default_rng(rng.integers(2**32))
    before = x.copy()
    mean, _ = mc_dropout(network.forward, x, n_samples=6, rng=source)
    require(len(network.predictions) > 1, "forward must be called more than once")
    equal(len(network.predictions), 6, "forward must be called n_samples times")
    require(all(given is source for given in network.sources), "forward must be handed the rng that was handed in")
    for given in network.inputs:
        equal(given, before, "forward must be handed x as it is")
    require(mean.ndim > 0, "every example must have a mean of its own")
    equal(mean.shape, network.centre.shape, "the mean must have the shape of one prediction")
    low, high = np.min(network.predictions, axis=0), np.max(network.predictions, axis=0)
    require(((low <= mean) & (mean <= high)).all(), "the mean must lie between the smallest and the largest prediction")


def check_mean_is_over_passes(mc_dropout, rng):
    """The first result is the mean over the passes, an entry for each output of each example."""
    network, mean, _ = _run(mc_dropout, rng, (5, 3), 7)
    close(mean, np.mean(network.predictions, axis=0), "the mean must be taken over the passes")


def check_std_is_over_passes(mc_dropout, rng):
    """The second result is the standard deviation over the passes, divided by n_samples."""
    network, _, std = _run(mc_dropout, rng, (4, 2), 5)
    spread = np.std(network.predictions, axis=0)
    n = len(network.predictions)
    if std.shape == spread.shape:
        require(not np.allclose(std, spread**2), "the spread must have the unit of the predictions")
        require(not np.allclose(std, spread / np.sqrt(n)), "the spread must not shrink with the number of passes")
        require(not np.allclose(std, spread * np.sqrt(n / (n - 1))), "the spread must be divided by n_samples")
    close(std, spread, "the second result must be the standard deviation over the passes")


@hidden
def check_two_passes_of_any_shape(mc_dropout, rng):
    """With two passes the mean lies half way, the standard deviation is half the distance, whatever the shape."""
    for shape in ((6,), (3, 2), (2, 3, 4)):
        network, mean, std = _run(mc_dropout, rng, shape, 2)
        require(len(network.predictions) > 1, "forward must be called more than once")
        equal(len(network.predictions), 2, "forward must be called n_samples times")
        one, other = network.predictions
        require((one != other).any(), "two passes must not use the same masks")
        close(mean, (one + other) / 2, "the mean of two passes must lie half way between them")
        close(std, np.abs(one - other) / 2, "the standard deviation of two passes must be half their distance")


class _Network:
    """A network whose predictions depend on the generator that it is handed; it notes how it was called."""

    def __init__(self, rng, shape=(4, 3)):
        self.centre = rng.uniform(10, 20, shape)
        self.inputs, self.sources, self.predictions = [], [], []

    def forward(self, x, *, rng):
        require(isinstance(x, np.ndarray), "forward must be handed x as it is")
        require(isinstance(rng, np.random.Generator), "forward must be handed the rng that was handed in")
        self.inputs.append(x.copy())
        self.sources.append(rng)
        self.predictions.append(self.centre + rng.standard_normal(self.centre.shape))
        return self.predictions[-1].copy()


def _run(mc_dropout, rng, shape, n_samples):
    network = _Network(rng, shape)
    x = rng.standard_normal((shape[0], 3))
    mean, std = mc_dropout(network.forward, x, n_samples=n_samples, rng=default_rng(rng.integers(2**32)))
    require(len(network.predictions) > 0, "forward must be called")
    return network, mean, std


@misconception(
    "Each pass gets a generator seeded anew, so that all passes draw the same masks and the spread is 0. Hand on "
    "the one rng: it moves on by itself from call to call.",
    caught_by=check_forward_is_called_as_asked,
)
def reseeded_each_pass(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=default_rng(0)) for _ in range(n_samples)]
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
)
def n_samples_ignored(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(10)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0)


@misconception(
    "Mean and standard deviation are taken over the examples of the batch. The average is over passes, the first "
    "axis of the stacked predictions; every example keeps a mean and a spread of its own.",
    caught_by=check_mean_is_over_passes,
)
def over_the_batch(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng) for _ in range(n_samples)])
    return predictions.mean(axis=1), predictions.std(axis=1)


@misconception(
    "Mean and standard deviation are taken over everything at once, passes, examples and outputs. Average over the "
    "passes alone, the first axis of the stacked predictions.",
    caught_by=check_mean_is_over_passes,
)
def over_everything(forward, x, *, n_samples, rng):
    predictions = np.stack([forward(x, rng=rng) for _ in range(n_samples)])
    return predictions.mean(), predictions.std()


@misconception(
    "The last prediction is returned in place of the mean of all.",
    caught_by=check_mean_is_over_passes,
)
def last_pass(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return predictions[-1], np.std(predictions, axis=0)


@misconception(
    "The second result is the variance. The standard deviation is its square root, and has the unit of the prediction.",
    caught_by=check_std_is_over_passes,
)
def variance(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.var(predictions, axis=0)


@misconception(
    "The second result is the standard error of the mean. It shrinks as passes are added; the spread of the "
    "predictions, which is asked for, does not.",
    caught_by=check_std_is_over_passes,
)
def standard_error(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0) / np.sqrt(n_samples)


@misconception(
    "The spread is divided by n_samples - 1 (`ddof=1`). That is a fine estimate too, but the formula asked for "
    "divides by n_samples.",
    caught_by=check_two_passes_of_any_shape,
)
def one_less(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


@misconception(
    "Mean and standard deviation are returned in the wrong order.",
    caught_by=check_mean_is_over_passes,
)
def reversed_order(forward, x, *, n_samples, rng):
    predictions = [forward(x, rng=rng) for _ in range(n_samples)]
    return np.std(predictions, axis=0), np.mean(predictions, axis=0)


@alternative("running sums of the predictions and of their squares, nothing stored")
def running(forward, x, *, n_samples, rng):
    total = squares = 0
    for _ in range(n_samples):
        prediction = forward(x, rng=rng)
        total, squares = total + prediction, squares + prediction**2
    mean = total / n_samples
    return mean, np.sqrt(squares / n_samples - mean**2)


@alternative("Welford's update, pass by pass")
def welford(forward, x, *, n_samples, rng):
    mean, scatter = forward(x, rng=rng), 0
    for seen in range(2, n_samples + 1):
        prediction = forward(x, rng=rng)
        step = prediction - mean
        mean = mean + step / seen
        scatter = scatter + step * (prediction - mean)
    return mean, np.sqrt(scatter / n_samples)
