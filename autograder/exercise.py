"""What an exercise is: one file, ``exercises/<topic>/<name>.py``, named after what is asked for.

Such a file defines, as plain module names,

* ``points``, ``hints`` (three) and a docstring (one line: what is asked);
* ``solution``: a function, a class, or a value; and ``given``, if the student starts from a faulty one to repair;
* ``returns``: the form of an answer (see `forms`);
* checks, functions ``check_*(submission, rng)`` whose docstring is the property that they assert;
* ``covers``: for each phrase of the prompt, the check or checks that fail without it, or why nothing checks it;
* ``may_change``, the names of the parameters that an answer may change in place, if any;
* wrong answers under ``@misconception``, others with the same mistake under ``@same_mistake_as``, wrong ones that must
  have no name under ``@neighbour``, and right ones under ``@alternative``; if the solution is a value, functions
  without arguments that return one;
* ``equivalent``: edits of the reference that no input tells from it, each with the reason; and ``borderline``: those
  that reach about as much as a check asks of an answer, so that luck decides, each with the reason;
* or, for a test, ``tests``, the name of the topic's exercise whose right and wrong answers it must tell apart, a
  ``solution``, other good ones under ``@alternative``, and ``@lazy`` ones that find next to nothing; ``leaves_out``
  says which misconceptions it need not know, and why (a dict by their names), ``most_calls`` how many calls it may
  make;
* or, for a free text, ``rubric`` (four rows of points and sentence), ``anchors`` (two of points and text),
  ``mistakes`` (three sentences) and ``words`` (the most an answer may have), and none of the rest.

What several exercises of a topic share, such as the data of their checks, is in ``exercises/<topic>/_shared.py``, from
which they import it: ``from ._shared import rows``. It draws from generators that it is given, and holds no answers.

A file out of form raises a `BadExercise` that names the line (see `slips`); `audit` says what is not yet proven.
"""

import ast
import inspect
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import slips
from .judge.trials import Subject, decision
from .slips import BadExercise

EXERCISES = Path(__file__).parent / "exercises"
OWN = "exercises"  # where a class has its own exercises: in its directory, and next to each notebook that asks them
WORDS = 120  # of a free text, unless its file says otherwise
CALLS = 20  # that a test may make of what it is given, unless its file says otherwise


class UnknownExercise(BadExercise):
    """There is no exercise with that id."""


@dataclass(frozen=True)
class Check:
    """One property: its name, its sentence, the function that asserts it, and whether it runs only in grading.

    Points follow the weights of the checks; an answer that fails a core check earns at most half.
    `like` names the public checks whose properties a hidden one repeats with other inputs.
    If a test is asked for, `run` is a `judge.trials.Subject` instead, which the test must accept or refuse.
    """

    name: str
    title: str
    run: Any
    hidden: bool
    core: bool = False
    weight: float = 1.0
    like: tuple[str, ...] = ()


@dataclass(frozen=True)
class Misconception:
    """A wrong answer with a name: the sentence that helps, the check that catches it, the most it may earn.

    `said_by` is a sentence of that check which no other mistake gets; `variants` make the same mistake in another
    way, such as with other draws.
    """

    name: str
    sentence: str
    answer: Any
    caught_by: str
    worth: float
    said_by: str = ""
    variants: tuple["Variant", ...] = ()


@dataclass(frozen=True)
class Variant:
    """A misconception written another way."""

    name: str
    answer: Any


@dataclass(frozen=True)
class Neighbour:
    """A wrong answer that resembles a misconception and must get no name; `sentence` says what is wrong with it."""

    name: str
    sentence: str
    answer: Any


@dataclass(frozen=True)
class Alternative:
    """A right answer that is written another way."""

    name: str
    sentence: str
    answer: Any


@dataclass(frozen=True, eq=False)  # each by itself: what it returns may be a list, which has no hash
class Exercise:
    """An exercise as its file defines it; `kind` is function, class, value, repair, test or text."""

    id: str
    kind: str
    summary: str
    points: float
    hints: tuple[str, ...]
    path: Path
    solution: Any = None
    given: Any = ...
    returns: Any = None
    checks: tuple[Check, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    may_change: tuple[str, ...] = ()
    tests: "Exercise | None" = None
    lazy: tuple[Alternative, ...] = ()
    most_calls: int = 0
    rubric: tuple = ()
    anchors: tuple = ()
    mistakes: tuple[str, ...] = ()
    words: int = 0
    covers: tuple[tuple[str, Any], ...] = ()
    equivalent: tuple[tuple[str, str], ...] = ()
    borderline: tuple[tuple[str, str], ...] = ()

    @property
    def topic(self):
        return self.id.split("/")[0]

    @property
    def name(self):
        return self.id.split("/")[1]

    @property
    def public_checks(self):
        """The checks that run in practice; in grading all do."""
        return tuple(check for check in self.checks if not check.hidden)

    @property
    def shared(self):
        """The files that the exercises of its topic share, as paths."""
        return tuple(sorted(self.path.parent.glob("_[!_]*.py")))

    @property
    def asks_for_value(self):
        """Whether the answer is data (a number, a dict of settings) and not something that is called."""
        return not callable(self.solution)

    @property
    def solution_source(self):
        """The statement that makes the solution under the name asked for, as the instructor's notebook shows it."""
        module = ast.parse(self.path.read_text(encoding="utf-8"))
        for node in module.body:
            match node:
                case ast.ImportFrom(module=source, names=names):
                    for name in names:
                        if (name.asname or name.name) == "solution":
                            alias = "" if name.name == self.name else f" as {self.name}"
                            return f"from {source} import {name.name}{alias}"
                case ast.Assign(targets=[ast.Name(id="solution")], value=value):
                    return f"{self.name} = {ast.unparse(value)}"
                case ast.FunctionDef(name="solution") | ast.ClassDef(name="solution"):
                    node.name = self.name
                    return ast.unparse(node)
        raise BadExercise(f"{self.path}: `solution` must be imported, assigned or defined at the top level")


def roots():
    """Return the directories in which exercises are looked for, in order.

    They are this package's and the one next to the notebook, which holds a class's own; when a class is graded, it is
    the one pinned by its release, and no other.
    """
    pinned = os.environ.get("AUTOGRADER_EXERCISES")
    return (Path(pinned),) if pinned else (EXERCISES, Path(OWN).absolute())


def ids(topic=None, root=None):
    """Return the ids of all exercises, or of one topic's, in alphabetical order."""
    pattern = f"{topic or '*'}/[!_]*.py"
    found = (path for home in ([root] if root else roots()) for path in Path(home).glob(pattern))
    return tuple(sorted(f"{path.parent.name}/{path.stem}" for path in found))


def load(exercise, root=None):
    """Return the `Exercise` with an id such as ``"dropout/inverted_dropout"``.

    Raises BadExercise if there is none with that id, naming those of its topic, or if its file is not in form.
    """
    if not isinstance(exercise, str):
        raise BadExercise(f'an exercise goes by its id, a string such as "dropout/inverted_dropout"; got {exercise!r}')
    topic = exercise.partition("/")[0]
    places = [Path(root)] if root else roots()
    home = next((place for place in places if (place / topic).is_dir()), places[0])
    files = sorted((home / exercise).parent.glob("*.py"))  # its own, and what it may share with its neighbours
    return _load(exercise, home, tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files))


def _instead(exercise, known):
    """Return in words what there is when an id is unknown: the topic's exercises, or the topics."""
    topics = [each.partition("/")[0] for each in known]
    near = [each for each, topic in zip(known, topics) if topic == exercise.partition("/")[0]]
    if near or not known:
        return f"there are {', '.join(near) or 'none'}"
    return f"an id is topic/name, and the topics are {', '.join(dict.fromkeys(topics))}"


@cache
def _load(exercise, root, _):
    known = ids(root=root)
    if exercise not in known:
        elsewhere = "" if root != EXERCISES else f"; a class's own exercises are in {OWN}/ next to its notebook"
        raise UnknownExercise(f"there is no exercise {exercise!r}; {_instead(exercise, known)}{elsewhere}")
    path = root / f"{exercise}.py"
    source = slips.Source(path)
    module = source.run()
    names = vars(module)
    own = [(name, thing) for name, thing in names.items() if getattr(thing, "__module__", None) == module.__name__]
    slips.require_common(names, source)
    common = {
        "id": exercise,
        "summary": _first_line(module),
        "points": float(module.points),
        "hints": tuple(names.get("hints", ())),
        "path": path,
    }
    if "rubric" in names:
        slips.require_text(names, source)
        return Exercise(
            kind="text",
            rubric=module.rubric,
            anchors=module.anchors,
            mistakes=tuple(module.mistakes),
            words=names.get("words", WORDS),
            **common,
        )
    if "tests" in names:
        slips.require_test(names, source)
        return _test(module, own, root, source, common)
    slips.require_judged(names, own, source)

    def answer(thing):
        return thing if callable(module.solution) else slips.made(thing.__name__, thing, source)

    return Exercise(
        kind=_kind(module),
        solution=module.solution,
        given=names.get("given", ...),
        returns=module.returns,
        may_change=tuple(names.get("may_change", ())),
        checks=tuple(_check(name, thing) for name, thing in own if name.startswith("check_")),
        misconceptions=tuple(
            Misconception(name, answer=answer(thing), variants=_variants(name, own, answer), **mark)
            for name, thing, mark in _marked(own, "misconception")
        ),
        neighbours=tuple(
            Neighbour(name, sentence, answer(thing)) for name, thing, sentence in _marked(own, "neighbour")
        ),
        alternatives=tuple(
            Alternative(name, sentence, answer(thing)) for name, thing, sentence in _marked(own, "alternative")
        ),
        covers=tuple(names.get("covers", {}).items()),
        equivalent=tuple(names.get("equivalent", {}).items()),
        borderline=tuple(names.get("borderline", {}).items()),
        **common,
    )


def _test(module, own, root, source, common):
    """Return the exercise that asks for a test of another one, with a check for each answer that the other one holds.

    Full points require that all right ones be accepted, and each mistake found is worth the same.
    """
    left_out = getattr(module, "leaves_out", {})
    try:
        tested = load(f"{common['path'].parent.name}/{module.tests}", root)
    except UnknownExercise as error:
        raise source.slip("tests", str(error), "name the exercise that is tested") from error
    if tested.kind not in ("function", "class"):
        raise source.slip("tests", f"{tested.id} is a {tested.kind}", "only a function or a class can be tested")
    for name in set(left_out) - {wrong.name for wrong in tested.misconceptions}:
        raise source.slip(
            "leaves_out", f"{name} is not a misconception of {tested.id}", "correct its name, or take it out"
        )
    members = getattr(tested.returns, "members", ())

    def check(name, title, answer, right):
        subject = Subject(answer, right, tested.name, members)
        return Check(name, title, subject, hidden=False, core=right, weight=float(not right))

    return Exercise(
        kind="test",
        solution=module.solution,
        returns=decision,
        tests=tested,
        most_calls=getattr(module, "most_calls", CALLS),
        checks=(
            check("accepts_the_reference", "Accepts the reference.", tested.solution, True),
            *(
                check(f"accepts_{other.name}", f"Accepts a right answer: {other.sentence}.", other.answer, True)
                for other in tested.alternatives
            ),
            *(
                check(f"finds_{wrong.name}", f"Finds the mistake: {_first(wrong.sentence)}", wrong.answer, False)
                for wrong in tested.misconceptions
                if wrong.name not in left_out
            ),
        ),
        alternatives=tuple(Alternative(name, said, thing) for name, thing, said in _marked(own, "alternative")),
        lazy=tuple(Alternative(name, said, thing) for name, thing, said in _marked(own, "lazy")),
        **common,
    )


def _first(sentence):
    return re.split(r"(?<=[.!?]) ", sentence, maxsplit=1)[0]


def _kind(module):
    if hasattr(module, "given"):
        return "repair"
    if inspect.isclass(module.solution):
        return "class"
    return "function" if callable(module.solution) else "value"


def _check(name, thing):
    marks = vars(thing)
    return Check(
        name,
        _first_line(thing),
        thing,
        hidden=marks.get("hidden", False),
        core=marks.get("core", False),
        weight=float(marks.get("weight", 1)),
        like=marks.get("like", ()),
    )


def _marked(own, mark):
    """Yield name, thing and the mark's content for whatever a decorator of that name has marked."""
    return ((name, thing, vars(thing)[mark]) for name, thing in own if mark in vars(thing))


def _variants(name, own, answer):
    marked = _marked(own, "same_mistake_as")
    return tuple(Variant(other, answer(thing)) for other, thing, first in marked if first == name)


def _first_line(thing):
    return thing.__doc__.strip().splitlines()[0]
