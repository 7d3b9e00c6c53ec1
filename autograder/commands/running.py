"""Run the commands for classes: their modules are imported only now, so that other commands start without them."""

import contextlib
import gc
import importlib.metadata
import sys

from ..sandbox.client import Refused
from ..sandbox.warm import warm

INSTALL = "this command needs the course's extra `class`: pip install '.[class]' in a checkout, or 'NAME.whl[class]'"

NAMESAKE = """\
autograder: another package, autograder {version}, is installed here too. Both have a module and a command of that name,
and each overwrites the other's files. To keep the course's: pip uninstall autograder tuning-deep-networks, then install
the course again. To keep both, give each an environment of its own."""


def warn_of_namesake():
    """Warn if another package of the same name is installed in this environment."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        print(NAMESAKE.format(version=importlib.metadata.version("autograder")), file=sys.stderr)


def not_installed(why):
    """Say that a command needs more than is installed, and return its exit status."""
    print(f"{INSTALL} ({why})", file=sys.stderr)
    return 2


def spare_grammar():
    """Keep jsonschema from importing a grammar, which takes a second, for an address format that no notebook has."""
    sys.modules.setdefault("rfc3987_syntax", None)


def run(action, arguments, begin):
    """Run a command; an error that an instructor can mend becomes one sentence and exit status 2."""
    begin(arguments)
    spare_grammar()
    gc.disable()
    try:
        from rich.console import Console

        from .. import classroom
    except ImportError as error:
        return not_installed(error)
    finally:
        gc.freeze()  # modules stay; looking for garbage among them takes a third of a second, most of it at the end
        gc.enable()
    try:
        return action(classroom, arguments, Console()) or 0
    except classroom.ERRORS as error:
        print(*map(classroom.shown, f"autograder: {error}".splitlines()), sep="\n", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; what is done is kept, and the same command goes on from there", file=sys.stderr)
        return 130


def warm_up(arguments):
    """Start what will run students' code, if that is on this machine."""
    if arguments.scheduler:
        return
    with contextlib.suppress(Refused):  # grading says it again
        warm(arguments.isolation)
