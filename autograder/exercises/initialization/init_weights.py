"""Random first weights of a layer, normal or uniform, with the standard deviation of a scheme."""

import math

import numpy as np

from autograder.authoring import alternative, array, default_rng, equal, hidden, misconception, require
from dnnkit.initialization import init_std
from dnnkit.initialization import init_weights as solution

points = 4
returns = array
hints = (
    "Ask initialization.init_std for the standard deviation; what is left is to draw with it.",
    "rng.normal and rng.uniform take a size; the shape of W is (fan_in, fan_out).",
    "A uniform distribution on (-b, b) has the variance b**2 / 3: solve that for b.",
)

# Glorot comes first: who takes one scheme for another fails at another sentence than who scales all of them wrongly.
SPREAD = {
    "glorot": "under Glorot the standard deviation must be the square root of 2 / (fan_in + fan_out)",
    "lecun": "under LeCun the standard deviation must be the square root of 1 / fan_in",
    "he": "under He the standard deviation must be the square root of 2 / fan_in",
}
DISTRIBUTIONS = ("normal", "uniform")


def layer(rng):
    """Fans of a layer so far from square that no scheme passes for another."""
    return int(rng.integers(40, 60)), int(rng.integers(130, 160))


def seed(rng):
    return int(rng.integers(2**32))


def draw(init_weights, fan_in, fan_out, generator, **options):
    w = init_weights(fan_in, fan_out, rng=generator, **options)
    equal(list(w.shape), [fan_in, fan_out], "W must have shape (fan_in, fan_out)")
    require(np.isfinite(w).all(), "every weight must be a finite number")
    require(np.ptp(w) > 0, "the weights must differ from one another", first=w[0, 0], all_of_them=w.size)
    distinct = np.unique(w).size  # in float32 a few draws meet by chance
    require(distinct > 0.99 * w.size, "every weight must be a draw of its own", distinct=distinct, weights=w.size)
    return w


def check_spread(init_weights, rng):
    """The draws have the standard deviation of the scheme, whatever the distribution."""
    fan_in, fan_out = layer(rng)
    for scheme, sentence in SPREAD.items():
        for distribution in DISTRIBUTIONS:
            w = draw(init_weights, fan_in, fan_out, default_rng(seed(rng)), scheme=scheme, distribution=distribution)
            expected = init_std(fan_in, fan_out, scheme=scheme)
            found = float(w.std())
            # Six standard errors of the spread of a normal sample; a uniform one is steadier.
            near = abs(found / expected - 1) < 6 / math.sqrt(2 * w.size)
            require(near, sentence, found=found, expected=expected)


def check_centre(init_weights, rng):
    """The draws have mean zero."""
    for distribution in DISTRIBUTIONS:
        w = draw(init_weights, *layer(rng), default_rng(seed(rng)), scheme="he", distribution=distribution)
        near = abs(w.mean()) < 6 * w.std() / math.sqrt(w.size)
        require(near, "the weights must have mean zero", mean=float(w.mean()), standard_deviation=float(w.std()))


def check_randomness(init_weights, rng):
    """The draws come from rng, which moves on."""
    fan_in, fan_out = layer(rng)
    start = seed(rng)
    for distribution in DISTRIBUTIONS:
        options = {"scheme": "glorot", "distribution": distribution}
        generator = default_rng(start)
        first = draw(init_weights, fan_in, fan_out, generator, **options)
        second = draw(init_weights, fan_in, fan_out, generator, **options)
        again = draw(init_weights, fan_in, fan_out, default_rng(start), **options)
        require(not np.array_equal(first, second), "a second draw from the same rng must give other weights")
        require(np.array_equal(first, again), "rng in the same state must give the same weights")


def check_uniform_range(init_weights, rng):
    """A uniform draw fills the interval that has the variance of the scheme."""
    fan_in, fan_out = layer(rng)
    w = draw(init_weights, fan_in, fan_out, default_rng(seed(rng)), scheme="lecun", distribution="uniform")
    bound = math.sqrt(3) * init_std(fan_in, fan_out, scheme="lecun")
    sentence = (
        "a uniform draw must fill the interval from minus to plus the square root of 3 times the standard deviation"
    )
    # Of 5,000 draws the outermost ones come within 1% of both ends, but for a chance of e**-25.
    fills = 0.99 * bound < w.max() <= 1.0001 * bound and 0.99 * bound < -w.min() <= 1.0001 * bound
    require(fills, sentence, smallest=float(w.min()), largest=float(w.max()), bound=bound)


@hidden
def check_normal_tails(init_weights, rng):
    """Without a distribution named, the draws are normal: 4.6% lie beyond two standard deviations."""
    fan_in, fan_out = layer(rng)
    w = draw(init_weights, fan_in, fan_out, default_rng(seed(rng)), scheme="he")
    share = float(np.mean(np.abs(w) > 2 * init_std(fan_in, fan_out, scheme="he")))
    expected = math.erfc(math.sqrt(2))
    near = abs(share - expected) < 6 * math.sqrt(expected * (1 - expected) / w.size)
    require(near, "a normal draw is the default, and 4.6% of it lie beyond two standard deviations", share=share)


@hidden
def check_deep_signal(init_weights, rng):
    """Twelve ReLU layers keep the size of a signal."""
    width, depth = 64, 12
    a = rng.standard_normal((20, width))
    start = np.mean(a**2)
    generator = default_rng(seed(rng))
    for _ in range(depth):
        a = np.maximum(a @ draw(init_weights, width, width, generator, scheme="he", distribution="uniform"), 0)
    # ln of the ratio is about -0.5 with a standard deviation of sqrt(12 * 5 / 64) = 1; half lost a layer gives -8.3.
    log_ratio = float(np.log(np.mean(a**2) / start + 1e-300))
    require(abs(log_ratio + 0.5) < 6, "twelve ReLU layers under He must keep the size of a signal", log_ratio=log_ratio)


@misconception(
    "These draws lie between 0 and 1: all weights are positive, so the sums of every unit grow with its inputs and the "
    "units all do the same. A weight must be as often negative as positive.",
    caught_by=check_centre,
)
def zero_to_one(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return rng.random((fan_in, fan_out)) * init_std(fan_in, fan_out, scheme=scheme)


@misconception(
    "The draws are multiplied by the variance. rng.normal takes the standard deviation, as init_std returns it: "
    "do not square it.",
    caught_by=check_spread,
)
def variance_as_scale(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    scale = init_std(fan_in, fan_out, scheme=scheme) ** 2
    if distribution == "normal":
        return rng.normal(0, scale, (fan_in, fan_out))
    return math.sqrt(3) * rng.uniform(-scale, scale, (fan_in, fan_out))


@misconception(
    "The uniform draw ends at the standard deviation. A uniform distribution on (-b, b) has the standard deviation "
    "b / sqrt(3), so it must reach to sqrt(3) times as far.",
    caught_by=check_uniform_range,
)
def bound_without_root_of_three(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    if distribution == "normal":
        return rng.normal(0, std, (fan_in, fan_out))
    return rng.uniform(-std, std, (fan_in, fan_out))


@misconception(
    "All weights are equal. Then all units of the layer compute the same, get the same gradient, and stay equal for "
    "ever: the layer has the power of one unit.",
    caught_by=check_spread,
)
def constant(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return np.full((fan_in, fan_out), init_std(fan_in, fan_out, scheme=scheme))


@misconception(
    "One draw a unit is repeated for all inputs (or the other way round), so W has rank one: the unit only ever sees "
    "the sum of its inputs. Draw with size=(fan_in, fan_out).",
    caught_by=check_spread,
)
def repeated_rows(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    row = rng.normal(0, init_std(fan_in, fan_out, scheme=scheme), fan_out)
    return np.broadcast_to(row, (fan_in, fan_out)).copy()


@misconception(
    "W has the shape (fan_out, fan_in), as PyTorch stores it. Here z = a @ W + b, so W is (fan_in, fan_out).",
    caught_by=check_spread,
)
def transposed(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution).T


@misconception(
    "The scheme is ignored and every layer gets Glorot's spread. Behind a ReLU that loses half of the signal a layer.",
    caught_by=check_deep_signal,
)
def always_glorot(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme="glorot", rng=rng, distribution=distribution)


@misconception(
    "The distribution is ignored: a normal draw comes back where a uniform one was asked for.",
    caught_by=check_uniform_range,
    worth=0.85,
)
def always_normal(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng)


@misconception(
    "Normal and uniform are swapped, or uniform is the default: where no distribution is named, the draw is normal.",
    caught_by=check_normal_tails,
    worth=0.85,
)
def uniform_by_default(fan_in, fan_out, *, scheme, rng, distribution="uniform"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)


@misconception(
    "A generator is made anew inside, with a fixed seed, so that every layer of one size gets the same weights. Draw "
    "from the rng that is given.",
    caught_by=check_randomness,
    worth=0.85,
)
def seeded_inside(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=default_rng(0), distribution=distribution)


@misconception(
    "The draws do not come from rng (from np.random, perhaps), so nobody can repeat the run. Use the rng that is "
    "given.",
    caught_by=check_randomness,
    worth=0.85,
)
def unseeded(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=default_rng(), distribution=distribution)


@alternative("standard draws, scaled afterwards")
def scaled(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    if distribution == "uniform":
        return (2 * rng.random((fan_in, fan_out)) - 1) * std * 3**0.5
    return std * rng.standard_normal((fan_in, fan_out))


@alternative("a loop over the units")
def looped(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    w = np.empty((fan_in, fan_out))
    for unit in range(fan_out):
        if distribution == "normal":
            w[:, unit] = rng.normal(scale=std, size=fan_in)
        else:
            w[:, unit] = rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, fan_in)
    return w
