"""A class, whose objects remember something between calls."""

SECTION = """
### Exercise: $title

<!-- TODO: the prompt, in plain Markdown: each method's arguments, what it returns, an example; and the class below -->

Write the class `$name`. `update(x)` takes in a number. `value()` returns ...

```{code-cell} ipython3
:tags: [exercise]
class $name:
    \"\"\"...\"\"\"

    def __init__(self):
        \"\"\"Begin with ...\"\"\"
        ...   # your code here

    def update(self, x):
        \"\"\"Take in a number.\"\"\"
        ...   # your code here

    def value(self):
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

from autograder.authoring import (
    alternative,
    close,
    core,
    hidden,
    ignored,
    instance,
    misconception,
    neighbour,
    number,
)

# TODO: how many points; for each public method or attribute, the form of what it returns (ignored: nothing)
points = 4
returns = instance(update=ignored, value=number)

# TODO: three hints, from a first idea to all but the answer
hints = ("...", "...", "...")

VALUE = "the value must be that of ..."
APART = "two objects must share nothing"


# TODO: the answer; or, if dnnkit has it, instead: from dnnkit.<topic> import $name as solution
class solution:
    def __init__(self):
        self.total = 0.0

    def update(self, x):
        self.total += x

    def value(self):
        return self.total


# TODO: the core check compares with the solution on generic inputs; its sentences, like VALUE, are constant
@core
def check_values($name, rng):
    """The value is right after each of several calls, and when it is asked for twice."""
    asked, right = $name(), solution()
    for x in rng.standard_normal(5).tolist():
        asked.update(x)
        right.update(x)
        close(asked.value(), right.value(), VALUE)
        close(asked.value(), right.value(), VALUE)


# TODO: whatever the class is, its objects share nothing; then a check for each further property of the prompt
def check_two_objects($name, rng):
    """One object knows nothing of another."""
    one, other, right = $name(), $name(), solution()
    one.update(2.5)
    other.update(-7.0)
    right.update(2.5)
    close(one.value(), right.value(), APART)


# TODO: hidden, the same properties on other inputs
@hidden(like=check_values)
def check_other_inputs($name, rng):
    """The same holds for one number alone, for whole numbers and for zero."""
    for numbers in ([2.5], [3, -4], [0.0, 0.0]):
        asked, right = $name(), solution()
        for x in numbers:
            asked.update(x)
            right.update(x)
        close(asked.value(), right.value(), VALUE)


# TODO: for a phrase of each sentence of the prompt and the docstrings, the check that fails without it, or why none
covers = {
    "Write the class $name": check_values,
    "takes in a number": check_values,
    "value() returns ...": check_values,
    "...": "an introduction",
    "Begin with ...": check_two_objects,
    "Take in a number": check_values,
    "Return ...": check_values,
}


# TODO: at least three mistakes that you would make yourself, each with a sentence that would have helped you
@misconception("What was done instead, why it is wrong, and what to do.", caught_by=check_values)
class AMistake(solution):
    def value(self):
        return -self.total


# TODO: at least two wrong answers that are close to a mistake and must not get its name
@neighbour("what is wrong with it")
class AnotherMistake(solution):
    def value(self):
        return self.total + 1


# TODO: right answers written in other ways
@alternative("how it is written")
class WrittenOtherwise:
    def __init__(self):
        self.seen = []

    def update(self, x):
        self.seen.append(x)

    def value(self):
        return sum(self.seen)
'''
