"""Augmentation: more training images from transformations that keep the label.

Images are (n, height, width), height counted downwards. Rotations and scales are about the centre of the image; what is
between pixels is interpolated linearly along both axes, and what is outside the image is zero. Wherever a number
describes a transformation, an array of n numbers gives each image its own.
"""

import numpy as np

from dnnkit import _inputs

_BLOCK = 2**14  # pixels worked on at a time: their coordinates, indices and neighbours stay in the processor's cache


def rotate(images, degrees):
    """Turn each image about its centre, counter-clockwise as seen.

    Parameters
    ----------
    images : array of shape (n, height, width)
    degrees : float, or array of shape (n,)
        Angle in degrees; negative is clockwise.

    Returns
    -------
    array of the shape and dtype of `images`

    Raises
    ------
    TypeError, ValueError
        As :func:`affine_transform`.

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
    """Enlarge or shrink what each image shows, about its centre; the number of pixels stays.

    Parameters
    ----------
    images : array of shape (n, height, width)
    factor : float, or array of shape (n,)
        In [0.001, 1000]; 2 shows everything twice as large, 0.5 half as large with zeros around.

    Returns
    -------
    array of the shape and dtype of `images`

    Raises
    ------
    TypeError, ValueError
        As :func:`affine_transform`.

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

    Raises
    ------
    TypeError, ValueError
        As :func:`affine_transform`.

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

    Each pixel p of the output asks where it came from. So the map is the inverse one, and no pixel is left out:

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
        Integers become float64.

    Raises
    ------
    TypeError
        If an argument is not made of real numbers.
    ValueError
        If `images` has not three axes, is empty or not finite, an array does not hold n numbers, `factor` is outside
        [0.001, 1000] or a shift is over a million pixels.

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
    images = _inputs.array("images", images, ndim=3)
    n = len(images)
    degrees = _per_image("degrees", degrees, n)
    factor = _per_image("factor", factor, n, low=1e-3, high=1e3)
    dy, dx = (_per_image(name, value, n, low=-1e6, high=1e6) for name, value in (("dy", dy), ("dx", dx)))
    return _sample(images, _inverse_map(images.shape, degrees, factor, dy, dx), np.empty(images.shape, images.dtype))


def crop(images, size, *, rng):
    """Cut a random window out of each image and enlarge it to the whole image.

    Pixels of the window are interpolated linearly along both axes; what lies outside of it has no part in the result.

    Parameters
    ----------
    images : array of shape (n, height, width)
    size : int
        Side of the window in pixels, at most the image's shorter side. All places are equally likely.
    rng : numpy.random.Generator
        Draws the place of each window.

    Returns
    -------
    array of the shape and dtype of `images`

    Raises
    ------
    TypeError
        If `images` is not made of real numbers, `size` is no integer or `rng` is no Generator.
    ValueError
        If `images` has not three axes, is empty or not finite, or `size` is below 1 or over the shorter side.

    References
    ----------
    Szegedy et al. 2015, *Going deeper with convolutions*, section 6.

    Examples
    --------
    >>> images = np.array([[[0.0, 4.0, 8.0]] * 3])
    >>> crop(images, 3, rng=np.random.default_rng(0))            # the whole image
    array([[[0., 4., 8.],
            [0., 4., 8.],
            [0., 4., 8.]]])
    >>> crop(images, 2, rng=np.random.default_rng(0))[0, 0]      # the two columns on the right, and half-way
    array([4., 6., 8.])
    """
    images, size = _with_window(images, size)
    rng = _inputs.generator(rng)
    n, *sides = images.shape
    top, left = (rng.integers(side - size + 1, size=n) for side in sides)
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))[np.arange(n), top, left]
    along_y, along_x = (_enlargement(size, side).astype(images.dtype) for side in sides)
    return along_y @ windows @ along_x.T


def cutout(images, size, *, rng):
    """Set a random square of each image to zero.

    The square's centre is any pixel, so the square may reach over the edge and take less.

    Parameters
    ----------
    images : array of shape (n, height, width)
    size : int
        Side of the square in pixels, at most the image's shorter side.
    rng : numpy.random.Generator
        Draws the place of each square.

    Returns
    -------
    array of the shape and dtype of `images`

    Raises
    ------
    TypeError, ValueError
        As :func:`crop`.

    References
    ----------
    DeVries and Taylor 2017, *Improved regularization of convolutional neural networks with cutout*.

    Examples
    --------
    >>> cutout(np.ones((1, 3, 4)), 2, rng=np.random.default_rng(0))
    array([[[1., 1., 1., 1.],
            [1., 0., 0., 1.],
            [1., 0., 0., 1.]]])
    """
    images, size = _with_window(images, size)
    rng = _inputs.generator(rng)
    n, *sides = images.shape
    inside = []
    for side in sides:
        first = rng.integers(side, size=(n, 1)) - size // 2
        place = np.arange(side) - first
        inside.append((place >= 0) & (place < size))
    rows, columns = inside
    return np.where(rows[:, :, None] & columns[:, None, :], images.dtype.type(0), images)


def augment(images, labels, *, copies, max_shift, max_degrees, rng, max_factor=1.0):
    """Add changed copies of a training set to it: each image of each copy is rotated, scaled and shifted at random.

    For training data only, after the split: a copy of a dev image in training would leak, and a changed dev set
    measures something else.

    Parameters
    ----------
    images : array of shape (n, height, width)
    labels : array of shape (n,) or (n, ...)
        Kept by the transformations, which is for the caller to see to.
    copies : int
        How many copies of the whole set; 0 adds none.
    max_shift : float
        Largest shift in pixels; dy and dx are uniform on [-max_shift, max_shift].
    max_degrees : float
        Largest angle; uniform on [-max_degrees, max_degrees].
    rng : numpy.random.Generator
        Draws a transformation of its own for each image of each copy.
    max_factor : float
        Largest factor, in [1, 1000]; its logarithm is uniform, so that as many images shrink as grow.

    Returns
    -------
    images : array of shape ((copies + 1) n, height, width)
        The originals, then one copy of the set after another, each in the order of the originals; dtype kept.
    labels : array of shape ((copies + 1) n,) or ((copies + 1) n, ...)

    Raises
    ------
    TypeError
        If an argument is of the wrong type.
    ValueError
        If `images` has not three axes, is empty or not finite, `labels` are not n, or a setting is out of its range.

    References
    ----------
    Simard, Steinkraus and Platt 2003, as for :func:`rotate`.

    Examples
    --------
    >>> images, labels = np.eye(4).reshape(2, 2, 4), np.array([7, 3])
    >>> more, y = augment(images, labels, copies=2, max_shift=1, max_degrees=10, rng=np.random.default_rng(0))
    >>> more.shape, y
    ((6, 2, 4), array([7, 3, 7, 3, 7, 3]))
    >>> np.array_equal(more[:2], images)
    True
    """
    images = _inputs.array("images", images, ndim=3)
    labels, n = np.asarray(labels), len(images)
    if labels.shape[:1] != (n,):
        raise ValueError(f"labels must have shape ({n},) or ({n}, ...), one for each image, got {labels.shape}")
    copies = _inputs.count("copies", copies, low=0)
    max_shift = _inputs.number("max_shift", max_shift, low=0, high=1e6)
    max_degrees = _inputs.number("max_degrees", max_degrees, low=0)
    max_factor = _inputs.number("max_factor", max_factor, low=1, high=1e3)
    rng = _inputs.generator(rng)
    out = np.empty((copies + 1, *images.shape), images.dtype)
    out[0] = images
    for copy in out[1:]:
        degrees, log_factor, dy, dx = rng.uniform(-1, 1, size=(4, n))
        factor = max_factor**log_factor
        _sample(images, _inverse_map(images.shape, max_degrees * degrees, factor, max_shift * dy, max_shift * dx), copy)
    return out.reshape(-1, *images.shape[1:]), np.concatenate([labels] * (copies + 1))


def _inverse_map(shape, degrees, factor, dy, dx):
    """Rows ``(a, b, c)`` such that pixel (i, j) comes from row (or column) ``a i + b j + c``; shape (2, n, 3)."""
    _, height, width = shape
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle) / factor, np.sin(angle) / factor
    y, x = (height - 1) / 2, (width - 1) / 2
    to_y, to_x = y + dy, x + dx  # where the centre goes
    rows = np.stack([cos, sin, y - cos * to_y - sin * to_x], axis=-1)
    columns = np.stack([-sin, cos, x + sin * to_y - cos * to_x], axis=-1)
    return np.stack([rows, columns])


def _sample(images, inverse, out):
    """Fill `out` with the images as seen through their inverse maps, and return it.

    Works block by block in buffers that are made once: a frame of zeros around each image stands for what is outside.
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
        corner[...] = place  # cuts the fraction off
        left[...] = corner
        place -= left
        corner[0] *= stride
        corner[0] += corner[1]
        corner[0] += first
        index[...] = corner[0]
        # A neighbour past the end of the frame has the weight zero: whatever "clip" reads there does not count.
        for offset, neighbour in ((0, top), (1, right[0]), (stride, bottom), (stride + 1, right[1])):
            flat[offset:].take(index, out=neighbour, mode="clip")
        right -= left
        right *= x
        left += right
        bottom -= top
        bottom *= y
        np.add(top, bottom, out=rows[part])
    return out


def _enlargement(size, side):
    """The matrix of shape (side, size) that interpolates `size` pixels linearly to `side` pixels."""
    place = np.clip((np.arange(side) + 0.5) * size / side - 0.5, 0, size - 1)
    return np.maximum(0, 1 - np.abs(place[:, None] - np.arange(size)))


def _per_image(name, value, n, low=-np.inf, high=np.inf):
    out = _inputs.array(name, value).astype(np.float64, copy=False)
    if out.shape not in ((), (n,)):
        raise ValueError(f"{name} must be a number or have shape ({n},), one for each image, got shape {out.shape}")
    if out.min() < low or out.max() > high:
        raise ValueError(f"{name} must be in [{low:g}, {high:g}], got values from {out.min():g} to {out.max():g}")
    return np.broadcast_to(out, (n,))


def _with_window(images, size):
    images = _inputs.array("images", images, ndim=3)
    size = _inputs.count("size", size)
    if size > min(images.shape[1:]):
        raise ValueError(f"size must be at most the images' shorter side, {min(images.shape[1:])}, got {size}")
    return images, size
