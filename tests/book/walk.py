"""Walk through a page of commands: each is run, in order, with the files that the page shows.

A block of commands that is not run has a line above it, ``% not run:`` with the reason. A block with a caption is a
file; a block of plain text is the output of the command before it. A command ends with exit status 0 unless its comment
names another.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys

from autograder.__main__ import main
from autograder.chapter import ROOT

BLOCK = re.compile(
    r"(?:^% not run: (?P<reason>.+)\n)?^(?P<fence>`{3,})(?P<kind>.*)\n(?::caption: (?P<file>.+)\n)?"
    r"(?P<content>(?:.*\n)*?)(?P=fence)$",
    re.MULTILINE,
)
STATUS = re.compile(r"#.*\bexit status (\d)")
CELL = "{code-cell} ipython3"


def page(name):
    """Return the text of a page of the book."""
    return (ROOT / "chapters" / f"{name}.md").read_text(encoding="utf-8")


def blocks(text):
    """Return the blocks of a page, in order, as dicts of reason, kind, file and content."""
    return [found.groupdict() for found in BLOCK.finditer(text)]


def require_form(text, reasons):
    """Assert that each block is commands, a file, output or a cell, and that all fit in the column."""
    for block in blocks(text):
        assert block["file"] or block["kind"] in ("bash", "text", CELL), block["kind"]
        assert not block["reason"] or block["kind"] == "bash"
    assert text.count("% not run") == sum(bool(block["reason"]) for block in blocks(text)) <= reasons
    assert max(len(line) for block in blocks(text) for line in block["content"].splitlines()) <= 84


def walk(text, here, before=lambda command: None):
    """Do all that a page does, in a directory; `before` is called with each command that is about to be run."""
    printed, names = "", {}
    for block in blocks(text):
        if block["file"]:
            (here / block["file"]).parent.mkdir(parents=True, exist_ok=True)
            (here / block["file"]).write_text(block["content"], encoding="utf-8")
        elif block["kind"] == "text":
            assert " ".join(block["content"].split()) in " ".join(printed.split())
        elif block["kind"] == CELL:
            exec(block["content"], names)
        elif not block["reason"]:
            for command in re.split(r"(?<!\\)\n", block["content"].strip()):
                before(command)
                printed = _done(command, here)


def _done(command, here):
    """Run a command in a directory as a shell does, and return its output; ours run in this Python."""
    words, said = shlex.split(command, comments=True), io.StringIO()
    if words[0] == "autograder":
        with contextlib.chdir(here), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = main(words[1:])
    else:
        path = os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))
        environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
        shell = ["bash", "-e", "-c", command]
        done = subprocess.run(shell, cwd=here, env=environment, capture_output=True, text=True, check=False)
        status, _ = done.returncode, said.write(done.stdout + done.stderr)
    wanted = STATUS.search(command)
    assert status == int(wanted[1] if wanted else 0), f"{command}\n{said.getvalue()}"
    return said.getvalue()
