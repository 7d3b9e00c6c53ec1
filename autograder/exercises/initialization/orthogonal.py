"""Random weights that keep lengths and angles, times a gain."""

import numpy as np

from autograder.authoring import alternative, array, default_rng, equal, hidden, misconception, require
from dnnkit.initialization import orthogonal as solution

points = 4
returns = array
hints = (
    "Draw a Gaussian matrix and take the Q of np.linalg.qr; it has orthonormal columns only if it is not wide.",
    "For a wide W draw the tall matrix, with the larger number of rows, and transpose its Q.",
    "np.linalg.qr has a habit with signs: multiply each column of Q by the sign of the diagonal entry of R.",
)


def seed(rng):
    return int(rng.integers(2**32))


def draw(orthogonal, fan_in, fan_out, generator, sentence, gain=1.0):
    w = orthogonal(fan_in, fan_out, gain=gain, rng=generator)
    equal(list(w.shape), [fan_in, fan_out], sentence)
    require(np.isfinite(w).all(), "every weight must be a finite number")
    return w


def at_right_angles(vectors, gain, whose):
    """Hold the rows of an array to what the columns of a tall W, or the rows of a wide one, must be."""
    gram = vectors @ vectors.T
    lengths = np.sqrt(np.diag(gram))
    across = float(np.abs(gram - np.diag(np.diag(gram))).max())
    require(across < 1e-4 * gain**2, f"the {whose} must be at right angles to each other", largest_product=across)
    shortest, longest = float(lengths.min()), float(lengths.max())
    require(shortest > 0.9999 * gain, f"the {whose} must be as long as the gain, not shorter", got=shortest, gain=gain)
    require(longest < 1.0001 * gain, f"the {whose} must be as long as the gain, not longer", got=longest, gain=gain)


def check_square(orthogonal, rng):
    """A square W is an orthogonal matrix times the gain."""
    n, gain = int(rng.integers(4, 9)), float(rng.uniform(1.3, 3))
    w = draw(orthogonal, n, n, default_rng(seed(rng)), "a square W must have shape (fan_in, fan_out)", gain)
    at_right_angles(w.T, gain, "columns of a square W")


def check_rectangles(orthogonal, rng):
    """A tall W has orthogonal columns, a wide W orthogonal rows, each of the length of the gain."""
    few, more, gain = int(rng.integers(3, 6)), int(rng.integers(7, 12)), float(rng.uniform(1.3, 3))
    tall = draw(orthogonal, more, few, default_rng(seed(rng)), "a tall W must have shape (fan_in, fan_out)", gain)
    at_right_angles(tall.T, gain, "columns of a tall W")
    wide = draw(orthogonal, few, more, default_rng(seed(rng)), "a wide W must have shape (fan_in, fan_out)", gain)
    at_right_angles(wide, gain, "rows of a wide W")


def check_randomness(orthogonal, rng):
    """The draws come from rng, which moves on."""
    start, sentence = seed(rng), "a square W must have shape (fan_in, fan_out)"
    generator = default_rng(start)
    first, second = (draw(orthogonal, 5, 5, generator, sentence) for _ in range(2))
    again = draw(orthogonal, 5, 5, default_rng(start), sentence)
    require(not np.array_equal(first, second), "a second draw from the same rng must give other weights")
    require(np.array_equal(first, again), "rng in the same state must give the same weights")


@hidden
def check_no_favourite_direction(orthogonal, rng):
    """Every entry is as often positive as negative: no direction is favoured."""
    n, draws, generator = 2, 40, default_rng(seed(rng))
    stack = [draw(orthogonal, n, n, generator, "a square W must have shape (fan_in, fan_out)") for _ in range(draws)]
    require(np.std(stack, axis=0).min() > 0, "every entry of W must be random")
    # Of 40 fair signs fewer than 3 are alike with a chance of 1.5e-9.
    positive = np.sum(np.array(stack) > 0, axis=0)
    sentence = "each entry of W must be as often positive as negative, over many draws"
    require(positive.min() >= 3, sentence, positive=int(positive.min()), draws=draws)
    require(positive.max() <= draws - 3, sentence, positive=int(positive.max()), draws=draws)


@misconception(
    "The columns have length one but are not at right angles to each other. Random directions are nearly orthogonal in "
    "high dimension, never quite, and thirty layers multiply the difference: take the Q of a QR factorisation.",
    caught_by=check_square,
)
def unit_columns(fan_in, fan_out, *, gain, rng):
    w = rng.standard_normal((fan_in, fan_out))
    return gain * w / np.linalg.norm(w, axis=0)


@misconception(
    "The gain is missing, or was multiplied in before the QR factorisation, which takes every scale out again: "
    "multiply Q.",
    caught_by=check_square,
)
def gain_is_lost(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=1.0, rng=rng)


@misconception(
    "The gain is squared. The singular values of W are to be the gain itself; it is W "
    "transposed times W that holds its square.",
    caught_by=check_rectangles,
)
def gain_squared(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain**2, rng=rng)


@misconception(
    "This is the R of the QR factorisation, a triangular matrix. The orthonormal one is Q, the first that np.linalg.qr "
    "returns.",
    caught_by=check_square,
)
def r_for_q(fan_in, fan_out, *, gain, rng):
    _, r = np.linalg.qr(rng.standard_normal((fan_in, fan_out)), mode="complete")
    return gain * r


@misconception(
    "The identity is orthogonal, but it is not random: unit i of each layer would begin as a copy of input i, and "
    "every run would begin alike.",
    caught_by=check_randomness,
)
def identity(fan_in, fan_out, *, gain, rng):
    return gain * np.eye(fan_in, fan_out)


@misconception(
    "Q comes as np.linalg.qr leaves it, whose routine chooses the signs: the first entry, say, is almost always "
    "negative. Multiply each column by the sign of the diagonal entry of R, and no direction is favoured.",
    caught_by=check_no_favourite_direction,
    worth=0.75,
)
def no_signs(fan_in, fan_out, *, gain, rng):
    q, _ = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
    return gain * (q if fan_in >= fan_out else q.T)


@misconception(
    "For a wide W the Q of a (fan_in, fan_out) matrix is only (fan_in, fan_in). Factorise the tall matrix and "
    "transpose.",
    caught_by=check_rectangles,
    worth=0.75,
)
def square_q_for_wide(fan_in, fan_out, *, gain, rng):
    q, r = np.linalg.qr(rng.standard_normal((fan_in, fan_out)))
    return gain * q * np.sign(np.diag(r))


@misconception(
    "A tall W comes out wide and a wide one tall: Q is transposed in the wrong case. W is (fan_in, fan_out).",
    caught_by=check_rectangles,
    worth=0.75,
)
def transposed(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain, rng=rng).T


@misconception(
    "A generator is made anew inside, with a fixed seed, so that every layer of one size gets the same weights. Draw "
    "from the rng that is given.",
    caught_by=check_randomness,
)
def seeded_inside(fan_in, fan_out, *, gain, rng):
    return solution(fan_in, fan_out, gain=gain, rng=default_rng(0))


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
