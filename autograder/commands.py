"""The instructor's commands: what each takes on the command line, and what it says when it is done.

The class's own modules are imported when a command runs, so that the other commands start without them.
"""

import argparse
import contextlib
import gc
import getpass
import sys
import threading

from .sandbox.client import Refused
from .sandbox.warm import warm

FORMATS = ("csv", "canvas", "moodle", "gradescope", "json")  # those of classroom.FORMATS
KINDS = ("function", "value", "text")  # those of classroom.templates.KINDS
INSTALL = "this command needs the course's extra `class`: pip install '.[class]' in a checkout, or 'NAME.whl[class]'"


def add_class_commands(commands):
    """Add the commands for classes to an argparse parser's subcommands."""
    parser = _add(commands, "init", _init, "make a class directory")
    parser.add_argument("directory", metavar="DIR")

    parser = _add(commands, "release", _release, "put assignments into a class, and pin it to the exercises")
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="without any: all topics")
    parser.add_argument(
        "--update", action="store_true", help="take what has changed, after listing the grades it moves, and why"
    )
    parser.add_argument("--dry-run", action="store_true", help="list what would be done, and write nothing")

    parser = _add(commands, "collect", _collect, "put a download of what was handed in where grading looks for it")
    parser.add_argument("directory", metavar="DIR")
    words = "a zip or a folder, as Canvas, Moodle or others give it (of the exchange: without, the class's own)"
    parser.add_argument("archive", metavar="ARCHIVE", nargs="?", help=words)
    parser.add_argument(
        "--from",
        dest="form",
        choices=("canvas", "moodle", "zip", "folder", "exchange"),
        help="how its files are named (found out without), or nbgrader's exchange",
    )
    parser.add_argument(
        "--assignment", metavar="TOPIC", help="what all of it is (without: as the notebooks are called)"
    )
    parser.add_argument(
        "--roster", metavar="FILE", help="a list (CSV) that tells more of the students, such as the LMS's"
    )
    parser.add_argument(
        "--keep", choices=("last", "first", "best"), help="which counts if there are several (c.Course.counts)"
    )
    parser.add_argument("--times", choices=("archive", "none"), help="whether its files are dated by when handed in")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")

    parser = _add(commands, "grade", _grade, "grade what was handed in, again only what has changed", _warm_up)
    _add_selection(parser)
    parser.add_argument("--force", action="store_true", help="grade again what has not changed, too")
    parser.add_argument(
        "--isolation",
        choices=("namespaces", "none"),
        default="namespaces",
        help="none: for notebooks of your own alone, since it runs them as you (see: autograder doctor)",
    )
    parser.add_argument("--workers", type=_positive, metavar="N", help="notebooks at once (one for each processor)")

    parser = _add(commands, "mark", _mark, "mark free texts, and what needs a person, in a page on this machine")
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("exercise", nargs="?", default="", metavar="TOPIC/EXERCISE", help="the question to begin with")
    parser.add_argument("--anonymous", action="store_true", help="aliases for ids")
    parser.add_argument("--marker", metavar="NAME", help="who marks, as other markers are told (this machine's user)")
    parser.add_argument("--port", type=_positive, default=0, metavar="N", help="where to serve it (any that is free)")

    parser = _add(commands, "history", _history, "show how a student's grades came to be what they are")
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("student", metavar="STUDENT")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="without it: all assignments")

    parser = _add(commands, "feedback", _feedback, "write a page of feedback for each graded submission")
    _add_selection(parser)
    parser.add_argument("--force", action="store_true", help="write again what has not changed, too")

    words = "write grades.csv, exercises.csv and the class board, or what another system reads"
    parser = _add(commands, "export", _export, words)
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("--to", choices=FORMATS, default=FORMATS[0], help="without it: csv")
    parser.add_argument(
        "--board", choices=("aliases", "names"), default="aliases", help="under which names answers are on the board"
    )

    parser = _add(commands, "report", _report, "write report.html: scores, exercises and mistakes of the class")
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="without any: all that are released")
    parser.add_argument("--anonymous", action="store_true", help="aliases for ids, and no way to whose they are")

    parser = _add(commands, "new", _new, "begin an exercise: its file and its section of the chapter, to fill in")
    parser.add_argument("exercise", metavar="TOPIC/EXERCISE")
    parser.add_argument("--class", dest="own", metavar="DIR", help="the class whose own it is (without: the course's)")
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0], help="what is asked for (without: a function)")

    parser = _add(commands, "name", _name, "begin a misconception from wrong answers that have no name yet")
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("key", metavar="KEY", help="what the report has below them: TOPIC/EXERCISE:3fa2c1")

    parser = _add(commands, "sample", _sample, "make a sample class with submissions of every kind, and grade it")
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="without any: all topics")
    parser.add_argument("--students", type=_positive, default=1, metavar="N", help="at least so many, the rest mixed")
    parser.add_argument("--class", dest="own", metavar="DIR", help="the topics that a class has of its own, too")


def _add(commands, name, run, words, begin=lambda arguments: None):
    """Add a command; `begin` starts what goes on beside the imports that every command for classes waits for."""
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=lambda arguments: _run(run, arguments, begin))
    return parser


def _add_selection(parser):
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="without any: all that are released")
    parser.add_argument("--student", action="append", default=[], metavar="ID", help="only this one; may be repeated")


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, got {text!r}")
    return int(text)


def spare_grammar():
    """Keep jsonschema from importing, for a format of addresses that no notebook has, a grammar that takes a second."""
    sys.modules.setdefault("rfc3987_syntax", None)


def _run(run, arguments, begin):
    """Run a command; what an instructor can mend is one sentence and exit status 2."""
    begin(arguments)
    spare_grammar()
    gc.disable()
    try:
        from rich.console import Console

        from . import classroom
    except ImportError as error:
        print(f"{INSTALL} ({error})", file=sys.stderr)
        return 2
    finally:
        gc.freeze()  # modules stay; to look for garbage among them takes a third of a second, most of it at the end
        gc.enable()
    try:
        return run(classroom, arguments, Console()) or 0
    except classroom.ERRORS as error:
        print(*map(classroom.shown, f"autograder: {error}".splitlines()), sep="\n", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; what is done is kept, and the same command goes on from there", file=sys.stderr)
        return 130


def _init(classroom, arguments, console):
    place = classroom.create(arguments.directory)
    _say(console, f"Made {place.root}.", f"Put assignments into it: autograder release {arguments.directory}")


def _release(classroom, arguments, console):
    moved = []

    def announce(moves):
        moved.extend(moves)
        for move in moves:
            after = "to be marked" if move.after is None else f"{move.after:g}"
            _say(console, f"{move.student}, {move.exercise}: {move.before:g} becomes {after}")
            _say(console, *(f"  {why}" for why in move.why))
        students = len({move.student for move in moves})
        _say(console, f"{len(moves)} grades of {students} students move." if moves else "No grade moves.")

    done = classroom.release(
        arguments.directory,
        arguments.topics,
        update=arguments.update,
        dry_run=arguments.dry_run,
        announce=announce,
        console=console,
    )
    for topic in done.unchanged:
        _say(console, f"{topic}: stands as it was released")
    for topic in done.released:
        handout = classroom.open_class(arguments.directory).handout / f"{topic}.zip"
        _say(console, f"{topic}: would be released" if arguments.dry_run else f"{topic}: hand out {handout}")
    if arguments.dry_run:
        _say(console, "Nothing was written (--dry-run).")
    elif moved:
        _say(console, f"These grades move when the class is graded: autograder grade {arguments.directory}")


def _collect(classroom, arguments, console):
    from .classroom.collect import told

    done = classroom.collect(
        arguments.directory,
        arguments.archive,
        form=arguments.form,
        assignment=arguments.assignment,
        listed=arguments.roster,
        keep=arguments.keep,
        times=arguments.times,
        dry_run=arguments.dry_run,
    )
    console.print(classroom.collected_table(done))
    _say(console, *told(done), *(["Nothing was written (--dry-run)."] if arguments.dry_run else []))
    return 0 if done.is_whole else 1


def _warm_up(arguments):
    with contextlib.suppress(Refused):  # grading says it again
        warm(arguments.isolation)


def _grade(classroom, arguments, console):
    done = classroom.grade(
        arguments.directory,
        arguments.topics,
        students=arguments.student,
        force=arguments.force,
        workers=arguments.workers,
        isolation=arguments.isolation,
        console=console,
    )
    _tell(classroom, arguments.directory, done, console)


def _tell(classroom, directory, done, console):
    """Show what grading found: notices, warnings, the table of grades."""
    for (student, topic), notices in sorted(done.notices.items()):
        for notice in notices:
            _say(console, f"{student}, {topic}: {notice}")
    for warning in done.warnings:
        _say(console, f"Warning: {warning}")
    console.print(classroom.table(classroom.open_class(directory)))
    _say(console, f"{len(done.graded)} graded, {done.unchanged} unchanged.")


def _mark(classroom, arguments, console):
    marker = arguments.marker or getpass.getuser()
    options = {"marker": marker, "anonymous": arguments.anonymous, "port": arguments.port}
    with classroom.serve(arguments.directory, arguments.exercise, **options) as address:
        _say(console, f"{marker} marks at {address}", "Each mark is saved as it is given; Ctrl+C ends this.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def _history(classroom, arguments, console):
    found = classroom.history(arguments.directory, arguments.student, arguments.topic)
    _say(console, *classroom.history_lines(found))


def _feedback(classroom, arguments, console):
    done = classroom.feedback(
        arguments.directory, arguments.topics, students=arguments.student, force=arguments.force, console=console
    )
    for (student, topic), reason in sorted(done.faults.items()):
        _say(console, f"Warning: {student}, {topic}: no page could be made ({reason}); the next run tries again")
    folder = classroom.open_class(arguments.directory).step("feedback")
    _say(console, f"{len(done.pages)} pages of feedback written; all of them are in {folder}.")


def _export(classroom, arguments, console):
    board = {"board": arguments.board} if arguments.to == "csv" else {}  # no other system has one
    written = classroom.FORMATS[arguments.to](arguments.directory, **board)
    _say(console, *(f"Wrote {path}." for path in written))


def _report(classroom, arguments, console):
    written = classroom.report(arguments.directory, arguments.topics, anonymous=arguments.anonymous)
    _say(console, f"Wrote {written}; open it in a browser.")


def _new(classroom, arguments, console):
    from .chapter import ROOT, class_root, topics

    root = class_root(arguments.own) if arguments.own else ROOT
    written = classroom.new(arguments.exercise, root, kind=arguments.kind)
    topic = arguments.exercise.partition("/")[0]
    _say(
        console,
        *(f"Wrote {path}." for path in written),
        *([] if topic in topics(root) else [f"Give chapters/{topic} its place in _toc.yml."]),
        "What is still to write, each time that you save a file:",
        f"  autograder audit {arguments.exercise}{f' --class {arguments.own}' if arguments.own else ''} --watch",
    )


def _name(classroom, arguments, console):
    entry = classroom.name(arguments.directory, arguments.key)
    print(entry.text)  # alone on standard output, so that it can be appended to a file
    of_class = f" --class {arguments.directory}" if entry.is_own else ""
    count = f"{entry.students} answer{'' if entry.students == 1 else 's'}"
    print(
        f"This is the mistake of {count}. Put it into {entry.path}, write its sentence and a name, then:",
        f"  autograder audit {entry.exercise}{of_class}",
        f"  autograder release {arguments.directory} {entry.exercise.partition('/')[0]} --update",
        sep="\n",
        file=sys.stderr,
    )


def _sample(classroom, arguments, console):
    from .chapter import class_root
    from .sandbox.doctor import doctor

    own = arguments.own and class_root(arguments.own)
    place = classroom.sample(arguments.directory, arguments.topics, students=arguments.students, own=own)
    # The sample class is our own, and may be graded where students' notebooks may not.
    isolation = "namespaces" if doctor()[0] else "none"
    done = classroom.grade(place.root, isolation=isolation, console=console)
    classroom.feedback(place.root, console=console)
    files = classroom.export(place.root)
    _tell(classroom, place.root, done, console)
    problems = classroom.problems(place.root)
    _say(console, *problems)
    if not problems:
        _say(console, "Every submission got what it was made for.")
    _say(
        console,
        f"Feedback: {place.step('feedback')}",
        *(f"Grades:   {path}" for path in files),
        f"Desk:     cd {place.root} && jupyter lab   (then Nbgrader, Formgrader)",
    )
    return 1 if problems else 0


def _say(console, *lines):
    from .classroom.layout import shown

    for line in lines:
        console.print(shown(line), markup=False, highlight=False, soft_wrap=True)
