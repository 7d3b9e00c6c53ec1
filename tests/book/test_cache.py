"""Chapters run again when the code that they call has changed, and a build that failed does not pass the next time."""

import shutil
import sys
from types import SimpleNamespace

import pytest
import yaml

from autograder.chapter import ROOT
from autograder.live import cache

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


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A package of one module, a data file and a derived file."""
    folder = tmp_path / "toy"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").write_text("value = 'first'\n")
    (folder / "data.npz").write_bytes(b"1")
    (folder / "__pycache__" / "module.pyc").write_bytes(b"1")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def digest():
    return cache.digest(packages=("toy",))


@pytest.mark.parametrize("name", ["__init__.py", "data.npz"])
def test_digest_changes_with_the_code_and_its_data(toy, name):
    before = digest()
    assert digest() == before
    (toy / name).write_text("value = 'other'\n")
    assert digest() != before


def test_digest_changes_with_a_new_and_a_renamed_file(toy):
    seen = [digest()]
    (toy / "more.py").write_text("")
    seen.append(digest())
    (toy / "more.py").rename(toy / "less.py")
    seen.append(digest())
    assert len(set(seen)) == 3


def test_digest_does_not_hang_on_derived_files(toy):
    before = digest()
    (toy / "__pycache__" / "module.pyc").write_bytes(b"2")
    assert digest() == before


def test_pages_are_made_anew_when_the_extension_changes(toy):
    """Its folder is no part of what chapters call, and yet a version of the pages themselves."""
    (toy / "live").mkdir()
    (toy / "live" / "__init__.py").touch()
    before, pages_before = digest(), cache.digest(("toy.live",))
    (toy / "live" / "book.css").touch()
    assert digest() == before
    assert cache.digest(("toy.live",)) != pages_before


def test_digest_changes_with_a_library_of_which_there_is_another_version(toy):
    assert cache.digest(("toy",), ("numpy",)) != cache.digest(("toy",), ("matplotlib",))
    assert cache.digest(("toy",), ("no-such-library",))


def test_caches_of_other_code_are_dropped(tmp_path):
    app, config = SimpleNamespace(srcdir=str(tmp_path)), SimpleNamespace()
    cache.use_cache(app, config)
    current = tmp_path / "_build" / ".jupyter_cache" / cache.digest()
    assert config.nb_execution_cache_path == str(current)
    current.mkdir(parents=True)
    (current / "kept").touch()
    (current.parent / "0123456789abcdef").mkdir()
    (current.parent / "global.db").touch()
    cache.use_cache(app, config)
    assert [path.name for path in current.parent.iterdir()] == [current.name]
    assert (current / "kept").exists()


def test_page_runs_again_with_changed_code(toy, tmp_path, run):
    book = tmp_path / "book"
    book.mkdir()
    (book / "index.md").write_text(NOTEBOOK.format("import toy\nprint(toy.value, 'value')"))
    (book / "conf.py").write_text(
        "from functools import partial\nfrom autograder.live import cache\n"
        "cache.digest = partial(cache.digest, packages=('toy',))\n"
        "extensions = ['myst_nb', 'autograder.live.cache']\nnb_execution_mode = 'cache'\n"
        "exclude_patterns = ['_build']\n"
    )
    command = (sys.executable, "-m", "sphinx", "-W", "--keep-going", ".", "_build/html")
    for value in ("first", "second"):
        (toy / "__init__.py").write_text(f"value = {value!r}\n")
        done = run(*command, cwd=book, path=tmp_path)
        assert done.status == 0, done.output
        assert f"{value} value" in (book / "_build" / "html" / "index.html").read_text()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("# A page\n\nSee {doc}`nowhere`.\n", "nowhere"),
        (NOTEBOOK.format("raise ValueError('this cell fails')"), "this cell fails"),
        (NOTEBOOK.format("import sys; print('a warning', file=sys.stderr)"), "stderr"),
    ],
    ids=["broken-reference", "failing-cell", "cell-that-warns"],
)
def test_what_fails_the_book_fails_it_again(tmp_path, page, message, run, strict_build):
    """The book's own configuration, with one page that is not right."""
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "chapters/index"}))
    (chapters / "references.bib").touch()
    (chapters / "index.md").write_text(page)
    for _ in range(2):
        done = run(*strict_build, cwd=tmp_path)
        assert done.status != 0
        assert message in done.output
