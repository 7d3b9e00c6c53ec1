"""When pages are executed and rebuilt: as soon as what their code depends on has changed, and no sooner.

Each page with code has a digest of its cells and of what these depend on (see `sources`), and its own cache under
``_build/.jupyter_cache``, named by that digest, where myst-nb finds the cells' outputs. Pages without one are executed
side by side before any page is read (see `execute`). What a figure measures is kept in the same way. A second digest,
of all that a page shows, including its figures and exercises, says when Sphinx has to read it again.
"""

import asyncio
import re
import shutil
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import NamedTuple

from myst_nb.core.read import create_nb_reader
from sphinx.errors import SphinxError
from sphinx.util import logging

from autograder import language
from autograder.live import learning, measure
from autograder.live.execute import Failed, Page, side_by_side
from autograder.live.nursery import nursery
from autograder.sources import Sources, exercises
from autograder.translation import pages

FIGURE = re.compile(r"^ {0,3}[`:]{3,}\{figure-live\} *(\w+)", re.MULTILINE)
logger = logging.getLogger(__name__)


class NotExecuted(SphinxError):
    """Pages whose cells failed."""

    category = "The book was not built"


class Hanging(NamedTuple):
    """What a page depends on, as it was when the page was last read.

    Attributes
    ----------
    code : str
        Its cells and its kernel, or ``""`` if nothing is executed.
    modules, shown : frozenset of str
        The modules that its cells import, and the others that make what it shows.
    figures : tuple of str
        Topics of its figures.
    executed, digest : str
        Digests of what its cells depend on, and of all that the page depends on.
    """

    code: str
    modules: frozenset
    shown: frozenset
    figures: tuple
    executed: str = ""
    digest: str = ""

    def digested(self, sources):
        """Return the same with current digests."""
        return self._replace(
            executed=sources.digest(self.modules, self.code),
            digest=sources.digest(self.modules | self.shown, self.code),
        )


def setup(app):
    """Connect the cache to Sphinx."""
    app.connect("config-inited", _use_cache)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", execute)
    app.connect("source-read", _point_to_cache)
    app.connect("build-finished", forget_failed_build)


def folder(app):
    """Return the directory in which everything is kept."""
    return Path(app.srcdir) / "_build" / ".jupyter_cache"


def outdated(app, env, added, changed, removed):
    """Return the names of pages whose text is unchanged, but not what they depend on."""
    sources, known = Sources(), getattr(env, "live_hanging", {})
    same = env.found_docs - added - changed
    return [name for name in same if name not in known or known[name].digested(sources) != known[name]]


def execute(app, env, docnames):
    """Execute what the pages about to be read need, unless it is kept, and drop what no page needs any more."""
    sources = Sources()
    known = {name: page for name, page in getattr(env, "live_hanging", {}).items() if name in env.found_docs}
    due, figures, topics = {}, {}, []
    for name in docnames:
        path = Path(env.doc2path(name))
        text = path.read_text(encoding="utf-8")
        text = pages.spoken(text)
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        notebook = reader.read(text) if reader else None
        known[name] = page = hanging(name, text, notebook, sources).digested(sources)
        target = _target(app, name, page)
        if page.code and not target.exists():
            due[name] = Page(path, notebook, target, env.mystnb_config.execution_timeout)
        for topic in page.figures:
            if measure.is_due(topic, folder(app), sources):
                figures[f"figure of {topic}"] = partial(_measure, topic, folder(app), sources)
        if exercises(f"{(topic := name.rpartition('/')[2])}/*"):
            topics.append(topic)
    env.live_hanging = known
    if due or figures:
        learn = partial(_learn, learning.beside(folder(app)), topics)
        lesson = {"what checks say about mistakes": learn} if topics else {}
        with nursery() if due else nullcontext() as managers:
            # Figures last, as they are short: so all processors finish at about the same time.
            _run(lesson | {name: partial(page.run, managers) for name, page in due.items()} | figures)
        kept = {_target(app, name, page) for name, page in known.items()}
        kept |= {measure.kept_at(topic, folder(app), sources) for page in known.values() for topic in page.figures}
        if language.spoken() == language.ENGLISH:  # a book in another language has its own cells, and not all
            _drop(set(folder(app).iterdir()) - kept)


def _run(jobs):
    done = 0

    def tell(name, seconds, failure):
        nonlocal done
        done += 1
        logger.info("%2d of %d  %s %s %.1f s", done, len(jobs), name, "failed after" if failure else "took", seconds)

    logger.info("")
    logger.info("executing %s", ", ".join(jobs))
    failures = side_by_side(jobs, tell)
    if failures:
        said = "\n\n".join(map(str, failures))
        raise NotExecuted(
            f"{said}\n\n{len(failures)} of {len(jobs)} failed; the results of the others are kept. "
            "Fix the cell that is named above, and run `make book` again."
        )


async def _measure(topic, kept, sources):
    try:
        await asyncio.to_thread(measure.measured_figure, topic, kept, sources)
    except Exception as error:
        raise Failed(
            f"autograder/live/figures/{topic}.py: `measure` failed\n{type(error).__name__}: {error}"
        ) from error


async def _learn(kept, topics):
    """Find what the page's archive will need, in its own process, so that nothing waits for it at the end."""
    command = (sys.executable, "-m", learning.__name__, str(kept), *topics)
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        raise Failed(f"an exercise cannot be judged; see `make audit`\n{said.decode(errors='replace').strip()}")


def hanging(name, text, notebook, sources):
    """Return what the page `name` depends on, given its text and its notebook (None without cells), undigested."""
    if notebook and notebook.metadata.get("mystnb", {}).get("execution_mode") == "off":
        notebook = None  # it holds the outputs of a separate run
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"] if notebook else []
    figures = tuple(FIGURE.findall(text))
    shown = {f"{measure.PACKAGE}.{topic}" for topic in figures} | exercises(f"{name.rpartition('/')[2]}/*")
    code = repr((dict(notebook.metadata.get("kernelspec", {})), cells)) if notebook else ""
    return Hanging(code, sources.names_of_cells(cells), frozenset(shown), figures)


def _target(app, name, page):
    return folder(app) / f"{name.replace('/', '-')}-{page.executed}"


def _use_cache(app, config):
    config.nb_execution_cache_path = str(folder(app))


def _point_to_cache(app, docname, source):
    page = app.env.live_hanging.get(docname)
    if page:
        app.env.mystnb_config = app.env.mystnb_config.copy(execution_cache_path=str(_target(app, docname, page)))


def _drop(paths):
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def forget_failed_build(app, exception):
    """Let everything be read again after a build with warnings.

    Sphinx reads only pages that changed, so a second strict build would otherwise miss the warnings of the first.
    """
    if exception is None and app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)
