"""What a fork of the warm interpreter does: run the notebook's cells, and answer for what they define."""

import os
import sys
import threading
import types

from ..judge import codec
from ..judge.answering import AnswerSide
from ..judge.attempt import attempted
from ..judge.lent import LentTable
from ..judge.peer import is_request
from ..judge.shared import Table
from .shell import Notebook, nobody_is_there
from .wire import Answering, Channel, Closed

# In the student's process these modules are a stub. They are looked up before forking: going through all modules there
# would copy every page that holds the name of one.
JUDGE = [name for name in sys.modules if name.split(".")[0] == "autograder"]


def serve(socket, notebook: Notebook):
    """Do what the judge asks for, one frame after another, until it closes the channel."""
    channel = Answering(Channel(socket))
    os.register_at_fork(after_in_child=socket.close)  # what an answer starts must not reply
    nobody_is_there()
    notebook.begin()
    sys.path.insert(0, "")  # what was handed in with the notebook can be imported, as in a kernel
    _hide_the_judge()
    answer, turn = None, threading.RLock()
    turn.acquire()  # anything else, such as an answer's thread, speaks only while this one runs an answer's code
    try:
        while True:
            frame = channel.receive()
            if is_request(frame):
                channel.send(answer.handle(frame))
                continue
            match codec.load(frame):
                case {"do": "run", "source": str(source)}:
                    outputs, failed = notebook.run(source)
                    channel.send(codec.dump({"outputs": outputs, "failed": failed}))
                case {"do": "answer", "name": str(name)}:
                    channel.send(codec.dump({"attempted": attempted(notebook.namespace.get(name, ...))}))
                case {"do": "talk", "name": str(name), "lending": bool(lending), "first": first}:
                    table = LentTable if lending else Table
                    answer = AnswerSide(notebook.namespace.get(name, ...), _Talk(channel), table, turn)
                    answer.exchange.peer = answer
                    channel.send(answer.handle(bytes(first)))
    except (Closed, BrokenPipeError):
        pass
    finally:
        os._exit(0)


class _Talk:
    """The answer's way to the judge: its own request goes out, and while it waits it answers the judge's."""

    def __init__(self, channel):
        self.channel = channel
        self.peer = None

    def __call__(self, frame):
        self.channel.send(frame)
        while is_request(reply := self.channel.receive()):
            self.channel.send(self.peer.handle(reply))
        return reply


def _hide_the_judge():
    """Replace the judge's modules by a stub: practice checks say nothing here, the judge's verdict counts."""

    def silent(*args, **kwargs):
        """Do nothing: this notebook is being graded."""

    for name in JUDGE:
        del sys.modules[name]
    for name in ("autograder", "autograder.check"):
        stub = types.ModuleType(name, "The judge is not in this process.")
        stub.check = stub.hint = stub.others = stub.attempts = stub.keep_attempts = stub.share_attempts = silent
        stub.language = types.SimpleNamespace(use=silent)
        stub.__path__ = []
        sys.modules[name] = stub
