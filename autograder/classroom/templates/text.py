"""A free text, which a person marks."""

SECTION = """
### Exercise: $title

<!-- TODO: the question, in plain Markdown; if an answer may have more or fewer than 120 words, say so in the file -->

Why?

+++ {"tags": ["exercise"], "exercise": "$id"}

*Write your answer here (at most 120 words).*

+++
"""

FILE = '''\
"""Say $title."""
# TODO: above, in one line, what is asked

# TODO: three hints, from a first idea to all but the answer
hints = ("...", "...", "...")

# TODO: four rows of a rubric, each with its points, which sum to those of the exercise
points = 4
rubric = (
    (1, "Says that ..."),
    (1, "Says why ..."),
    (1, "Names ..."),
    (1, "Proposes ..."),
)

# TODO: two answers as students would write them, one good and one middling, with the points that they get by the rubric
anchors = (
    (4, "..."),
    (2, "..."),
)

# TODO: three usual mistakes, as sentences
mistakes = ("...", "...", "...")
'''
