"""Repair a loop that stops in time but returns the wrong weights."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    equal,
    hidden,
    integer,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)

points = 3
returns = (array, integer)
hints = (
    "Compute the dev loss of the weights that come back, and compare it with the lowest that the loop has seen. Then "
    "ask which line changes `best_w` after it was set.",
    "How many arrays does the loop make? Print `best_w is w` just before the `return`.",
    "`w -= ...` changes the array itself, and every name for it sees that.",
)

BEST = "the weights must be those of the epoch with the lowest dev loss"
STILL = "the weights come from the last epoch, not from the best one"
EPOCHS = "the number of epochs must be that at which patience runs out, or that of all epochs"
TIE = "an epoch whose dev loss only equals the best so far is a failure"
NONE = "if no epoch improves on the weights passed in, those must come back"


def given(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    """Stop least squares early; return the best weights and the epochs trained."""
    w = w.copy()
    best_w, best_loss = w, np.mean((x_dev @ w - y_dev) ** 2)
    trained = failures = 0
    while trained < epochs and failures < patience:
        w -= learning_rate * 2 / len(y) * x.T @ (x @ w - y)
        loss = np.mean((x_dev @ w - y_dev) ** 2)
        trained, failures = trained + 1, failures + 1
        if loss < best_loss:
            best_w, best_loss, failures = w, loss, 0
    return best_w, trained


def solution(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    """Stop least squares early; return the best weights and the epochs trained."""
    best_w, best_loss = w, np.mean((x_dev @ w - y_dev) ** 2)
    trained = failures = 0
    while trained < epochs and failures < patience:
        w = w - learning_rate * 2 / len(y) * x.T @ (x @ w - y)
        loss = np.mean((x_dev @ w - y_dev) ** 2)
        trained, failures = trained + 1, failures + 1
        if loss < best_loss:
            best_w, best_loss, failures = w, loss, 0
    return best_w, trained


@core
@weight(3)
def check_best_weights(fit_and_stop, rng):
    """What comes back are the weights of the epoch with the lowest dev loss."""
    for patience in (2, 4):
        problem = _turns_round(rng, patience=patience)
        found, _ = fit_and_stop(**problem)
        last, _ = given(**problem)
        require(not np.allclose(found, last, rtol=1e-6), STILL)
        close(found, solution(**problem)[0], BEST)
    falls = _falls(rng)
    close(fit_and_stop(**falls)[0], solution(**falls)[0], BEST)


def check_epochs_trained(fit_and_stop, rng):
    """Training ends when `patience` epochs in a row have failed, or with the last one, and their number is returned."""
    for patience in (1, 3, 6):
        problem = _turns_round(rng, patience=patience)
        equal(fit_and_stop(**problem)[1], solution(**problem)[1], EPOCHS)
    falls, up_and_down = _falls(rng), _up_and_down(rng)
    equal(fit_and_stop(**falls)[1], falls["epochs"], EPOCHS)
    equal(fit_and_stop(**up_and_down)[1], solution(**up_and_down)[1], EPOCHS)


def check_no_epoch_improves(fit_and_stop, rng):
    """If no epoch has a lower dev loss than the weights passed in, even if one has the same, those come back."""
    problem = _no_epoch_improves(rng, patience=2)
    found, epochs = fit_and_stop(**problem)
    equal(epochs, 2, EPOCHS)
    close(found, problem["w"], NONE)
    problem = _all_tie(rng, patience=3)
    found, epochs = fit_and_stop(**problem)
    equal(epochs, 3, TIE)
    close(found, problem["w"], NONE)


@hidden(like=(check_best_weights, check_epochs_trained, check_no_epoch_improves))
def check_other_problems(fit_and_stop, rng):
    """The same holds for more weights and fewer, for a dev loss that goes up and down, and for a patience of 1."""
    for features, patience in ((2, 1), (9, 5), (5, 8)):
        problem = _turns_round(rng, patience=patience, features=features)
        found, epochs = fit_and_stop(**problem)
        right, right_epochs = solution(**problem)
        equal(epochs, right_epochs, EPOCHS)
        close(found, right, BEST)
    problem = _no_epoch_improves(rng, patience=5)
    found, epochs = fit_and_stop(**problem)
    equal(epochs, 5, EPOCHS)
    close(found, problem["w"], NONE)
    equal(fit_and_stop(**_all_tie(rng, patience=1))[1], 1, TIE)
    problem = _up_and_down(rng)
    found, epochs = fit_and_stop(**problem)
    right, right_epochs = solution(**problem)
    equal(epochs, right_epochs, EPOCHS)
    close(found, right, BEST)


covers = {
    "stops in time": check_epochs_trained,
    "it is far from the lowest of the run": "the symptom",
    "There is one fault": check_best_weights,
    "Find it and mend it": check_best_weights,
    "the weights `w` of least squares": check_best_weights,
    "the weights of the epoch with the lowest dev loss": check_best_weights,
    "or the weights passed in, if no epoch was better": check_no_epoch_improves,
    "how many epochs were trained": check_epochs_trained,
    "it ends when `patience` epochs in a row had no loss below": (check_epochs_trained, check_no_epoch_improves),
    "when it stops are right": check_epochs_trained,
    "Leave all arguments as they are": "the judge looks at every argument after each call",
    "return the best weights and the epochs trained": (check_best_weights, check_epochs_trained),
}


def _problem(rng, features, n=12, n_dev=40):
    scales = 2.0 ** -np.arange(features)
    truth = rng.normal(0, 1, features) / scales * np.where(np.arange(features) < 2, 1, 0.1)
    x, x_dev = (rng.normal(0, 1, (size, features)) * scales for size in (n, n_dev))
    y, y_dev = (inputs @ truth + rng.normal(0, 1.5, len(inputs)) for inputs in (x, x_dev))
    return {"x": x, "y": y, "x_dev": x_dev, "y_dev": y_dev, "w": rng.normal(0, 0.1, features)}


def _turns_round(rng, *, patience, features=5):
    """A problem whose dev loss falls for a while and then rises, clearly enough for rounding not to matter."""
    while True:
        problem = _problem(rng, features) | {"learning_rate": 0.15, "epochs": 60, "patience": patience}
        losses = _dev_losses(problem)
        best = int(losses.argmin())
        steps = np.diff(losses[: best + patience + 2]) / losses[best]
        if 4 <= best <= 40 and (steps[:best] < -1e-6).all() and (steps[best:] > 1e-6).all():
            return problem


def _falls(rng):
    """A problem whose dev loss falls to the last epoch."""
    problem = _turns_round(rng, patience=3)
    return problem | {"epochs": solution(**problem)[1] - 3}


def _no_epoch_improves(rng, *, patience):
    """A problem that begins with weights which training only makes worse, little by little."""
    problem = _turns_round(rng, patience=patience)
    return problem | {"w": solution(**problem)[0] + 0.0}


def _all_tie(rng, *, patience):
    """A problem whose dev inputs are all 0, so that no weight makes a difference."""
    problem = _problem(rng, 3) | {"learning_rate": 0.1, "epochs": 12, "patience": patience}
    return problem | {"x_dev": np.zeros_like(problem["x_dev"])}


def _up_and_down(rng):
    """A problem whose dev loss has failures before its best epoch."""
    while True:
        problem = _problem(rng, 4) | {"epochs": 40, "patience": 4}
        curvature = 2 * np.linalg.eigvalsh(problem["x"].T @ problem["x"]).max() / len(problem["y"])
        problem["learning_rate"] = 1.85 / curvature
        losses = _dev_losses(problem)
        seen = losses[: solution(**problem)[1] + 1]
        best = int(seen.argmin())
        apart = np.abs(np.diff(np.sort(seen))).min() > 1e-6 * seen.min()
        if best > 4 and (np.diff(seen[: best + 1]) > 0).any() and apart:
            return problem


def _dev_losses(problem):
    """Dev losses before training and after each epoch, with no stop."""
    x, y, w = problem["x"], problem["y"], problem["w"]
    losses = []
    for _ in range(problem["epochs"] + 1):
        losses.append(np.mean((problem["x_dev"] @ w - problem["y_dev"]) ** 2))
        w = w - problem["learning_rate"] * 2 / len(y) * x.T @ (x @ w - y)
    return np.array(losses)


def _trained(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience, keeps, fails=lambda loss, best: loss >= best):
    """The loop with its keeping of weights replaced: `keeps` is given the path of weights and the best epoch."""
    path, best, best_loss, failures = [w], 0, np.mean((x_dev @ w - y_dev) ** 2), 0
    for epoch in range(1, epochs + 1):
        path.append(path[-1] - learning_rate * 2 / len(y) * x.T @ (x @ path[-1] - y))
        loss = np.mean((x_dev @ path[-1] - y_dev) ** 2)
        if fails(loss, best_loss):
            failures += 1
        else:
            best, best_loss, failures = epoch, loss, 0
        if failures == patience:
            break
    return keeps(path, best), epoch


def _varied(
    x,
    y,
    x_dev,
    y_dev,
    w,
    *,
    learning_rate,
    epochs,
    patience,
    start=None,
    better=lambda loss, best: loss < best,
    resets=True,
    lowers=True,
    all_three=False,
):
    """The repaired loop with one of its parts replaced; with `all_three` the best epoch comes back as well."""
    best_w, best, trained, failures = w, 0, 0, 0
    best_loss = np.mean((x_dev @ w - y_dev) ** 2) if start is None else start
    while trained < epochs and failures < patience:
        w = w - learning_rate * 2 / len(y) * x.T @ (x @ w - y)
        loss = np.mean((x_dev @ w - y_dev) ** 2)
        trained += 1
        if better(loss, best_loss):
            best_w, best, failures = w, trained, failures * (not resets)
            best_loss = loss if lowers else best_loss
        else:
            failures += 1
    return (best_w, trained, best) if all_three else (best_w, trained)


@misconception(
    "What comes back is still the last epoch's weights: `best_w` is another name for the array that training goes on "
    "changing, or a slice of it, which shares its memory. Copy the array when the best epoch is noted, or make a new "
    "one at each step.",
    caught_by=check_best_weights,
    said_by=STILL,
)
def unrepaired(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    return given(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=patience)


@same_mistake_as(unrepaired)
def copied_at_the_end(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    found, epoch = given(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=patience)
    return found.copy(), epoch


@misconception(
    "The weights are copied one epoch too early: before the step whose dev loss is then the best.",
    caught_by=check_best_weights,
    worth=0.7,
)
def one_epoch_early(x, y, x_dev, y_dev, w, **settings):
    return _trained(x, y, x_dev, y_dev, w, **settings, keeps=lambda path, best: path[max(best - 1, 0)])


@misconception(
    "The best weights are copied once, before training, and never again: what comes back is where it began.",
    caught_by=check_best_weights,
)
def weights_of_the_start(x, y, x_dev, y_dev, w, **settings):
    return _trained(x, y, x_dev, y_dev, w, **settings, keeps=lambda path, best: path[0])


@misconception(
    "The start is not copied: if no epoch is better than the weights that were passed in, the last ones come back. The "
    "first `best_w` is an alias like the others.",
    caught_by=check_no_epoch_improves,
    worth=0.9,
)
def start_not_copied(x, y, x_dev, y_dev, w, **settings):
    return _trained(x, y, x_dev, y_dev, w, **settings, keeps=lambda path, best: path[best] if best else path[-1])


@misconception(
    "The weights that came in are changed in place: the caller may want to begin another run from them. The copy at "
    "the beginning was right as it stood.",
    caught_by=check_best_weights,
    worth=0.85,
    said_by="w must not be changed in place",
)
def changed_in_place(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    found, epoch = solution(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=patience)
    w[...] = given(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=patience)[0]
    return found, epoch


@misconception(
    "The loop now watches the training loss, which falls and falls, so that it never stops. Watching dev was right.",
    caught_by=check_epochs_trained,
    worth=0.4,
)
def training_watched(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    return solution(x, y, x, y, w, learning_rate=learning_rate, epochs=epochs, patience=patience)


@misconception(
    "Patience was changed: training now ends as soon as the dev loss rises. That makes the wrong weights a little less "
    "wrong, and leaves the fault where it was.",
    caught_by=check_epochs_trained,
    worth=0.7,
)
def impatient(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    return given(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=1)


@same_mistake_as(impatient)
def impatient_and_copied(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    return solution(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=1)


@misconception(
    "The weights passed in are no longer compared: the first epoch counts as the best so far whatever its loss is. "
    "`best_loss` has to begin with the loss of the start.",
    caught_by=check_no_epoch_improves,
    worth=0.8,
)
def start_not_compared(x, y, x_dev, y_dev, w, **settings):
    return _varied(x, y, x_dev, y_dev, w, **settings, start=np.inf)


@misconception(
    "The epoch of the best weights is returned instead of how many epochs were trained: those after it count too.",
    caught_by=check_epochs_trained,
    worth=0.7,
)
def epoch_of_the_best(x, y, x_dev, y_dev, w, **settings):
    best_w, _, best = _varied(x, y, x_dev, y_dev, w, **settings, all_three=True)
    return best_w, best


@misconception(
    "Training ends one epoch too late: patience is used up when the number of failures *reaches* it.",
    caught_by=check_epochs_trained,
    worth=0.7,
)
def one_epoch_more(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    return solution(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=patience + 1)


@misconception(
    "The count of failures is never set back to 0. An epoch that is better than all before starts it again.",
    caught_by=check_epochs_trained,
    worth=0.7,
)
def failures_added_up(x, y, x_dev, y_dev, w, **settings):
    return _varied(x, y, x_dev, y_dev, w, **settings, resets=False)


@same_mistake_as(failures_added_up)
def every_epoch_counts(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    epochs = min(epochs, patience)
    return solution(x, y, x_dev, y_dev, w, learning_rate=learning_rate, epochs=epochs, patience=patience)


@misconception(
    "An epoch whose dev loss only equals the best so far counts as better, so that a run that stands still goes on to "
    "the end. It ends after `patience` epochs that are not *below* the best.",
    caught_by=check_no_epoch_improves,
    worth=0.9,
)
def ties_improve(x, y, x_dev, y_dev, w, **settings):
    return _varied(x, y, x_dev, y_dev, w, **settings, better=lambda loss, best: loss <= best)


@misconception(
    "Every epoch is compared with the start, and the last one below it comes back: `best_loss` has to follow each "
    "improvement.",
    caught_by=check_epochs_trained,
    worth=0.4,
)
def bar_stays(x, y, x_dev, y_dev, w, **settings):
    return _varied(x, y, x_dev, y_dev, w, **settings, lowers=False)


@neighbour("the mean of the best weights and the last")
def halfway(x, y, x_dev, y_dev, w, **settings):
    return _trained(x, y, x_dev, y_dev, w, **settings, keeps=lambda path, best: (path[best] + path[-1]) / 2)


@neighbour("the weights of the epoch after the best one")
def one_epoch_late(x, y, x_dev, y_dev, w, **settings):
    return _trained(x, y, x_dev, y_dev, w, **settings, keeps=lambda path, best: path[min(best + 1, len(path) - 1)])


@alternative("copied at the start and at each improvement, with the step in place")
def copied(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    w = w.copy()
    best_w, best_loss = w.copy(), np.mean((x_dev @ w - y_dev) ** 2)
    trained = failures = 0
    while trained < epochs and failures < patience:
        w -= learning_rate * 2 / len(y) * x.T @ (x @ w - y)
        loss = np.mean((x_dev @ w - y_dev) ** 2)
        trained, failures = trained + 1, failures + 1
        if loss < best_loss:
            best_w, best_loss, failures = w.copy(), loss, 0
    return best_w, trained


@alternative("written into a separate array")
def written_into(x, y, x_dev, y_dev, w, *, learning_rate, epochs, patience):
    w, best_w, waited, trained = np.array(w), np.array(w), 0, 0
    best_loss = np.square(x_dev @ w - y_dev).mean()
    for _ in range(epochs):
        w -= 2 * learning_rate * (x.T @ (x @ w - y)) / len(y)
        trained += 1
        if (loss := np.square(x_dev @ w - y_dev).mean()) < best_loss:
            best_w[:], best_loss, waited = w, loss, 0
        else:
            waited += 1
        if waited >= patience:
            break
    return best_w.tolist(), np.int64(trained)


@alternative("the whole path is kept, and the best picked in the end")
def whole_path(x, y, x_dev, y_dev, w, **settings):
    return _trained(x, y, x_dev, y_dev, w, **settings, keeps=lambda path, best: path[best])


equivalent = {
    "`x_dev @ w - y_dev` becomes `y_dev - x_dev @ w`": "it is squared",
    "`x_dev @ w - y_dev` becomes `y_dev - x_dev @ w` (2)": "it is squared",
}
