"""Write a test that tells right draws of first weights from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "init_weights"
points = 3
most_calls = 30
hints = (
    "Write down what the exercise promises, a line for each: shape, mean, standard deviation of three schemes, "
    "normal, uniform, what is drawn where no distribution is named, rng. Each line is an assert.",
    "Of 20,000 draws the mean has a standard deviation of 0.007 times theirs, and their standard deviation is right "
    "to half a per cent: a bound of 5% refuses no right function. Choose fans that no two schemes share a value for.",
    "Normal and uniform draws of equal standard deviation differ in their largest: a uniform one never goes beyond "
    "sqrt(3) = 1.73 standard deviations, and of many normal ones some are beyond 2.5.",
)


def solution(init_weights):
    fan_in, fan_out = 60, 140
    variances = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}

    def draws(count, seed, scheme, **options):
        rng = np.random.default_rng(seed)
        return [np.asarray(init_weights(fan_in, fan_out, scheme=scheme, rng=rng, **options)) for _ in range(count)]

    for options in ({}, {"distribution": "normal"}, {"distribution": "uniform"}):
        for scheme, variance in variances.items():
            (w,) = draws(1, 0, scheme, **options)
            std = np.sqrt(variance)
            assert w.shape == (fan_in, fan_out), "W must be (fan_in, fan_out)"
            assert abs(w.mean()) < 0.07 * std, "the mean must be zero"
            assert abs(w.std() / std - 1) < 0.05, "the standard deviation must be that of the scheme"
            uniform = options == {"distribution": "uniform"}
            assert (np.abs(w).max() < 1.8 * std) == uniform, "normal draws have tails, uniform ones have none"
            assert len(np.unique(w)) > 0.9 * w.size, "each weight must be drawn by itself"
        same, later = draws(2, 0, scheme, **options)
        assert np.array_equal(w, same), "the same rng must give the same weights"
        assert (w != later).any(), "the next W must be another one"
        assert (w != draws(1, 1, scheme, **options)[0]).any(), "another rng must give other weights"


@alternative("returns True or False, and takes one scheme for each property")
def by_returning(init_weights):
    def draw(scheme, seed, **options):
        return np.array(init_weights(300, 40, scheme=scheme, rng=np.random.default_rng(seed), **options), float)

    normal, uniform, unnamed = (
        draw("he", 3, distribution="normal"),
        draw("lecun", 4, distribution="uniform"),
        draw("he", 5),
    )
    fine = normal.shape == (300, 40) and np.abs(normal.mean(axis=0)).mean() < 0.02
    fine = fine and np.linalg.matrix_rank(normal) == np.linalg.matrix_rank(uniform) == 40
    for w, variance in ((normal, 1 / 150), (uniform, 1 / 300), (unnamed, 1 / 150), (draw("glorot", 6), 2 / 340)):
        fine = fine and abs(w.mean()) < 0.1 * variance**0.5 and 0.9 < w.var() / variance < 1.1
    beyond = [np.mean(np.abs(w) > 2 * w.std()) for w in (normal, uniform, unnamed)]
    fine = fine and beyond[0] > 0.03 and beyond[1] == 0 and beyond[2] > 0.03
    fine = fine and np.array_equal(normal, draw("he", 3, distribution="normal"))
    return bool(fine and not np.array_equal(normal, draw("he", 7)) and not np.array_equal(unnamed, draw("he", 8)))


@lazy("Only the shape is compared.")
def shape_alone(init_weights):
    w = init_weights(30, 20, scheme="he", rng=np.random.default_rng(0))
    assert np.shape(w) == (30, 20)


@lazy("The test only asks whether the function runs.")
def runs_at_all(init_weights):
    init_weights(3, 2, scheme="he", rng=np.random.default_rng(0))


@lazy("One W, for one seed, is compared with an earlier result: a right answer may draw its numbers another way.")
def golden_numbers(init_weights):
    w = init_weights(1, 2, scheme="he", rng=np.random.default_rng(0))
    assert np.allclose(w, [[0.17780742, -0.18682634]])
