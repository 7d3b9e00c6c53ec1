"""How a page of commands is walked: each is run, in its order, with the files that the page shows.

A block of commands that is not run has a line above it, ``% not run:`` and why. A block with a caption is a file; one
of plain text is what the command before it prints. A command ends with exit status 0 unless its comment says another.
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
    """Return the blocks of a page, in their order, as dicts of reason, kind, file and content."""
    return [found.groupdict() for found in BLOCK.finditer(text)]


def require_form(text, reasons):
    """Assert that each block is one of commands, a file, what is printed or a cell, and that all fit in the column."""
    for block in blocks(text):
        assert block["file"] or block["kind"] in ("bash", "text", CELL), block["kind"]
        assert not block["reason"] or block["kind"] == "bash"
    assert text.count("% not run") == sum(bool(block["reason"]) for block in blocks(text)) <= reasons
    assert max(len(line) for block in blocks(text) for line in block["content"].splitlines()) <= 84


def walk(text, here, before=lambda command: None):
    """Do in a directory all that a page does; `before` is called with each command that is about to be run."""
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
    """Run a command as a shell does in a directory, and return what it printed; its own ones without a new Python."""
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
