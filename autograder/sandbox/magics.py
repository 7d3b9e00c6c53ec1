"""The shell of a kernel without the kernel: its magics are there, and say what they cannot do.

What is missing here may be available where a student works. A cell above an answer must not cost the answer's points
for that, so a magic that cannot do its work says so in a line of the cell's output, and the cell goes on.
"""

import ast
import re
import shutil
import subprocess
import sys
from functools import wraps

from ipykernel import zmqshell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from matplotlib import pyplot
from traitlets import Type

OF_A_KERNEL = ("connect_info", "qtconsole", "subshell", "tensorboard")  # they reach for one, or for a server
HOW_OFTEN = re.compile(r"\s*(-[a-z]\s*\d*\s+)*-[nr]")
INLINE = (None, "auto", "inline", "agg", "svg", "pdf", "ps", "cairo", "pgf", "template")  # what draws without a window


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """What a cell runs in, under the name by which libraries know a notebook."""

    displayhook_class = Type(DisplayHook)  # nothing shown here goes to a front end
    display_pub_class = Type(DisplayPublisher)

    def run_line_magic(self, magic_name, line, _stack_depth=1):
        if magic_name in OF_A_KERNEL:
            return _say(f"%{magic_name} does nothing")
        if self.find_line_magic(magic_name) is None:
            return _say(f"%{magic_name} is not available, and was left out")
        try:
            return super().run_line_magic(magic_name, _in_short(magic_name, line), _stack_depth + 1)
        except ImportError as error:
            if magic_name not in ("load_ext", "reload_ext"):
                raise
            return _say(f"{line} is not available, and was not loaded ({error})")

    def run_cell_magic(self, magic_name, line, cell):
        if self.find_cell_magic(magic_name) is None:
            _say(f"%%{magic_name} is not available; the cell was run without it")
            self.run_cell(cell)
            return None
        result = super().run_cell_magic(magic_name, _in_short(magic_name, line), cell)
        if magic_name == "timeit" and _defines(cell):
            _say("%%timeit defines nothing; the cell was run once more without it")
            self.run_cell(cell)
        return result

    def enable_matplotlib(self, gui=None):
        """Show figures in the page: there is no window, and nothing to click."""
        if gui not in INLINE:
            _say(f"figures are shown inline, not by {gui}")
            gui = "inline"
        return super().enable_matplotlib(gui)

    def enable_gui(self, gui=None):
        if gui not in INLINE:
            _say(f"there is no window for {gui}")

    def ask_exit(self):
        _say("nothing ends here; the cells below still run")

    def system(self, cmd):
        """Run a command, and show what it writes at its place in the cell's output."""
        command = self.var_expand(cmd, depth=1)
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with subprocess.Popen(command, shell=True, executable=shutil.which("bash"), **pipes) as process:
            for line in process.stdout:
                sys.stdout.write(line.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = process.returncode


def let_figures_be_inline():
    """Have pyplot keep to the page when code, rather than a magic, asks it for a window that is not there."""
    switch = pyplot.switch_backend

    @wraps(switch)
    def switch_backend(newbackend):
        try:
            switch(newbackend)
        except ImportError:
            _say(f"figures are shown inline, not by {newbackend}")

    pyplot.switch_backend = switch_backend


def _say(words):
    print(f"Note: when a notebook is graded, {words}.", file=sys.stderr)


def _in_short(magic_name, line):
    """Return a magic's line; one that would repeat something for seconds does it once, unless it says how often."""
    if magic_name != "timeit" or HOW_OFTEN.match(line):
        return line
    _say("%timeit runs once")
    return f"-n 1 -r 1 {line}"


def _defines(cell):
    """Whether a cell has a statement that binds a name."""
    try:
        body = ast.parse(cell).body
    except SyntaxError:
        return False
    named = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)
    return any(isinstance(statement, named) for statement in body)
