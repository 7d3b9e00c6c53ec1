"""The branch of assignments, which Colab, Binder and a JupyterHub open: ``python -m publish.branch ADDRESS``.

It holds each chapter's notebook and what it needs. The notebooks of a handout expect the course to be installed; these
begin with a cell that installs it if it is missing, as on Colab, from the site at ADDRESS.
"""

import argparse
import shutil
import sys
from pathlib import Path
from urllib.parse import quote

import nbformat

from autograder import chapter
from autograder.chapter import ROOT
from autograder.classroom.layout import replace_folder
from autograder.classroom.notebook import assignment
from autograder.classroom.wheel import wheel

from . import launch

TARGET = ROOT / "build" / "assignments"
PYTHON = "3.13"  # what Binder is asked for
INSTALL = """\
# Installs the course if it is missing, as on Colab.
import importlib.util

if importlib.util.find_spec("dnnkit") is None:
    %pip install --quiet {package}"""
README = """\
# Assignments of *Tuning Deep Networks*

Made by `python -m publish.branch`; the course is at <{address}>, where each exercise can also be answered in its page.

| assignment | open in | |
| --- | --- | --- |
{rows}

Binder and Colab install the course automatically. So does a JupyterHub with nbgitpuller: put its address before

    {hub}

On your own machine, with Python 3.11 or newer: `{install}`
"""
ROW = "| [{title}]({topic}.ipynb) | [Colab]({colab}) | [Binder]({binder}) |"


def make(target, address, repository):
    """Write the branch's files into the folder `target`, which is replaced, for a `repository` (OWNER/NAME)."""
    made = target.with_name(f".{target.name}")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    name, packed = wheel()
    (made / name).write_bytes(packed)
    (made / "requirements.txt").write_text(f"./{name}[student]\n", encoding="utf-8")
    (made / "runtime.txt").write_text(f"python-{PYTHON}\n", encoding="utf-8")
    for licence in ("LICENSE", "LICENSE-CONTENT"):
        shutil.copy(ROOT / licence, made)
    rows = []
    for topic in chapter.topics():
        text = notebook(topic, f"{address}packages/{quote(name)}")
        (made / f"{topic}.ipynb").write_text(text, encoding="utf-8")
        places = {"colab": launch.colab(repository, topic), "binder": launch.binder(repository, topic)}
        rows.append(ROW.format(title=chapter.read(topic).title, topic=topic, **places))
    readme = README.format(
        address=address,
        rows="\n".join(rows),
        hub=launch.hub(repository, chapter.topics()[0]),
        install=launch.install(address, name),
    )
    (made / "README.md").write_text(readme, encoding="utf-8")
    replace_folder(made, target)


def notebook(topic, package):
    """Return the text of a topic's assignment, beginning with a cell that installs the course from `package`."""
    assigned = nbformat.reads(assignment(topic).decode(), as_version=4)
    cell = nbformat.v4.new_code_cell(INSTALL.format(package=package), id="install")
    assigned.cells.insert(1, cell)  # below the title
    nbformat.validate(assigned)
    return nbformat.writes(assigned) + "\n"


def main(argv=None):
    """Write the branch's files."""
    parser = argparse.ArgumentParser(prog="python -m publish.branch", description="Make the branch of assignments.")
    parser.add_argument("address", help="where the site is, such as https://example.org/course/")
    parser.add_argument("repository", metavar="OWNER/NAME", help="the repository on GitHub")
    parser.add_argument("--into", metavar="DIR", type=Path, default=TARGET, help="the folder (build/assignments)")
    arguments = parser.parse_args(argv)
    make(arguments.into.resolve(), arguments.address.rstrip("/") + "/", arguments.repository)
    print(f"{arguments.into} holds the content for the branch {launch.BRANCH}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
