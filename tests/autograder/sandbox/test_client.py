"""A sandbox from the judge's end: answers are reached, and every ending is reported as what it was."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from autograder import exercise
from autograder.judge.judge import verdict
from autograder.judge.verdict import Ended
from autograder.sandbox.client import MAX_TALK, Limits, Refused, Server


def test_a_wrong_answer_is_named_over_the_pipe(server):
    asked = exercise.load("dropout/inverted_dropout")
    with server.sandbox() as sandbox:
        sandbox.run(
            "def inverted_dropout(a, keep_prob, *, rng, train):\n"
            "    kept = rng.random(a.shape) < keep_prob if train else a == a\n"
            "    return a * kept, kept",
            10,
        )
        _, connect = sandbox.answer("inverted_dropout", 10)
        report = verdict(asked, connect, b"key", asked.checks)
    assert report.verdict == "wrong"
    assert report.misconception.startswith("Survivors are not rescaled")


@pytest.mark.parametrize(("last", "how"), [("while True: pass", "timed out"), ("os._exit(1)", "killed")])
def test_an_answer_that_catches_what_ends_a_check_and_does_not_come_back_has_ended(sandbox, last, how):
    """Only what was found before counts: there is nobody left to ask, and other answers run elsewhere."""
    asked = exercise.load("capstone/tune")
    sandbox.run(
        "import os\n"
        "def tune(evaluate, space, budget, *, rng):\n"
        "    try:\n"
        "        evaluate({}, 1)\n"
        "    except BaseException:\n"
        f"        {last}",
        10,
    )
    _, connect = sandbox.answer("tune", 1)
    with pytest.raises(Ended) as ended:
        verdict(asked, connect, b"key", asked.checks)
    assert (ended.value.how, ended.value.results) == (how, 0)


def test_a_starter_is_not_attempted(sandbox):
    sandbox.run("def f(x):\n    '''What to write.'''\n    ...   # your code here", 10)
    assert sandbox.answer("f", 5)[0] is False
    assert sandbox.answer("not_defined", 5)[0] is False


UNWILLING = """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""


@pytest.mark.parametrize(
    ("source", "how", "detail"),
    [
        ("while True: pass", "timed out", ""),
        ("import os; os._exit(3)", "killed", "exit status 3"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\nimport ctypes; ctypes.string_at(0)",
            "killed",
            "signal 11",
        ),
        (UNWILLING, "timed out", ""),
    ],
)
def test_an_ending_is_reported_as_what_it_was(sandbox, source, how, detail):
    with pytest.raises(Ended) as ended:
        sandbox.run(source, 2)
    assert ended.value.how == how
    assert detail in ended.value.detail


def test_an_answer_that_never_comes_back_is_timed_out(sandbox):
    sandbox.run("def double(x):\n    while True: pass", 5)
    _, connect = sandbox.answer("double", 1)
    with pytest.raises(Ended, match="timed out"):
        connect().submission()(1)


@pytest.mark.parametrize(("times", "ends"), [(2, False), (5, True)])
def test_what_the_judge_does_for_an_answer_is_not_counted_up_to_half_of_its_time(sandbox, times, ends):
    sandbox.run("def f(g):\n    return g(1)", 5)
    _, connect = sandbox.answer("f", 10, in_all=1.0)
    slow = [connect().submission() for _ in range(times)]
    with pytest.raises(Ended, match="timed out") if ends else contextlib.nullcontext():
        for f in slow:
            f(lambda x: time.sleep(0.6) or x)


@pytest.mark.parametrize("asked", [("keep", 1), ("give", 100)], ids=["to a callable of the judge", "in replies"])
def test_what_an_answer_says_in_one_talk_is_limited(sandbox, asked):
    name, times = asked
    sandbox.run("import numpy as np\ndef keep(f):\n    while True: f(np.ones(2**20))", 10)
    sandbox.run("def give(f):\n    return np.ones(2**20)", 10)
    _, connect = sandbox.answer(name, 60)
    answer, kept = connect().submission(), []
    with pytest.raises(Ended, match="killed") as ended:
        kept.extend(answer(kept.append) for _ in range(times))
    assert str(MAX_TALK) in ended.value.detail
    assert sum(array.nbytes for array in kept) <= MAX_TALK


def test_everything_that_it_started_is_killed(server):
    mark = f"sleep 3{os.getpid()}"
    with server.sandbox() as sandbox:
        sandbox.run(f"import subprocess; p = subprocess.Popen('{mark}'.split(), start_new_session=True)", 10)
        assert mark in subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=True).stdout
    for _ in range(50):
        if mark not in subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=True).stdout:
            return
        time.sleep(0.1)
    pytest.fail("a process that the sandbox started outlives it")


def test_forks_do_not_share_randomness(server):
    draws = []
    for seed in (1, 2, 1):
        with server.sandbox(seed=seed) as sandbox:
            outputs, _ = sandbox.run("import random, numpy as np; print(random.random(), np.random.rand())", 10)
            draws.append(outputs[0]["text"])
    assert draws[0] == draws[2] != draws[1]


def test_the_judge_is_a_stub_inside(sandbox):
    source = """
from autograder import attempts, check, hint, keep_attempts, others, share_attempts
import autograder, sys
print(check("x", 1), others("x"), attempts("x"), keep_attempts(), share_attempts())
print(sorted(name for name in sys.modules if "autograder" in name))
"""
    outputs, failed = sandbox.run(source, 10)
    assert not failed
    assert outputs[0]["text"] == "None None None None None\n['autograder', 'autograder.check']\n"


def test_no_process_and_no_folder_stay_behind():
    with Server(isolation="none") as server:
        with server.sandbox() as sandbox:
            folder = Path(sandbox.run("import os; print(os.getcwd())", 5)[0][0]["text"].strip())
            assert folder.is_dir()
        process = server._process
    assert process.poll() is not None
    assert not folder.parent.exists()


def test_without_isolation_it_runs_only_where_that_is_asked_for(monkeypatch):
    with Server(isolation="none") as server, server.sandbox({"data.csv": b"1,2"}) as sandbox:
        assert sandbox.run("open('data.csv').read()", 5)[0][0]["data"]["text/plain"] == "'1,2'"


def test_a_refusal_says_why():
    with Server(limits=Limits(file_size=-1)) as server, pytest.raises(Refused, match="mount tmpfs /tmp .*: Invalid"):
        server.sandbox()
