"""Make feedback pages: nbgrader's own, in several processes, from grades that were read once.

nbgrader opens the gradebook for each page, asks it for each cell, and has the whole page parsed again to give its
pictures a text. Style sheets stay in each page, since a student opens it alone, but only the rules that it uses.
"""

import re
import signal
import threading
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from html import escape
from pathlib import Path

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import from_dict
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution
from traitlets.utils.importstring import import_item

from ..judge.report import Report
from ..judge.show import JSON, bundle
from ..language import say
from . import config as settings
from .disclosure import withheld
from .layout import ClassDirectory
from .processes import processes
from .reading import readable
from .sheets import lean
from .source import ANSWER
from .strays import HIDDEN

SECONDS = 30  # for one page
LONG = 10_000  # characters of a cell
FEW = 3  # pages for which it does not pay to start other processes
NO_ALT = "No description has been provided for this image"
TO_COME = "A person still has to mark this: its points are not in the score yet."
BEGIN, _ = HIDDEN
LISTED = re.compile(r'(<li><a href="#(comment-)?([^"]+)">)[^<]*</a>')
FAILED = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>{topic}</title></head><body>
<h1>{topic}</h1>
<p>Your notebook could not be made into a page ({reason}). Your instructor has been told.</p>
<p>Score: {score:g} / {possible:g}</p>
<ul>{lines}</ul>
</body></html>
"""


@dataclass
class Grades:
    """What a page shows of a submission's grades: points, possible points and comments by cell, and the penalty.

    `withheld` is what it says instead of hidden checks, or "" if it shows what they found. `waiting` are the free
    texts that a person still has to mark.
    """

    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    penalty: float = 0.0
    withheld: str = ""
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page to make: from whose graded notebook, with which grades, and where it goes."""

    place: ClassDirectory
    student: str
    topic: str
    grades: Grades
    target: Path

    @property
    def graded(self):
        return self.place.step("autograded", self.student, self.topic, f"{self.topic}.ipynb")


@contextmanager
def makers(count, workers):
    """Yield a function that makes pages, several at once: it yields each page, and why it could not be made, or "".

    Enter it while this process still has only one thread, if possible: other processes then start sooner.
    """
    if workers == 1 or count <= FEW:
        yield lambda pages: ((page, make(page)) for page in pages)
        return
    with processes(min(workers, count), preload=[__name__]) as pool:
        yield partial(_made_by, pool)


def _made_by(pool, pages):
    made, lost = {pool.submit(make, page): page for page in pages}, []
    for future in as_completed(made):
        try:
            yield made[future], future.result()
        except BrokenProcessPool:  # a process was killed, which does not say on which page
            lost.append(made[future])
    for page in lost:
        with processes(1, preload=[__name__]) as pool:
            try:
                yield page, pool.submit(make, page).result()
            except BrokenProcessPool:
                yield page, _fail(page, "it took more memory than is available")


def make(page) -> str:
    """Make one page; return why it could not be made, or "". A page that says so then takes its place."""
    page.target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _at_most(SECONDS):
            exporter = _exporter(page.place, page.place.config_file.read_bytes())
            about = {"student": page.student, "assignment": page.topic, "notebook": page.topic, "grades": page.grades}
            about["exercises"] = page.place.exercises
            html, _ = exporter.from_filename(str(page.graded), resources={"nbgrader": about})
        page.target.write_text(lean(readable(_named(html))), encoding="utf-8")
        return ""
    except Exception as error:  # whatever the notebook holds, it affects only one student
        return _fail(page, f"{type(error).__name__}: {error}")


def _named(html):
    """Have the list of scores name each exercise, where nbgrader calls them all "Test cell"."""
    top, notebook, rest = html.partition('<div id="notebook"')

    def name(found):
        about, id_ = "Comment on " if found[2] else "", found[3].removesuffix(ANSWER)
        return f"{found[1]}{about}{id_}</a>"

    return LISTED.sub(name, top) + notebook + rest


def _fail(page, reason):
    points = page.grades.points.values()
    lines = "".join(f"<li>{escape(name)}: {score:g}</li>" for name, (score, _) in page.grades.points.items())
    score = sum(score for score, _ in points) - page.grades.penalty
    possible = sum(possible for _, possible in points)
    words = escape(reason.splitlines()[0][:200])
    text = FAILED.format(topic=escape(page.topic), reason=words, score=score, possible=possible, lines=lines)
    page.target.write_text(text, encoding="utf-8", errors="replace")
    return reason


class _TakeGrades(GetGrades):
    """nbgrader's GetGrades, from grades that are at hand."""

    def preprocess(self, nb, resources):
        grades = resources["nbgrader"]["grades"]
        for cell in nb.cells if grades.withheld else ():
            _withhold(cell, grades.withheld, resources["nbgrader"]["exercises"])
        for cell in nb.cells:
            if is_solution(cell):
                name = cell.metadata.nbgrader.grade_id
                said = (grades.comments.get(name), say(TO_COME) if name in grades.waiting else "")
                cell.metadata.nbgrader["comment"] = "\n\n".join(filter(None, said))
            if is_grade(cell):
                if not is_solution(cell):  # what hidden tests found is below it, and the call itself says nothing
                    cell.source = cell.source.partition(BEGIN)[0].rstrip()
                score = grades.points.get(cell.metadata.nbgrader.grade_id, (0.0, 0.0))
                cell.metadata.nbgrader["score"], cell.metadata.nbgrader["points"] = score
        total, possible = map(sum, zip(*grades.points.values())) if grades.points else (0.0, 0.0)
        shown = {"score": total - grades.penalty, "max_score": possible, "late_penalty": grades.penalty}
        resources["nbgrader"] |= shown
        return nb, resources


def _withhold(cell, note, exercises):
    """Remove what hidden checks found from a cell's reports."""
    for output in cell.get("outputs", ()) if is_grade(cell) else ():
        if JSON in output.get("data", {}):
            output["data"] = from_dict(bundle(withheld(Report.of(output["data"][JSON]), note, exercises)))


class _Exporter(HTMLExporter):
    """nbconvert's own, which gives its pictures a text without having the whole page parsed again.

    It does not colour code again that it has seen before: most is the same for all students.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.colours = {}

    def from_notebook_node(self, nb, resources=None, **options):
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        if lexer not in self.colours:
            self.colours[lexer] = _remembering(Highlight2HTML(pygments_lexer=lexer, parent=self))
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", self.colours[lexer])
        data_type = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", data_type)
        html, resources = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        html = re.sub(r"<img\b(?![^>]*\salt=)([^>]*?)\s*/?>", rf'<img\1 alt="{NO_ALT}"/>', html)
        return html, resources


def _remembering(colour):
    """Return nbconvert's filter for code, with a cache for cells that are not long."""
    before = lru_cache(1000)(colour)

    def coloured(source, language=None, metadata=None):
        if len(source) > LONG or "magics_language" in (metadata or {}):
            return colour(source, language, metadata)
        return before(source, language)

    return coloured


@cache
def _exporter(place, _):
    """Return what makes pages with a class's settings, whose text is the second argument."""
    with settings.nbgrader_at_work():
        config = settings.load(place)
        converter = GenerateFeedback(coursedir=settings.course_directory(config), config=config)
        exporter = _Exporter(parent=converter, config=converter.config)
        for step in converter.preprocessors:
            step = import_item(step) if isinstance(step, str) else step
            exporter.register_preprocessor(_TakeGrades if step is GetGrades else step)
        return exporter


@contextmanager
def _at_most(seconds):
    """Raise a TimeoutError after some seconds, where signals are available: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise TimeoutError(f"it took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
