"""What all transformations ask of images and promise of them: pixels of real numbers, whose dtype is kept."""

import numpy as np

from dnnkit import _inputs


def checked(name, images):
    """Return `images` if they are finite numbers of shape (n, height, width): integers stay integers."""
    found = _inputs.array(name, images, ndim=3)
    given = np.asarray(images)
    return given if given.dtype.kind in "iu" else found


def rounded(values):
    """The nearest integers, halves away from zero, as scipy.ndimage rounds images of integers."""
    return np.trunc(values + np.copysign(values.dtype.type(0.5), values))
