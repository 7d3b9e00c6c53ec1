"""The doctor says what it tried, and what was refused."""

import contextlib
from types import SimpleNamespace

from autograder.sandbox import doctor as module
from autograder.sandbox.doctor import doctor


def test_it_says_what_a_sandbox_saw(server):
    sound, (first, line) = doctor()
    assert sound
    assert first.startswith("This machine can grade")
    assert line.startswith("Tried in a sandbox: user: 65534; ")
    assert "; network: no; interfaces: lo; writes: none; home: " in line


def test_it_says_what_is_missing_elsewhere(monkeypatch):
    monkeypatch.setattr(module.platform, "system", lambda: "Darwin")
    sound, (line,) = doctor()
    assert not sound
    assert line.startswith("This is Darwin")
    assert "virtual" in line
    assert "none" not in line  # which would run students' submissions as the instructor


def test_it_says_where_system_calls_are_not_filtered(monkeypatch):
    class Unfiltered:
        def run(self, source, seconds):
            return [{"text": "{'user': 65534}\nFalse\n"}], False

    unfiltered = contextlib.nullcontext(SimpleNamespace(sandbox=lambda: contextlib.nullcontext(Unfiltered())))
    monkeypatch.setattr(module, "Server", lambda **settings: unfiltered)
    sound, (*_, line) = doctor()
    assert sound
    assert line.startswith("System calls are not filtered here")


def test_a_refused_sandbox_is_reported_with_its_reason(monkeypatch):
    class Broken:
        def __init__(self, **settings):
            raise module.Refused("unshare: Operation not permitted")

    monkeypatch.setattr(module, "Server", Broken)
    sound, (line,) = doctor()
    assert not sound
    assert "unshare: Operation not permitted" in line
