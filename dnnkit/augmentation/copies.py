"""A training set that grows by changed copies of itself."""

import numpy as np

from dnnkit import _inputs
from dnnkit.augmentation import transforms
from dnnkit.augmentation.images import checked


def augment(images, labels, *, copies, max_shift, max_degrees, rng, max_factor=1.0):
    """Add changed copies of a training set to it: each image of each copy is rotated, scaled and shifted at random.

    For training data only, after the split: a copy of a dev image in training would leak, and a changed dev set
    measures something else.

    Parameters
    ----------
    images : array of shape (n, height, width)
    labels : array of shape (n,) or (n, ...)
        Assumed to survive the transformations, which is up to the caller to ensure.
    copies : int
        How many copies of the whole set; 0 adds none.
    max_shift : float
        Largest shift in pixels; dy and dx are uniform on [-max_shift, max_shift].
    max_degrees : float
        Largest angle; uniform on [-max_degrees, max_degrees].
    rng : numpy.random.Generator
        Draws a separate transformation for each image of each copy.
    max_factor : float
        Largest factor, in [1, 1000]; its logarithm is uniform, so that as many images shrink as grow.

    Returns
    -------
    images : array of shape ((copies + 1) n, height, width)
        The originals, then one copy of the set after another, each in the order of the originals; dtype kept.
    labels : array of shape ((copies + 1) n,) or ((copies + 1) n, ...)

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
    images = checked("images", images)
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
        transforms.sample(
            images,
            transforms.inverse_map(images.shape, max_degrees * degrees, factor, max_shift * dy, max_shift * dx),
            copy,
        )
    return out.reshape(-1, *images.shape[1:]), np.concatenate([labels] * (copies + 1))
