"""Put together the result of a submission: its notebook, as nbgrader's autograde would leave it, and its record."""

import hashlib
from functools import cache
from html import escape

import nbformat
from nbconvert.exporters import ResourcesDict
from nbformat import v4
from nbgrader import preprocessors as steps
from nbgrader.converters import Autograde
from traitlets.utils.importstring import import_item

from ..judge.show import bundle
from ..language import say
from ..sandbox.run import graded_name, timed
from . import config as settings
from . import sanitize
from .preprocessors.scores import TakeScores
from .rebuild import texts
from .record import Finished, Judged

NO_COUNT = {"execution_count": None}

# Steps of nbgrader's autograde whose work is done once a notebook has been rebuilt from the release, with the release's
# own metadata, and run; penalties are set where the gradebook is open (see `penalties`).
DONE = (
    steps.CheckCellMetadata,
    steps.ClearOutput,
    steps.DeduplicateIds,
    steps.OverwriteKernelspec,
    steps.OverwriteCells,
    steps.Execute,
    steps.AssignLatePenalties,
)


def show(notebook, outcome, all_of_it):
    """Write into a notebook what its cells showed, or none of it, and each verdict where the judge asked."""
    for index, outputs in outcome.outputs.items() if all_of_it else ():
        notebook.cells[index].outputs = [nbformat.from_dict(output) for output in sanitize.outputs(outputs)]
    for index, report in outcome.reports.items():
        notebook.cells[index].outputs = verdict(report)


def verdict(report):
    """Return the outputs of a graded cell that was judged: the report, and the points, which nbgrader reads."""
    points = float(min(max(report.points, 0.0), report.possible))
    shown = (("display_data", bundle(report), {}), ("execute_result", {"text/plain": repr(points)}, NO_COUNT))
    return [
        nbformat.from_dict({"output_type": kind, "data": data, "metadata": {}, **more}) for kind, data, more in shown
    ]


def mark_unjudged(notebook):
    """Have every graded cell say that it was not judged, which nbgrader counts as 0 points."""
    for cell in notebook.cells:
        if graded_name(cell):
            message = say("This exercise was not judged; see the top of this page.")
            cell.outputs = [v4.new_output("error", ename="NotJudged", evalue=message, traceback=[message])]


def begin_record(job, key):
    """Begin the record that explains a grade: by which exercises, with which inputs, behind which isolation."""
    return {
        "student": job.student,
        "topic": job.topic,
        "exercises_digest": job.digest,
        "seed_id": hashlib.sha256(key).hexdigest()[:12],
        "isolation": job.isolation,
        "exercises": {},
        "flags": {},
    }


def write(job, material, notebook, notices, timestamp, record, seconds, fault, doubts=()) -> Finished:
    """Return the result of a submission, with the graded notebook and the record."""
    answers = texts(notebook)
    with timed(seconds, "notebook"):
        text, scores, comments = _written(job, material.place, notebook, notices)
    for name in comments.keys() & doubts:  # a free text, whose points and comment are then a person's
        scores[name] = comments[name] = None
    record |= {"notices": notices, "answers": answers}
    record["seconds"] = {name: round(spent, 4) for name, spent in seconds.items()}
    judged = Judged(job.student, job.topic, scores, comments, timestamp, tuple(notices), fault, doubts, answers)
    return Finished(judged, record, text)


def _written(job, place, notebook, notices):
    """Return the graded notebook, after what is left of nbgrader's steps, as text, and scores and comments by cell."""
    if notices:
        told = "\n>\n> ".join(escape(_said(notice)) for notice in notices)
        shown = f"> **{say('About your submission.')}** {told}"
        notebook.cells.insert(0, v4.new_markdown_cell(shown, id="notice"))
    chain, db_url = nbgrader_steps(place, place.config_file.read_bytes())
    about = {"student": job.student, "assignment": job.topic, "notebook": job.topic, "db_url": db_url}
    resources = ResourcesDict(nbgrader=about)
    for step in chain:
        notebook, resources = step(notebook, resources)
    return nbformat.writes(notebook) + "\n", resources["scores"], resources["comments"]


def _said(notice):
    """Return a notice in the language of the class; one about an exercise begins with its name."""
    name, colon, why = notice.partition(": ")
    return f"{name}{colon}{say(why)}" if name.isidentifier() else say(notice)


@cache
def nbgrader_steps(place, _):
    """Return what is left of nbgrader's steps, and the gradebook's address.

    They are made again when the class's settings, whose text is the second argument, have changed.
    """
    config = settings.load(place)
    converter = Autograde(coursedir=settings.course_directory(config), config=config)
    chain = []
    for step in (*converter.sanitize_preprocessors, *converter.autograde_preprocessors):
        step = import_item(step) if isinstance(step, str) else step
        if not isinstance(step, type):
            chain.append(step)
        elif issubclass(step, steps.SaveAutoGrades):
            chain.append(TakeScores(parent=converter))
        elif not issubclass(step, DONE):
            chain.append(step(parent=converter))
    return chain, converter.coursedir.db_url
