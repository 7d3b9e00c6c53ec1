"""The ways in which notebooks are really written are right answers, in memory and at the other end of a pipe."""

import pytest

from autograder import exercise
from autograder.judge.attempt import attempted
from autograder.judge.judge import examine, quiet
from autograder.judge.standin import in_memory
from autograder.sandbox.client import Refused, Server

TOYS = '''"""Scale and count."""
import numpy as np
from autograder.authoring import array, boolean, close, equal, integer, mask, number

points = 3
returns = {"scaled": array, "mean": number, "count": integer, "all": boolean, "kept": mask}
hints = ("one", "two", "three")

def solution(x, factor=2.0):
    return {"scaled": factor * x, "mean": x.mean(), "count": len(x), "all": bool((x > 0).all()), "kept": x > 0.5}

def check_all(scale, rng):
    """All of it is right."""
    x = rng.integers(1, 9, 4) / 8
    for factor in ((), (2.0,)):
        out = scale(x, *factor)
        close(out["scaled"], 2 * x, "it must be doubled")
        close(out["mean"], x.mean(), "the mean must be that of x")
        equal(out["count"], 4, "all must be counted")
        equal(out["all"], True, "all are positive")
        equal(out["kept"], x > 0.5, "the mask must say which are large")
'''

SOLUTION = """
import numpy as np
def plain(x, factor=2.0):
    return {"scaled": factor * x, "mean": x.mean(), "count": len(x), "all": bool((x > 0).all()), "kept": x > 0.5}
"""

WAYS = {
    "a partial": "import functools\ndef f(k, x, factor=2.0): return plain(x, factor)\nscale = functools.partial(f, 1)",
    "a lambda": "scale = lambda x, factor=2.0: plain(x, factor)",
    "a lambda in a lambda": "scale = (lambda g: lambda *args, **kwargs: g(*args, **kwargs))(plain)",
    "an instance that is called": "class C:\n    def __call__(self, *args): return plain(*args)\nscale = C()",
    "a method": "class C:\n    def go(self, *args): return plain(*args)\nscale = C().go",
    "one that is cached by a decorator": (
        "import functools\n@functools.wraps(plain)\ndef scale(*args, **kwargs): return plain(*args, **kwargs)"
    ),
    "fractions": (
        "from fractions import Fraction\ndef scale(x, factor=2.0):\n"
        "    x = [Fraction(v) for v in x.tolist()]\n"
        "    return {'scaled': [2 * v for v in x], 'mean': sum(x) / 4, 'count': Fraction(4), 'all': True,\n"
        "            'kept': [v > Fraction(1, 2) for v in x]}"
    ),
    "decimals": (
        "from decimal import Decimal\ndef scale(x, factor=2.0):\n"
        "    return plain(x) | {'mean': sum(map(Decimal, x.tolist())) / 4}"
    ),
    "arrays without axes": (
        "def scale(x, factor=2.0):\n    out = plain(x, factor)\n"
        "    return out | {key: np.array(out[key]) for key in ('mean', 'count', 'all')}"
    ),
    "tensors": (
        "import torch\ndef scale(x, factor=2.0):\n    t = torch.from_numpy(x)\n"
        "    return {'scaled': factor * t, 'mean': t.mean(), 'count': torch.tensor(len(t)), 'all': (t > 0).all(),\n"
        "            'kept': t > 0.5}"
    ),
    "tensors with a gradient, and of half precision": (
        "import torch\ndef scale(x, factor=2.0):\n    t = torch.from_numpy(x).requires_grad_()\n"
        "    return plain(x) | {'scaled': factor * t, 'mean': t.mean(), 'kept': (t > 0.5).to(torch.bfloat16)}"
    ),
    "lists and NumPy's scalars": (
        "def scale(x, factor=2.0):\n    out = plain(x)\n"
        "    return {'scaled': out['scaled'].tolist(), 'mean': np.float32(out['mean']), 'count': np.int8(4),\n"
        "            'all': np.True_, 'kept': [bool(v) for v in out['kept']]}"
    ),
    "a dict of another kind": (
        "import collections\ndef scale(x, factor=2.0):\n    return collections.OrderedDict(plain(x, factor))"
    ),
}


@pytest.fixture(scope="module")
def scale(tmp_path_factory):
    root = tmp_path_factory.mktemp("exercises")
    (root / "toys").mkdir()
    (root / "toys" / "scale.py").write_text(TOYS)
    return exercise.load("toys/scale", root=root)


@pytest.fixture(scope="module")
def sandbox():
    with Server(isolation="none") as server:
        try:
            with server.sandbox() as made:
                yield made
        except Refused as refusal:
            pytest.skip(str(refusal))


def refused(findings):
    return [(finding.sentence, finding.detail) for finding in findings if finding.verdict != "passed"]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_right_in_memory_and_over_the_pipe(scale, sandbox, way):
    source = SOLUTION + WAYS[way]
    namespace = {}
    exec(source, namespace)
    assert attempted(namespace["scale"])
    with quiet():
        findings, here = examine(scale, lambda: in_memory(namespace["scale"]), b"key", scale.checks)
        assert refused(findings) == []
        outputs, failed = sandbox.run(source, 60)
        assert not failed, outputs
        was_attempted, connect = sandbox.answer("scale", 60)
        findings, there = examine(scale, connect, b"key", scale.checks)
    assert was_attempted
    assert refused(findings) == []
    assert repr(here[0].seen) == repr(there[0].seen)
