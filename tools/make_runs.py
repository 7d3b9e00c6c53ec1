"""Train each configuration of the table of runs, and store the errors in dnnkit/search/runs.npz.

For maintainers: ``OMP_NUM_THREADS=1 python tools/make_runs.py [PROCESSES]``, one process per core by default. It takes
about six minutes on one core. Measurements are written to build/runs.txt as they come, one line per run, so that a
stopped command continues where it was; remove that file to start over.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from rich.progress import track

from dnnkit.search import runs

ROOT = Path(__file__).resolve().parents[1]
PART, TARGET = ROOT / "build" / "runs.txt", ROOT / "dnnkit" / "search" / "runs.npz"
CONFIGS = runs.configs()
JOBS = list(product(runs.SEEDS, range(len(CONFIGS))))


def main(processes):
    wrong = measured()
    left = JOBS[len(wrong) :]
    PART.parent.mkdir(exist_ok=True)
    with ProcessPoolExecutor(processes) as pool, PART.open("a", encoding="utf-8") as part:
        for counts in track(pool.map(run, left, chunksize=8), "Training", total=len(left)):
            wrong.append(counts)
            print(*np.ravel(counts), file=part, flush=True)
    shape = len(runs.SEEDS), len(CONFIGS), len(runs.EPOCHS), 2
    np.savez_compressed(TARGET, wrong=np.reshape(wrong, shape).astype(np.uint16))
    print(f"{TARGET.name}: {len(wrong)} runs, {TARGET.stat().st_size} bytes")


def measured():
    """Return the counts of an earlier run that was stopped, in the order of JOBS; a line cut off is removed."""
    size = 2 * len(runs.EPOCHS)
    lines = PART.read_text(encoding="utf-8").splitlines(keepends=True) if PART.exists() else []
    whole = [line for line in lines if line.endswith("\n") and len(line.split()) == size]
    if whole != lines:
        PART.write_text("".join(whole), encoding="utf-8")
    return [[int(count) for count in line.split()] for line in whole[: len(JOBS)]]


def run(job):
    seed, place = job
    return runs.measure(CONFIGS[place], seed).ravel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cores = len(os.sched_getaffinity(0))
    few = {"type": int, "choices": range(1, cores + 1), "default": cores}
    parser.add_argument("processes", nargs="?", metavar="PROCESSES", help="one for each core by default", **few)
    main(parser.parse_args().processes)
