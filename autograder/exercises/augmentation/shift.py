"""Move images by whole pixels: what leaves is lost, and zeros come in."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)

points = 2
returns = array
hints = (
    "Start from an array of zeros and copy into it the part of each image that is still to be seen.",
    "With dy = 1 and dx = 0 rows 1 to the last of the result are rows 0 to the last but one of the image. And with dy "
    "= -1?",
    "Instead of four cases of slices: put each image into the middle of a frame of zeros that is wide enough, and cut "
    "the result out at another place.",
)

MOVED = "row i and column j of the result must be row i - dy and column j - dx of the image"
SHAPE = "the result must have the shape of the images"
EMPTY = "where no pixel of the image lands there must be zero"
STAYS = "with dy = 0 and dx = 0 the result must be the images"
LOST = "where pixels of the image land there must be something"
GONE = "an image that is moved by its own height or width, or more, must leave nothing but zeros"
IN_PLACE = "images must not be changed in place"
WRAPPED = "what leaves the image on one side comes in on the other"


def solution(images, dy, dx):
    """Move all images down by `dy` and to the right by `dx` pixels."""
    _, height, width = images.shape
    out = np.zeros_like(images)
    rows, columns = np.arange(height) - dy, np.arange(width) - dx
    i, j = (np.flatnonzero((k >= 0) & (k < side)) for k, side in ((rows, height), (columns, width)))
    out[:, i[:, None], j] = images[:, rows[i][:, None], columns[j]]
    return out


@core
@weight(3)
def check_moves(shift, rng):
    """Each pixel moves down by dy and to the right by dx, and negative numbers move it up and to the left."""
    images = rng.uniform(1, 2, (3, 6, 8))
    for dy, dx in ((1, 2), (-2, 1), (2, -3), (-1, -2)):
        found = shift(images, dy, dx)
        equal(found.shape, images.shape, SHAPE)
        rows, columns = _inside(6, dy), _inside(8, dx)
        expected = solution(images, dy, dx)
        close(found[:, rows, columns], expected[:, rows, columns], MOVED)


@weight(2)
def check_zeros_come_in(shift, rng):
    """Where no pixel lands there is zero: nothing wraps around, and no edge is repeated."""
    images = rng.uniform(1, 2, (2, 5, 7))
    for dy, dx in ((1, 0), (0, 2), (-2, -1), (0, -1)):
        found = shift(images, dy, dx)
        equal(found.shape, images.shape, SHAPE)
        require(not np.allclose(found, np.roll(images, (dy, dx), axis=(1, 2))), WRAPPED)
        require((found != 0).any(), LOST)
        require((found[solution(images, dy, dx) == 0] == 0).all(), EMPTY)


def check_nought_and_far(shift, rng):
    """A move of 0 leaves an image as it is, and a move as long as the image, or longer, leaves nothing."""
    images = rng.uniform(1, 2, (2, 4, 6))
    found = shift(images, 0, 0)
    equal(found.shape, images.shape, SHAPE)
    close(found, images, STAYS)
    for dy, dx in ((4, 0), (0, -6), (9, 1), (-5, -8), (5, 0), (0, 8)):
        found = shift(images, dy, dx)
        equal(found.shape, images.shape, SHAPE)
        require((found == 0).all(), GONE)


@hidden(like=(check_moves, check_zeros_come_in, check_nought_and_far))
def check_other_images(shift, rng):
    """The same holds for whole numbers, one image, one row, and other moves."""
    for images, dy, dx in (
        (rng.integers(1, 250, (1, 9, 4)), 3, 3),
        (rng.uniform(1, 2, (4, 1, 7)), 0, -6),
        (rng.uniform(1, 2, (2, 7, 7)).astype(np.float32), -6, 6),
        (rng.uniform(1, 2, (2, 3, 3)), -1, 0),
        (rng.uniform(1, 2, (2, 3, 5)), 3, 0),
        (rng.uniform(1, 2, (2, 3, 5)), 4, 0),
    ):
        found = shift(images, dy, dx)
        equal(found.shape, images.shape, SHAPE)
        close(found, solution(images, dy, dx), MOVED)


covers = {
    "Write `shift(images, dy, dx)`": check_moves,
    "an array of shape (n, height, width)": check_moves,
    "whole numbers of pixels": check_moves,
    "`dy` down and `dx` to the right": check_moves,
    "negative numbers move up and to the left": check_moves,
    "may be 0, or as large as the image or larger": check_nought_and_far,
    "What is moved over an edge is lost, and zeros come in on the other side": (
        check_zeros_come_in,
        check_nought_and_far,
    ),
    "Return an array of the shape of `images`": check_moves,
    "Leave `images` as they are": "the judge looks at every argument after each call",
    "For example": "the example, by hand",
    "Move all images down by": check_moves,
}


def _inside(side, move):
    """The rows, or columns, into which something moves."""
    return slice(max(move, 0), side + min(move, 0))


@misconception(
    "What leaves on one side comes in on the other, as with `np.roll`. A digit that is moved to the right then has its "
    "right edge on the left, which no scanner does: fill what comes in with zeros.",
    caught_by=check_zeros_come_in,
    worth=0.65,
    said_by=WRAPPED,
)
def rolled(images, dy, dx):
    return np.roll(images, (dy, dx), axis=(1, 2))


@misconception(
    "The images move in the opposite direction: up and to the left where the numbers are positive. Rows are counted "
    "downwards, so what was in row i ends up in row i + dy.",
    caught_by=check_moves,
)
def opposite(images, dy, dx):
    return solution(images, -dy, -dx)


@misconception(
    "dy and dx are swapped. The first axis of an image is its rows: dy moves along them, down.",
    caught_by=check_moves,
)
def axes_swapped(images, dy, dx):
    return solution(images, dx, dy)


@misconception(
    "Up and down are the wrong way round: with a positive dy the images move up, as on a page of mathematics. Rows are "
    "counted from the top.",
    caught_by=check_moves,
)
def up_is_positive(images, dy, dx):
    return solution(images, -dy, dx)


@misconception(
    "Left and right are the wrong way round: with a positive dx the images move to the left.",
    caught_by=check_moves,
)
def left_is_positive(images, dy, dx):
    return solution(images, dy, -dx)


@misconception(
    "The edge is stretched: its pixels are repeated where nothing comes in. Outside the image there is paper, which is "
    "0.",
    caught_by=check_zeros_come_in,
    worth=0.65,
)
def edge_repeated(images, dy, dx):
    _, height, width = images.shape
    rows = np.clip(np.arange(height) - dy, 0, height - 1)
    columns = np.clip(np.arange(width) - dx, 0, width - 1)
    return images[:, rows[:, None], columns]


@misconception(
    "The batch is moved too: an axis was forgotten, and dy moves along the images of the batch, dx along their rows. "
    "Height and width are axes 1 and 2.",
    caught_by=check_moves,
)
def batch_moved(images, dy, dx):
    return solution(images.transpose(2, 0, 1), dy, dx).transpose(1, 2, 0)


@misconception(
    "A move that is longer than the image brings something back, or ends in an error. Perhaps a slice was given a "
    "negative number, which counts from the end. Such an image has left: nothing but zeros remains.",
    caught_by=check_nought_and_far,
    worth=0.85,
)
def far_comes_back(images, dy, dx):
    _, height, width = images.shape
    return solution(images, np.sign(dy) * (abs(dy) % height), np.sign(dx) * (abs(dx) % width))


@same_mistake_as(far_comes_back)
def far_is_an_error(images, dy, dx):
    _, height, width = images.shape
    out = np.zeros_like(images)
    part = images[:, max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)]
    out[:, max(dy, 0) :, max(dx, 0) :][:, : part.shape[1], : part.shape[2]] = part
    return out


@misconception(
    "The images that came in are overwritten (`images[...] = ...`). The caller still needs them: make a new array.",
    caught_by=check_zeros_come_in,
    worth=0.75,
    said_by=IN_PLACE,
)
def in_place(images, dy, dx):
    images[...] = solution(images, dy, dx)
    return images


@misconception(
    "A slice with a 0 in it blanks too much: `out[:, 0:] = 0` is all of an image. When dy or dx is 0, nothing should "
    "be blanked along that axis.",
    caught_by=check_nought_and_far,
    worth=0.65,
)
def all_blank_at_nought(images, dy, dx):
    out = np.roll(images, (dy, dx), axis=(1, 2))
    out[:, slice(0, dy) if dy > 0 else slice(dy, None)] = 0
    out[:, :, slice(0, dx) if dx > 0 else slice(dx, None)] = 0
    return out


@same_mistake_as(all_blank_at_nought)
def all_blank_without_dx(images, dy, dx):
    out = np.roll(images, (dy, dx), axis=(1, 2))
    out[:, slice(0, dy) if dy >= 0 else slice(dy, None)] = 0
    out[:, :, slice(0, dx) if dx > 0 else slice(dx, None)] = 0
    return out


@misconception(
    "The wrong side is blanked: an image that moves down leaves its first rows empty, not its last. What `np.roll` has "
    "wrapped around is still there.",
    caught_by=check_zeros_come_in,
)
def wrong_side_blanked(images, dy, dx):
    out = np.roll(images, (dy, dx), axis=(1, 2))
    out[:, slice(-dy, None) if dy > 0 else slice(0, -dy)] = 0
    out[:, :, slice(-dx, None) if dx > 0 else slice(0, -dx)] = 0
    return out


@misconception(
    "Moves are cut off one pixel too soon, at height - 1 and width - 1, so that an image that has left still shows one "
    "of its edges.",
    caught_by=check_nought_and_far,
    worth=0.85,
)
def cut_off_too_soon(images, dy, dx):
    _, height, width = images.shape
    return solution(images, max(1 - height, min(dy, height - 1)), max(1 - width, min(dx, width - 1)))


@neighbour("moved by one pixel too many, down and to the right")
def one_too_many(images, dy, dx):
    return solution(images, dy + 1, dx + 1)


@neighbour("what comes in is the mean of the image")
def mean_comes_in(images, dy, dx):
    out = solution(images, dy, dx)
    return np.where(solution(np.ones_like(images), dy, dx) == 0, images.mean(), out)


@alternative("a frame of zeros, from which the result is cut out")
def framed(images, dy, dx):
    n, height, width = images.shape
    dy, dx = max(-height, min(height, dy)), max(-width, min(width, dx))
    frame = np.pad(images, ((0, 0), (height, height), (width, width)))
    return frame[:, height - dy : 2 * height - dy, width - dx : 2 * width - dx]


@alternative("rolled, and what has wrapped around set to zero")
def rolled_and_cleared(images, dy, dx):
    out = np.roll(images, (dy, dx), axis=(1, 2)).astype(float)
    rows, columns = (np.arange(side) - move for side, move in zip(images.shape[1:], (dy, dx)))
    out[:, (rows < 0) | (rows >= len(rows))] = 0
    out[:, :, (columns < 0) | (columns >= len(columns))] = 0
    return out


@alternative("pixel by pixel")
def looped(images, dy, dx):
    n, height, width = images.shape
    return [
        [
            [
                float(images[k, i - dy, j - dx]) if 0 <= i - dy < height and 0 <= j - dx < width else 0.0
                for j in range(width)
            ]
            for i in range(height)
        ]
        for k in range(n)
    ]
