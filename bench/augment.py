"""A random rotation, scale and shift for each of 1,000 images: ours, a loop over SciPy's, torch's; one thread each."""

import numpy as np
import torch
from scipy import ndimage

from dnnkit.augmentation import affine_transform

from .record import Record, one_thread, paired

GOALS = {"scipy": 1.0, "torch": 0.6}
N, HEIGHT, WIDTH = 1000, 28, 28
RUNS = 25  # short ones, so that the median has something to choose from


def run():
    """Yield the records `augment_vs_scipy` and `augment_vs_torch`, in milliseconds for all images."""
    rng = np.random.default_rng(0)
    images = rng.random((N, HEIGHT, WIDTH), dtype=np.float32)
    drawn = {
        "degrees": rng.uniform(-20, 20, N),
        "factor": rng.uniform(0.8, 1.25, N),
        "dy": rng.uniform(-3, 3, N),
        "dx": rng.uniform(-3, 3, N),
    }
    others = {"scipy": _by_scipy, "torch": _by_torch}
    with one_thread():
        for name, other in others.items():
            np.testing.assert_allclose(affine_transform(images, **drawn), other(images, **drawn), atol=1e-4)
            mine, theirs, ratio = paired(
                lambda: affine_transform(images, **drawn),
                lambda other=other: other(images, **drawn),
                runs=RUNS,
            )
            goal = GOALS[name]
            yield Record(f"augment_vs_{name}", 1e3 * mine, 1e3 * theirs, ratio, "ms", f"> {goal:g}", ratio > goal)


def _by_scipy(images, degrees, factor, dy, dx):
    cos, sin = _turn(degrees, factor)
    matrices = np.stack([np.stack([cos, sin], axis=-1), np.stack([-sin, cos], axis=-1)], axis=1)
    centre = np.array([(HEIGHT - 1) / 2, (WIDTH - 1) / 2])
    offsets = centre - np.einsum("nij,nj->ni", matrices, centre + np.stack([dy, dx], axis=-1))
    out = np.empty_like(images)
    for image, matrix, offset, target in zip(images, matrices, offsets, out):
        ndimage.affine_transform(image, matrix, offset, order=1, mode="grid-constant", output=target)
    return out


def _by_torch(images, degrees, factor, dy, dx):
    """In the coordinates of affine_grid: x before y, the image from -1 to 1 along each axis (it is square)."""
    cos, sin = _turn(degrees, factor)
    to_x, to_y = 2 / WIDTH * (sin * dy - cos * dx), -2 / HEIGHT * (cos * dy + sin * dx)
    theta = np.stack([np.stack([cos, -sin, to_x], axis=-1), np.stack([sin, cos, to_y], axis=-1)], axis=1)
    batch = torch.from_numpy(images)[:, None]
    grid = torch.nn.functional.affine_grid(torch.from_numpy(theta).float(), batch.shape, align_corners=False)
    return torch.nn.functional.grid_sample(batch, grid, padding_mode="zeros", align_corners=False)[:, 0].numpy()


def _turn(degrees, factor):
    angle = np.deg2rad(degrees)
    return np.cos(angle) / factor, np.sin(angle) / factor
