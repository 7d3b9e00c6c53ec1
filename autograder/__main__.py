"""The command line: ``python -m autograder COMMAND``."""

import argparse
import dataclasses
import json
import sys
from functools import partial
from importlib.util import find_spec

from .commands import add_class_commands, not_installed, spare_grammar, warn_of_namesake


def main(argv=None):
    """Run a command and return its exit status: 0 done, 1 problems found, 2 could not be done."""
    warn_of_namesake()
    parser = argparse.ArgumentParser(prog="autograder", description="Audit the course, and run a class with it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_class_commands(commands)
    _add_audit(commands)
    _add_doctor(commands)
    arguments, late = parser.parse_known_args(argv)
    if late:
        # argparse takes topics only once, and has taken none if an option comes between the directory and them
        taken = getattr(arguments, getattr(arguments, "rest", ""), None)
        if taken is None or any(word.startswith("-") for word in late):
            parser.error(f"unrecognized arguments: {' '.join(late)}")
        taken += late
    return arguments.run(arguments)


def _add_audit(commands):
    words = "lint the course: answers, checks, misconceptions, chapters"
    parser = commands.add_parser("audit", help=words, description=words)
    parser.add_argument("wanted", nargs="*", metavar="TOPIC[/EXERCISE]", help="only these topics or exercises")
    parser.add_argument("--class", dest="directory", metavar="DIR", help="audit a class's own topics")
    parser.add_argument(
        "--fresh", action="store_true", help="do not reuse what an earlier audit found for the same sources"
    )
    parser.add_argument("--watch", action="store_true", help="audit again whenever a source is saved")
    parser.add_argument("--json", action="store_true", help="print counts and problems as JSON")
    parser.add_argument("--seeds", type=int, default=200, help="seeds for what depends on luck (default: 200)")
    parser.set_defaults(run=_audit)


def _audit(arguments):
    spare_grammar()
    try:
        from .audit import audit, watch
        from .chapter import ROOT, ChapterError, class_root
    except ImportError as error:
        return not_installed(error)
    try:
        root = class_root(arguments.directory) if arguments.directory else ROOT
        if arguments.watch:
            return watch(partial(_audit_once, audit, root, arguments), root)
        return _audit_once(audit, root, arguments)
    except ChapterError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2


def _audit_once(audit, root, arguments):
    done = audit(
        arguments.wanted,
        root,
        seeds=arguments.seeds,
        fresh=arguments.fresh,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    counts = dataclasses.asdict(done)
    if arguments.json:
        print(json.dumps(counts, indent=1))
    else:
        for line in (*counts.pop("notices"), *counts.pop("problems")):
            print(line)
        print(", ".join(f"{number} {_word(name, number)}" for name, number in counts.items()), end=", ")
        print(f"{len(done.problems)} {_word('problems', len(done.problems))}")
    return 1 if done.problems else 0


def _word(name, number):
    """Return the name of a count as words, in the singular for one."""
    words = name.replace("_", " ")
    return words.removesuffix("s") if number == 1 else words


def _add_doctor(commands):
    words = "report what isolation this machine offers for grading"
    parser = commands.add_parser("doctor", help=words, description=words)
    parser.set_defaults(run=_doctor)


def _doctor(arguments):
    if missing := [name for name in ("IPython", "matplotlib") if find_spec(name) is None]:
        return not_installed(f"No module named {missing[0]!r}")
    from .sandbox.doctor import doctor

    sound, lines = doctor()
    print(*lines, sep="\n")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
