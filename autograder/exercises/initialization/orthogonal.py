"""Random weights that keep lengths and angles, times a gain."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    call,
    core,
    default_rng,
    hidden,
    misconception,
    neighbour,
    require,
    several,
    weight,
)
from dnnkit.initialization import orthogonal as solution

from ._shared import FIXED_SEED, OTHER_SOURCE, require_draws_from_rng_alone, source

points = 4
returns = array
hints = (
    "Draw a Gaussian matrix and take the Q of np.linalg.qr; it has orthonormal columns only if it is not wide.",
    "For a wide W draw the tall matrix, with the larger number of rows, and transpose its Q.",
    "np.linalg.qr has a habit with signs: multiply each column of Q by the sign of the diagonal entry of R.",
)

DRAWS = 120
SURE = 6  # of that many signs, in units of the root of their number: over it once in a thousand million times

FINITE = "every weight must be a finite number"
AXES = "W must have two axes"
TRANSPOSED = "W has the shape (fan_out, fan_in); it must be (fan_in, fan_out)"
SQUARE_FOR_WIDE = "a wide W has the shape (fan_in, fan_in); it must be (fan_in, fan_out)"
SHAPE = "W must have the shape (fan_in, fan_out)"
TRIANGULAR = "all entries of W on one side of its diagonal are 0, as in the R of a QR factorization"
ONLY_LENGTHS = "the columns of W (of a wide one the rows) are of one length, but not at right angles to each other"
ANGLES = "the columns of W (of a wide one the rows) must be at right angles to each other"
ONE = "the columns of W (of a wide one the rows) have the length 1, whatever the gain"
SQUARED = "the columns of W (of a wide one the rows) are as long as the square of the gain"
LENGTHS = "the columns of W (of a wide one the rows) must be as long as the gain"
FIRST_NEGATIVE = "the first entry of W is negative in every draw"
SIGNS = "over many draws each entry of W must be positive as often as negative"
PRODUCTS = "over many draws the product of any two entries of W must be positive as often as negative"
SIZES = "over many draws all entries of W must be equally large, on average"
ZEROS = "most entries of W are 0, so that the axes are favoured directions"
TIED = "an entry of W must not always have the same sign as in the W before, or always the opposite one"
NOT_RANDOM = "W is the gain times the identity, whatever the rng"


def check_shape(orthogonal, rng):
    """W has the shape (fan_in, fan_out), tall or wide."""
    for fans in ((8, 3), (3, 8)):
        w = orthogonal(*fans, gain=1.5, rng=source(rng))
        shapes = {"shape": str(w.shape), "expected": str(fans)}
        require(w.shape != fans[::-1], TRANSPOSED, **shapes)
        require(w.shape == fans or w.shape != (3, 3), SQUARE_FOR_WIDE, **shapes)
        require(w.shape == fans, SHAPE, **shapes)
        require(np.isfinite(w).all(), FINITE)


@core
@weight(3)
def check_right_angles(orthogonal, rng):
    """The columns of a tall or square W, and the rows of a wide or square one, are at right angles to each other."""
    for fans in _layers(rng):
        _require_right_angles(_vectors(orthogonal, rng, fans, _gain(rng)))


@weight(2)
def check_lengths(orthogonal, rng):
    """They are as long as the gain, be it below 1 or above."""
    gains = [0.4, 1.7, 2.6]
    lengths = [_lengths(_vectors(orthogonal, rng, fans, gain)) for fans, gain in zip(_layers(rng), gains)]
    _require_lengths(lengths, gains)


def check_no_direction_is_favoured(orthogonal, rng):
    """Over many draws no entry, and no product of two, is positive more often than negative; all are equally large."""
    found = [(fans, _draws(orthogonal, rng, fans)) for fans in ((1, 3), (2, 2), (3, 5))]
    require(not all((draws[:, 0] < 0).all() for _, draws in found), FIRST_NEGATIVE, draws=DRAWS)
    for fans, draws in found:
        _require_unbiased(draws, max(fans))


def check_source(orthogonal, rng):
    """The draws come from rng, and from nothing else."""

    def draw(generator):
        w = orthogonal(14, 11, gain=1.5, rng=generator)  # so many columns that signs do not agree by luck
        require(w.ndim == 2, AXES, axes=w.ndim)
        require(not np.array_equal(w, 1.5 * np.eye(*w.shape)), NOT_RANDOM)
        return w

    require_draws_from_rng_alone(draw, rng)


@hidden(like=(check_shape, check_right_angles, check_lengths))
def check_other_layers(orthogonal, rng):
    """The same holds with one input or output, in large layers, and for a gain of 1, a tiny one or a whole number."""
    for fans, gain in (((1, 1), 2), ((1, 6), 1.0), ((6, 1), 0.01), ((2, 2), 1), ((40, 30), 3.0), ((25, 50), 0.5)):
        w = orthogonal(*fans, gain=gain, rng=source(rng))
        require(w.shape == fans, SHAPE, shape=str(w.shape), expected=str(fans))
        vectors = w.T if fans[0] > fans[1] else w
        _require_right_angles(vectors)
        _require_lengths([_lengths(vectors)], [gain])


@hidden(like=check_no_direction_is_favoured)
def check_no_direction_is_favoured_elsewhere(orthogonal, rng):
    """The same holds for a single weight, in a square layer and in a tall one."""
    for fans in ((1, 1), (3, 3), (4, 2)):
        _require_unbiased(_draws(orthogonal, rng, fans), max(fans))


covers = {
    "Write orthogonal(fan_in, fan_out": check_shape,
    "returns a random array W of shape (fan_in, fan_out)": (check_shape, check_source),
    "its columns are at right angles to each other and as long as": (check_right_angles, check_lengths),
    "its rows are": (check_right_angles, check_lengths),
    "no direction is favoured": check_no_direction_is_favoured,
    "equally large on average": check_no_direction_is_favoured,
    "all random numbers come from rng": check_source,
    "may be": "the example, by hand",
    "Draw weights whose columns": (check_right_angles, check_lengths),
}

HAAR = "the matrices are different, but equally likely: no direction is favoured either"
RECIPROCAL = "a sign is its own reciprocal"
equivalent = {
    "`q *= np.where(np.diag(r) < 0, -1.0, 1.0)` becomes `q /= np.where(np.diag(r) < 0, -1.0, 1.0)`": RECIPROCAL,
    "`np.diag(r) < 0` becomes `np.diag(r) <= 0`": "no draw makes a 0 there",
    "`np.diag(r) < 0` becomes `np.diag(r) > 0`": HAAR,
    "`fan_in >= fan_out` becomes `fan_in > fan_out`": HAAR,
}


@misconception(
    "The vectors have one length but are not at right angles to each other. Random directions are nearly orthogonal in "
    "high dimension, never quite, and thirty layers multiply the difference: take the Q of a QR factorization.",
    caught_by=check_right_angles,
    said_by=ONLY_LENGTHS,
)
def unit_columns(fan_in, fan_out, *, gain, rng):
    w = rng.standard_normal((fan_in, fan_out))
    return gain * w / np.linalg.norm(w, axis=0 if fan_in >= fan_out else 1, keepdims=True)


@misconception(
    "The gain makes no difference to the lengths. Did you multiply before the factorization, which takes every scale "
    "out again, or not at all? Multiply Q.",
    caught_by=check_lengths,
    worth=0.8,
    said_by=ONE,
)
def gain_is_lost(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=1.0, rng=rng)


@misconception(
    "The gain is squared. The singular values of W must be the gain itself; it is W transposed times W that holds its "
    "square.",
    caught_by=check_lengths,
    worth=0.8,
    said_by=SQUARED,
)
def gain_squared(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain**2, rng=rng)


@misconception(
    "W is triangular, as the R of a QR factorization is. The orthonormal matrix is Q, the first that np.linalg.qr "
    "returns.",
    caught_by=check_right_angles,
    said_by=TRIANGULAR,
)
def r_for_q(fan_in, fan_out, *, gain, rng):
    _, r = np.linalg.qr(rng.standard_normal((fan_in, fan_out)), mode="complete")
    return gain * r


@misconception(
    "The identity is orthogonal, but it is not random: neuron i of each layer would begin as a copy of input i, and "
    "every run would begin alike.",
    caught_by=check_source,
    worth=0.8,
    said_by=NOT_RANDOM,
)
def identity(fan_in, fan_out, *, gain, rng):
    return gain * np.eye(fan_in, fan_out)


@misconception(
    "The first entry of W is negative in every draw. That is the mark of a Q as np.linalg.qr leaves it, whose routine "
    "chooses the signs. Multiply each column by the sign of the diagonal entry of R, and no direction is favoured.",
    caught_by=check_no_direction_is_favoured,
    worth=0.9,
    said_by=FIRST_NEGATIVE,
)
def no_signs(fan_in, fan_out, *, gain, rng):
    q, _ = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
    return gain * (q if fan_in >= fan_out else q.T)


@misconception(
    "A wide W comes out square: the Q of a (fan_in, fan_out) matrix is only (fan_in, fan_in) then. Factorize the tall "
    "matrix and transpose.",
    caught_by=check_shape,
    worth=0.9,
    said_by=SQUARE_FOR_WIDE,
)
def square_q_for_wide(fan_in, fan_out, *, gain, rng):
    q, r = np.linalg.qr(rng.standard_normal((fan_in, fan_out)))
    return gain * q * np.sign(np.diag(r))


@misconception(
    "A tall W comes out wide and a wide one tall: Q is transposed in the wrong case. W is (fan_in, fan_out).",
    caught_by=check_shape,
    worth=0.9,
    said_by=TRANSPOSED,
)
def transposed(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain, rng=rng).T


@misconception(
    "Whatever the rng, the weights are the same, so that every layer of one size begins alike: they are kept from an "
    "earlier call, or come from a generator that is made inside with a fixed seed. Draw from the rng that is given.",
    caught_by=check_source,
    worth=0.8,
    said_by=FIXED_SEED,
)
def seeded_inside(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain, rng=default_rng(0))


@misconception(
    "The draws do not come from rng alone (but from np.random, perhaps), so nobody can repeat the run. Use the rng "
    "that is given.",
    caught_by=check_source,
    worth=0.9,
    said_by=OTHER_SOURCE,
)
def unseeded(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain, rng=default_rng())


@neighbour("the root of the gain is taken")
def root_of_gain(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain**0.5, rng=rng)


@neighbour("Q is turned so that its diagonal is positive")
def positive_diagonal(fan_in, fan_out, *, gain, rng):
    w = solution(fan_in, fan_out, gain=gain, rng=rng)
    signs = np.where(np.diag(w) < 0, -1.0, 1.0)
    return w * signs if fan_in >= fan_out else signs[:, None] * w


@neighbour("one random sign for all of Q, as the routine left it")
def one_sign(fan_in, fan_out, *, gain, rng):
    return no_signs(fan_in, fan_out, gain=gain, rng=rng) * rng.choice([-1.0, 1.0])


@neighbour("a random permutation of the axes with random signs")
def signed_permutation(fan_in, fan_out, *, gain, rng):
    n = max(fan_in, fan_out)
    return gain * (np.eye(n)[rng.permutation(n)] * rng.choice([-1.0, 1.0], n))[:fan_in, :fan_out]


@neighbour("Gaussian draws whose mean square is right")
def gaussian(fan_in, fan_out, *, gain, rng):
    return gain * rng.standard_normal((fan_in, fan_out)) / np.sqrt(max(fan_in, fan_out))


@alternative("the nearest orthogonal matrix, from a singular value decomposition")
def from_svd(fan_in, fan_out, *, gain, rng):
    u, _, vt = np.linalg.svd(rng.normal(size=(fan_in, fan_out)), full_matrices=False)
    return gain * u @ vt


@alternative("Gram and Schmidt, one vector at a time")
def gram_schmidt(fan_in, fan_out, *, gain, rng):
    vectors = []
    for _ in range(min(fan_in, fan_out)):
        v = rng.standard_normal(max(fan_in, fan_out))
        for _ in range(2):
            for u in vectors:
                v = v - (u @ v) * u
        vectors.append(v / np.linalg.norm(v))
    w = gain * np.array(vectors)
    return w if fan_in <= fan_out else w.T


@alternative("a part of a large square Q, with signs drawn anew, in float32")
def cut_out(fan_in, fan_out, *, gain, rng):
    n = max(fan_in, fan_out)
    q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    q *= rng.choice([-1.0, 1.0], n)
    return (gain * q[:fan_in, :fan_out]).astype(np.float32)


def _gain(rng):
    return float(rng.uniform(1.3, 3))


def _layers(rng):
    """Return the fans of a square, of a tall and of a wide layer."""
    few, n, more = int(rng.integers(3, 6)), int(rng.integers(4, 9)), int(rng.integers(7, 12))
    return (n, n), (more, few), (few, more)


def _vectors(orthogonal, rng, fans, gain):
    """Return as rows what must be at right angles: the fewer of W's rows and columns, whatever shape it came in."""
    w = orthogonal(*fans, gain=gain, rng=source(rng))
    require(w.ndim == 2, AXES, axes=w.ndim)
    require(np.isfinite(w).all(), FINITE)
    return w.T if w.shape[0] >= w.shape[1] else w


def _lengths(vectors):
    return np.linalg.norm(vectors, axis=1)


def _require_right_angles(vectors):
    lengths = _lengths(vectors)
    require(lengths.all(), "no column of W (of a wide one no row) may be zero")
    directions = vectors / lengths[:, None]
    across = np.abs(directions @ directions.T - np.eye(len(vectors))).max(initial=0)
    right = across < 1e-4
    if not right and len(vectors) > 2:
        require(np.triu(vectors, 1).any() and np.tril(vectors, -1).any(), TRIANGULAR)
    require(right or np.ptp(lengths) > 1e-4 * lengths.max(), ONLY_LENGTHS, largest_cosine=across)
    require(right, ANGLES, largest_cosine=across)


def _require_lengths(lengths, gains):
    """Compare the lengths found in several W with the gain of each."""

    def like(expected):
        return all(np.all(np.abs(found - one) < 1e-4 * one) for found, one in zip(lengths, expected))

    numbers = {"length": lengths[0][0], "gain": gains[0]}
    right = like(gains)
    require(right or not like([1] * len(gains)), ONE, **numbers)
    require(right or not like([gain**2 for gain in gains]), SQUARED, **numbers)
    worst = max(zip(lengths, gains), key=lambda pair: np.abs(pair[0] / pair[1] - 1).max())
    far = np.argmax(np.abs(worst[0] - worst[1]))
    require(right, LENGTHS, length=worst[0][far], gain=worst[1])


def _draws(orthogonal, rng, fans):
    """Return many W for a gain of 1 from one rng, each as a row, divided by the root of their mean square."""
    generator = source(rng)
    draws = np.array([np.ravel(w) for w in several(orthogonal, [call(*fans, gain=1.0, rng=generator)] * DRAWS)])
    require(np.isfinite(draws).all(), FINITE)
    return draws / (np.sqrt(np.mean(draws**2)) or 1)


def _require_unbiased(draws, larger):
    """Check draws, a row each, for favourites: signs of entries and of products, sizes, and signs from draw to draw."""
    signs = np.sign(draws)
    limit = SURE * np.sqrt(len(signs))
    require(np.abs(signs.sum(axis=0)).max() < limit, SIGNS, draws=len(signs))
    pairs = np.abs(signs.T @ signs)[np.triu_indices(signs.shape[1], 1)]
    require(pairs.max(initial=0) < limit, PRODUCTS, draws=len(signs))
    require(np.abs(np.sum(signs[1:] * signs[:-1], axis=0)).max() < limit, TIED, draws=len(signs))
    require(larger < 3 or np.mean(np.abs(draws) < 0.1) < 0.3, ZEROS)
    # An entry's square varies less than a squared normal draw, of which 120 have a mean in here almost surely.
    sizes = np.mean(draws**2, axis=0)
    require(sizes.min() > 0.25 and sizes.max() < 2.4, SIZES, smallest=sizes.min(), largest=sizes.max())
