"""What `autograder new` writes: a chapter, and by kind an exercise's section and file, with marks (see `chapter.todo`).

Without its marks, each is well formed and its solution passes; the audit then says what is not yet proven of it. There
is one module per kind, whose ``SECTION`` and ``FILE`` are filled in with the exercise's id, name and title, and for a
test also with the name of the exercise that it tests.
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

<!-- TODO: a title above, and in the cell below whatever must run before the exercises -->

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
