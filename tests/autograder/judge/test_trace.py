"""Traces: the lines that the answer's author wrote, and no others."""

import numpy as np
import pytest

from autograder.judge.trace import MAX_LINES, answer_trace
from dnnkit.dropout import inverted_dropout


def trace_of(answer):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        answer()
    return answer_trace(caught.value)


def test_own_lines_stay_and_libraries_go():
    def helper():
        return np.linalg.inv(np.zeros((2, 2)))

    trace = trace_of(lambda: helper())
    assert "in helper\n    return np.linalg.inv(np.zeros((2, 2)))" in trace
    assert "linalg.py" not in trace
    assert "/" not in trace


def test_the_references_lines_are_not_the_answers():
    trace = trace_of(lambda: inverted_dropout(None, 0.5, rng=None, train=True))
    assert "<lambda>" in trace
    assert "_inputs" not in trace
    assert "in array" not in trace


def test_code_without_a_file_still_has_its_place():
    namespace = {}
    exec("def f():\n\n    return undefined", namespace)
    assert "line 3, in f" in trace_of(namespace["f"])


def test_compiled_libraries_are_not_the_answers():
    """A browser's Python has them compiled, with paths inside its own archive."""
    namespace = {}
    exec(compile("def mean(values):\n    return 1 / len(values)", "statistics.py", "exec"), namespace)
    trace = trace_of(lambda: namespace["mean"]([]))
    assert "<lambda>" in trace
    assert "in mean" not in trace


def test_a_deep_recursion_is_cut():
    def deep():
        return deep()

    assert len(trace_of(deep).splitlines()) <= MAX_LINES
