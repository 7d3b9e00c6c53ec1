"""Diagnose eight runs from their training and dev errors and the best possible error."""

from autograder.authoring import alternative, chosen, core, hidden, misconception, neighbour, require, text, weight

points = 3
solution = {
    "A": "bias",
    "B": "variance",
    "C": "both",
    "D": "neither",
    "E": "neither",
    "F": "variance",
    "G": "bias",
    "H": "variance",
}
returns = dict.fromkeys(solution, text)
hints = (
    "Write two differences next to each run, after epoch 60: training error minus best possible, dev error minus "
    "training error.",
    "No error is large or small by itself. Which of the eight runs have a best possible error that is far from zero?",
    'A difference below zero is not a gap. For two of the eight runs the answer is "neither".',
)

WORDS = ("bias", "variance", "both", "neither")
WORD = 'each of the eight must be "bias", "variance", "both" or "neither"'
NEAR_ZERO = "of the runs A, B, C and D, at least one has a wrong diagnosis"
FAR = "of the runs E, F and H, at least one has a wrong diagnosis"
FALLING = "run G has a wrong diagnosis"
UNAVOIDABLE = "run E is said to have bias, though hardly any better training error is possible there"
BELOW = "run F is said to have bias, though its training error is below the best possible one"


@core
@weight(2)
def check_best_near_zero(eight_curves, rng):
    """The runs whose best possible error is 1% get their diagnoses."""
    require(chosen(eight_curves, "ABCD", WORDS, WORD).items() <= solution.items(), NEAR_ZERO)


@weight(2)
def check_best_far_from_zero(eight_curves, rng):
    """The runs whose best possible error is 14% or 20% get their diagnoses."""
    found = chosen(eight_curves, "EFH", WORDS, WORD)
    require(found["E"] not in ("bias", "both"), UNAVOIDABLE)
    require(found["F"] not in ("bias", "both"), BELOW)
    require(found.items() <= solution.items(), FAR)


def check_still_falling(eight_curves, rng):
    """The run whose errors were still falling gets the diagnosis of its last epoch."""
    require(chosen(eight_curves, "G", WORDS, WORD).items() <= solution.items(), FALLING)


@hidden(like=(check_best_near_zero, check_best_far_from_zero, check_still_falling))
def check_all_eight(eight_curves, rng):
    """All eight diagnoses are right."""
    require(chosen(eight_curves, "ABCDEFGH", WORDS, WORD) == solution, "not all eight are right")


covers = {
    "Give each of these eight runs its diagnosis after the last epoch": (
        check_best_near_zero,
        check_best_far_from_zero,
        check_still_falling,
    ),
    "A gap counts if it is more than 3 points": (check_best_near_zero, check_best_far_from_zero),
    "the avoidable bias counts, and the variance does not": (check_best_near_zero, check_still_falling),
    "the variance counts, and the avoidable bias does not": (check_best_near_zero, check_best_far_from_zero),
    "both count": check_best_near_zero,
    "neither does": (check_best_near_zero, check_best_far_from_zero),
    "All numbers are errors in percent": "how the table is read",
    "Training and dev data come from one source": "the setting",
    "run best possible": "how the table is read",
    "60, 21, 13, 12": check_best_near_zero,
    "55, 12, 2, 0": check_best_near_zero,
    "62, 25, 14, 10": check_best_near_zero,
    "50, 8, 3, 2": check_best_near_zero,
    "62, 30, 18, 15": check_best_far_from_zero,
    "60, 26, 8, 1": check_best_far_from_zero,
    "80, 60, 34, 17": check_still_falling,
    "60, 35, 24, 21": check_best_far_from_zero,
}


@misconception(
    "The best possible error is taken for zero, so that a training error is bias all by itself. Of E's 15% only one "
    "point can be avoided, and of H's 21% only one too.",
    caught_by=check_best_far_from_zero,
    worth=0.6,
)
def nothing_is_unavoidable():
    return solution | {"E": "bias", "H": "both"}


@misconception(
    "The dev error is compared with the best possible error, and not with the training error. What is "
    "already in the training error is in the dev error too: only what comes on top of it is variance.",
    caught_by=check_best_near_zero,
    worth=0.5,
)
def dev_error_for_the_gap():
    return solution | {"A": "both", "G": "both"}


@misconception(
    "The two names are swapped. Bias is what the network gets wrong even on its training set; variance is what "
    "it gets wrong on top of that where it was not trained.",
    caught_by=check_best_near_zero,
    worth=0.3,
)
def swapped():
    turned = {"bias": "variance", "variance": "bias"}
    return {run: turned.get(word, word) for run, word in solution.items()}


@misconception(
    "Run F's distance from the best possible error is counted whichever way it points. Its training error is *below* "
    "that error: it has learned wrong labels by heart, which is variance and no bias.",
    caught_by=check_best_far_from_zero,
    said_by=BELOW,
    worth=0.7,
)
def sign_ignored():
    return solution | {"F": "both"}


@misconception(
    "G is passed over because its errors were still falling. After the last epoch the training error is 15 points "
    "above the best possible: that is bias, whose cheapest remedy is to train longer.",
    caught_by=check_still_falling,
    worth=0.8,
)
def falling_is_fine():
    return solution | {"G": "neither"}


@misconception(
    "A run gets only one name, that of its larger gap. C has two gaps that count, 9 points and 12.",
    caught_by=check_best_near_zero,
    worth=0.7,
)
def only_the_larger():
    return solution | {"C": "variance"}


@neighbour("E is taken for variance")
def unavoidable_variance():
    return solution | {"E": "variance"}


@neighbour("the same word for all")
def always_both():
    return dict.fromkeys(solution, "both")


@alternative("capital letters and spaces")
def shouted():
    return {run: f" {word.upper()} " for run, word in solution.items()}


@alternative("computed from the table")
def computed():
    last = {
        "A": (1, 12, 13),
        "B": (1, 0, 13),
        "C": (1, 10, 22),
        "D": (1, 2, 3),
        "E": (14, 15, 17),
        "F": (14, 1, 26),
        "G": (2, 17, 18),
        "H": (20, 21, 29),
    }
    names = {(True, False): "bias", (False, True): "variance", (True, True): "both", (False, False): "neither"}
    return {run: names[train - best > 3, dev - train > 3] for run, (best, train, dev) in last.items()}
