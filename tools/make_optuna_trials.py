"""Let Optuna search the table of runs 300 times, and store what it tried in dnnkit/search/optuna.npz.

For maintainers: ``OMP_NUM_THREADS=1 python tools/make_optuna_trials.py [PROCESSES]``; it takes a minute on one core.
Run it again after a change to the table or to Optuna's version.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import optuna
from rich.progress import track

from dnnkit import search

STUDIES, TRIALS = 300, 27
TARGET = Path(__file__).resolve().parents[1] / "dnnkit" / "search" / "optuna.npz"


def main(processes):
    with ProcessPoolExecutor(processes) as pool:
        trials = list(track(pool.map(study, range(STUDIES), chunksize=10), "Searching", total=STUDIES))
    np.savez_compressed(TARGET, trials=np.array(trials, np.uint16))
    print(f"{TARGET.name}: {np.shape(trials)}, {TARGET.stat().st_size} bytes, by Optuna {optuna.__version__}")


def study(number):
    """Return the indices in the table of what one study tried, in order."""
    runs, tried = search.table(), []

    def objective(trial):
        config = {
            name: axis.options[trial.suggest_int(name, 0, len(axis.options) - 1)] for name, axis in runs.space.items()
        }
        tried.append(runs.index(config))
        return runs.dev_errors[number % len(runs.dev_errors), tried[-1], -1]

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.create_study(sampler=optuna.samplers.TPESampler(seed=number)).optimize(objective, n_trials=TRIALS)
    return tried


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cores = len(os.sched_getaffinity(0))
    few = {"type": int, "choices": range(1, cores + 1), "default": cores}
    parser.add_argument("processes", nargs="?", metavar="PROCESSES", help="one for each core by default", **few)
    main(parser.parse_args().processes)
