"""The commands for classes report what they did, and say in one sentence, with exit status 2, what cannot be done."""

import argparse
import re
import sys

import pytest

from autograder import classroom
from autograder.__main__ import main
from autograder.commands import add_class_commands


@pytest.fixture
def run(capsys):
    """A function that runs a command and returns its exit status, its output and its complaints."""
    parser = argparse.ArgumentParser(prog="autograder")
    add_class_commands(parser.add_subparsers(required=True))

    def run(*arguments):
        parsed = parser.parse_args([str(argument) for argument in arguments])
        status = parsed.run(parsed)
        return status, *capsys.readouterr()

    return run


def test_init_makes_a_class_and_refuses_to_make_it_twice(run, tmp_path):
    status, said, complained = run("init", tmp_path / "class")
    assert (status, complained) == (0, "")
    assert "autograder release" in said
    assert classroom.open_class(tmp_path / "class")
    status, said, complained = run("init", tmp_path / "class")
    assert (status, said) == (2, "")
    assert complained.count("\n") == 1
    assert "exists already" in complained


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "report", "export"])
def test_a_directory_that_is_no_class_is_one_sentence(run, tmp_path, command):
    status, said, complained = run(command, tmp_path)
    assert (status, said) == (2, "")
    assert complained.startswith("autograder: ")
    assert complained.count("\n") == 1
    assert "Traceback" not in complained


def test_help_says_what_everything_is():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    add_class_commands(commands)
    silent = [
        (name, action.dest)
        for name, command in commands.choices.items()
        for action in command._actions
        if not action.help
    ]
    assert silent == []


@pytest.mark.parametrize("command", ["audit", "doctor", "grade"])
def test_help_of_a_command_says_what_it_does(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    (line,) = re.findall(rf"^    {command} +(\S+ \S+)", capsys.readouterr().out, re.MULTILINE)
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"\n\n{line} " in capsys.readouterr().out


def test_the_doctor_blames_no_machine_for_what_is_not_installed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["doctor"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "needs the course's extra `class`" in said.err
    assert "No module named 'matplotlib'" in said.err


def test_another_package_of_the_name_is_told_with_what_to_do(tmp_path, monkeypatch, capsys):
    """As pip leaves it: two packages with a module `autograder`, of which the last one installed wins."""
    information = tmp_path / "site" / "autograder-3.7.7.dist-info" / "METADATA"
    information.parent.mkdir(parents=True)
    information.write_text("Metadata-Version: 2.1\nName: autograder\nVersion: 3.7.7\n")
    assert main(["release", str(tmp_path)]) == 2
    assert "another package" not in capsys.readouterr().err
    monkeypatch.syspath_prepend(information.parents[1])
    assert main(["release", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("autograder: another package, autograder 3.7.7, is installed here too.")
    assert "pip uninstall autograder tuning-deep-networks" in said


def test_unknown_topics_are_one_sentence(run, tmp_path):
    classroom.create(tmp_path / "class")
    for command in ("release", "grade", "feedback", "report"):
        status, _, complained = run(command, tmp_path / "class", "nonsense")
        assert status == 2
        assert complained.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("toy", "--force"), ("--force", "toy"), ("--student", "right", "toy", "--workers=1")], ids=" ".join
)
def test_topics_may_stand_before_options_or_after(tmp_path, monkeypatch, capsys, arguments):
    def grade(directory, topics, **_):
        raise classroom.ClassError(f"asked for {topics}")

    monkeypatch.setattr(classroom, "grade", grade)
    assert main(["grade", str(tmp_path), *arguments]) == 2
    assert capsys.readouterr().err == "autograder: asked for ['toy']\n"


@pytest.mark.parametrize("arguments", [("init", "a", "b"), ("grade", "a", "toy", "--nonsense"), ("export", "a", "toy")])
def test_what_no_command_takes_is_named(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert f"unrecognized arguments: {arguments[-1]}" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-1", "two"])
def test_workers_are_counted_from_one(run, number, capsys):
    with pytest.raises(SystemExit) as ended:
        run("grade", "anywhere", f"--workers={number}")
    assert ended.value.code == 2
    assert "must be a whole number of 1 or more" in capsys.readouterr().err


def test_export_and_report_say_what_they_wrote(run, tmp_path):
    classroom.create(tmp_path / "class")
    for options, name in (((), "grades.csv"), (("--to", "canvas"), "canvas.csv"), (("--to", "json"), "grades.json")):
        status, said, complained = run("export", tmp_path / "class", *options)
        assert (status, complained) == (0, "")
        assert f"Wrote {tmp_path / 'class' / name}." in said
        assert (tmp_path / "class" / name).is_file()
    status, said, complained = run("report", tmp_path / "class", "--anonymous")
    assert (status, complained) == (0, "")
    assert "report-anonymous.html; open it in a browser" in said
    assert "Students appear under aliases" in (tmp_path / "class" / "report-anonymous.html").read_text()
