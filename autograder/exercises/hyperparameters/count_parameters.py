"""Count what training changes in a fully connected network."""

import numpy as np

from autograder.authoring import alternative, core, equal, hidden, integer, misconception, neighbour, weight
from dnnkit.hyperparameters import count_parameters as solution

points = 3
returns = integer
hints = (
    "Write down the shapes of W and b for each layer of a small network, and count their entries.",
    "A layer sits between two neighbouring entries of `sizes`: `zip(sizes, sizes[1:])` yields these pairs.",
    "A layer with n inputs and k neurons has n * k weights and, if `bias` is True, k biases.",
)

COUNT = "all weights and biases must be counted, layer by layer"
WEIGHTS = "without biases, only the weights must be counted"
ONE = "a network of a single layer has one W and one b"


@core
@weight(2)
def check_weights_and_biases(count_parameters, rng):
    """All weights and biases are counted, in networks with one to four hidden layers."""
    for hidden_layers in (1, 2, 4):
        sizes = _sizes(rng, hidden_layers)
        equal(count_parameters(sizes), _count(sizes), COUNT)
    equal(count_parameters(list(sizes), bias=True), _count(sizes), COUNT)


def check_without_biases(count_parameters, rng):
    """Without biases, only the weights are counted."""
    for hidden_layers in (1, 3):
        sizes = _sizes(rng, hidden_layers)
        equal(count_parameters(sizes, bias=False), _count(sizes, biases=0), WEIGHTS)


def check_one_layer(count_parameters, rng):
    """A network without hidden layers has the parameters of its single layer."""
    n_inputs, n_outputs = _sizes(rng, 0)
    equal(count_parameters((n_inputs, n_outputs)), n_inputs * n_outputs + n_outputs, ONE)
    equal(count_parameters((n_inputs, n_outputs), bias=False), n_inputs * n_outputs, ONE)


@hidden(like=(check_weights_and_biases, check_without_biases, check_one_layer))
def check_other_networks(count_parameters, rng):
    """The same holds for layers of equal size, layers of a single neuron, very wide ones, and very many."""
    n = int(rng.integers(2, 50))
    for sizes in ((n, n, n), (1, 1), (n, 1, n + 3), (60_000, 50_000, 10), tuple(range(1, 40)), [n] * 100):
        equal(count_parameters(sizes), _count(sizes), COUNT)
        equal(count_parameters(sizes, bias=False), _count(sizes, biases=0), WEIGHTS)


covers = {
    "Write count_parameters(sizes, *, bias=True)": check_weights_and_biases,
    "how many parameters a fully connected network has": check_weights_and_biases,
    "sizes is a list or a tuple": (check_weights_and_biases, check_one_layer),
    "With bias=False": check_without_biases,
    "For example, (64, 32, 10)": "the example, by hand",
    "Return the number of weights and biases": check_weights_and_biases,
}
equivalent = {
    "`sizes, bias = (_inputs.sizes('sizes', sizes), _inputs.boolean('bias', bias))` becomes `pass`": (
        "it rejects bad input, and turns NumPy's numbers into Python's"
    ),
}


@misconception(
    "The biases are not counted. Each neuron has one, and training changes it like a weight.",
    caught_by=check_weights_and_biases,
)
def no_biases(sizes, *, bias=True):
    return _count(sizes, biases=0)


@misconception(
    "`bias=False` changes nothing here: biases are counted in any case.",
    caught_by=check_without_biases,
    worth=0.7,
)
def always_biases(sizes, *, bias=True):
    return _count(sizes)


@misconception(
    "The inputs are given biases, as if they were neurons. An input is just a number that comes in: it has no weights "
    "and no bias.",
    caught_by=check_one_layer,
)
def inputs_with_biases(sizes, *, bias=True):
    return _count(sizes, biases=0) + bias * sum(sizes)


@misconception(
    "The biases are at the wrong end of each layer. W maps n inputs to k neurons, and b is added to the k sums: a "
    "layer has a bias for each of its neurons, not for each of its inputs.",
    caught_by=check_weights_and_biases,
)
def biases_of_the_inputs(sizes, *, bias=True):
    return sum(n * k + bias * n for n, k in zip(sizes, sizes[1:]))


@misconception(
    "The output layer has no biases here. Its neurons have one each, like all others.",
    caught_by=check_weights_and_biases,
)
def outputs_without_biases(sizes, *, bias=True):
    return _count(sizes, biases=0) + bias * sum(sizes[1:-1])


@misconception(
    "Each layer has a single bias here. b has an entry for each neuron of the layer.",
    caught_by=check_weights_and_biases,
)
def one_bias_a_layer(sizes, *, bias=True):
    return _count(sizes, biases=0) + bias * (len(sizes) - 1)


@misconception(
    "All sizes are multiplied together. Weights join neighbouring layers only: add the products of neighbours.",
    caught_by=check_weights_and_biases,
)
def one_product(sizes, *, bias=True):
    return int(np.prod([float(size) for size in sizes])) + bias * sum(sizes[1:])


@misconception(
    "The input layer is counted as if it had weights from each input to each input. It computes nothing: the first W "
    "is the one from the inputs to the first hidden layer.",
    caught_by=check_weights_and_biases,
)
def inputs_with_weights(sizes, *, bias=True):
    return _count((sizes[0], *sizes), biases=bias)


@misconception(
    "The last layer is left out. The output neurons have weights and biases too.",
    caught_by=check_weights_and_biases,
)
def without_the_last_layer(sizes, *, bias=True):
    return _count(sizes[:-1], biases=bias)


@misconception(
    "Neurons are counted, not parameters: each neuron has as many weights as it has inputs, and a bias.",
    caught_by=check_weights_and_biases,
)
def neurons(sizes, *, bias=True):
    return sum(sizes[1:])


@misconception(
    "A bias is counted as one more neuron in every layer, with weights from the layer before. It is one number for "
    "each neuron: if you think of a constant input 1, that input has weights to the next layer and none from the "
    "previous one.",
    caught_by=check_weights_and_biases,
)
def bias_as_a_neuron(sizes, *, bias=True):
    return sum((n + bias) * (k + bias) for n, k in zip(sizes, sizes[1:]))


@misconception(
    "Every layer is counted as if the network's inputs fed it. Each layer is fed by the one before it.",
    caught_by=check_weights_and_biases,
)
def all_fed_by_the_inputs(sizes, *, bias=True):
    return (sizes[0] + bias) * sum(sizes[1:])


@misconception(
    "`bias` is read the wrong way round: with True the biases are left out, with False they are counted.",
    caught_by=check_weights_and_biases,
    worth=0.3,
)
def bias_turned_round(sizes, *, bias=True):
    return _count(sizes, biases=not bias)


@neighbour("two biases for each neuron")
def two_biases(sizes, *, bias=True):
    return _count(sizes, biases=2 * bias)


@neighbour("the first layer is left out")
def without_the_first_layer(sizes, *, bias=True):
    return _count(sizes[1:], biases=bias)


@alternative("a loop over the layers")
def looped(sizes, *, bias=True):
    total = 0
    for layer in range(1, len(sizes)):
        total += sizes[layer - 1] * sizes[layer]
        if bias:
            total += sizes[layer]
    return total


@alternative("a product of vectors")
def dotted(sizes, *, bias=True):
    sizes = np.array(sizes, dtype=np.int64)
    return np.dot(sizes[:-1] + int(bias), sizes[1:])


@alternative("from the last layer to the first, each layer by itself")
def recursive(sizes, *, bias=True):
    if len(sizes) < 2:
        return 0
    *before, n, k = sizes
    return (n + 1 if bias else n) * k + recursive([*before, n], bias=bias)


def _sizes(rng, hidden_layers):
    """Return sizes that all differ, widening and narrowing, so that confusing two neighbours changes the count."""
    return tuple(int(size) for size in rng.choice(np.arange(3, 90), hidden_layers + 2, replace=False))


def _count(sizes, biases=1):
    return sum((int(n) + biases) * int(k) for n, k in zip(sizes, sizes[1:]))
