"""Turn images about their centre, by the inverse map and bilinear interpolation."""

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

points = 5
returns = array
hints = (
    "Go through the pixels of the *result*. Take the distances of pixel (i, j) from the centre, downwards and to the "
    "right, and compute with the two formulas of the text the place that it comes from.",
    "`np.floor` of that place is the pixel above and to the left of it, and what is left over are its two fractions. "
    "The four weights are products of a fraction, or 1 minus it, along each axis.",
    "A neighbour may lie outside the image. Put a frame of zeros around the images, wide enough for every place that "
    "can come up (or clip the places to it): then no case is special.",
)

VALUE = "each pixel must be the image at the place that it comes from, interpolated between the four pixels around"
SHAPE = "the result must have the shape of the images"
QUARTER = "by 90 degrees the first row of a square image must become its first column, read from below"
HALF = "by 180 degrees an image must be turned upside down, its first pixel becoming its last"
SAME = "by 0 and by 360 degrees the images must stay as they are"
MIDDLE = "the pixel in the centre must stay where it is"
PLANE = "where an image grows evenly from pixel to pixel, what is between two pixels must lie between their values"
OUTSIDE = "what comes from outside the image must be zero"
IN_PLACE = "images must not be changed in place"
EDGE = "next to an edge, where some of the four neighbours lie outside, those must count as zeros"


def solution(images, degrees):
    """Turn all images counter-clockwise about their centre."""
    n, height, width = images.shape
    angle = np.deg2rad(degrees)
    i, j = np.indices((height, width))
    down, right = i - (height - 1) / 2, j - (width - 1) / 2
    y = (height - 1) / 2 + np.cos(angle) * down + np.sin(angle) * right
    x = (width - 1) / 2 - np.sin(angle) * down + np.cos(angle) * right
    frame = height + width  # nothing comes from farther away
    framed = np.pad(images, ((0, 0), (frame, frame), (frame, frame)))
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = y - top, x - left
    top, left = top + frame, left + frame
    above = (1 - fx) * framed[:, top, left] + fx * framed[:, top, left + 1]
    below = (1 - fx) * framed[:, top + 1, left] + fx * framed[:, top + 1, left + 1]
    return (1 - fy) * above + fy * below


@core
@weight(4)
def check_angles(rotate, rng):
    """Pixels come from where the inverse map says, for angles of both signs and images that are not square."""
    for shape, degrees in (((2, 7, 10), 25.0), ((3, 8, 5), -40.0), ((1, 6, 6), 200.0), ((2, 6, 9), 0.75)):
        images = rng.uniform(1, 2, shape)
        found = rotate(images, degrees)
        equal(found.shape, images.shape, SHAPE)
        close(found, solution(images, degrees), VALUE, rtol=1e-4)


@weight(2)
def check_right_angles(rotate, rng):
    """By 90, 180 and 360 degrees every pixel lands on a pixel."""
    images = rng.uniform(1, 2, (2, 5, 5))
    for degrees, expected, sentence in (
        (0, images, SAME),
        (90, images.transpose(0, 2, 1)[:, ::-1], QUARTER),
        (180, images[:, ::-1, ::-1], HALF),
        (360, images, SAME),
    ):
        found = rotate(images, degrees)
        equal(found.shape, images.shape, SHAPE)
        close(found, expected, sentence, rtol=1e-4)


@weight(2)
def check_centre_and_planes(rotate, rng):
    """The centre stays, and what lies between pixels is interpolated along both axes."""
    images = rng.uniform(1, 2, (2, 7, 9))
    for degrees in (10.0, -77.0):
        found = rotate(images, degrees)
        equal(found.shape, images.shape, SHAPE)
        close(found[:, 3, 4], images[:, 3, 4], MIDDLE, rtol=1e-4)
    down, right = np.indices((11, 11)) - 5.0
    slopes = rng.uniform(1, 2, (2, 1, 1))
    planes = 50 + np.stack([slopes[0] * down, slopes[1] * right])
    inner = slice(3, 8)
    found = rotate(planes, 20.0)
    equal(found.shape, planes.shape, SHAPE)
    close(found[:, inner, inner], solution(planes, 20.0)[:, inner, inner], PLANE, rtol=1e-4)


@weight(2)
def check_outside(rotate, rng):
    """What comes from outside is zero, next to the edges too."""
    images = np.ones((1, 12, 12))
    found, expected = rotate(images, 45.0), solution(images, 45.0)
    equal(found.shape, images.shape, SHAPE)
    require(np.abs(found[expected == 0]).max() < 1e-6, OUTSIDE)
    close(found, expected, EDGE, rtol=1e-4)


@hidden(like=(check_angles, check_right_angles, check_centre_and_planes, check_outside))
def check_other_images(rotate, rng):
    """The same holds for one row, large angles, an even number of pixels a side, and single precision."""
    for images, degrees in (
        (rng.uniform(1, 2, (2, 1, 8)), 60.0),
        (rng.uniform(1, 2, (2, 4, 11)), 1000.0),
        (rng.uniform(1, 2, (2, 8, 8)), 3),
        (rng.uniform(1, 2, (5, 6, 4)).astype(np.float32), -131.0),
        (rng.uniform(1, 2, (1, 4, 4)), -90),
    ):
        found = rotate(images, degrees)
        equal(found.shape, images.shape, SHAPE)
        close(found, solution(images, degrees), VALUE, rtol=1e-3)


covers = {
    "Write `rotate(images, degrees)`": check_angles,
    "floats of shape (n, height, width), not always square": (check_angles, check_outside),
    "counter-clockwise as you see it": (check_angles, check_right_angles),
    "a number in degrees, of either sign and any size": (check_angles, check_right_angles),
    "about the centre": (check_centre_and_planes, check_angles),
    "Go by the inverse map and interpolate bilinearly": (check_angles, check_centre_and_planes),
    "what lies outside the image is zero": check_outside,
    "a pixel of the result between the edge and the outside": check_outside,
    "Return an array of the shape of `images`": check_angles,
    "Leave `images` as they are": "the judge looks at every argument after each call",
    "the first row becomes the first column": check_right_angles,
    "Turn all images counter-clockwise": check_angles,
}


def _sampled(images, y, x):
    """The images at places (y, x), bilinear, with zeros outside."""
    out = np.zeros((len(images), *y.shape))
    for top, left in np.ndindex(images.shape[1:]):
        share = np.maximum(0, 1 - np.abs(y - top)) * np.maximum(0, 1 - np.abs(x - left))
        out += images[:, top, left, None, None] * share
    return out


def _places(shape, angle, centre=None, signs=(1, -1)):
    """Where each pixel of the result comes from; the signs are those of the two sines."""
    y, x = ((side - 1) / 2 for side in shape[1:]) if centre is None else centre
    i, j = np.indices(shape[1:])
    down, right, cosine = i - y, j - x, np.cos(angle)
    first, second = (sign * np.sin(angle) for sign in signs)
    return y + cosine * down + first * right, x + second * down + cosine * right


@misconception(
    "The images turn clockwise. Rows are counted downwards, which flips the sign of the sine; or the map that was used "
    "says where a pixel goes, not where it comes from.",
    caught_by=check_angles,
)
def clockwise(images, degrees):
    return solution(images, -degrees)


@misconception(
    "Degrees are taken for radians: NumPy's sine and cosine want radians. `np.deg2rad` converts.",
    caught_by=check_right_angles,
)
def radians(images, degrees):
    return _sampled(images, *_places(images.shape, degrees))


@misconception(
    "The images turn about their first pixel, in the corner, and most of them leave the picture. Subtract the centre "
    "before turning, and add it afterwards.",
    caught_by=check_centre_and_planes,
)
def about_the_corner(images, degrees):
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees), (0.0, 0.0)))


@misconception(
    "The centre is taken to be at (height / 2, width / 2), which is half a pixel off: of 5 pixels, numbered 0 to 4, "
    "the middle one is number 2. It is at ((height - 1) / 2, (width - 1) / 2).",
    caught_by=check_centre_and_planes,
    worth=0.3,
)
def half_a_pixel_off(images, degrees):
    centre = (images.shape[1] / 2, images.shape[2] / 2)
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees), centre))


@misconception(
    "The centre is rounded to a whole pixel by `//`. For an odd number of pixels there is one in the middle; for an "
    "even number there is none, and the centre lies between two.",
    caught_by=check_angles,
)
def centre_on_a_pixel(images, degrees):
    centre = (images.shape[1] // 2, images.shape[2] // 2)
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees), centre))


@same_mistake_as(centre_on_a_pixel)
def centre_on_the_pixel_before(images, degrees):
    centre = ((images.shape[1] - 1) // 2, (images.shape[2] - 1) // 2)
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees), centre))


@misconception(
    "The nearest pixel is taken, and nothing is interpolated. Lines become steps, and small angles change nothing at "
    "all.",
    caught_by=check_centre_and_planes,
)
def nearest(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    return _sampled(images, np.round(y), np.round(x))


@misconception(
    "Each pixel is sent to where it goes, and rounded to a pixel there. Some pixels of the result then get nothing, "
    "and stay holes; others get two. Ask each pixel of the result where it comes from.",
    caught_by=check_angles,
)
def sent_forward(images, degrees):
    out = np.zeros_like(images)
    y, x = (np.round(place).astype(int) for place in _places(images.shape, -np.deg2rad(degrees)))
    for (i, j), to, at in zip(np.ndindex(y.shape), y.ravel(), x.ravel()):
        if 0 <= to < images.shape[1] and 0 <= at < images.shape[2]:
            out[:, to, at] = images[:, i, j]
    return out


@misconception(
    "Places outside are moved to the edge, so that the pixels of the edge are smeared into the corners. Outside the "
    "image there is nothing: zeros.",
    caught_by=check_outside,
)
def edge_drawn_out(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    return _sampled(images, np.clip(y, 0, images.shape[1] - 1), np.clip(x, 0, images.shape[2] - 1))


@misconception(
    "A pixel whose place lies outside the outermost pixels is set to zero altogether, though some of its four "
    "neighbours may still be inside. They count: only those outside are zeros.",
    caught_by=check_outside,
    worth=0.4,
)
def edge_cut_off(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    inside = True
    for place, side in ((y, images.shape[1]), (x, images.shape[2])):
        inside = inside & (place >= -1e-9) & (place <= side - 1 + 1e-9)
    return _sampled(images, y, x) * inside


@misconception(
    "Only one of the two fractions is used: values are interpolated along the rows, with the row itself rounded.",
    caught_by=check_centre_and_planes,
)
def along_one_axis(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    return _sampled(images, np.round(y), x)


@misconception(
    "The two weights along each axis are swapped: the nearer pixel must count for more.",
    caught_by=check_right_angles,
)
def weights_swapped(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    return _sampled(images, 2 * np.floor(y) + 1 - y, 2 * np.floor(x) + 1 - x)


@misconception(
    "Places outside wrap around: an index below 0 counts from the end, and one beyond the end is brought back, so that "
    "the opposite edge comes in. Outside the image there is nothing: zeros.",
    caught_by=check_outside,
)
def comes_round(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    return sum(
        images[:, (top % images.shape[1]).astype(int), (left % images.shape[2]).astype(int)]
        * (1 - np.abs(y - top))
        * (1 - np.abs(x - left))
        for top in (np.floor(y), np.floor(y) + 1)
        for left in (np.floor(x), np.floor(x) + 1)
    )


@misconception(
    "The images that came in are overwritten (`images[...] = ...`). The caller still needs them: make a new array.",
    caught_by=check_right_angles,
    worth=0.85,
    said_by=IN_PLACE,
)
def in_place(images, degrees):
    images[...] = solution(images, degrees)
    return images


@misconception(
    "The two sines have the same sign, so that images are squeezed along a diagonal instead of being turned: one of "
    "them must be the other's opposite.",
    caught_by=check_angles,
)
def sines_alike(images, degrees):
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees), signs=(1, 1)))


@same_mistake_as(sines_alike)
def sines_both_negative(images, degrees):
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees), signs=(-1, -1)))


@misconception(
    "Row and column of the place are swapped: `images[:, column, row]` also mirrors the image. Rows come first, and "
    "they go with the vertical distance.",
    caught_by=check_angles,
)
def row_for_column(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    return _sampled(images, x, y)


@neighbour("turned by twice the angle")
def twice(images, degrees):
    return solution(images, 2 * degrees)


@neighbour("turned clockwise about the corner")
def clockwise_about_the_corner(images, degrees):
    return about_the_corner(images, -degrees)


@misconception(
    "Places are truncated towards zero, as `int` and `astype(int)` do: a place at row −0.3 gets row 0 as the one above "
    "it instead of row −1. `np.floor` rounds down on both sides of 0.",
    caught_by=check_outside,
    worth=0.7,
)
def truncated(images, degrees):
    y, x = _places(images.shape, np.deg2rad(degrees))
    top, left = np.trunc(y), np.trunc(x)
    return sum(
        _sampled(images, top + a, left + b) * np.abs(1 - a - (y - top)) * np.abs(1 - b - (x - left))
        for a in (0, 1)
        for b in (0, 1)
    )


@alternative("a sum over all pixels of the image, each with its share")
def by_shares(images, degrees):
    return _sampled(images, *_places(images.shape, np.deg2rad(degrees)))


@alternative("with complex numbers, and a frame of zeros to which places are clipped")
def complex_numbers(images, degrees):
    n, height, width = images.shape
    j, i = np.meshgrid(np.arange(width), np.arange(height))
    centre = complex((width - 1) / 2, (height - 1) / 2)
    came = (j + 1j * i - centre) * np.exp(1j * np.pi * degrees / 180) + centre
    framed = np.zeros((n, height + 3, width + 3))
    framed[:, 1:-2, 1:-2] = images
    y, x = np.clip(came.imag + 1, 0, height + 1), np.clip(came.real + 1, 0, width + 1)
    y0, x0 = y.astype(int), x.astype(int)
    out = 0
    for a, wy in ((0, 1 - (y - y0)), (1, y - y0)):
        for b, wx in ((0, 1 - (x - x0)), (1, x - x0)):
            out = out + wy * wx * framed[:, y0 + a, x0 + b]
    return out


@alternative("pixel by pixel, neighbours asked one by one whether they are inside")
def looped(images, degrees):
    n, height, width = images.shape
    c, s = np.cos(np.pi / 180 * degrees), np.sin(np.pi / 180 * degrees)
    out = np.zeros((n, height, width))
    for i in range(height):
        for j in range(width):
            u, v = j - (width - 1) / 2, (height - 1) / 2 - i  # to the right, and up
            x, y = c * u + s * v + (width - 1) / 2, (height - 1) / 2 - (c * v - s * u)
            for p in (int(np.floor(y)), int(np.floor(y)) + 1):
                for q in (int(np.floor(x)), int(np.floor(x)) + 1):
                    if 0 <= p < height and 0 <= q < width:
                        out[:, i, j] += images[:, p, q] * (1 - abs(y - p)) * (1 - abs(x - q))
    return out
