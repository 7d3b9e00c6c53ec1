"""Early stopping for a module, which can go back to its best state and be saved half-way."""

import math

import torch

from dnnkit import _inputs
from dnnkit.early_stopping import EarlyStopper
from dnnkit.pytorch import structure


class EarlyStopping:
    """:class:`dnnkit.early_stopping.EarlyStopper` for a module, which it can also restore to its best state.

    Parameters
    ----------
    model : torch.nn.Module
        Copied at each improvement, with its buffers: the running statistics of batch norm belong to the best state.
    patience : int
        Failed steps in a row after which to stop, at least 1.
    min_delta : float
        By how much a loss must be below the best to be an improvement (or a score above it); not negative.
    mode : {"min", "max"}
        Whether lower is better, as for a loss, or higher, as for an accuracy.

    Raises
    ------
    TypeError
        If `model` is not a module or a setting not a number.
    ValueError
        If `patience` is below 1, `min_delta` negative or `mode` unknown.

    References
    ----------
    Prechelt 1998, *Early stopping, but when?*

    Examples
    --------
    >>> from torch import nn
    >>> stopping = EarlyStopping(nn.Linear(2, 1), patience=2)
    >>> [stopping.step(loss) for loss in (0.5, 0.3, 0.4, 0.3)]
    [False, False, False, True]
    >>> stopping.restore()
    >>> stopping.best_step, stopping.best_loss, list(stopping.best_state)
    (1, 0.3, ['weight', 'bias'])
    """

    def __init__(self, model, *, patience, min_delta=0.0, mode="min"):
        self._model = structure.unwrapped(model, lazy=True)
        self._mode = _inputs.one_of("mode", mode, ("min", "max"))
        self._settings = {"patience": patience, "min_delta": min_delta}
        self._stopper, self._steps = EarlyStopper(**self._settings), 0

    @property
    def best_loss(self):
        """Loss (or score) of the last improvement; before the first, infinite on the worse side."""
        return self._signed(self._stopper.best_loss)

    @property
    def best_step(self):
        """Step of the last improvement, counted from 0; None before the first."""
        return self._stopper.best_step

    @property
    def best_state(self):
        """The model's ``state_dict`` at that step, a copy; None before the first."""
        return self._stopper.best_params

    def step(self, loss):
        """Take the dev loss (or score) of one more step; True means stop.

        Parameters
        ----------
        loss : float or tensor
            One number; NaN and infinite ones are failures.

        Raises
        ------
        TypeError
            If `loss` is not a number.
        """
        loss = loss.item() if isinstance(loss, torch.Tensor) else loss
        # the stopper refuses a bool or a non-number, and a minus sign must not make it a number
        signed = self._signed(loss) if isinstance(loss, float) or type(loss) is int else loss
        stop = self._stopper.step(signed, self._model.state_dict())
        self._steps += 1
        return stop

    def restore(self):
        """Set the model back to its best state; a RuntimeError if no step has improved."""
        if self.best_state is None:
            raise RuntimeError("there is no best state to restore: no step so far had a finite loss")
        self._model.load_state_dict(self.best_state)

    def state_dict(self):
        """Its progress, to be saved with ``torch.save`` alongside the model and the optimizer; nothing is copied."""
        found = {name: getattr(self, name) for name in ("best_loss", "best_step", "best_state")}
        return {"mode": self._mode, "steps": self._steps, **found}

    def load_state_dict(self, state):
        """Go on from what :meth:`state_dict` returned; settings and model stay this object's own.

        Parameters
        ----------
        state : dict

        Raises
        ------
        TypeError
            If `state` is not a dict.
        ValueError
            If it lacks an entry, or comes from the other `mode`.
        """
        if not isinstance(state, dict):
            raise TypeError(f"state must be a dict from state_dict(), got {type(state).__name__}")
        if missing := self.state_dict().keys() - state.keys():
            raise ValueError(f"state must come from state_dict(), got one without {', '.join(sorted(missing))}")
        if state["mode"] != self._mode:
            raise ValueError(f"state must be of mode {self._mode!r}, got {state['mode']!r}")
        self._stopper, self._steps = EarlyStopper(**self._settings), state["steps"]
        for step in range(self._steps):  # steps that fail leave nothing but their number
            best = step == state["best_step"]
            self._stopper.step(self._signed(state["best_loss"]) if best else math.nan, state["best_state"])

    def _signed(self, loss):
        return loss if self._mode == "min" else -loss
