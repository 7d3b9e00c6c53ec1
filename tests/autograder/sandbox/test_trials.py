"""A student's test is judged alike in memory and in a sandbox: only by what it finds out about specimens."""

from functools import partial

import numpy as np
import pytest

from autograder import exercise as model
from autograder.judge.judge import verdict
from autograder.judge.specimens import NOT_ASKED, Calls, Specimen
from autograder.judge.standin import in_memory
from autograder.judge.trials import REFERENCE_TIMES, TIMES
from autograder.judge.verdict import CRASHED, PASSED, WRONG, Wrong
from tests.autograder.exercises import BEST, NOISY, TEST, write

SECONDS = 20
TESTED = {"Best": BEST, "noisy": NOISY}
RIGHT = {
    "noisy": """
x, rng = np.arange(100.0), np.random.default_rng(4)
one, two = f(x, rng=rng), f(x, rng=rng)
assert np.array_equal(x, np.arange(100)), "x was changed"
assert 0.5 < np.std(one - x) < 2 and 0.5 < np.std(two - x) < 2 and not np.array_equal(one, two)
again = f(x, rng=np.random.default_rng(4))
assert np.array_equal(one, again), "rng is not used"
assert rng.random() != np.random.default_rng(4).random(), "rng was not drawn from"
""",
    "Best": """
made, params = f(), [np.ones(3), np.zeros((2, 2))]
assert made.update(0.5, params) and np.array_equal(params[0], np.ones(3))
params[0][:] = 5
assert not made.update(0.7, params)
assert np.array_equal(made.best[0], np.ones(3)) and np.array_equal(params[0], np.full(3, 5))
""",
}


@pytest.fixture
def ask(tmp_path, server):
    """Return a function that judges a test, given by the lines of its body, in both ways, and returns the report."""
    ids = {}
    for name, text in TESTED.items():
        write(tmp_path, name, text)
        test = TEST.format(tested=name, solution=RIGHT[name].strip().replace("f(", "specimen(").replace("\n", "\n    "))
        ids[name] = write(tmp_path, f"test_{name}", test)

    def ask(tested, lines, key=b"key"):
        exercise = model.load(ids[tested], root=tmp_path)
        source = f"import numpy as np\n\n\ndef {exercise.name}(f):\n    " + lines.strip().replace("\n", "\n    ")
        namespace = {}
        exec(source, namespace)
        here = verdict(exercise, partial(in_memory, namespace[exercise.name]), key, exercise.checks)
        with server.sandbox() as sandbox:
            sandbox.run(source, SECONDS)
            attempted, connect = sandbox.answer(exercise.name, SECONDS)
            assert attempted
            there = verdict(exercise, connect, key, exercise.checks)
        for one, other in zip(here.findings, there.findings):
            assert (one.check, one.verdict, one.sentence) == (other.check, other.verdict, other.sentence)
        assert (here.points, here.count) == (there.points, there.count)
        return there

    return ask


def missed(report):
    return [finding.check for finding in report.findings if finding.verdict != PASSED]


@pytest.mark.parametrize("tested", TESTED)
@pytest.mark.parametrize("key", [b"one", b"two", b"three"])
def test_a_test_of_all_that_was_asked_gets_all_points(ask, tested, key):
    report = ask(tested, RIGHT[tested], key)
    assert (report.verdict, report.points, missed(report)) == (PASSED, 4, [])
    right, wrong = (1 + TESTED[tested].count(mark) for mark in ("@alternative(", "@misconception("))
    assert report.count == f"accepts {right} of {right} right answers, finds {wrong - 1} of {wrong - 1} mistakes"


def test_what_was_not_found_is_counted_and_named(ask):
    report = ask(
        "noisy", "x = np.ones(20)\nassert (f(x, rng=np.random.default_rng(1)) != 1).all()\nassert (x == 1).all()"
    )
    assert report.verdict == WRONG
    assert report.points == 2
    assert report.count == "accepts 2 of 2 right answers, finds 2 of 4 mistakes"
    assert missed(report) == ["finds_from_nowhere", "finds_from_the_global_one"]
    assert "Finds the mistake: The noise comes from elsewhere." in str(report)
    assert "your test accepts it" in str(report)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("made, p = f(), [np.ones(3)]\nmade.update(0.5, p)\np[0] += 1\nassert (made.best[0] == 1).all()", 2),
        ("made, p = f(), [np.ones(3)]\nmade.update(0.5, p)\nassert (p[0] == 1).all()", 1),
        ("made, p = f(), [np.ones(3)]\nmade.update(0.5, p)\nassert made.best[0] is not p[0]", 1),
        (
            "made, p = f(), [np.ones(3)]\nmade.update(0.5, p)\nmade.best[0][:] = 4\nassert (p[0] == 1).all()",
            2,  # what was returned is the caller's own array, or the parameters were changed
        ),
    ],
    ids=["a reference is seen by its value", "in place", "a reference is seen as itself", "a result is theirs"],
)
def test_what_becomes_of_an_array_is_seen(ask, lines, found):
    report = ask("Best", lines)
    assert report.count == f"accepts 2 of 2 right answers, finds {found} of 3 mistakes"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("x = np.zeros(9)\nassert f(x, rng=np.random.default_rng(1))[0] > -1", "depends on luck"),
        ("assert False, 'no'", "your test refuses this right answer"),
        ("return False", "your test refuses this right answer"),
        ("x = 1\nreturn 'wrong'", "a test must return nothing, or False"),
    ],
)
def test_a_right_answer_refused_costs_half_or_all(ask, lines, sentence):
    report = ask("noisy", lines)
    assert report.verdict == WRONG
    assert report.points == 0
    assert any(sentence in finding.sentence for finding in report.findings)


def test_one_right_answer_refused_leaves_at_most_half(ask):
    report = ask("Best", RIGHT["Best"] + "assert not f().update(np.nan, params)")
    assert report.count == "accepts 1 of 2 right answers, finds 3 of 3 mistakes"
    assert (report.verdict, report.points) == (WRONG, 2)


def test_a_test_that_breaks_is_told_as_a_crash(ask):
    report = ask("noisy", "x = np.ones(3)\nf(x, rng=np.random.default_rng(0)) + undefined")
    assert report.verdict == CRASHED
    assert report.points == 0
    first = report.findings[0]
    assert first.sentence == "your code raised NameError"
    assert "undefined" in first.detail
    assert "also refuses the reference" in report.findings[-1].sentence


@pytest.mark.parametrize("given", ["None", "[1.0, 2.0]", "'text'", "np.ones(2) * 1j", "np.array(['a'])"])
@pytest.mark.parametrize("asserts", ["isinstance(error, {kind})", "'{word}' in str(error)", "error is None"])
def test_what_becomes_of_bad_input_earns_nothing(ask, given, asserts):
    raised = asserts.format(kind="AttributeError", word="shape")
    report = ask(
        "noisy",
        f"error = None\ntry:\n    f({given}, rng=np.random.default_rng(1))\nexcept Exception as caught:\n"
        f"    error = caught\nassert {raised}",
    )
    assert report.points == 0


def test_bad_input_is_named(ask):
    report = ask("noisy", "try:\n    f(None, rng=np.random.default_rng(1))\nexcept AttributeError:\n    pass")
    assert report.findings[0].sentence == NOT_ASKED
    assert "no attribute 'shape'" in report.findings[0].detail


def test_a_mistake_that_raises_on_what_is_asked_does_so_in_the_test():
    def broken(x):
        raise KeyError("x")

    made_with = {"entropy": np.random.default_rng(0), "calls": Calls(9), "right_ones": [lambda x: x + 1]}
    specimen = Specimen(broken, "f", **made_with)
    with pytest.raises(KeyError):
        specimen(np.ones(2))
    with pytest.raises(Wrong):
        specimen("text")


def test_a_wrong_call_is_the_tests_own_error(ask):
    report = ask("noisy", "f(np.ones(3))")
    assert report.verdict == CRASHED
    assert "TypeError" in report.findings[0].sentence


def test_a_test_makes_no_more_calls_than_it_may(ask):
    lines = RIGHT["noisy"] + "for _ in range({}): f(x, rng=rng)"
    assert ask("noisy", lines.format(17)).verdict == PASSED
    report = ask("noisy", lines.format(18))
    assert (report.verdict, report.points) == (WRONG, 0)
    assert report.findings[0].sentence == "your test makes more than 20 calls, the most it may make"
    swallowed = "try:\n    while True: f(np.ones(1), rng=np.random.default_rng(0))\nexcept BaseException: pass"
    assert ask("noisy", swallowed).points == 0
    methods = "made = f()\nfor _ in range({}): made.update(0.5, [])"
    for count, accepted in ((19, 2), (20, 0)):
        assert ask("Best", methods.format(count)).count.startswith(f"accepts {accepted} of 2 right answers")


def test_breaking_on_a_mistake_finds_it(ask):
    report = ask("noisy", "y = f(np.ones(3), rng=np.random.default_rng(0))\n1 / int(y[0] != 1)")
    assert "finds_silent" not in missed(report)


@pytest.mark.parametrize(
    "lines",
    [
        "return vars(f)['_number'] == 0",
        "return 'solution' in repr(f)",
        "return f.__name__ == 'solution'",
        "return f.__module__ == 'dnnkit'",
        "return 'in_place' not in str(dir(f)) + str(vars(f)) + repr(f) + str(type(f))",
        "try:\n    return bool(f.__code__)\nexcept AttributeError:\n    return None",
        "try:\n    f._thing\nexcept AttributeError:\n    return None\nreturn False",
        "try:\n    f.answer, f.member, f.shown_as\nexcept AttributeError:\n    return None\nreturn False",
        f"test = globals()\ntest['n'] = test.get('n', -1) + 1\nreturn test['n'] < {REFERENCE_TIMES + TIMES}",
        "test = globals()\ntest['seen'] = test.get('seen', 0) + 1\nreturn test['seen'] % 2 == 0",
    ],
)
def test_a_specimen_is_known_by_what_it_does_only(ask, lines):
    for tested in TESTED:
        assert ask(tested, lines).points <= 0.2 * 4


def test_of_an_instance_only_what_was_asked_for_can_be_read(ask):
    lines = """
made = f()
for name in ("_secret", "error", "nothing", "__globals__", "__func__"):
    try:
        getattr(made, name)
    except AttributeError:
        continue
    raise ValueError(name)
"""
    report = ask("Best", lines)
    assert report.count == "accepts 2 of 2 right answers, finds 0 of 3 mistakes"


def test_an_array_without_end_is_no_way_to_stop_the_judge(ask):
    report = ask("noisy", "big = [np.ones(2**20)] * 100\nf(big, rng=np.random.default_rng(0))")
    assert report.points == 0
