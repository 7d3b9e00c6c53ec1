"""Which setting does a question ask about, which must be tuned alongside it, and which may stay as they are?"""

from autograder.authoring import alternative, core, misconception, neighbour, require, text, weight
from autograder.judge.forms import form_of


def names(value):
    """a list of names"""
    return sorted({_plain(name) for name in form_of([text])(value)})  # sorted, since no order is asked for


def _plain(name):
    return name.strip().lower()


points = 4
solution = {
    "a_scientific": "momentum",
    "a_nuisance": ["learning_rate", "epochs"],
    "b_scientific": "depth",
    "b_nuisance": ["learning_rate", "scheme"],
    "c_scientific": "learning_rate",
    "c_nuisance": ["momentum", "epochs"],
}
returns = {key: names if key.endswith("nuisance") else text for key in solution}
hints = (
    "Begin with the question: which one setting's effect does it ask about?",
    "Then go down the table and stop at each row whose right-hand column names that setting, or all settings.",
    "A setting is either asked about or tuned alongside, never both, and any that is neither stays fixed. Roles change "
    "from question to question.",
)

SETTINGS = {  # by name, what its best value changes with
    "learning_rate": None,  # with every other one
    "momentum": ("learning_rate", "batch_size"),
    "batch_size": (),
    "epochs": ("learning_rate", "momentum", "batch_size"),
    "schedule": ("epochs",),
    "depth": (),
    "budget": (),
    "activation": (),
    "scheme": ("activation", "depth"),
    "weight_decay": ("epochs", "budget"),
}
NAME = "each name must be one of the ten settings of the table"
ASKED = "the scientific setting must be the one whose effect the question asks about"
BOTH = "the setting that the question asks about is tuned as well"
RATE = "the learning rate is held at one value, though its best value changes with the scientific setting"
HELD = "a setting is held at one value, though its best value changes with the scientific one"
CHAIN = "a setting is tuned, though its best value changes only with another nuisance setting"
TUNED = "a setting is tuned, though its best value does not change with the scientific one"


@weight(2)
def check_what_is_asked(roles, rng):
    """The scientific setting of each question is the one whose effect it asks about."""
    for question in "abc":
        key = f"{question}_scientific"
        name = _known(_plain(roles[key]))
        require(name == solution[key], ASKED, question=question)


def check_momentum(roles, rng):
    """In a, the nuisance settings are those whose best values change with the one that is asked about."""
    _nuisance(roles, "a")


@core
@weight(2)
def check_depth(roles, rng):
    """In b, the nuisance settings are those whose best values change with the one that is asked about."""
    _nuisance(roles, "b")


@weight(2)
def check_rate(roles, rng):
    """In c, the nuisance settings are those whose best values change with the one that is asked about."""
    _nuisance(roles, "c")


covers = {
    "A team has trained its network for some weeks": "the setting",
    "The budget is the number of parameters": "what the names mean",
    "setting its best value changes with": "the head of the table",
    "learning_rate every other setting": (check_momentum, check_depth),
    "momentum learning_rate": check_rate,
    "batch_size none": (check_momentum, check_depth, check_rate),
    "epochs learning_rate": (check_momentum, check_rate),
    "schedule epochs": (check_momentum, check_depth, check_rate),
    "depth none": (check_momentum, check_rate),
    "budget none": (check_momentum, check_depth, check_rate),
    "activation none": (check_momentum, check_depth, check_rate),
    "scheme activation": check_depth,
    "weight_decay epochs": (check_momentum, check_depth, check_rate),
    "Now it has three questions": (check_momentum, check_depth, check_rate),
    "Does momentum 0.9 lower": (check_what_is_asked, check_momentum),
    "At 5,000 parameters": (check_what_is_asked, check_depth),
    "Which learning rate": (check_what_is_asked, check_rate),
    "For each question, name the scientific setting": check_what_is_asked,
    "Name the nuisance settings, as a list": (check_momentum, check_depth, check_rate),
    "only if its own row says so": (check_momentum, check_depth, check_rate),
    "What you do not name is fixed": (check_momentum, check_depth, check_rate),
}


@misconception(
    "The learning rate is held at one value for all arms. That looks fair and is not: each arm has its own best rate, "
    "so to choose the value is to choose the winner.",
    caught_by=check_depth,
    said_by=RATE,
    worth=0.6,
)
def one_rate_for_all():
    return solution | {"a_nuisance": ["epochs"], "b_nuisance": ["scheme"]}


@misconception(
    "Nothing is tuned alongside the setting that is asked about. Then all arms run with settings that were found for "
    "one of them.",
    caught_by=check_rate,
    worth=0.4,
)
def nothing_is_tuned():
    return solution | {"a_nuisance": [], "b_nuisance": [], "c_nuisance": []}


@misconception(
    "In c, nothing is tuned. To leave the network as it is means its layers, not everything it is trained with: "
    "momentum and epochs have other best values at another rate, and would favour the rate they were found at.",
    caught_by=check_rate,
    worth=0.75,
)
def nothing_beside_the_rate():
    return solution | {"c_nuisance": []}


@misconception(
    "Only the learning rate is ever tuned. It is the first to tune, but not the only one: the table names others whose "
    "best values change with the setting that is asked about.",
    caught_by=check_momentum,
    worth=0.4,
)
def the_rate_alone():
    return solution | {"a_nuisance": ["learning_rate"], "b_nuisance": ["learning_rate"], "c_nuisance": []}


@misconception(
    "Everything that is not asked about is tuned. No budget allows that, and there is no need: a setting whose best "
    "value is the same in both arms may stay as it is. The conclusion then holds for this value.",
    caught_by=check_momentum,
    worth=0.4,
)
def everything_is_tuned():
    return solution | {
        f"{question}_nuisance": [name for name in SETTINGS if name != solution[f"{question}_scientific"]]
        for question in "abc"
    }


@misconception(
    "The setting that the question asks about is named as a nuisance. Even the learning rate is one only when another "
    "setting is asked about; when the question is about the rate, its effect is what you want to see, and must not be "
    "tuned away.",
    caught_by=check_rate,
    said_by=BOTH,
    worth=0.75,
)
def rate_is_always_a_nuisance():
    return solution | {"c_nuisance": ["learning_rate", "momentum", "epochs"]}


@misconception(
    "The table is read the wrong way round: what is tuned is what the best value of the scientific setting changes "
    "with. Look for the rows that have the scientific setting in the right-hand column.",
    caught_by=check_depth,
    worth=0.4,
)
def table_the_wrong_way_round():
    return solution | {
        "a_nuisance": ["learning_rate", "batch_size"],
        "b_nuisance": [],
        "c_nuisance": [name for name in SETTINGS if name != "learning_rate"],
    }


@misconception(
    "In b, the budget is taken for the scientific setting because the question names it. It is named as what stays the "
    "same: 5,000 in both arms. The question is about what differs between them.",
    caught_by=check_what_is_asked,
    worth=0.75,
)
def budget_is_asked_about():
    return solution | {"b_scientific": "budget"}


@misconception(
    "Some settings are tuned though their best values change only with another nuisance setting. Along such chains "
    "everything leads to everything; stop at what changes with the scientific setting itself.",
    caught_by=check_depth,
    said_by=CHAIN,
    worth=0.5,
)
def chains_followed():
    return solution | {
        "a_nuisance": ["learning_rate", "epochs", "schedule", "weight_decay"],
        "b_nuisance": ["learning_rate", "scheme", "momentum", "epochs", "schedule", "weight_decay"],
        "c_nuisance": ["momentum", "epochs", "schedule", "weight_decay"],
    }


@neighbour("in a, the epochs are held fixed")
def epochs_held():
    return solution | {"a_nuisance": ["learning_rate"]}


@neighbour("in b, the scheme is held fixed")
def scheme_held():
    return solution | {"b_nuisance": ["learning_rate"]}


@alternative("tuples, in another order")
def tuples():
    return {
        "c_scientific": "learning_rate",
        "c_nuisance": ("epochs", "momentum"),
        "b_scientific": "depth",
        "b_nuisance": ("scheme", "learning_rate"),
        "a_scientific": "momentum",
        "a_nuisance": ("epochs", "learning_rate"),
    }


@alternative("worked out from the table")
def worked_out():
    found = {}
    for question, asked in zip("abc", ("momentum", "depth", "learning_rate")):
        found[f"{question}_scientific"] = asked
        found[f"{question}_nuisance"] = [
            name for name, with_ in SETTINGS.items() if name != asked and (with_ is None or asked in with_)
        ]
    return found


def _known(name):
    require(name in SETTINGS, NAME, got=name)
    return name


def _nuisance(roles, question):
    """Require the nuisance settings of a question to be those whose best values change with what it asks about."""
    found = {_known(name) for name in roles[f"{question}_nuisance"]}
    asked = solution[f"{question}_scientific"]
    expected = set(solution[f"{question}_nuisance"])
    require(asked not in found, BOTH)
    require("learning_rate" in found or "learning_rate" not in expected or not found, RATE)
    require(found >= expected, HELD)
    more = found - expected
    require(not more or any(not set(SETTINGS[name] or ()) & found for name in more), CHAIN)
    require(not more, TUNED)
