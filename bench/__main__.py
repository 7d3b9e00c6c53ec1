"""``python -m bench``: run the benchmarks, write build/bench.json, and print the table."""

import dataclasses
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import augment, check_latency, search, train_step

BENCHMARKS = (train_step, augment, search, check_latency)
TARGET = Path(__file__).resolve().parents[1] / "build" / "bench.json"


def main():
    """Run all benchmarks; a missed goal is shown, it is not an error."""
    records = [record for benchmark in BENCHMARKS for record in benchmark.run()]
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
