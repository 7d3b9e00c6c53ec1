"""Rotated, scaled and shifted images."""

import numpy as np

from dnnkit import _inputs
from dnnkit.augmentation.images import checked, rounded

_BLOCK = 2**14  # pixels worked on at a time: their coordinates, indices and neighbours stay in the processor's cache


def rotate(images, degrees):
    """Turn each image about its centre, counter-clockwise as displayed.

    Parameters
    ----------
    images : array of shape (n, height, width)
    degrees : float, or array of shape (n,)
        Angle in degrees; negative is clockwise.

    Returns
    -------
    array of the shape and dtype of `images`

    References
    ----------
    Simard, Steinkraus and Platt 2003, *Best practices for convolutional neural networks applied to visual document
    analysis*.

    Examples
    --------
    >>> rotate(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 90).round(9)
    array([[[2., 4.],
            [1., 3.]]])
    """
    return affine_transform(images, degrees=degrees)


def scale(images, factor):
    """Enlarge or shrink what each image shows, about its centre; the number of pixels stays the same.

    Parameters
    ----------
    images : array of shape (n, height, width)
    factor : float, or array of shape (n,)
        In [0.001, 1000]; 2 shows everything twice as large, 0.5 half as large with zeros around.

    Returns
    -------
    array of the shape and dtype of `images`

    References
    ----------
    Simard, Steinkraus and Platt 2003, as for :func:`rotate`.

    Examples
    --------
    >>> scale(np.array([[[0.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 0.0, 0.0]]]), 2)
    array([[[2., 4., 2.],
            [4., 8., 4.],
            [2., 4., 2.]]])
    """
    return affine_transform(images, factor=factor)


def shift(images, dy, dx):
    """Move each image down by `dy` and to the right by `dx` pixels; zeros come in, nothing wraps around.

    Parameters
    ----------
    images : array of shape (n, height, width)
    dy, dx : float, or array of shape (n,)
        In pixels; negative is up and to the left, and a fraction interpolates.

    Returns
    -------
    array of the shape and dtype of `images`

    References
    ----------
    Simard, Steinkraus and Platt 2003, as for :func:`rotate`.

    Examples
    --------
    >>> shift(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 1, 0)
    array([[[0., 0.],
            [1., 2.]]])
    >>> shift(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 0, [-0.5])
    array([[[1.5, 1. ],
            [3.5, 2. ]]])
    """
    return affine_transform(images, dy=dy, dx=dx)


def affine_transform(images, *, degrees=0.0, factor=1.0, dy=0.0, dx=0.0):
    r"""Scale and rotate each image about its centre and then shift it, all in one interpolation.

    Each output pixel p asks where it came from, so the map is the inverse one and no pixel is left out:

    .. math:: q = \frac1f
        \begin{pmatrix} \cos\theta & \sin\theta \\ -\sin\theta & \cos\theta \end{pmatrix} (p - c - d) + c

    with (row, column) pairs p, q, centre c, shift d = (dy, dx), angle θ and factor f. The output is the image at q,
    interpolated between the four pixels around it.

    Parameters
    ----------
    images : array of shape (n, height, width)
    degrees, factor, dy, dx : float, or array of shape (n,)
        As for :func:`rotate`, :func:`scale` and :func:`shift`.

    Returns
    -------
    array of the shape and dtype of `images`
        Integers are rounded to the nearest, halves away from zero.

    References
    ----------
    Jaderberg et al. 2015, *Spatial transformer networks*, section 3.3 (the bilinear kernel).

    Examples
    --------
    >>> image = np.zeros((1, 3, 4))
    >>> image[0, 0, 1] = 1.0
    >>> affine_transform(image, degrees=180, dx=[1]).round(9)
    array([[[0., 0., 0., 0.],
            [0., 0., 0., 0.],
            [0., 0., 0., 1.]]])
    """
    images = checked("images", images)
    n = len(images)
    degrees = _per_image("degrees", degrees, n)
    factor = _per_image("factor", factor, n, low=1e-3, high=1e3)
    dy, dx = (_per_image(name, value, n, low=-1e6, high=1e6) for name, value in (("dy", dy), ("dx", dx)))
    return sample(images, inverse_map(images.shape, degrees, factor, dy, dx), np.empty(images.shape, images.dtype))


def inverse_map(shape, degrees, factor, dy, dx):
    """Rows ``(a, b, c)`` such that pixel (i, j) comes from row (or column) ``a i + b j + c``; shape (2, n, 3)."""
    _, height, width = shape
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle) / factor, np.sin(angle) / factor
    y, x = (height - 1) / 2, (width - 1) / 2
    to_y, to_x = y + dy, x + dx  # where the centre goes
    rows = np.stack([cos, sin, y - cos * to_y - sin * to_x], axis=-1)
    columns = np.stack([-sin, cos, x + sin * to_y - cos * to_x], axis=-1)
    return np.stack([rows, columns])


def sample(images, inverse, out):
    """Fill `out` with the images as seen through their inverse maps, and return it.

    Works block by block in buffers allocated once; a frame of zeros around each image represents everything outside.
    """
    n, height, width = images.shape
    block, stride = min(n, max(1, _BLOCK // (height * width))), width + 2
    dtype = np.result_type(images, np.float32)
    framed = np.zeros((block, height + 2, stride), dtype)
    flat = framed.reshape(-1)
    first = np.arange(0, flat.size, framed[0].size, dtype=np.int32)[:, None]
    grid = np.stack([*np.indices((height, width)).reshape(2, -1), np.ones(height * width)]).astype(dtype)
    inverse = (inverse + [0, 0, 1]).astype(dtype)  # the frame moves everything by a pixel
    last = np.array([height + 1, width + 1], dtype)[:, None, None]
    place, left, right = np.empty((3, 2, block, height * width), dtype)
    (y, x), (top, bottom) = place, left
    corner, index = np.empty(place.shape, np.int32), np.empty(y.shape, np.intp)
    rows = out.reshape(n, -1)

    for start in range(0, n, block):
        part = slice(min(start, n - block), min(start, n - block) + block)  # the last block overlaps the one before
        framed[:, 1:-1, 1:-1] = images[part]
        np.matmul(inverse[:, part], grid, out=place)
        np.clip(place, dtype.type(0), last, out=place)
        corner[...] = place  # cuts off the fraction
        left[...] = corner
        place -= left
        corner[0] *= stride
        corner[0] += corner[1]
        corner[0] += first
        index[...] = corner[0]
        # A neighbour past the end of the frame has weight zero: whatever "clip" reads there does not count.
        for offset, neighbour in ((0, top), (1, right[0]), (stride, bottom), (stride + 1, right[1])):
            flat[offset:].take(index, out=neighbour, mode="clip")
        right -= left
        right *= x
        left += right
        bottom -= top
        bottom *= y
        top += bottom
        rows[part] = top if rows.dtype.kind == "f" else rounded(top)
    return out


def _per_image(name, value, n, low=-np.inf, high=np.inf):
    out = _inputs.array(name, value).astype(np.float64, copy=False)
    if out.shape not in ((), (n,)):
        raise ValueError(f"{name} must be a number or have shape ({n},), one for each image, got shape {out.shape}")
    if out.min() < low or out.max() > high:
        raise ValueError(f"{name} must be in [{low:g}, {high:g}], got values from {out.min():g} to {out.max():g}")
    return np.broadcast_to(out, (n,))
