"""A class with hostile submissions, compared with one without: what each costs the others."""

import itertools

import nbformat

from autograder.sandbox.run import Times

from .classes import TOPIC, classes, scores, seconds, start
from .record import Record

STUDENTS, HOSTILE = 200, 20
MOST = Times.whole + 5.0  # seconds that one submission may take
ANSWERS = (  # put below a right answer
    "import time\nold = {name}\n\ndef {name}(*args, **kwargs):\n    time.sleep(3)\n    return old(*args, **kwargs)",
    "while True:\n    pass",
    "import os\nwhile True:\n    os.fork()",
    "kept = []\nwhile True:\n    kept.append(bytearray(2**27))",
    "while True:\n    print('x' * 10**6)",
    "import time\nwhile True:\n    time.sleep(60)",
    "import threading\nfor _ in range(50):\n    threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()",
    "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "def {name}(*args, **kwargs):\n    return [0] * 10**8",
    "x = 1\n" + "%time 1\n" * 1000,
)


def run():
    """Yield `grade_200_with_20_hostile`: seconds for the whole class, and for honest students alone."""
    with classes() as make:
        honest, mixed = make(STUDENTS), make(STUDENTS)
        every = STUDENTS // HOSTILE
        attackers = sorted((mixed / "submitted").iterdir())[::every]
        for folder, source in zip(attackers, itertools.cycle(ANSWERS)):
            _attack(folder / TOPIC / f"{TOPIC}.ipynb", source)
        alone = seconds(start(honest, "autograder", "grade", "."))
        among = seconds(start(mixed, "autograder", "grade", "."))
        hostile = {folder.name for folder in attackers}
        had, have = scores(honest), scores(mixed)
        if any(score != have[key] for key, score in had.items() if key[0] not in hostile):
            raise RuntimeError("honest students get different scores with hostile ones among them")
    goal = alone + HOSTILE * MOST
    name = f"grade_{STUDENTS}_with_{HOSTILE}_hostile"
    yield Record(name, among, alone, among / alone, "s", f"<= {goal:.0f} s", among <= goal)


def _attack(path, source):
    """Put a source below the answer to the first exercise, in its cell."""
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.metadata.nbgrader.solution and cell.cell_type == "code")
    answer.source += "\n\n" + source.format(name=answer.metadata.nbgrader.grade_id.removesuffix("-answer"))
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
