"""The doctor: it says what it tried, and what was refused."""

from autograder.sandbox import doctor as module
from autograder.sandbox.doctor import doctor


def test_it_says_what_a_sandbox_saw(server):
    sound, (line,) = doctor()
    assert sound
    assert "'user': 65534" in line
    assert "'writes': []" in line
    assert "'network': False" in line


def test_it_says_what_is_missing_elsewhere(monkeypatch):
    monkeypatch.setattr(module.platform, "system", lambda: "Darwin")
    sound, (line,) = doctor()
    assert not sound
    assert line.startswith("This is Darwin")
    assert "--isolation none" in line


def test_a_refused_sandbox_is_reported_with_its_reason(monkeypatch):
    class Broken:
        def __init__(self, **settings):
            raise module.Refused("unshare: Operation not permitted")

    monkeypatch.setattr(module, "Server", Broken)
    sound, (line,) = doctor()
    assert not sound
    assert "unshare: Operation not permitted" in line
