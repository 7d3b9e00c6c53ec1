"""A comma that follows a formula never begins a line."""

from bs4 import NavigableString

from autograder import chapter
from autograder.live.formulas import MARKS


def test_each_formula_has_the_mark_that_follows_it(pages):
    kept = 0
    for topic in chapter.topics():
        for formula in pages[f"chapters/{topic}.html"].select("article span.math"):
            after = formula.next_sibling
            if formula.find_parent(class_="cell_output"):  # which a cell wrote, like a claim's sentence
                continue
            if isinstance(after, NavigableString) and after.startswith(MARKS):
                assert formula.parent.get("class") == ["formula"], formula.parent
                assert after in MARKS, formula.parent
                kept += 1
    assert kept > 100
