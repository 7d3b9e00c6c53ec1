"""The scripts for maintainers print their usage, and do nothing, with ``--help`` or arguments that they do not take."""

import runpy
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parents[1].joinpath("tools").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("no-such-thing", 2), ("--no-such-option", 2)])
def test_a_script_says_what_it_takes(script, argument, status, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script.name, argument])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    said = capsys.readouterr()
    assert ended.value.code == status
    assert (said.err if status else said.out).startswith(f"usage: {script.name}")
