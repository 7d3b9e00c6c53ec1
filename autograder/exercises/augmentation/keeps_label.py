"""Say of eight changes to images whether the label stays right, and whether such images will come."""

from autograder.authoring import (
    alternative,
    chosen,
    core,
    misconception,
    neighbour,
    require,
    same_mistake_as,
    text,
    weight,
)

points = 3
solution = {
    "scanner": "useful",
    "pets": "useful",
    "aerial": "useful",
    "signs": "changes",
    "moles": "changes",
    "tomatoes": "changes",
    "road": "never",
    "boxes": "never",
}
returns = dict.fromkeys(solution, text)
hints = (
    "Look at the changed image with the old label next to it. Would somebody who knows the trade still sign off on it?",
    "If the label stays right, there is a second question: can the camera of this task ever take such a picture?",
    "Three are useful, three change some labels, and two keep the labels but never come.",
)

KINDS = ("useful", "changes", "never")
WORD = 'each must be "useful", "changes" or "never"'
MOVES = "one of the images that are moved or made smaller is of a different kind"
TURNS = "one of the images that are turned is of a different kind"
MIRRORS = "one of the images that are mirrored is of a different kind"
CONTENT = "one of the images from which something is taken, or whose colours change, is of a different kind"
SIGN_KEPT = "mirroring is said to keep the labels of signs, one of which says left and another right"
PET_CHANGED = "mirroring is said to change what animal is on a photo"
MOLE_KEPT = "the label of a mole is said to stay right when the mole may have been cut out"
RIPE_KEPT = "the label of a tomato is said to stay right when its colour says otherwise"
ROAD_USEFUL = "upside-down pictures are called useful for a camera that is screwed to a bridge"
ROAD_CHANGED = "turning a picture is said to turn a lorry into another vehicle"
AERIAL_CHANGED = "turning a picture is said to turn a wood into something else"
AERIAL_NEVER = "turned pictures are said never to come from an aeroplane that flies in all directions"
BOX_USEFUL = "digits of half the size are called useful, though all are enlarged until they fill the image"
BOX_CHANGED = "a smaller digit is said to be another digit"


@core
@weight(2)
def check_mirrors(keeps_label, rng):
    """Of the two that are mirrored, pets and signs, each is of the right kind."""
    found = chosen(keeps_label, ("pets", "signs"), KINDS, WORD)
    require((found["signs"], found["pets"]) != ("useful", "useful"), SIGN_KEPT)
    require(found["pets"] != "changes", PET_CHANGED)
    require(found.items() <= solution.items(), MIRRORS)


@weight(2)
def check_turns(keeps_label, rng):
    """Of the two that are turned, the aerial pictures and the road, each is of the right kind."""
    found = chosen(keeps_label, ("aerial", "road"), KINDS, WORD)
    require(found["aerial"] != "changes", AERIAL_CHANGED)
    require(found["road"] != "changes", ROAD_CHANGED)
    require(found["aerial"] != "never", AERIAL_NEVER)
    require(found["road"] != "useful", ROAD_USEFUL)
    require(found.items() <= solution.items(), TURNS)


@weight(2)
def check_content(keeps_label, rng):
    """Of the two that lose or recolour something, moles and tomatoes, each is of the right kind."""
    found = chosen(keeps_label, ("moles", "tomatoes"), KINDS, WORD)
    require((found["moles"], found["tomatoes"]) != ("useful", "changes"), MOLE_KEPT)
    require((found["moles"], found["tomatoes"]) != ("changes", "useful"), RIPE_KEPT)
    require(found.items() <= solution.items(), CONTENT)


@weight(2)
def check_moves(keeps_label, rng):
    """Of the two that are moved or made smaller, the scanner's digits and those in boxes, each is of the right kind."""
    found = chosen(keeps_label, ("scanner", "boxes"), KINDS, WORD)
    require(found["boxes"] != "changes", BOX_CHANGED)
    require(found["boxes"] != "useful" or found["scanner"] != "useful", BOX_USEFUL)
    require(found.items() <= solution.items(), MOVES)


covers = {
    "Give each of these changes its kind": (check_mirrors, check_turns, check_content, check_moves),
    "every label stays right, and in use images will look like that": (check_mirrors, check_turns, check_moves),
    "for some of the images the old label is wrong": (check_mirrors, check_content),
    "every label stays right, but in use no image will ever look like that": (check_turns, check_moves),
    "Images in use come from the same source": "what is meant by use",
    "a scanner that lays": check_moves,
    "a cat or a dog": check_mirrors,
    "straight from above": check_turns,
    "traffic signs": check_mirrors,
    "whether there is a mole": check_content,
    "ripe or unripe": check_content,
    "screwed to a bridge": check_turns,
    "fills the image": check_moves,
}


@misconception(
    "Mirroring is taken to be harmless wherever there are pictures. A sign that says *turn left* says *turn right* "
    "when it is mirrored, and the copy teaches the wrong label. Ask of the labels, one by one, what becomes of them.",
    caught_by=check_mirrors,
    said_by=SIGN_KEPT,
)
def mirrored_signs():
    return solution | {"signs": "useful"}


@misconception(
    "Pets are taken to be something that mirroring changes. A cat that looks to the left may look to the right: "
    "nothing in the label says which.",
    caught_by=check_mirrors,
    said_by=PET_CHANGED,
)
def mirrored_pets():
    return solution | {"pets": "changes"}


@misconception(
    "The upside-down road is taken to be useful because its labels stay right. They do, but this camera never hangs "
    "upside down: the network spends what it can learn on pictures that nobody will show it.",
    caught_by=check_turns,
    worth=0.75,
    said_by=ROAD_USEFUL,
)
def upside_down_road():
    return solution | {"road": "useful"}


@misconception(
    "The aerial pictures are treated as if they had a top. Seen from straight above, the top is only where the "
    "aeroplane happened to fly: turned pictures come all the time.",
    caught_by=check_turns,
    worth=0.75,
    said_by=AERIAL_NEVER,
)
def aerial_has_a_top():
    return solution | {"aerial": "never"}


@misconception(
    "The square that is cut out is taken to be harmless. It is as large as many moles are, and an image whose mole is "
    "gone keeps the label that there is one.",
    caught_by=check_content,
    worth=0.75,
    said_by=MOLE_KEPT,
)
def mole_cut_out():
    return solution | {"moles": "useful"}


@misconception(
    "The change of colour is taken to be harmless. For most things on photos it is, but here the colour is what the "
    "label says.",
    caught_by=check_content,
    worth=0.75,
    said_by=RIPE_KEPT,
)
def recoloured_tomatoes():
    return solution | {"tomatoes": "useful"}


@misconception(
    "The smaller digits are taken to be useful because their labels stay right. But each digit is enlarged before the "
    "network sees it, and a small one never arrives.",
    caught_by=check_moves,
    worth=0.75,
    said_by=BOX_USEFUL,
)
def small_in_a_box():
    return solution | {"boxes": "useful"}


@misconception(
    "The two ways of not being useful are swapped: *changes* is about the label, *never* about what will be met.",
    caught_by=check_mirrors,
    worth=0.1,
)
def swapped():
    other = {"useful": "useful", "changes": "never", "never": "changes"}
    return {name: other[kind] for name, kind in solution.items()}


@misconception(
    "A changed picture is taken for a changed label. A lorry upside down is still a lorry, and a small 3 is a 3: their "
    "labels stay right, and the second question decides.",
    caught_by=check_turns,
    worth=0.75,
)
def lorry_upside_down():
    return solution | {"road": "changes"}


@same_mistake_as(lorry_upside_down)
def small_three():
    return solution | {"boxes": "changes"}


@same_mistake_as(lorry_upside_down)
def both_of_them():
    return solution | {"road": "changes", "boxes": "changes"}


@misconception(
    "A wrong label is passed over because such an image seems strange. The first question comes first: a tomato whose "
    "colour contradicts its label, a sign that points the other way or skin without its mole teaches what is false.",
    caught_by=check_content,
    worth=0.75,
)
def strange_tomatoes():
    return solution | {"tomatoes": "never"}


@same_mistake_as(strange_tomatoes)
def strange_moles():
    return solution | {"moles": "never"}


@same_mistake_as(strange_tomatoes)
def strange_signs():
    return solution | {"signs": "never"}


@same_mistake_as(strange_tomatoes)
def strange_all():
    return solution | {"tomatoes": "never", "moles": "never", "signs": "never"}


@misconception(
    "All eight are given the same kind. Ask both questions of each: some labels are wrong afterwards, and some images "
    "never come.",
    caught_by=check_mirrors,
    worth=0.25,
)
def all_useful():
    return dict.fromkeys(solution, "useful")


@same_mistake_as(all_useful)
def all_never():
    return dict.fromkeys(solution, "never")


@same_mistake_as(all_useful)
def all_changes():
    return dict.fromkeys(solution, "changes")


@neighbour("the scanner's digits are said never to come")
def scanner_never():
    return solution | {"scanner": "never"}


@neighbour("the mirrored pets are said never to come")
def pets_never():
    return solution | {"pets": "never"}


@alternative("built from three lists, with capital letters")
def from_lists():
    lists = {
        "Useful": ["aerial", "scanner", "pets"],
        "never ": ["boxes", "road"],
        "CHANGES": ["tomatoes", "moles", "signs"],
    }
    return {name: kind for kind, names in lists.items() for name in names}
