"""Normalization inside the network: over the batch, or over the features of each example; and residual blocks."""

from dnnkit.norm_layers.batch import BatchNormCache, RunningStatistics, batchnorm_backward, batchnorm_forward
from dnnkit.norm_layers.layer import LayerNormCache, layernorm_backward, layernorm_forward, rmsnorm_forward
from dnnkit.norm_layers.residual import Block, ResidualCache, residual_backward, residual_forward

__all__ = [
    "BatchNormCache",
    "Block",
    "LayerNormCache",
    "ResidualCache",
    "RunningStatistics",
    "batchnorm_backward",
    "batchnorm_forward",
    "layernorm_backward",
    "layernorm_forward",
    "residual_backward",
    "residual_forward",
    "rmsnorm_forward",
]
