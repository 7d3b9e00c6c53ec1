"""Normalization inside the network: over the batch, or over the features of each example."""

from dnnkit.norm_layers.batch import BatchNormCache, RunningStatistics, batchnorm_backward, batchnorm_forward
from dnnkit.norm_layers.layer import layernorm_forward

__all__ = [
    "BatchNormCache",
    "RunningStatistics",
    "batchnorm_backward",
    "batchnorm_forward",
    "layernorm_forward",
]
