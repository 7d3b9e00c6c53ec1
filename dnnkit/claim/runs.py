"""What training functions return, in one format and cached: no run is repeated within a process."""

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from dnnkit.claim import processes
from dnnkit.claim.fingerprint import fingerprint

_FUNCTIONS = 16  # whose runs are kept: a reader who changes theirs again and again must not fill the memory
_HISTORY = ("train_losses", "train_errors", "dev_losses", "dev_errors")
_kept = OrderedDict()


def collect(train, jobs, n_processes):
    """Return {job: record of train(*job)}, running those that `train`, in these surroundings, has not run before."""
    key = fingerprint(train)
    known = _kept.setdefault(key, {})
    _kept.move_to_end(key)
    missing = [job for job in jobs if job not in known]
    # A record is made where the run is: a whole History may hold things that cannot travel between processes.
    found = processes.starmap(lambda *job: _checked(train(*job), job), missing, n_processes)
    known.update(zip(missing, map(_frozen, found)))
    while len(_kept) > _FUNCTIONS:
        _kept.popitem(last=False)
    return {job: known[job] for job in jobs}


def record(history, **scores):
    """The record of a run, as :func:`tuned` reads it, with scores that the history does not have.

    Parameters
    ----------
    history : dnnkit.mlp.History
    **scores : sequences of length evaluations
        Anything else measured at each evaluation of the run, say by a callback: test errors, parameters. If the run
        diverged, the last evaluation, which no callback sees, may be missing.

    Returns
    -------
    dict
        ``epochs``, the losses and errors of the history, and the scores, each of length evaluations. Where the run had
        diverged they are NaN, or None if a score is not a number.

    Raises
    ------
    ValueError
        If a score does not have one entry per evaluation, or has a name that the history uses.

    Examples
    --------
    >>> from dnnkit import mlp
    >>> from dnnkit.hyperparameters import Hyperparameters
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.standard_normal((2, 60, 3)), rng.integers(0, 2, (2, 60))
    >>> start = mlp.init([3, 8, 2], scheme="he", rng=rng)
    >>> test_errors = []
    >>> history = mlp.train(
    ...     start, (x[0], y[0], x[1], y[1]), Hyperparameters(learning_rate=0.1, epochs=4), rng=rng, evaluate_every=2,
    ...     callbacks=[lambda now: test_errors.append(mlp.error(now.params, x[1], y[1]))],
    ... )
    >>> made = record(history, test_errors=test_errors)
    >>> made["epochs"], np.array_equal(made["test_errors"], history.dev_errors)
    (array([2, 4]), True)
    """
    n, diverged = len(history.epochs), history.diverged_at is not None
    columns = {name: np.array(getattr(history, name), float) for name in _HISTORY if getattr(history, name) is not None}
    if diverged:
        for column in columns.values():
            column[-1] = np.nan
    for name, score in scores.items():
        if name == "epochs" or name in _HISTORY:
            raise ValueError(f"scores must have names that a history does not use, got {name}")
        score = list(score)
        if diverged and len(score) >= n - 1:
            score = score[: n - 1] + [np.nan if _is_number(score[:1]) else None]
        if len(score) != n:
            raise ValueError(f"{name} must hold one value for each of {n} evaluations, got {len(score)}")
        columns[name] = np.array(score, float) if _is_number(score) else score
    return {"epochs": np.array(history.epochs), **columns}


def _is_number(score):
    return all(isinstance(one, (int, float, np.number)) for one in score)


def _checked(result, job):
    """The record that a training function returned, or that of the history it returned."""
    if hasattr(result, "diverged_at") and hasattr(result, "epochs"):
        result = record(result)
    where = "train({!r}, {:g}, {})".format(*job)
    if not isinstance(result, Mapping) or "epochs" not in result:
        raise TypeError(
            f"{where} must return an mlp.History, or a dict with 'epochs' and scores, got {type(result).__name__}"
        )
    epochs = np.asarray(result["epochs"])
    if epochs.ndim != 1 or not len(epochs) or epochs.dtype.kind not in "iu" or (np.diff(epochs) <= 0).any():
        raise ValueError(f"{where} must return 'epochs' as rising integers, got {result['epochs']!r}")
    for name, score in result.items():
        if len(score) != len(epochs):
            raise ValueError(f"{where} must return {len(epochs)} values of {name!r}, one per epoch, got {len(score)}")
    return dict(result)


def _frozen(columns):
    """A record that cells can share: its numbers are read-only arrays."""
    out = {}
    for name, score in columns.items():
        out[name] = np.array(score) if isinstance(score, np.ndarray) or _is_number(score) else tuple(score)
        if isinstance(out[name], np.ndarray):
            out[name].flags.writeable = False
    return out
