"""Lint the course like code: every answer judged as it must be, every chapter in step with its exercises."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from .. import chapter
from .. import exercise as model
from ..slips import shown
from . import answers, course, transports, zoo
from .forks import ENDED, side_by_side
from .kept import Kept
from .mutation import MUTANTS
from .parts import LATER, PARTS, audited
from .watch import watch

__all__ = ["Audit", "audit", "watch"]

COUNTED = ("topics", "exercises", "checks", "hidden_checks", "misconceptions", "claims")


@dataclass(frozen=True)
class Audit:
    """What the audit counted, what it could not look at, and the problems, each a line that begins with its place.

    `kept` is how many exercises' results came from an earlier audit.
    """

    topics: int
    exercises: int
    checks: int
    hidden_checks: int
    misconceptions: int
    claims: int
    mutants: int
    mutants_refused: int
    mutants_named: int
    mutants_equivalent: int
    mutants_borderline: int
    kept: int
    notices: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Case:
    """An exercise with its place in the chapter."""

    exercise: model.Exercise
    section: chapter.Section | None
    setup: tuple[chapter.Cell, ...]

    @property
    def id(self):
        return self.exercise.id

    @property
    def is_begun(self):
        """Whether its author has marked something in it as still to be written."""
        cells = self.section.cells if self.section else ()
        texts = (self.exercise.path.read_text(encoding="utf-8"), *(cell.source for cell in cells))
        return any(map(chapter.todo, texts))


def audit(wanted=(), root=chapter.ROOT, seeds=answers.SEEDS, *, fresh=False, tell=lambda line: None):
    """Return the Audit of some topics or exercises, or of all.

    Parameters
    ----------
    wanted : sequence of str
        Topics, and ids of exercises; if empty, all topics.
    root : path
        The directory of the course, or of a class that has topics of its own.
    seeds : int
        How many seeds to try for what depends on luck.
    fresh : bool
        Do not reuse an earlier audit's results, even if nothing has changed that they depend on.
    tell : function
        Called with a line for each notice and each exercise as soon as it is known.
    """
    folder, known = chapter.exercises_root(root), chapter.topics(root)
    topics = tuple(dict.fromkeys(name.partition("/")[0] for name in wanted)) or known
    counts, notices = Counter(topics=len(topics)), []
    problems = [f"{where}: {said}" for where, said in course.stray_files(folder, known)]
    problems += [f"{topic}: {_unknown(known, root)}" for topic in topics if topic not in known]
    cases = []
    for topic in topics:
        problems += chapter.slips(topic, root)
        cases += _cases(topic, root, folder, wanted, counts, problems)
    for case in cases:
        counts += Counter(
            exercises=1,
            checks=len(case.exercise.checks),
            hidden_checks=sum(check.hidden for check in case.exercise.checks),
            misconceptions=len(case.exercise.misconceptions),
        )
    if zoo.UNTRIED:
        notices.append(zoo.UNTRIED)
        tell(zoo.UNTRIED)
    results, kept, notice = _results(cases, Kept(root), seeds, fresh, tell)
    for case, (found, counted) in zip(cases, results):
        problems += [f"{case.id}: {_placed(said, case.exercise.topic, root)}" for said in found]
        counts += Counter(counted)
    return Audit(
        **{field: counts[field] for field in (*COUNTED, *MUTANTS)},
        kept=kept,
        notices=(*notices, *([notice] if notice else ())),
        problems=tuple(problems),
    )


def _placed(said, topic, root):
    """Return a sentence with the path of the chapter as an editor opens it; what is kept must not depend on that."""
    return said.replace(f"chapters/{topic}.md", shown(chapter.chapter_file(topic, root)))


def _unknown(known, root):
    if not chapter.is_class(root):
        return "_toc.yml has no such topic"
    return f"this class has no such topic of its own; it has {', '.join(known) or 'none'}"


def _cases(topic, root, folder, wanted, counts, problems):
    """Return the cases of a topic that are wanted and in form; add the chapter's own counts and problems."""
    try:
        read = chapter.read(topic, root)
    except chapter.ChapterError:  # which is among the slips
        sections, setup = {}, ()
    else:
        sections, setup = {section.exercise: section for section in read.sections}, read.setup
        counts["claims"] += read.claims
        text = chapter.chapter_file(topic, root).read_text(encoding="utf-8")
        found = [*course.text_problems(read, text), *(() if chapter.is_class(root) else course.claim_problems(read))]
        problems += [f"{where}: {said}" for where, said in found]
    ids = model.ids(topic, folder)
    chosen = [name for name in wanted if name.startswith(f"{topic}/")]
    problems += [f"{name}: there is no such exercise; there are {', '.join(ids)}" for name in chosen if name not in ids]
    cases = []
    for id_ in ids:
        if id_ in chosen or topic in wanted or not wanted:
            try:
                case = _Case(model.load(id_, folder), sections.get(id_), setup)
            except model.BadExercise:  # which is among the slips
                continue
            if not case.is_begun:  # as are the marks of what is still to write
                cases.append(case)
    return cases


def _results(cases, kept, seeds, fresh, tell):
    """Return each case's problems and counts, how many of these were kept, and what was not compared, or ""."""
    digests = [kept.digest(case.exercise, case.section, case.setup, seeds) for case in cases]
    results = [None if fresh else kept.read(case.exercise, digest) for case, digest in zip(cases, digests)]
    due = [number for number, result in enumerate(results) if result is None]
    missing = ""
    for number, found, notice, whole in _found([cases[number] for number in due], seeds) if due else ():
        place, missing = due[number], notice
        results[place] = found
        if whole:
            kept.write(cases[place].exercise, digests[place], *found)
        tell(f"  {cases[place].id}")
    return results, len(cases) - len(due), missing


def _found(cases, seeds):
    """Yield (number of the case, its problems and counts, notice, whether all was examined) as each is done."""
    with transports.server() as starting:
        settled, done = {"jobs": []}, [{} for _ in cases]
        for job, result in side_by_side(_jobs(cases, seeds, starting, settled)):
            number, part = settled["jobs"][job]
            ended = [f"its audit ({part}) ends its process; look for what kills it or exits"], {}
            done[number][part] = ended if result is ENDED else result
            if len(done[number]) == len(PARTS) + len(LATER):
                found = [done[number][part] for part in (*PARTS, *LATER)]
                problems = [said for sentences, _ in found for said in sentences]
                counts = sum((Counter(counted) for _, counted in found), Counter())
                yield number, (problems, dict(counts)), settled["notice"], settled["server"] is not None


def _jobs(cases, seeds, starting, settled):
    """Yield the jobs of an audit, and write into `settled` which they are, and what sandboxes there are for them.

    While forks do those parts of the first case that need neither torch nor sandboxes, this process imports the one and
    waits for the other; later forks have both from the start.
    """

    def job(number, part, server):
        settled["jobs"].append((number, part))
        case = cases[number]
        return partial(audited, case.exercise, case.section, case.setup, part, seeds, server)

    yield from (job(0, part, None) for part in PARTS)
    if not zoo.UNTRIED:
        import torch  # noqa: F401
    settled["server"], settled["notice"] = starting()
    for number in range(len(cases)):
        yield from (job(number, part, settled["server"]) for part in (*(PARTS if number else ()), *LATER))
