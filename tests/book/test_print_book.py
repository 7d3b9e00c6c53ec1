"""All pages in one: their links lead to each other, nothing is there twice, and what needs a browser is left out."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup

from tools import print_book

PAGES = {
    "chapters/one": '<h1 id="top">One</h1><a class="headerlink" href="#top">#</a>'
    '<a href="two.html#top">two</a> <a href="#top">up</a> <a href="gone.html">gone</a> <a href="https://x.org/a">x</a>'
    '<img src="../_images/a.png"><script>run()</script><div class="live-controls">a slider</div>',
    "chapters/two": '<h1 id="top">Two</h1><a href="../chapters/one.html">one</a><label for="top">a</label>',
}
PAGE = """<html><head><script src="../_static/a.js"></script><script src="{mathjax}es5/x.js"></script>
<link href="../_static/a.css?v=1" rel="stylesheet"></head>
<body><nav>menu</nav><article class="bd-article">{content}</article></body></html>"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The two pages as one, parsed."""
    html = tmp_path_factory.mktemp("html")
    (html / "chapters").mkdir()
    for name, content in PAGES.items():
        (html / f"{name}.html").write_text(PAGE.format(mathjax=print_book.MATHJAX, content=content))
    return BeautifulSoup(print_book.whole(html, list(PAGES)), "html.parser")


def test_links_lead_to_places_of_the_same_page(book):
    places = [tag["id"] for tag in book.find_all(id=True)]
    assert places == ["chapters/one", "chapters/one--top", "chapters/two", "chapters/two--top"]
    links = {link.text: link["href"] for link in book.find_all("a")}
    assert links == {
        "two": "#chapters/two--top",
        "up": "#chapters/one--top",
        "x": "https://x.org/a",
        "one": "#chapters/one",
    }
    assert "gone" in book.text


def test_what_pages_load_is_found_from_where_they_stand_together(book):
    assert book.img["src"] == "_images/a.png"
    assert book.link["href"] == "_static/a.css"
    assert [script["src"] for script in book.find_all("script")] == [f"{print_book.MATHJAX}es5/x.js"]
    assert not re.search("menu|slider|headerlink", str(book.body))


def test_the_order_is_that_of_the_table_of_contents(tmp_path):
    toc = tmp_path / "_toc.yml"
    toc.write_text(
        "root: index\nparts:\n- chapters:\n  - file: b\n  - file: a\n    sections: [glob: api/*]\n  - file: c\n"
    )
    (tmp_path / "api").mkdir()
    for name in ("y", "x"):
        (tmp_path / "api" / f"{name}.html").touch()
    assert print_book.names(tmp_path, toc) == ["index", "b", "a", "api/x", "api/y", "c"]


def test_a_small_book_is_printed_with_outline_and_numbers(tmp_path, browser):
    html = tmp_path / "html"
    (html / "chapters").mkdir(parents=True)
    for name, content in PAGES.items():
        page = PAGE.format(mathjax="none", content=content)
        (html / f"{name}.html").write_text(page)
    with ThreadPoolExecutor(1) as apart:  # a thread can drive one Playwright, and this one drives that of `browser`
        target = apart.submit(print_book.pdf, html, tmp_path / "out" / "book.pdf", list(PAGES)).result()
    printed = target.read_bytes()
    assert printed.startswith(b"%PDF")
    assert b"/Outlines" in printed
    assert (
        printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
    )  # without the style sheet that separates chapters
    assert not (html / print_book.WHOLE).exists()
