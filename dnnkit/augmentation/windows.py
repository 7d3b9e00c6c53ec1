"""Windows of images, cut out, removed, or pasted into another image."""

import numpy as np

from dnnkit import _inputs
from dnnkit.augmentation.images import checked, rounded


def crop(images, size, *, rng):
    """Cut a random window out of each image and enlarge it to the whole image.

    Pixels of the window are interpolated linearly along both axes; pixels outside it play no part in the result.

    Parameters
    ----------
    images : array of shape (n, height, width)
    size : int
        Side of the window in pixels, at most the image's shorter side. All positions are equally likely.
    rng : numpy.random.Generator
        Draws the position of each window.

    Returns
    -------
    array of the shape and dtype of `images`
        Integers are rounded to the nearest, halves away from zero.

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
    along_y, along_x = (_enlargement(size, side).astype(np.result_type(images, np.float32)) for side in sides)
    out = along_y @ windows @ along_x.T
    return out if images.dtype.kind == "f" else rounded(out).astype(images.dtype)


def cutout(images, size, *, rng):
    """Set a random square of each image to zero.

    The square's centre may be any pixel, so the square may extend past the edge and cover less.

    Parameters
    ----------
    images : array of shape (n, height, width)
    size : int
        Side of the square in pixels, at most the image's shorter side.
    rng : numpy.random.Generator
        Draws the position of each square.

    Returns
    -------
    array of the shape and dtype of `images`

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


def cutmix_labels(y, partners, boxes, *, shape, classes):
    r"""Soft labels of images into which a rectangle from another image of the batch was pasted.

    .. math:: t_i = (1 - s_i)\, e_{y_i} + s_i\, e_{y_{p_i}}, \qquad
        s_i = \frac{\text{pasted pixels}}{\text{height} \cdot \text{width}}

    The share s is that of the pixels actually pasted: of a rectangle that extends past the edge only the part inside
    counts, not the share that was intended when it was drawn.

    Parameters
    ----------
    y : integer array of shape (n,)
        The images' own classes.
    partners : integer array of shape (n,)
        For each image, the position in the batch of the image that its pasted pixels come from.
    boxes : integer array of shape (n, 4)
        Top, left, height and width of each rectangle, in pixels; it may lie partly or wholly outside.
    shape : tuple of int
        Height and width of the images.
    classes : int

    Returns
    -------
    float64 array of shape (n, classes)
        Rows are non-negative and sum to 1.

    References
    ----------
    Yun et al. 2019, *CutMix: regularization strategy to train strong classifiers with localizable features*.

    Examples
    --------
    >>> cutmix_labels([0, 2], [1, 0], [[0, 0, 2, 4], [3, 3, 2, 2]], shape=(4, 4), classes=3)
    array([[0.5   , 0.    , 0.5   ],
           [0.0625, 0.    , 0.9375]])
    """
    classes = _inputs.count("classes", classes, low=2)
    y = _inputs.labels("y", y, classes=classes)
    partners = _inputs.indices("partners", partners, size=len(y))
    if len(partners) != len(y):
        raise ValueError(f"partners must hold one position for each of {len(y)} images, got {len(partners)}")
    height, width = (_inputs.count(f"shape[{axis}]", side) for axis, side in enumerate(shape))
    boxes = np.asarray(boxes)
    if boxes.dtype.kind not in "iu" or boxes.shape != (len(y), 4):
        raise ValueError(f"boxes must be integers of shape ({len(y)}, 4), got dtype {boxes.dtype}, shape {boxes.shape}")
    if boxes[:, 2:].min() < 0:
        raise ValueError(f"boxes must have non-negative sides, got {boxes[:, 2:].min()}")
    first, sides = boxes[:, :2].astype(np.int64), np.array([height, width])
    inside = np.clip(first + boxes[:, 2:], 0, sides) - np.clip(first, 0, sides)
    share = (inside.prod(axis=1) / (height * width))[:, None]
    own = np.eye(classes)[y]
    return (1 - share) * own + share * own[partners]


def _enlargement(size, side):
    """The matrix of shape (side, size) that interpolates `size` pixels linearly to `side` pixels."""
    place = np.clip((np.arange(side) + 0.5) * size / side - 0.5, 0, size - 1)
    return np.maximum(0, 1 - np.abs(place[:, None] - np.arange(size)))


def _with_window(images, size):
    images = checked("images", images)
    size = _inputs.count("size", size)
    if size > min(images.shape[1:]):
        raise ValueError(f"size must be at most the images' shorter side, {min(images.shape[1:])}, got {size}")
    return images, size
