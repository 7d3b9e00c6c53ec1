"""What all transformations ask of images and promise in return: pixels are real numbers, and their dtype is kept."""

import numpy as np

from dnnkit import _inputs


def checked(name, images):
    """Return `images` if they are finite numbers of shape (n, height, width): integers stay integers."""
    found = _inputs.array(name, images, ndim=3)
    given = np.asarray(images)
    return given if given.dtype.kind in "iu" else found


def rounded(values):
    """Round to the nearest integers, halves away from zero, as scipy.ndimage does for integer images."""
    return np.trunc(values + np.copysign(values.dtype.type(0.5), values))
