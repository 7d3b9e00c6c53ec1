"""Names that stand in for students' own where others can read them."""

ADJECTIVES = """
amber azure bold brisk calm clever copper crimson daring deft eager fabled gentle golden hardy humble indigo jolly
keen lively lucky mellow nimble noble patient quiet rapid scarlet silver steady sunny swift tidal tranquil velvet
vivid wandering warm whimsical wise witty zesty
"""
ANIMALS = """
badger bee bison cormorant crane curlew dolphin egret falcon finch fox gecko hare hawk hedgehog heron ibex jackdaw
kestrel kingfisher kite lark lemur lizard lynx magpie marten merlin mole newt nightingale ocelot octopus oriole
osprey otter owl panda pelican penguin petrel plover puffin quail raven robin salmon seal sparrow squid starling
stork swallow swan swift tern thrush tortoise trout viper vole wagtail walrus weasel wolf wombat wren
"""


def aliases(place, students):
    """Return a name such as "calm otter" for each student: always the same in one class, and different in the next.

    Only someone who knows the class's secret can tell whose it is. A name drawn by several students gets a number, so
    `students` must be the whole class, whichever of them are shown.
    """
    adjectives, animals = ADJECTIVES.split(), ANIMALS.split()
    found, taken = {}, {}
    numbers = {student: int(place.student_secret(student, "alias"), 16) for student in students}
    for student, drawn in sorted(numbers.items(), key=lambda each: each[1]):
        name = f"{adjectives[drawn % len(adjectives)]} {animals[drawn // len(adjectives) % len(animals)]}"
        taken[name] = taken.get(name, 0) + 1
        found[student] = name if taken[name] == 1 else f"{name} {taken[name]}"
    return found
