"""Random first weights of a layer, normal or uniform, with the standard deviation of a scheme."""

import math

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
    same_mistake_as,
    several,
    weight,
)
from dnnkit.initialization import init_std
from dnnkit.initialization import init_weights as solution

from ._shared import FIXED_SEED, OTHER_SOURCE, require_draws_from_rng_alone, source

points = 4
returns = array
hints = (
    "Ask initialization.init_std for the standard deviation; what is left is to draw with it.",
    "rng.normal and rng.uniform take a size; the shape of W is (fan_in, fan_out).",
    "A uniform distribution on (-c, c) has the variance c**2 / 3: solve that for c.",
)

SCHEMES = ("lecun", "glorot", "he")
DISTRIBUTIONS = ("normal", "uniform")
FAR = 3.05  # standard deviations: of 8,000 normal draws 18 lie beyond, and none do with a chance of e**-18
SURE = 6  # standard errors: a right answer is further off once in five hundred million comparisons

TRANSPOSED = "W has the shape (fan_out, fan_in); it must be (fan_in, fan_out)"
FINITE = "every weight must be a finite number"
SHAPE = "W must have the shape (fan_in, fan_out)"
POSITIVE = "all weights are positive: on average half of them must be negative"
MEAN = "the weights must have mean zero"
VARIANCE = "the standard deviation of the weights is the square of the scheme's, which is the variance"
FANS_SWAPPED = "the standard deviation is that of a layer with the two fans exchanged"
ONE_FOR_ALL = "the standard deviation of the weights is the same whatever the scheme"
SHORT_BOUND = "uniform weights have the scheme's standard deviation divided by the square root of 3"
LONG_BOUND = "uniform weights have twice the scheme's standard deviation"
STD = "the standard deviation of the weights must be that of the scheme"
NEITHER_NORMAL = "weights requested as normal must be normally distributed"
UNIFORM_FOR_NORMAL = "weights requested as normal are uniform"
CUT_OFF = "of the weights requested as normal, those far from zero are missing"
NORMAL_FOR_UNIFORM = "weights requested as uniform are normally distributed"
NOT_UNIFORM = "weights requested as uniform must fill an interval (-c, c) evenly"
SWAPPED = "normal and uniform are swapped"
UNIFORM_DEFAULT = "if no distribution is named, the weights are uniform, but must be normal"
DEFAULT = "if no distribution is named, the weights must be normally distributed"
EQUAL = "all weights of W are equal"
COPIES = "rows of W are copies of one another, or columns are"
INDEPENDENT = "the weights must be drawn independently of one another"
TIED_TOTAL = "the mean of a whole W must vary from draw to draw as that of independent weights does"
TIED_SPREAD = "the standard deviation of a whole W must vary from draw to draw as that of independent weights does"


def check_shape(init_weights, rng):
    """W has the shape (fan_in, fan_out)."""
    for fan_in, fan_out in ((7, 4), (3, 9)):
        w = init_weights(fan_in, fan_out, rng=source(rng), scheme="he")
        require(w.shape != (fan_out, fan_in), TRANSPOSED, shape=str(w.shape), expected=str((fan_in, fan_out)))
        require(w.shape == (fan_in, fan_out), SHAPE, shape=str(w.shape), expected=str((fan_in, fan_out)))
        require(np.isfinite(w).all(), FINITE)


def check_mean(init_weights, rng):
    """The draws have mean zero, whatever the distribution."""
    for distribution in DISTRIBUTIONS * 5:
        w = _draw(init_weights, rng, "he", distribution)
        require(w.min() <= 0, POSITIVE, smallest=w.min())
        require(abs(w.mean()) <= SURE * w.std() / math.sqrt(w.size), MEAN, mean=w.mean(), standard_deviation=w.std())


@core
@weight(4)
def check_standard_deviation(init_weights, rng):
    """The draws have the standard deviation of the scheme, whatever the distribution."""
    fans = tuple(3 * fan for fan in _layer(rng))  # so many that the spread of one row, again and again, is too far off
    expected = np.array([[init_std(*fans, scheme=scheme)] * 2 for scheme in SCHEMES])
    found = np.array([[_draw(init_weights, rng, *case, fans).std() for case in _pairs(s)] for s in SCHEMES])

    def like(other):
        # A normal sample's spread has the standard error 1 / sqrt(2 * size); a uniform one's is steadier.
        return np.all(np.abs(found / other - 1) < SURE / math.sqrt(2 * math.prod(fans)))

    for squared in (expected**2, expected ** (2, 1)):
        require(not like(squared), VARIANCE, found=found[0, 0], expected=expected[0, 0])
    swapped = np.array([[init_std(*fans[::-1], scheme=scheme)] * 2 for scheme in SCHEMES])
    require(not like(swapped), FANS_SWAPPED, found=found[0, 0], expected=expected[0, 0])
    require(not like(expected / (1, math.sqrt(3))), SHORT_BOUND, found=found[0, 1], expected=expected[0, 1])
    require(not like(expected * (1, 2)), LONG_BOUND, found=found[0, 1], expected=expected[0, 1])
    require(not like(found[0, 0]), ONE_FOR_ALL, found=found[0, 0])
    off = np.unravel_index(np.argmax(np.abs(found / expected - 1)), found.shape)
    scheme, distribution = SCHEMES[off[0]], DISTRIBUTIONS[off[1]]
    numbers = {"found": found[off], "expected": expected[off], "scheme": scheme, "distribution": distribution}
    require(like(expected), STD, **numbers)


def check_distribution(init_weights, rng):
    """The draws are normal or uniform, as requested; if nothing is requested, they are normal."""
    normal, uniform = (_draw(init_weights, rng, "lecun", distribution) for distribution in DISTRIBUTIONS)
    require(not (_is_uniform(normal) and _is_normal(uniform)), SWAPPED)
    require(not _is_uniform(normal), UNIFORM_FOR_NORMAL)
    require(not _is_cut_off(normal), CUT_OFF, largest=np.abs(normal).max(), standard_deviation=normal.std())
    require(_is_normal(normal), NEITHER_NORMAL)
    require(not _is_normal(uniform), NORMAL_FOR_UNIFORM)
    require(_is_uniform(uniform), NOT_UNIFORM)
    named_nothing = _draw(init_weights, rng, "lecun", None)
    require(not _is_uniform(named_nothing), UNIFORM_DEFAULT)
    require(_is_normal(named_nothing), DEFAULT)


def check_independence(init_weights, rng):
    """The draws are independent of one another, in a W and from one W to the next."""
    for distribution in DISTRIBUTIONS:
        generator = source(rng)
        fans = _layer(rng)
        first, second = map(_standardized, _several_drawn(init_weights, generator, "he", distribution, fans, 2))
        _require_independent(first)
        _require_uncorrelated(first, second)
        small = list(_several_drawn(init_weights, generator, "he", distribution, (6, 10), 40))
        _require_free_totals(np.reshape(small, (40, -1)))


def check_source(init_weights, rng):
    """The draws come from rng, and from nothing else."""
    for distribution in DISTRIBUTIONS:

        def draw(generator, distribution=distribution):
            return _drawn(init_weights, generator, "glorot", distribution, (11, 7))

        require_draws_from_rng_alone(draw, rng)


@hidden(like=(check_shape, check_mean, check_standard_deviation))
def check_other_layers(init_weights, rng):
    """The same holds in square layers, and in those with one input or one output."""
    for fans, times in (((70, 70), 1), ((1, 60), 8), ((60, 1), 8), ((1, 1), 80)):
        for scheme, distribution in (("lecun", "uniform"), ("glorot", "normal"), ("he", "normal")):
            generator = source(rng)
            asked = [call(*fans, scheme=scheme, rng=generator, distribution=distribution)] * times
            draws = list(several(init_weights, asked))
            for w in draws:
                require(w.shape == fans, SHAPE, shape=str(w.shape), expected=str(fans))
            w = np.concatenate(draws, axis=None)
            expected = init_std(*fans, scheme=scheme)
            found = float(np.sqrt(np.mean(w**2)))
            require(abs(w.mean()) <= SURE * found / math.sqrt(w.size), MEAN, mean=w.mean())
            # Of 80 draws the mean square has heavier tails than a normal distribution: 7 standard errors are as sure.
            require(abs(found / expected - 1) < (SURE + 1) / math.sqrt(2 * w.size), STD, found=found, expected=expected)


covers = {
    "Write init_weights(fan_in, fan_out": (check_shape, check_distribution),
    "returns an array of shape (fan_in, fan_out)": check_shape,
    "independent draws": check_independence,
    "with mean zero": check_mean,
    "the standard deviation of the scheme": check_standard_deviation,
    "distribution is": check_distribution,
    "fills the interval": check_distribution,
    "All random numbers come from rng": check_source,
    "and may look like": "the example, by hand",
    "Draw the first weights": (check_mean, check_standard_deviation),
}


@misconception(
    "Some draws here are all positive, like those of rng.random, which lie between 0 and 1. All neurons of such a "
    "layer see nearly the same growing sum. A weight must be negative as often as positive: rng.normal and "
    "rng.uniform(-c, c) are.",
    caught_by=check_mean,
    said_by=POSITIVE,
)
def zero_to_one(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return rng.random((fan_in, fan_out)) * init_std(fan_in, fan_out, scheme=scheme)


@misconception(
    "The draws are multiplied by the variance. rng.normal takes the standard deviation, as init_std returns it: "
    "do not square it.",
    caught_by=check_standard_deviation,
    said_by=VARIANCE,
)
def variance_as_scale(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution) * init_std(
        fan_in, fan_out, scheme=scheme
    )


@same_mistake_as(variance_as_scale)
def variance_of_normal_draws(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    answer = variance_as_scale if distribution == "normal" else solution
    return answer(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)


@misconception(
    "init_std is given the fans in the wrong order. fan_in comes first: it is the number of summands of each neuron, "
    "which LeCun and He divide by.",
    caught_by=check_standard_deviation,
    said_by=FANS_SWAPPED,
)
def fans_exchanged(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_out, fan_in, scheme=scheme, rng=rng, distribution=distribution).T


@misconception(
    "The uniform draw ends at the standard deviation. A uniform distribution on (-c, c) has the standard deviation c / "
    "sqrt(3), so it must reach sqrt(3) times as far.",
    caught_by=check_standard_deviation,
    said_by=SHORT_BOUND,
)
def bound_without_root_of_three(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    if distribution == "normal":
        return rng.normal(0, std, (fan_in, fan_out))
    return rng.uniform(-std, std, (fan_in, fan_out))


@misconception(
    "sqrt(12) times the standard deviation is the length of the interval of a uniform draw, from -c to c. Here c is "
    "that much, and the interval twice as long: c must be sqrt(3) standard deviations.",
    caught_by=check_standard_deviation,
    said_by=LONG_BOUND,
)
def length_for_bound(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    w = solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)
    return 2 * w if distribution == "uniform" else w


@misconception(
    "The scheme is ignored: every layer gets the same spread, whichever scheme was asked for. Thirty ReLU layers with "
    "a spread other than He's lose the signal, or blow it up.",
    caught_by=check_standard_deviation,
    said_by=ONE_FOR_ALL,
)
def always_glorot(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme="glorot", rng=rng, distribution=distribution)


@misconception(
    "All weights are equal. Then all neurons of the layer compute the same, get the same gradient, and stay equal for "
    "ever: the layer has the power of one neuron.",
    caught_by=check_independence,
    said_by=EQUAL,
)
def constant(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return np.full((fan_in, fan_out), init_std(fan_in, fan_out, scheme=scheme))


@misconception(
    "Rows or columns of W are copies of one another: one draw serves several inputs, or several neurons, which then "
    "do the same. Draw each weight by itself, with size=(fan_in, fan_out).",
    caught_by=check_independence,
    worth=0.9,
    said_by=COPIES,
)
def repeated_rows(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    row = solution(1, fan_out, scheme="lecun", rng=rng, distribution=distribution)
    return np.repeat(row * init_std(fan_in, fan_out, scheme=scheme), fan_in, axis=0)


@same_mistake_as(repeated_rows)
def repeated_columns(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    column = solution(1, fan_in, scheme="lecun", rng=rng, distribution=distribution)
    return np.repeat(column.T * init_std(fan_in, fan_out, scheme=scheme), fan_out, axis=1)


@misconception(
    "W has the shape (fan_out, fan_in), as PyTorch stores it. Here z = a @ W + b, so W is (fan_in, fan_out).",
    caught_by=check_shape,
    worth=0.9,
    said_by=TRANSPOSED,
)
def transposed(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution).T


@misconception(
    "The distribution is ignored: a normal draw comes back where a uniform one was asked for.",
    caught_by=check_distribution,
    worth=0.9,
    said_by=NORMAL_FOR_UNIFORM,
)
def always_normal(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng)


@misconception(
    "The distribution is ignored: a uniform draw comes back where a normal one was asked for.",
    caught_by=check_distribution,
    worth=0.9,
    said_by=UNIFORM_FOR_NORMAL,
)
def always_uniform(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution="uniform")


@misconception(
    "Draws beyond two or three standard deviations are cut off or drawn again, as other libraries do. What is left is "
    "not a normal distribution: take the draws of `rng.normal` as they are.",
    caught_by=check_distribution,
    worth=0.9,
    said_by=CUT_OFF,
)
def truncated(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    w = solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)
    std = init_std(fan_in, fan_out, scheme=scheme)
    while (far := np.abs(w) > 2 * std).any():
        w[far] = rng.normal(0, std, far.sum())
    return w


@same_mistake_as(truncated)
def clipped(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    bound = 3 * init_std(fan_in, fan_out, scheme=scheme)
    return np.clip(solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution), -bound, bound)


@misconception(
    "Uniform is the default. If no distribution is named, the draw must be normal.",
    caught_by=check_distribution,
    worth=0.9,
    said_by=UNIFORM_DEFAULT,
)
def uniform_by_default(fan_in, fan_out, *, scheme, rng, distribution="uniform"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)


@misconception(
    "Normal and uniform are swapped: each is drawn where the other one was asked for.",
    caught_by=check_distribution,
    worth=0.9,
    said_by=SWAPPED,
)
def swapped(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    other = {"normal": "uniform", "uniform": "normal"}[distribution]
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=other)


@misconception(
    "Whatever the rng, the weights are the same, so that every layer of one size begins alike: they are kept from an "
    "earlier call, or come from a generator that is made inside with a fixed seed. Draw from the rng that is given.",
    caught_by=check_source,
    worth=0.9,
    said_by=FIXED_SEED,
)
def seeded_inside(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=_made_inside(), distribution=distribution)


@misconception(
    "The draws do not come from rng alone (but from np.random, perhaps), so nobody can repeat the run. Use the rng "
    "that is given.",
    caught_by=check_source,
    worth=0.9,
    said_by=OTHER_SOURCE,
)
def unseeded(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=default_rng(), distribution=distribution)


@neighbour("half as large as it must be, and of mean zero")
def half_as_large(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    return solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution) / 2


@neighbour("each W is centred, so that its draws are not independent")
def centred(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    w = solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)
    return w - w.mean() if w.size > 1 else w


@neighbour("shifted by half a standard deviation, so that most but not all weights are positive")
def shifted(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    w = solution(fan_in, fan_out, scheme=scheme, rng=rng, distribution=distribution)
    return w + init_std(fan_in, fan_out, scheme=scheme) / 2


@alternative("standard draws, scaled afterwards")
def scaled(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    if distribution == "uniform":
        return (2 * rng.random((fan_in, fan_out)) - 1) * std * 3**0.5
    return std * rng.standard_normal((fan_in, fan_out))


@alternative("a loop over the neurons")
def looped(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    w = np.empty((fan_in, fan_out))
    for neuron in range(fan_out):
        if distribution == "normal":
            w[:, neuron] = rng.normal(scale=std, size=fan_in)
        else:
            w[:, neuron] = rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, fan_in)
    return w


@alternative("float32 draws, in the transpose")
def in_single_precision(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = np.float32(init_std(fan_in, fan_out, scheme=scheme))
    if distribution == "normal":
        return (std * rng.standard_normal((fan_out, fan_in), dtype=np.float32)).T
    return (std * np.float32(math.sqrt(12)) * (rng.random((fan_out, fan_in), dtype=np.float32) - np.float32(0.5))).T


@alternative("the variances in a separate table")
def by_a_table(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = math.sqrt({"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out)}.get(scheme, 2 / fan_in))
    if distribution == "uniform":
        return rng.uniform(-math.sqrt(3) * std, math.sqrt(3) * std, (fan_in, fan_out))
    return rng.normal(0, std, (fan_in, fan_out))


@alternative("normal draws from uniform ones, by Box and Muller")
def box_muller(fan_in, fan_out, *, scheme, rng, distribution="normal"):
    std = init_std(fan_in, fan_out, scheme=scheme)
    u, v = rng.random((2, fan_in, fan_out))
    if distribution == "normal":
        return std * np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)
    return std * np.sqrt(3) * (2 * u - 1)


def _made_inside():
    return default_rng(0)


def _layer(rng):
    """Return fans that are so far from square that no scheme passes for another, 8,000 weights at least."""
    return int(rng.integers(50, 60)), int(rng.integers(160, 190))


def _pairs(scheme):
    return [(scheme, distribution) for distribution in DISTRIBUTIONS]


def _draw(init_weights, rng, scheme, distribution, fans=None):
    return _drawn(init_weights, source(rng), scheme, distribution, fans or _layer(rng))


def _drawn(init_weights, generator, scheme, distribution, fans):
    """Return a W in float64, in the shape requested if it has that of its transpose, which `check_shape` reports."""
    (w,) = _several_drawn(init_weights, generator, scheme, distribution, fans, 1)
    return w


def _several_drawn(init_weights, generator, scheme, distribution, fans, times):
    """Yield the given number of W, drawn one after another."""
    options = {} if distribution is None else {"distribution": distribution}
    for w in several(init_weights, [call(*fans, scheme=scheme, rng=generator, **options)] * times):
        require(w.size == math.prod(fans), "W must have fan_in times fan_out weights", weights=w.size)
        require(np.isfinite(w).all(), FINITE)
        yield w if w.shape == fans else w.reshape(fans[::-1]).T


def _standardized(w):
    return (w - w.mean()) / (w.std() or 1)


def _shares_are_near(w, bounds, expected):
    """Whether the share of weights within each bound, in standard deviations, is that expected."""
    found = np.mean(np.abs(_standardized(w)).reshape(-1, 1) < bounds, axis=0)
    return np.all(np.abs(found - expected) < SURE * np.sqrt(expected * (1 - expected) / w.size))


def _is_normal(w):
    """Whether the weights have the shape of a normal distribution, tails included, whatever their mean and spread."""
    bounds = np.array([0.1, 0.4, 0.7, 1, 1.5, 2, 2.5])
    expected = np.array([math.erf(bound / math.sqrt(2)) for bound in bounds])
    z = _standardized(w)
    symmetric = abs(np.mean(z > 0) - 0.5) < SURE / 2 / math.sqrt(w.size)
    return symmetric and _shares_are_near(w, bounds, expected) and np.abs(z).max() > FAR


def _is_cut_off(w):
    """Whether weights that are dense around their mean like normal ones end at a bound, on or near which many are."""
    if np.unique(w).size < 0.9 * w.size:
        return False
    z, size = np.abs(_standardized(w)), np.abs(w) / np.abs(w).max()
    # Where what lies beyond two standard deviations is drawn again, 2.7% lie in the last tenth before that bound.
    return z.max() < FAR and np.mean(z < 0.3) > 0.2 and (np.sum(size > 1 - 1e-6) > 1 or np.mean(size > 0.9) > 0.018)


def _is_uniform(w):
    """Whether the weights fill an interval evenly, whatever it is."""
    bounds = np.arange(1, 10) / 10
    z = _standardized(w)
    if not (0.95 < -z.min() / math.sqrt(3) < 1.05 and 0.95 < z.max() / math.sqrt(3) < 1.05):
        return False
    symmetric = abs(np.mean(z > 0) - 0.5) < SURE / 2 / math.sqrt(w.size)
    return symmetric and _shares_are_near(w, bounds * math.sqrt(3), bounds)


def _require_independent(z):
    """Check standardized weights for independence: rows, columns, neighbours, and each pair of rows and of columns."""
    require(np.ptp(z) > 0, EQUAL)
    for lines in (z, z.T):
        require(len(np.unique(lines, axis=0)) == len(lines), COPIES)
    for lines in (z, z.T):
        number, length = lines.shape
        directions = lines / np.maximum(np.linalg.norm(lines, axis=1, keepdims=True), 1e-9)
        cosines = np.abs(directions @ directions.T)[np.triu_indices(number, 1)]
        # Of two lines of 50 normal draws the cosine is over .8 once in a hundred thousand million times.
        require(cosines.max() < 0.8, INDEPENDENT)
        # Means of lines vary as 1 / length: the sum of their squares is nearly a chi-squared of `number` degrees.
        spread = length * np.mean(lines.mean(axis=1) ** 2)
        require(abs(spread - 1) < (SURE + 2) * math.sqrt(2 / number), INDEPENDENT)
        require(spread > 0.2, INDEPENDENT)
        _require_uncorrelated(lines[1:], lines[:-1])
    distinct = np.unique(z).size  # in float32 a few draws meet by chance
    require(distinct > 0.99 * z.size, INDEPENDENT, distinct=distinct, weights=z.size)


def _require_uncorrelated(one, other):
    require(abs(np.sum(one * other)) < SURE * math.sqrt(one.size), INDEPENDENT)


def _require_free_totals(draws):
    """Check that the means and the spreads of small W vary like those of independent weights; a row for each W."""
    times, size = draws.shape
    std = draws.std()
    means = size * np.mean(draws.mean(axis=1) ** 2) / std**2
    # Nearly a chi-squared of 40 degrees, divided by 40: under .15 or over 3.2 once in a hundred million times.
    require(0.15 < means < 3.2, TIED_TOTAL, ratio=means)
    spreads = size * np.mean((draws.std(axis=1) / std - 1) ** 2)  # 1/2 for normal, 1/5 for uniform weights
    require(0.02 < spreads < 2.5, TIED_SPREAD, ratio=spreads)
