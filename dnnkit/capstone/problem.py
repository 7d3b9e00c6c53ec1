"""The problem of the capstone: wrong labels, images from the wrong source, and a budget of training steps.

Only the last layer of the network is trained, by gradient descent on the whole training set; the hidden layer is random
and stays as it is. Along the eigenvectors of the curvature each weight goes its own way, so a training run takes a
millisecond and a tuning method can be tried on dozens of problems.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dnnkit import _inputs, data
from dnnkit.search.space import Choice, LogUniform, Uniform

BUDGET = 486  # epochs that all evaluations together may cost
LONGEST = 81  # most epochs of one evaluation, and those that the chosen configuration is trained for in the end
SPACE = {
    "learning_rate": LogUniform(1e-4, 100),
    "momentum": Uniform(0, 0.95),
    "lam": LogUniform(0.1, 1000),
    "printed_weight": Choice((0.0, 0.03, 0.1, 0.3, 1.0)),
    "width": Choice((16, 64)),
}
_PRINTED, _HANDWRITTEN, _DEV, _TEST = 300, 60, 150, 1000
_CLASSES = 10
_DIVERGED = 1000  # times as far from the start as the minimum is


class OverBudgetError(RuntimeError):
    """An evaluation was asked for that the budget does not allow."""


class Images(NamedTuple):
    """Training and dev set: rows of 64 pixels, float32; labels, int64; `printed` marks the printed training images."""

    x_train: np.ndarray
    y_train: np.ndarray
    printed: np.ndarray
    x_dev: np.ndarray
    y_dev: np.ndarray


def problem(seed, *, budget=BUDGET):
    """One problem: read handwritten digits, having learned mostly from printed ones with many wrong labels.

    The training set has 300 printed digits of one font and 60 handwritten ones; 10% to 40% of all its labels are
    redrawn at random. Dev (150 images) and test (1000) are handwritten and labelled with care. The font, the share of
    wrong labels and the contrast of all images (a factor from 0.1 to 10) depend on the seed, so a configuration that
    suits one problem need not suit another.

    Parameters
    ----------
    seed : int
        At least 0; equal seeds give equal problems.
    budget : int
        Epochs that all evaluations together may cost.

    Returns
    -------
    Problem

    Examples
    --------
    >>> one = problem(0)
    >>> config = {"learning_rate": 0.003, "momentum": 0.9, "lam": 30.0, "printed_weight": 0.3, "width": 64}
    >>> one.evaluate(config, 9) > one.evaluate(config, 81)
    True
    >>> one.spent, one.budget
    (90, 486)
    >>> one.test_error(config) < 0.5
    True
    >>> one.test_error(config)
    Traceback (most recent call last):
    RuntimeError: the test set has been read: it answers once
    """
    return Problem(_world(_inputs.count("seed", seed, low=0)), _inputs.count("budget", budget))


class Problem:
    """A problem made by :func:`problem`, with a count of what evaluations have cost and a test set that answers once.

    Attributes
    ----------
    images : tuple
        ``x_train, y_train, printed, x_dev, y_dev``; not the test set.
    space : dict
        Axes by name: ``learning_rate``, ``momentum``, ``lam``, ``printed_weight`` (what a printed image counts
        in the loss, a handwritten one counting 1) and ``width`` (neurons of the hidden layer).
    budget, spent : int
        Epochs that all evaluations together may cost, and have cost so far.
    longest : int
        Most epochs of one evaluation, and those of the training whose test error counts.
    """

    def __init__(self, world, budget):
        self._world, self._tested = world, False
        self.budget, self.spent = budget, 0
        self.space, self.longest = dict(SPACE), LONGEST

    @property
    def images(self):
        return self._world.images

    def first_layer(self, width):
        """The hidden layer, which no training changes: W of shape (64, width) and b of shape (width,), float64."""
        return self._world.first_layer(_inputs.one_of("width", width, SPACE["width"].options))

    def evaluate(self, config, epochs):
        """Train from the start and return the dev error; an epoch is one step on the whole training set.

        Parameters
        ----------
        config : dict
            A value for each axis of `space`.
        epochs : int
            1 to `longest`; they are spent, whatever the result.

        Returns
        -------
        float
            Share of wrong answers on dev, or NaN if the training diverged.

        Raises
        ------
        OverBudgetError
            If that would cost more than is left of the budget; nothing is trained then.
        """
        config, epochs = _checked_config(config), _checked_epochs(epochs)
        if self.spent + epochs > self.budget:
            raise OverBudgetError(
                f"the budget is {self.budget} epochs: {self.spent} are spent, {epochs} more were asked for"
            )
        self.spent += epochs
        return self._world.dev_error(config, epochs)

    def test_error(self, config, epochs=LONGEST):
        """Train for that many epochs and return the error on the test set, which answers once and costs no budget.

        Raises
        ------
        RuntimeError
            If it has been asked before.
        """
        config, epochs = _checked_config(config), _checked_epochs(epochs)
        if self._tested:
            raise RuntimeError("the test set has been read: it answers once")
        self._tested = True
        return self._world.test_error(config, epochs)


def _checked_config(config):
    """Return `config` if it is a dict with a value for each axis of the space."""
    if not isinstance(config, dict):
        raise TypeError(f"config must be a dict, got {type(config).__name__}")
    if set(config) != set(SPACE):
        raise ValueError(f"config must have the names {', '.join(SPACE)}, got {', '.join(map(str, config))}")
    for name, axis in SPACE.items():
        axis.check(f"config[{name!r}]", config[name])
    return config


def _checked_epochs(epochs):
    if _inputs.count("epochs", epochs) > LONGEST:
        raise ValueError(f"epochs must be at most {LONGEST}, got {epochs}")
    return int(epochs)


class _World:
    """Everything a seed determines: images, hidden layer and, by width and weight, the least-squares problems."""

    def __init__(self, seed):
        rng = np.random.default_rng([seed, 16])
        noise, contrast = rng.uniform(0.1, 0.4), 10 ** rng.uniform(-1, 1)
        split = data.split_digits(n_train=_HANDWRITTEN, n_dev=_DEV, rng=rng)
        printed = data.glyphs(_PRINTED, font=str(rng.choice(data.FONTS)), rng=rng)
        x = np.concatenate([split.x_train, printed.images.reshape(_PRINTED, -1)])
        y = np.concatenate([split.y_train, printed.labels])
        y = data.with_label_noise(y, noise, _CLASSES, rng=rng)
        order = rng.permutation(len(x))
        scale = np.float32(contrast)
        self.images = Images(x[order] * scale, y[order], order >= _HANDWRITTEN, split.x_dev * scale, split.y_dev)
        for array in self.images:
            array.flags.writeable = False  # worlds are cached, and shared by problems
        self._test = split.x_test[:_TEST] * scale, split.y_test[:_TEST]
        self._mean = self.images.x_train.mean(axis=0)
        widest = max(SPACE["width"].options)
        self._W = rng.standard_normal((x.shape[1], widest)) * math.sqrt(2 / x.shape[1])
        self._prepared = {}

    def dev_error(self, config, epochs):
        return self._error(config, epochs, self.images.x_dev, self.images.y_dev)

    def test_error(self, config, epochs):
        return self._error(config, epochs, *self._test)

    def hidden(self, x, width):
        """Activations of the hidden layer, of shape (n, width)."""
        W, b = self.first_layer(width)
        return np.maximum(x @ W + b, 0)

    def first_layer(self, width):
        W = self._W[:, :width]
        return W, -self._mean @ W

    def _error(self, config, epochs, x, y):
        weights = self._trained(config, epochs)
        if weights is None:
            return math.nan
        return float(((self.hidden(x, config["width"]) @ weights).argmax(axis=1) != y).mean())

    def _trained(self, config, epochs):
        """Weights of the last layer after `epochs` steps with momentum, from zero; None if they diverge."""
        curvature, directions, pull = self._least_squares(config["width"], config["printed_weight"])
        curvature = curvature + config["lam"] / len(self.images.y_train)
        weights = np.zeros_like(curvature)  # along each direction, as a share of its pull
        velocity = np.zeros_like(curvature)
        with np.errstate(all="ignore"):  # what diverges overflows
            for _ in range(epochs):
                velocity = config["momentum"] * velocity + curvature * weights - 1
                weights = weights - config["learning_rate"] * velocity
            if not np.abs(curvature * weights).max() < _DIVERGED:
                return None
        return directions @ (weights[:, None] * pull)

    def _least_squares(self, width, printed_weight):
        """Eigenvalues and eigenvectors of the curvature, and along each vector the gradient at zero."""
        key = width, printed_weight
        if key not in self._prepared:
            images = self.images
            hidden = self.hidden(images.x_train, width)
            counts = np.where(images.printed, printed_weight, 1.0)
            counts /= counts.sum()
            targets = np.eye(_CLASSES)[images.y_train] - 1 / _CLASSES
            curvature, directions = np.linalg.eigh(hidden.T @ (hidden * counts[:, None]))
            pull = directions.T @ (hidden.T @ (targets * counts[:, None]))
            self._prepared[key] = curvature.clip(0), directions, pull
        return self._prepared[key]


@lru_cache(maxsize=64)
def _world(seed):
    return _World(seed)
