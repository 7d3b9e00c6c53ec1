"""Where training starts: the parameters of a network that has not been trained."""

import numpy as np

from dnnkit import _inputs, initialization


def init(sizes, *, scheme, rng, dtype="float32"):
    """Parameters of a network that has not been trained: weights by a scheme, biases zero.

    Parameters
    ----------
    sizes : sequence of int
        Features, neurons of each hidden layer, outputs.
    scheme : str
        As in :func:`dnnkit.initialization.init_weights`.
    rng : numpy.random.Generator
    dtype : {"float32", "float64"}
        Training uses it.

    Returns
    -------
    list of (W, b)
        W of shape (sizes[l], sizes[l + 1]), b of shape (sizes[l + 1],).

    References
    ----------
    He, Zhang, Ren and Sun 2015, *Delving deep into rectifiers*.

    Examples
    --------
    >>> params = init([64, 32, 10], scheme="he", rng=np.random.default_rng(0))
    >>> [(W.shape, b.shape) for W, b in params]
    [((64, 32), (32,)), ((32, 10), (10,))]
    """
    sizes = [_inputs.count(f"sizes[{index}]", size) for index, size in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least the features and the outputs, got {sizes}")
    dtype = _inputs.one_of("dtype", dtype, ("float32", "float64"))
    return [
        (
            initialization.init_weights(fan_in, fan_out, scheme=scheme, rng=rng).astype(dtype),
            np.zeros(fan_out, dtype),
        )
        for fan_in, fan_out in zip(sizes, sizes[1:])
    ]
