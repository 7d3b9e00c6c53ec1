"""Turns of phrase at which a native reader stumbles are in no text of the course, nor in its code's."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("autograder", "bench", "chapters", "deploy", "dnnkit", "docs", "publish", "tests", "tools")
SUFFIXES = {".css", ".html", ".ipynb", ".js", ".md", ".py", ".txt", ".yaml", ".yml"}
INSTEAD = {
    "depend on": r"hangs? on|hung on",
    "check against, compare with": r"(?:held|holds?) against",
    "return": r"(?:gives?|gave) back",
    "belong in": r"belongs? into",
    "anyone who": "whoever",
    "the backward pass": "the way back",
    "the same holds": "so (?:it is|is it) for",
    "as many, the same number of": "equally many",
    "correctly": "rightly",
}


@cache
def texts():
    return tuple(_texts())


def _texts():
    for path in (*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))):
        if path.suffix in SUFFIXES and path != Path(__file__):
            yield path.relative_to(ROOT), re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("instead", INSTEAD)
def test_what_a_native_reader_would_not_say_is_said_otherwise(instead):
    phrase = re.compile(rf"\b(?:{INSTEAD[instead]})\b", re.IGNORECASE)
    found = [f"{path}: {match[0]}" for path, text in texts() for match in phrase.finditer(text)]
    assert found == []
