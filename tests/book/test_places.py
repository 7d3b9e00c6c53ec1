"""Sentences of prompts that are for notebooks are set apart in a page, whole and nothing more."""

import pytest
from docutils import nodes

from autograder.live.places import _mark_sentences_for_notebooks

HINT = 'hint("dropout/mask")'


def paragraph(*parts):
    """Return a paragraph of texts, with parts that are tuples as code."""
    inside = [nodes.literal("", *part) if isinstance(part, tuple) else nodes.Text(part) for part in parts]
    return nodes.paragraph("", "", *inside)


@pytest.mark.parametrize(
    ("parts", "apart"),
    [
        (["Invalid input is not tested. ", (HINT,), " gives a hint."], [f"{HINT} gives a hint."]),
        (["Be brief. Stuck? Type ", (HINT,), ". Then go on."], [f"Stuck? Type {HINT}."]),
        ([(HINT,), " helps"], [f"{HINT} helps"]),
        (["Type ", (HINT,)], [f"Type {HINT}"]),
        (["A. ", (HINT,), " helps. B. ", (HINT,), " too. C."], [f"{HINT} helps.", f"{HINT} too."]),
        (["Write ", ("mask(shape)",), ", a hint of what follows."], []),
    ],
    ids=range(6),
)
def test_a_sentence_that_says_to_type_hint_is_set_apart(parts, apart):
    prompt = paragraph(*parts)
    text = prompt.astext()
    _mark_sentences_for_notebooks(nodes.section("", prompt))
    assert prompt.astext() == text
    marked = [node.astext() for node in prompt.findall(nodes.inline) if "for-notebooks" in node["classes"]]
    assert marked == apart
