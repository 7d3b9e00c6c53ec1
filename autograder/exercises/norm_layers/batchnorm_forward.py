"""Write the forward pass of batch norm, for training and for evaluation."""

import numpy as np

from autograder.authoring import alternative, anything, array, close, equal, hidden, misconception, record, require
from dnnkit.norm_layers import RunningStatistics
from dnnkit.norm_layers import batchnorm_forward as solution

points = 6
returns = (array, anything, record(RunningStatistics, mean=array, var=array))
hints = (
    "First choose mean and variance: in training those of the batch over axis 0, in evaluation those of `state`. "
    "What follows is the same line for both.",
    "The batch is divided by np.sqrt(var + eps) with `x.var(axis=0)`; gamma and beta come after that.",
    "The new running variance takes the unbiased variance of the batch, `x.var(axis=0, ddof=1)`, with the share "
    "`momentum`; in evaluation `state` is returned as it came.",
)


def check_training_normalizes_the_batch(batchnorm_forward, rng):
    """In training each feature is normalized over the batch, then scaled and shifted."""
    x, gamma, beta, state = _layer(rng)
    out, _, _ = _call(batchnorm_forward, x, gamma, beta, state, train=True, eps=0.1)
    expected = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1) + beta
    close(out, expected, "in training each feature must be normalized by the batch, then scaled and shifted")


def check_running_mean_moves(batchnorm_forward, rng):
    """In training the running mean goes the share `momentum` of the way to the batch's mean."""
    x, gamma, beta, state = _layer(rng)
    new = _trained(batchnorm_forward, x, gamma, beta, state, momentum=0.2)
    close(
        new.mean, 0.8 * state.mean + 0.2 * x.mean(axis=0), "the running mean must take the share momentum of the batch"
    )


def check_running_variance_moves(batchnorm_forward, rng):
    """In training the running variance goes the share `momentum` of the way to the batch's unbiased variance."""
    x, gamma, beta, state = _layer(rng)
    new = _trained(batchnorm_forward, x, gamma, beta, state, momentum=0.2)
    expected = 0.8 * state.var + 0.2 * x.var(axis=0, ddof=1)
    close(new.var, expected, "the running variance must take the share momentum of the batch's unbiased variance")


def check_evaluation_uses_the_running_statistics(batchnorm_forward, rng):
    """In evaluation each feature is normalized by the running statistics."""
    x, gamma, beta, state = _layer(rng)
    out, _, _ = _call(batchnorm_forward, x, gamma, beta, state, train=False, eps=0.1)
    expected = gamma * (x - state.mean) / np.sqrt(state.var + 0.1) + beta
    close(out, expected, "in evaluation each feature must be normalized by the running statistics")


@hidden
def check_evaluation_of_one_example(batchnorm_forward, rng):
    """In evaluation an example comes out the same alone and in company."""
    x, gamma, beta, state = _layer(rng)
    state = _trained(batchnorm_forward, x, gamma, beta, state)
    together, _, _ = _call(batchnorm_forward, x, gamma, beta, state, train=False)
    for i in range(len(x)):
        alone, _, _ = _call(batchnorm_forward, x[i : i + 1].copy(), gamma, beta, state, train=False)
        close(alone, together[i : i + 1], "in evaluation an example must not depend on the others of its batch")


@hidden
def check_evaluation_learns_nothing(batchnorm_forward, rng):
    """In evaluation the running statistics stay as they are."""
    x, gamma, beta, state = _layer(rng)
    state = _trained(batchnorm_forward, x, gamma, beta, state)
    _, _, new = _call(batchnorm_forward, x - 1, gamma, beta, state, train=False)
    close(new.mean, state.mean, "evaluation must leave the running mean alone")
    close(new.var, state.var, "evaluation must leave the running variance alone")


@misconception(
    "The batch's own statistics are used in evaluation too. What the network says of an example then hangs on which "
    "other examples happen to be in its batch: use the running statistics, and leave them as they are.",
    caught_by=check_evaluation_of_one_example,
)
def batch_statistics_at_test(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    new = RunningStatistics(
        mean=(1 - momentum) * state.mean + momentum * mean,
        var=(1 - momentum) * state.var + momentum * x.var(axis=0, ddof=1),
    )
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, (x, mean, var), new


@misconception(
    "In evaluation the running statistics are used and then updated by the batch. Dev data would leak into the "
    "model, and evaluating twice would give two answers.",
    caught_by=check_evaluation_learns_nothing,
    worth=0.9,
)
def evaluation_updates(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if not train and len(x) > 1:
        new = solution(x, gamma, beta, state, train=True, momentum=momentum)[2]
    return out, cache, new


@misconception(
    "The running statistics are used in training too. Training then never normalizes the batch at hand, and nothing "
    "keeps a layer's output at a steady scale: in training mean and variance are the batch's own.",
    caught_by=check_training_normalizes_the_batch,
    worth=0.9,
)
def running_statistics_in_training(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, _ = solution(x, gamma, beta, state, train=False, eps=eps)
    new = solution(x, gamma, beta, state, train=train, momentum=momentum)[2]
    return out, cache, new


@misconception(
    "momentum and 1 - momentum are swapped: the running statistics forget nearly all at every batch. Here, as in "
    "PyTorch, momentum is the share of the new batch; in other libraries it is the share of the old value.",
    caught_by=check_running_mean_moves,
    worth=0.7,
)
def momentum_swapped(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, gamma, beta, state, train=train, momentum=1 - momentum, eps=eps)


@misconception(
    "The running variance takes the biased variance of the batch, which is too small by the factor (n - 1)/n. The "
    "batch itself is divided by the biased one, but what stands for all data should not be biased.",
    caught_by=check_running_variance_moves,
    worth=0.9,
)
def biased_running_variance(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean, var=(1 - momentum) * state.var + momentum * x.var(axis=0))
    return out, cache, new


@misconception(
    "The batch is divided by the unbiased standard deviation. That one is for the running variance; divided by the "
    "biased one, the normalized batch has the variance 1 exactly.",
    caught_by=check_training_normalizes_the_batch,
    worth=0.9,
)
def unbiased_in_the_batch(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        out = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta
    return out, cache, new


@misconception(
    "A running standard deviation is kept under the name of the variance. Average variances, and take the root when "
    "you divide: the average of roots is not the root of the average.",
    caught_by=check_running_variance_moves,
    worth=0.9,
)
def running_std(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        new = RunningStatistics(mean=new.mean, var=(1 - momentum) * state.var + momentum * x.std(axis=0, ddof=1))
    return out, cache, new


@misconception(
    "eps is added to the standard deviation, outside the root. In the definition it stands inside, with the variance; "
    "for a feature of small variance the two differ much.",
    caught_by=check_training_normalizes_the_batch,
    worth=0.7,
)
def eps_outside_the_root(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    _, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    mean, var = (x.mean(axis=0), x.var(axis=0)) if train else (state.mean, state.var)
    return gamma * (x - mean) / (np.sqrt(var) + eps) + beta, cache, new


@misconception(
    "gamma and beta are forgotten. Without them the layer could never leave mean 0 and variance 1, even where the "
    "network would learn better with others.",
    caught_by=check_evaluation_uses_the_running_statistics,
    worth=0.7,
)
def no_scale_and_shift(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    return solution(x, np.ones_like(gamma), np.zeros_like(beta), state, train=train, momentum=momentum, eps=eps)


@misconception(
    "Mean and variance are taken over the features of each example. That is layer norm; batch norm takes them over "
    "the examples of the batch, along axis 0, for each feature.",
    caught_by=check_training_normalizes_the_batch,
)
def layer_norm(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out = gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta
    return out, x, state


@misconception(
    "The running statistics are updated in place. `state` belongs to the caller, who may go back to it, say to the "
    "best epoch; make a new RunningStatistics.",
    caught_by=check_running_mean_moves,
    worth=0.85,
    said_by="state must not be changed in place",
)
def updated_in_place(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, cache, new = solution(x, gamma, beta, state, train=train, momentum=momentum, eps=eps)
    if train:
        state.mean[:], state.var[:] = new.mean, new.var
    return out, cache, state


@alternative("a loop over the features, and a cache of its own making")
def looped(x, gamma, beta, state, *, train, momentum=0.1, eps=1e-5):
    out, mean, var = np.empty_like(x), [], []
    for j, column in enumerate(x.T):
        center, spread = (column.mean(), column.var()) if train else (state.mean[j], state.var[j])
        out[:, j] = gamma[j] * (column - center) / (spread + eps) ** 0.5 + beta[j]
        mean.append(state.mean[j] + (momentum * (center - state.mean[j]) if train else 0))
        var.append(state.var[j] + (momentum * (column.var(ddof=1) - state.var[j]) if train else 0))
    return out.tolist(), lambda grad: grad * gamma, RunningStatistics(mean=mean, var=var)


def _layer(rng):
    x = rng.normal(rng.uniform(2, 4, 4), rng.uniform(0.3, 2, 4), size=(6, 4))
    gamma, beta = rng.uniform(0.5, 2, 4), rng.uniform(1, 2, 4)
    return x, gamma, beta, RunningStatistics(mean=rng.uniform(-1, 1, 4), var=rng.uniform(5, 9, 4))


def _trained(batchnorm_forward, x, gamma, beta, state, **options):
    """The statistics after a batch, from an answer that normalizes batches at all."""
    out, _, new = _call(batchnorm_forward, x, gamma, beta, state, train=True, **options)
    require(
        np.isfinite(out).all() and (np.ptp(out, axis=0) > 0).all() and (np.ptp(out, axis=1) > 0).all(),
        "in training the output must vary over the batch, and from feature to feature",
    )
    shifted, _, _ = _call(batchnorm_forward, x + np.arange(4.0), gamma, beta, state, train=True, **options)
    # A shift costs digits: in float32 the default tolerance refuses three right answers in a thousand.
    close(shifted, out, "in training, to shift a feature in all examples must not change the output", rtol=1e-4)
    return new


def _call(batchnorm_forward, x, gamma, beta, state, **options):
    out, cache, new = batchnorm_forward(x, gamma, beta, state, **options)
    equal(out.shape, x.shape, "the output must have the shape of the batch")
    return out, cache, new
