"""The twelve lines against the training loop that has everything."""

import ast
import inspect

import numpy as np
import pytest

from dnnkit import data, mlp
from dnnkit.hyperparameters import Hyperparameters


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("hidden", "batch_size"), [((), 32), ((16,), 50), ((16, 8), 1)])
def test_it_is_what_train_does_with_nothing_but_a_rate(hidden, batch_size, dtype):
    x, y = data.split_digits(n_train=130, n_dev=1, rng=np.random.default_rng(0))[:2]
    params = mlp.init((64, *hidden, 10), scheme="he", rng=np.random.default_rng(1), dtype=dtype)
    before = [array.copy() for pair in params for array in pair]
    x = x.astype(dtype)
    h = Hyperparameters(learning_rate=0.03, epochs=3, batch_size=batch_size)
    history = mlp.train(params, (x, y), h, rng=np.random.default_rng(5))
    # `train` makes two generators from the one that it is given: the first draws the order.
    order = np.random.default_rng(np.random.default_rng(5).integers(2**63, size=2)[0])
    found, losses = mlp.train_plain(params, x, y, learning_rate=0.03, batch_size=batch_size, epochs=3, rng=order)
    np.testing.assert_array_equal(losses, history.losses)
    for pair, expected in zip(found, history.params, strict=True):
        for array, theirs in zip(pair, expected, strict=True):
            np.testing.assert_array_equal(array, theirs)
            assert array.dtype == dtype
    for now, then in zip([array for pair in params for array in pair], before):
        np.testing.assert_array_equal(now, then)


def test_it_has_twelve_lines():
    (function,) = ast.parse(inspect.getsource(mlp.train_plain)).body
    signature, body = function.body[0].lineno - 1, function.body[1:]  # the docstring begins below the signature
    assert signature + body[-1].end_lineno - body[0].lineno + 1 == 12


def test_a_rate_that_is_too_high_is_an_error_and_no_silent_nan():
    x, y = np.eye(4) * 1e3, np.arange(4)
    params = mlp.init((4, 8, 4), scheme="he", rng=np.random.default_rng(0), dtype="float64")
    with pytest.raises(ValueError, match="logits must be finite"), np.errstate(all="ignore"):
        mlp.train_plain(params, x, y, learning_rate=1e200, batch_size=2, epochs=9, rng=np.random.default_rng(0))
