"""Split the squared error of an algorithm into squared bias and variance."""

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    weight,
)
from dnnkit.bias_variance import bias_variance as solution

points = 4
returns = (number, number)
hints = (
    "Which axis holds the data sets? The mean prediction has one number for each point.",
    "Bias: how far the mean prediction is from the truth, at each point, squared, then averaged over points. Variance: "
    "how far single predictions are from the mean prediction.",
    "`predictions.mean(axis=0)` is the mean prediction; the variance divides by the number of data sets, which is what "
    "`np.var` does if you don't tell it otherwise.",
)

BIAS = "bias² must be the mean over points of the squared distance from the mean prediction to the truth"
VARIANCE = "the variance must be the mean over points of the variance over data sets"
SUM = "bias² and variance must sum to the mean squared error of all predictions against the truth"
AGREE = "if all data sets lead to the same predictions, the variance must be 0"
SPREAD = "if predictions are right on average, bias² must be 0"
WHOLE = "lists of whole numbers must be read as arrays are"
CANCEL = "errors of the mean prediction must not cancel between points"


@core
@weight(3)
def check_both_parts(bias_variance, rng):
    """Squared bias and variance are those of the definition, on several shapes."""
    for datasets, points in ((4, 7), (6, 3)):
        predictions, truth = _case(rng, datasets, points)
        bias_squared, variance = bias_variance(predictions, truth)
        close(bias_squared, np.mean((predictions.mean(axis=0) - truth) ** 2), BIAS)
        close(variance, np.mean((predictions - predictions.mean(axis=0)) ** 2), VARIANCE)


@weight(2)
def check_sum_is_the_error(bias_variance, rng):
    """The two sum to the mean squared error, for two data sets and for ten."""
    for datasets in (2, 10):
        predictions, truth = _case(rng, datasets, 5)
        close(sum(bias_variance(predictions, truth)), np.mean((predictions - truth) ** 2), SUM)


def check_no_scatter(bias_variance, rng):
    """If all data sets lead to one and the same curve, all of the error is bias."""
    truth = rng.normal(0, 2, 6)
    predictions = np.tile(truth + 0.5 * np.array([1, -1, 1, -1, 1, -1]), (3, 1))
    bias_squared, variance = bias_variance(predictions, truth)
    close(variance, 0.0, AGREE, scale=1)
    close(bias_squared, 0.25, CANCEL)


def check_right_on_average(bias_variance, rng):
    """If predictions scatter evenly around the truth, all of the error is variance."""
    truth, width = rng.normal(5, 2, 4), np.array([1.0, 2.0, 3.0, 4.0])
    bias_squared, variance = bias_variance(np.stack([truth - width, truth + width]), truth)
    close(bias_squared, 0.0, SPREAD, scale=1)
    close(variance, 7.5, VARIANCE)


def check_lists_of_whole_numbers(bias_variance, rng):
    """Lists of whole numbers are read as arrays are."""
    predictions = [[1, 5], [2, 9], [8, 5]]
    bias_squared, variance = bias_variance(predictions, [2, 3])
    close(bias_squared, (25 / 9 + 100 / 9) / 2, WHOLE)
    close(variance, np.var(predictions, axis=0).mean(), WHOLE)


@hidden(
    like=(
        check_both_parts,
        check_sum_is_the_error,
        check_no_scatter,
        check_right_on_average,
        check_lists_of_whole_numbers,
    )
)
def check_other_predictions(bias_variance, rng):
    """The same holds for a single point, for as many data sets as points, and for large or 32-bit numbers."""
    for datasets, points, shift in ((5, 1, 0), (4, 4, 0), (2, 9, 0), (30, 11, 2000)):
        predictions, truth = _case(rng, datasets, points)
        predictions, truth = predictions + shift, truth + shift
        bias_squared, variance = bias_variance(predictions, truth)
        rtol = 5e-4 if shift else 1e-5  # float32 has seven digits, of which the shift takes some
        close(bias_squared, np.mean((predictions.mean(axis=0) - truth) ** 2), BIAS, scale=1, rtol=rtol)
        close(variance, np.mean((predictions - predictions.mean(axis=0)) ** 2), VARIANCE, scale=1, rtol=rtol)
    predictions, truth = _case(rng, 6, 5)
    found = bias_variance(predictions.astype(np.float32), truth.astype(np.float32))
    close(sum(found), np.mean((predictions - truth) ** 2), SUM, rtol=1e-4)
    close(bias_variance([[3, 1], [3, 1]], [3, 2]), (0.5, 0.0), AGREE, scale=1)
    close(bias_variance([[3, 1], [4, 1]], [3, 2]), (0.625, 0.125), WHOLE, scale=1)


covers = {
    "Write bias_variance(predictions, truth)": check_both_parts,
    "`predictions` has shape (data sets, points)": check_both_parts,
    "`truth` has shape (points,)": check_both_parts,
    "Both may be lists or arrays, of whole numbers or floats": check_lists_of_whole_numbers,
    "Return two numbers, the squared bias and the variance, each a mean over the points": (
        check_both_parts,
        check_no_scatter,
        check_right_on_average,
    ),
    "They sum to the mean squared error": check_sum_is_the_error,
    "Leave both arguments as they are": check_both_parts,
    "For predictions = [[1, 5], [3, 5]]": "the example, by hand",
    "Squared bias and variance of predictions": check_both_parts,
}
equivalent = {
    "`predictions = predictions.astype(np.float64, copy=False)` becomes `pass`": (
        "float32 is computed with in float32, which is as good here"
    ),
    "`predictions.astype(np.float64, copy=False)` becomes `predictions.astype(np.float64, copy=True)`": (
        "a copy of the same numbers"
    ),
    "`mean - truth` becomes `truth - mean`": "it is squared",
    "`predictions - mean` becomes `mean - predictions`": "it is squared",
}


@misconception(
    "The variance is taken over the points and not over the data sets: that measures how much the curve goes up and "
    "down. Ask at each point how much the data sets disagree there (axis 0).",
    caught_by=check_both_parts,
)
def variance_over_points(predictions, truth):
    predictions = np.asarray(predictions, dtype=float)
    return solution(predictions, truth)[0], float(predictions.var(axis=1).mean())


@misconception(
    "The variance is taken over all predictions at once, so that the ups and downs of the curve are in it. Take it "
    "at each point by itself, over the data sets (axis 0), then the mean over points.",
    caught_by=check_both_parts,
)
def variance_over_everything(predictions, truth):
    return solution(predictions, truth)[0], float(np.var(predictions))


@misconception(
    "The bias is not squared, so that errors of opposite sign cancel, and the two parts have different units.",
    caught_by=check_no_scatter,
)
def bias_not_squared(predictions, truth):
    return float(np.mean(np.mean(predictions, axis=0) - truth)), solution(predictions, truth)[1]


@misconception(
    "The absolute distance of the mean prediction is averaged. It has to be squared: only squares add up to the mean "
    "squared error.",
    caught_by=check_both_parts,
)
def absolute_bias(predictions, truth):
    return float(np.mean(np.abs(np.mean(predictions, axis=0) - truth))), solution(predictions, truth)[1]


@misconception(
    "The bias is averaged over points before it is squared, so that errors at different points cancel. Square at each "
    "point, then average.",
    caught_by=check_no_scatter,
)
def squared_after_the_mean(predictions, truth):
    return float(np.mean(np.mean(predictions, axis=0) - truth) ** 2), solution(predictions, truth)[1]


@misconception(
    "The first number is the whole mean squared error: each prediction is compared with the truth, and only then "
    "averaged. For the bias, average the predictions first.",
    caught_by=check_sum_is_the_error,
)
def error_for_bias(predictions, truth):
    return float(np.mean((np.asarray(predictions) - truth) ** 2)), solution(predictions, truth)[1]


@misconception(
    "The variance is divided by the number of data sets less one (`ddof=1`). That estimates the variance over all data "
    "sets there could be; the sum with the squared bias is then no longer the mean squared error.",
    caught_by=check_sum_is_the_error,
    worth=0.7,
)
def one_less(predictions, truth):
    return solution(predictions, truth)[0], float(np.var(predictions, axis=0, ddof=1).mean())


@misconception(
    "The standard deviation is returned instead of the variance: its square is missing.",
    caught_by=check_right_on_average,
)
def standard_deviation(predictions, truth):
    return solution(predictions, truth)[0], float(np.std(predictions, axis=0).mean())


@misconception(
    "Predictions are compared with the truth, and not with their own mean, to get the variance. That is the mean "
    "squared error; variance knows nothing of the truth.",
    caught_by=check_no_scatter,
)
def error_for_variance(predictions, truth):
    return solution(predictions, truth)[0], float(np.mean((np.asarray(predictions) - truth) ** 2))


@misconception(
    "The two numbers are swapped: return the squared bias first.",
    caught_by=check_no_scatter,
    worth=0.7,
)
def changed_places(predictions, truth):
    return solution(predictions, truth)[::-1]


@misconception(
    "Squares are summed over the points; a mean was asked for.",
    caught_by=check_both_parts,
    worth=0.6,
)
def summed_over_points(predictions, truth):
    bias_squared, variance = solution(predictions, truth)
    return len(truth) * bias_squared, len(truth) * variance


@misconception(
    "The mean prediction is put into an array of whole numbers, as `np.zeros_like(predictions[0])` is where "
    "predictions are whole: its decimals are cut off. Begin with `np.array(predictions, dtype=float)`.",
    caught_by=check_lists_of_whole_numbers,
    worth=0.85,
)
def decimals_cut_off(predictions, truth):
    predictions, truth = np.array(predictions), np.array(truth)
    mean = np.zeros_like(predictions[0])
    mean[:] = predictions.mean(axis=0)
    return float(np.mean((mean - truth) ** 2)), float(np.mean((predictions - mean) ** 2))


@neighbour("the median prediction instead of the mean")
def median_prediction(predictions, truth):
    middle = np.median(predictions, axis=0)
    return float(np.mean((middle - truth) ** 2)), float(np.mean((np.asarray(predictions) - middle) ** 2))


@neighbour("twice the variance")
def twice_the_variance(predictions, truth):
    bias_squared, variance = solution(predictions, truth)
    return bias_squared, 2 * variance


@alternative("the variance as what is left of the mean squared error")
def by_difference(predictions, truth):
    predictions, truth = np.array(predictions, float), np.array(truth, float)
    bias_squared = ((predictions.mean(axis=0) - truth) ** 2).mean()
    return bias_squared, ((predictions - truth) ** 2).mean() - bias_squared


@alternative("in 32 bits, as torch tensors are")
def in_single_precision(predictions, truth):
    predictions, truth = np.array(predictions, np.float32), np.array(truth, np.float32)
    return np.mean((predictions.mean(axis=0) - truth) ** 2), predictions.var(axis=0).mean()


@alternative("np.var, and the bias with a dot product")
def by_numpy(predictions, truth):
    gap = np.mean(predictions, axis=0) - truth
    return gap @ gap / gap.size, np.mean(np.var(predictions, axis=0))


@alternative("loops over points and data sets")
def looped(predictions, truth):
    bias_squared = variance = 0.0
    for p, right in enumerate(truth):
        column = [float(row[p]) for row in predictions]
        mean = sum(column) / len(column)
        bias_squared += (mean - right) ** 2 / len(truth)
        variance += sum((value - mean) ** 2 for value in column) / len(column) / len(truth)
    return bias_squared, variance


def _case(rng, datasets, points):
    """Predictions whose scatter differs between points, and a truth that goes up and down, off their mean."""
    truth = 3 * rng.standard_normal(points)
    predictions = (
        truth + rng.normal(0.5, 1, points) + rng.uniform(0.3, 2, points) * rng.standard_normal((datasets, points))
    )
    return predictions, truth
