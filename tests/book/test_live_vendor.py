"""A site can serve Python and the editor itself."""

import json

import pytest
from sphinx.errors import ConfigError

from autograder.live import decorate, vendor
from tests.book import packages
from tests.book.site import served


class Config:
    live_pyodide, live_modules, html_extra_path = "pyodide/", "modules/", []


class App:
    def __init__(self, srcdir):
        self.srcdir = srcdir


def test_all_that_pages_load_is_fetched(fetched):
    installed = packages.install()
    names = {path.name for path in (fetched / "pyodide").iterdir()}
    assert {"pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"} < names
    assert sum(name.startswith("numpy-") for name in names) == 1
    for name, path in decorate.EDITOR.items():
        there = fetched / "modules" / f"{name}@{path}"
        assert there.read_bytes() == (installed / name / path.partition("/")[2]).read_bytes()
    assert not list(fetched.rglob("*.part"))


@pytest.mark.parametrize("folder", ["input/tex/extensions", "output/chtml/fonts/woff-v2", "a11y"])
def test_all_that_formulas_may_ask_for_is_fetched(folder, fetched):
    whole = packages.install() / "mathjax" / "es5" / folder
    assert {path.name for path in (fetched / "mathjax" / "es5" / folder).iterdir()} == {
        path.name for path in whole.iterdir()
    }


def test_nothing_is_fetched_again_until_what_is_wanted_changes(fetched, tmp_path):
    nowhere = "http://127.0.0.1:9/"
    wanted = json.loads((fetched / vendor.DONE).read_text())
    (tmp_path / vendor.DONE).write_text(json.dumps([nowhere, nowhere, *wanted[2:]]))
    vendor.fetch(tmp_path, pyodide=nowhere, modules=nowhere)
    (tmp_path / "older.js").touch()
    with pytest.raises(OSError, match="refused"):
        vendor.fetch(tmp_path, pyodide=f"{nowhere}other/", modules=nowhere)
    assert not (tmp_path / "older.js").exists()


def test_what_cannot_be_fetched_is_an_error(tmp_path):
    (tmp_path / "pages").mkdir()
    with served(tmp_path / "pages") as address, pytest.raises(OSError, match="404"):
        vendor.fetch(tmp_path / "vendor", pyodide=f"{address}nowhere/")


def test_the_book_publishes_what_was_fetched(tmp_path):
    config = Config()
    with pytest.raises(ConfigError, match="make vendor"):
        decorate._publish(App(tmp_path), config)
    (tmp_path / decorate.VENDOR).mkdir(parents=True)
    decorate._publish(App(tmp_path), config)
    assert str(tmp_path / decorate.VENDOR) in config.html_extra_path
