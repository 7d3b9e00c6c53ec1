"""Training a fully connected network: the topics' functions, put together in one loop."""

from dnnkit.mlp.history import History, Progress
from dnnkit.mlp.layers import BatchNormParameters
from dnnkit.mlp.loop import train
from dnnkit.mlp.plain import train_plain
from dnnkit.mlp.prediction import Network, error, outputs, predict
from dnnkit.mlp.start import init

__all__ = [
    "BatchNormParameters",
    "History",
    "Network",
    "Progress",
    "error",
    "init",
    "outputs",
    "predict",
    "train",
    "train_plain",
]
