"""A site can serve Python and the editor itself."""

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


def test_all_that_pages_load_is_fetched(tmp_path):
    (tmp_path / "pages").mkdir()
    with served(tmp_path / "pages") as address:
        vendor.fetch(tmp_path / "vendor", pyodide=f"{address}pyodide/", modules=f"{address}modules/")
    installed = packages.install()
    names = {path.name for path in (tmp_path / "vendor" / "pyodide").iterdir()}
    assert {"pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"} < names
    assert sum(name.startswith("numpy-") for name in names) == 1
    for name, path in decorate.EDITOR.items():
        fetched = tmp_path / "vendor" / "modules" / f"{name}@{path}"
        assert fetched.read_bytes() == (installed / name / path.partition("/")[2]).read_bytes()
    assert not list(tmp_path.rglob("*.part"))


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
