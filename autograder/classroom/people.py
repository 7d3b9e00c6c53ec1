"""Tell whose a file in a download is: the class's students, by all that a learning management system may call them."""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from .layout import ClassError
from .lms import CANVAS, ENDINGS, MOODLE, full, key, orders
from .roster import may_be_id

# What the columns of lists are called, in lower case, by who made the list. The number that Moodle gives a participant
# is a different one for each assignment, and not the user's.
COLUMNS = {
    "own": {name: name for name in ("id", "first_name", "last_name", "email", "lms_user_id", "participant")},
    CANVAS: {"student": "name", "id": "lms_user_id", "sis user id": "id", "sis login id": "id", "email": "email"},
    MOODLE: {
        "identifier": "participant",
        "full name": "name",
        "first name": "first_name",
        "last name": "last_name",
        "surname": "last_name",
        "id number": "id",
        "username": "id",
        "email address": "email",
        "last modified (submission)": "time",
    },
}
# Where to find a number; Moodle's list says "Participant 12", in the site's language.
NUMBERS = ((CANVAS, "lms_user_id", re.compile(r"0*(\d+)")), (MOODLE, "participant", re.compile(r"\D*0*(\d+)")))
NEEDED = {CANVAS: {"student", "id"}, MOODLE: {"identifier"}, "own": {"id"}}


@dataclass
class People:
    """The class's students, by all that a download may call them: for each name, number or address, whom it fits."""

    students: dict[str, dict[str, str]]
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    numbers: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    times: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        for student, fields in self.students.items():
            self._add(student, {**fields, "ids": [student]})

    def _add(self, student, fields):
        for text in filter(None, (*fields["ids"], fields.get("email"))):
            self.ids[_exact(text)].add(student)
        for name in full(fields.get("name", "")) | orders(fields.get("first_name", ""), fields.get("last_name", "")):
            self.names[name].add(student)
        for form, column, number in NUMBERS:
            if found := number.fullmatch(fields.get(column) or ""):
                self.numbers[form, found[1]].add(student)
        if fields.get("time"):
            self.times[student] = fields["time"]

    def take(self, path):
        """Learn from a list (CSV) that a system has exported or the instructor has written; see `COLUMNS`.

        A row belongs to a student on the roster by its ids, else by its address, else by its name if no other row has
        it. Without a roster, the rows of an instructor's list are the students; those of a system's list never are,
        since its ids are not the class's.

        Raises
        ------
        ClassError
            When the list cannot be read, has other columns, or has no known student.
        """
        kind, rows = _rows(path)
        if not self.students and kind == "own":
            for row in rows:
                student = row.pop("id", "")
                if not student or not may_be_id(student):
                    raise ClassError(f"{path}: {student!a} cannot be a student's id")
                self.students[student] = row
                self._add(student, row)
            return
        known = [(student, row) for row in rows if (student := self._sure(row))]
        sure = {student for student, _ in known}
        by_name = defaultdict(list)
        for row in rows:
            if not self._sure(row) and len(found := self._named(row)) == 1:
                by_name[next(iter(found))].append(row)
        known += [(student, row) for student, (row, *more) in by_name.items() if not more and student not in sure]
        if not known:
            raise ClassError(f"no student in {path} is on the class's roster; add their ids or addresses to roster.csv")
        for student, row in known:
            self._add(student, row)

    def _sure(self, row):
        """Return the only student whom a row's ids fit, or else its address fits, or None."""
        for texts in (row["ids"], filter(None, [row.get("email")])):
            found = set().union(*(self.ids.get(_exact(text), ()) for text in texts))
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None

    def _named(self, row):
        names = full(row.get("name", "")) | orders(row.get("first_name", ""), row.get("last_name", ""))
        return set().union(*(self.names.get(name, ()) for name in names))

    def labelled(self, form, found):
        """Return whose a labelled file is: (student, "") or (None, why that cannot be told)."""
        named = self.names.get(key(found.name), set())
        numbered = self.numbers.get((form, found.number.lstrip("0")), set())
        if len(numbered) > 1:
            return None, f"the number {found.number} belongs to {_listed(numbered)}"
        if numbered and named and not numbered & named:
            return None, f"the number {found.number} is {_listed(numbered)}'s, but the name is {_listed(named)}'s"
        if numbered:
            return next(iter(numbered)), ""
        if len(named) > 1:
            return None, f"the name fits {_listed(named)}, and the number {found.number} is on no list"
        if not named:
            return None, f"neither the name nor the number {found.number} is on the roster"
        (student,) = named
        others = [number for (kind, number), who in self.numbers.items() if kind == form and student in who]
        if others:
            return None, f"the name is {student}'s, whose number is {others[0]}, not {found.number}"
        return student, ""

    def identified(self, text):
        """Return whose an id or an address is: (student, "") or (None, why that cannot be told)."""
        found = {text} if text in self.students else self.ids.get(_exact(text), set())
        if len(found) == 1:
            return next(iter(found)), ""
        return None, f"the name fits {_listed(found)}" if found else "nobody with this id is on the roster"

    def has_number(self, form, student):
        """Whether a student's number in a form is known."""
        return any(kind == form and student in who for (kind, _), who in self.numbers.items())

    def unlabelled(self, path, topics):
        """Return whose a file is by its path, its path in what was handed in, and why it is nobody's, or ""."""
        fits, inner = [], path[-1:]
        for index, part in enumerate(path):
            if found := self._called(part, topics):
                if not fits:
                    inner = path[index + 1 :] or path[-1:]
                fits.append(found)
        sure = set().union(*(found for found in fits if len(found) == 1))
        if len(sure) > 1 or (fits and not sure):
            return None, inner, f"its path fits {_listed(sure or set().union(*fits))}"
        if not sure:
            return None, inner, "nothing in its path is a student's id, address or name"
        return next(iter(sure)), inner, ""

    def _called(self, part, topics):
        """Return the students whom a part of a path may mean; it may also contain the topic."""
        texts = [part, ENDINGS.sub("", part)]
        for topic in topics:
            texts.append(re.sub(rf"^{re.escape(topic)}[ _-]+|[ _-]+{re.escape(topic)}$", "", texts[1], flags=re.I))
        for text in dict.fromkeys(texts):
            if text in self.students:
                return {text}
            if found := self.ids.get(_exact(text)) or self.names.get(key(text)):
                return found
        return set()


def _exact(text):
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _listed(students):
    return " and ".join(sorted(students))


def _rows(path):
    """Return who made a list, and its rows under our names for the columns; `ids` has all that may be an id of ours."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
        header, *rows = [row for row in reader if any(row)] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ClassError(f"{path} is not a CSV file in UTF-8 ({error})") from error
    header = [name.strip().lower() for name in header]
    kind = next((kind for kind, needed in NEEDED.items() if needed <= set(header)), None)
    if kind is None:
        raise ClassError(
            f"{path}: expected the columns Student and ID (Canvas's), Identifier (Moodle's) or id; "
            f"found {', '.join(header) or 'none'}"
        )
    found = []
    for row in rows:
        fields = {"ids": []}
        for name, value in zip(header, row):
            ours = COLUMNS[kind].get(name)
            if ours == "id" and value.strip():
                fields["ids"].append(value.strip())
            if ours and value.strip():
                fields[ours] = value.strip()
        found.append(fields)
    return kind, found
