"""Count steps, epochs and examples of a run, at two batch sizes."""

from autograder.authoring import (
    alternative,
    core,
    hidden,
    misconception,
    neighbour,
    number,
    require,
    same_mistake_as,
    weight,
)

points = 2
solution = {"steps": 1880, "last": 48, "examples": 120_000, "large_steps": 240, "large_epochs": 157}
returns = dict.fromkeys(solution, number)
hints = (
    "How many batches of 64 fit into 6,000 examples, and how many examples are left for one more?",
    "An epoch has as many steps as batches, the short one included. The examples of an epoch are all of the training "
    "set, whatever the batch.",
    "For the last two count the steps of one epoch anew, with batches of 512. An epoch that is not finished counts as "
    "one more.",
)

STEPS = "steps is not the number of steps in 20 epochs"
LAST = "last is not the number of examples in the last batch of an epoch"
EXAMPLES = "examples is not the number of gradients of single examples in the whole run"
LARGE_STEPS = "large_steps is not the number of steps in 20 epochs with batches of 512"
LARGE_EPOCHS = "large_epochs is not the number of epochs that are needed for as many steps with batches of 512"


@core
@weight(2)
def check_steps(by_hand, rng):
    """The steps of the run, in batches of 64."""
    _right(by_hand, "steps", STEPS)


def check_last_batch(by_hand, rng):
    """The examples that are left for the last batch of an epoch."""
    _right(by_hand, "last", LAST)


def check_examples(by_hand, rng):
    """The examples of the whole run."""
    _right(by_hand, "examples", EXAMPLES)


def check_same_epochs(by_hand, rng):
    """The steps that are left with a batch eight times as large, for as many epochs."""
    _right(by_hand, "large_steps", LARGE_STEPS)


@weight(2)
def check_same_steps(by_hand, rng):
    """The epochs that are needed for as many steps."""
    _right(by_hand, "large_epochs", LARGE_EPOCHS)


@hidden(like=(check_steps, check_last_batch, check_examples, check_same_epochs, check_same_steps))
def check_counts_agree(by_hand, rng):
    """The counts agree with each other: full batches and the last ones together are all examples."""
    full = by_hand["steps"] / 20 - 1
    require(20 * (64 * full + by_hand["last"]) == by_hand["examples"], "steps, last and examples do not agree")
    each = by_hand["large_steps"] / 20
    enough = (by_hand["large_epochs"] - 1) * each < by_hand["steps"] <= by_hand["large_epochs"] * each
    require(enough, "steps, large_steps and large_epochs do not agree")


covers = {
    "A training set has 6,000 examples": "the setting",
    "Answer for this run": "what is asked follows",
    "and for a second run": "what is asked follows",
    "an epoch's last batch takes what is left": check_last_batch,
    "how many steps the run makes": check_steps,
    "how many examples the last batch of each epoch has": check_last_batch,
    "how many gradients of single examples": check_examples,
    "with batches of 512 and as many epochs": check_same_epochs,
    "at least as many steps as the first one": check_same_steps,
    "Give a dictionary of five whole numbers": "what is given is judged part by part",
}


@misconception(
    "The short batch at the end of an epoch is left out. It is a step too: round the number of batches up.",
    caught_by=check_steps,
)
def short_batch_left_out():
    return {"steps": 1860, "last": 64, "examples": 119_040, "large_steps": 220, "large_epochs": 170}


@same_mistake_as(short_batch_left_out)
def short_batch_is_no_step():
    return solution | {"steps": 1860, "large_steps": 220, "large_epochs": 170}


@same_mistake_as(short_batch_left_out)
def short_batch_is_no_step_of_the_first_run():
    return solution | {"steps": 1860}


@misconception(
    "The examples of all epochs are cut into batches in one go. Each epoch begins anew, and ends with a short batch of "
    "its own.",
    caught_by=check_steps,
    worth=0.6,
)
def cut_across_epochs():
    return solution | {"steps": 1875}


@same_mistake_as(cut_across_epochs)
def cut_across_epochs_twice():
    return solution | {"steps": 1875, "large_steps": 235, "large_epochs": 160}


@same_mistake_as(cut_across_epochs)
def cut_across_epochs_rounded_down():
    return solution | {"steps": 1875, "large_steps": 234}


@same_mistake_as(cut_across_epochs)
def cut_across_epochs_to_the_end():
    return solution | {"steps": 1875, "last": 64, "large_steps": 235, "large_epochs": 160}


@misconception(
    "The steps of a single epoch are given instead of those of the run. Multiply by the number of epochs.",
    caught_by=check_steps,
    worth=0.6,
)
def one_epoch():
    return solution | {"steps": 94, "large_steps": 12}


@same_mistake_as(one_epoch)
def one_epoch_throughout():
    return solution | {"steps": 94, "examples": 6000, "large_steps": 12, "large_epochs": 8}


@misconception(
    "The steps are taken to be an eighth of the first run's. The last batch of an epoch is short at both sizes, by "
    "different amounts: count the batches of an epoch anew.",
    caught_by=check_same_epochs,
    worth=0.85,
)
def divided_by_eight():
    return solution | {"large_steps": 235}


@same_mistake_as(divided_by_eight)
def divided_by_eight_throughout():
    return solution | {"large_steps": 235, "large_epochs": 160}


@misconception(
    "The number of epochs is made eight times as large, as the batch is. That is right only for full batches; here the "
    "short ones change the number of steps in an epoch.",
    caught_by=check_same_steps,
    worth=0.75,
)
def eight_times_the_epochs():
    return solution | {"large_epochs": 160}


@misconception(
    "The number of epochs is kept, as if it fixed the number of steps. With larger batches an epoch has fewer steps, "
    "so more epochs are needed.",
    caught_by=check_same_steps,
    worth=0.75,
)
def epochs_for_steps():
    return solution | {"large_epochs": 20}


@misconception(
    "The number of epochs is rounded down. The run with the large batch is then a few steps short.",
    caught_by=check_same_steps,
    worth=0.75,
)
def rounded_down():
    return solution | {"large_epochs": 156}


@misconception(
    "The number of epochs is not a whole number. An epoch that is not finished counts as one more.",
    caught_by=check_same_steps,
    worth=0.85,
)
def not_rounded():
    return solution | {"large_epochs": 1880 / 12}


@same_mistake_as(not_rounded)
def not_rounded_in_a_few_digits():
    return solution | {"large_epochs": 156.67}


@misconception(
    "An epoch is taken to have 11.72 steps, so that more epochs seem to be needed. It has 12: the short batch is a "
    "whole step.",
    caught_by=check_same_steps,
    worth=0.75,
)
def part_of_a_step():
    return solution | {"large_epochs": 161}


@misconception(
    "This is the last batch of the second run. The question asks for that of the run with batches of 64.",
    caught_by=check_last_batch,
    worth=0.85,
)
def last_of_the_second_run():
    return solution | {"last": 368}


@misconception(
    "The steps are multiplied by 64, as if all batches were full. An epoch reads each example once: 6,000 in all.",
    caught_by=check_examples,
    worth=0.85,
)
def all_batches_full():
    return solution | {"examples": 120_320}


@misconception(
    "The examples of the training set are counted once. Each epoch reads all of them again.",
    caught_by=check_examples,
    worth=0.85,
)
def training_set_once():
    return solution | {"examples": 6000}


@misconception(
    "This is how many examples the last batch lacks, not how many it has.",
    caught_by=check_last_batch,
    worth=0.85,
)
def missing_for_left():
    return solution | {"last": 16}


@neighbour("all batches are said to be full")
def full():
    return solution | {"last": 64}


@neighbour("the steps of the two runs are swapped")
def runs_swapped():
    return solution | {"steps": 240, "large_steps": 1880}


@alternative("computed")
def computed():
    small, large = -(-6000 // 64), -(-6000 // 512)
    return {
        "steps": small * 20,
        "last": 6000 - 93 * 64,
        "examples": 6000 * 20,
        "large_steps": large * 20,
        "large_epochs": -(-small * 20 // large),
    }


@alternative("as floats")
def floats():
    return {name: float(value) for name, value in solution.items()}


def _right(by_hand, key, sentence):
    require(by_hand[key] == solution[key], sentence)
