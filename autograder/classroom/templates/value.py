"""A value: a number, a text, an array, or several in a tuple, list or dict."""

SECTION = """
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

FILE = '''\
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


# TODO: how close an answer must be; its sentence tells which way or which step went wrong, never the value
@core
def check_value($name, rng):
    """The value is right."""
    require(abs($name - solution) < 0.005, NOT_YET)


# TODO: for a phrase of each sentence of the prompt, the check that fails without it, or why none does
covers = {"What is": check_value}


# TODO: at least three mistakes that you would make yourself, each with a sentence that would have helped you
@misconception("What was done instead, why it is wrong, and what to do.", caught_by=check_value)
def a_mistake():
    return 1 - solution / 2


# TODO: at least two wrong answers that are close to a mistake and must not get its name
@neighbour("what is wrong with it")
def another_mistake():
    return 2 * solution


# TODO: the value in another form, as a student may give it
@alternative("rounded")
def written_otherwise():
    return round(solution, 2)
'''
