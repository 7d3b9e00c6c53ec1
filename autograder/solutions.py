"""How others solved it: the reference and one right answer written another way, for those who have passed.

It is shown in practice, and never before a pass. A class may close it, or open it only after the due date: its handout
then has a file `course.json`, which says so (see `classroom.config`). That is a courtesy: the reference is open source.
"""

import ast
import inspect
import json
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

SETTING = "course.json"  # next to the notebook
WHEN = ("after_pass", "after_due", "never")


@dataclass(frozen=True)
class Others:
    """Right answers, each with a line that says what it is; shown as text or HTML."""

    answers: tuple[tuple[str, str], ...]

    def __repr__(self):
        return "\n\n".join(f"# {title}\n{code}" for title, code in self.answers)

    def _repr_html_(self):
        parts = [
            f'<p style="margin:.6em 0 .2em">{escape(title)}</p><pre style="margin:0"><code>{escape(code)}</code></pre>'
            for title, code in self.answers
        ]
        return f'<div class="dnn-others">{"".join(parts)}</div>'


def of(exercise):
    """Return the `Others` of an exercise; none if it asks for a value, which is the answer itself, or a text."""
    if exercise.kind == "text" or exercise.asks_for_value:
        return Others(())
    answers = [("The reference:", _reference(exercise))]
    for other in exercise.alternatives[:1]:
        answers.append((f"Another way, {other.sentence}:", _definition(exercise, other.name)))
    return Others(tuple(answers))


def closed(now=None):
    """Return why this notebook's class does not show solutions now, or an empty text; without a class, it always does.

    A file that cannot be read closes nothing: the setting is the class's courtesy, not a lock.
    """
    try:
        setting = json.loads(Path(SETTING).read_text(encoding="utf-8"))
        when, due = setting["show_solutions"], setting.get("due")
        opens = None if due is None else datetime.fromisoformat(due).astimezone(UTC)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ""
    if when == "never":
        return "Your class does not show solutions."
    if when == "after_due" and opens is None:
        return "Your class shows solutions after the due date, which is not set."
    if when == "after_due" and (now or datetime.now(UTC)) < opens:
        return f"Your class shows solutions after the due date, {opens:%d %B %Y, %H:%M} UTC."
    return ""


def _reference(exercise):
    """Return the reference's code without its docstring, whose words the chapter has shown."""
    if not exercise.solution.__module__.startswith("dnnkit."):
        return exercise.solution_source
    code = textwrap.dedent(inspect.getsource(exercise.solution))
    (node,) = ast.parse(code).body
    lines = code.splitlines()
    for part in reversed(list(ast.walk(node))):
        if isinstance(part, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(part) is not None:
            docstring = part.body[0]
            del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines).strip("\n")


def _definition(exercise, name):
    """Return the code of an answer in the exercise's file, under the name that is asked for."""
    text = exercise.path.read_text(encoding="utf-8")
    node = next(node for node in ast.parse(text).body if getattr(node, "name", None) == name)
    return ast.get_source_segment(text, node).replace(name, exercise.name, 1)
