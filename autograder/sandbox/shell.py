"""A notebook without a kernel: IPython's own shell, with what each cell shows kept as a notebook keeps it."""

import contextlib
import os
import sys
import tempfile

import matplotlib
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

from .outputs import CUT, MAX_OUTPUT

FIRST_CELLS = ("1", "undefined")  # a result and a traceback


class Notebook:
    """Runs cells one after another and returns the outputs of each, in nbformat's form.

    Make it before forking: no thread was started then, and nothing has run in it. What is slow only the first time has
    been done in another shell, so that no fork has to.
    """

    def __init__(self):
        self._start()
        for source in FIRST_CELLS:
            self._run(source, _Outputs())
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            vars(sys).pop(name, None)
        InteractiveShell.clear_instance()
        self._start()
        matplotlib.interactive(True)
        configure_inline_support(self.shell, "inline")
        self.namespace = self.shell.user_ns

    def run(self, source):
        """Run one cell; return its outputs and whether it raised."""
        outputs = _Outputs()
        with _descriptors(outputs):
            succeeded = self._run(source, outputs)
        return outputs.kept, not succeeded

    def _start(self):
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.cache_size = 0
        self.shell = InteractiveShell.instance(
            config=config, displayhook_class=_Results, display_pub_class=_Displays, user_ns={}
        )
        self.shell.system = self.shell.system_raw

    def _run(self, source, outputs):
        self.shell.displayhook.outputs = self.shell.display_pub.outputs = outputs
        self.shell._showtraceback = outputs.error
        with _streams(outputs):
            return self.shell.run_cell(source, store_history=True).success


class _Outputs:
    """What a cell showed, in order; adjoining text of one stream is one output, and too much is cut."""

    def __init__(self):
        self.kept = []
        self.room = MAX_OUTPUT

    def stream(self, name, text):
        text = self._fit(text)
        if not text:
            return
        last = self.kept[-1] if self.kept else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.kept.append({"output_type": "stream", "name": name, "text": text})

    def bundle(self, kind, data, metadata, **more):
        texts = {key: value for key, value in (data or {}).items() if isinstance(value, (str, dict))}
        if sum(len(str(value)) for value in texts.values()) > self.room:
            self.stream("stdout", CUT)
            return
        self.room -= sum(len(str(value)) for value in texts.values())
        self.kept.append({"output_type": kind, "data": texts, "metadata": metadata or {}, **more})

    def error(self, etype, evalue, stb):
        name = getattr(etype, "__name__", str(etype))
        lines = [self._fit(line) for line in stb]
        self.kept.append({"output_type": "error", "ename": name, "evalue": str(evalue)[:2000], "traceback": lines})

    def clear(self):
        self.kept.clear()

    def _fit(self, text):
        if self.room <= 0:
            return ""
        cut = text[: self.room]
        self.room -= len(cut)
        return cut if self.room > 0 else cut + CUT


class _Results(DisplayHook):
    """The value of a cell's last expression."""

    outputs = None

    def __call__(self, result=None):
        if result is None or self.quiet():
            return
        data, metadata = self.compute_format_data(result)
        self.update_user_ns(result)
        if data:
            self.outputs.bundle("execute_result", data, metadata, execution_count=self.prompt_count)


class _Displays(DisplayPublisher):
    """What `display` is asked to show."""

    outputs = None

    def publish(self, data, metadata=None, **kwargs):
        self.outputs.bundle("display_data", data, metadata)

    def clear_output(self, wait=False):
        self.outputs.clear()


class _Stream:
    """`sys.stdout` while a cell runs."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, outputs, name):
        self.outputs, self.name = outputs, name

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


@contextlib.contextmanager
def _streams(outputs):
    with contextlib.redirect_stdout(_Stream(outputs, "stdout")), contextlib.redirect_stderr(_Stream(outputs, "stderr")):
        yield


@contextlib.contextmanager
def _descriptors(outputs):
    """Take what programs that the cell starts write to descriptors 1 and 2, too."""
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            file.seek(0)
            outputs.stream("stdout", file.read(MAX_OUTPUT).decode("utf-8", "replace"))


def refuse_input(*args, **kwargs):
    """Stand in for `input`: there is nobody to ask."""
    raise RuntimeError("input() is not available while your notebook is graded")


def stdin_is_empty():
    """Give this process an empty standard input."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    sys.stdin = open(0)  # noqa: SIM115
