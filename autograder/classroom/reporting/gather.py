"""What a report is made of: results, standings and findings of a class, read once."""

import ast
import json
import re
from dataclasses import dataclass

from ... import exercise as model
from ..aliases import aliases
from ..board import Place, ranked
from ..flags import reference_source
from ..python import NO_PYTHON
from ..results import Result, record_of, results
from ..source import ANSWER
from ..standing import GRADED, WAITING, Standing, standings

LONGEST = 4000  # characters of an example
BLOCK = re.compile(r"^(?:```|~~~)[^\n]*\n(.*?)^(?:```|~~~)", re.DOTALL | re.MULTILINE)  # code in a cell of text


@dataclass(frozen=True)
class Class:
    """A class as a report needs it.

    Attributes
    ----------
    topics : tuple of str
        The assignments of the report.
    results, standings : tuple
        Those for these assignments.
    findings : dict of (str, str) to tuple of dict
        What the checks found, by student and exercise, as the records have it.
    boards : dict of str to tuple of Place
        By exercise, where there is one.
    names : dict of str to str
        By student what the report calls them: the id, or an alias.
    anonymous : bool
        Whether these are aliases, and nothing may reveal whose they are.
    """

    place: object
    topics: tuple[str, ...]
    results: tuple[Result, ...]
    standings: tuple[Standing, ...]
    findings: dict
    boards: dict[str, tuple[Place, ...]]
    names: dict
    anonymous: bool

    def of(self, topic):
        """Return the results and the standings of one assignment."""
        own = tuple(result for result in self.results if result.topic == topic)
        return own, tuple(standing for standing in self.standings if standing.topic == topic)

    def example(self, exercise, students):
        """Return (student, code) of the shortest of a few students' answers, or None if there is none to show.

        An anonymous one is what Python makes of the code: without comments and docstrings, which may hold names.
        """
        found = [(code, student) for student in students[:5] if (code := self._answer(student, exercise))]
        if not found:
            return None
        code, student = min(found, key=lambda each: (len(each[0]), each[1]))
        return student, code[:LONGEST]

    def _answer(self, student, exercise):
        topic, _, name = exercise.partition("/")
        code = _codes(self.place.step("autograded", student, topic, f"{topic}.ipynb")).get(name, "")
        return bare(code) if self.anonymous else code

    def codes(self, topic):
        """Return the answers in code to an assignment, by student and exercise."""
        students = dict.fromkeys(result.student for result in self.results if result.topic == topic)
        folder = self.place.step("autograded")
        read = {student: _codes(folder / student / topic / f"{topic}.ipynb") for student in students}
        return {
            student: {f"{topic}/{name}": code for name, code in own.items()} for student, own in read.items() if own
        }

    def given(self, topic):
        """Return the code that everyone has, by exercise: all that the assignment shows, and the reference.

        What is shown is the code of each cell, including starters, and the examples in prompts.
        """
        starters, shown = _codes(self.place.released(topic)), _shown(self.place.released(topic))
        asked = [model.load(f"{topic}/{name}", self.place.exercises) for name in starters]
        references = {each.name: () if each.asks_for_value else (reference_source(each),) for each in asked}
        return {f"{topic}/{name}": (*shown, *references[name]) for name in starters}


def _codes(path):
    """Return the answers in code that a notebook holds, by the exercise's name; none if it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    ids = [(cell, cell["metadata"].get("nbgrader", {}).get("grade_id", "")) for cell in cells]
    return {name.removesuffix(ANSWER): "".join(cell["source"]) for cell, name in ids if name.endswith(ANSWER)}


def _shown(path):
    """Return the code in a released notebook: of its cells, and of the blocks in its text."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    blocks = [block for kind, text in texts if kind == "markdown" for block in BLOCK.findall(text)]
    return (*(text for kind, text in texts if kind == "code"), *blocks)


def gather(place, log, topics, *, anonymous=False) -> Class:
    """Read a class's results in some assignments."""
    listed = results(place)
    chosen = [result for result in listed if result.topic in topics]
    standing = [each for each in standings(place, log, listed) if each.topic in topics]
    findings = {}
    for student, topic in dict.fromkeys((result.student, result.topic) for result in chosen):
        for exercise, report in record_of(place, student, topic).get("exercises", {}).items():
            findings[student, exercise] = tuple(report["findings"])
    students = sorted({*(each.student for each in standing), *(student for student, _ in findings)})
    names = aliases(place, students) if anonymous else {student: student for student in students}
    return Class(place, tuple(topics), tuple(chosen), tuple(standing), findings, ranked(findings), names, anonymous)


def share(standing):
    """Return the share of the points that could be given so far, or None if there were none."""
    given = standing.possible - standing.waiting
    return standing.score / given if standing.state in (GRADED, WAITING) and given > 0 else None


def bare(code):
    """Return code without comments and docstrings; "" if it is not Python, or Python cannot write it out.

    >>> bare("def f(a):  # mine\\n    'Double it.'\\n    return 2*a"), bare("a" + ".b" * 900), bare("0x" + "f" * 9000)
    ('def f(a):\\n    return 2 * a', '', '')
    """
    try:
        tree = ast.parse(code)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
                value = body[0].value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    node.body = body[1:] or [ast.Pass()]
        return ast.unparse(tree)
    except NO_PYTHON:
        return ""
