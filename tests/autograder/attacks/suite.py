"""The attack suite: hostile and careless submissions, the score that each must get, and the score that it got.

A file in `notebooks/` is one submission, in percent format: a header that says what it tries and what it must get,
then cells. ``# %% double`` is the answer cell of that name, ``# %%`` an extra cell of the student's, placed after the
one before it. Anything that isn't a matter of cells is made by a function of `folders`, with the same header. Exercises
that a header does not name must get 0 points. (The files are named .txt so that no tool takes them for ours and runs
them.)
"""

import csv
import inspect
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import v4

from autograder import classroom

from ..processes import marked, with_mark
from . import folders

HERE = Path(__file__).parent
COURSE = HERE / "course"
EXERCISES = ("double", "share", "noisy", "total", "Meter")
FULL = {"double": 2.0, "share": 1.0, "noisy": 2.0, "total": 2.0, "Meter": 2.0, "why": 0.0}
INNOCENT = ("aa-innocent", "zz-innocent")  # the first and the last to be graded
STRANGE = "Be an honest student whose name could be taken for code, a path or a pattern."
STRANGE_IDS = (
    "O'Brien; drop table student; --",
    "a b;c|d",
    "%2e%2e%2f",
    "~",
    "{student_id}",
    "{{ 7 + 7 }}",
    "(P)+$",
    "&lt;script&gt;",
    "toy",
    "Zoë 王小明",
    "n" * 200,
)
MOST_SECONDS, MOST_MIB = 30.0, 1024.0
SETTINGS = "c.Execute.timeout = 2\n"


@dataclass(frozen=True)
class Attack:
    """One submission: its name, what it tries, the points that it must get by exercise, and what makes its folder."""

    name: str
    tries: str
    expected: dict[str, float]
    make: object = field(repr=False)


@dataclass(frozen=True)
class Row:
    """What an attack got, and what it cost: total seconds, and the memory of the judge's side."""

    name: str
    tries: str
    expected: dict[str, float]
    obtained: dict[str, float]
    seconds: float = 0.0
    mib: float = 0.0

    @property
    def held(self):
        """Whether it got what it earned, and cost no more than a submission may."""
        return self.expected == self.obtained and self.seconds <= MOST_SECONDS and self.mib <= MOST_MIB


@dataclass(frozen=True)
class Outcome:
    """The outcome of the whole suite, graded in one run.

    Attributes
    ----------
    rows : tuple of Row
        Each attack and its score.
    innocent : dict
        The points of the honest students who were graded among them.
    sample : tuple of str
        Where the sample class, graded among them as well, did not get what it must.
    unrecorded : tuple of str
        The students who have no result.
    left : tuple of str
        Processes, files and mounts that are still there, and results that belong to nobody.
    seconds : float
        How long grading took.
    """

    rows: tuple[Row, ...]
    innocent: dict[str, dict[str, float]]
    sample: tuple[str, ...]
    unrecorded: tuple[str, ...]
    left: tuple[str, ...]
    seconds: float

    @property
    def sound(self):
        innocent = all(points == FULL for points in self.innocent.values())
        amiss = self.sample or self.unrecorded or self.left
        return innocent and all(row.held for row in self.rows) and not amiss

    def as_dict(self):
        """Return the outcome as plain data for JSON."""
        return asdict(self) | {"sound": self.sound}


def attacks() -> tuple[Attack, ...]:
    """Return all attacks by name."""
    found = [_from_file(path) for path in (HERE / "notebooks").glob("*.txt")]
    honest = _from_file(HERE / "right.txt")
    found += [replace(honest, name=name, tries=STRANGE) for name in STRANGE_IDS]
    found += [
        Attack(name, *_header(inspect.getdoc(make)), make)
        for name, make in vars(folders).items()
        if inspect.isfunction(make) and not name.startswith("_") and make.__module__ == folders.__name__
    ]
    return tuple(sorted(found, key=lambda attack: attack.name))


def run(directory, chosen=None) -> Outcome:
    """Make a sample class, hand in all attacks among it, grade everything in one run, and return the outcome."""
    chosen = attacks() if chosen is None else chosen
    classroom.sample(directory, root=COURSE)
    with open(directory / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(SETTINGS)
    known = {path.name for path in (directory / "submitted").iterdir()}
    release = directory / "release" / "toy" / "toy.ipynb"
    honest = _from_file(HERE / "right.txt").make
    for name, make in [(attack.name, attack.make) for attack in chosen] + [(name, honest) for name in INNOCENT]:
        folder = directory / "submitted" / name / "toy"
        folder.mkdir(parents=True)
        make(folder, nbformat.read(release, as_version=4))
        _enrol(directory / "roster.csv", name)
    started = time.monotonic()
    left = _grade(directory)
    seconds = time.monotonic() - started
    points = {attack.name: {} for attack in chosen} | {name: {} for name in INNOCENT}
    for result in classroom.results(classroom.open_class(directory)):
        points.setdefault(result.student, {})[result.exercise.removeprefix("toy/")] = result.points or 0.0
    rows = [
        Row(attack.name, attack.tries, attack.expected, points[attack.name], *_cost(directory, attack.name))
        for attack in chosen
    ]
    known |= {row.name for row in rows} | set(INNOCENT)
    left += tuple(f"result of {name!r}, who hands nothing in" for name in points.keys() - known)
    unrecorded = tuple(name for name, scores in points.items() if set(scores) != set(FULL))
    innocent = {name: points[name] for name in INNOCENT}
    return Outcome(tuple(rows), innocent, classroom.problems(directory), unrecorded, left, seconds)


def _cost(directory, student):
    """Return the seconds, and the MiB of the judge's side, that a submission took."""
    cost = json.loads((directory / "records" / student / "toy.json").read_text())["cost"]
    return cost["seconds"], cost["mib_of_judge"]


def _enrol(roster, name):
    with roster.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow((name, "", "", ""))


def _header(text):
    """Return a header's contents: what is tried, and the points by exercise."""
    tries, scores = re.fullmatch(r"(.*)\n\s*Must get: ([^\n]*?)\.?\s*", text, re.DOTALL).groups()
    named = dict(re.findall(r"(\w+) ([\d.]+)", scores))
    if not named.keys() <= FULL.keys():
        raise ValueError(f"there is no exercise {named.keys() - FULL.keys()}")
    return " ".join(tries.split()), dict.fromkeys(FULL, 0.0) | {name: float(points) for name, points in named.items()}


def _from_file(path):
    _, header, body = path.read_text(encoding="utf-8").split('"""', 2)
    pieces = re.split(r"^# %%(.*)\n", body, flags=re.MULTILINE)[1:]
    cells = list(zip(map(str.strip, pieces[::2]), map(str.strip, pieces[1::2])))

    def make(folder, notebook):
        place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "setup-1")
        for name, source in cells:
            if name in FULL:
                place = next(i for i, cell in enumerate(notebook.cells) if cell.id in (f"{name}-answer", name))
                notebook.cells[place].source = source
            else:
                place += 1
                new = {"": v4.new_code_cell, "[markdown]": v4.new_markdown_cell, "[raw]": v4.new_raw_cell}[name]
                notebook.cells.insert(place, new(source))
        nbformat.write(notebook, folder / "toy.ipynb")

    return Attack(path.stem, *_header(header), make)


def _grade(directory):
    """Grade with the command that instructors use; return what was left behind.

    Every process that it starts is recognized by a mark in its environment, and every temporary file by its folder.
    """
    before, mounts = set(directory.iterdir()), _mounts()
    (mark, environment), temporary = marked(), tempfile.mkdtemp(prefix="attacks-")
    command = [sys.executable, "-m", "autograder", "grade", str(directory), "--workers", "2"]
    done = subprocess.run(command, env=environment | {"TMPDIR": temporary}, capture_output=True, text=True, timeout=600)
    left = [] if done.returncode == 0 else [f"a batch that ended with {done.returncode}: {done.stderr[-2000:]}"]
    until = time.monotonic() + 5  # the kernel takes its time with killed processes
    while (processes := with_mark(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    left += [f"process {pid}: {command}" for pid, command in processes]
    left += [f"mount {line}" for line in _mounts() - mounts]
    left += [f"file {path}" for path in Path(temporary).rglob("*")]
    made = {directory / name for name in ("autograded", "records", "history", ".autograder")}
    left += [f"file {path}" for path in set(directory.iterdir()) - before - made]
    left += [f"file {path}" for path in (directory / ".autograder").glob("work-*")]
    shutil.rmtree(temporary)
    return tuple(left)


def _mounts():
    return set(Path("/proc/self/mounts").read_text().splitlines())
