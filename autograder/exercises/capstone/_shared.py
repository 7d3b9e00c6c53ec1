"""Problems on which a method of tuning is judged: real ones, and made-up ones whose best configuration is known."""

import math

from dnnkit.search import Choice, IntUniform, LogUniform, Uniform, sample

LONGEST = 81  # epochs of one evaluation, as in the chapter


class Made:
    """A problem without a network: an error that grows with the distance from a best configuration drawn at random.

    More epochs bring every configuration nearer to what it is worth; some diverge, if asked to.
    """

    def __init__(self, rng, *, diverging=False):
        self.space = {
            "decay": LogUniform(1e-6, 1e-1),
            "depth": IntUniform(1, 12),
            "activation": Choice(("relu", "tanh", "gelu")),
            "keep": Uniform(0.2, 0.9),
        }
        self.best = sample(self.space, rng=rng)
        self.diverging = diverging
        self._others = [sample(self.space, rng=rng) for _ in range(300)]

    def fails(self, config):
        return self.diverging and config["keep"] < 0.45

    def worth(self, config):
        far = sum(
            abs(axis.share(config[name]) - axis.share(self.best[name]))
            for name, axis in self.space.items()
            if name != "activation"
        )
        return 0.05 + 0.2 * far + 0.1 * (config["activation"] != self.best["activation"])

    def evaluate(self, config, epochs):
        return math.nan if self.fails(config) else self.worth(config) + 0.4 / epochs

    def rank(self, config):
        """The share of random configurations that are worth more."""
        worth = self.worth(config)
        return sum(self.worth(other) < worth for other in self._others) / len(self._others)
