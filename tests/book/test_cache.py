"""Pages run again when what their code depends on has changed, and only then; a build that failed does not pass."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
import yaml
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace

from autograder import chapter, sources
from autograder.chapter import ROOT
from autograder.live import archive, cache, measure
from autograder.live.figures import Figure
from autograder.sources import Sources

NOTEBOOK = """\
---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---
# A page

```{{code-cell}} ipython3
{}
```
"""


class Book:
    """A book of toy pages, and a package `toy` that they import."""

    def __init__(self, folder):
        self.folder, self.toy = folder / "book", folder / "toy"
        self.toy.mkdir()
        self.write(self.toy / "__init__.py", "")
        self.write(self.toy / "inner.py", "value = 'first'\n")
        self.write(self.toy / "outer.py", "from .inner import value\n")
        self.folder.mkdir()
        self.write(self.folder / "conf.py", "extensions = ['myst_nb', 'autograder.live.cache']\n")
        self.page("index", "from toy import outer\nprint(outer.value, 'value')")
        self.page("other", "import numpy\nprint(numpy.sum([1, 2]))")
        self.page("third", "print('third')")
        with (self.folder / "index.md").open("a") as index:
            index.write("\n```{toctree}\nother\nthird\nplain\n```\n")
        self.write(self.folder / "plain.md", "# A page without code\n")

    def page(self, name, code):
        self.write(self.folder / f"{name}.md", NOTEBOOK.format(code))

    def write(self, path, text):
        path.write_text(text)

    def build(self):
        """Build as `sphinx-build -W --keep-going` does; return the names of the pages that ran and of those read."""
        self.said = StringIO()
        with docutils_namespace():
            app = Sphinx(
                self.folder,
                self.folder,
                self.folder / "_build" / "html",
                self.folder / "_build" / "doctrees",
                "html",
                confoverrides={"nb_execution_mode": "cache", "exclude_patterns": ["_build"]},
                status=self.said,
                warning=self.said,
                warningiserror=True,
                keep_going=True,
            )
            # As in a separate build: the browser of other tests keeps an event loop running in this thread.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(app.build).result()
        assert app.statuscode == 0, self.said.getvalue()
        said = re.sub(r"\x1b\[[0-9;]*m", "", self.said.getvalue())
        assert "Executing notebook" not in said, "myst-nb finds all that it needs"
        return (
            set(re.findall(r"^ *\d+ of \d+ +(\S+) took", said, re.MULTILINE)),
            set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", said)),
        )

    def shown(self, name):
        return (self.folder / "_build" / "html" / f"{name}.html").read_text()

    def kept(self):
        return sorted(path.name.rpartition("-")[0] for path in (self.folder / "_build" / ".jupyter_cache").iterdir())


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # where kernels look
    return Book(tmp_path)


def test_pages_run_when_what_they_hang_on_has_changed_and_only_then(book, monkeypatch):
    half = book.folder / "_build" / ".jupyter_cache" / ".half"  # left by a build that was killed
    half.mkdir(parents=True)
    (half / "global.db").touch()
    pages = {"index", "other", "third"}
    assert book.build() == (pages, pages | {"plain"})
    assert "first value" in book.shown("index")
    assert not half.exists()
    assert book.build() == (set(), set())

    book.write(book.toy / "inner.py", "value = 'second'\n")
    assert book.build() == ({"index"}, {"index"})
    assert "second value" in book.shown("index")

    monkeypatch.setattr(sources, "installed_version", lambda library: "99.0")
    assert book.build() == ({"other"}, {"other"})

    with (book.folder / "third.md").open("a") as page:
        page.write("\nMore text.\n")
    assert book.build() == (set(), {"third"})
    book.page("third", "print('changed')")
    assert book.build() == ({"third"}, {"third"})
    assert book.kept() == ["index", "other", "third"], "what no page needs is dropped"


def test_a_failing_page_is_told_and_the_others_are_kept(book):
    book.page("other", "1\n```\n\nText.\n\n```{code-cell} ipython3\nraise ValueError('this cell fails')")
    for run in ({"index", "third"}, set()):
        with pytest.raises(SphinxError) as failed:
            book.build()
        told = str(failed.value)
        assert f"{book.folder / 'other.md'}:13: code cell 2 failed" in told
        assert "ValueError: this cell fails" in told
        assert told.endswith("run `make book` again.")
        said = re.sub(r"\x1b\[[0-9;]*m", "", book.said.getvalue())
        assert set(re.findall(r"(\S+) took", said)) == run
        assert "other failed after" in said
        assert book.kept() == ["index", "third"]
    book.page("other", "print('mended')")
    assert book.build()[0] == {"other"}


@pytest.mark.parametrize("topic", chapter.topics())
def test_a_chapter_is_read_again_with_its_figure_and_all_of_its_exercises(topic):
    """A free text has no cell that names it, and a figure has no cell at all; the first figure is the chapter's own."""
    text = (ROOT / "chapters" / f"{topic}.md").read_text()
    page = cache.hanging(f"chapters/{topic}", text, None, Sources())
    asked = {f"autograder.exercises.{section.exercise.replace('/', '.')}" for section in chapter.read(topic).sections}
    assert asked <= page.shown
    assert page.figures == tuple(re.findall(r"^```{figure-live} (\w+)", text, re.MULTILINE))
    assert page.figures[:1] == (topic,)
    assert {f"autograder.live.figures.{figure}" for figure in page.figures} <= page.shown
    assert page.code == ""


def test_what_a_figure_measures_is_kept_until_its_code_or_numpy_changes(tmp_path, monkeypatch):
    measured = []

    def count():
        measured.append(1)
        return {"calls": [len(measured)]}

    figure = Figure(alt="", measure=count)(lambda: "")
    monkeypatch.setattr(measure, "figure_of", lambda topic: figure)

    def look():
        figure.__dict__.pop("measured", None)
        due = measure.is_due("dropout", tmp_path / "kept", Sources())
        found = measure.measured_figure("dropout", tmp_path / "kept", Sources()).measured
        assert not measure.is_due("dropout", tmp_path / "kept", Sources())
        return due, found["calls"]

    assert look() == (True, [1])
    assert look() == (False, [1])
    monkeypatch.setattr(sources, "installed_version", lambda library: "99.0")
    assert look() == (True, [2])
    assert look() == (False, [2])
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_what_fails_the_book_fails_it_again(tmp_path, run, strict_build):
    """The book's own configuration, with one page that is wrong in two ways.

    The archive that pages run from is there already, as it depends on no page and takes longer than everything else.
    """
    packed = tmp_path / "_build" / "html" / archive.PLACE
    packed.parent.mkdir(parents=True)
    packed.write_bytes(archive.pack())
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "chapters/index"}))
    (chapters / "references.bib").touch()
    page = NOTEBOOK.format("import sys; print('a warning', file=sys.stderr)") + "\nSee {doc}`nowhere`.\n"
    (chapters / "index.md").write_text(page)
    for _ in range(2):
        done = run(*strict_build, cwd=tmp_path)
        assert done.status != 0
        assert "stderr" in done.output
        assert "nowhere" in done.output
