"""What each of the instructor's commands does with what it was given, and what it says when it is done.

An action is given the `classroom` package, which is imported only when a command runs, the command's arguments, and a
console. It returns the exit status, if that is not 0.
"""

import contextlib
import getpass
import io
import sys
import threading

WIDE = 100_000  # characters, more than any table has


def init(classroom, arguments, console):
    place = classroom.create(arguments.directory)
    _say(console, f"Made {place.root}.", f"Put assignments into it: autograder release {arguments.directory}")


def release(classroom, arguments, console):
    from ..classroom.reporting.parts import several

    moved = []

    def announce(moves):
        moved.extend(moves)
        for move in moves:
            after = "to be marked" if move.after is None else f"{move.after:g}"
            _say(console, f"{move.student}, {move.exercise}: {move.before:g} becomes {after}")
            _say(console, *(f"  {why}" for why in move.why))
        students = len({move.student for move in moves})
        grades = "1 grade moves" if len(moves) == 1 else f"{len(moves)} grades of {several(students, 'student')} move"
        _say(console, f"{grades}." if moves else "No grade moves.")

    done = classroom.release(
        arguments.directory,
        arguments.topics,
        update=arguments.update,
        dry_run=arguments.dry_run,
        announce=announce,
        console=console,
    )
    for topic in done.unchanged:
        _say(console, f"{topic}: unchanged since it was released")
    for topic in done.released:
        handout = classroom.open_class(arguments.directory).handout / f"{topic}.zip"
        _say(console, f"{topic}: would be released" if arguments.dry_run else f"{topic}: hand out {handout}")
    if arguments.dry_run:
        _say(console, "Nothing was written (--dry-run).")
    elif moved:
        _say(console, f"These grades move when the class is graded: autograder grade {arguments.directory}")


def due(classroom, arguments, console):
    topic, *when = [*filter(None, [arguments.topic]), *arguments.when] or [None]  # an option may come between them
    dates = classroom.due_dates(arguments.directory, topic, " ".join(when) or None, students=arguments.student)
    _say(console, *classroom.due_lines(dates))


def collect(classroom, arguments, console):
    from ..classroom.collect import told

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
    _say(
        console,
        *_lines(classroom.collected_table(done)),
        *told(done),
        *(["Nothing was written (--dry-run)."] if arguments.dry_run else []),
    )
    return 0 if done.is_whole else 1


def grade(classroom, arguments, console):
    done = classroom.grade(
        arguments.directory,
        arguments.topics,
        students=arguments.student,
        force=arguments.force,
        workers=arguments.workers,
        isolation=arguments.isolation,
        scheduler=arguments.scheduler,
        console=console,
    )
    _tell(classroom, arguments.directory, done, console)


def _tell(classroom, directory, done, console):
    """Show what grading found: notices, what a person should look at, warnings, the table of grades."""
    from ..sandbox.run import LOOKED_AT

    told, asked, waiting = [], [], classroom.waiting(classroom.open_class(directory))
    for (student, topic), notices in sorted(done.notices.items()):
        for notice in notices:
            name, _, why = notice.removesuffix(LOOKED_AT.format("")).partition(": ")
            if not notice.endswith(LOOKED_AT.format("")):
                told.append(f"  {student}, {topic}: {notice}")
            elif (student, f"{topic}/{name}") in waiting:
                asked.append(f"  {student}, {topic}/{name}: {why}")
    _say(console, *(["Students are told, at the top of their feedback:"] if told else []), *told)
    if asked:
        _say(console, f"For you to look at, in autograder mark {directory}:", *asked)
    for warning in done.warnings:
        _say(console, f"Warning: {warning}")
    table, told = classroom.table(classroom.open_class(directory))
    shown = _lines(table) if table.row_count else []
    _say(console, *shown, *told, f"{len(done.graded)} graded, {done.unchanged} unchanged.")


def mark(classroom, arguments, console):
    marker = arguments.marker or getpass.getuser()
    options = {"marker": marker, "anonymous": arguments.anonymous, "port": arguments.port}
    with classroom.serve(arguments.directory, arguments.exercise, **options) as address:
        _say(console, f"{marker} marks at {address}", "Each mark is saved as it is given; Ctrl+C ends this.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def history(classroom, arguments, console):
    found = classroom.history(arguments.directory, arguments.student, arguments.topic)
    _say(console, *classroom.history_lines(found))


def feedback(classroom, arguments, console):
    from ..classroom.reporting.parts import several

    done = classroom.feedback(
        arguments.directory, arguments.topics, students=arguments.student, force=arguments.force, console=console
    )
    for (student, topic), reason in sorted(done.faults.items()):
        _say(console, f"Warning: {student}, {topic}: no page could be made ({reason}); the next run tries again")
    folder = classroom.open_class(arguments.directory).step("feedback")
    _say(console, f"{several(len(done.pages), 'page')} of feedback written; all of them are in {folder}.")
    if done.waiting:
        _say(
            console,
            f"{several(done.waiting, 'page')} still to be marked: autograder mark {arguments.directory}",
        )


def export(classroom, arguments, console):
    board = {"board": arguments.board} if arguments.to == "csv" else {}  # no other system has one
    written = classroom.FORMATS[arguments.to](arguments.directory, **board)
    _say(console, *(f"Wrote {path}." for path in written))
    if arguments.to in ("canvas", "moodle"):
        counts = classroom.without_score(arguments.directory)
        _say(console, *(f"No score ({state}): {whose}" for state, whose in counts.items()))


def send(classroom, arguments, console):
    done = classroom.send(
        arguments.directory,
        arguments.topics,
        students=arguments.student,
        force=arguments.force,
        dry_run=arguments.dry_run,
        console=console,
    )
    would = "would be " if arguments.dry_run else ""
    _say(console, *(f"{topic}: the platform had no line item; one {would or 'was '}made" for topic in done.made))
    for (student, topic), (score, possible) in done.scores.items() if arguments.dry_run else ():
        _say(console, f"{student}, {topic}: {score:g} of {possible:g}")
    for (student, topic), score in done.left.items():
        _say(console, f"{student}, {topic}: no longer has a score; the {score:g} sent before stays there")
    for (student, topic), why in done.refused.items():
        _say(console, f"Refused: {student}, {topic}: {why}")
    counts = f"{done.unchanged} unchanged since they were sent, {len(done.refused)} refused."
    _say(console, f"{len(done.scores)} scores {would}sent, {counts}")
    _say(console, *(["Nothing was sent (--dry-run)."] if arguments.dry_run else []))
    return 1 if done.refused else 0


def report(classroom, arguments, console):
    written = classroom.report(arguments.directory, arguments.topics, anonymous=arguments.anonymous)
    _say(console, f"Wrote {written}; open it in a browser.")


def new(classroom, arguments, console):
    from ..chapter import ROOT, class_root, topics

    root = class_root(arguments.own) if arguments.own else ROOT
    written = classroom.new(arguments.exercise, root, kind=arguments.kind)
    topic = arguments.exercise.partition("/")[0]
    _say(
        console,
        *(f"Wrote {path}." for path in written),
        *([] if topic in topics(root) else [f"Add chapters/{topic} to _toc.yml."]),
        "To see what is still to be written each time you save a file:",
        f"  autograder audit {arguments.exercise}{f' --class {arguments.own}' if arguments.own else ''} --watch",
    )


def name(classroom, arguments, console):
    from ..classroom.reporting.parts import several

    entry = classroom.name(arguments.directory, arguments.key)
    print(entry.text)  # alone on standard output, so that it can be appended to a file
    of_class = f" --class {arguments.directory}" if entry.is_own else ""
    print(
        f"This is the mistake of {several(entry.students, 'answer')}. Read it first: it is a student's code, and in an "
        "exercise's file it runs outside the sandbox, as you.",
        f"Put it into {entry.path}, write its sentence and a name, then:",
        f"  autograder audit {entry.exercise}{of_class}",
        f"  autograder release {arguments.directory} {entry.exercise.partition('/')[0]} --update",
        sep="\n",
        file=sys.stderr,
    )


def sample(classroom, arguments, console):
    from ..chapter import class_root
    from ..sandbox.doctor import doctor

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
        _say(console, "Every submission got the result it was made for.")
    _say(
        console,
        f"Feedback: {place.step('feedback')}",
        *(f"Grades:   {path}" for path in files),
        f"Desk:     cd {place.root} && jupyter lab   (then Nbgrader, Formgrader)",
    )
    return 1 if problems else 0


def _lines(table):
    """Return a table's lines at its own width: names in it can be copied even if the terminal is narrower."""
    from rich.console import Console

    console = Console(width=WIDE, file=io.StringIO())
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def _say(console, *lines):
    from ..classroom.layout import shown

    for line in lines:
        console.print(shown(line), markup=False, highlight=False, soft_wrap=True)
