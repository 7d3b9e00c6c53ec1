"""Say of eight divisions whether something leaks into the judgement, and how."""

from autograder.authoring import alternative, chosen, core, misconception, neighbour, require, text, weight

points = 3
solution = {
    "xrays": "shared",
    "speakers": "none",
    "pixels": "none",
    "pressure": "computed",
    "settings": "chosen",
    "power": "future",
    "rare": "shared",
    "phone": "none",
}
returns = dict.fromkeys(solution, text)
hints = (
    "Imagine one example that is judged. What of it, or of examples like it, has the network seen before?",
    "A difference between training and dev is not a leak, however large: a leak makes the judgement too good.",
    "Three of the eight leak nothing, and two share something.",
)

KINDS = ("shared", "computed", "chosen", "future", "none")
WORD = 'each must be "shared", "computed", "chosen", "future" or "none"'
PERSONS = "one of the divisions of persons is of a different kind"
STATISTICS = "one of the two divisions with a mean is of a different kind"
USE = "of the 200 networks, the days and the phone pictures one is of a different kind"
COPIES = "the division of the rare class is of a different kind"
CLEAN_SPEAKERS = "the speakers are said to leak, though each of them is in one part only"
CLEAN_PIXELS = "the pixels are said to leak, though no dev image went into the mean"
CLEAN_PHONE = "the phone pictures are said to leak, though no sheet is in two parts"
CLEAN_XRAYS = "the X-rays are said to leak nothing, though a patient's images are spread over the parts"
CLEAN_RARE = "the rare images are said to leak nothing, though an image's copies are spread over the parts"
CLEAN_PRESSURE = "the blood pressure is said to leak nothing, though dev patients had a say in the mean"


@core
@weight(2)
def check_persons(leaks, rng):
    """The two with several examples of one person, the X-rays and the speakers, are told apart."""
    found = chosen(leaks, ("xrays", "speakers"), KINDS, WORD)
    require(found["speakers"] == "none", CLEAN_SPEAKERS)
    require(found["xrays"] != "none", CLEAN_XRAYS)
    require(found.items() <= solution.items(), PERSONS)


@weight(2)
def check_statistics(leaks, rng):
    """The two with a mean, the pixels and the blood pressure, are told apart."""
    found = chosen(leaks, ("pixels", "pressure"), KINDS, WORD)
    require(found["pixels"] == "none", CLEAN_PIXELS)
    require(found["pressure"] != "none", CLEAN_PRESSURE)
    require(found.items() <= solution.items(), STATISTICS)


def check_copies(leaks, rng):
    """The rare class that is copied is of the right kind."""
    found = chosen(leaks, ("rare",), KINDS, WORD)
    require(found["rare"] != "none", CLEAN_RARE)
    require(found.items() <= solution.items(), COPIES)


@weight(2)
def check_use(leaks, rng):
    """The 200 networks, the days and the phone pictures are of the right kind."""
    found = chosen(leaks, ("settings", "power", "phone"), KINDS, WORD)
    require(found["phone"] == "none", CLEAN_PHONE)
    require(found.items() <= solution.items(), USE)


covers = {
    "For each of these divisions say what leaks": (check_persons, check_statistics, check_copies, check_use),
    "examples of one person, or copies of one example": (check_persons, check_copies),
    "something that training uses": check_statistics,
    "the part that reports": check_use,
    "training examples are later": check_use,
    "nothing of this kind": (check_persons, check_statistics, check_use),
    "Each division has at most one of these leaks": "a promise",
    "3000 X-ray images": check_persons,
    "of 40 speakers": check_persons,
    "standard deviation of each pixel": check_statistics,
    "Then the patients are divided": check_statistics,
    "a blood pressure that is missing": check_statistics,
    "200 networks are trained": check_use,
    "with that error": check_use,
    "the days of three years": check_use,
    "The network will predict": check_use,
    "copied four times": check_copies,
    "Then the images are divided": check_copies,
    "each of a different pupil's sheet": check_use,
    "Training has scans": check_use,
}


@misconception(
    "A dev set from a different source than training is taken for a leak. It makes the task harder and the dev error "
    "larger, if anything; a leak makes it too small. Dev should be what the network will meet.",
    caught_by=check_use,
    worth=0.75,
    said_by=CLEAN_PHONE,
)
def other_source_leaks():
    return solution | {"phone": "computed"}


@misconception(
    "A mean that is measured on the training images and applied to dev is taken for a leak. It flows the right way, "
    "from training to dev: dev is only read, as a new image will be.",
    caught_by=check_statistics,
    worth=0.75,
    said_by=CLEAN_PIXELS,
)
def training_statistics_leak():
    return solution | {"pixels": "computed"}


@misconception(
    "The mean of all patients is taken for harmless. It contains the dev patients' values, and training uses it: "
    "little as that is, training knows it before dev is used.",
    caught_by=check_statistics,
    worth=0.75,
    said_by=CLEAN_PRESSURE,
)
def mean_of_all_is_harmless():
    return solution | {"pressure": "none"}


@misconception(
    "Shuffling is taken to make any division fair. It puts two of a patient's images into training and the third into "
    "dev, where it is recognized.",
    caught_by=check_persons,
    said_by=CLEAN_XRAYS,
)
def shuffled_is_fair():
    return solution | {"xrays": "none"}


@misconception(
    "Copies that are made before the division are taken for harmless. Most copies of a rare dev image are in training, "
    "so that the network knows it by heart: divide first, then copy in training only.",
    caught_by=check_copies,
    worth=0.9,
    said_by=CLEAN_RARE,
)
def copies_are_harmless():
    return solution | {"rare": "none"}


@misconception(
    "A division by speakers is taken for one that leaks. Each speaker is in one part only: dev asks about new "
    "speakers, as use will.",
    caught_by=check_persons,
    said_by=CLEAN_SPEAKERS,
)
def speakers_leak():
    return solution | {"speakers": "shared"}


@misconception(
    "The copies are taken for something computed. A copy computes nothing from the other examples; the trouble is that "
    "the same image is then on both sides.",
    caught_by=check_copies,
    worth=0.9,
)
def copies_are_computed():
    return solution | {"rare": "computed"}


@misconception(
    "Days that are shuffled are taken for fairly divided. The network learns from Monday and Wednesday and is asked "
    "about Tuesday; in use it will never know the day after.",
    caught_by=check_use,
    worth=0.75,
)
def shuffled_days_are_fair():
    return solution | {"power": "none"}


@misconception(
    "Choosing by the test set is taken for harmless. The lowest of 200 test errors is low partly by luck, and the luck "
    "is published with it.",
    caught_by=check_use,
    worth=0.75,
)
def choosing_is_harmless():
    return solution | {"settings": "none"}


@neighbour("the 200 networks are said to have shared something")
def settings_shared():
    return solution | {"settings": "shared"}


@neighbour("the days are said to have been chosen")
def power_chosen():
    return solution | {"power": "chosen"}


@neighbour("the X-rays are said to be of the future")
def xrays_future():
    return solution | {"xrays": "future"}


@alternative("built from lists, with capital letters")
def from_lists():
    lists = {
        "None": ["phone", "pixels", "speakers"],
        "Shared": ["rare", "xrays"],
        "Computed": ["pressure"],
        "Chosen": ["settings"],
        "Future ": ["power"],
    }
    return {name: kind for kind, names in lists.items() for name in names}
