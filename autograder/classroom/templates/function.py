"""A function."""

SECTION = """
### Exercise: $title

<!-- TODO: the prompt, in plain Markdown: arguments, shapes, what is returned, an example; and the signature below -->

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

FILE = '''\
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


# TODO: the answer; or, if dnnkit has it, instead: from dnnkit.<topic> import $name as solution
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
    """The same holds for a single row, for whole numbers and for zeros."""
    for x in (rng.standard_normal((1, 5)), rng.integers(-9, 9, (3, 2)), np.zeros((2, 2))):
        close($name(x), solution(x), VALUES)


# TODO: for a phrase of each sentence of the prompt, the check that fails without it, or why none does
covers = {
    "Write $name(x)": check_values,
    "Return ...": check_values,
}


# TODO: at least three mistakes that you would make yourself, each with a sentence that would have helped you
@misconception("What was done instead, why it is wrong, and what to do.", caught_by=check_values)
def a_mistake(x):
    return -np.asarray(x)


# TODO: at least two wrong answers that are close to a mistake and must not get its name
@neighbour("what is wrong with it")
def another_mistake(x):
    return np.asarray(x) + 1


# TODO: right answers written in other ways: a loop, another library function
@alternative("how it is written")
def written_otherwise(x):
    return 1 * x
'''
