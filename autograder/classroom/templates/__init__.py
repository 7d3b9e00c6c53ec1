"""What `autograder new` writes: a chapter, and by kind an exercise's section and file, with marks (see `chapter.todo`).

Without its marks each is in form, and its solution passes; the audit then says what is not proven of it. A module a
kind, whose ``SECTION`` and ``FILE`` are filled in with the exercise's id, name and title; a test's also with the name
of the exercise that it tests.
"""

from . import class_, function, repair, test, text, value

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

KINDS = {
    "function": function,
    "class": class_,
    "value": value,
    "repair": repair,
    "test": test,
    "text": text,
}
