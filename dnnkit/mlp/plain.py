"""Training in twelve lines: what :func:`dnnkit.mlp.train` does when nothing beyond a rate is asked of it."""

from dnnkit import network


def train_plain(params, x, y, *, learning_rate, batch_size, epochs, rng):
    r"""Minibatch gradient descent on the cross-entropy of a ReLU network, to be read aloud.

    .. math:: W \leftarrow W - \eta \frac{\partial L}{\partial W}, \qquad
        b \leftarrow b - \eta \frac{\partial L}{\partial b}

    Parameters
    ----------
    params : list of (W, b)
        Starting point; not changed.
    x : array of shape (n, features)
    y : integer array of shape (n,)
        The right classes.
    learning_rate : float
        η.
    batch_size : int
        Examples per step; the last batch of an epoch may be smaller.
    epochs : int
        Passes over the examples.
    rng : numpy.random.Generator
        Draws the order of the examples, anew in each epoch.

    Returns
    -------
    params : list of (W, b)
        After the last step.
    losses : list of float
        Loss of each minibatch before its step.

    Raises
    ------
    ValueError
        If a loss or a parameter is no longer finite.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, *Deep Learning*, algorithm 8.1.

    Examples
    --------
    >>> import numpy as np
    >>> from dnnkit import mlp
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 2))
    >>> y = (x[:, 0] * x[:, 1] > 0).astype(np.int64)         # exclusive or, of signs
    >>> start = mlp.init([2, 16, 2], scheme="he", rng=rng)
    >>> params, losses = train_plain(start, x, y, learning_rate=0.5, batch_size=20, epochs=50, rng=rng)
    >>> mlp.error(params, x, y) < 0.1
    True
    """
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            logits, cache = network.forward(params, x[batch])
            losses.append(network.cross_entropy(logits, y[batch]))
            grad = network.cross_entropy_gradient(logits, y[batch])
            grads = network.backward(params, cache, grad)
            params = [(W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses
