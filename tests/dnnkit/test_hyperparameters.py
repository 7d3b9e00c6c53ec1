"""The record of hyperparameters: frozen, validated, no setting without effect; the cost of sizes against torch."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit.hyperparameters import (
    OPTIMIZERS,
    Hyperparameters,
    activation_bytes,
    count_parameters,
    memory_bytes,
    width_for_budget,
)

SIZES = ((64, 10), (64, 32, 10), (1, 1), (3, 50, 7, 7, 2))


def test_it_is_frozen_hashable_and_can_be_replaced():
    h = Hyperparameters(learning_rate=0.1, epochs=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        h.epochs = 4
    changed = dataclasses.replace(h, epochs=4)
    assert (changed.epochs, changed.learning_rate, h.epochs) == (4, 0.1, 3)
    assert len({h, changed, Hyperparameters(learning_rate=0.1, epochs=3)}) == 2
    with pytest.raises(ValueError, match="epochs must be at least 1"):
        dataclasses.replace(h, epochs=0)


def test_numbers_become_plain_python_numbers():
    h = Hyperparameters(learning_rate=np.float32(0.5), epochs=np.int64(3), keep_prob=np.array([0.5, 1.0]), lam=1)
    assert (type(h.learning_rate), type(h.epochs), type(h.lam)) == (float, int, float)
    assert h.keep_prob == (0.5, 1.0)
    assert all(type(keep) is float for keep in h.keep_prob)
    assert hash(h) == hash(dataclasses.replace(h))


def test_settings_are_keyword_only_and_the_two_without_a_default_are_required():
    with pytest.raises(TypeError, match="positional"):
        Hyperparameters(0.1, 3)
    with pytest.raises(TypeError, match="learning_rate"):
        Hyperparameters(epochs=3)
    with pytest.raises(TypeError, match="epochs"):
        Hyperparameters(learning_rate=0.1)


@pytest.mark.parametrize(
    ("setting", "value", "error", "message"),
    [
        ("learning_rate", 0, ValueError, r"learning_rate must be in \(0, inf\), got 0"),
        ("learning_rate", float("nan"), ValueError, "learning_rate must be in"),
        ("learning_rate", "fast", TypeError, "learning_rate must be a real number, got str 'fast'"),
        ("epochs", 2.0, TypeError, "epochs must be an integer, got float 2.0"),
        ("batch_size", 0, ValueError, "batch_size must be at least 1, got 0"),
        ("batch_size", True, TypeError, "batch_size must be an integer"),
        ("activation", "swish", ValueError, "activation must be one of .*'relu'.*, got 'swish'"),
        ("loss", "hinge", ValueError, "loss must be one of 'cross_entropy', .*'huber', got 'hinge'"),
        ("optimizer", "adagrad", ValueError, "optimizer must be one of 'sgd'"),
        ("momentum", 1.0, ValueError, r"momentum must be in \[0, 1\), got 1.0"),
        ("weight_decay", -1, ValueError, r"weight_decay must be in \[0, inf\), got -1"),
        ("lam", -0.1, ValueError, "lam must be in"),
        ("lam_l1", -0.1, ValueError, r"lam_l1 must be in \[0, inf\), got -0.1"),
        ("beta2", 1, ValueError, r"beta2 must be in \[0, 1\), got 1"),
        ("decay", -0.1, ValueError, r"decay must be in \[0, 1\)"),
        ("eps", 0, ValueError, r"eps must be in \(0, inf\), got 0"),
        ("eps", None, TypeError, "eps must be a real number, got NoneType"),
        ("clip_norm", 0, ValueError, r"clip_norm must be in \(0, inf\), got 0"),
        ("clip_value", "1", TypeError, "clip_value must be a real number"),
        ("max_norm", float("inf"), ValueError, "max_norm must be in"),
        ("keep_prob", 0.0, ValueError, r"keep_prob must be in \(0, 1\], got 0.0"),
        ("keep_prob", (0.5, 1.5), ValueError, r"keep_prob must be in \(0, 1\], got 1.5"),
        ("batchnorm", 1, TypeError, "batchnorm must be True or False, got int 1"),
        ("batchnorm_momentum", 0.0, ValueError, r"batchnorm_momentum must be in \(0, 1\]"),
    ],
)
def test_a_setting_out_of_range_is_named(setting, value, error, message):
    with pytest.raises(error, match=message):
        Hyperparameters(**{"learning_rate": 0.1, "epochs": 3, setting: value})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("setting", "value"),
    [("momentum", 0.9), ("beta1", 0.8), ("beta2", 0.9), ("decay", 0.9), ("eps", 1e-6), ("weight_decay", 0.1)],
)
def test_a_setting_that_the_optimizer_would_ignore_is_refused(optimizer, setting, value):
    settings = {"learning_rate": 0.1, "epochs": 3, "optimizer": optimizer, setting: value}
    if setting in OPTIMIZERS[optimizer]:
        assert getattr(Hyperparameters(**settings), setting) == value
        return
    with pytest.raises(ValueError, match=f"^{setting} must be left at .* with optimizer '{optimizer}', .* got {value}"):
        Hyperparameters(**settings)


def test_batch_norms_momentum_is_refused_without_batch_norm():
    settings = {"learning_rate": 0.1, "epochs": 3, "batchnorm_momentum": 0.5}
    assert Hyperparameters(**settings, batchnorm=True).batchnorm_momentum == 0.5
    with pytest.raises(ValueError, match=r"batchnorm_momentum must be left at 0.1 without batch norm, .* got 0.5"):
        Hyperparameters(**settings)


# what sizes cost


def torch_network(sizes, *, bias=True, dtype=torch.float32, activation=torch.nn.ReLU):
    modules = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        modules += [torch.nn.Linear(fan_in, fan_out, bias=bias, dtype=dtype), activation()]
    return torch.nn.Sequential(*modules[:-1])


def n_bytes(tensors):
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", SIZES)
def test_parameters_are_counted_as_torch_does(sizes, bias):
    theirs = sum(parameter.numel() for parameter in torch_network(sizes, bias=bias).parameters())
    assert count_parameters(sizes, bias=bias) == theirs
    assert type(count_parameters(np.array(sizes), bias=bias)) is int


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        (lambda p: torch.optim.SGD(p, lr=0.1), 0),
        (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 1),
        (lambda p: torch.optim.RMSprop(p, lr=0.1), 1),
        (lambda p: torch.optim.Adam(p, lr=0.1), 2),
        (lambda p: torch.optim.AdamW(p, lr=0.1), 2),
    ],
)
def test_memory_is_what_torch_holds_after_a_step(optimizer, slots, dtype):
    network = torch_network((5, 7, 3), dtype=getattr(torch, dtype))
    stepper = optimizer(network.parameters())
    network(torch.ones(2, 5, dtype=getattr(torch, dtype))).sum().backward()
    stepper.step()
    parameters = list(network.parameters())
    # the step counter, one number per tensor, is not a slot
    state = [value for slot in stepper.state.values() for name, value in slot.items() if name != "step"]
    held = n_bytes(parameters) + n_bytes(p.grad for p in parameters) + n_bytes(filter(torch.is_tensor, state))
    assert memory_bytes((5, 7, 3), dtype=dtype, optimizer_slots=slots) == held


@pytest.mark.parametrize("activation", [torch.nn.ReLU, torch.nn.Tanh, torch.nn.Sigmoid])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", SIZES)
def test_activations_are_what_autograd_saves(sizes, dtype, activation):
    network = torch_network(sizes, dtype=getattr(torch, dtype), activation=activation)
    weights = {parameter.data_ptr() for parameter in network.parameters()}
    saved = {}

    def pack(tensor):
        if tensor.is_floating_point() and tensor.ndim == 2 and tensor.data_ptr() not in weights:
            saved[tensor.data_ptr()] = tensor
        return tensor

    x, y = torch.ones(11, sizes[0], dtype=getattr(torch, dtype)), torch.zeros(11, dtype=torch.int64)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        torch.nn.functional.cross_entropy(network(x), y)
    assert activation_bytes(sizes, 11, dtype=dtype) == n_bytes(saved.values())


@settings(max_examples=60, deadline=None)
@given(
    n_inputs=st.integers(1, 1000),
    n_outputs=st.integers(1, 1000),
    hidden_layers=st.integers(1, 12),
    budget=st.integers(1, 10**15),
)
def test_width_is_the_largest_within_the_budget(n_inputs, n_outputs, hidden_layers, budget):
    def parameters(width):
        return count_parameters((n_inputs, *[width] * hidden_layers, n_outputs))

    if budget < parameters(1):
        with pytest.raises(ValueError, match=f"budget must be at least {parameters(1)}"):
            width_for_budget(n_inputs, n_outputs, budget, hidden_layers=hidden_layers)
    else:
        width = width_for_budget(n_inputs, n_outputs, budget, hidden_layers=hidden_layers)
        assert parameters(width) <= budget < parameters(width + 1)


@pytest.mark.parametrize("hidden_layers", [1, 2, 5])
@pytest.mark.parametrize("width", [1, 2, 37, 10**8])
def test_width_at_the_edge_of_a_budget(width, hidden_layers):
    exact = count_parameters((64, *[width] * hidden_layers, 10))
    assert width_for_budget(64, 10, exact, hidden_layers=hidden_layers) == width
    if width > 1:
        assert width_for_budget(64, 10, exact - 1, hidden_layers=hidden_layers) == width - 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: count_parameters(5), TypeError, "sizes must be a sequence of integers, got int 5"),
        (lambda: count_parameters((5,)), ValueError, "sizes must name at least the inputs and the outputs, got 1"),
        (lambda: count_parameters((5, 0, 2)), ValueError, r"sizes\[1\] must be at least 1, got 0"),
        (lambda: count_parameters((5, 2.0)), TypeError, r"sizes\[1\] must be an integer, got float 2.0"),
        (lambda: count_parameters((5, 2), bias=1), TypeError, "bias must be True or False"),
        (lambda: memory_bytes((5, 2), optimizer_slots=-1), ValueError, "optimizer_slots must be at least 0, got -1"),
        (lambda: memory_bytes((5, 2), dtype="int8"), ValueError, "dtype must be one of 'float16', .*, got 'int8'"),
        (lambda: activation_bytes((5, 2), 0), ValueError, "batch_size must be at least 1, got 0"),
        (lambda: activation_bytes((5, 2), 4, dtype=None), ValueError, "dtype must be one of"),
        (lambda: width_for_budget(64, 10, 84, hidden_layers=1), ValueError, "budget must be at least 85.*got 84"),
        (lambda: width_for_budget(64, 10, 1e4, hidden_layers=1), TypeError, "budget must be an integer"),
        (lambda: width_for_budget(64, 10, 100, hidden_layers=0), ValueError, "hidden_layers must be at least 1"),
        (lambda: width_for_budget(0, 10, 100, hidden_layers=1), ValueError, "n_inputs must be at least 1"),
    ],
)
def test_bad_sizes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
