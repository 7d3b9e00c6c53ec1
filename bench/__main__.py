"""``python -m bench [NAME ...]``: run benchmarks, write build/bench.json, and print the table.

Without names it runs those that take seconds, and builds the book; the others take ten minutes, because of nbgrader and
large classes.
"""

import argparse
import dataclasses
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import (
    augment,
    book,
    check_latency,
    cluster,
    feedback,
    first_verdict,
    grade,
    grade_hostile,
    grade_overhead,
    grade_scale,
    layers,
    search,
    train_step,
)

QUICK = {
    "train_step": train_step,
    "layers": layers,
    "augment": augment,
    "search": search,
    "check_latency": check_latency,
    "book": book,
    "first_verdict": first_verdict,
}
LONG = {
    "feedback": feedback,
    "grade": grade,
    "grade_overhead": grade_overhead,
    "grade_scale": grade_scale,
    "grade_hostile": grade_hostile,
    "cluster": cluster,
}
ALL = QUICK | LONG
TARGET = Path(__file__).resolve().parents[1] / "build" / "bench.json"


def main():
    """Run the benchmarks that are named; a missed goal is shown, but is not an error."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}")
    names = parser.parse_args().names or list(QUICK)
    if unknown := set(names) - set(ALL):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; the benchmarks are {', '.join(ALL)}")
    records = [record for name in names for record in ALL[name].run()]
    TARGET.parent.mkdir(exist_ok=True)
    beside = TARGET.with_suffix(".tmp")
    beside.write_text(json.dumps([dataclasses.asdict(record) for record in records], indent=1))
    beside.replace(TARGET)
    Console().print(_table(records))
    print(f"written to {TARGET.relative_to(Path.cwd()) if TARGET.is_relative_to(Path.cwd()) else TARGET}")


def _table(records):
    table = Table("benchmark", "ours", "other", "ratio", "unit", "goal", "met")
    for record in records:
        values = (getattr(record, field.name) for field in dataclasses.fields(record))
        table.add_row(*("" if v is None else f"{v:.3g}" if type(v) is float else str(v) for v in values))
    return table


if __name__ == "__main__":
    main()
