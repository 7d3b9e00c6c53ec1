"""A range test of the learning rate on a module."""

import itertools
import math
from collections.abc import Iterable

import torch
from torch import nn

from dnnkit import _inputs, optimization
from dnnkit.pytorch import structure
from dnnkit.pytorch.state import preserved, unwritten
from dnnkit.pytorch.tensors import call, loss_of, pair


def range_test(model, batches, *, loss=nn.functional.cross_entropy, low, high, steps, optimizer=torch.optim.SGD):
    """:func:`dnnkit.optimization.range_test` for a module: train while the rate grows, and put everything back.

    Afterwards the model is as it was, with its ``.grad``, buffers and mode, and so are the random numbers. Training
    runs in the mode that the model is in.

    Parameters
    ----------
    model : torch.nn.Module
    batches : iterable of pairs (inputs, targets)
        Such as a ``DataLoader``; restarted when it ends. Inputs as for :func:`gradient_report`.
    loss : callable
        ``loss(model's output, targets)`` returns a tensor with one number.
    low, high : float
        First and last rate; positive, low below high.
    steps : int
        n, at least 2.
    optimizer : callable
        ``optimizer(parameters, lr=rate)`` returns a ``torch.optim.Optimizer``; it is given the parameters that are not
        frozen.

    Returns
    -------
    dnnkit.optimization.RangeTest
        ``losses[t]`` is the loss of minibatch t, before the step with ``rates[t]``. If training diverges, both end
        there, with a loss that is not finite.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or a batch is not a pair.
    ValueError
        If a number is out of range, there are no batches, or an iterator ends before all steps are taken.

    References
    ----------
    Smith 2017, *Cyclical learning rates for training neural networks*, section 3.3.

    Examples
    --------
    >>> model = nn.Linear(5, 1)
    >>> x = torch.randn(100, 5)
    >>> y = x.sum(dim=1, keepdim=True)
    >>> rates, losses = range_test(model, [(x, y)], loss=nn.MSELoss(), low=1e-3, high=10, steps=60)
    >>> bool(losses[:40].min() < losses[0] < losses[-1])
    True
    """
    model = structure.with_data(structure.unwrapped(model))
    _inputs.function("loss", loss, "loss(outputs, targets)")
    _inputs.function("optimizer", optimizer, "optimizer(parameters, lr=rate)")

    def train(schedule, steps):
        losses = []
        trained = optimizer([p for p in model.parameters() if p.requires_grad], lr=schedule(0))
        for step, batch in enumerate(itertools.islice(_repeated(batches), steps)):
            inputs, targets = pair(batch)
            with unwritten(batch):  # it will be used again
                value = loss_of(loss, call(model, inputs), targets)
                losses.append(value.item())
                if not math.isfinite(losses[-1]):
                    break
                trained.zero_grad()
                value.backward()
            for group in trained.param_groups:
                group["lr"] = schedule(step)
            trained.step()
        return losses

    with preserved(model, *([loss] if isinstance(loss, nn.Module) else [])), torch.enable_grad():
        return optimization.range_test(train, low=low, high=high, steps=steps)


def _repeated(batches):
    """Batches without end; a generator cannot be restarted."""
    if not isinstance(batches, Iterable):
        raise TypeError(f"batches must be an iterable of pairs (inputs, targets), got {type(batches).__name__}")
    done = 0
    while True:
        before = done
        for batch in batches:
            done += 1
            yield batch
        if done == before:
            raise ValueError(f"batches must last for all steps or restart, got {done} and then none")
