"""Small exercises as text, for tests that need one with a known fault."""

GOOD = '''"""Double the numbers."""
import numpy as np
from autograder.authoring import alternative, array, close, equal, hidden, misconception, require

def solution(x, *, times=2):
    return x * times

points = 4
returns = array
hints = ("one", "two", "three")

def check_doubles(double, rng):
    """Each number is doubled."""
    x = rng.standard_normal(4)
    close(double(x), 2 * x, "each number must be doubled")

def check_keeps_its_input(double, rng):
    """The input stays as it was."""
    x = rng.standard_normal(4)
    before = x.copy()
    out = double(x)
    close(x, before, "the input must not be changed")
    close(out, 2 * x, "each number must be doubled")

@hidden
def check_uses_times(double, rng):
    """Times is used."""
    x = rng.standard_normal(3)
    close(double(x, times=3), 3 * x, "times must be used")

@misconception("Squaring is not doubling.", caught_by=check_doubles)
def squared(x, *, times=2):
    return x**times

@misconception("The input is overwritten.", caught_by=check_keeps_its_input, worth=0.7)
def in_place(x, *, times=2):
    x *= times
    return x

@misconception("The factor is written out.", caught_by=check_uses_times, worth=0.7)
def fixed(x, *, times=2):
    return 2 * x

@alternative("a loop")
def loop(x, *, times=2):
    return [times * v for v in x]
'''


CHAPTER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
# Toys

```{code-cell} ipython3
:tags: [setup]
from autograder import check, hint
```

```{code-cell} ipython3
claim("It holds.", [1, 2, 3, 4, 5], "> 0")
```

### Exercise: double

Write `double(x)`, which returns each number of `x` times *two*.

```{code-cell} ipython3
:tags: [exercise]
def double(x, *, times=2): # starter
    ...   # your code here
```

```{code-cell} ipython3
:tags: [check]
check("toys/double", double)
```
"""


def write(root, name="double", text=GOOD, topic="toys"):
    """Write an exercise below `root` and return its id."""
    folder = root / topic
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return f"{topic}/{name}"


BEST = '''"""Remember the parameters of the smallest error."""
import numpy as np
from autograder.authoring import alternative, anything, boolean, close, hidden, instance, misconception, require

class solution:
    def __init__(self, start=np.inf):
        self.error, self.best, self._secret = start, None, 7
    def update(self, error, params):
        better = error < self.error
        if better:
            self.error, self.best = error, [p.copy() for p in params]
        return better

points = 4
returns = instance(update=boolean, best=anything)
hints = ("one", "two", "three")

def check_remembers(best, rng):
    """The best parameters are remembered."""
    made, params = best(), [rng.standard_normal(3)]
    made.update(0.5, params)
    kept = params[0].copy()
    params[0] += 1
    made.update(0.6, params)
    close(made.best[0], kept, "the best parameters must be kept as they were")

@hidden
def check_says_so(best, rng):
    """It is said whether an error is better."""
    require(best().update(0.5, [rng.standard_normal(2)]), "a smaller error must be better")

@misconception("A reference is kept. Copy the arrays.", caught_by=check_remembers)
class keeps_a_reference(solution):
    def update(self, error, params):
        better = error < self.error
        if better:
            self.error, self.best = error, list(params)
        return better

@misconception("The last parameters are kept.", caught_by=check_remembers)
class keeps_the_last(solution):
    def update(self, error, params):
        self.best = [p.copy() for p in params]
        return super().update(error, params)

@misconception("The parameters are changed. Leave them alone.", caught_by=check_remembers)
class changes_them(solution):
    def update(self, error, params):
        for p in params:
            p *= 0
        return super().update(error, params)

@alternative("with a property")
class with_a_property(solution):
    def __init__(self, start=np.inf):
        self._error, self._best = start, None
    best = property(lambda self: self._best)
    error = property(lambda self: self._error, lambda self, error: None)
    def update(self, error, params):
        if error >= self._error:
            return False
        self._error, self._best = error, [np.array(p) for p in params]
        return True
'''

NOISY = '''"""Add noise."""
import numpy as np
from autograder.authoring import alternative, array, close, default_rng, hidden, misconception, require

def solution(x, *, rng):
    return x + rng.standard_normal(x.shape)

points = 2
returns = array
hints = ("one", "two", "three")

def check_adds_noise(noisy, rng):
    """Noise is added."""
    x = rng.standard_normal(50)
    before = x.copy()
    require((noisy(x, rng=default_rng(1)) != x).all(), "noise must be added")
    close(x, before, "the input must not be changed")

@hidden
def check_spread(noisy, rng):
    """The noise has variance 1."""
    require(0.5 < noisy(np.zeros(500), rng=default_rng(rng.integers(9))).std() < 2, "the noise must have variance 1")

@misconception("Nothing is added.", caught_by=check_adds_noise)
def silent(x, *, rng):
    return x

@misconception("The input is changed. Make a new array.", caught_by=check_adds_noise)
def in_place(x, *, rng):
    x += rng.standard_normal(x.shape)
    return x

@misconception("The noise comes from elsewhere.", caught_by=check_adds_noise)
def from_nowhere(x, *, rng):
    return x + default_rng().standard_normal(x.shape)

@misconception("The noise comes from NumPy's global generator.", caught_by=check_adds_noise)
def from_the_global_one(x, *, rng):
    return x + np.random.standard_normal(x.shape)

@alternative("drawn one by one")
def one_by_one(x, *, rng):
    return x + np.array([rng.standard_normal() for _ in range(x.size)]).reshape(x.shape)
'''

TEST = '''"""Test it."""
import numpy as np
from autograder.authoring import lazy

tests = "{tested}"
points = 4
hints = ("one", "two", "three")

def solution(specimen):
    {solution}

@lazy("It is only called.")
def calls(specimen):
    specimen

@lazy("It is only asked whether it can be called.")
def asks(specimen):
    return callable(specimen)
'''
