"""The instructor's guide is true: its commands run in their order, with the files that it shows, and say what it says.

A block of commands that is not run has a line above it, ``% not run:`` and why. A block with a caption is a file; one
of plain text is what the command before it prints. A command ends with exit status 0 unless its comment says another.
"""

import contextlib
import csv
import io
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.__main__ import main
from autograder.chapter import ROOT
from autograder.classroom.answers import mistake, right
from autograder.exercise import ids, load
from autograder.sandbox.doctor import doctor

PAGE = (ROOT / "chapters" / "guide.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:^% not run: (?P<reason>.+)\n)?^(?P<fence>`{3,})(?P<kind>.*)\n(?::caption: (?P<file>.+)\n)?"
    r"(?P<content>(?:.*\n)*?)(?P=fence)$",
    re.MULTILINE,
)
BLOCKS = [found.groupdict() for found in BLOCK.finditer(PAGE)]
TOPIC = "hyperparameters"
STATUS = re.compile(r"#.*\bexit status (\d)")
HANDED_IN = {"ableann_11_901": right, "obrienben_12_902": mistake(1)}  # as Canvas names files; dan hands in nothing


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The directory in which all of the page was done, once."""
    if not doctor()[0]:
        pytest.skip("this machine does not let sandboxes be isolated, without which grading refuses")
    here, printed = tmp_path_factory.mktemp("guide"), ""
    for block in BLOCKS:
        if block["file"]:
            (here / block["file"]).parent.mkdir(parents=True, exist_ok=True)
            (here / block["file"]).write_text(block["content"], encoding="utf-8")
        elif block["kind"] == "text":
            assert " ".join(block["content"].split()) in " ".join(printed.split())
        elif not block["reason"]:
            for command in re.split(r"(?<!\\)\n", block["content"].strip()):
                if "download.zip" in command and not (here / "download.zip").exists():
                    _hand_in(here)
                printed = _done(command, here)
    return here


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


def _hand_in(here):
    """Make what Canvas lets download: the released notebook, answered by each student in a way of their own."""
    exercises = [load(id_) for id_ in ids(TOPIC)]
    with zipfile.ZipFile(here / "download.zip", "w") as archive:
        for name, answer in HANDED_IN.items():
            notebook = nbformat.read(here / "my-class" / "release" / TOPIC / f"{TOPIC}.ipynb", as_version=4)
            given = {exercise.name: answer(exercise).source for exercise in exercises}
            for cell in notebook.cells:
                if cell.metadata.nbgrader.solution:
                    cell.source = given[cell.metadata.nbgrader.grade_id.removesuffix("-answer")] or cell.source
            archive.writestr(f"{name}_{TOPIC}.ipynb", nbformat.writes(notebook))


def test_blocks_are_commands_files_or_what_is_printed():
    for block in BLOCKS:
        assert block["file"] or block["kind"] in ("bash", "text"), block["kind"]
        assert not block["reason"] or block["kind"] == "bash"
    assert PAGE.count("% not run") == sum(bool(block["reason"]) for block in BLOCKS) < 7
    assert max(len(line) for block in BLOCKS for line in block["content"].splitlines()) <= 84


def test_the_page_knows_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE))
    scripts = "\n".join(block["content"] for block in BLOCKS if block["kind"] == "bash")
    assert known - set(re.findall(r"^autograder (\w+)", scripts, re.MULTILINE)) == set()


def test_a_term_ends_in_grades(walked):
    with (walked / "my-class" / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores["ann"] > scores["ben"] >= 0
    assert (walked / "my-class" / "feedback" / "ben" / TOPIC / f"{TOPIC}.html").is_file()
    for name in ("report.html", "canvas.csv", "exercises.csv"):
        assert (walked / "my-class" / name).is_file()


def test_a_topic_of_ones_own_is_handed_out_and_its_solution_passes(walked):
    page = walked / "trial" / "feedback" / "mistake-01" / "convolution" / "convolution.html"
    assert "Padding is counted on one side only." in page.read_text(encoding="utf-8")
    with zipfile.ZipFile(walked / "my-class" / "handout" / "convolution.zip") as archive:
        assert "convolution/exercises/convolution/output_size.py" in archive.namelist()


def test_what_the_page_names_is_there(walked):
    named = re.findall(r"`((?:my-class|trial)/[\w/.-]+)`", PAGE)
    assert named
    assert [name for name in named if not Path(walked, name).exists()] == []
