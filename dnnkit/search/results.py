"""What a search finds: losses taken from an objective, ranked, and the best of them."""

import numbers
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search has tried and found.

    Parameters
    ----------
    best_config : dict
        The configuration of the lowest loss; the first of them, if there are several.
    best_loss : float
    configs : tuple of dict
        All that were evaluated, in their order.
    losses : float64 array of shape (evaluations,)
    """

    best_config: dict
    best_loss: float
    configs: tuple
    losses: np.ndarray

    @classmethod
    def of(cls, configs, losses):
        """The result of configurations that were evaluated, in a search or for a table.

        Parameters
        ----------
        configs : sequence of dict
        losses : array of shape (evaluations,)
            NaN counts as worse than anything.

        Returns
        -------
        SearchResult

        Raises
        ------
        ValueError
            If every loss is NaN.

        Examples
        --------
        >>> SearchResult.of([{"rate": 0.1}, {"rate": 0.2}], [0.3, 0.2]).best_config
        {'rate': 0.2}
        """
        losses = np.asarray(losses, dtype=np.float64)
        if losses.shape != (len(configs),) or not len(configs):
            raise ValueError(f"losses must hold one for each of {len(configs)} configurations, got {losses.shape}")
        if np.isnan(losses).all():
            raise ValueError(f"objective returned NaN for each of {len(losses)} configurations")
        best = int(np.nanargmin(losses))
        return cls(configs[best], float(losses[best]), tuple(configs), losses)


def evaluated(objective, configs, map):
    """The loss of each configuration, by ``map(objective, configs)``."""
    # Copies, since an objective that changes its argument would do so only under the built-in map.
    losses = list(map(objective, [dict(config) for config in configs]))
    if len(losses) != len(configs):
        raise ValueError(f"map must return one loss for each of {len(configs)} configurations, got {len(losses)}")
    return np.array([real_loss("objective", loss) for loss in losses])


def ranked(losses, indices):
    """The indices from the lowest loss to the highest, NaN last, equal ones in their order."""
    return indices[np.argsort(losses[indices], kind="stable")]


def real_loss(name, value):
    """Return a loss as a float, which may be NaN; `name` is the function that returned it."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must return a loss that is a real number, got {type(value).__name__} {value!r}"[:200])
    return float(value)
