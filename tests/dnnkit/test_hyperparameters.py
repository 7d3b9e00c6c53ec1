"""The record of hyperparameters: frozen, validated, and no setting without effect."""

import dataclasses

import numpy as np
import pytest

from dnnkit.hyperparameters import Hyperparameters


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
        ("loss", "hinge", ValueError, "loss must be one of 'cross_entropy', 'squared_error', got 'hinge'"),
        ("optimizer", "adagrad", ValueError, "optimizer must be one of 'sgd'"),
        ("momentum", 1.0, ValueError, r"momentum must be in \[0, 1\), got 1.0"),
        ("weight_decay", -1, ValueError, r"weight_decay must be in \[0, inf\), got -1"),
        ("lam", -0.1, ValueError, "lam must be in"),
        ("keep_prob", 0.0, ValueError, r"keep_prob must be in \(0, 1\], got 0.0"),
        ("keep_prob", (0.5, 1.5), ValueError, r"keep_prob must be in \(0, 1\], got 1.5"),
        ("batchnorm", 1, TypeError, "batchnorm must be True or False, got int 1"),
        ("batchnorm_momentum", 0.0, ValueError, r"batchnorm_momentum must be in \(0, 1\]"),
    ],
)
def test_a_setting_out_of_range_is_named(setting, value, error, message):
    with pytest.raises(error, match=message):
        Hyperparameters(**{"learning_rate": 0.1, "epochs": 3, setting: value})


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam", "adamw"])
def test_momentum_without_effect_is_refused(optimizer):
    with pytest.raises(ValueError, match=f"momentum must be 0 with optimizer '{optimizer}'"):
        Hyperparameters(learning_rate=0.1, epochs=3, optimizer=optimizer, momentum=0.9)


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam"])
def test_weight_decay_that_would_be_another_optimizers_is_refused(optimizer):
    with pytest.raises(ValueError, match=f"weight_decay must be 0 with optimizer '{optimizer}': use 'adamw'"):
        Hyperparameters(learning_rate=0.1, epochs=3, optimizer=optimizer, weight_decay=0.1)
