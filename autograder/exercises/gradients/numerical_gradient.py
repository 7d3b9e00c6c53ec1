"""Measure a gradient by central differences, entry by entry."""

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
from dnnkit.gradients import numerical_gradient as solution

points = 4
returns = array
hints = (
    "Only one entry moves at a time. For which entries of x, and where does the number that comes out belong?",
    "For each place: a copy of x with this entry moved up by eps, another one with it moved down; the difference of "
    "the two values of f, divided by the distance between them.",
    "`for place in np.ndindex(np.shape(x))` visits every entry of an array of any shape, and "
    "`moved = np.array(x, dtype=float)` is a fresh copy that holds eps.",
)

VALUE = "each entry must be the central difference of f along it"
CROSS = "each entry must be moved by itself, all others as they are in x"
APART = "f must be evaluated at points that differ from x"
SHAPE = "f must be handed an array of the shape of x"
DEFAULT = "without eps, f must be called with one entry moved up by 1e-5, and moved down by 1e-5"
SINGLE = "for x in float32 the moved entries must hold the step: compute in float64"
WHOLE = "for whole numbers in x the moved entries must hold the step: compute with floats"
ROUNDED = "for whole numbers in x the gradient must not be rounded"


@core
@weight(3)
def check_central_difference(numerical_gradient, rng):
    """Each entry is the central difference along it, here of a cubic and with a large step."""
    x, c = rng.uniform(1, 2, (2, 3)) * [1, 1, 0.2], rng.uniform(1, 2, (2, 3))
    for eps in (0.5, 0.1):
        found = numerical_gradient(lambda x: float(np.sum(c * x**3)), x, eps=eps)
        close(found, c * (3 * x**2 + eps**2), VALUE)


@weight(2)
def check_one_entry_at_a_time(numerical_gradient, rng):
    """While an entry is moved, the others stay where they are, including those that were moved before."""
    x, moved_at_once = rng.uniform(1, 2, 5), []

    def f(moved):
        moved_at_once.append(np.count_nonzero(np.abs(np.asarray(moved) - x) > 1e-6))
        return float(np.prod(moved))

    found = numerical_gradient(f, x, eps=0.3)
    require(not moved_at_once or max(moved_at_once) > 0, APART)
    require(max(moved_at_once, default=0) <= 1, CROSS)
    close(found, np.prod(x) / x, VALUE)


def check_any_shape(numerical_gradient, rng):
    """An x of one, two or three axes is handed to f in its own shape, and has a gradient of that shape."""
    for shape in ((4,), (2, 2, 2), (1, 3)):
        x, seen = rng.standard_normal(shape), set()

        def f(x, seen=seen):
            seen.add(np.shape(x))
            return float(np.sum(np.square(x)))

        found = numerical_gradient(f, x)
        equal(seen, {shape}, SHAPE)
        close(found, 2 * x, VALUE)


def check_step_survives_in_any_dtype(numerical_gradient, rng):
    """float32 and whole numbers are moved by 1e-5 as well, the default, which they themselves could not hold."""
    for x, sentence, slope in (
        (rng.uniform(200, 300, 3), DEFAULT, VALUE),
        (rng.uniform(200, 300, 3).astype(np.float32), SINGLE, SINGLE),
        (rng.integers(200, 300, 3), WHOLE, ROUNDED),
    ):
        moves = []

        def f(moved, x=x, moves=moves):
            moves.append(float(np.sum(np.asarray(moved, dtype=float) - np.asarray(x, dtype=float))))
            return float(np.sum(200 * np.sin(np.asarray(moved, dtype=float) / 100)))

        found = numerical_gradient(f, x)
        require(moves, "f must be called")
        close(np.sort(moves)[[0, -1]], [-1e-5, 1e-5], sentence, rtol=1e-4)
        close(found, 2 * np.cos(np.asarray(x, dtype=float) / 100), slope, rtol=1e-4)


@hidden(like=(check_central_difference, check_one_entry_at_a_time, check_any_shape))
def check_other_functions(numerical_gradient, rng):
    """The same holds for other functions, one entry, zeros and negative entries."""
    x, c = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    x[1, 1] = 0.0
    close(
        numerical_gradient(lambda x: float(np.sum(c * x**3) + x[0, 0] * x[2, 1]), x, eps=0.25),
        c * (3 * x**2 + 0.0625) + [[x[2, 1], 0], [0, 0], [0, x[0, 0]]],
        VALUE,
    )
    x = -rng.uniform(1, 2, (1,))
    close(numerical_gradient(lambda x: float(np.exp(x[0])), x), np.exp(x), VALUE)


covers = {
    "Write `numerical_gradient(f, x, *, eps=1e-5)`": (check_central_difference, check_step_survives_in_any_dtype),
    "`f(x)` takes an array of the shape of `x` and returns a number": check_any_shape,
    "an array of the shape of `x`, whose entries are": (check_any_shape, check_central_difference),
    "moved by itself": check_one_entry_at_a_time,
    "`x` may have one axis or more": check_any_shape,
    "may hold 32-bit floats or whole numbers": check_step_survives_in_any_dtype,
    "leave `x` as it is": check_central_difference,
    "For $f(x) = x_1^2 + 3 x_2$": "the example, by hand",
    "Gradient of the function f at x by central differences": check_central_difference,
}


@misconception(
    "The difference is one-sided: x is moved up only, or down only, and f there is compared with f(x). Its error falls "
    "with eps, that of the central difference with eps squared: 1e-5 against 1e-10.",
    caught_by=check_central_difference,
)
def one_sided(f, x, *, eps=1e-5):
    return _each(f, x, lambda up, here, down: (up - here) / eps, eps)


@same_mistake_as(one_sided)
def one_sided_downwards(f, x, *, eps=1e-5):
    return _each(f, x, lambda up, here, down: (here - down) / eps, eps)


@misconception(
    "The difference is divided by eps. The two points are 2 eps apart, so that all entries are twice what they should "
    "be.",
    caught_by=check_central_difference,
)
def divided_by_eps(f, x, *, eps=1e-5):
    return 2 * solution(f, x, eps=eps)


@misconception(
    "An entry that was moved is not moved back before the next one moves, so that every difference is taken at a point "
    "other than x.",
    caught_by=check_one_entry_at_a_time,
)
def not_moved_back(f, x, *, eps=1e-5):
    moved, gradient = np.array(x, float), np.empty(np.shape(x))
    for place in np.ndindex(moved.shape):
        moved[place] += eps
        up = f(moved)
        moved[place] -= 2 * eps
        gradient[place] = (up - f(moved)) / (2 * eps)
    return gradient


@misconception(
    "The array that is moved up and the one that is moved down are the same array, since `up = x` makes no copy: both "
    "moves cancel before f is called. Make two copies, with `x.copy()`.",
    caught_by=check_one_entry_at_a_time,
    said_by=APART,
)
def not_copied(f, x, *, eps=1e-5):
    moved, gradient = np.array(x, float), np.empty(np.shape(x))
    for place in np.ndindex(moved.shape):
        up = down = moved
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@misconception(
    "All entries are moved at once. That measures how f changes in the direction (1, 1, ..., 1), one number, and not "
    "how it changes along each entry.",
    caught_by=check_central_difference,
)
def all_at_once(f, x, *, eps=1e-5):
    x = np.asarray(x, float)
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


@misconception(
    "The copy that is moved has the dtype of x. In an array of whole numbers a step of 1e-5 is lost, and the gradient "
    "is 0: make the copy one of floats.",
    caught_by=check_step_survives_in_any_dtype,
    worth=0.9,
    said_by=WHOLE,
)
def lost_in_whole_numbers(f, x, *, eps=1e-5):
    kind = np.float64 if x.dtype.kind == "f" else x.dtype
    return _each(f, x, lambda up, here, down: (up - down) / (2 * eps), eps, kind)


@misconception(
    "The gradient is put into an array of the dtype of x. If x holds whole numbers, every slope is rounded: make the "
    "result an array of floats.",
    caught_by=check_step_survives_in_any_dtype,
    worth=0.9,
    said_by=ROUNDED,
)
def slopes_rounded(f, x, *, eps=1e-5):
    return np.array(solution(f, x, eps=eps), dtype=x.dtype)


@misconception(
    "The copy that is moved is in float32, as x is. Near 250 the next 32-bit number is 1.5e-5 away, so that the step "
    "of 1e-5 is rounded away or doubled: compute in float64.",
    caught_by=check_step_survives_in_any_dtype,
    worth=0.9,
    said_by=SINGLE,
)
def lost_in_float32(f, x, *, eps=1e-5):
    return _each(f, x, lambda up, here, down: (up - down) / (2 * eps), eps, x.dtype)


@misconception(
    "The step grows with the entry, eps times x. Here it is eps for every entry; an entry of 0 would not move at all.",
    caught_by=check_central_difference,
)
def relative_step(f, x, *, eps=1e-5):
    x = np.asarray(x, float)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        step = eps * abs(x[place]) or eps
        up, down = x.copy(), x.copy()
        up[place] += step
        down[place] -= step
        gradient[place] = (f(up) - f(down)) / (2 * step)
    return gradient


@same_mistake_as(relative_step)
def relative_step_at_zero_too(f, x, *, eps=1e-5):
    x = np.asarray(x, float)
    steps = eps * np.abs(x).ravel()[:, None] * np.eye(x.size)
    differences = [f(x + step.reshape(x.shape)) - f(x - step.reshape(x.shape)) for step in steps]
    with np.errstate(invalid="ignore"):
        return np.reshape(differences, x.shape) / (2 * eps * np.abs(x))


@misconception(
    "The step is always the same, 1e-5 for instance, whatever the caller asks for: use `eps`.",
    caught_by=check_central_difference,
)
def eps_ignored(f, x, *, eps=1e-5):
    return solution(f, x)


@misconception(
    "f is handed a flat list of entries. A function of weights needs them in the shape of x: move an entry of a copy "
    "of x itself.",
    caught_by=check_any_shape,
    said_by=SHAPE,
)
def flattened(f, x, *, eps=1e-5):
    flat = np.array(x, float).ravel()
    steps = eps * np.eye(flat.size)
    return np.reshape([(f(flat + step) - f(flat - step)) / (2 * eps) for step in steps], x.shape)


@neighbour("the second difference")
def curvature(f, x, *, eps=1e-5):
    return _each(f, x, lambda up, here, down: (up - 2 * here + down) / eps**2, eps)


@neighbour("the sign is the other way round")
def downhill(f, x, *, eps=1e-5):
    return -solution(f, x, eps=eps)


@neighbour("the step grows with entries that are above 1")
def step_of_at_least_eps(f, x, *, eps=1e-5):
    x = np.asarray(x, float)
    steps = eps * np.maximum(1, np.abs(x))
    moves = np.eye(x.size).reshape(-1, *x.shape)
    return np.reshape([f(x + steps * move) - f(x - steps * move) for move in moves], x.shape) / (2 * steps)


@neighbour("half the step to either side, and still divided by 2 eps")
def half_the_step(f, x, *, eps=1e-5):
    return solution(f, x, eps=eps / 2) / 2


@alternative("a row of the identity for every entry")
def by_the_identity(f, x, *, eps=1e-5):
    x = np.asarray(x, float)
    steps = eps * np.eye(x.size).reshape(-1, *x.shape)
    return np.reshape([(f(x + step) - f(x - step)) / (2 * eps) for step in steps], x.shape)


@alternative("entries of one copy moved up, down and back, a nested list returned")
def moved_and_put_back(f, x, *, eps=1e-5):
    moved, gradient = np.array(x, float), np.zeros(np.shape(x))
    for index in range(moved.size):
        before = moved.flat[index]
        moved.flat[index] = before + eps
        up = f(moved)
        moved.flat[index] = before - eps
        gradient.flat[index] = (up - f(moved)) / (2 * eps)
        moved.flat[index] = before
    return gradient.tolist()


@alternative("the difference divided by the distance that rounding left")
def divided_by_what_was_moved(f, x, *, eps=1e-5):
    x = np.asarray(x, float)
    gradient = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[place], down[place] = x[place] + eps, x[place] - eps
        gradient[place] = (f(up) - f(down)) / (up[place] - down[place])
    return gradient


def _each(f, x, slope, eps, dtype=float):
    """Return `slope` of the values of f up, here and down, for each entry moved in an array of `dtype`."""
    gradient = np.zeros(np.shape(x))
    for place in np.ndindex(np.shape(x)):
        values = []
        for step in (eps, 0, -eps):
            moved = np.array(x, dtype)
            moved[place] = moved[place] + step
            values.append(f(moved))
        gradient[place] = slope(*values)
    return gradient
