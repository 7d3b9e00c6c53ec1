"""Spaces to search, drawn and fixed, and an objective on one."""

import math

import numpy as np
from hypothesis import strategies as st

from dnnkit.search import Choice, IntUniform, LogUniform, Uniform

SPACE = {
    "rate": LogUniform(1e-4, 1),
    "momentum": Uniform(-0.5, 0.9),
    "width": IntUniform(8, 64),
    "activation": Choice(["relu", "tanh", "gelu"]),
}
AXES = st.one_of(
    st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)).map(lambda b: Uniform(b[0], b[0] + b[1])),
    st.tuples(st.floats(1e-9, 1e3), st.floats(1.01, 1e9)).map(lambda b: LogUniform(b[0], b[0] * b[1])),
    st.tuples(st.integers(-99, 99), st.integers(1, 99)).map(lambda b: IntUniform(b[0], b[0] + b[1])),
    st.lists(st.integers() | st.text(max_size=3) | st.none(), min_size=1, max_size=4, unique=True).map(Choice),
)
SPACES = st.dictionaries(st.text(min_size=1, max_size=3), AXES, min_size=1, max_size=4)
SEEDS = st.integers(0, 2**32 - 1)


def rng(seed=0):
    return np.random.default_rng(seed)


def inside(config, space):
    assert list(config) == list(space)
    for name, axis in space.items():
        if isinstance(axis, Choice):
            assert config[name] in axis.options
        else:
            assert axis.low <= config[name] <= axis.high
            assert type(config[name]) is (int if isinstance(axis, IntUniform) else float)
    return True


def bowl(config):
    """Lowest at rate .03, momentum .4, width 20, tanh."""
    return (
        (math.log10(config["rate"] / 0.03) / 4) ** 2
        + (config["momentum"] - 0.4) ** 2
        + ((config["width"] - 20) / 56) ** 2
        + 0.1 * (config["activation"] != "tanh")
    )
