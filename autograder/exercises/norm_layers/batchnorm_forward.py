"""Write the forward pass of batch norm, for training and for evaluation."""

from functools import partial

import numpy as np

from autograder.authoring import (
    alternative,
    anything,
    array,
    close,
    core,
    free,
    hidden,
    misconception,
    neighbour,
    record,
    require,
    same_mistake_as,
    shaped,
    weight,
)
from dnnkit.norm_layers import RunningStatistics
from dnnkit.norm_layers import batchnorm_forward as solution

from ._shared import RTOL, STANDARD, columns, scales

points = 5
returns = (array, free(anything), record(RunningStatistics, mean=array, var=array))
hints = (
    "First choose mean and variance: in training those of the batch over axis 0, in evaluation those of `state`. "
    "What follows is the same line for both.",
    "The batch is divided by np.sqrt(var + eps) with `x.var(axis=0)`; gamma and beta come after that.",
    "The new running variance takes the unbiased variance of the batch, `x.var(axis=0, ddof=1)`, with the share "
    "`momentum`; in evaluation `state` is returned as it came.",
)

TRAINING = "in training, each feature must be normalized by the mean and the biased variance of the batch"
SCALED = "after normalizing, feature j must be multiplied by gamma[j], and beta[j] added"
EPS = "eps must be added to the variance, inside the root"
DEFAULT = "eps must be 1e-5 unless it is given"
CONSTANT = "in training, a feature that is constant must come out as beta"
MEAN = "in training, the running mean must move the share momentum towards the mean of the batch"
VAR = "in training, the running variance must move the share momentum towards the unbiased variance of the batch"
SHARE = "momentum must be 0.1 unless it is given"
EVALUATION = "in evaluation, each feature must be normalized by the mean and the variance of `state`"
UNTOUCHED = "in evaluation, the statistics must be returned as they came"
SHAPE = "the output must have the shape of x"
VARIES = "the output must differ from example to example and from feature to feature"
_data = partial(columns, largest=0.8)


@core
@weight(3)
def check_training_normalizes_by_the_batch(batchnorm_forward, rng):
    """In training each feature is normalized by the mean and the biased variance of the batch."""
    for n, features in ((5, 5), (6, 4)):
        x, state = _data(rng, (n, features)), _state(rng, features)
        out, _, _ = batchnorm_forward(x, np.ones(features), np.zeros(features), state, train=True, eps=1e-5)
        close(out, _normalized(x, x, 1e-5), TRAINING, rtol=RTOL)


def check_scale_and_shift_of_each_feature(batchnorm_forward, rng):
    """What has been normalized is multiplied by gamma, then beta is added, in both modes."""
    gamma, beta, state = scales(rng, 5), scales(rng, 5), _state(rng, 5)
    for x in (_data(rng, (5, 5)), rng.integers(-9, 9, (5, 5)) + np.arange(5)[:, None]):
        for train in (True, False):
            plain, _, _ = batchnorm_forward(x, np.ones(5), np.zeros(5), state, train=train, eps=1e-5)
            plain = shaped(plain, x.shape, SHAPE)
            out, _, _ = batchnorm_forward(x, gamma, beta, state, train=train, eps=1e-5)
            close(out, gamma * plain + beta, SCALED, rtol=RTOL)


def check_eps_inside_the_root(batchnorm_forward, rng):
    """A feature as faint as eps comes out smaller, a constant one as beta; eps is 1e-5 unless it is given."""
    ones, zeros = np.ones(4), np.zeros(4)
    for train in (True, False):
        for size, eps in ((0.02, 1e-3), (2.0, 3.0), (5.0, 0.1), (0.004, 1e-5)):
            state = RunningStatistics(mean=zeros, var=np.full(4, size**2))
            given = {} if eps == 1e-5 else {"eps": eps}
            out, _, _ = batchnorm_forward(size * STANDARD, ones, zeros, state, train=train, **given)
            close(out, size * STANDARD / np.sqrt(size**2 + eps), EPS if given else DEFAULT, rtol=RTOL)
    x = np.array([0.0, 0.1, 2.0, -0.3]) * np.ones((7, 4))
    out, _, _ = batchnorm_forward(x, ones, zeros, RunningStatistics.start(4), train=True)
    close(out, np.zeros((7, 4)), CONSTANT, rtol=RTOL, scale=1)


def check_running_mean_moves(batchnorm_forward, rng):
    """In training the running mean moves the share `momentum`, which is 0.1 unless it is given, to the batch's mean."""
    for given in ({"momentum": 0.3}, {}):
        x, state = _data(rng, (6, 4)), _state(rng, 4)
        new, share = _trained(batchnorm_forward, x, state, given), given.get("momentum", 0.1)
        expected = (1 - share) * state.mean + share * x.mean(axis=0)
        close(new.mean, expected, MEAN if given else SHARE, rtol=RTOL, scale=4)


def check_running_variance_moves(batchnorm_forward, rng):
    """In training the running variance moves the share `momentum` towards the batch's unbiased variance."""
    for given in ({"momentum": 0.3}, {}):
        x, state = _data(rng, (6, 4)), _state(rng, 4)
        new, share = _trained(batchnorm_forward, x, state, given | {"eps": 0.5}), given.get("momentum", 0.1)
        expected = (1 - share) * state.var + share * x.var(axis=0, ddof=1)
        close(new.var, expected, VAR if given else SHARE, rtol=RTOL)


@weight(3)
def check_evaluation_normalizes_by_the_state(batchnorm_forward, rng):
    """In evaluation each feature is normalized by the running statistics, in a batch of one example too."""
    for x in (_data(rng, (5, 5)), _data(rng, (1, 5))):
        state = _state(rng, 5)
        out, _, _ = batchnorm_forward(x, np.ones(5), np.zeros(5), state, train=False, eps=1e-5)
        close(out, (x - state.mean) / np.sqrt(state.var + 1e-5), EVALUATION, rtol=RTOL)


def check_evaluation_returns_the_state(batchnorm_forward, rng):
    """In evaluation the running statistics come back as they were."""
    for momentum in (0.1, 1):
        x, state = _data(rng, (5, 5)), _state(rng, 5)
        out, _, new = batchnorm_forward(x, np.ones(5), np.zeros(5), state, train=False, momentum=momentum)
        close(new.mean, state.mean, UNTOUCHED)
        close(new.var, state.var, UNTOUCHED)
        _looks_normalized(out, x)


PUBLIC = (
    check_training_normalizes_by_the_batch,
    check_scale_and_shift_of_each_feature,
    check_running_mean_moves,
    check_running_variance_moves,
)


@hidden(like=PUBLIC)
def check_other_batches_in_training(batchnorm_forward, rng):
    """The same holds in training for two examples, one feature, single precision, other magnitudes and momenta."""
    for x, momentum in (
        (_data(rng, (2, 3)), 0.5),
        (_data(rng, (6, 1)), 0.0),
        (_data(rng, (6, 6)), 1.0),
        (1000 * _data(rng, (7, 4)), 0.01),
        (_data(rng, (9, 4)).astype(np.float32), 0.9),
    ):
        kind, features = x.dtype, x.shape[1]
        state, gamma, beta = _state(rng, features), scales(rng, features), scales(rng, features)
        state = RunningStatistics(mean=state.mean.astype(kind), var=state.var.astype(kind))
        gamma, beta = gamma.astype(kind), beta.astype(kind)
        out, _, new = batchnorm_forward(x, gamma, beta, state, train=True, momentum=momentum, eps=1e-3)
        close(out, gamma * _normalized(x, x, 1e-3) + beta, TRAINING, rtol=RTOL, scale=5)
        mean, var = x.mean(axis=0, dtype=float), x.var(axis=0, ddof=1, dtype=float)
        close(new.mean, (1 - momentum) * state.mean + momentum * mean, MEAN, rtol=RTOL, scale=np.abs(x).max())
        close(new.var, (1 - momentum) * state.var + momentum * var, VAR, rtol=RTOL)


@hidden(like=(check_evaluation_normalizes_by_the_state, check_evaluation_returns_the_state))
def check_evaluation_after_training(batchnorm_forward, rng):
    """The same holds with statistics that came from training, for examples alone, in company, and again."""
    x, gamma, beta = _data(rng, (6, 4)), scales(rng, 4), scales(rng, 4)
    state = _trained(batchnorm_forward, x, _state(rng, 4), {"momentum": 0.6})
    mean, var = state.mean.copy(), state.var.copy()
    for rows in (x, x[:1], 3 * x[2:4], x):
        out, _, new = batchnorm_forward(rows.copy(), gamma, beta, state, train=False, eps=1e-2)
        close(out, gamma * (rows - mean) / np.sqrt(var + 1e-2) + beta, EVALUATION, rtol=RTOL, scale=5)
        close(new.mean, mean, UNTOUCHED)
        close(new.var, var, UNTOUCHED)
        state = new


FREE = "the cache is free"
equivalent = {
    "`_divide(x - mean, var, gamma, beta, eps, train=False)` becomes "
    "`_divide(x - mean, var, gamma, beta, eps, train=True)` in normalize": FREE,
    "`_divide(centered, batch_var, gamma, beta, eps, train=True)` becomes "
    "`_divide(centered, batch_var, gamma, beta, eps, train=False)` in normalize_batch": FREE,
    "`np.add.reduce(x, axis=0)` becomes `np.add.reduce(x)` in normalize_batch": "axis 0 is its default",
}

covers = {
    "for a batch `x` of shape (n, features)": check_training_normalizes_by_the_batch,
    "`gamma` and `beta` have shape (features,)": check_scale_and_shift_of_each_feature,
    "by the mean and the biased variance of the batch": check_training_normalizes_by_the_batch,
    "towards the batch's mean and *unbiased* variance": (check_running_mean_moves, check_running_variance_moves),
    "In training n is at least 2": "a promise: nothing else is handed in",
    "normalize by `state`": check_evaluation_normalizes_by_the_state,
    "return a state with the same numbers": check_evaluation_returns_the_state,
    "n may be 1": check_evaluation_normalizes_by_the_state,
    "add `eps` to the variance, inside the root": check_eps_inside_the_root,
    "multiply feature $j$ by `gamma[j]` and add `beta[j]`": check_scale_and_shift_of_each_feature,
    "Return three things": (check_training_normalizes_by_the_batch, check_running_mean_moves),
    "Leave the arguments": (check_running_mean_moves, check_running_variance_moves),
    "For `x = [[1], [3]]`": "the example, by hand",
    "Normalize over the batch": check_training_normalizes_by_the_batch,
}


@misconception(
    "The batch's own statistics are used in evaluation too. What the network says of an example then depends on which "
    "other examples happen to be in its batch: use the running statistics, and leave them as they are.",
    caught_by=check_evaluation_normalizes_by_the_state,
    worth=0.7,
)
def batch_statistics_at_test(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    with np.errstate(all="ignore"):
        return _trains(x, gamma, beta, state, momentum, eps)


@same_mistake_as(batch_statistics_at_test)
def batch_statistics_at_test_but_no_update(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = _trains(x, gamma, beta, state, momentum, eps)
    return out, cache, new if train else state


@misconception(
    "In evaluation the running statistics are used and then updated by the batch. Dev data would leak into the "
    "model, and evaluating twice would give two answers.",
    caught_by=check_evaluation_returns_the_state,
    worth=0.85,
)
def evaluation_updates(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if not train and len(x) > 1:
        new = _trains(x, gamma, beta, state, momentum, eps)[2]
    return out, cache, new


@same_mistake_as(evaluation_updates)
def evaluation_updates_biased(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if not train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        new = RunningStatistics(
            mean=state.mean + momentum * (mean - state.mean), var=state.var + momentum * (var - state.var)
        )
    return out, cache, new


@misconception(
    "The root is missing: the division is by the variance. A feature that is ten times as large then comes out ten "
    "times smaller.",
    caught_by=check_training_normalizes_by_the_batch,
)
def divided_by_the_variance(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return _divided(lambda var: var + eps, x, gamma, beta, state, train, momentum, eps)


@misconception(
    "The old running statistics keep all of their weight, and the batch's share is added: they grow from batch to "
    "batch. What the batch gets, the old value must lose: its share is 1 - momentum.",
    caught_by=check_running_mean_moves,
    worth=0.8,
)
def old_share_is_one(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean + momentum * state.mean, var=new.var + momentum * state.var)
    return out, cache, new


@misconception(
    "beta is added before the multiplication by gamma, which then scales the shift as well. The order is gamma, beta.",
    caught_by=check_scale_and_shift_of_each_feature,
    worth=0.9,
)
def shifted_first(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma, gamma * beta, state, train=train, momentum=momentum, eps=eps)


@misconception(
    "The running statistics are used in training too. Training then never normalizes the batch at hand, and nothing "
    "keeps a layer's output at a steady scale: in training mean and variance are the batch's own.",
    caught_by=check_training_normalizes_by_the_batch,
)
def running_statistics_in_training(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, _ = solution(x, gamma, beta, state, train=False, eps=eps)
    new = solution(x, gamma, beta, state, train=train, momentum=momentum)[2]
    return out, cache, new


@misconception(
    "momentum and 1 - momentum are swapped: the running statistics forget nearly all at every batch. Here, as in "
    "PyTorch, momentum is the share of the new batch; in other libraries it is the share of the old value.",
    caught_by=check_running_mean_moves,
    worth=0.8,
)
def momentum_swapped(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma, beta, state, train=train, momentum=1 - momentum, eps=eps)


@misconception(
    "The batch is normalized by the running statistics that it has just moved. In training it is normalized by its own "
    "mean and variance; the running ones are for evaluation.",
    caught_by=check_training_normalizes_by_the_batch,
)
def by_the_new_statistics(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    _, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    return gamma * (x - new.mean) / np.sqrt(new.var + eps) + beta, cache, new


@misconception(
    "`momentum` is not used: the running statistics always move a tenth of the way. That is its default; take what is "
    "given.",
    caught_by=check_running_mean_moves,
    worth=0.8,
)
def momentum_ignored(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma, beta, state, train=train, momentum=0.1, eps=eps)


@misconception(
    "In evaluation the division is by the running variance, without the root. The state keeps variances; divide by "
    "np.sqrt(var + eps) in both modes.",
    caught_by=check_evaluation_normalizes_by_the_state,
    worth=0.7,
)
def no_root_in_evaluation(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if not train:
        out = gamma * (x - state.mean) / (state.var + eps) + beta
    return out, cache, new


@misconception(
    "The running statistics are replaced by those of the last batch. They should be an average over many batches: move "
    "only the share momentum of the way.",
    caught_by=check_running_mean_moves,
    worth=0.8,
)
def last_batch_only(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma, beta, state, train=train, momentum=1, eps=eps)


@misconception(
    "In training the running statistics come back as they were. Evaluation would then use mean 0 and variance 1, "
    "whatever the network has seen.",
    caught_by=check_running_mean_moves,
    worth=0.8,
)
def never_updated(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, _ = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    return out, cache, state


@misconception(
    "The running variance takes the biased variance of the batch, which is too small by the factor (n - 1)/n. The "
    "batch itself is divided by the biased one, but an estimate for all data should not be biased.",
    caught_by=check_running_variance_moves,
    worth=0.85,
)
def biased_running_variance(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean, var=(1 - momentum) * state.var + momentum * x.var(axis=0))
    return out, cache, new


@misconception(
    "The batch is divided by the unbiased standard deviation. That one is for the running variance; divided by the "
    "biased one, the normalized batch has variance 1 (up to eps).",
    caught_by=check_training_normalizes_by_the_batch,
)
def unbiased_in_the_batch(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        out = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta
    return out, cache, new


@misconception(
    "The two variances are swapped: the batch is divided by the root of the biased one, and the running variance, "
    "which speaks for all data, takes the unbiased one.",
    caught_by=check_training_normalizes_by_the_batch,
)
def variances_swapped(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, _ = unbiased_in_the_batch(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    return out, cache, biased_running_variance(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)[2]


@misconception(
    "eps has got into the running variance too. It is added where something is divided, in evaluation as in training; "
    "the statistics are kept without it.",
    caught_by=check_running_variance_moves,
    worth=0.85,
)
def eps_in_the_running_variance(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean, var=new.var + momentum * eps)
    return out, cache, new


@misconception(
    "A running standard deviation is kept under the name of the variance. Average variances, and take the root when "
    "you divide: the average of roots is not the root of the average.",
    caught_by=check_running_variance_moves,
    worth=0.85,
)
def running_std(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean, var=(1 - momentum) * state.var + momentum * x.std(axis=0, ddof=1))
    return out, cache, new


@misconception(
    "eps is added to the standard deviation, outside the root. In the definition it is inside, with the variance; for "
    "a feature of small variance the two differ widely.",
    caught_by=check_eps_inside_the_root,
    worth=0.93,
)
def eps_outside_the_root(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return _divided(lambda var: np.sqrt(var) + eps, x, gamma, beta, state, train, momentum, eps)


@misconception(
    "gamma and beta are not used. Without them the layer could never leave mean 0 and variance 1, even where the "
    "network would learn better with others.",
    caught_by=check_scale_and_shift_of_each_feature,
    worth=0.9,
)
def no_scale_and_shift(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, np.ones_like(gamma), np.zeros_like(beta), state, train=train, momentum=momentum, eps=eps)


@misconception(
    "beta is not added. Without it every feature keeps mean 0 in the batch, and an activation that follows always cuts "
    "at the same place.",
    caught_by=check_scale_and_shift_of_each_feature,
    worth=0.9,
)
def beta_forgotten(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma, np.zeros_like(beta), state, train=train, momentum=momentum, eps=eps)


@misconception(
    "gamma is not used. Without it every feature has variance 1 in the batch, and the network cannot learn to make one "
    "louder than another.",
    caught_by=check_scale_and_shift_of_each_feature,
    worth=0.9,
)
def gamma_forgotten(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, np.ones_like(gamma), beta, state, train=train, momentum=momentum, eps=eps)


@misconception(
    "eps is not added to every variance. A feature as faint as eps then comes out as large as any other, and one that "
    "is constant in the batch would be 0/0.",
    caught_by=check_eps_inside_the_root,
    worth=0.93,
)
def without_eps(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    with np.errstate(all="ignore"):
        return _divided(np.sqrt, x, gamma, beta, state, train, momentum, eps)


@misconception(
    "The new running statistics have the shape (1, features): keepdims=True leaves the axis of the batch in place. "
    "They hold one number for each feature, in the shape of the old ones.",
    caught_by=check_running_mean_moves,
    worth=0.85,
)
def axis_kept(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    return out, cache, RunningStatistics(mean=new.mean[None], var=new.var[None]) if train else state


@misconception(
    "The sum over the batch is divided by the number of features. A mean over the batch divides by the number of "
    "examples: `x.var(axis=0)` does both.",
    caught_by=check_training_normalizes_by_the_batch,
)
def divided_by_the_features(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        centred = x - x.mean(axis=0)
        out = gamma * centred / np.sqrt((centred**2).sum(axis=0) / x.shape[1] + eps) + beta
    return out, cache, new


@misconception(
    "Mean and variance are taken over the features of each example. That is layer norm; batch norm takes them over "
    "the examples of the batch, along axis 0, for each feature.",
    caught_by=check_training_normalizes_by_the_batch,
)
def layer_norm(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out = gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta
    return out, x, state


@misconception(
    "One mean and one variance are taken over the whole batch. Each feature needs its own: axis=0.",
    caught_by=check_training_normalizes_by_the_batch,
)
def whole_batch(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    if not train:
        return solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    new = RunningStatistics(
        mean=(1 - momentum) * state.mean + momentum * x.mean(),
        var=(1 - momentum) * state.var + momentum * x.var(ddof=1),
    )
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta, x, new


@misconception(
    "`x` is overwritten. It belongs to the layer below, which needs it for its own gradient: make a new array.",
    caught_by=check_eps_inside_the_root,
    worth=0.93,
    said_by="x must not be changed in place",
)
def batch_overwritten(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    answer = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if x.dtype.kind == "f":
        x -= x.mean(axis=0) if train else state.mean
    return answer


@misconception(
    "The running statistics are updated in place. `state` belongs to the caller, who may go back to it, say to the "
    "best epoch; make a new RunningStatistics.",
    caught_by=check_scale_and_shift_of_each_feature,
    worth=0.93,
    said_by="state must not be changed in place",
)
def updated_in_place(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        state.mean[:], state.var[:] = new.mean, new.var
    return out, cache, state


@neighbour("gamma is multiplied twice")
def gamma_twice(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma**2, beta, state, train=train, momentum=momentum, eps=eps)


@neighbour("the old share is 1 for the mean alone")
def shares_above_one(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean + momentum * state.mean, var=new.var)
    return out, cache, new


@neighbour("the running variance is corrected for bias in the wrong direction")
def corrected_backwards(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        share = momentum * (len(x) - 1) / len(x)
        new = RunningStatistics(mean=new.mean, var=(1 - momentum) * state.var + share * x.var(axis=0))
    return out, cache, new


@alternative("a loop over the features, and a cache of its own making")
def looped(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, mean, var = np.empty(x.shape), [], []
    for j, column in enumerate(x.T):
        center, spread = (column.mean(), column.var()) if train else (state.mean[j], state.var[j])
        out[:, j] = gamma[j] * (column - center) / (spread + eps) ** 0.5 + beta[j]
        mean.append(state.mean[j] + (momentum * (center - state.mean[j]) if train else 0))
        var.append(state.var[j] + (momentum * (column.var(ddof=1) - state.var[j]) if train else 0))
    return out, lambda grad: grad * gamma, RunningStatistics(mean=np.array(mean), var=np.array(var))


@alternative("in single precision")
def in_single_precision(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x.astype(np.float32), gamma, beta, state, train=train, momentum=momentum, eps=eps)


@alternative("as one scale and one shift for each feature, which is how it is folded into the layer before")
def folded(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    mean, var, n = state.mean, state.var, len(x)
    if train:
        mean, var = x.mean(axis=0), ((x - x.mean(axis=0)) ** 2).sum(axis=0) / n
        state = RunningStatistics(
            mean=state.mean + momentum * (mean - state.mean),
            var=state.var + momentum * (var * n / (n - 1) - state.var),
        )
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale), (x, scale), state


def _state(rng, features):
    """Statistics that are far from a batch's, with variances on both sides of 1."""
    return RunningStatistics(
        mean=rng.choice([-1, 1], features) * rng.uniform(1, 3, features),
        var=rng.permutation(np.linspace(0.3, 3, features)),
    )


def _normalized(x, batch, eps):
    x, batch = np.asarray(x, float), np.asarray(batch, float)
    return (x - batch.mean(axis=0)) / np.sqrt(batch.var(axis=0) + eps)


def _divided(by, x, gamma, beta, state, train, momentum, eps):
    """Batch norm with the right statistics that divides by ``by(var)``."""
    _, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    mean, var = (x.mean(axis=0), x.var(axis=0)) if train else (state.mean, state.var)
    return gamma * (x - mean) / by(var) + beta, cache, new


def _trains(x, gamma, beta, state, momentum, eps):
    """Batch norm in training, even of one example."""
    mean, var = x.mean(axis=0), x.var(axis=0)
    new = RunningStatistics(
        mean=(1 - momentum) * state.mean + momentum * mean,
        var=(1 - momentum) * state.var + momentum * var * len(x) / max(1, len(x) - 1),
    )
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, (x, mean, var), new


def _trained(batchnorm_forward, x, state, given):
    """Return the statistics after a batch in training, from an answer whose output is not constant."""
    features = x.shape[1]
    out, _, new = batchnorm_forward(x, np.ones(features), np.zeros(features), state, train=True, **given)
    _looks_normalized(out, x)
    return new


def _looks_normalized(out, x):
    """Refuse an output that is a constant, or the batch as it came."""
    out = shaped(out, x.shape, SHAPE)
    require((np.ptp(out, axis=0) > 1e-6).all() and (np.ptp(out, axis=1) > 1e-6).all(), VARIES)
    require(np.abs(out - x).max() > 1e-6, "the output must not be the batch as it came")
