"""What the project tells services about itself is true."""

import json
import re
import subprocess
import tomllib

import pytest
import yaml

from autograder.chapter import ROOT
from tests.test_wheel import PYTHONS

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands(node):
    """Yield the texts of all steps' commands in a workflow."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("run", "postCreateCommand") if isinstance(node.get(key), str))
        for value in node.values():
            yield from commands(value)
    elif isinstance(node, list):
        for item in node:
            yield from commands(item)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_makes_is_in_the_makefile(path):
    told = subprocess.check_output(["make", "help"], cwd=ROOT, text=True)
    targets = {line.split()[0] for line in told.splitlines()}
    steps = list(commands(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert steps
    assert {target for step in steps for target in re.findall(r"\bmake ([a-z-]+)", step)} <= targets
    scripts = {script for step in steps for script in re.findall(r"(?<![\w/])\.ci/\w+", step)}
    assert all((ROOT / script).is_file() for script in scripts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_nothing_that_it_does_not_say_and_keeps_no_secret(path):
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    for step in commands(yaml.safe_load(text)):
        assert "${{" not in step, "input from outside is passed to a command as a variable, never as code"


def test_ci_tests_each_python_that_the_course_names():
    tested = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"]
    pythons = tested["strategy"]["matrix"]["python"]
    assert tuple(f"{python}.0" for python in pythons) == PYTHONS
    assert PROJECT["requires-python"] == f">={pythons[0]}"


def test_ci_leaves_out_no_test_however_long():
    made = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert "pytest" in (does := subprocess.check_output([*made.split(), "--dry-run"], cwd=ROOT, text=True))
    assert "long" not in does
    assert "-m 'not long'" in subprocess.check_output(["make", "test", "--dry-run"], cwd=ROOT, text=True)


def test_the_container_sets_the_project_up():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    container = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert "make setup" in container["postCreateCommand"]


def test_the_citation_names_this_version_and_says_that_its_doi_is_none():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == PROJECT["version"]
    (doi,) = citation["identifiers"]
    assert "placeholder" in doi["description"].lower()
    assert doi["value"].endswith("0000000")


@pytest.mark.parametrize("name", ["wrong-claim", "refused-right-answer", "unnamed-mistake"])
def test_an_issue_form_asks_for_what_went_in(name):
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text(encoding="utf-8"))
    asked = {field["id"]: field for field in form["body"]}
    code = [field for field in asked.values() if field["attributes"].get("render") == "python"]
    assert all(field["validations"]["required"] for field in code)
    assert len(code) == 1
    assert asked["version"]["validations"]["required"]


def test_the_forms_that_texts_name_are_there():
    paths = (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")
    names = {yaml.safe_load(path.read_text(encoding="utf-8")).get("name") for path in paths}
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    (named,) = re.findall(r"the form \*([^*]+)\*", text)
    assert named in names
