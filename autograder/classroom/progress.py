"""Show how far a command has come."""

from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Rate(ProgressColumn):
    """How many are done per second."""

    def render(self, task):
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "–/s")


COLUMNS = (
    TextColumn("{task.description:<20}"),
    BarColumn(),
    MofNCompleteColumn(),
    Rate(),
    TimeElapsedColumn(),
    TextColumn("left"),
    TimeRemainingColumn(),
)


@contextmanager
def bars(console, total, *titles):
    """Yield, for each title, a function that advances its bar by one; a bar is full after `total` calls."""
    with Progress(*COLUMNS, console=console or Console()) as progress:
        tasks = [progress.add_task(title, total=total) for title in titles]
        yield [partial(progress.advance, task) for task in tasks]
