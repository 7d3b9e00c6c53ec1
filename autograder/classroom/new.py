"""Begin an exercise: its file to fill in, and its section of the chapter, with marks of what is still to write."""

import re
from pathlib import Path
from string import Template

from .. import chapter as chapters
from ..chapter.homes import CARRIED
from .layout import ClassError, write_file

HEADER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# $title

<!-- TODO: a title above, and what the exercises need to have run in the cell below -->

```{code-cell} ipython3
:tags: [setup]
import numpy as np

from autograder import check, hint
```
"""

SECTION = """
### Exercise: $title

<!-- TODO: the prompt, in plain Markdown: arguments, shapes, what comes back, an example; and the signature below -->

Write `$name(x)`.

```{code-cell} ipython3
:tags: [exercise]
def $name(x):
    \"\"\"Return ...\"\"\"
    ...   # your code here
```

```{code-cell} ipython3
:tags: [check]
check("$id", $name)
```
"""

EXERCISE = '''\
"""Write $title."""
# TODO: above, in one line, what is asked

import numpy as np

from autograder.authoring import alternative, array, close, core, hidden, misconception, neighbour

# TODO: how many points; the form of an answer (array, number, integer, boolean, text, or a tuple or list of them)
points = 3
returns = array

# TODO: three hints, from a first idea to all but the answer
hints = ("...", "...", "...")

VALUES = "the values must be those of ..."


# TODO: the answer; or, if dnnkit has it, in its place: from dnnkit.<topic> import $name as solution
def solution(x):
    return np.asarray(x)


# TODO: the core check compares with the solution on generic inputs; its sentences, like VALUES, are constant
@core
def check_values($name, rng):
    """The values are right for a generic input."""
    x = rng.standard_normal((4, 3))
    close($name(x), solution(x), VALUES)


# TODO: a check for each further property that the prompt states; then, hidden, the same properties on other inputs
@hidden(like=check_values)
def check_other_inputs($name, rng):
    """So it is for a single row, for whole numbers and for zeros."""
    for x in (rng.standard_normal((1, 5)), rng.integers(-9, 9, (3, 2)), np.zeros((2, 2))):
        close($name(x), solution(x), VALUES)


# TODO: beside a phrase of each sentence of the prompt the check that fails without it, or why none does
covers = {
    "Write $name(x)": check_values,
    "Return ...": check_values,
}


# TODO: three mistakes or more that you would make yourself, each with a sentence that would have helped you
@misconception("What was done instead, why it is wrong, and what to do.", caught_by=check_values)
def a_mistake(x):
    return -np.asarray(x)


# TODO: two wrong answers or more that are near a mistake and must not get its name
@neighbour("what is wrong with it")
def another_mistake(x):
    return np.asarray(x) + 1


# TODO: right answers written in other ways: a loop, another library function
@alternative("how it is written")
def written_otherwise(x):
    return 1 * x
'''


def new(exercise, root=chapters.ROOT) -> tuple[Path, ...]:
    """Write the file of an exercise, and its section at the end of its topic's chapter, which is made if there is none.

    Parameters
    ----------
    exercise : str
        Its id, ``"topic/name"``; the name is that of the function that is asked for.
    root : path
        The directory of the course, in a checkout, or of a class that has the topic of its own.

    Returns
    -------
    tuple of pathlib.Path
        What was written: the exercise's file, and the chapter unless it has the section already.

    Raises
    ------
    ClassError
        When the id is none, the exercise exists, or the course is installed and has no sources to write to.
    autograder.chapter.ChapterError
        When the chapter is there and not in form.
    """
    topic, _, name = exercise.partition("/")
    if not all(re.fullmatch(r"[a-zA-Z]\w*", part, re.ASCII) for part in (topic, name)):
        raise ClassError(f"an exercise's id is topic/name, each one word of letters, digits and _, not {exercise!r}")
    if Path(root) == CARRIED:
        raise ClassError("the course is installed here, and has no sources to write to; for a class: --class DIR")
    if chapters.is_class(root) and topic in chapters.topics():
        raise ClassError(f"the course has a topic {topic!r} already; give your own another name")
    path = chapters.exercises_root(root) / topic / f"{name}.py"
    page = Path(root) / "chapters" / f"{topic}.md"
    if path.exists():
        own = f" --class {root}" if chapters.is_class(root) else ""
        raise ClassError(f"{path} exists already; what it still needs is said by: autograder audit {exercise}{own}")
    words = {"id": exercise, "name": name, "title": name.replace("_", " ")}
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    has_section = text and exercise in {section.exercise for section in chapters.read(topic, root).sections}
    write_file(path, Template(EXERCISE).substitute(words).encode())
    if has_section:
        return (path,)
    title = topic.replace("_", " ").capitalize()
    header = text.rstrip("\n") + "\n" if text else Template(HEADER).substitute(title=title)
    write_file(page, (header + Template(SECTION).substitute(words)).encode())
    return (path, page)
