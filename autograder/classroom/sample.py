"""Make a sample class: submissions of every kind, from the real released notebooks, with the results they must get."""

import copy
import json
import random
import shutil
from pathlib import Path

import nbformat
from nbformat import v4

from .. import chapter as chapters
from .. import exercise as model
from . import answers
from . import config as settings
from .answers import FULL, NONE, PART
from .create import create
from .layout import ClassDirectory, ClassError, open_class, replace_folder, scratch, write_file
from .notebook import source_text
from .release import release
from .results import NOT_ATTEMPTED, NOT_JUDGED, results
from .roster import COLUMNS
from .update import other_cells

MAX_KILOBYTES = 1000
EXPECTED = "expected.json"
SEED = f"{1:064x}\n".encode()  # not secret, so that each sample class gets the same inputs; the audit tries others


def sample(directory, topics=(), *, students=1, root=chapters.ROOT, own=None) -> ClassDirectory:
    """Make a class directory, or take the one that is there, release into it and hand in a submission of every kind.

    The students are ``right``, ``right-otherwise``, ``right-otherwise-2`` and so on (each exercise's first, second,
    ... right answer written in another way), ``mistake-01``, ``mistake-02`` and so on (its misconceptions),
    ``blank``, ``crash`` (answers that raise), ``broken`` (a file that is not a notebook), ``missing`` (a folder
    without a notebook), ``duplicate`` (right answers in cells that are there twice) and ``oversized``. If more
    are asked for, ``mixed-01`` and so on answer each exercise correctly, wrongly or not at all, as luck has it. What
    each must get is written to ``expected.json``; see `problems`.

    Parameters
    ----------
    directory : path
        The class directory; an existing one must be a sample class.
    topics : sequence of str
        What to release; without any, all topics of the course, and the class's own.
    students : int
        How many there must be at least.
    root : path, optional
        The course's directory.
    own : path, optional
        A class whose own topics this class gets, as they are now.

    Raises
    ------
    ClassError
        When there is something else in the directory.
    """
    if Path(directory, "nbgrader_config.py").exists() and not Path(directory, EXPECTED).exists():
        raise ClassError(f"{directory} is a class, but not a sample class; nothing was handed in to it")
    if not Path(directory, "nbgrader_config.py").exists():
        place = create(directory, max_kilobytes=MAX_KILOBYTES)
        write_file(place.seed_file, SEED, mode=0o600)
        write_file(place.root / EXPECTED, b"{}")
    place = open_class(directory)
    if own is not None:
        _take_own(place, own)
    homes = chapters.homes(place.root, root)
    topics = tuple(topics) or tuple(homes)
    config = settings.load(place)
    for topic in topics:
        source = source_text(topic, homes.get(topic, root))
        if other_cells(topic, source, config):  # a class of our own making may start over
            with settings.gradebook(config) as gradebook:
                gradebook.remove_assignment(topic)
    release(place.root, topics, update=True, root=root)
    folders = {topic: chapters.exercises_root(homes[topic]) for topic in topics}
    exercises = {topic: [model.load(name, root) for name in model.ids(topic, root)] for topic, root in folders.items()}
    everything = [exercise for asked in exercises.values() for exercise in asked]
    ways, most = (max(len(getattr(each, kind)) for each in everything) for kind in ("alternatives", "misconceptions"))
    kinds = _students(max(ways, 1), most)
    kinds |= {f"mixed-{i:02}": _answered(_mixed(i)) for i in range(1, students - len(kinds) + 1)}
    expected = {}
    for topic, asked in exercises.items():
        released = nbformat.read(place.released(topic), as_version=4)
        for student, make in kinds.items():
            content, results_of_it = make(released, asked)
            expected.setdefault(student, {}).update(results_of_it)
            target = place.step("submitted", student, topic)
            target.mkdir(parents=True, exist_ok=True)
            if content is not None:
                _write_if_new(target / f"{topic}.ipynb", content)
    _write_if_new(place.root / EXPECTED, json.dumps(expected, indent=1).encode())
    blanks = "," * (len(COLUMNS) - 1)
    listed = "\n".join([",".join(COLUMNS), *(f"{name}{blanks}" for name in kinds), ""])
    _write_if_new(place.roster_file, listed.encode())
    return place


def _take_own(place, own):
    """Give a class another class's own chapters and exercises, instead of those that it had."""
    with scratch(place) as folder:
        for name in ("chapters", model.OWN):
            if (source := Path(own) / name).is_dir():
                copied = shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
                replace_folder(copied, place.root / name)


def _write_if_new(path, content):
    if not path.exists() or path.read_bytes() != content:
        write_file(path, content)


def _students(ways, most):
    """Return, by student, the function that makes a submission's file and the results it must get."""
    otherwise = {f"right-otherwise-{way}": _answered(answers.right_otherwise(way)) for way in range(2, ways + 1)}
    mistaken = {f"mistake-{number:02}": _answered(answers.mistake(number)) for number in range(1, most + 1)}
    return {
        "right": _answered(answers.right),
        "right-otherwise": _answered(answers.right_otherwise(1)),
        **otherwise,
        **mistaken,
        "blank": _answered(answers.blank),
        "crash": _answered(answers.crash),
        "broken": _unreadable(lambda released: nbformat.writes(released).encode()[:-100]),
        "missing": _unreadable(lambda released: None),
        "duplicate": _duplicated,
        "oversized": _unreadable(_oversized),
    }


def _mixed(number):
    """Return the answers of a student who is good at some things."""

    def answer(exercise):
        chance = random.Random(f"{number} {exercise.id}")
        wrong = answers.mistake(chance.randint(1, max(len(exercise.misconceptions), 1)))
        otherwise = answers.right_otherwise(chance.randint(1, max(len(exercise.alternatives), 1)))
        return chance.choice((answers.right, otherwise, wrong, wrong, answers.blank))(exercise)

    return answer


def _answered(answer):
    def make(released, asked):
        notebook, expected = v4.new_notebook(cells=[], metadata=released.metadata), {}
        given = {exercise.name: answer(exercise) for exercise in asked}
        for cell in released.cells:
            cell = copy.deepcopy(cell)
            name = cell.metadata.nbgrader.grade_id.removesuffix("-answer")
            if cell.metadata.nbgrader.solution and given[name].source is not None:
                cell.source = given[name].source
            notebook.cells.append(cell)
        for exercise in asked:
            expected[exercise.id] = given[exercise.name].expected
        return nbformat.writes(notebook).encode(), expected

    return make


def _duplicated(released, asked):
    """Hand in right answers, each in a cell that was copied and pasted below itself."""
    content, expected = _answered(answers.right)(released, asked)
    notebook = nbformat.reads(content.decode(), as_version=4)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.metadata.nbgrader.solution:
            cells.append(copy.deepcopy(cell))
            cells[-1].id = f"{cell.id}-copy"
    notebook.cells = cells
    return nbformat.writes(notebook).encode(), expected


def _oversized(released):
    """Hand in a notebook whose output is too large."""
    notebook = nbformat.reads(nbformat.writes(released), as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.outputs = [v4.new_output("stream", name="stdout", text="0" * 1000 * (MAX_KILOBYTES + 100))]
    return nbformat.writes(notebook).encode()


def _unreadable(make_file):
    def make(released, asked):
        verdicts = {True: NOT_ATTEMPTED, False: NOT_JUDGED}
        expected = {exercise.id: answers.expect(NONE, verdicts[exercise.kind == "text"]) for exercise in asked}
        return make_file(released), expected

    return make


def problems(directory) -> tuple[str, ...]:
    """Return a sentence for each result of a graded sample class that is not what its submission was made to get."""
    place = open_class(directory)
    expected = json.loads((place.root / EXPECTED).read_text(encoding="utf-8"))
    found = {(result.student, result.exercise): result for result in results(place)}
    wrong = []
    for student, exercises in expected.items():
        for exercise, must in exercises.items():
            result = found.get((student, exercise))
            if result is None:
                wrong.append(f"{student}, {exercise}: there is no result")
            elif seen := _differs(result, must):
                wrong.append(f"{student}, {exercise}: {seen}, made for {must}")
    return tuple(wrong)


def _differs(result, must):
    """Say what a result is, if it is not what it must be."""
    if result.points is None:
        share = None
    else:
        share = FULL if result.points == result.possible else PART if result.points > 0 else NONE
    less = must["points"] == PART and share == NONE  # a mistake earns less than full points, and may earn none
    same = (share == must["points"] or less) and result.misconception == must["misconception"]
    if same and must["verdict"] in (result.verdict, None):
        return ""
    return f"{share} points, {result.verdict}, {result.misconception!r}"
