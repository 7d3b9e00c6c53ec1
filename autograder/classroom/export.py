"""Export grades: nbgrader's own CSV of assignments, and one of exercises with verdicts and misconceptions."""

import csv
import io
import os

from nbgrader.plugins import CsvExportPlugin

from . import config as settings
from .layout import alone, open_class, scratch, write_file
from .results import results

COLUMNS = ("student", "assignment", "exercise", "points", "max", "verdict", "misconception", "flags")


@alone
def export(directory):
    """Write ``grades.csv`` and ``exercises.csv`` into a class directory.

    ``grades.csv`` is nbgrader's, a line for a student and assignment. ``exercises.csv`` has a line for a student and
    exercise, with the columns student, assignment, exercise, points, max, verdict, misconception and flags; points are
    empty as long as a person has to give them.

    Returns
    -------
    tuple of path
        The two files.
    """
    place = open_class(directory)
    grades, exercises = place.root / "grades.csv", place.root / "exercises.csv"
    config = settings.load(place)
    log_file = place.state / "export.log"
    with scratch(place) as folder, settings.gradebook(config) as gradebook, settings.log_to(log_file) as log:
        plugin = CsvExportPlugin(config=config, log=log)
        plugin.to = str(folder / grades.name)
        plugin.export(gradebook)
        os.replace(plugin.to, grades)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results(place):
        points = "" if result.points is None else f"{result.points:g}"
        row = (result.student, result.topic, result.exercise, points, f"{result.possible:g}")
        writer.writerow((*row, result.verdict, result.misconception, "; ".join(result.flags)))
    write_file(exercises, text.getvalue().encode())
    return grades, exercises
