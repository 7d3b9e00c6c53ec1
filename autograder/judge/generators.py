"""The state of a generator as four integers, and whether one state can be reached from another by drawing."""

import numpy as np

from . import codec

FURTHEST = 2**63  # numbers drawn; any further ahead is behind, for a generator runs in a circle of 2**128
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64 (O'Neill 2014), as NumPy has it
_WORD = 2**128 - 1


def is_synchronised(value):
    """Whether both sides can keep a generator of that kind in step."""
    return isinstance(value, np.random.Generator) and isinstance(value.bit_generator, np.random.PCG64)


def state_of(generator):
    """Return what must be equal on both sides."""
    state = generator.bit_generator.state
    return [state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]]


def generator_in(state):
    """Return a generator in that state; its seed sequence, used by `spawn`, is also made from the state."""
    proper_state = proper(state)
    bits = np.random.PCG64(np.random.SeedSequence(state[:2]))
    bits.state = proper_state
    return np.random.Generator(bits)


def proper(state):
    """Return a received state as NumPy takes it; raise BadFrame if it is not one."""
    if not isinstance(state, list) or len(state) != 4 or not all(type(n) is int and 0 <= n < 2**128 for n in state):
        raise codec.BadFrame("a generator's state must be four integers")
    if state[1] % 2 == 0:
        raise codec.BadFrame("a generator's increment must be odd")  # or it draws nothing new, zeros for instance
    return {
        "bit_generator": "PCG64",
        "state": {"state": state[0], "inc": state[1]},
        "has_uint32": state[2] & 1,
        "uinteger": state[3] % 2**32,
    }


def only_drew(before, after):
    """Whether drawing alone leads from one state to the other: neither set back, nor put into another sequence.

    >>> rng = np.random.default_rng(0)
    >>> before, _, after = state_of(rng), rng.random(5), state_of(rng)
    >>> only_drew(before, after), only_drew(after, before)
    (True, False)
    """
    return before[1] == after[1] and _steps(before[0], after[0], before[1]) < FURTHEST


def _steps(state, target, increment):
    """Return after how many steps state -> multiplier * state + increment meets the target, bit by bit (Brown 1994)."""
    multiplier, bit, steps = _MULTIPLIER, 1, 0
    while state != target:
        if (state ^ target) & bit:
            state = (state * multiplier + increment) & _WORD
            steps |= bit
        increment = (multiplier + 1) * increment & _WORD
        multiplier = multiplier * multiplier & _WORD
        bit <<= 1
    return steps
