"""The course's ideas on any ``torch.nn.Module``: watch its layers, initialize, decay, drop and stop.

The only part of the package that imports torch. A network is neither rewritten nor subclassed, and where PyTorch has
its own convention (the shape of a weight, the global random numbers), it is followed. Measurements are returned as data
that prints readably.
"""

from dnnkit.pytorch.dropout import InvertedDropout
from dnnkit.pytorch.groups import parameter_groups
from dnnkit.pytorch.layers import LayerStatistics, record_layers
from dnnkit.pytorch.rates import range_test
from dnnkit.pytorch.report import GradientReport, gradient_report
from dnnkit.pytorch.sequences import TimeStatistics
from dnnkit.pytorch.stopping import EarlyStopping
from dnnkit.pytorch.watching import ParameterStatistics, StepRecord, Watch, watch
from dnnkit.pytorch.weights import Weights, initialize, lsuv

__all__ = [
    "EarlyStopping",
    "GradientReport",
    "InvertedDropout",
    "LayerStatistics",
    "ParameterStatistics",
    "StepRecord",
    "TimeStatistics",
    "Watch",
    "Weights",
    "gradient_report",
    "initialize",
    "lsuv",
    "parameter_groups",
    "range_test",
    "record_layers",
    "watch",
]
