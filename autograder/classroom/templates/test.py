"""A test of what another exercise of the topic asks for, judged by that exercise's right and wrong answers."""

SECTION = """
### Exercise: a test of $tested

<!-- TODO: an introduction above these lines: what goes wrong when nobody tests; the rest holds for any test -->

Write `$name($tested)`, which is given something that claims to be the `$tested` of the exercise above. It may be right,
or it may contain one of the mistakes that people make here. Call it with inputs of your choice, and `assert` what must
hold:

- if it is right, your test returns nothing. It must accept *every* right answer, even one that computes in 32-bit
  floats;
- if it is wrong, your test refuses it: an `assert` fails, anything else is raised, or False is returned.

What is right is what the exercise above says, and no more. Your test must give the same verdict every time: take random
data from a generator with a fixed seed. It may make at most 20 calls.

You get points for the share of mistakes that your test finds: at most half of the points if it refuses a right answer,
and none if it refuses the course's own.

```{code-cell} ipython3
:tags: [exercise]
def $name($tested):
    \"\"\"Return nothing if `$tested` is right, fail if it is wrong.\"\"\"
    ...   # your code here
```

```{code-cell} ipython3
:tags: [check]
check("$id", $name)
```
"""

FILE = '''\
"""Write a test that tells right implementations of $tested from wrong ones."""

import numpy as np

from autograder.authoring import alternative, lazy

tests = "$tested"

# TODO: how many points; if 20 calls are too few or too many, also: most_calls = ...
points = 3

# TODO: three hints, from a first idea to all but the answer
hints = ("...", "...", "...")


# TODO: a test that accepts each right answer to $tested and refuses each wrong one; it may use np
def solution($tested):
    assert callable($tested), "..."


# TODO: good tests written in other ways, such as one that returns True or False
@alternative("how it is written")
def written_otherwise($tested):
    return callable($tested)


# TODO: at least two tests that look at too little, and must earn next to nothing
@lazy("It accepts whatever it is given.")
def looks_at_nothing($tested):
    pass
'''
