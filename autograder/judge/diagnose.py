"""Name a mistake: the misconception that the same checks find wrong in the same way."""

import numpy as np

from .seeds import PUBLIC
from .verdict import PASSED

_signatures = {}


def diagnose(exercise, findings, replies, examine):
    """Return the Misconception of which the checks say what they said of the answer, or None.

    The same means: the same checks gave the same verdicts and sentences; numbers do not count. Where that holds for
    several, the one that also returned the same values is meant; where several remain, none is named.

    `examine(answer, key)` runs the same checks on another answer: with the public key to learn once what they say of
    each misconception (the audit shows that it hangs on no key), with key None on the inputs that the answer had.
    """
    if all(finding.verdict == PASSED for finding in findings):
        return None
    signature = _signature(findings)
    alike = [
        wrong for wrong in exercise.misconceptions if _signature_of(exercise, wrong, findings, examine) == signature
    ]
    if len(alike) > 1:
        alike = [wrong for wrong in alike if same_values(examine(wrong.answer, None)[1], replies)]
    return alike[0] if len(alike) == 1 else None


def same_values(one, other):
    """Whether two replies are equal: arrays and numbers up to rounding, everything else exactly."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same_values, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_values(one[key], other[key]) for key in one)
    if hasattr(one, "__dataclass_fields__") and type(one) is type(other):
        return same_values(vars(one), vars(other))
    if _is_number(one) and _is_number(other):
        return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True)
    return type(one) is type(other) and one == other


def _signature(findings):
    return tuple((finding.check, finding.verdict, finding.sentence) for finding in findings)


def _signature_of(exercise, misconception, findings, examine):
    """Return what the checks say of a misconception, from memory after the first time."""
    key = (exercise.path, misconception.name, tuple(finding.check for finding in findings))
    if key not in _signatures:
        _signatures[key] = _signature(examine(misconception.answer, PUBLIC)[0])
    return _signatures[key]


def _is_number(value):
    return isinstance(value, (bool, int, float, complex, np.ndarray, np.generic))
