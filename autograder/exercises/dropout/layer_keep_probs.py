"""Choose the layers to drop from: the large hidden ones."""

from autograder.authoring import alternative, array, close, hidden, misconception
from dnnkit.dropout import layer_keep_probs as solution

points = 2
returns = array
hints = (
    "sizes[0] is the number of inputs and sizes[-1] the number of outputs; sizes[1:-1] are the hidden layers.",
    "A hidden layer of exactly `threshold` neurons is large enough.",
    "To drop nothing from a layer is to keep its neurons with probability 1.",
)


def check_one_number_for_each_hidden_layer(layer_keep_probs, rng):
    """There is one number for each hidden layer, and none for the inputs or the outputs."""
    for hidden_layers in (1, 2, 4):
        wide = [int(n) for n in rng.integers(300, 400, hidden_layers)]
        found = layer_keep_probs((64, *wide, 10), keep_prob=0.8, threshold=200)
        close(found, [0.8] * hidden_layers, "there must be one number, keep_prob, for each large hidden layer")


def check_large_layers_are_dropped_from(layer_keep_probs, rng):
    """A hidden layer of `threshold` neurons or more gets keep_prob, a smaller one gets 1."""
    q, t = float(rng.choice([0.5, 0.75, 0.8])), int(rng.integers(100, 200))
    found = layer_keep_probs((784, 2 * t, t, t - 1, 12, 10), keep_prob=q, threshold=t)
    close(found, [q, q, 1, 1], "a hidden layer must get keep_prob from threshold neurons on, and 1 below")


def check_small_networks_are_left_alone(layer_keep_probs, rng):
    """Where no hidden layer is large nothing is dropped, however many inputs there are; one neuron more decides."""
    t = int(rng.integers(50, 90))
    found = layer_keep_probs((5000, t - 1, t // 2, 3), keep_prob=0.6, threshold=t)
    close(found, [1, 1], "a hidden layer below threshold must get 1")
    found = layer_keep_probs((5000, t - 1, t, 3), keep_prob=0.6, threshold=t)
    close(found, [1, 0.6], "a hidden layer that reaches threshold must get keep_prob")


@hidden
def check_wide_outputs_do_not_count(layer_keep_probs, rng):
    """A thousand classes are no hidden layer, and neither are a thousand inputs."""
    t = int(rng.integers(100, 300))
    found = layer_keep_probs((1000, 20, t, 1000), keep_prob=0.5, threshold=t)
    close(found, [1, 0.5], "only hidden layers count, each by its own number of neurons")


@misconception(
    "The output layer has a number too. Its neurons are the answer: dropping one would blank out a class in the middle "
    "of the loss. Stop before the last size.",
    caught_by=check_one_number_for_each_hidden_layer,
)
def output_layer_included(sizes, *, keep_prob, threshold):
    return tuple(keep_prob if n >= threshold else 1.0 for n in sizes[1:])


@misconception(
    "The input layer has a number too. Inputs are data, not neurons of the network: the first hidden layer is "
    "sizes[1].",
    caught_by=check_one_number_for_each_hidden_layer,
)
def input_layer_included(sizes, *, keep_prob, threshold):
    return tuple(keep_prob if n >= threshold else 1.0 for n in sizes[:-1])


@misconception(
    "Every size has a number, inputs and outputs as well. Only hidden layers are dropped from: sizes[1:-1].",
    caught_by=check_one_number_for_each_hidden_layer,
)
def every_size_included(sizes, *, keep_prob, threshold):
    return tuple(keep_prob if n >= threshold else 1.0 for n in sizes)


@misconception(
    "A layer of exactly `threshold` neurons is left out: it is the smallest size that counts as large (>=, not >).",
    caught_by=check_large_layers_are_dropped_from,
)
def strictly_larger(sizes, *, keep_prob, threshold):
    return tuple(keep_prob if n > threshold else 1.0 for n in sizes[1:-1])


@misconception(
    "The small layers are dropped from, and the large ones left alone. A small layer is the bottleneck, where a lost "
    "neuron is missed most; a large one has neurons to spare.",
    caught_by=check_large_layers_are_dropped_from,
)
def small_layers_dropped(sizes, *, keep_prob, threshold):
    return tuple(1.0 if n >= threshold else keep_prob for n in sizes[1:-1])


@misconception(
    "The numbers are probabilities to drop: 1 - keep_prob for the large layers and 0 for the others. Asked for are "
    "probabilities to keep, where 1 leaves a layer alone.",
    caught_by=check_large_layers_are_dropped_from,
)
def probabilities_to_drop(sizes, *, keep_prob, threshold):
    return tuple(1 - keep_prob if n >= threshold else 0.0 for n in sizes[1:-1])


@misconception(
    "A layer that is left alone got 0, which would drop all of it. To leave a layer alone is to keep with "
    "probability 1.",
    caught_by=check_small_networks_are_left_alone,
)
def zero_for_the_others(sizes, *, keep_prob, threshold):
    return tuple(keep_prob if n >= threshold else 0.0 for n in sizes[1:-1])


@misconception(
    "A layer is judged by the size of the layer before it (its fan-in). What is dropped are its own neurons: compare "
    "their number with the threshold.",
    caught_by=check_wide_outputs_do_not_count,
)
def judged_by_fan_in(sizes, *, keep_prob, threshold):
    return tuple(keep_prob if n >= threshold else 1.0 for n in sizes[:-2])


@misconception(
    "All hidden layers get keep_prob, and the threshold is never read.",
    caught_by=check_small_networks_are_left_alone,
)
def threshold_ignored(sizes, *, keep_prob, threshold):
    return (keep_prob,) * (len(sizes) - 2)


@alternative("a loop that appends to a list")
def looped(sizes, *, keep_prob, threshold):
    out = []
    for layer in range(1, len(sizes) - 1):
        if sizes[layer] < threshold:
            out.append(1)
        else:
            out.append(keep_prob)
    return out
