"""A notebook without a kernel: the kernel's own shell, with what each cell shows kept as a notebook keeps it."""

import builtins
import contextlib
import getpass
import os
import sys
import tempfile

import matplotlib
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.utils.path import compress_user
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

from .magics import ZMQInteractiveShell, let_figures_be_inline
from .outputs import CUT, MAX_OUTPUT

HERE = os.path.dirname(__file__)
STORED = "/tmp/.ipython"  # what magics store
FIRST_CELLS = ("1", "undefined")  # a result and a traceback


class Notebook:
    """Runs cells one after another and returns the outputs of each, in nbformat's form.

    Make it before forking: no thread has been started, and nothing has run in it. What is slow only the first time has
    been done in another shell, so that no fork has to.
    """

    def __init__(self):
        self._start()
        for source in FIRST_CELLS:
            self._run(source, _Outputs())
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            vars(sys).pop(name, None)
        ZMQInteractiveShell.clear_instance()
        self._start()
        matplotlib.interactive(True)
        configure_inline_support(self.shell, "inline")
        let_figures_be_inline()
        self.namespace = self.shell.user_ns

    def begin(self):
        """Begin in a fork, where the environment of programs and the working directory are different."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self.shell.init_environment()
        self.shell.user_ns["_dh"][:] = [os.getcwd()]

    def run(self, source):
        """Run one cell; return its outputs and whether it raised."""
        outputs = _Outputs()
        with self._descriptors(outputs):
            succeeded = self._run(source, outputs)
        return outputs.kept, not succeeded

    @contextlib.contextmanager
    def _descriptors(self, outputs):
        """Also take what programs that the cell starts write to descriptors 1 and 2.

        It goes into a file that already exists: an answer may have left no room for another.
        """
        self._file.seek(0)
        self._file.truncate()
        for descriptor in (1, 2):
            os.dup2(self._file.fileno(), descriptor)
        try:
            yield
        finally:
            for stream in (sys.__stdout__, sys.__stderr__):
                with contextlib.suppress(OSError, ValueError, AttributeError):  # an answer may have closed it
                    stream.flush()
            self._file.seek(0)
            outputs.stream("stdout", self._file.read(MAX_OUTPUT).decode("utf-8", "replace"))

    def _start(self):
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        self.shell = ZMQInteractiveShell.instance(
            config=config, displayhook_class=_Results, display_pub_class=_Displays, user_ns={}
        )
        self.shell.extension_manager.load_extension("storemagic")  # as a kernel does
        self.shell.profile_dir.unobserve_all()  # nothing is made for it before a magic has something to store
        self.shell.profile_dir.location = STORED
        self._streams = _Stream("stdout"), _Stream("stderr")

    def _run(self, source, outputs):
        for shows in (self.shell.displayhook, self.shell.display_pub, *self._streams):
            shows.outputs = outputs
        self.shell._showtraceback = outputs.error
        with contextlib.redirect_stdout(self._streams[0]), contextlib.redirect_stderr(self._streams[1]):
            succeeded = self.shell.run_cell(source, store_history=True).success
        self.shell.payload_manager.clear_payload()  # what a front end would show next to the notebook
        return succeeded


class _Outputs:
    """What a cell showed, in order; adjoining text of one stream is one output, and too much is cut."""

    def __init__(self):
        self.kept = []
        self.room = MAX_OUTPUT
        self._named = {}  # what was displayed with an id, and may be shown anew
        self._clears = False  # what is there, once there is something else to show

    def stream(self, name, text):
        text = self._fit(text)
        if not text:
            return
        self._make_place()
        last = self.kept[-1] if self.kept else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.kept.append({"output_type": "stream", "name": name, "text": text})

    def bundle(self, kind, data, metadata, **more):
        texts = {key: value for key, value in (data or {}).items() if isinstance(value, (str, dict))}
        if sum(len(str(value)) for value in texts.values()) > self.room:
            self.stream("stdout", CUT)
            return None
        self.room -= sum(len(str(value)) for value in texts.values())
        self._make_place()
        self.kept.append({"output_type": kind, "data": texts, "metadata": metadata or {}, **more})
        return self.kept[-1]

    def display(self, data, metadata, name, update):
        """Show something; an update replaces what the cell has shown by that name."""
        shown = self.bundle("display_data", data, metadata)
        if shown is None or name is None:
            return
        if update and name in self._named:
            self._named[name] |= self.kept.pop()
        else:
            self._named[name] = shown

    def error(self, etype, evalue, stb):
        name = getattr(etype, "__name__", str(etype))
        ours = HERE, compress_user(HERE)  # a traceback writes ~ for the sandbox's home
        frames = [line for line in stb if not any(place in line.partition("\n")[0] for place in ours)]
        lines = list(map(self._fit, frames))
        self.kept.append({"output_type": "error", "ename": name, "evalue": str(evalue)[:2000], "traceback": lines})

    def clear(self, wait):
        self._clears = True
        if not wait:
            self._make_place()

    def _make_place(self):
        if self._clears:
            self._clears = False
            self.kept.clear()
            self._named.clear()

    def _fit(self, text):
        if self.room <= 0:
            return ""
        cut = text[: self.room]
        self.room -= len(cut)
        return cut if self.room > 0 else cut + CUT


class _Results(DisplayHook):
    """The value of a cell's last expression."""

    outputs = None

    def start_displayhook(self):
        """Nothing waits."""

    def write_output_prompt(self):
        """Write nothing: the number is kept with the output."""

    def write_format_data(self, format_dict, md_dict=None):
        self.outputs.bundle("execute_result", format_dict, md_dict, execution_count=self.prompt_count)

    def finish_displayhook(self):
        """Nothing waits."""


class _Displays(DisplayPublisher):
    """What `display` is asked to show."""

    outputs = None

    def publish(self, data, metadata=None, *, transient=None, update=False, **kwargs):
        self.outputs.display(data, metadata, (transient or {}).get("display_id"), update)

    def clear_output(self, wait=False):
        self.outputs.clear(wait)


class _Stream:
    """`sys.stdout` of all cells: code that holds on to it, as a logging handler does, writes to the cell that runs."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, name):
        self.outputs, self.name = None, name

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.stream(self.name, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        """Nothing waits."""

    def isatty(self):
        return False

    def writable(self):
        return True

    def fileno(self):
        return 1 if self.name == "stdout" else 2


def nobody_is_there():
    """Have nothing wait for somebody at a keyboard: there is nobody to ask, and standard input is empty."""

    def refuse(*args, **kwargs):
        raise StdinNotImplementedError("input() is not available while your notebook is graded")

    builtins.input = getpass.getpass = refuse
    sys.breakpointhook = lambda *args, **kwargs: None  # as in a kernel without a debugger
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    sys.stdin = open(0)  # noqa: SIM115
