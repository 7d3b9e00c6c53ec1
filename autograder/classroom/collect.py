"""Collect what was handed in, from a learning management system's download, into `submitted/`."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from . import config as settings
from . import lms, pin, roster, submission, untimed
from .deadlines import deadlines
from .download import opened
from .exchange import EXCHANGE, collect_from, inbound
from .laying import KEEP, NEW, NOTHING, REPLACES, SAME, Laying, Piece, Row
from .layout import ClassError, alone, open_class, shown
from .people import People
from .times import time_of

NONE = "none"
PACKED = timedelta(minutes=10)  # files of a download that are all dated within this were dated when it was packed


@dataclass
class Collected:
    """What a download held.

    Attributes
    ----------
    form : str
        Whose naming the files follow: "canvas", "moodle" or "plain".
    rows : list of Row
        One for each submission of a student who was found.
    unmatched : dict of str to str
        What is nobody's, and why.
    missing : dict of str to list of str
        By assignment, the students on the roster who are not among them and have handed in nothing before.
    notices : list of str
        What else the instructor should know.
    """

    form: str
    rows: list[Row] = field(default_factory=list)
    unmatched: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    @property
    def is_whole(self):
        """Whether nothing is left for the instructor to see to."""
        return not self.unmatched and all(row.state != NOTHING for row in self.rows)


@alone
def collect(
    directory, archive, *, form=None, assignment=None, listed=None, keep=None, times=None, dry_run=False
) -> Collected:
    """Put what a download holds into ``submitted/<student>/<topic>/``, by the class's roster.

    Students are found in the roster by number, name, address or id; what could be from either of two is nobody's. What
    was there before is kept under ``replaced/``. The time of handing in goes into nbgrader's ``timestamp.txt``.

    Parameters
    ----------
    directory, archive : path
        The class directory; and the download, a zip or a folder.
    form : str, optional
        "canvas", "moodle", or "zip" or "folder" for one made in another way; by default, the names decide. Or
        "exchange" for nbgrader's: `archive` is then its folder of hand-ins, or None for the class's setting.
    assignment : str, optional
        The topic that everything is for; by default, each notebook's name says so.
    listed : path, optional
        A list (CSV) that says more about the students: the system's own, or one with the roster's columns.
    keep : str, optional
        Which counts if a student handed in twice: the "last" or the "first"; by default, the class's setting.
    times : str, optional
        "archive": files are dated by when they were handed in; "none": they are not. By default they are, unless all
        files in a download from Canvas or Moodle are dated within ten minutes: those were dated when they were packed.
    dry_run : bool, optional
        Find out what would be done, but do nothing.

    Raises
    ------
    ClassError
        When nothing is released, a topic is unknown, there are no students, or the download or list cannot be read.
    """
    place = open_class(directory)
    config, topics = settings.load(place), tuple(pin.read(place)["topics"])
    if not topics:
        raise ClassError(f"nothing is released in {place.root}; begin with: autograder release {place.root}")
    if assignment is not None and assignment not in topics:
        raise ClassError(f"{assignment!r} is not released in this class; released: {', '.join(topics)}")
    if archive is None and form != EXCHANGE:
        raise ClassError("say which download to collect (or: --from exchange)")
    archive = inbound(config) if archive is None else Path(archive)
    if archive.exists() and (form, archive.is_dir()) in (("zip", True), ("folder", False), (EXCHANGE, False)):
        raise ClassError(f"{archive} does not fit --from {form}; leave that out")
    zone, keep = settings.zone(config), keep or settings.chosen(config, "counts", KEEP)
    people = _people(place, config, listed)
    with opened(archive, zone) as files:
        named = {None: lms.form_of([file.path for file in files]), "zip": lms.PLAIN, "folder": lms.PLAIN}
        done = Collected(named.get(form, form))
        pieces = {} if form == EXCHANGE else _by_student(files, people, topics, done)
        dated = _dated(files, done, times)
        given = _given(people, zone, done)
        with settings.gradebook(config) as gradebook:
            due = deadlines(gradebook)
        laying = Laying(place, topics, assignment, due, keep, dated, given, dry_run)
        for student, own in sorted(pieces.items()):
            done.rows += laying.student(student, own)
        if form == EXCHANGE:
            collect_from(archive, files, config, people, laying, done)
    if not dry_run:
        untimed.keep(place, [row for row in done.rows if row.state in (NEW, SAME, REPLACES)])
    only = topics[0] if len(topics) == 1 else None
    asked = {assignment or only} if assignment or only else {row.topic for row in done.rows if row.topic}
    for topic in sorted(asked):
        there = {row.student for row in done.rows if row.topic in (topic, "")}
        absent = sorted(set(people.students) - there)
        done.missing[topic] = [each for each in absent if not _has_handed_in(place, each, topic)]
    return done


def _has_handed_in(place, student, topic):
    """Return whether the class already has something that a student handed in."""
    folder = place.step("submitted", student, topic)
    return folder.is_dir() and not submission.is_empty(folder)


def _people(place, config, listed):
    """Return the class's students: those on the roster or, if there is none, in the gradebook."""
    students = roster.read(place)
    if not students:
        with settings.gradebook(config) as gradebook:
            known = [each for each in gradebook.students if roster.may_be_id(each.id)]
            columns = roster.COLUMNS[1:]
            students = {each.id: {name: getattr(each, name) or "" for name in columns} for each in known}
    people = People(students)
    if listed is not None:
        people.take(Path(listed))
    if not people.students:
        raise ClassError(f"the class has no students; add them to {place.roster_file}, or pass a list with --roster")
    return people


def _by_student(files, people, topics, done):
    """Return each student's pieces, and note what is nobody's."""
    found, others = defaultdict(list), []
    for file in files:
        label = lms.label(done.form, file.path)
        if label:
            student, reason = people.labelled(done.form, label)
            piece = Piece(file, label.path, label.late, label.order, label.number)
        elif done.form == lms.PLAIN:
            student, path, reason = people.unlabelled(file.path, topics)
            piece = Piece(file, path)
        else:
            student, reason = None, f"it is not named the way {done.form.capitalize()} names hand-ins"
        if student is not None:
            found[student].append(piece)
        elif label or file.is_notebook or file.fault:
            why = "; ".join(filter(None, [file.fault and f"it {file.fault}", reason]))
            done.unmatched.setdefault(shown("/".join(file.path[: label.depth if label else None])), why)
        else:
            others.append(shown("/".join(file.path)))
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        done.notices.append(f"Not a notebook, and nobody's: {others[0]}{more}")
    for student in list(found):
        numbers = {piece.number for piece in found[student] if piece.number}
        if len(numbers) > 1 and not people.has_number(done.form, student):
            why = f"the name is {student}'s, but several people have it: numbers {', '.join(sorted(numbers))}"
            done.unmatched |= {piece.name: why for piece in found.pop(student)}
    return found


def _given(people, zone, done):
    """Return, by student, when a list says that they handed in, and note which times cannot be read."""
    found = {student: time_of(text, zone) for student, text in people.times.items()}
    unread = [each for each, time in found.items() if time is None and people.times[each].strip("-–")]
    if unread:
        times = ", ".join(f"{student} ({shown(people.times[student])!r})" for student in unread)
        done.notices.append(
            f"The list has no complete date, such as 2026-02-02 15:58, for {times}; what it says there was ignored."
        )
    return found


def _dated(files, done, times):
    """Return whether a download's files are dated by when they were handed in."""
    stamps = [file.time for file in files if file.time]
    if times is not None or done.form in (lms.PLAIN, EXCHANGE) or not stamps:
        return times != NONE
    if max(stamps) - min(stamps) > PACKED:
        return True
    done.notices.append(
        "All files are dated within ten minutes, presumably when the download was packed, so these times are not used "
        "and nobody gets a late penalty; if they really are the times of handing in: --times archive"
    )
    return False


def collected_table(done) -> Table:
    """Return what became of each submission as a table for the terminal, without columns that would say nothing.

    Files come last, where a name may be of any length. Anything more to say about a row goes below (see `told`).
    """
    topics = {row.topic for row in done.rows} - {""}
    columns = {
        "student": [row.student for row in done.rows],
        "assignment": [row.topic for row in done.rows] if len(topics) > 1 else [],
        "handed in (UTC)": [f"{row.time:%Y-%m-%d %H:%M}" if row.time else "–" for row in done.rows],
        "result": ["; ".join(filter(None, [row.state, _lateness(row)])) for row in done.rows],
        "file": [row.file for row in done.rows],
    }
    if not any(row.time for row in done.rows):
        columns["handed in (UTC)"] = []
    columns = {title: texts for title, texts in columns.items() if texts}
    table = Table(*columns, title=topics.pop() if len(topics) == 1 else None, title_justify="left", show_edge=False)
    for row in zip(*columns.values()):
        table.add_row(*(Text(shown(text)) for text in row))
    return table


def _lateness(row):
    return "" if not row.late else "late" if row.time else "late, unknown by how much"


def told(done):
    """Yield the rest of what to say about a download, line by line: notes, unmatched files, missing people, totals."""
    yield from (f"{row.student}: {row.note}" for row in done.rows if row.note)
    for name, reason in done.unmatched.items():
        yield f"Unmatched: {name}: {reason}"
    yield from done.notices
    for topic, students in done.missing.items():
        yield f"Missing, {topic} ({len(students)}): {', '.join(students) or 'nobody'}"
    states = Counter(row.state for row in done.rows)
    counts = [*(f"{number} {state}" for state, number in states.items()), f"{sum(row.late for row in done.rows)} late"]
    named = {lms.PLAIN: "their own and their folders'", EXCHANGE: "nbgrader's"}
    whose = named.get(done.form, f"{done.form.capitalize()}'s")
    yield f"By {whose} names: {', '.join(counts)}, {len(done.unmatched)} unmatched."
    if states[REPLACES]:
        yield "What was replaced is kept under replaced/STUDENT/TOPIC/."
    if undated := [row.student for row in done.rows if row.late and not row.time]:
        yield (
            f"Late, unknown by how much: {', '.join(undated)}. For a late penalty, write the time of handing in to "
            "submitted/STUDENT/TOPIC/timestamp.txt, for example 2026-02-02 15:58:24 UTC."
        )
    if done.unmatched:
        yield (
            "To match more: add names, addresses or Canvas's user ids (in a column lms_user_id) to roster.csv, or pass "
            "a list exported from Canvas (gradebook) or Moodle (grading worksheet) with --roster; then collect again."
        )
    if states[NOTHING]:
        yield f"Where the table says {NOTHING!r}: fix it in the download, or ask the student; then collect again."
