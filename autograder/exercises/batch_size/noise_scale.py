"""Estimate the noise of a gradient and its signal from the gradients of several batches."""

import math

import numpy as np

from autograder.authoring import (
    alternative,
    close,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)
from dnnkit.batch_size import noise_scale as solution

points = 4
returns = (number, number, number)
hints = (
    "Compute the left sides first: the mean of the squared norms of the rows, and the squared norm of the mean row.",
    "Subtract one equation from the other: the squared norm of G drops out, and the trace is left.",
    "The difference of the left sides is trace · (1/n - 1/(kn)). With the trace known, either equation gives the "
    "squared norm.",
)

TRACE = "the trace does not solve the two equations"
NORM = "the squared norm does not solve the two equations"
SCALE = "the scale must be the trace divided by the squared norm"
INFINITE = "when the squared norm is estimated at 0 or below, the scale must be infinite"
ZERO = "when the squared norm is 0, nothing may be divided by it"
SMALL = "a small squared norm above 0 must give a finite scale, however large"
AGREE = "when all batches have the same gradient, the trace must be 0 and the squared norm that of the gradient"
WHOLE = "lists of whole numbers must be read like arrays"
BELOW = "a squared norm that is estimated below 0 must be returned as it is"


@core
@weight(3)
def check_two_equations(noise_scale, rng):
    """Trace and squared norm solve the two equations, and the scale is their quotient."""
    for batches, parameters, size, unit in ((4, 3, 8, 1.0), (2, 5, 3, 0.1)):
        gradients = unit * _gradients(rng, batches, parameters)
        scale, trace, squared_norm = noise_scale(gradients, size)
        right = _right(gradients, size)
        close(trace, right[1], TRACE)
        close(squared_norm, right[2], NORM)
        close(scale, right[0], SCALE)


def check_no_noise(noise_scale, rng):
    """Batches that agree have no noise."""
    gradient = rng.integers(1, 5, 4) / 2
    scale, trace, squared_norm = noise_scale(np.tile(gradient, (4, 1)), 6)
    close(trace, 0.0, AGREE, scale=gradient @ gradient)
    close(squared_norm, gradient @ gradient, AGREE)
    close(scale, 0.0, AGREE, scale=1)


@weight(2)
def check_no_signal(noise_scale, rng):
    """When noise hides the signal, the scale is infinite and the squared norm stays as estimated."""
    gradient = rng.uniform(1, 2, 3)
    scale, trace, squared_norm = noise_scale(np.stack([gradient, -gradient]), 5)
    close(trace, 5 * 2 * (gradient @ gradient), TRACE)
    close(squared_norm, -(gradient @ gradient), BELOW)
    equal(scale, math.inf, INFINITE)
    nothing = noise_scale(np.zeros((3, 2)), 4)[0]
    require(not math.isnan(nothing), ZERO)
    equal(nothing, math.inf, INFINITE)
    require(math.isfinite(noise_scale(np.array([[2.0, 0.0], [1e-3, 1.0]]), 2000)[0]), SMALL)


def check_lists_of_whole_numbers(noise_scale, rng):
    """Lists of whole numbers are read like arrays."""
    _compare_whole(noise_scale, [[2, 3], [4, 3]], 4)
    _compare_whole(noise_scale, [[1, 5], [4, 5]], 2)


@hidden(like=(check_two_equations, check_no_noise, check_no_signal, check_lists_of_whole_numbers))
def check_other_batches(noise_scale, rng):
    """The same holds for single examples, for one parameter, for many batches and in 32 bits."""
    for batches, parameters, size, dtype in ((3, 1, 1, float), (12, 4, 100, float), (5, 5, 5, np.float32)):
        gradients = _gradients(rng, batches, parameters).astype(dtype)
        scale, trace, squared_norm = noise_scale(gradients, size)
        right = _right(gradients.astype(float), size)
        close(trace, right[1], TRACE, rtol=1e-3)
        close(squared_norm, right[2], NORM, rtol=1e-3)
        close(scale, right[0], SCALE, rtol=1e-3)
    _compare_whole(noise_scale, [[6, 2], [9, 3], [9, 2]], 3)
    close(noise_scale(np.full((5, 3), 2.0), 7), (0.0, 0.0, 12.0), AGREE, scale=1)
    gradient = rng.uniform(1, 2, (2, 4))
    scale, _, squared_norm = noise_scale(np.concatenate([gradient, -gradient]), 2)
    require(squared_norm < 0, BELOW)
    equal(scale, math.inf, INFINITE)
    require(math.isfinite(noise_scale(np.array([[3.0, 0.0], [2e-3, 1.0]]), 9000)[0]), SMALL)


equivalent = {"`gradients - mean` becomes `mean - gradients`": "the square is the same"}

covers = {
    "Write `noise_scale(gradients, batch_size)`": check_two_equations,
    "`gradients` has shape (batches, parameters)": check_two_equations,
    "It may be a list of lists of whole numbers": check_lists_of_whole_numbers,
    "there are at least two": check_two_equations,
    "Return three numbers, the noise scale": check_two_equations,
    "for which both equations hold": (check_two_equations, check_no_noise),
    "the squared norm may come out at 0 or below": check_no_signal,
    "return it as it is, with `math.inf` for the noise scale": check_no_signal,
    "For `[[2, 3], [4, 3]]` and batches of 4": check_lists_of_whole_numbers,
    "Return noise scale, trace and squared norm from gradients": check_two_equations,
}


@misconception(
    "The variance of the batches' gradients is taken for that of single examples. That of a batch of n is n times "
    "smaller: multiply by n.",
    caught_by=check_two_equations,
)
def variance_of_batches(gradients, batch_size):
    return _quotient(*_parts(gradients, batch_size, trace=lambda difference, n, k: difference * k / (k - 1)))


@same_mistake_as(variance_of_batches)
def variance_of_batches_throughout(gradients, batch_size):
    return _right(np.asarray(gradients, float), 1)


@misconception(
    "Noise is left in the squared norm. That of the mean gradient contains trace / (kn) of it, and the mean of the "
    "batches' squared norms trace / n: the equations say how much to take off.",
    caught_by=check_two_equations,
    worth=0.6,
)
def noise_left_in_the_norm(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    _, trace, _ = _right(gradients, batch_size)
    return _quotient(trace, float(np.sum(gradients.mean(axis=0) ** 2)))


@same_mistake_as(noise_left_in_the_norm)
def noise_of_a_batch_left_in_the_norm(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    return _quotient(_right(gradients, batch_size)[1], float(np.mean(np.sum(gradients**2, axis=1))))


@misconception(
    "The union of the batches is taken to be free of noise, so that the trace is n times the difference of the left "
    "sides. The union has noise as well, a k-th of a batch's: divide by 1/n - 1/(kn).",
    caught_by=check_two_equations,
)
def union_without_noise(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    small, union = np.mean(np.sum(gradients**2, axis=1)), np.sum(gradients.mean(axis=0) ** 2)
    return _quotient(float(batch_size * (small - union)), float(union))


@misconception(
    "The trace is too small, by the factor (k - 1) / k: the deviations from the mean of k gradients are summed and "
    "divided by k. The mean is that of the same gradients, so divide by k - 1.",
    caught_by=check_two_equations,
)
def divided_by_k(gradients, batch_size):
    return _quotient(*_parts(gradients, batch_size, trace=lambda difference, n, k: difference * n))


@misconception(
    "The quotient is upside down: signal over noise. The noise scale is large where noise is.",
    caught_by=check_two_equations,
    worth=0.75,
)
def upside_down(gradients, batch_size):
    scale, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return (squared_norm / trace if trace > 0 else 0.0) if squared_norm > 0 else math.inf, trace, squared_norm


@misconception(
    "A mean over the parameters is taken instead of a sum. The trace is the sum of the variances, and the squared norm "
    "a sum of squares.",
    caught_by=check_two_equations,
)
def mean_over_parameters(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return _quotient(trace / np.shape(gradients)[1], squared_norm)


@same_mistake_as(mean_over_parameters)
def both_means_over_parameters(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return _quotient(trace / np.shape(gradients)[1], squared_norm / np.shape(gradients)[1])


@misconception(
    "A squared norm below 0 is returned as 0. It is an estimate that is right on average, and one that is cut off at "
    "0 is too large on average.",
    caught_by=check_no_signal,
    worth=0.85,
)
def cut_off_at_zero(gradients, batch_size):
    scale, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return scale, trace, max(squared_norm, 0.0)


@misconception(
    "The quotient is returned though its denominator is below 0: a noise scale of less than nothing. No signal was "
    "seen, so the scale is infinite.",
    caught_by=check_no_signal,
    worth=0.85,
)
def scale_below_zero(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return trace / squared_norm if squared_norm else math.inf, trace, squared_norm


@same_mistake_as(scale_below_zero)
def scale_below_zero_or_nan(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    with np.errstate(all="ignore"):
        return float(np.float64(trace) / squared_norm), trace, squared_norm


@misconception(
    "The mean is not subtracted: the squares of the gradients are taken for their variances. Batches that agree have "
    "no noise, however long their gradient is.",
    caught_by=check_no_noise,
)
def mean_not_subtracted(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    trace = batch_size * float(np.mean(np.sum(gradients**2, axis=1)))
    union = float(np.sum(gradients.mean(axis=0) ** 2))
    return _quotient(trace, union - trace / (batch_size * len(gradients)))


@misconception(
    "The mean of whole numbers is kept as whole numbers, and loses its decimals.",
    caught_by=check_lists_of_whole_numbers,
    worth=0.9,
)
def mean_of_whole_numbers_rounded(gradients, batch_size):
    gradients = np.asarray(gradients)
    mean = gradients.mean(axis=0).astype(gradients.dtype).astype(float)
    k = len(gradients)
    trace = batch_size * float(np.sum((gradients - mean) ** 2)) / (k - 1)
    return _quotient(trace, float(mean @ mean) - trace / (batch_size * k))


@misconception(
    "The mean of the norms is squared. The left side of the first equation is the mean of the squared norms, which is "
    "larger.",
    caught_by=check_two_equations,
)
def mean_norm_squared(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    return _solved(np.linalg.norm(gradients, axis=1).mean() ** 2, gradients, batch_size)


@misconception(
    "The norms themselves are put into the equations. Their left sides are squared norms: square each before the mean "
    "is taken.",
    caught_by=check_two_equations,
)
def norms_for_their_squares(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    small, union = np.linalg.norm(gradients, axis=1).mean(), np.linalg.norm(gradients.mean(axis=0))
    trace = float(small - union) / (1 / batch_size - 1 / (batch_size * len(gradients)))
    return _quotient(trace, float(small) - trace / batch_size)


@misconception(
    "The union is taken for a batch of k examples. It consists of k batches of n examples each: kn in all.",
    caught_by=check_two_equations,
)
def union_of_k(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    small, union, k = np.mean(np.sum(gradients**2, axis=1)), np.sum(gradients.mean(axis=0) ** 2), len(gradients)
    with np.errstate(divide="ignore", invalid="ignore"):
        trace = float(np.float64(small - union) / (1 / batch_size - 1 / k))
    return _quotient(trace, float(small) - trace / batch_size)


@misconception(
    "The trace and the squared norm are swapped. Return the noise scale, the trace and the squared norm, in this "
    "order.",
    caught_by=check_two_equations,
    worth=0.85,
)
def another_order(gradients, batch_size):
    scale, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return scale, squared_norm, trace


@misconception(
    "Something is divided by a squared norm of exactly 0. That is no signal either: the scale is infinite at 0 and "
    "below.",
    caught_by=check_no_signal,
    said_by=ZERO,
    worth=0.85,
)
def divided_by_zero(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return math.inf if squared_norm < 0 else float(np.float64(trace) / squared_norm), trace, squared_norm


@same_mistake_as(divided_by_zero)
def divided_by_zero_as_floats(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return math.inf if squared_norm < 0 else trace / squared_norm, trace, squared_norm


@misconception(
    "The norm is returned instead of its square. By the definition of the noise scale it is the square that counts.",
    caught_by=check_two_equations,
    worth=0.75,
)
def norm_not_squared(gradients, batch_size):
    _, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return _quotient(trace, math.sqrt(squared_norm) if squared_norm > 0 else squared_norm)


@neighbour("the norm is not squared, but only where it is returned")
def norm_returned(gradients, batch_size):
    scale, trace, squared_norm = _right(np.asarray(gradients, float), batch_size)
    return scale, trace, math.sqrt(abs(squared_norm))


@neighbour("the standard deviations are summed, not the variances")
def deviations_summed(gradients, batch_size):
    spread = batch_size * np.std(np.asarray(gradients, float), axis=0, ddof=1).sum()
    return _quotient(float(spread), _right(np.asarray(gradients, float), batch_size)[2])


@alternative("the two equations handed to a solver")
def by_a_solver(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    n, many = batch_size, batch_size * len(gradients)
    left = [np.mean((gradients**2).sum(axis=1)), (gradients.mean(axis=0) ** 2).sum()]
    squared_norm, trace = np.linalg.solve([[1, 1 / n], [1, 1 / many]], left)
    return trace / squared_norm if squared_norm > 1e-12 * left[0] else np.inf, trace, squared_norm


@alternative("McCandlish's two estimates")
def as_published(gradients, batch_size):
    gradients = np.asarray(gradients, float)
    small, big = batch_size, batch_size * len(gradients)
    norm_small = np.linalg.norm(gradients, axis=1) ** 2
    norm_big = np.linalg.norm(gradients.mean(0)) ** 2
    signal = (big * norm_big - small * norm_small.mean()) / (big - small)
    noise = (norm_small.mean() - norm_big) / (1 / small - 1 / big)
    return [noise / signal if signal > 0 else float("inf"), noise, signal]


@alternative("in loops, by the sample variance")
def in_loops(gradients, batch_size):
    rows = [list(map(float, row)) for row in gradients]
    trace, norm = 0.0, 0.0
    for column in zip(*rows):
        mean = sum(column) / len(column)
        trace += batch_size * sum((g - mean) ** 2 for g in column) / (len(column) - 1)
        norm += mean**2
    norm -= trace / (batch_size * len(rows))
    return (trace / norm if norm > 0 else math.inf), trace, norm


def _compare_whole(noise_scale, gradients, batch_size):
    """Lists of whole numbers must get what the answer itself returns for an array of the same numbers as floats."""
    _, *found = noise_scale(gradients, batch_size)
    _, *as_floats = noise_scale(np.array(gradients, float), batch_size)
    close(found, as_floats, WHOLE)


def _gradients(rng, batches, parameters):
    """Gradients whose means lie on both sides of 0 and are larger than their variation."""
    mean = rng.choice([-1.0, 1.0], parameters) * rng.uniform(2, 4, parameters)
    return mean + rng.normal(0, 0.7, (batches, parameters))


def _parts(gradients, n, *, trace):
    """Return trace and squared norm with another way from the difference of the left sides to the trace."""
    gradients = np.asarray(gradients, float)
    union = float(np.sum(gradients.mean(axis=0) ** 2))
    found = trace(float(np.mean(np.sum(gradients**2, axis=1))) - union, n, len(gradients))
    return found, union - found / (n * len(gradients))


def _quotient(trace, squared_norm):
    return trace / squared_norm if squared_norm > 0 else math.inf, trace, squared_norm


def _solved(small, gradients, n):
    """Return the solution with another left side of the first equation."""
    trace = (small - np.sum(gradients.mean(axis=0) ** 2)) / (1 / n - 1 / (n * len(gradients)))
    return _quotient(float(trace), float(small - trace / n))


def _right(gradients, n):
    return _quotient(*_parts(gradients, n, trace=lambda difference, n, k: difference * n * k / (k - 1)))
