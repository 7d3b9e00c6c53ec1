"""A random search of 200 networks on all cores, compared with the same search on one."""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
from threadpoolctl import threadpool_limits

from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.search import IntUniform, LogUniform, random_search

from .record import Record, one_thread, paired

N_TRIALS = 200
SPACE = {"learning_rate": LogUniform(1e-3, 1), "width": IntUniform(8, 64), "seed": IntUniform(0, 10**6)}
EFFICIENCY = 0.75  # of the cores, which allows for what pools cost and cores share
RUNS = 5


def dev_error(config):
    """Return the share of 500 digits that a network gets wrong; its draws depend only on the configuration."""
    rng = np.random.default_rng(config["seed"])
    split = data.split_digits(n_train=1000, n_dev=500, rng=np.random.default_rng(0))
    start = mlp.init([64, config["width"], 10], scheme="he", rng=rng)
    settings = Hyperparameters(learning_rate=config["learning_rate"], epochs=10)
    return mlp.train(start, split[:4], settings, rng=rng, evaluate_every=10, on_divergence="record").dev_errors[-1]


def run():
    """Yield the record `search_parallel`, in seconds; a result that depends on the number of workers is an error."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with one_thread():
        expected = _search()
        for workers in {1, cores, cores + 1}:
            with _pool(workers) as pool:
                _same(expected, _search(map=pool.map))
        with _pool(cores) as pool:
            mine, theirs, ratio = paired(partial(_search, map=pool.map), _search, runs=RUNS)
    goal = EFFICIENCY * cores
    yield Record("search_parallel", mine, theirs, ratio, f"s, {cores} cores", f"> {goal:g}", ratio > goal)


def _search(**options):
    return random_search(dev_error, SPACE, n_trials=N_TRIALS, rng=np.random.default_rng(1), **options)


def _pool(workers):
    # Spawned, since a process that has run torch must not be forked; each has one numerical thread.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=threadpool_limits, initargs=(1,))


def _same(expected, found):
    if found.configs != expected.configs or not np.array_equal(found.losses, expected.losses):
        raise AssertionError("a search must give the same result for any number of workers")
