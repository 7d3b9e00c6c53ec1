"""Add changed copies to a training set, each image of each copy turned and moved on its own."""

import numpy as np

from autograder.authoring import (
    alternative,
    array,
    close,
    core,
    default_rng,
    equal,
    hidden,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    weight,
)
from dnnkit import augmentation

points = 4
returns = (array, array)
hints = (
    "Write one copy first: draw an array of n angles and two arrays of n shifts, and give them to "
    "`augmentation.affine_transform`.",
    "Collect the originals and the copies in a list, and join them in the end. What must be done with the labels, so "
    "that label and image still belong together?",
    "`rng.uniform(-max_degrees, max_degrees, n)` draws n angles. Draw anew for each copy.",
)

SHAPES = "there must be copies + 1 times as many images, and as many labels"
FINITE = "all pixels must be finite numbers"
ORIGINALS = "the first n images must be the originals"
ONLY_COPIES = "only copies come back: the originals are left out"
TOO_FEW = "one copy of the set is missing"
LABELS_ALONE = "the originals have labels, and the copies have none"
NOT_TURNED = "with max_shift 0 and a range of angles, the copies must not equal their originals"
NOT_MOVED = "with max_degrees 0 and a range of shifts, the copies must not equal their originals"
DIAGONAL = "dy and dx of an image are the same number"
IN_PLACE = "images must not be changed in place"
NO_ORIGINALS = "the originals are not among the images that come back"
LABELS = "label and image must belong together: one copy of the set after another, each in the order of the originals"
MIXED = "each original is followed by its copies, and all originals must come first"
REPEATED = "the labels come in the order of the copies, but the images come original by original"
ANGLE = "each copy must be its original, turned about its centre by some angle and otherwise unchanged"
SHIFT = "each copy must be its original, moved by some dy and dx and otherwise unchanged"
RANGE = "angles must be uniform on [-max_degrees, max_degrees], and dy and dx on [-max_shift, max_shift]"
POSITIVE = "all angles and shifts have one sign, so that images are only ever turned, or moved, one way"
TOGETHER = "dy and dx must be drawn independently of each other"
CORNERS = "dy and dx must be drawn independently, so that some images are moved far along both axes"
TIED = "the angle must be drawn independently of dy and dx"
WHOLE_ANGLES = "all angles are whole numbers of degrees"
WHOLE = "all shifts are whole numbers of pixels"
ONE_FOR_ALL = "all images of a copy are changed alike"
COPIES_ALIKE = "an image is changed in the same way in all copies"
AGAIN = "generators with the same seed must give the same images"
SAME_TWICE = "two copies of an image must be changed in different ways"
CHANGED = "no image after the first n may equal an original"
ANEW = "the next call with the same generator must change the images differently"
NOTHING = "with no copies, the originals and their labels must come back"
UNCHANGED = "with max_shift 0 and max_degrees 0 all copies must equal their originals"


def solution(images, labels, *, copies, max_shift, max_degrees, rng):
    """Return a training set followed by changed copies of it, and labels."""
    out = [images]
    for _ in range(copies):
        degrees, dy, dx = rng.uniform(-1, 1, (3, len(images)))
        degrees, dy, dx = max_degrees * degrees, max_shift * dy, max_shift * dx
        out.append(augmentation.affine_transform(images, degrees=degrees, dy=dy, dx=dx))
    return np.concatenate(out), np.concatenate([labels] * (copies + 1))


@core
@weight(4)
def check_order(augment, rng):
    """The originals come first, then copy after copy of the whole set, and each image keeps its label."""
    images, labels = _turnable(rng, 5)
    more, y = _asked(augment, images, labels, copies=3, max_degrees=25.0, rng=_source(rng))
    middle, own = more[:, 7, 7], images[:, 7, 7]  # the pixel in the centre stays as it is
    require(not (np.allclose(middle, np.repeat(own, 4)) and np.array_equal(y, np.tile(labels, 4))), REPEATED)
    require(not (np.allclose(middle, np.repeat(own, 4)) and np.array_equal(y, np.repeat(labels, 4))), MIXED)
    require((more == images[0]).all(axis=(1, 2)).any(), NO_ORIGINALS)
    close(more[:5], images, ORIGINALS)
    equal(y[:5], labels, ORIGINALS)
    close(middle, np.tile(own, 4), LABELS, rtol=1e-4)
    equal(y, np.tile(labels, 4), LABELS)
    more, y = _asked(augment, images, labels, copies=2, rng=_source(rng))
    close(more, np.tile(images, (3, 1, 1)), UNCHANGED, rtol=1e-4)
    images, labels = rng.integers(1, 9, (3, 5, 7)) + 0.0, np.array([4, 1, 4])
    more, y = _asked(augment, images, labels, copies=0, max_shift=1.0, max_degrees=10.0, rng=_source(rng))
    close(more, images, NOTHING)
    equal(y, labels, NOTHING)


@weight(3)
def check_angles(augment, rng):
    """Each image of each copy is turned about its centre by an angle of its own, uniform on the range."""
    images, labels = _turnable(rng, 200, side=11)
    more, _ = _asked(augment, images, labels, copies=3, max_degrees=30.0, rng=_source(rng))
    copies, originals = more[200:], np.tile(images, (3, 1, 1))
    require(not np.allclose(copies, originals, rtol=1e-6), NOT_TURNED)
    degrees = _turned_by(copies, originals)
    _require_own(degrees, 200)
    require((np.abs(degrees - np.round(degrees)) > 1e-2).any(), WHOLE_ANGLES)
    _require_uniform(degrees, 30.0)


@weight(3)
def check_shifts(augment, rng):
    """Each image of each copy is moved by its own dy and dx, uniform on the range and independent."""
    images, labels = _movable(rng, 100)
    more, _ = _asked(augment, images, labels, copies=3, max_shift=2.5, rng=_source(rng))
    copies, originals = more[100:], np.tile(images, (3, 1, 1))
    require(not np.allclose(copies, originals, rtol=1e-6), NOT_MOVED)
    dy, dx = _moves(copies, originals)
    close(copies, augmentation.shift(originals, dy, dx), SHIFT, rtol=1e-3)
    require((np.abs(np.stack([dy, dx]) - np.round([dy, dx])) > 1e-3).any(), WHOLE)
    _require_own(np.stack([dy, dx]), 100)
    _require_uniform(dy, 2.5)
    _require_uniform(dx, 2.5)
    require(not np.allclose(dy, dx, atol=1e-3), DIAGONAL)
    _require_uniform(np.append(dy, dx), 2.5)  # twice as many tell more
    require(np.hypot(dy, dx).max() > 1.01 * 2.5, CORNERS)
    require(abs(np.corrcoef(dy, dx)[0, 1]) < 0.5, TOGETHER)
    for along in (0, 1):  # of a plane, the middle shows one of the two shifts, and the slopes the angle
        images, labels = _turnable(rng, 50, along=along)
        more, _ = _asked(augment, images, labels, copies=3, max_shift=2.0, max_degrees=15.0, rng=_source(rng))
        moved = more[50:, 7, 7] - np.tile(images[:, 7, 7], 3)
        degrees = _degrees(more[50:], along)
        require(np.ptp(moved) > 0.2 and np.ptp(degrees) > 1.5, RANGE)
        require(abs(np.corrcoef(moved, degrees)[0, 1]) < 0.5, TIED)


def check_generator(augment, rng):
    """All randomness is the generator's: the same seed gives the same images, and the next call gives others."""
    images, seed = rng.uniform(1, 2, (4, 6, 6)), int(rng.integers(2**31))
    one, same = default_rng(seed), default_rng(seed)
    first, second, again = (
        _asked(augment, images, np.arange(4), copies=2, max_shift=1.5, max_degrees=20.0, rng=source)[0]
        for source in (one, one, same)
    )
    equal(again, first, AGAIN)
    require(not (first[4:, None] == images).all(axis=(2, 3)).any(), CHANGED)
    require(not np.allclose(first[4:8], first[8:]), SAME_TWICE)
    require(not np.allclose(first[4:], second[4:]), ANEW)


@weight(2)
@hidden(like=(check_order, check_angles, check_shifts))
def check_both_at_once(augment, rng):
    """The same holds for other sizes, ranges and numbers of copies, and with both changes at once."""
    images, labels = _turnable(rng, 40, side=17)
    more, y = _asked(augment, images, labels, copies=4, max_degrees=8.0, rng=_source(rng))
    copies, originals = more[40:], np.tile(images, (4, 1, 1))
    degrees = _turned_by(copies, originals)
    _require_uniform(degrees, 8.0)
    equal(y, np.tile(labels, 5), LABELS)
    more, _ = _asked(augment, images, labels, copies=4, max_shift=1.0, max_degrees=20.0, rng=_source(rng))
    _require_uniform(_degrees(more[40:]), 20.0)
    images, labels = _movable(rng, 40)
    more, _ = _asked(augment, images, labels, copies=4, max_shift=0.5, rng=_source(rng))
    dy, dx = _moves(more[40:], np.tile(images, (4, 1, 1)))
    _require_uniform(dy, 0.5)
    _require_uniform(dx, 0.5)


covers = {
    "Write `augment(images, labels, *, copies, max_shift, max_degrees, rng)`": check_order,
    "floats of shape (n, height, width)": check_order,
    "of shape (n,)": check_order,
    "Return two arrays, images and labels": "the form of the result, looked at in every call",
    "Whether an image is turned or moved first is up to you": "what is allowed",
    "They take one number for all images": "what is allowed",
    "the originals as they are, then one copy of the whole set after another": check_order,
    "each in the order of the originals": check_order,
    "the labels that belong to them": check_order,
    "`copies` may be 0": check_order,
    "turned about its centre by an angle of its own": check_angles,
    "uniform between `-max_degrees` and `max_degrees`": (check_angles, check_order),
    "moved by a `dy` and a `dx` of its own": check_shifts,
    "between `-max_shift` and `max_shift`": (check_shifts, check_order),
    "fractions of a pixel included": check_shifts,
    "drawn independently": check_shifts,
    "All random numbers come from the generator `rng`": check_generator,
    "generators with the same seed give the same images": check_generator,
    "Every call draws anew": check_generator,
    "Leave `images` and `labels` as they are": "the judge looks at every argument after each call",
    "You may use": "what is allowed",
    "Return a training set followed by": check_order,
}


def _source(rng):
    return default_rng(rng.integers(2**32))


def _asked(augment, images, labels, *, copies, rng, max_shift=0.0, max_degrees=0.0):
    """What the answer returns, in the right shapes."""
    found = augment(images, labels, copies=copies, max_shift=max_shift, max_degrees=max_degrees, rng=rng)
    more, y = found
    require(np.isfinite(more).all(), FINITE)
    n = len(images)
    if copies and more.shape == (copies * n, *images.shape[1:]) and y.shape == (copies * n,):
        require(np.allclose(more[:n], images), ONLY_COPIES)
        require(False, TOO_FEW)
    require(len(more) != (copies + 1) * n or y.shape != (n,) or not copies, LABELS_ALONE)
    equal(more.shape, ((copies + 1) * len(images), *images.shape[1:]), SHAPES)
    equal(y.shape, ((copies + 1) * len(images),), SHAPES)
    return more, y


def _turnable(rng, n, side=15, along=1):
    """Images that grow evenly to the right (or down, along 0), and labels: their middle shows how they were turned."""
    plane = np.indices((side, side))[along] - side // 2
    levels = 20.0 + rng.permutation(n)
    return levels[:, None, None] + plane, rng.integers(0, 10, n) + 10 * rng.permutation(n)


def _degrees(copies, along=1):
    """The angles by which images of `_turnable` were turned."""
    middle = copies.shape[1] // 2
    at = copies[:, middle, middle]
    down, right = copies[:, middle + 1, middle] - at, copies[:, middle, middle + 1] - at
    require((np.hypot(down, right) > 0.5).all(), ANGLE)
    return np.rad2deg(np.arctan2(-down, right) if along else np.arctan2(right, down))


def _turned_by(copies, originals):
    """The angles of all copies, each of which must be its original turned, and nothing else."""
    degrees = _degrees(copies)
    close(copies, augmentation.rotate(originals, degrees), ANGLE, rtol=1e-3)
    return degrees


def _movable(rng, n):
    """Images that grow downwards in their left half and to the right in their right half, and labels."""
    i, j = np.indices((15, 15))
    image = np.where(j < 7, i, j) + 20.0
    return image * rng.uniform(1, 2, (n, 1, 1)), rng.integers(0, 10, n)


def _moves(copies, originals):
    """By how much images of `_movable` were moved, down and to the right."""
    slope = originals[:, 8, 3] - originals[:, 7, 3]
    dy, dx = ((originals[:, 7, j] - copies[:, 7, j]) / slope for j in (3, 11))
    require(max(np.abs(dy).max(), np.abs(dx).max()) < 1e3, SHIFT)
    return dy, dx


def _require_own(found, n):
    """`found` holds numbers for each image of each copy, copy after copy."""
    by_copy = found.reshape(-1, found.shape[-1] // n, n)
    require(np.ptp(by_copy, axis=2).max() > 1e-3, ONE_FOR_ALL)
    require(np.ptp(by_copy, axis=1).max() > 1e-3, COPIES_ALIKE)


def _require_uniform(found, most):
    """Numbers that are meant to be uniform on [-most, most]; six standard errors are allowed."""
    n = len(found)
    require(np.abs(found).max() > 0.1 * most, RANGE, largest=np.abs(found).max())
    require(not ((found >= -1e-6).all() or (found <= 1e-6).all()), POSITIVE)
    require(np.abs(found).max() <= most * 1.001, RANGE, largest=np.abs(found).max())
    require(abs(found.mean()) < 6 * most / np.sqrt(3 * n), RANGE, mean=found.mean())
    require(abs(np.mean(np.abs(found)) - most / 2) < 6 * most / np.sqrt(12 * n), RANGE, mean_size=np.abs(found).mean())
    square = np.mean(found**2)
    require(abs(square - most**2 / 3) < 6 * most**2 * np.sqrt(4 / 45 / n), RANGE, mean_square=square)


def _copies(images, copies, draw):
    """The originals and copies that are changed by what `draw(copy)` says: angles, and shifts along both axes."""
    out = [images]
    for copy in range(copies):
        degrees, dy, dx = draw(copy)
        out.append(augmentation.affine_transform(images, degrees=degrees, dy=dy, dx=dx))
    return np.concatenate(out)


def _uniform(max_shift, max_degrees, rng, n):
    return rng.uniform(-1, 1, (3, n)) * np.array([[max_degrees], [max_shift], [max_shift]])


@misconception(
    "One angle, or one shift, is drawn for a whole copy, so that all its images are turned alike, or moved alike. Draw "
    "n of each.",
    caught_by=check_angles,
    worth=0.65,
    said_by=ONE_FOR_ALL,
)
def one_for_all(images, labels, *, copies, max_shift, max_degrees, rng):
    more = _copies(images, copies, lambda _: _uniform(max_shift, max_degrees, rng, 1)[:, 0])
    return more, np.tile(labels, copies + 1)


@same_mistake_as(one_for_all)
def one_shift_for_all(images, labels, *, copies, max_shift, max_degrees, rng):
    def draw(_):
        degrees, dy, dx = _uniform(max_shift, max_degrees, rng, len(images))
        return degrees, dy[0], dx[0]

    return _copies(images, copies, draw), np.tile(labels, copies + 1)


@misconception(
    "Angles and shifts are drawn once, and all copies use them: each image has copies that are all the same. Draw anew "
    "for each copy.",
    caught_by=check_angles,
    worth=0.65,
    said_by=COPIES_ALIKE,
)
def copies_alike(images, labels, *, copies, max_shift, max_degrees, rng):
    drawn = _uniform(max_shift, max_degrees, rng, len(images))
    return _copies(images, copies, lambda _: drawn), np.tile(labels, copies + 1)


@misconception(
    "Images and labels are put in different orders: the images original by original, each followed by its copies, and "
    "the labels copy by copy (`np.repeat` on one side, `np.tile` on the other). Most images then have a wrong label.",
    caught_by=check_order,
    said_by=REPEATED,
)
def repeated_and_tiled(images, labels, *, copies, **settings):
    n = len(images)
    more, y = solution(images, labels, copies=copies, **settings)
    return more.reshape(copies + 1, n, *images.shape[1:]).swapaxes(0, 1).reshape(more.shape), y


@misconception(
    "Each original is followed by its own copies. All originals come first, as they are, and then one copy of the "
    "whole set after another: a loop over the copies with one over the images in it.",
    caught_by=check_order,
    said_by=MIXED,
)
def image_by_image(images, labels, *, copies, **settings):
    more, _ = repeated_and_tiled(images, labels, copies=copies, **settings)
    return more, np.repeat(labels, copies + 1)


@misconception(
    "Images come copy by copy, as they should, and labels original by original: `np.repeat(labels, ...)` gives 7, 7, "
    "3, 3, where 7, 3, 7, 3 is wanted. Most images then have a wrong label.",
    caught_by=check_order,
)
def labels_repeated(images, labels, *, copies, **settings):
    more, _ = solution(images, labels, copies=copies, **settings)
    return more, np.repeat(labels, copies + 1)


@misconception(
    "The first images are changed as well: the originals are not among those that come back.",
    caught_by=check_order,
    worth=0.6,
    said_by=NO_ORIGINALS,
)
def without_the_originals(images, labels, *, copies, **settings):
    more, y = solution(images, labels, copies=copies + 1, **settings)
    return more[len(images) :], y[len(images) :]


@misconception(
    "Angles and shifts are drawn between 0 and the largest: images are turned one way only, and moved down and to the "
    "right only. The range has two sides: it begins at minus the largest.",
    caught_by=check_angles,
    worth=0.65,
    said_by=POSITIVE,
)
def one_way_only(images, labels, *, copies, max_shift, max_degrees, rng):
    more = _copies(images, copies, lambda _: np.abs(_uniform(max_shift, max_degrees, rng, len(images))))
    return more, np.tile(labels, copies + 1)


@misconception(
    "dy and dx are the same number, so that images move along one diagonal only. Draw each on its own.",
    caught_by=check_shifts,
    worth=0.8,
    said_by=DIAGONAL,
)
def along_the_diagonal(images, labels, *, copies, max_shift, max_degrees, rng):
    def draw(_):
        degrees, move, _ = _uniform(max_shift, max_degrees, rng, len(images))
        return degrees, move, move

    return _copies(images, copies, draw), np.tile(labels, copies + 1)


@misconception(
    "Shifts are drawn as whole numbers. A scanner does not move a sheet by whole pixels, and ±2.5 pixels then means "
    "something else: draw from a uniform distribution.",
    caught_by=check_shifts,
    worth=0.8,
    said_by=WHOLE,
)
def whole_pixels(images, labels, *, copies, max_shift, max_degrees, rng):
    def draw(_):
        degrees, dy, dx = _uniform(max_shift, max_degrees, rng, len(images))
        return degrees, np.round(dy), np.round(dx)

    return _copies(images, copies, draw), np.tile(labels, copies + 1)


@misconception(
    "The generator is made anew inside the function, so that each call changes the images in the same way. Draw from "
    "the one that is passed in.",
    caught_by=check_generator,
    worth=0.95,
    said_by=ANEW,
)
def reseeded(images, labels, **settings):
    return solution(images, labels, **settings | {"rng": default_rng(0)})


@same_mistake_as(reseeded)
def reseeded_otherwise(images, labels, **settings):
    return solution(images, labels, **settings | {"rng": default_rng(42)})


@misconception(
    "The random numbers do not come from the generator that is passed in, so that a run cannot be repeated.",
    caught_by=check_generator,
    worth=0.95,
    said_by=AGAIN,
)
def another_generator(images, labels, **settings):
    return solution(images, labels, **settings | {"rng": default_rng()})


@misconception(
    "Each copy is made from the copy before instead of from the originals, so that the changes add up from copy to "
    "copy, and each interpolation blurs a little more.",
    caught_by=check_angles,
    worth=0.75,
)
def copies_of_copies(images, labels, *, copies, max_shift, max_degrees, rng):
    out = [images]
    for _ in range(copies):
        degrees, dy, dx = _uniform(max_shift, max_degrees, rng, len(images))
        out.append(augmentation.affine_transform(out[-1], degrees=degrees, dy=dy, dx=dx))
    return np.concatenate(out), np.tile(labels, copies + 1)


@misconception(
    "Only the copies come back. The originals belong to the training set as well, and come first.",
    caught_by=check_order,
    said_by=ONLY_COPIES,
)
def only_the_copies(images, labels, *, copies, **settings):
    more, y = solution(images, labels, copies=copies, **settings)
    return more[len(images) :], y[len(images) :]


@misconception(
    "The originals are counted as one of the copies, so that one copy is missing: there should be copies + 1 times as "
    "many images as before.",
    caught_by=check_order,
    said_by=TOO_FEW,
)
def originals_counted(images, labels, *, copies, **settings):
    return solution(images, labels, copies=max(copies - 1, 0), **settings)


@misconception(
    "The copies have no labels: the labels come back as they came in, one for each original. Each copy has the label "
    "of its original.",
    caught_by=check_order,
    said_by=LABELS_ALONE,
)
def copies_unlabelled(images, labels, **settings):
    return solution(images, labels, **settings)[0], labels


@misconception(
    "The images that came in are changed in place (`images[...] = ...`). The caller still needs the originals, and so "
    "does the next copy: make new arrays.",
    caught_by=check_angles,
    worth=0.8,
    said_by=IN_PLACE,
)
def in_place(images, labels, *, copies, max_shift, max_degrees, rng):
    out = [images.copy()]
    for _ in range(copies):
        degrees, dy, dx = _uniform(max_shift, max_degrees, rng, len(images))
        images[...] = augmentation.affine_transform(out[0], degrees=degrees, dy=dy, dx=dx)
        out.append(images.copy())
    return np.concatenate(out), np.tile(labels, copies + 1)


@neighbour("the copies are moved, but never turned")
def never_turned(images, labels, **settings):
    return solution(images, labels, **settings | {"max_degrees": 0.0})


@neighbour("the copies are turned, but never moved")
def never_moved(images, labels, **settings):
    return solution(images, labels, **settings | {"max_shift": 0.0})


@neighbour("angles and shifts from a normal distribution")
def normal(images, labels, *, copies, max_shift, max_degrees, rng):
    def draw(_):
        return rng.normal(0, 1, (3, len(images))) * np.array([[max_degrees], [max_shift], [max_shift]]) / 2

    return _copies(images, copies, draw), np.tile(labels, copies + 1)


@neighbour("angles and shifts from a normal distribution, cut off at the ends of the range")
def normal_within_the_range(images, labels, *, copies, max_shift, max_degrees, rng):
    def draw(_):
        drawn = np.clip(rng.normal(0, 0.5, (3, len(images))), -1, 1)
        return drawn * np.array([[max_degrees], [max_shift], [max_shift]])

    return _copies(images, copies, draw), np.tile(labels, copies + 1)


@neighbour("the shifts lie in a disc: what one of them may be depends on the other")
def within_a_disc(images, labels, *, copies, max_shift, max_degrees, rng):
    def draw(_):
        degrees, share, turn = rng.uniform(-1, 1, (3, len(images)))
        length = max_shift * np.sqrt(np.abs(share))
        return max_degrees * degrees, length * np.sin(np.pi * turn), length * np.cos(np.pi * turn)

    return _copies(images, copies, draw), np.tile(labels, copies + 1)


@neighbour("the labels of the copies are sorted")
def labels_sorted(images, labels, *, copies, **settings):
    more, _ = solution(images, labels, copies=copies, **settings)
    return more, np.concatenate([labels, *[np.sort(labels)] * copies])


@neighbour("angles from half the range")
def half_the_range(images, labels, **settings):
    return solution(images, labels, **settings | {"max_degrees": settings["max_degrees"] / 2})


@neighbour("the copies come before the originals")
def originals_last(images, labels, **settings):
    more, y = solution(images, labels, **settings)
    return np.roll(more, -len(images), axis=0), y


@alternative("turned and moved in two steps, all copies at once")
def at_once(images, labels, *, copies, max_shift, max_degrees, rng):
    n = copies * len(images)
    if not n:
        return images, labels
    changed = augmentation.rotate(np.tile(images, (copies, 1, 1)), rng.uniform(-max_degrees, max_degrees, n))
    moved = augmentation.shift(changed, rng.uniform(-max_shift, max_shift, n), rng.uniform(-max_shift, max_shift, n))
    return np.concatenate([images, moved]), np.tile(labels, copies + 1)


@alternative("image by image, in plain loops")
def looped(images, labels, *, copies, max_shift, max_degrees, rng):
    more, y = list(images), list(labels)
    for _ in range(copies):
        for image, label in zip(images, labels):
            angle = (2 * rng.random() - 1) * max_degrees
            down, right = (max_shift * (1 - 2 * rng.random()) for _ in range(2))
            more.append(augmentation.affine_transform(image[None], degrees=angle, dy=down, dx=right)[0])
            y.append(label)
    return np.array(more), y


@alternative("the course's own")
def the_courses_own(images, labels, **settings):
    return augmentation.augment(images, labels, **settings)
