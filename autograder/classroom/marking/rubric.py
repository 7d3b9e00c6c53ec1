"""The items of a rubric, and which of them each answer to a question was given, in a file of the class.

``marking/<topic>/<exercise>.json`` holds both. It begins with the rows of the exercise's own rubric; markers change
their points and words, and add items of their own. A row that the exercise gets later is added by itself.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field, replace

from ..layout import ClassError, write_file

MOST_ITEMS, MOST_POINTS, MOST_WORDS = 40, 1000.0, 1000  # the words of an item are counted in characters
OWN = "own-"  # how the ids of markers' items begin


class BadItems(ClassError):
    """Items that cannot be a rubric; the message says which, and why."""


@dataclass(frozen=True)
class Item:
    """One item: what an answer says, or lacks, and the points that this is worth, which may be negative."""

    id: str
    points: float
    text: str

    @property
    def is_own(self):
        """Whether a marker has added it."""
        return self.id.startswith(OWN)


@dataclass(frozen=True)
class Choice:
    """What an answer was given: items, an adjustment, what that came to, by whom and when (UTC, ISO 8601).

    `points` is None if the judge's own points were left to stand.
    """

    items: tuple[str, ...] = ()
    adjust: float = 0.0
    points: float | None = None
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Rubric:
    """A question's items in their order, and the choices by student; `version` counts the changes to items."""

    items: tuple[Item, ...] = ()
    choices: dict[str, Choice] = field(default_factory=dict)
    version: int = 0

    def points(self, choice, possible):
        """Return what a choice comes to: the sum of its items and the adjustment, from 0 to what is possible."""
        worth = {item.id: item.points for item in self.items}
        given = math.fsum([choice.adjust, *(worth[each] for each in choice.items)])
        return round(min(max(given, 0.0), possible), 6)

    def count(self, item):
        """Return how many answers have an item."""
        return sum(item.id in choice.items for choice in self.choices.values())

    def unknown(self, items):
        """Return those ids that no item has."""
        return set(items) - {item.id for item in self.items}

    def with_items(self, wanted):
        """Return the rubric with other items, given as (id, points, text), where a new one has the id "".

        Examples
        --------
        >>> rubric = Rubric().with_items([("", 2, "Says why.")])
        >>> rubric = rubric.with_items([("own-1", 1.5, "Says why."), ("", -0.5, "Too long.")])
        >>> [(item.id, item.points) for item in rubric.items], rubric.version
        ([('own-1', 1.5), ('own-2', -0.5)], 2)
        """
        known = {item.id: item for item in self.items}
        number = max((int(each.id.removeprefix(OWN)) for each in self.items if each.is_own), default=0)
        items = []
        for own_id, points, words in wanted:
            if own_id not in ("", *known):
                raise BadItems("one of these items has since been removed; load the page again")
            if not own_id:
                number += 1
            items.append(Item(own_id or f"{OWN}{number}", _points(points), _words(words)))
        ids = [item.id for item in items]
        if len(ids) > MOST_ITEMS or len(set(ids)) < len(ids):
            raise BadItems(f"a rubric has each item once and at most {MOST_ITEMS} of them, got {len(ids)}")
        for gone in known.keys() - set(ids):
            if not known[gone].is_own:
                raise BadItems(f"a row of the exercise's rubric must stay; make it worth 0 points: {known[gone].text}")
            if count := self.count(known[gone]):
                raise BadItems(f"remove this item first from the answers that have it ({count}): {known[gone].text}")
        return replace(self, items=tuple(items), version=self.version + 1)

    def with_choice(self, student, choice):
        """Return the rubric with another choice for a student, or with none."""
        others = {name: kept for name, kept in self.choices.items() if name != student}
        return replace(self, choices=others if choice is None else others | {student: choice})


def read(question) -> Rubric:
    """Return a question's rubric: what was saved of it, and the rows of the exercise that are not in it yet.

    Raises
    ------
    ClassError
        When what was saved cannot be read, for instance after it was edited by hand.
    """
    path = _path(question)
    try:
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        items = tuple(Item(**each) for each in kept.get("items", ()))
        choices = {
            student: Choice(**(each | {"items": tuple(each["items"])}))
            for student, each in kept.get("choices", {}).items()
        }
        rubric = Rubric(items, choices, int(kept.get("version", 0)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ClassError(f"{path} cannot be read ({error}); restore an earlier version, or move it away") from error
    known = {item.id for item in items}
    rows = [Item(_row_id(words), float(points), words) for points, words in question.exercise.rubric]
    return replace(rubric, items=(*items, *(row for row in rows if row.id not in known)))


def write(question, rubric):
    """Save a question's rubric."""
    kept = {
        "version": rubric.version,
        "items": [asdict(item) for item in rubric.items],
        "choices": {student: asdict(choice) for student, choice in sorted(rubric.choices.items())},
    }
    write_file(_path(question), json.dumps(kept, indent=1).encode())


def _path(question):
    return question.place.root / "marking" / question.topic / f"{question.name}.json"


def _row_id(words):
    return f"row-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _points(points):
    if isinstance(points, bool) or not isinstance(points, int | float) or not abs(points) <= MOST_POINTS:
        raise BadItems(f"an item's points must be a number between -{MOST_POINTS:g} and {MOST_POINTS:g}")
    return float(points)


def _words(words):
    if not isinstance(words, str) or not words.strip() or len(words) > MOST_WORDS:
        raise BadItems(f"an item must say in at most {MOST_WORDS} characters what it is given for")
    return " ".join(words.split())
