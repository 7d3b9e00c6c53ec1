"""A table of trained networks: each of 1152 configurations, three times, so that a search can be tried in milliseconds.

The table holds what a configuration would have cost and reached; a search on it asks nothing else. That makes it cheap
to repeat a search hundreds of times, which is what it takes to say which of two methods is better.
"""

import functools
import itertools
from dataclasses import dataclass
from importlib import resources

import numpy as np

from dnnkit import _inputs, data, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.search.space import Ordinal

AXES = {
    "learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    "momentum": (0.0, 0.5, 0.9, 0.97),
    "batch_size": (16, 64),
    "weight_decay": (0.0, 0.01, 0.1),
    "keep_prob": (0.5, 0.8, 1.0),
    "width": (32, 128),
}
EPOCHS = (1, 3, 9, 27)
SEEDS = (0, 1, 2)
N_TRAIN, N_DEV, N_TEST = 400, 700, 697
NOISE = 0.1
FOLDER = resources.files("dnnkit.search")


@dataclass(frozen=True, eq=False)
class Table:
    """Errors of all configurations of a grid, after several lengths of training and with several seeds.

    Parameters
    ----------
    space : dict of str to Ordinal
        The axes of the grid.
    configs : tuple of dict
        All combinations, the last name of `space` changing fastest.
    epochs : tuple of int
        After which the errors were measured, ascending: a run of 27 epochs was measured four times.
    dev_errors, test_errors : float64 arrays of shape (seeds, configurations, epochs)
        Share of the 700 dev images, and of the 697 test images, that the network gets wrong. Read-only.
    """

    space: dict
    configs: tuple
    epochs: tuple
    dev_errors: np.ndarray
    test_errors: np.ndarray

    def index(self, config):
        """The index of a configuration in `configs`.

        Parameters
        ----------
        config : dict
            With the names of `space`, in any order.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If the table has no such configuration.
        """
        return _index(config)


@functools.cache
def table():
    """The table of runs: 1152 configurations, each trained for 27 epochs with three seeds.

    The full grid varies learning rate (8 values, 0.001 to 3), momentum (0, 0.5, 0.9, 0.97), batch size (16, 64), weight
    decay (0, 0.01, 0.1), share of neurons that dropout keeps (0.5, 0.8, 1) and width of the hidden layer (32, 128).
    Fixed: one hidden layer of ReLU neurons, He initialization, plain or momentum gradient descent on the
    cross-entropy at a constant rate, and 400 training images of the 8x8 digits, a tenth of whose labels were redrawn;
    dev and test labels are clean. A seed determines the division into training, dev and test images, the labels, the
    first weights, the order of examples and the dropout. ``tools/make_runs.py`` in the course's repository makes the
    table, by :func:`measure`.

    Returns
    -------
    Table
        The same object on each call.

    References
    ----------
    Ying et al. 2019, *NAS-Bench-101*, for the idea of a table on which searches are compared.

    Examples
    --------
    >>> runs = table()
    >>> runs.dev_errors.shape, runs.epochs
    ((3, 1152, 4), (1, 3, 9, 27))
    >>> config = {"learning_rate": 0.1, "momentum": 0.5, "batch_size": 16}
    >>> i = runs.index(config | {"weight_decay": 0.0, "keep_prob": 0.8, "width": 128})
    >>> bool(runs.dev_errors[0, i, -1] < 0.12)                                # seed 0, after 27 epochs
    True

    It can be the objective of any search:

    >>> from dnnkit.search import random_search
    >>> def objective(config):
    ...     return runs.dev_errors[0, runs.index(config), -1]
    >>> result = random_search(objective, runs.space, n_trials=27, rng=np.random.default_rng(0))
    >>> result.best_loss < 0.1
    True
    """
    wrong = _stored("runs")["wrong"]
    dev, test = (wrong[..., place] / n for place, n in enumerate((N_DEV, N_TEST)))
    for errors in (dev, test):
        errors.flags.writeable = False
    return Table({name: Ordinal(values) for name, values in AXES.items()}, tuple(configs()), EPOCHS, dev, test)


@functools.cache
def optuna_trials():
    """What Optuna tried on the table, in 300 studies of 27 trials each, as indices into the table's ``configs``.

    Study r, with the sampler's seed r, was given the dev errors after 27 epochs of the table's seed r modulo 3, and
    each axis as a whole number, the position of the value. The sampler is Optuna's default, a tree-structured Parzen
    estimator with default settings: the first ten trials are random. A study takes about 0.15 s, so they are stored;
    ``tools/make_optuna_trials.py`` in the course's repository makes them.

    Returns
    -------
    int64 array of shape (300, 27)
        Read-only.

    References
    ----------
    Akiba, Sano, Yanase, Ohta and Koyama 2019, *Optuna*; Bergstra, Bardenet, Bengio and Kégl 2011, *Algorithms for
    hyper-parameter optimization*.

    Examples
    --------
    >>> trials = optuna_trials()
    >>> errors = table().dev_errors[0, trials[0], -1]                         # of the first study, in its order
    >>> errors.shape, bool(errors.min() < 0.1)
    ((27,), True)
    """
    trials = _stored("optuna")["trials"].astype(np.int64)
    trials.flags.writeable = False
    return trials


def measure(config, seed):
    """Train one entry of the table again.

    Parameters
    ----------
    config : dict
        With the names of the table's space, and any values that :class:`~dnnkit.hyperparameters.Hyperparameters` takes.
    seed : int
        Of the table: 0, 1 or 2; others are new.

    Returns
    -------
    int64 array of shape (4, 2)
        How many of the 700 dev images and of the 697 test images are wrong after 1, 3, 9 and 27 epochs; all of them,
        once training has diverged.

    Examples
    --------
    >>> measure(table().configs[0], seed=0).shape
    (4, 2)
    """
    seed = _inputs.count("seed", seed, low=0)
    split, labels = _images(seed)
    settings = {**config}
    width = settings.pop("width")
    wrong = np.tile((N_DEV, N_TEST), (len(EPOCHS), 1))

    def count(now):
        if now.epoch in EPOCHS:
            errors = now.dev_error, now.network.error(split.x_test, split.y_test)
            wrong[EPOCHS.index(now.epoch)] = np.rint(np.multiply(errors, (N_DEV, N_TEST)))

    mlp.train(
        mlp.init((64, width, 10), scheme="he", rng=np.random.default_rng([seed, 2])),
        (split.x_train, labels, split.x_dev, split.y_dev),
        Hyperparameters(epochs=EPOCHS[-1], **settings),
        rng=np.random.default_rng([seed, 3]),
        callbacks=count,
        on_divergence="record",
    )
    return wrong.astype(np.int64)


@functools.lru_cache(maxsize=len(SEEDS))
def _images(seed):
    split = data.split_digits(n_train=N_TRAIN, n_dev=N_DEV, rng=np.random.default_rng([seed, 0]))
    return split, data.with_label_noise(split.y_train, NOISE, 10, rng=np.random.default_rng([seed, 1]))


def _stored(name):
    with (FOLDER / f"{name}.npz").open("rb") as file, np.load(file) as arrays:
        return dict(arrays)


def configs():
    """Return all combinations, the last name of AXES changing fastest: the order of the table."""
    return [dict(zip(AXES, values)) for values in itertools.product(*AXES.values())]


@functools.cache
def _places():
    return {tuple(config.values()): place for place, config in enumerate(configs())}


def _index(config):
    if not isinstance(config, dict):
        raise TypeError(f"config must be a dict, got {type(config).__name__}")
    if config.keys() != AXES.keys():
        raise ValueError(f"config must have the names {list(AXES)}, got {list(config)}")
    place = _places().get(tuple(config[name] for name in AXES))
    if place is None:
        raise ValueError(f"config must be one of the table's, with values among {AXES}, got {config}")
    return place
