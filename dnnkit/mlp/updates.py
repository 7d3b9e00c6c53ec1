"""How a gradient becomes a step of training: penalties, clipping, decay, the optimizer and the limit on norms.

All of it works in place on the flat vectors of a :class:`~dnnkit.mlp.layers.Stack`, and block by block where temporary
arrays are made: they stay in the cache, and are small compared with the network.
"""

import functools

import numpy as np

from dnnkit import gradients
from dnnkit.optimization.steps import IN_PLACE, decay_weights
from dnnkit.regularization import penalties

_BLOCK = 2**15  # entries


def chain(stack, h, m):
    """What to call with the learning rate at each step, in order; `m` is the number of training examples."""
    blocks = list(zip(_blocks(stack.vector), _blocks(stack.gradient)))
    weight_blocks = list(zip(_blocks(stack.weights), _blocks(stack.weight_gradient)))
    optimize, first_state = _optimizer(h)
    states = [first_state(w) for w, _ in blocks]

    def add_l2(rate):
        for w, grad in weight_blocks:
            grad += penalties.l2_term(w, h.lam, m)

    def add_l1(rate):
        for w, grad in weight_blocks:
            grad += penalties.l1_term(w, h.lam_l1, m)

    def clip_norm(rate):
        _, factors = gradients.norm_and_factors(h.clip_norm, *(grad for _, grad in blocks))
        for factor in factors:
            np.multiply(stack.gradient, factor, out=stack.gradient)

    def clip_value(rate):
        np.clip(stack.gradient, -h.clip_value, h.clip_value, out=stack.gradient)

    def decay(rate):
        decay_weights(stack.weights, rate, h.weight_decay)

    def move(rate):
        for index, (w, grad) in enumerate(blocks):
            states[index] = optimize(w, grad, states[index], rate)

    def limit_norms(rate):
        for W in stack.Ws:
            W *= penalties.shrinkage(W, h.max_norm)

    wanted = (
        (add_l2, h.lam),
        (add_l1, h.lam_l1),
        (clip_norm, h.clip_norm),
        (clip_value, h.clip_value),
        (decay, h.weight_decay),
        (move, True),
        (limit_norms, h.max_norm),
    )
    return [update for update, setting in wanted if setting]


def _blocks(vector):
    return [vector[start : start + _BLOCK] for start in range(0, vector.size, _BLOCK)]


def _optimizer(h):
    """The step as ``step(w, grad, state, rate)``, and what makes its first state."""
    name, settings = h.optimizer, {}
    if name == "sgd" and h.momentum:
        name, settings = "momentum", {"momentum": h.momentum}
    elif name == "rmsprop":
        settings = {"decay": h.decay, "eps": h.eps}
    elif name in ("adam", "adamw"):  # AdamW is Adam and a decay of the weights, which is a separate step above
        name, settings = "adam", {"beta1": h.beta1, "beta2": h.beta2, "eps": h.eps}
    step, first_state = IN_PLACE[name]
    return functools.partial(step, **settings), first_state
