"""The instructor's guide is true: its commands run in order, with its files, and print what it says."""

import csv
import re
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.__main__ import main
from autograder.classroom.answers import mistake, right
from autograder.exercise import ids, load
from autograder.sandbox.doctor import doctor
from tests.book import walk

PAGE = walk.page("guide")
TOPIC = "hyperparameters"
HANDED_IN = {"ableann_11_901": right, "obrienben_12_902": mistake(1)}  # named as in Canvas; dan hands in nothing


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The directory in which everything on the page was done, once."""
    if not doctor()[0]:
        pytest.skip("this machine does not let sandboxes be isolated, without which grading refuses")
    here = tmp_path_factory.mktemp("guide")

    def hand_in(command):
        if "download.zip" in command and not (here / "download.zip").exists():
            _hand_in(here)

    walk.walk(PAGE, here, hand_in)
    return here


def _hand_in(here):
    """Make what can be downloaded from Canvas: the released notebook, answered by each student in their own way."""
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
    walk.require_form(PAGE, reasons=6)


def test_the_page_knows_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE))
    scripts = "\n".join(block["content"] for block in walk.blocks(PAGE) if block["kind"] == "bash")
    assert known - set(re.findall(r"^autograder (\w+)", scripts, re.MULTILINE)) == set()


@pytest.mark.long
def test_a_term_ends_in_grades(walked):
    with (walked / "my-class" / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores["ann"] > scores["ben"] >= 0
    assert (walked / "my-class" / "feedback" / "ben" / TOPIC / f"{TOPIC}.html").is_file()
    for name in ("report.html", "canvas.csv", "exercises.csv"):
        assert (walked / "my-class" / name).is_file()


@pytest.mark.long
def test_a_topic_of_ones_own_is_handed_out_and_its_solution_passes(walked):
    page = walked / "trial" / "feedback" / "mistake-01" / "convolution" / "convolution.html"
    assert "Padding is counted on one side only." in page.read_text(encoding="utf-8")
    with zipfile.ZipFile(walked / "my-class" / "handout" / "convolution.zip") as archive:
        assert "convolution/exercises/convolution/output_size.py" in archive.namelist()


def test_what_the_page_names_is_there(walked):
    named = re.findall(r"`((?:my-class|trial)/[\w/.-]+)`", PAGE)
    assert named
    assert [name for name in named if not Path(walked, name).exists()] == []
