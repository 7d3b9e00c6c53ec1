"""The layers that :func:`dnnkit.mlp.train` stacks: each is a topic's pair of functions, with what passes between them.

``forward(a)`` is the training pass and keeps what ``backward(grad)`` needs; ``backward`` turns the gradient with
respect to the layer's output into the one with respect to its input, and writes its parameters' gradients where it was
told to. It may overwrite the gradient it is given, and releases the activations kept for it. Nothing is validated here:
training checks its inputs once.
"""

import math
from typing import NamedTuple

import numpy as np

from dnnkit import dropout, network
from dnnkit.network.passes import weighted_sums
from dnnkit.norm_layers import RunningStatistics
from dnnkit.norm_layers.batch import normalize, normalize_batch, normalize_batch_backward

_EPS = 1e-5  # of batch norm, as in its paper and in PyTorch


class Affine:
    """Weighted sums; `dW` and `db` are the arrays that receive the gradients."""

    def __init__(self, W, b, dW, db):
        self.W, self.b, self.dW, self.db = W, b, dW, db

    def forward(self, a):
        self.a = a
        return weighted_sums(a, self.W, self.b)

    def backward(self, grad):
        self.parameter_gradients(grad)
        return grad @ self.W.T

    def parameter_gradients(self, grad):
        """The half of `backward` that a first layer needs: nobody asks for the gradient of the data."""
        np.matmul(self.a.T, grad, out=self.dW)
        np.add.reduce(grad, axis=0, out=self.db)
        self.a = None


class Activate:
    """An activation by its name in ``network.ACTIVATIONS``."""

    def __init__(self, name):
        self.value, self.slope, self.needs_input = network.ACTIVATIONS[name]

    def forward(self, z):
        self.z, self.a = z if self.needs_input else None, self.value(z)
        return self.a

    def backward(self, grad):
        grad *= self.slope(self.z, self.a)
        self.z = self.a = None
        return grad


class Dropout:
    """Inverted dropout with a fresh mask for each batch."""

    def __init__(self, keep_prob, rng):
        self.keep_prob, self.rng = keep_prob, rng

    def forward(self, a):
        self.mask = dropout.draw_mask(a.shape, self.keep_prob, self.rng)
        return dropout.apply_mask(a, self.mask, self.keep_prob)

    def backward(self, grad):
        return dropout.apply_mask(grad, self.mask, self.keep_prob)


class BatchNorm:
    """Batch norm; `state` holds the running statistics after the batches seen so far."""

    def __init__(self, gamma, beta, dgamma, dbeta, momentum, eps):
        self.gamma, self.beta, self.dgamma, self.dbeta = gamma, beta, dgamma, dbeta
        self.momentum, self.eps = momentum, eps
        self.state = RunningStatistics(np.zeros_like(gamma), np.ones_like(gamma))

    def forward(self, z):
        out, self.cache, self.state = normalize_batch(z, self.gamma, self.beta, self.state, self.momentum, self.eps)
        return out

    def backward(self, grad):
        grad, self.dgamma[...], self.dbeta[...] = normalize_batch_backward(grad, self.cache)
        return grad


class BatchNormParameters(NamedTuple):
    """What training has learned (gamma, beta) and measured (statistics) for the batch norm of one hidden layer."""

    gamma: np.ndarray
    beta: np.ndarray
    statistics: RunningStatistics
    eps: float


class Stack:
    """The layers of one network in training, over one flat vector of parameters and one of gradients.

    One vector lets an optimizer move all parameters in a few NumPy calls. The weights W come first in it, so that
    penalties and decay, which leave biases alone, are calls on a slice.
    """

    def __init__(self, params, hyperparameters, rng):
        h, hidden = hyperparameters, len(params) - 1
        gammas = [np.ones_like(b) for _, b in params[:-1]] if h.batchnorm else []
        groups = [W for W, _ in params], [b for _, b in params], gammas, [np.zeros_like(gamma) for gamma in gammas]
        self.vector = np.concatenate([array.ravel() for group in groups for array in group])
        self.gradient = np.zeros_like(self.vector)
        self.Ws, biases, gammas, betas = _views(self.vector, groups)
        self.dWs, dbs, dgammas, dbetas = _views(self.gradient, groups)
        n_weights = sum(W.size for W in self.Ws)
        self.weights, self.weight_gradient = self.vector[:n_weights], self.gradient[:n_weights]
        self.params = list(zip(self.Ws, biases))
        self.activation, self.loss = network.ACTIVATIONS[h.activation], network.LOSSES[h.loss]
        self.norms = [BatchNorm(*arrays, h.batchnorm_momentum, _EPS) for arrays in zip(gammas, betas, dgammas, dbetas)]
        keep_probs = h.keep_prob if isinstance(h.keep_prob, tuple) else (h.keep_prob,) * hidden
        self.layers = []
        for layer, (W, b) in enumerate(self.params):
            self.layers.append(Affine(W, b, self.dWs[layer], dbs[layer]))
            if layer < hidden:
                self.layers.extend(self.norms[layer : layer + 1])
                self.layers.append(Activate(h.activation))
                if keep_probs[layer] < 1:
                    self.layers.append(Dropout(keep_probs[layer], rng))

    @property
    def batchnorm(self):
        return [BatchNormParameters(norm.gamma.copy(), norm.beta.copy(), norm.state, norm.eps) for norm in self.norms]

    def backpropagate(self, x, y):
        """Loss of a batch; `gradient` is filled, unless the loss is not finite."""
        a = x
        for layer in self.layers:
            a = layer.forward(a)
        loss, grad = self.loss(a, y)
        if math.isfinite(loss):
            for layer in self.layers[:0:-1]:
                grad = layer.backward(grad)
            self.layers[0].parameter_gradients(grad)
        return loss


def evaluate(params, x, activation, batchnorm):
    """Outputs of a network in evaluation mode."""
    a = x
    for layer, (W, b) in enumerate(params[:-1]):
        z = weighted_sums(a, W, b)
        if batchnorm:
            gamma, beta, statistics, eps = batchnorm[layer]
            z, _ = normalize(z, statistics.mean, statistics.var, gamma, beta, eps)
        a = activation.value(z)
    return weighted_sums(a, *params[-1])


def _views(vector, groups):
    """The parts of a vector, in the shapes of the groups' arrays."""
    ends = np.cumsum([array.size for group in groups for array in group])
    parts = iter(np.split(vector, ends[:-1]))
    return [[next(parts).reshape(array.shape) for array in group] for group in groups]
