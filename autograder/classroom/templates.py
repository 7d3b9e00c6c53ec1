"""What `autograder new` writes: a chapter, and by kind an exercise's section and file, with marks (see `chapter.todo`).

Without its marks each is in form, and its solution passes; the audit then says what is not proven of it.
"""

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

FUNCTION_SECTION = """
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

FUNCTION = '''\
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

VALUE_SECTION = """
### Exercise: $title

<!-- TODO: the question, in plain Markdown: what is given, the unit, and how to round -->

What is `$name`?

```{code-cell} ipython3
:tags: [exercise]
$name = ...   # your answer here
```

```{code-cell} ipython3
:tags: [check]
check("$id", $name)
```
"""

VALUE = '''\
"""Find $title."""
# TODO: above, in one line, what is asked

from autograder.authoring import alternative, core, misconception, neighbour, number, require

# TODO: how many points; the form of an answer (number, integer, boolean, text, array, or a tuple, list or dict of them)
points = 1
returns = number

# TODO: three hints, from a first idea to all but the answer
hints = ("...", "...", "...")

# TODO: the value, or what computes it
solution = 0.5

NOT_YET = "this is not yet the value"


# TODO: how near an answer must be; its sentence tells which way or which step went wrong, and never the value
@core
def check_value($name, rng):
    """The value is right."""
    require(abs($name - solution) < 0.005, NOT_YET)


# TODO: beside a phrase of each sentence of the prompt the check that fails without it, or why none does
covers = {"What is": check_value}


# TODO: three mistakes or more that you would make yourself, each with a sentence that would have helped you
@misconception("What was done instead, why it is wrong, and what to do.", caught_by=check_value)
def a_mistake():
    return 1 - solution / 2


# TODO: two wrong answers or more that are near a mistake and must not get its name
@neighbour("what is wrong with it")
def another_mistake():
    return 2 * solution


# TODO: the value in another form, as a student may give it
@alternative("rounded")
def written_otherwise():
    return round(solution, 2)
'''

TEXT_SECTION = """
### Exercise: $title

<!-- TODO: the question, in plain Markdown; how many words an answer may have stands in the file, if not 120 -->

Why?

+++ {"tags": ["exercise"], "exercise": "$id"}

*Write your answer here (at most 120 words).*

+++
"""

TEXT = '''\
"""Say $title."""
# TODO: above, in one line, what is asked

# TODO: three hints, from a first idea to all but the answer
hints = ("...", "...", "...")

# TODO: four rows of a rubric, each with its points, which sum to those of the exercise
points = 4
rubric = (
    (1, "Says that ..."),
    (1, "Says why ..."),
    (1, "Names ..."),
    (1, "Proposes ..."),
)

# TODO: two answers as students would write them, one good and one middling, with what they get by the rubric
anchors = (
    (4, "..."),
    (2, "..."),
)

# TODO: three usual mistakes, as sentences
mistakes = ("...", "...", "...")
'''

KINDS = {"function": (FUNCTION_SECTION, FUNCTION), "value": (VALUE_SECTION, VALUE), "text": (TEXT_SECTION, TEXT)}
