"""Regularization: what holds large weights back, and how sure of itself a network with large ones is."""

from dnnkit.regularization.calibration import (
    Reliability,
    calibration_error,
    fit_temperature,
    reliability,
    smooth_labels,
)
from dnnkit.regularization.penalties import (
    l1_gradient,
    l1_penalty,
    l2_gradient,
    l2_penalty,
    linear_fraction,
    max_norm,
)

__all__ = [
    "Reliability",
    "calibration_error",
    "fit_temperature",
    "l1_gradient",
    "l1_penalty",
    "l2_gradient",
    "l2_penalty",
    "linear_fraction",
    "max_norm",
    "reliability",
    "smooth_labels",
]
