"""What each of the instructor's commands takes on the command line."""

import argparse

from . import actions
from .running import run, warm_up

FORMATS = ("csv", "canvas", "moodle", "gradescope", "json")  # those of classroom.FORMATS
KINDS = ("function", "class", "value", "repair", "test", "text")  # those of classroom.templates.KINDS


def add_class_commands(commands):
    """Add the commands for classes to an argparse parser's subcommands."""
    parser = _add(commands, "init", actions.init, "make a class directory")
    parser.add_argument("directory", metavar="DIR", help="the directory to make, or an empty one")

    parser = _add(commands, "release", actions.release, "release assignments to a class, and pin it to their exercises")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="default: all topics")
    parser.add_argument(
        "--update", action="store_true", help="adopt what has changed, after listing the grades that move, and why"
    )
    parser.add_argument("--dry-run", action="store_true", help="list what would be done, and write nothing")

    parser = _add(commands, "due", actions.due, "show or set when assignments are due, also for individual students")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="default: show all that are released")
    words = "2026-10-12 18:00 on the class's clock (or with a zone), none, or for a student +2d (w, d, h, m)"
    parser.add_argument("when", nargs="*", metavar="WHEN", help=words)
    parser.add_argument(
        "--student", action="append", default=[], metavar="ID", help="only for this student; may be repeated"
    )
    parser.set_defaults(rest="when")

    parser = _add(commands, "collect", actions.collect, "put a download of what was handed in where grading finds it")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    words = "a zip or a folder from Canvas, Moodle or another system (for the exchange: default, the class's own)"
    parser.add_argument("archive", metavar="ARCHIVE", nargs="?", help=words)
    parser.add_argument(
        "--from",
        dest="form",
        choices=("canvas", "moodle", "zip", "folder", "exchange"),
        help="how its files are named (default: detected), or nbgrader's exchange",
    )
    parser.add_argument(
        "--assignment", metavar="TOPIC", help="which assignment all of it is (default: by the notebooks' names)"
    )
    parser.add_argument("--roster", metavar="FILE", help="a list (CSV) with more about the students, such as the LMS's")
    parser.add_argument(
        "--keep",
        choices=("last", "first", "best"),
        help="which of several submissions counts (default: as c.Course.counts says)",
    )
    parser.add_argument(
        "--times",
        choices=("archive", "none"),
        help="archive: the files' dates say when they were handed in; none: they do not",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")

    parser = _add(commands, "grade", actions.grade, "grade what was handed in; regrade only what has changed", warm_up)
    _add_selection(parser)
    parser.add_argument("--force", action="store_true", help="also regrade what has not changed")
    parser.add_argument(
        "--isolation",
        choices=("namespaces", "none"),
        default="namespaces",
        help="none: only for your own notebooks, since it runs them as you (see: autograder doctor)",
    )
    parser.add_argument("--workers", type=_positive, metavar="N", help="notebooks at once (default: one per processor)")
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="grade on the Dask cluster of this scheduler, such as tls://host:8786",
    )

    parser = _add(commands, "mark", actions.mark, "mark free texts, and what needs a person, on a page on this machine")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("exercise", nargs="?", default="", metavar="TOPIC/EXERCISE", help="the question to start with")
    parser.add_argument("--anonymous", action="store_true", help="show aliases instead of ids")
    parser.add_argument(
        "--marker", metavar="NAME", help="who marks, as shown to other markers (default: this machine's user)"
    )
    parser.add_argument(
        "--port", type=_positive, default=0, metavar="N", help="the port to serve it on (default: any free one)"
    )

    parser = _add(commands, "history", actions.history, "show how a student's grades came to be what they are")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("student", metavar="STUDENT", help="an id, as in roster.csv")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="default: all assignments")

    parser = _add(commands, "feedback", actions.feedback, "write a page of feedback for each graded submission")
    _add_selection(parser)
    parser.add_argument("--force", action="store_true", help="also rewrite what has not changed")

    words = "write grades.csv, exercises.csv and the class board, or a file for another system"
    parser = _add(commands, "export", actions.export, words)
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("--to", choices=FORMATS, default=FORMATS[0], help="default: csv")
    parser.add_argument(
        "--board",
        choices=("aliases", "names"),
        default="aliases",
        help="the names under which answers are on the board",
    )

    parser = _add(commands, "send", actions.send, "send grades to an LMS by LTI 1.3; resend only what has changed")
    _add_selection(parser)
    parser.add_argument("--force", action="store_true", help="also resend what has not changed")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")

    parser = _add(commands, "report", actions.report, "write report.html: scores, exercises and mistakes of the class")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="default: all that are released")
    parser.add_argument("--anonymous", action="store_true", help="show aliases instead of ids, and no links")

    parser = _add(
        commands, "new", actions.new, "start an exercise: its file and its section of the chapter, to fill in"
    )
    parser.add_argument("exercise", metavar="TOPIC/EXERCISE", help="a topic, old or new, and a new name")
    parser.add_argument("--class", dest="own", metavar="DIR", help="the class that it belongs to (default: the course)")
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0], help="what is asked for (default: a function)")

    parser = _add(commands, "name", actions.name, "start a misconception from wrong answers that have no name yet")
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("key", metavar="KEY", help="the key below them in the report: TOPIC/EXERCISE:3fa2c1")

    parser = _add(
        commands, "sample", actions.sample, "make a sample class with submissions of every kind, and grade it"
    )
    parser.add_argument("directory", metavar="DIR", help="the directory to make")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="default: all topics")
    parser.add_argument(
        "--students",
        type=_positive,
        default=1,
        metavar="N",
        help="at least N of them: one of each kind, then a mix",
    )
    parser.add_argument("--class", dest="own", metavar="DIR", help="also the topics that a class has of its own")


def _add(commands, name, action, words, begin=lambda arguments: None):
    """Add a command; `begin` starts what runs during the imports that every command for classes waits for."""
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(rest="topics", run=lambda arguments: run(action, arguments, begin))
    return parser


def _add_selection(parser):
    parser.add_argument("directory", metavar="DIR", help="the class's directory")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="default: all that are released")
    parser.add_argument("--student", action="append", default=[], metavar="ID", help="only this one; may be repeated")


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, got {text!r}")
    return int(text)
