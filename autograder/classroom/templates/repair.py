"""A repair: what the student starts from is given, and wrong."""

SECTION = """
### Exercise: repair $title

<!-- TODO: the prompt: what the code should do, what shows that it does not, and what may be changed; the code below -->

`$name(x)` is to return ... It does not. Repair it.

```{code-cell} ipython3
:tags: [exercise]
def $name(x):
    \"\"\"Return ...\"\"\"
    return x + 2
```

```{code-cell} ipython3
:tags: [check]
check("$id", $name)
```
"""

FILE = '''\
"""Repair $title."""
# TODO: above, in one line, what is asked

import numpy as np

from autograder.authoring import alternative, array, close, core, hidden, misconception, neighbour

# TODO: how many points; the form of an answer (array, number, integer, boolean, text, or a tuple or list of them)
points = 2
returns = array

# TODO: three hints, from where to look to all but the answer
hints = ("...", "...", "...")

VALUES = "the values must be those of ..."


# TODO: what the student starts from, the same as in the chapter; settings to repair are a dict: given = {...}
def given(x):
    """Return ..."""
    return x + 2


# TODO: one repair of it; of settings, a dict too: solution = {...}
def solution(x):
    return x + 1


# TODO: the core check compares with the solution where what was given is wrong
@core
def check_repaired($name, rng):
    """The values are right for a generic input."""
    x = rng.standard_normal((4, 3))
    close($name(x), solution(x), VALUES)


# TODO: a check for what was right already and must stay so; then, hidden, the same properties on other inputs
@hidden(like=check_repaired)
def check_other_inputs($name, rng):
    """The same holds for a single row, for whole numbers and for zeros."""
    for x in (rng.standard_normal((1, 5)), rng.integers(-9, 9, (3, 2)), np.zeros((2, 2))):
        close($name(x), solution(x), VALUES)


# TODO: for a phrase of each sentence of the prompt, the check that fails without it, or why none does
covers = {
    "$name(x) is to return ...": check_repaired,
    "It does not": "an introduction",
    "Repair it": check_repaired,
    "Return ...": check_repaired,
}


# TODO: at least three repairs that fix nothing, or fix one thing and break another, each with a sentence that helps
@misconception("What was changed, why that does not fix it, and where to look.", caught_by=check_repaired)
def a_mistake(x):
    return x - 2


# TODO: at least two wrong repairs that are close to a mistake and must not get its name
@neighbour("what is wrong with it")
def another_mistake(x):
    return 2 * x


# TODO: other repairs that are right
@alternative("how it is written")
def repaired_otherwise(x):
    return 1 + np.asarray(x)
'''
