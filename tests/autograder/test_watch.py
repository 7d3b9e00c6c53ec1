"""An audit with --watch responds each time a source is saved, including those of a class's own topics."""

import signal
import subprocess
import sys

from autograder import classroom


def test_a_saved_exercise_is_audited_again(tmp_path):
    """It does so until the process is interrupted, and each time says what the file still needs."""
    (tmp_path / "nbgrader_config.py").touch()
    path, page = classroom.new("convolution/output_size", tmp_path)
    command = [sys.executable, "-m", "autograder", "audit", "--class", tmp_path, "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as watching:
        try:
            before = _until_it_watches(watching)
            path.write_text(path.read_text().replace("# TODO: three hints", "# three hints"))
            after = _until_it_watches(watching)
            page.write_text(page.read_text().replace("<!-- TODO: a title", "<!-- a title"))
            last = _until_it_watches(watching)
        finally:
            watching.send_signal(signal.SIGINT)
    assert watching.returncode == 0
    assert [len(said) for said in (before, after, last)] == [len(before), len(before) - 1, len(before) - 2]
    assert any("still to write: three hints" in line for line in before)
    assert not any("still to write: three hints" in line for line in after)


def _until_it_watches(watching):
    """Return the lines printed before the next one that says that it is watching again."""
    lines = []
    for line in watching.stdout:
        if line.startswith("watching"):
            return lines
        lines.append(line)
    raise AssertionError(f"it ended: {lines}")
