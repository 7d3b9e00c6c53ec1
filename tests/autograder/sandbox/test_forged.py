"""What comes out of a sandbox is only data: no frame crashes the judge, and none is waited for forever."""

import json
import socket
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judge import codec
from autograder.judge.verdict import Ended, Verdict
from autograder.sandbox.client import Limits, Sandbox, Server
from autograder.sandbox.outputs import well_formed
from autograder.sandbox.wire import MARK, Channel, tell_senders

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["<f8", "AAAA"])
)
FORMS = ("tuple", "list", "dict", "array", "scalar", "generator", "handle", "same", "record", "changes", "outputs", "#")
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(FORMS), inner, max_size=1)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=15,
)
KEYS = ("value", "error", "changes", "forget", "op", "on", "args", "kwargs", "outputs", "failed", "attempted", "kind")
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5)
REQUESTS = OBJECTS.map(lambda message: {"op": "call", "on": 0} | message)
MESSAGES = (OBJECTS | REQUESTS).map(lambda message: json.dumps(message, separators=(",", ":")).encode())
BEHIND = st.binary(max_size=20).map(lambda data: b"\n" + data)
FRAMES = st.binary(max_size=60) | MESSAGES | st.builds(bytes.__add__, MESSAGES, BEHIND)


class Forger:
    """A sandbox whose other end says whatever a test makes it say."""

    def __init__(self):
        channel, theirs = socket.socketpair()
        tell_senders(channel)
        lifeline, self.keeper = socket.socketpair()
        theirs.sendall(json.dumps({"refused": ""}).encode().ljust(512))
        self.keeper.sendall(b"0")
        self.sandbox = Sandbox(channel, lifeline, time.monotonic() + 20)
        self.theirs = Channel(theirs)

    def says(self, *frames):
        """Prepare replies for the questions to come, with the marks that these will have."""
        self.sandbox._channel.close()
        self.sandbox._channel = _Ready(frames)

    def close(self):
        self.sandbox.close()
        self.theirs.close()
        self.keeper.close()


class _Ready:
    """A channel that yields frames one after another, whatever is asked; then it is closed."""

    def __init__(self, frames):
        self.one, self.other = map(Channel, socket.socketpair())
        for frame in frames:
            self.other.send(frame)
        self.other.close()

    def send(self, frame, deadline=None):
        pass

    def receive(self, deadline=None):
        return self.one.receive(deadline)

    def close(self):
        self.one.close()


@pytest.fixture
def forger():
    made = Forger()
    yield made
    made.close()


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAMES, min_size=1, max_size=6))
def test_no_frame_does_more_than_end_a_check_or_the_sandbox(frames):
    made = Forger()
    started = time.monotonic()
    try:
        made.says(b'{"attempted": true}', *frames)
        _, connect = made.sandbox.answer("double", 2)
        submission = connect().submission()
        if callable(submission):
            submission(np.ones(3), rng=np.random.default_rng(0), term=lambda i: i)
    except Verdict:
        pass
    except (TypeError, ValueError, AttributeError):  # the check could not examine the answer, which is also a verdict
        pass
    finally:
        made.close()
    assert time.monotonic() - started < 5


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_whatever_a_cell_is_said_to_have_shown_can_be_written(shown):
    json.dumps(well_formed(shown), ensure_ascii=False).encode()
    each = [{"output_type": kind, "text": shown, "data": {"text/html": shown}, "traceback": [shown], "ename": shown}
            for kind in ("stream", "error", "display_data", "execute_result")]  # fmt: skip
    assert len(well_formed(each)) == 4
    json.dumps(well_formed(each), ensure_ascii=False).encode()


def test_a_lone_surrogate_is_replaced():
    (shown,) = well_formed([{"output_type": "stream", "name": "stdout", "text": "a\ud800"}])
    assert shown["text"] == "a?"


def test_more_than_a_cell_may_show_is_cut():
    shown = well_formed([{"output_type": "stream", "name": "stdout", "text": "x" * 2**19}] * 100)
    assert len(shown) < 6
    assert "was cut here" in shown[-1]["text"]


def test_a_frame_of_nothing_but_lists_takes_no_memory():
    frame = b'{"value":{"list":[' + b"[]," * (2**22) + b"0]}}"
    tracemalloc.start()
    with pytest.raises(codec.BadFrame, match="items"):
        codec.load(frame)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_a_reply_to_another_question_is_dropped(sandbox):
    source = (
        "import json, os, struct\n"
        f"data = bytes({MARK}) + json.dumps(dict(outputs=[], failed=False, attempted=True, value=1)).encode()\n"
        "for _ in range(50):\n    os.write(3, struct.pack('<I', len(data)) + data)\nprint('written')\nf = 5"
    )
    outputs, failed = sandbox.run(source, 10)
    assert (outputs[0]["text"], failed) == ("written\n", False)
    assert sandbox.run("print('next')", 10)[0][0]["text"] == "next\n"
    assert sandbox.answer("g", 5)[0] is False
    _, connect = sandbox.answer("f", 5)
    assert connect().submission() == 5


def test_all_waiting_has_one_end(server):
    started = time.monotonic()
    with server.sandbox(seconds=1.5) as sandbox:
        sandbox.run("import time; time.sleep(0.4)", 10)
        with pytest.raises(Ended, match="timed out"):
            sandbox.run("while True: pass", 60)
    assert time.monotonic() - started < 10


def test_memory_of_all_processes_together_is_limited():
    source = (
        "import os, time\nimport numpy as np\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n        taken = np.ones(2**23); time.sleep(60)\n"
        "time.sleep(60)"
    )
    with Server(limits=Limits(memory=2**28)) as server, server.sandbox() as sandbox, pytest.raises(Ended) as ended:
        sandbox.run(source, 30)
    assert ended.value.how == "out of memory"


def test_large_files_cross(server):
    with server.sandbox({"data.bin": bytes(2**23)}) as sandbox:
        assert sandbox.run("len(open('data.bin', 'rb').read())", 10)[0][0]["data"]["text/plain"] == str(2**23)


def test_what_lies_beside_the_notebook_can_be_imported(server):
    with server.sandbox({"helper.py": b"x = 7", "json.py": b"raise SystemExit"}) as sandbox:
        assert sandbox.run("import helper, json\nhelper.x", 10)[0][0]["data"]["text/plain"] == "7"


def test_empty_outputs_without_number_are_cut():
    shown = well_formed([{"output_type": "display_data", "data": {}, "metadata": {}}] * 20_000)
    assert len(shown) < 300
    assert "was cut here" in shown[-1]["text"]


def test_a_traceback_and_the_forms_of_one_output_are_capped():
    trace, data = [""] * 10**6, {f"text/{number}": "" for number in range(10**5)}
    error, display = well_formed(
        [{"output_type": "error", "traceback": trace}, {"output_type": "display_data", "data": data}]
    )
    assert (len(error["traceback"]), len(display["data"])) == (200, 20)


STRANGERS = {
    "a fork": "import os\nchild = os.fork()",
    "a fork that no hook sees": "import ctypes, os\nchild = ctypes.CDLL(None).fork()",
}
BOTH_REPLY = "\nif child == 0:\n    pass\nelse:\n    import time\n    time.sleep(3)\n"


@pytest.mark.parametrize("fork", STRANGERS.values(), ids=STRANGERS)
def test_what_an_answer_starts_cannot_reply_in_its_place(sandbox, fork):
    """The child reaches the end of the cell first, and would report it; the parent does so a moment later."""
    told = []
    try:
        told = sandbox.run(fork + BOTH_REPLY + "os.getpid()", 10)[0]
    except Ended as ended:
        told.append(ended.detail)
    first_of_its_namespace = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}}
    alone = first_of_its_namespace | {"execution_count": None}
    assert told in ([alone], ["as another process spoke in its place"])


def test_a_program_that_an_answer_starts_has_no_channel(sandbox):
    listed = "subprocess.run(['ls', '-l', '/proc/self/fd'], close_fds=False, capture_output=True, text=True).stdout"
    outputs, _ = sandbox.run(f"import subprocess\nprint({listed})", 10)
    assert "/dev/null" in outputs[0]["text"]
    assert "socket" not in outputs[0]["text"]
