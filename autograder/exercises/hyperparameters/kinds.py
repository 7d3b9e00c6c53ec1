"""Sort what occurs in a training run: parameter, hyperparameter, or neither."""

from autograder.authoring import alternative, chosen, core, misconception, neighbour, require, text, weight

points = 2
solution = {
    "width": "hyperparameter",
    "W": "parameter",
    "b": "parameter",
    "activations": "neither",
    "learning_rate": "hyperparameter",
    "momentum": "hyperparameter",
    "velocity": "neither",
    "epochs": "hyperparameter",
    "dev_error": "neither",
    "scale": "parameter",
    "running_mean": "neither",
}
returns = dict.fromkeys(solution, text)
hints = (
    "Ask two questions about each of them. Does a training step move it against its gradient? If not, did somebody "
    "choose it before the run?",
    "A number is not a parameter just because it changes while the network trains: a parameter is moved against a "
    "gradient.",
    "Three of them are parameters, four are hyperparameters. The other four are computed, remembered or measured.",
)

KINDS = ("parameter", "hyperparameter", "neither")
WORD = 'each of the eleven must be "parameter", "hyperparameter" or "neither"'
LAYER = "something in the layer is of the wrong kind"
STEP = "something that a step reads or writes is of the wrong kind"
RUN = "something about the run as a whole is of the wrong kind"
NORM = "something in batch norm is of the wrong kind"
RUNNING = "the running mean is classed as something that somebody sets"
MOVED = "the running mean is classed as something that a step moves against its gradient"
LEARNED = "the scale of batch norm is classed as something that somebody sets"
CHOSEN = "the velocity is classed as something that somebody sets"
REMEMBERED = "the velocity is classed as something that a step moves against its gradient"
COMPUTED = "the activations are classed as something that a step moves against its gradient"
WIDTH = "the width is classed as something that a step moves against its gradient"
MEASURED = "the dev error is classed as something that somebody sets"


@core
@weight(2)
def check_layer(kinds, rng):
    """A layer's width, its weights and biases, and what comes out of it are of the right kind."""
    found = chosen(kinds, ("width", "W", "b", "activations"), KINDS, WORD)
    require(found["activations"] != "parameter", COMPUTED)
    require(found["width"] != "parameter", WIDTH)
    require(found.items() <= solution.items(), LAYER)


def check_step(kinds, rng):
    """What a step reads, and what it remembers for the next one, are of the right kind."""
    found = chosen(kinds, ("learning_rate", "momentum", "velocity"), KINDS, WORD)
    require(found["velocity"] != "parameter", REMEMBERED)
    require(found["velocity"] != "hyperparameter", CHOSEN)
    require(found.items() <= solution.items(), STEP)


def check_run(kinds, rng):
    """How long the run lasts, and how good it gets, are of the right kind."""
    found = chosen(kinds, ("epochs", "dev_error"), KINDS, WORD)
    require(found["dev_error"] != "hyperparameter", MEASURED)
    require(found.items() <= solution.items(), RUN)


@weight(2)
def check_batch_norm(kinds, rng):
    """What batch norm learns, and what it keeps, are of the right kind."""
    found = chosen(kinds, ("scale", "running_mean"), KINDS, WORD)
    require(found["running_mean"] != "hyperparameter", RUNNING)
    require(found["running_mean"] != "parameter", MOVED)
    require(found["scale"] != "hyperparameter", LEARNED)
    require(found.items() <= solution.items(), NORM)


covers = {
    "Give each of the following its kind": (check_layer, check_step, check_run, check_batch_norm),
    "Gradient descent with momentum": "the setting",
    "how many neurons the hidden layer has": check_layer,
    "the weights of the hidden layer": check_layer,
    "its biases": check_layer,
    "what comes out of the hidden layer for one batch": check_layer,
    "the factor": check_step,
    "the share": check_step,
    "what is left of the steps so far": check_step,
    "how many times the run goes through the training set": check_run,
    "the share of the dev set": check_run,
    "by which batch norm multiplies": check_batch_norm,
    "the average, over the batches so far": check_batch_norm,
}


@misconception(
    "The running mean of batch norm is taken for a hyperparameter. Nobody chooses it: it is an average of what came "
    "through, kept for use after training. What you can choose is how quickly it forgets.",
    caught_by=check_batch_norm,
    said_by=RUNNING,
    worth=0.75,
)
def running_mean_set():
    return solution | {"running_mean": "hyperparameter"}


@misconception(
    "The running mean of batch norm is taken for a parameter, because it changes during training. It does, but no "
    "gradient moves it and the loss is not consulted: it is a record of the activations, and PyTorch calls it a "
    "buffer.",
    caught_by=check_batch_norm,
    said_by=MOVED,
    worth=0.75,
)
def running_mean_learned():
    return solution | {"running_mean": "parameter"}


@misconception(
    "The scale of batch norm is taken for a hyperparameter. It looks like a setting of the layer, but it has a "
    "gradient, and every step moves it as it moves W.",
    caught_by=check_batch_norm,
    said_by=LEARNED,
    worth=0.75,
)
def scale_set():
    return solution | {"scale": "hyperparameter"}


@misconception(
    "The velocity is taken for a parameter. A step changes it, but it has no gradient, and the network gives its "
    "answers without it: it is the optimizer's memory. After training it can be thrown away.",
    caught_by=check_step,
    said_by=REMEMBERED,
    worth=0.85,
)
def velocity_learned():
    return solution | {"velocity": "parameter"}


@misconception(
    "The velocity is taken for a hyperparameter, that is, for the momentum. The momentum is the share that is kept, "
    "one number that somebody sets; the velocity is what is kept, one number for each weight, and follows from the "
    "steps.",
    caught_by=check_step,
    said_by=CHOSEN,
    worth=0.85,
)
def velocity_set():
    return solution | {"velocity": "hyperparameter"}


@misconception(
    "The activations are taken for parameters. They change from batch to batch, but no gradient moves them: give the "
    "network the same batch again, and they are what they were.",
    caught_by=check_layer,
    said_by=COMPUTED,
)
def activations_learned():
    return solution | {"activations": "parameter"}


@misconception(
    "The width is taken for a parameter. It decides how many parameters there are, but no step adds or removes a "
    "neuron.",
    caught_by=check_layer,
    said_by=WIDTH,
)
def width_learned():
    return solution | {"width": "parameter"}


@misconception(
    "The dev error is taken for a hyperparameter. It is what hyperparameters are chosen by: a result, which nobody can "
    "set.",
    caught_by=check_run,
    said_by=MEASURED,
    worth=0.85,
)
def dev_error_set():
    return solution | {"dev_error": "hyperparameter"}


@misconception(
    "The two words are swapped. Parameters are what training finds; hyperparameters are a level above (hyper): what is "
    "decided about the training.",
    caught_by=check_layer,
    worth=0.1,
)
def swapped():
    other = {"parameter": "hyperparameter", "hyperparameter": "parameter", "neither": "neither"}
    return {name: other[kind] for name, kind in solution.items()}


@misconception(
    "Everything that changes during training is taken for a parameter. Only the numbers that a step moves against "
    "their gradient are parameters: others are computed, remembered or measured.",
    caught_by=check_step,
    worth=0.1,
)
def all_that_changes():
    return {name: "hyperparameter" if kind == "hyperparameter" else "parameter" for name, kind in solution.items()}


@misconception(
    "All that changes in the run is taken for a parameter, including the velocity, the running mean and the "
    "activations. A parameter has a gradient, which the step follows; the others are computed or remembered.",
    caught_by=check_step,
    worth=0.3,
)
def remembered_and_computed_too():
    return solution | {"velocity": "parameter", "running_mean": "parameter", "activations": "parameter"}


@misconception(
    "The momentum is taken for neither, as if it were the velocity. The velocity is what the run remembers; the "
    "momentum is the share of it that is kept, which somebody has chosen.",
    caught_by=check_step,
    worth=0.85,
)
def momentum_neither():
    return solution | {"momentum": "neither"}


@neighbour("the number of epochs is taken for neither")
def epochs_neither():
    return solution | {"epochs": "neither"}


@neighbour("the biases are taken for hyperparameters")
def biases_set():
    return solution | {"b": "hyperparameter"}


@alternative("built from three lists")
def from_lists():
    lists = {
        "neither": ["activations", "velocity", "dev_error", "running_mean"],
        "parameter": ["scale", "b", "W"],
        "hyperparameter": ["learning_rate", "epochs", "momentum", "width"],
    }
    return {name: kind for kind, names in lists.items() for name in names}


@alternative("with capital letters")
def capital():
    return {name: kind.capitalize() for name, kind in solution.items()}
