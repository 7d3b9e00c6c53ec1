"""The book is built once per test run, where `make book` builds it; all tests of the book look at the same pages."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from autograder.chapter import ROOT
from autograder.live import decorate, vendor
from tests.book import reader
from tests.book.site import served

BUILD = ROOT / "build" / "tests"
JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))
STRICT = ("-W", "-n", "--keep-going")
DESKTOP = {"width": 1400, "height": 900}


@dataclass(frozen=True)
class Run:
    """A command that has run: its exit status, its output, and the seconds it took."""

    status: int
    output: str
    seconds: float


def _run(*command, cwd=ROOT, path=None):
    sources = os.pathsep.join(str(each) for each in (ROOT, path) if each)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": sources}
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Run(done.returncode, done.stdout, time.monotonic() - started)


@pytest.fixture(scope="session")
def run():
    """A function that runs a command as a build of the book does, with packages from `path`, and returns its Run."""
    return _run


@pytest.fixture(scope="session")
def strict_build():
    """The command that builds the book in the directory in which it runs."""
    return (JUPYTER_BOOK, "build", ".", *STRICT)


@pytest.fixture(scope="session")
def once(testrun_uid):
    """A function that runs commands once per test run, in whichever worker comes first; the others get its Runs."""

    def _once(name, *commands):
        BUILD.mkdir(parents=True, exist_ok=True)
        with FileLock(BUILD / "book.lock"):
            record = BUILD / f"{name}.json"
            if record.exists() and (kept := json.loads(record.read_text()))["testrun"] == testrun_uid:
                return [Run(**each) for each in kept["runs"]]
            runs = [_run(*command) for command in commands]
            record.write_text(json.dumps({"testrun": testrun_uid, "runs": [vars(each) for each in runs]}))
            return runs

    return _once


@pytest.fixture(scope="session")
def build(once, strict_build):
    """The strict build of the book, and a second one right after it."""
    return once("book", strict_build, strict_build)


@pytest.fixture(scope="session")
def plain(once, html):
    """The way out of Jupyter Book: the conf.py that it generates, built with plain Sphinx."""
    folder = BUILD / "sphinx"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "_config.yml", folder)
    generate = (JUPYTER_BOOK, "config", "sphinx", ".", "--config", str(folder / "_config.yml"))
    build = (sys.executable, "-m", "sphinx", *STRICT, "-c", str(folder), "-d", str(folder / "doctrees"), ".")
    return once("sphinx", generate, (*build, str(folder / "html")))


@pytest.fixture(scope="session")
def html(build):
    """The folder of the built pages."""
    if build[0].status:
        pytest.fail("the book does not build (see test_strict_build_passes)", pytrace=False)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def pages(html):
    """Every built page as soup, by its path inside the folder, such as ``chapters/dropout.html``."""
    paths = [path for path in sorted(html.rglob("*.html")) if "_static" not in path.parts]
    return {path.relative_to(html).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser") for path in paths}


@pytest.fixture(scope="session")
def fetched(tmp_path_factory):
    """What `make vendor` fetches, from a server on this machine."""
    folder = tmp_path_factory.mktemp("fetched")
    with served(tmp_path_factory.mktemp("pages")) as address:
        vendor.fetch(folder / "vendor", pyodide=f"{address}pyodide/", modules=f"{address}modules/")
    return folder / "vendor"


@pytest.fixture(scope="session")
def site(html):
    """The address where the built book is served, with all that it fetches from other hosts."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="session")
def bare(html):
    """The address where the book is served without MathJax and Python, which take longer than everything else."""
    with served(html, local=(decorate.MODULES,)) as address:
        yield address


class Visits:
    """Pages of the site in browser contexts, which are closed together."""

    def __init__(self, browser, site):
        self.browser, self.site, self.contexts = browser, site, []

    def __call__(self, path, *, prepare=lambda page: None, beside=None, without=None, **options):
        """Open and return a page that keeps its errors in `page.errors` and its requests in `page.asked`.

        `prepare` gets the page before it is opened; addresses that match `without` are not reached, and the browser
        caches none of the others; `options` are those of a browser context, unless the context of the page `beside`
        is used again, as another tab in a window does.
        """
        options = {"viewport": DESKTOP, "color_scheme": "light", "accept_downloads": True} | options
        options = {"service_workers": "block"} | options  # which would fetch what a test answers itself
        context = beside.context if beside else self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.errors, page.asked = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
        context.on("request", lambda request: page.asked.append(request.url))
        if without:
            page.route(re.compile(without), lambda route: route.abort())
        prepare(page)
        page.goto(self.site + path, wait_until="domcontentloaded")  # by then all scripts of ours have run
        return page

    def close(self):
        for context in self.contexts:
            context.close()


@pytest.fixture(scope="module")
def visit(browser, site):
    """A function that opens a page of the book (see `Visits`)."""
    visits = Visits(browser, site)
    yield visits
    visits.close()


@pytest.fixture(scope="session")
def sitting(browser, site, bare):
    """What a browser keeps of a reader who worked on a chapter, with real Python; and what the reader saw.

    It is passed on as if the book had been read where `bare` serves it.
    """
    visits = Visits(browser, site)
    page = visits(reader.PAGE, without="/mathjax/")
    seen = reader.sit(page)
    storage = page.context.storage_state()
    storage["origins"][0]["origin"] = bare.rstrip("/")
    visits.close()
    return storage, seen


@pytest.fixture(scope="module")
def fresh(browser, bare):
    """A function that opens a page without MathJax and Python (see `Visits`)."""
    visits = Visits(browser, bare)
    yield visits
    visits.close()


@pytest.fixture(scope="module")
def again(sitting, fresh):
    """A function that opens a page later as the reader of the sitting, with nothing but what the browser keeps.

    It reloads one page, unless there are options (see `Visits`).
    """
    storage, pages = sitting[0], []

    def _again(path=reader.PAGE, **options):
        if options or not pages:
            page = fresh(path, storage_state=storage, **options)
            return page if options else pages.append(page) or page
        (page,) = pages
        page.asked.clear()
        page.evaluate(
            "items => { localStorage.clear(); for (const { name, value } of items) localStorage.setItem(name, value) }",
            storage["origins"][0]["localStorage"],
        )
        page.goto(urljoin(storage["origins"][0]["origin"], path), wait_until="domcontentloaded")
        return page

    return _again
