"""How a page shows values, and how it runs answers, in this Python."""

import builtins
import io
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.live import running, shown

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.frozensets(st.integers(), max_size=3)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_a_short_value_is_written_as_python_writes_it(value):
    assert shown.text(value) == repr(value)


def test_a_value_that_holds_itself_is_written_as_python_writes_it():
    value = [1, {}]
    value[1]["tuple"] = (value,)
    value.append(value)
    assert shown.text(value) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        [0] * 10**7,
        ([0] * 10**4,) * 10**4,
        dict.fromkeys(range(10**6)),
        set(range(10**6)),
        frozenset(range(10**6)),
        "x" * 10**7,
        b"x" * 10**7,
        ["x" * 10**7],
        [np.arange(10**6)] * 100,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_long_value_is_cut(value):
    assert len(shown.text(value)) < 3 * shown.MOST


def test_a_repr_that_raises_raises():
    class Bad:
        def __repr__(self):
            raise KeyError("bad")

    with pytest.raises(KeyError, match="bad"):
        shown.text([Bad()])


@pytest.fixture
def page(monkeypatch):
    """The HTML that is shown, as if there were a page."""
    html = []
    monkeypatch.setattr(shown._Page, "show", staticmethod(html.append))
    shown.begin()
    return html


class Picture:
    def _repr_html_(self):
        return "<b>picture</b>"


def test_html_goes_to_the_page_and_text_where_there_is_none(page, capsys, monkeypatch):
    shown.display(Picture(), 3, Picture)
    assert page == ["<b>picture</b>"]
    assert capsys.readouterr().out == f"3\n{Picture!r}\n"
    monkeypatch.setattr(shown._Page, "show", None)
    shown.display(Picture())
    assert "Picture object at" in capsys.readouterr().out


@pytest.mark.parametrize("method", [lambda self: None, lambda self: 3, "no method"])
def test_html_that_is_none_is_not_shown(method, page):
    odd = type("Odd", (), {"_repr_html_": method})()
    assert shown.text_of(odd) == repr(odd)
    assert page == []


def test_the_place_where_an_answer_stopped_is_told():
    for source, line, message in (
        ("x = 1\n1 / 0", 2, "ZeroDivisionError: division by zero"),
        ("x = (", 1, "SyntaxError: '(' was never closed"),
        ("def f():\n    raise ValueError('two\\nlines')\n\nf()", 2, "lines"),
        ("raise KeyboardInterrupt", 1, "KeyboardInterrupt"),
        ("class Own(BaseException): pass\nraise Own('mine')", 2, "Own: mine"),
    ):
        with pytest.raises(running.Stopped) as stopped:
            running.execute([], source)
        assert (stopped.value.line, stopped.value.message.rpartition("__main__.")[2]) == (line, message)


def test_input_says_why_nobody_is_asked(monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(builtins, "input", builtins.input)
    monkeypatch.setattr(builtins, "open", lambda *arguments, **options: io.BytesIO())  # those of this process stay open
    running.settle()
    for source in ("input('who? ')", "import sys; sys.stdin.read()", "import sys; next(sys.stdin)"):
        with pytest.raises(running.Stopped, match="There is nobody to ask"):
            running.execute([], source)
