"""The class's roster: a CSV file of students, taken into nbgrader's gradebook whenever the class is graded."""

import csv
import io
import re

from nbgrader.api import Student

from .layout import ClassError

# All columns that it may have: what nbgrader's gradebook holds about a student.
COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
# nbgrader takes a path with *, ? or [ for a pattern, and puts an id unescaped into its pages (<, >, " and \) and into a
# table (the comma, and what begins a formula); it does not find what begins with a dot. / ends a folder's name.
NO_ID = re.compile(r'[*?\[<>"\\,/]|^[-+=@.]')


def may_be_id(name):
    """Whether a student can have this id."""
    return name.isprintable() and not NO_ID.search(name)


def read(place):
    """Return the students of `roster.csv`: a dictionary from id to the other columns.

    The file's first line names its columns: `id`, which is the name of the student's folder under `submitted/`, and
    any of `first_name`, `last_name`, `email` and `lms_user_id`, which is the number that a learning management system
    gives a student (see `collect`). A class may do without a roster.

    Raises
    ------
    ClassError
        When a column is unknown, an id is missing, repeated or invalid, or the file is not UTF-8.
    """
    path = place.roster_file
    if not path.exists():
        return {}
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        columns = tuple(name.strip() for name in rows.fieldnames or COLUMNS)
        rows.fieldnames = columns
        listed = list(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ClassError(f"{path} is not a CSV file in UTF-8 ({error})") from error
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown or "id" not in columns:
        raise ClassError(f"{path}: the columns are {', '.join(COLUMNS)}; found {', '.join(columns)}")
    students = {}
    for number, row in enumerate(listed, start=2):
        if None in row:
            raise ClassError(f"{path}, row {number}: more entries than columns")
        fields = {name: (value or "").strip() for name, value in row.items()}
        student = fields.pop("id")
        if not student:
            raise ClassError(f"{path}, row {number}: the id is missing")
        if not may_be_id(student):
            raise ClassError(f"{path}, row {number}: {student!a} cannot be a student's id")
        if student in students:
            raise ClassError(f"{path}, row {number}: the id {student!r} is there twice")
        students[student] = fields
    return students


def record(place, gradebook):
    """Put the roster's students into an open gradebook, those that are new or have changed."""
    known = {student.id: student for student in gradebook.students}
    for name, fields in read(place).items():
        student = known.get(name) or Student(id=name)
        for field, value in fields.items():
            setattr(student, field, value or None)
        gradebook.db.add(student)
    gradebook.db.commit()
