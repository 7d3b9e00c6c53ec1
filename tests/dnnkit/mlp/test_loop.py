"""Training against torch in float64, and what the loop promises besides the numbers."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from dnnkit import data, mlp, network, optimization
from dnnkit.early_stopping import EarlyStopper, stop_epoch
from dnnkit.hyperparameters import OPTIMIZERS, Hyperparameters
from dnnkit.mlp import updates

SIZES = (5, 8, 6, 3)
M = 20


def rng(seed=0):
    return np.random.default_rng(seed)


def problem(seed=3, dtype="float64"):
    draw = rng(seed)
    x = draw.standard_normal((M, SIZES[0]))
    return mlp.init(SIZES, scheme="glorot", rng=draw, dtype=dtype), x, draw.integers(SIZES[-1], size=M)


def hyperparameters(**settings):
    return Hyperparameters(**{"learning_rate": 0.05, "epochs": 30, "batch_size": M, "activation": "tanh", **settings})


class TorchMLP(torch.nn.Module):
    """The same network as an nn.Module, with batch norm before each activation when asked."""

    def __init__(self, params, *, batchnorm):
        super().__init__()
        self.affine = torch.nn.ModuleList(torch.nn.Linear(*W.shape, dtype=torch.float64) for W, _ in params)
        for module, (W, b) in zip(self.affine, params):
            module.weight.data, module.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b.copy())
        widths = [len(b) for _, b in params[:-1]]
        norms = (torch.nn.BatchNorm1d(n, dtype=torch.float64) if batchnorm else torch.nn.Identity() for n in widths)
        self.norms = torch.nn.ModuleList(norms)

    def forward(self, a):
        for affine, norm in zip(self.affine, self.norms):
            a = torch.tanh(norm(affine(a)))
        return self.affine[-1](a)

    def weights(self):
        return [module.weight for module in self.affine]

    def groups(self, weight_decay):
        """Parameter groups of which only the weights of the affine layers decay."""
        weights = self.weights()
        rest = [p for p in self.parameters() if not any(p is W for W in weights)]
        return [{"params": weights, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


ADAM = {"beta1": 0.8, "beta2": 0.95, "eps": 1e-6}
TORCH_ADAM = {"betas": (0.8, 0.95), "eps": 1e-6}
# our settings, torch's optimizer, its weight decay
TRAININGS = {
    "sgd": ({}, lambda groups: torch.optim.SGD(groups, lr=0.05), 0.0),
    "momentum": ({"momentum": 0.9}, lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.9), 0.0),
    "rmsprop": ({"optimizer": "rmsprop"}, lambda groups: torch.optim.RMSprop(groups, lr=0.05), 0.0),
    "rmsprop's settings": (
        {"optimizer": "rmsprop", "decay": 0.8, "eps": 1e-5},
        lambda groups: torch.optim.RMSprop(groups, lr=0.05, alpha=0.8, eps=1e-5),
        0.0,
    ),
    "adam": ({"optimizer": "adam"}, lambda groups: torch.optim.Adam(groups, lr=0.05), 0.0),
    "adam's settings": (
        {"optimizer": "adam", **ADAM},
        lambda groups: torch.optim.Adam(groups, lr=0.05, **TORCH_ADAM),
        0.0,
    ),
    "adamw": ({"optimizer": "adamw", "weight_decay": 0.2}, lambda groups: torch.optim.AdamW(groups, lr=0.05), 0.2),
    "l2": ({"lam": 0.2 * M, "momentum": 0.5}, lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.5), 0.2),
    "decay": ({"weight_decay": 0.2}, lambda groups: torch.optim.SGD(groups, lr=0.05), 0.2),
}


@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize(("settings", "optimizer", "decay"), TRAININGS.values(), ids=TRAININGS)
def test_training_equals_torch(settings, optimizer, decay, batchnorm):
    """On full batches, where the order of the examples changes only rounding."""
    params, x, y = problem()
    model = TorchMLP(params, batchnorm=batchnorm)
    stepper = optimizer(model.groups(decay))
    losses = []
    for _ in range(30):
        stepper.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y))
        losses.append(loss.item())
        loss.backward()
        stepper.step()
    history = mlp.train(params, (x, y), hyperparameters(batchnorm=batchnorm, **settings), rng=rng())
    np.testing.assert_allclose(history.losses, losses, rtol=1e-8)
    for (W, b), module in zip(history.params, model.affine):
        np.testing.assert_allclose(W, module.weight.detach().numpy().T, rtol=1e-6, atol=1e-8)
        if not batchnorm or module is model.affine[-1]:  # otherwise its gradient is rounding error, which Adam blows up
            np.testing.assert_allclose(b, module.bias.detach().numpy(), rtol=1e-6, atol=1e-8)
    model.eval()
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(history.outputs(x), expected, rtol=1e-6, atol=1e-7)
    assert history.error(x, y) == pytest.approx(np.mean(expected.argmax(axis=1) != y))
    assert history.error(x, y) == history.train_errors[-1]
    np.testing.assert_array_equal(history.predict(x), expected.argmax(axis=1))
    assert history.predict(x).dtype == np.int64


def clip_columns(model, limit):
    """Bring the incoming weights of each unit back within the limit; torch's weights are transposed."""
    with torch.no_grad():
        for W in model.weights():
            W.copy_(torch.renorm(W, 2, 0, limit))


# our settings; torch's penalty; what torch does to the gradients before a step, and to the weights after it
CONSTRAINTS = {
    "l1": (
        {"lam_l1": 0.03 * M},
        lambda model: 0.03 * sum(W.abs().sum() for W in model.weights()),
        None,
        None,
    ),
    "l1 and l2": (
        {"lam_l1": 0.02 * M, "lam": 0.1 * M},
        lambda model: sum(0.02 * W.abs().sum() + 0.05 * W.square().sum() for W in model.weights()),
        None,
        None,
    ),
    "clip_norm": (
        {"clip_norm": 0.3},
        None,
        lambda model: torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3),
        None,
    ),
    "clip_norm of the penalized gradient": (
        {"clip_norm": 0.3, "lam": 2.0 * M},
        lambda model: sum(1.0 * W.square().sum() for W in model.weights()),
        lambda model: torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3),
        None,
    ),
    "clip_value": (
        {"clip_value": 0.02},
        None,
        lambda model: torch.nn.utils.clip_grad_value_(model.parameters(), 0.02),
        None,
    ),
    "max_norm": ({"max_norm": 0.9}, None, None, lambda model: clip_columns(model, 0.9)),
}


@pytest.mark.parametrize(("settings", "penalty", "clip", "limit"), CONSTRAINTS.values(), ids=CONSTRAINTS)
def test_penalties_clipping_and_limits_equal_torch(settings, penalty, clip, limit):
    params, x, y = problem()
    model = TorchMLP(params, batchnorm=False)
    stepper = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    for _ in range(30):
        stepper.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y))
        (loss + penalty(model) if penalty else loss).backward()
        if clip:
            clip(model)
        stepper.step()
        if limit:
            limit(model)
    h = hyperparameters(learning_rate=0.2, momentum=0.9, **settings)
    history = mlp.train(params, (x, y), h, rng=rng())
    unlimited = mlp.train(params, (x, y), hyperparameters(learning_rate=0.2, momentum=0.9), rng=rng())
    for (W, b), module, (free, _) in zip(history.params, model.affine, unlimited.params):
        # torch adds 1e-6 to the norm by which it clips, and 1e-7 to the one by which it limits
        np.testing.assert_allclose(W, module.weight.detach().numpy().T, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(b, module.bias.detach().numpy(), rtol=1e-4, atol=1e-5)
        assert np.abs(W - free).max() > 0.01


def batches(seed, epochs, batch_size):
    """The minibatches of :func:`dnnkit.mlp.train`, whose docstring mentions a generator for the order."""
    shuffler = np.random.default_rng(rng(seed).integers(2**63, size=2)[0])
    for _ in range(epochs):
        order = shuffler.permutation(M)
        yield from (order[start : start + batch_size] for start in range(0, M, batch_size))


def test_a_full_run_of_adamw_on_minibatches_equals_torch():
    params, x, y = problem()
    model = TorchMLP(params, batchnorm=False)
    stepper = torch.optim.AdamW(model.groups(0.3), lr=0.01)
    schedule = optimization.warmup(optimization.cosine(0.01, steps=290), steps=10)
    losses = []
    for step, batch in enumerate(batches(7, epochs=100, batch_size=8)):
        for group in stepper.param_groups:
            group["lr"] = schedule(step)
        stepper.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(x[batch])), torch.from_numpy(y[batch]))
        losses.append(loss.item())
        loss.backward()
        stepper.step()
    h = hyperparameters(learning_rate=schedule, optimizer="adamw", weight_decay=0.3, epochs=100, batch_size=8)
    history = mlp.train(params, (x, y), h, rng=rng(7))
    assert len(losses) == 300
    np.testing.assert_allclose(history.losses, losses, rtol=1e-8)
    for (W, b), module in zip(history.params, model.affine):
        np.testing.assert_allclose(W, module.weight.detach().numpy().T, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(b, module.bias.detach().numpy(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_blocks_of_a_large_network_move_as_one(optimizer, monkeypatch):
    params, x, y = problem()
    h = hyperparameters(optimizer=optimizer, lam=1.0, lam_l1=1.0, clip_norm=0.5, max_norm=2.0)
    whole = mlp.train(params, (x, y), h, rng=rng())
    monkeypatch.setattr(updates, "_BLOCK", 7)
    for (W, b), (other_W, other_b) in zip(whole.params, mlp.train(params, (x, y), h, rng=rng()).params):
        np.testing.assert_allclose(other_W, W, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(other_b, b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", network.LOSSES)
def test_evaluation_in_parts_is_that_of_the_whole_set(loss):
    draw = rng(1)
    x, y = draw.standard_normal((700, 5)), draw.integers(3, size=700)
    y = y if loss == "cross_entropy" else np.eye(3)[y]
    params = mlp.init(SIZES, scheme="he", rng=draw, dtype="float64")
    h = hyperparameters(loss=loss, epochs=1, batch_size=64, batchnorm=True)
    history = mlp.train(params, (x, y, x[:300], y[:300]), h, rng=draw)
    value = getattr(network, loss)
    assert history.train_losses[0] == pytest.approx(value(history.outputs(x), y), rel=1e-12)
    assert history.dev_losses[0] == pytest.approx(value(history.outputs(x[:300]), y[:300]), rel=1e-12)
    if loss == "cross_entropy":
        assert history.train_errors[0] == history.error(x, y)
        assert history.dev_errors[0] == history.error(x[:300], y[:300])


def test_regression_equals_torch():
    params, x, _ = problem()
    y = rng(5).standard_normal((M, SIZES[-1]))
    model = TorchMLP(params, batchnorm=False)
    stepper = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(30):
        stepper.zero_grad()
        torch.nn.functional.mse_loss(model(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        stepper.step()
    history = mlp.train(params, (x, y, x, y), hyperparameters(loss="squared_error"), rng=rng())
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(history.outputs(x), expected, rtol=1e-10)
    assert history.dev_errors[-1] == history.dev_losses[-1] == pytest.approx(np.mean((expected - y) ** 2))


def test_a_schedule_gives_the_rate_of_each_step():
    params, x, y = problem()
    steps = []

    def schedule(step):
        steps.append(step)
        return 0.1 / (1 + step)

    history = mlp.train(params, (x, y), hyperparameters(learning_rate=schedule, epochs=3, batch_size=8), rng=rng())
    assert steps == list(range(9))  # 20 examples in batches of 8, 8 and 4
    assert len(history.losses) == 9
    constant = mlp.train(params, (x, y), hyperparameters(learning_rate=0.1, epochs=3, batch_size=8), rng=rng())
    assert history.losses[1] == constant.losses[1]
    assert history.losses[2] != constant.losses[2]


def test_each_epoch_sees_every_example_once_in_a_new_order():
    """With a rate too small to matter, the losses of an epoch, weighted by batch, are those of the examples."""
    params, x, y = problem()
    history = mlp.train(params, (x, y), hyperparameters(learning_rate=1e-14, epochs=2, batch_size=8), rng=rng())
    sizes = np.array([8, 8, 4])
    epochs = history.losses.reshape(2, 3)
    expected = network.cross_entropy(network.forward(params, x, activation="tanh")[0], y)
    np.testing.assert_allclose(epochs @ sizes / M, expected, rtol=1e-10)
    assert not np.allclose(*epochs)


def test_a_seed_repeats_a_run_and_dropout_does_not_change_the_batches():
    params, x, y = problem()
    h = hyperparameters(batch_size=4, keep_prob=0.5, epochs=2)
    first, again, other = (mlp.train(params, (x, y), h, rng=rng(seed)).losses for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    # With a rate too small to matter only the batches count: they agree without dropout and with nearly all units kept.
    still = dataclasses.replace(h, learning_rate=1e-14, keep_prob=1.0)
    almost = dataclasses.replace(still, keep_prob=1 - 1e-9)
    plain, kept = (mlp.train(params, (x, y), settings, rng=rng()).losses for settings in (still, almost))
    np.testing.assert_allclose(plain, kept, rtol=1e-7)


@pytest.mark.parametrize("settings", [{}, {"batchnorm": True, "keep_prob": (0.8, 0.6), "optimizer": "adam", "lam": 1}])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_stay_as_they_are_and_the_dtype_is_the_parameters(settings, dtype):
    params, x, y = problem(dtype=dtype)
    arrays = [*(array for pair in params for array in pair), x, y]
    before = [array.copy() for array in arrays]
    history = mlp.train(params, (x, y, x, y), hyperparameters(epochs=2, batch_size=8, **settings), rng=rng())
    for now, then in zip(arrays, before):
        np.testing.assert_array_equal(now, then)
    found = [*(array for pair in history.params for array in pair)]
    for gamma, beta, statistics, _ in history.batchnorm:
        found += [gamma, beta, statistics.mean, statistics.var]
    assert {array.dtype for array in found} == {np.dtype(dtype)}
    assert not any(np.shares_memory(a, b) for a in found for b in arrays)
    assert history.outputs(x.astype(dtype)).dtype == dtype


def test_order_of_memory_of_the_data_does_not_matter():
    params, x, y = problem()
    h = hyperparameters(epochs=3, batch_size=8)
    plain = mlp.train(params, (x, y), h, rng=rng())
    strided = np.repeat(np.asfortranarray(x), 2, axis=1)[:, ::2]
    other = mlp.train([(np.asfortranarray(W), b) for W, b in params], (strided, y[::-1][::-1]), h, rng=rng())
    np.testing.assert_array_equal(plain.losses, other.losses)


def test_a_training_set_of_one_example():
    params, x, y = problem()
    history = mlp.train(params, (x[:1], y[:1]), hyperparameters(epochs=50), rng=rng())
    assert history.losses[-1] < history.losses[0]
    assert history.train_errors[-1] == 0


def test_history_tells_the_run():
    params, x, y = problem()
    history = mlp.train(params, (x, y), hyperparameters(epochs=7, batch_size=8), rng=rng(), evaluate_every=3)
    np.testing.assert_array_equal(history.epochs, [3, 6, 7])
    assert history.epochs.dtype == np.int64
    assert history.train_errors.shape == history.train_losses.shape == (3,)
    assert history.dev_errors is None
    assert history.dev_losses is None
    assert history.weight_norms.shape == history.gradient_norms.shape == (3, 3)
    np.testing.assert_allclose(history.weight_norms[-1], [np.linalg.norm(W) for W, _ in history.params])
    assert history.seconds > 0
    assert history.diverged_at is None
    assert repr(history) == f"History(7 epochs, 21 steps, train error {history.train_errors[-1]:.4g})"


def test_gradient_norms_are_those_of_the_last_batch():
    params, x, y = problem()
    history = mlp.train(params, (x, y), hyperparameters(learning_rate=1e-14, epochs=1), rng=rng())
    outputs, cache = network.forward(params, x, activation="tanh")
    grads = network.backward(params, cache, network.cross_entropy_gradient(outputs, y), activation="tanh")
    np.testing.assert_allclose(history.gradient_norms[0], [np.linalg.norm(dW) for dW, _ in grads], rtol=1e-9)


def test_one_batch_can_be_overfitted():
    params, x, y = problem()
    history = mlp.train(params, (x, y), hyperparameters(optimizer="adam", epochs=300), rng=rng(), evaluate_every=300)
    assert history.train_errors[-1] == 0
    assert history.train_losses[-1] < 0.01


def test_digits_are_learned():
    split = data.split_digits(n_train=1000, n_dev=300, rng=rng())
    params = mlp.init([64, 32, 10], scheme="he", rng=rng())
    h = Hyperparameters(learning_rate=0.1, epochs=30, momentum=0.9)
    history = mlp.train(params, split[:4], h, rng=rng(), evaluate_every=30)
    assert history.losses[0] == pytest.approx(math.log(10), abs=0.5)
    assert history.dev_errors[-1] < 0.06
    assert history.error(split.x_test, split.y_test) < 0.06


# callbacks


def test_callbacks_see_each_evaluation_and_one_may_stop():
    params, x, y = problem()
    seen, kept = [], []

    def watch(progress):
        seen.append((progress.epoch, progress.step, progress.dev_loss))
        kept.append([W.copy() for W, _ in progress.params])

    def stop(progress):
        return progress.epoch == 4

    h = hyperparameters(batch_size=8)
    history = mlp.train(params, (x, y, x, y), h, rng=rng(), callbacks=[stop, watch])
    assert [(epoch, step) for epoch, step, _ in seen] == [(1, 3), (2, 6), (3, 9), (4, 12)]
    np.testing.assert_array_equal(history.dev_losses, [loss for *_, loss in seen])
    assert len(history.losses) == 12
    for copied, (W, _) in zip(kept[-1], history.params):
        np.testing.assert_array_equal(copied, W)
    assert not np.array_equal(kept[0][0], kept[1][0])


@pytest.mark.parametrize("wrap", [lambda callback: callback, lambda callback: (c for c in [callback]), lambda c: {c}])
def test_callbacks_may_be_one_function_or_anything_that_gives_them(wrap):
    params, x, y = problem()
    seen = []
    mlp.train(params, (x, y), hyperparameters(epochs=3), rng=rng(), callbacks=wrap(seen.append))
    assert [progress.epoch for progress in seen] == [1, 2, 3]


def test_a_callback_cannot_change_the_network():
    params, x, y = problem()

    def meddle(progress):
        progress.params[0][0][...] = 0

    with pytest.raises(ValueError, match="read-only"):
        mlp.train(params, (x, y), hyperparameters(), rng=rng(), callbacks=[meddle])


@pytest.mark.parametrize("batchnorm", [False, True])
def test_early_stopping_is_a_callback_and_its_best_parameters_give_the_best_loss(batchnorm):
    params, x, y = problem()
    x_dev, y_dev = rng(9).standard_normal((30, SIZES[0])), rng(9).integers(SIZES[-1], size=30)
    h = hyperparameters(optimizer="adam", epochs=200, batchnorm=batchnorm)
    stopper = EarlyStopper(patience=3)

    def stop(progress):
        return stopper.step(progress.dev_loss, progress.network)

    history = mlp.train(params, (x, y, x_dev, y_dev), h, rng=rng(), callbacks=[stop])
    assert history.epochs[-1] < 200
    assert stop_epoch(history.dev_losses, patience=3) == (len(history.epochs) - 1, stopper.best_step)
    best = stopper.best_params
    assert network.cross_entropy(best.outputs(x_dev), y_dev) == pytest.approx(history.dev_losses.min(), rel=1e-12)
    assert best.error(x_dev, y_dev) == history.dev_errors[stopper.best_step]
    np.testing.assert_array_equal(best.predict(x_dev), best.outputs(x_dev).argmax(axis=1))
    assert stopper.best_loss == history.dev_losses.min() < history.dev_losses[-1]


# divergence


def diverging():
    params, x, _ = problem()
    y = 1e3 * rng(5).standard_normal((M, SIZES[-1]))
    return (
        params,
        (x, y, x, y),
        hyperparameters(learning_rate=1e3, epochs=200, activation="linear", loss="squared_error"),
    )


def test_a_loss_that_is_not_finite_stops_with_the_step_and_the_settings():
    params, sets, h = diverging()
    with pytest.raises(FloatingPointError, match=r"not finite at step \d+ \(epoch \d+\) with Hyperparameters\("):
        mlp.train(params, sets, h, rng=rng())


def test_divergence_is_recorded_when_asked():
    params, sets, h = diverging()
    called = []
    history = mlp.train(params, sets, h, rng=rng(), on_divergence="record", callbacks=[called.append])
    assert history.diverged_at == len(history.losses) - 1 < h.epochs
    assert len(called) == len(history.epochs) - 1
    assert not math.isfinite(history.train_losses[-1])
    assert not math.isfinite(history.dev_errors[-1])


def test_last_step_that_leaves_no_number_is_divergence_too():
    params, sets, h = diverging()
    h = dataclasses.replace(h, learning_rate=1e300, epochs=1)
    history = mlp.train(params, sets, h, rng=rng(), on_divergence="record")
    assert math.isfinite(history.losses[0])
    assert history.diverged_at == 1
    assert len(history.losses) == 2
    with pytest.raises(FloatingPointError, match="step 1"):
        mlp.train(params, sets, h, rng=rng())


@pytest.mark.parametrize("batch_size", [7, M])
@pytest.mark.parametrize("rate", [30.0, 1e3, 1e80, 1e300])
def test_the_step_that_diverged_is_the_first_without_a_number(rate, batch_size):
    params, sets, h = diverging()
    h = dataclasses.replace(h, learning_rate=rate, batch_size=batch_size)
    history = mlp.train(params, sets, h, rng=rng(), on_divergence="record", evaluate_every=3)
    assert history.diverged_at == len(history.losses) - 1
    assert not math.isfinite(history.losses[history.diverged_at])
    assert np.isfinite(history.losses[: history.diverged_at]).all()


def test_a_classifier_that_diverged_is_always_wrong():
    params, x, y = problem()
    h = hyperparameters(learning_rate=1e200, activation="relu", epochs=5)
    history = mlp.train(params, (x, y), h, rng=rng(), on_divergence="record")
    assert history.diverged_at is not None
    assert history.train_errors[-1] == 1.0


@pytest.mark.parametrize("batchnorm", [False, True])
def test_divergence_under_every_option_is_still_a_floating_point_error(batchnorm):
    params, x, y = problem(dtype="float32")
    h = hyperparameters(learning_rate=1e38, activation="relu", keep_prob=0.5, batchnorm=batchnorm, batch_size=5)
    with pytest.raises(FloatingPointError, match="loss is not finite"):
        mlp.train(params, (x, y), h, rng=rng())


# the door


BAD = [
    ({"params": None}, TypeError, "params must be a list of pairs"),
    ({"params": [(np.ones((5, 3)), np.ones(4))]}, ValueError, r"params\[0\]\[1\] must have shape \(3\), got \(4,\)"),
    ({"params": [(np.full((5, 3), np.nan), np.ones(3))]}, ValueError, r"params\[0\]\[0\] must be finite"),
    ({"data": (np.ones((2, 5)),)}, ValueError, r"data must be a tuple \(x_train, y_train\) .* got 1 of these"),
    ({"data": None}, TypeError, r"data must be a tuple \(x_train, y_train\) .* got NoneType"),
    ({"data": (np.ones((2, 4)), np.zeros(2, int))}, ValueError, r"params\[0\]\[0\] must have shape \(4, any\)"),
    ({"data": (np.ones((2, 5)), np.zeros(3, int))}, ValueError, r"y_train must have shape \(2,\)"),
    ({"data": (np.ones((2, 5)), np.full(2, 3))}, ValueError, r"y_train must be labels in 0 \.\. 2, got values from 3"),
    ({"data": (np.ones((2, 5)), np.zeros(2))}, TypeError, "y_train must be an array of integer labels"),
    ({"data": (np.full((2, 5), np.inf), np.zeros(2, int))}, ValueError, "x_train must be finite"),
    (
        {"data": (np.ones((2, 5)), np.zeros(2, int), np.ones((2, 6)), np.zeros(2, int))},
        ValueError,
        r"x_dev must have shape \(any, 5\), got \(2, 6\)",
    ),
    ({"hyperparameters": {"learning_rate": 0.1}}, TypeError, "hyperparameters must be a Hyperparameters, got dict"),
    ({"hyperparameters": hyperparameters(keep_prob=(0.5,))}, ValueError, "keep_prob must hold one number for each"),
    ({"hyperparameters": hyperparameters(batchnorm=True, batch_size=19)}, ValueError, "a batch of one example"),
    ({"hyperparameters": hyperparameters(loss="squared_error")}, ValueError, r"y_train must have shape \(20, 3\)"),
    ({"rng": None}, TypeError, "rng must be a numpy.random.Generator"),
    ({"callbacks": [print, 3]}, TypeError, r"callbacks\[1\] must be callable as callback\(progress\), got int"),
    (
        {"hyperparameters": hyperparameters(learning_rate=lambda step: 0.1 - 0.04 * step)},
        ValueError,
        r"learning_rate\(3\) must be in \[0, inf\), got -0.0",
    ),
    (
        {"hyperparameters": hyperparameters(learning_rate=lambda step: math.nan)},
        ValueError,
        r"learning_rate\(0\) must be in \[0, inf\), got nan",
    ),
    ({"evaluate_every": 0}, ValueError, "evaluate_every must be at least 1"),
    ({"on_divergence": "ignore"}, ValueError, "on_divergence must be one of 'raise', 'record'"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input_to_training_is_named(change, error, message):
    params, x, y = problem()
    arguments = {"params": params, "data": (x, y), "hyperparameters": hyperparameters(), "rng": rng(), **change}
    with pytest.raises(error, match=message):
        mlp.train(**arguments)
