"""How much memory a network's parameters take while it trains."""

import numpy as np

from autograder.authoring import (
    alternative,
    core,
    equal,
    hidden,
    integer,
    misconception,
    neighbour,
    same_mistake_as,
    weight,
)
from dnnkit import hyperparameters
from dnnkit.hyperparameters import count_parameters
from dnnkit.hyperparameters import memory_bytes as solution

points = 3
returns = integer
hints = (
    "How many numbers are kept for one parameter? Begin with plain gradient descent, which has no slots.",
    "Each parameter needs a number for itself, one for its gradient, and one for each slot.",
    "`np.dtype(dtype).itemsize` is how many bytes a number takes: 2, 4 or 8.",
)

PLAIN = "without slots, the parameters and their gradient must be counted, at 4 bytes a number"
SLOTS = "each slot must add one more number for each parameter"
DTYPE = "a number must take 2, 4 or 8 bytes, depending on its dtype"
TOGETHER = "the numbers in the slots must take as many bytes as the parameters, depending on the dtype"


@core
@weight(2)
def check_parameters_and_gradient(memory_bytes, rng):
    """Without slots there are the parameters and their gradient, in 32-bit floats."""
    for hidden_layers in (1, 2):
        sizes = _sizes(rng, hidden_layers)
        equal(memory_bytes(sizes), _bytes(sizes), PLAIN)
        equal(memory_bytes(list(sizes), dtype="float32", optimizer_slots=0), _bytes(sizes), PLAIN)


@weight(2)
def check_slots(memory_bytes, rng):
    """Each slot adds a number for each parameter."""
    sizes = _sizes(rng, 1)
    found = [memory_bytes(sizes, optimizer_slots=slots) for slots in (1, 2, 3)]
    equal(found, [_bytes(sizes, slots=slots) for slots in (1, 2, 3)], SLOTS)


def check_dtype(memory_bytes, rng):
    """A number takes 2 bytes as float16 and 8 as float64."""
    sizes = _sizes(rng, 2)
    found = [memory_bytes(sizes, dtype=dtype) for dtype in ("float16", "float64")]
    equal(found, [_bytes(sizes, size) for size in (2, 8)], DTYPE)


def check_dtype_of_the_slots(memory_bytes, rng):
    """The numbers in the slots have the same dtype."""
    sizes = _sizes(rng, 1)
    asked = (("float16", 2, 1), ("float64", 8, 2))
    found = [memory_bytes(sizes, dtype=dtype, optimizer_slots=slots) for dtype, _, slots in asked]
    equal(found, [_bytes(sizes, size, slots) for _, size, slots in asked], TOGETHER)


@hidden(like=(check_parameters_and_gradient, check_slots, check_dtype, check_dtype_of_the_slots))
def check_other_networks(memory_bytes, rng):
    """The same holds for a single layer, for square and huge ones, and for many slots."""
    n = int(rng.integers(2, 60))
    for sizes in ((n, 3), (n, n, n), (1, 1), (40_000, 30_000, 1000)):
        for dtype, size, slots in (("float16", 2, 2), ("float32", 4, 1), ("float64", 8, 5)):
            equal(memory_bytes(sizes, dtype=dtype, optimizer_slots=slots), _bytes(sizes, size, slots), TOGETHER)


covers = {
    "Write memory_bytes(sizes, *, dtype=": check_parameters_and_gradient,
    "how many bytes a fully connected network with biases takes": check_parameters_and_gradient,
    "the weights and biases, their gradient": (check_parameters_and_gradient, check_slots),
    "sizes is as before": check_parameters_and_gradient,
    "dtype is": (check_dtype, check_dtype_of_the_slots),
    "optimizer_slots is how many numbers": check_slots,
    "All numbers are of the same dtype": check_dtype_of_the_slots,
    "Activations and data are not counted": check_parameters_and_gradient,
    "hyperparameters.count_parameters(sizes)": "an offer",
    "For (64, 32, 10)": "the example, by hand",
    "Return the bytes that parameters, gradient and optimizer take": (check_parameters_and_gradient, check_slots),
}


@misconception(
    "The gradient is not counted. The backward pass computes one number for each parameter, and all of them are in "
    "memory when the step is made.",
    caught_by=check_parameters_and_gradient,
)
def no_gradient(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize, optimizer_slots - 1)


@misconception(
    "Only the parameters are counted. That is what the network takes once it is trained; training needs room for the "
    "gradient and the optimizer's slots as well.",
    caught_by=check_parameters_and_gradient,
    worth=0.4,
)
def parameters_alone(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize, -1)


@misconception(
    "The optimizer's memory is counted once, however many slots there are. Adam keeps two numbers for each parameter, "
    "a running mean of the gradient and one of its square.",
    caught_by=check_slots,
    worth=0.7,
)
def one_slot_at_most(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize, min(optimizer_slots, 1))


@misconception(
    "A slot is taken for a single number. It holds a number for each parameter: an array of the shape of each W and b.",
    caught_by=check_slots,
    worth=0.6,
)
def slot_is_one_number(sizes, *, dtype="float32", optimizer_slots=0):
    size = np.dtype(dtype).itemsize
    return _bytes(sizes, size) + optimizer_slots * size


@misconception(
    "The optimizer's slots are left out.",
    caught_by=check_slots,
    worth=0.6,
)
def slots_left_out(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize)


@misconception(
    "Every number takes four bytes here, whatever `dtype` says. A float16 takes two, a float64 eight.",
    caught_by=check_dtype,
    worth=0.75,
)
def four_bytes(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, 4, optimizer_slots)


@misconception(
    "Bits are counted, not bytes: a float32 has 32 bits, which is 4 bytes.",
    caught_by=check_parameters_and_gradient,
    worth=0.1,
)
def bits(sizes, *, dtype="float32", optimizer_slots=0):
    return 8 * _bytes(sizes, np.dtype(dtype).itemsize, optimizer_slots)


@misconception(
    "The slots are kept in 32-bit floats here, whatever `dtype` says. Programs that train in float16 often do that; "
    "here all numbers are of the same dtype.",
    caught_by=check_dtype_of_the_slots,
    worth=0.85,
)
def slots_in_float32(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize) + 4 * optimizer_slots * count_parameters(sizes)


@misconception(
    "The biases are left out. They are parameters like the weights, with a gradient and slots.",
    caught_by=check_parameters_and_gradient,
)
def no_biases(sizes, *, dtype="float32", optimizer_slots=0):
    return np.dtype(dtype).itemsize * (2 + optimizer_slots) * count_parameters(sizes, bias=False)


@misconception(
    "Numbers are counted, not bytes: multiply by the bytes that a number takes.",
    caught_by=check_parameters_and_gradient,
    worth=0.1,
)
def numbers(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, 1, optimizer_slots)


@misconception(
    "Activations are counted too. They come on top, but they depend on the batch, and are not asked for here.",
    caught_by=check_parameters_and_gradient,
)
def activations_of_one_example(sizes, *, dtype="float32", optimizer_slots=0):
    size = np.dtype(dtype).itemsize
    return _bytes(sizes, size, optimizer_slots) + size * sum(sizes)


@misconception(
    "With an optimizer that keeps something, the gradient is no longer counted. The slots come on top of it: it is "
    "still needed for each step.",
    caught_by=check_slots,
    worth=0.6,
)
def slots_for_the_gradient(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize, max(optimizer_slots - 1, 0))


@misconception(
    "The gradient or the slots are counted for the weights alone. Biases have them too.",
    caught_by=check_slots,
)
def slots_of_the_weights_alone(sizes, *, dtype="float32", optimizer_slots=0):
    size = np.dtype(dtype).itemsize
    return _bytes(sizes, size) + size * optimizer_slots * count_parameters(sizes, bias=False)


@same_mistake_as(slots_of_the_weights_alone)
def gradient_of_the_weights_alone(sizes, *, dtype="float32", optimizer_slots=0):
    size = np.dtype(dtype).itemsize
    return size * ((1 + optimizer_slots) * count_parameters(sizes) + count_parameters(sizes, bias=False))


@neighbour("the parameters and the gradient are counted once for each slot")
def multiplied(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize, 2 * optimizer_slots)


@neighbour("a copy of the parameters is counted as well")
def with_a_copy(sizes, *, dtype="float32", optimizer_slots=0):
    return _bytes(sizes, np.dtype(dtype).itemsize, optimizer_slots + 1)


@alternative("a sum over the layers, with a table of sizes")
def by_layer(sizes, *, dtype="float32", optimizer_slots=0):
    size = {"float16": 2, "float32": 4, "float64": 8}[dtype]
    total = 0
    for n, k in zip(sizes, sizes[1:]):
        total += size * (n * k + k)  # parameters
        total += size * (n * k + k)  # gradient
        total += size * (n * k + k) * optimizer_slots
    return total


@alternative("the bits from the name of the dtype")
def from_the_name(sizes, *, dtype="float32", optimizer_slots=0):
    return hyperparameters.count_parameters(sizes) * (optimizer_slots + 2) * (int(dtype.removeprefix("float")) // 8)


@alternative("NumPy's own count, as a 0-d array")
def counted_by_numpy(sizes, *, dtype="float32", optimizer_slots=0):
    per_parameter = np.zeros(2 + optimizer_slots, dtype).nbytes
    return np.array(per_parameter, np.int64) * hyperparameters.count_parameters(sizes)


def _sizes(rng, hidden_layers):
    return tuple(int(size) for size in rng.choice(np.arange(3, 90), hidden_layers + 2, replace=False))


def _bytes(sizes, size=4, slots=0):
    return (2 + slots) * count_parameters(sizes) * size
