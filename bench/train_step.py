"""A step of `mlp.train`, compared with the same step in PyTorch and with its bare matrix products; and its memory."""

import tracemalloc

import numpy as np
import torch

from dnnkit import mlp
from dnnkit.hyperparameters import Hyperparameters, activation_bytes, memory_bytes

from .record import Record, one_thread, paired

SIZES, BATCH, BATCHES, EPOCHS = (64, 64, 64, 10), 64, 40, 8
RATE, MOMENTUM = 0.01, 0.9
GOAL = 2.0
RUNS = 15
LARGE, LARGE_BATCH, LARGE_BATCHES = (256, 512, 512, 10), 256, 8
MEMORY_GOAL = 0.9


def run():
    """Yield `train_step_vs_torch` and `train_step_vs_matmul`, one thread each, and `train_memory_vs_needed`."""
    with one_thread():
        yield from _speed()
    yield _memory()


def _speed():
    rng = np.random.default_rng(0)
    start = mlp.init(SIZES, scheme="he", rng=rng)
    x, y = _data(rng, SIZES, BATCH * BATCHES)
    _hold_against_torch(start, x[:BATCH], y[:BATCH])
    products = _products(start, x[:BATCH])
    for name, other, goal in (("torch", lambda: _by_torch(start, x, y, EPOCHS), GOAL), ("matmul", products, None)):
        mine, theirs, ratio = paired(lambda: _ours(start, x, y, EPOCHS), other, runs=RUNS)
        per_step = 1e6 / (EPOCHS * BATCHES)
        yield Record(
            f"train_step_vs_{name}",
            per_step * mine,
            per_step * theirs,
            ratio,
            "µs",
            None if goal is None else f"> {goal:g}",
            None if goal is None else ratio > goal,
        )


def _memory():
    """Compare the peak of a run with Adam, from tracemalloc, with its parameters, gradients, state and activations."""
    rng = np.random.default_rng(0)
    start = mlp.init(LARGE, scheme="he", rng=rng)
    x, y = _data(rng, LARGE, LARGE_BATCH * LARGE_BATCHES)
    h = Hyperparameters(learning_rate=1e-3, epochs=2, batch_size=LARGE_BATCH, optimizer="adam")
    tracemalloc.start()
    try:
        history = mlp.train(start, (x, y), h, rng=rng)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(history.losses) == 2 * LARGE_BATCHES
    needed = memory_bytes(LARGE, optimizer_slots=2) + activation_bytes(LARGE, LARGE_BATCH)
    ratio = needed / peak
    goal = f"> {MEMORY_GOAL:g}"
    return Record("train_memory_vs_needed", peak / 2**20, needed / 2**20, ratio, "MiB", goal, ratio > MEMORY_GOAL)


def _data(rng, sizes, n):
    return rng.standard_normal((n, sizes[0])).astype(np.float32), rng.integers(sizes[-1], size=n)


def _ours(start, x, y, epochs):
    """Train with ours; the whole call counts, including the checks of arguments and the evaluation at the end."""
    h = Hyperparameters(learning_rate=RATE, epochs=epochs, batch_size=BATCH, momentum=MOMENTUM)
    return mlp.train(start, (x, y), h, rng=np.random.default_rng(0), evaluate_every=epochs).params


def _by_torch(start, x, y, epochs):
    modules = []
    for W, b in start:
        affine = torch.nn.Linear(*W.shape)
        affine.weight.data, affine.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b.copy())
        modules += [affine, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return [(module.weight.detach().numpy().T, module.bias.detach().numpy()) for module in modules[:-1:2]]


def _hold_against_torch(start, x, y):
    """Assert that both come to the same parameters on one batch, whose order only changes rounding."""
    for pair, other in zip(_ours(start, x, y, 20), _by_torch(start, x, y, 20)):
        for ours, theirs in zip(pair, other):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


def _products(start, a):
    """Return the eight matrix products of a step: one forward and two backward per layer, less the data's gradient."""
    n, shapes = len(a), [W.shape for W, _ in start]
    inputs = [np.ones((n, fan_in), np.float32) for fan_in, _ in shapes]
    grads = [np.ones((n, fan_out), np.float32) for _, fan_out in shapes]
    weights = [W for W, _ in start]

    def products():
        for _ in range(EPOCHS * BATCHES):
            for a, W in zip(inputs, weights):
                a @ W
            for layer, (a, W, grad) in enumerate(zip(inputs, weights, grads)):
                a.T @ grad
                if layer:
                    grad @ W.T

    return products
