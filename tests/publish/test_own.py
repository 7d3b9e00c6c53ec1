"""Everything that a site's pages load comes from the site."""

import pytest

from autograder.live import decorate, vendor
from publish import own


def test_addresses_become_folders_of_the_site():
    html = f'"{decorate.PYODIDE}" "{decorate.MODULES}crelt@1.0.7/index.js" {decorate.MODULES}mathjax@3/es5/x.js'
    assert own.take_home(html, "index.html") == '"./pyodide/" "./modules/crelt@1.0.7/index.js" ./mathjax/es5/x.js'
    assert own.take_home(f'"{decorate.PYODIDE}"', "a/b/c.html") == '"./../../pyodide/"'


@pytest.mark.parametrize(
    "html",
    [
        '<script crossorigin src="https://elsewhere.example/x.js">',
        '<img src="//elsewhere.example/x.png">',
        '<link href="https://elsewhere.example/x.css" rel="stylesheet">',
        '<link rel="preload" as="font" href="http://elsewhere.example/x.woff2">',
    ],
)
def test_what_is_loaded_from_elsewhere_is_refused(html):
    with pytest.raises(own.Foreign, match=r"^a\.html: .*elsewhere\.example"):
        own.take_home(html, "a.html")


@pytest.mark.parametrize("html", ['<a href="https://x.example/">', '<link rel="canonical" href="https://x.example/">'])
def test_links_are_no_loading(html):
    assert own.take_home(html, "a.html") == html


def test_what_was_not_fetched_as_a_whole_is_said(tmp_path):
    (tmp_path / "fetched" / "pyodide").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="make vendor"):
        own.take_files(tmp_path, tmp_path / "fetched")
    assert vendor.DONE not in {path.name for path in tmp_path.iterdir()}
