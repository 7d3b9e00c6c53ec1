"""Grade the attack suite, and print what each attack must get and what it got; with --json, as JSON."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from . import suite


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.autograder.attacks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="ATTACK", help="without any: all")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    chosen = [attack for attack in suite.attacks() if not arguments.names or attack.name in arguments.names]
    if unknown := set(arguments.names) - {attack.name for attack in chosen}:
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="class-") as directory:
        outcome = suite.run(Path(directory) / "class", chosen)
    if arguments.json:
        print(json.dumps(outcome.as_dict(), indent=1))
    else:
        _show(outcome)
    return 0 if outcome.sound else 1


def _show(outcome):
    table = Table("attack", "what it tries", "expected", "obtained", "s", "MiB", title="Attacks")
    for row in outcome.rows:
        obtained = ("" if row.held else "✗ ") + _scores(row.obtained)
        table.add_row(escape(row.name), escape(row.tries), _scores(row.expected), obtained, *_cost(row))
    for name, points in outcome.innocent.items():
        table.add_row(name, "An honest student, graded among them.", _scores(suite.FULL), _scores(points))
    console = Console()
    console.print(table)
    amiss = [
        *outcome.sample,
        *(f"{name} has no result" for name in outcome.unrecorded),
        *(f"left behind: {thing}" for thing in outcome.left),
    ]
    for sentence in amiss:
        console.print(f"✗ {sentence}", markup=False)
    if not outcome.sample:
        console.print("The sample class among them: every submission got the result it was made for.")
    if outcome.rows:
        longest = max(outcome.rows, key=lambda row: row.seconds)
        largest = max(outcome.rows, key=lambda row: row.mib)
        console.print(f"Costliest: {longest.seconds:.1f} s ({longest.name}), {largest.mib:.0f} MiB ({largest.name})")
    held = sum(row.held for row in outcome.rows)
    console.print(f"{held} of {len(outcome.rows)} held, in {outcome.seconds:.1f} s")


def _cost(row):
    return f"{row.seconds:.1f}", f"{row.mib:.0f}"


def _scores(points):
    return ", ".join(f"{name} {value:g}" for name, value in points.items() if value) or "0"


if __name__ == "__main__":
    sys.exit(main())
