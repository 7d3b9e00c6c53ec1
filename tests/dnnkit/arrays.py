"""What tests of several topics look at in the same way."""

import numpy as np


def every_array_of(answer):
    if isinstance(answer, np.ndarray):
        yield answer
    elif isinstance(answer, tuple | list):
        for part in answer:
            yield from every_array_of(part)
    else:
        yield from every_array_of([v for v in vars(answer).values() if not isinstance(v, bool)])
