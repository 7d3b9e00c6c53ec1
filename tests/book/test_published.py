"""The published site: complete on any static server, under its policy, and without requests to other hosts."""

import functools
import http.server
import re
import sys
import time
from contextlib import contextmanager

import pytest
from PIL import Image

from autograder import chapter
from autograder.live.head import PREVIEW_SIZE
from publish import cards, links, policy, site
from tests.book.reader import Answer, surprises
from tests.serving import serving

ADDRESS = "https://course.example/book/"
REPOSITORY = "someone/course"
HEARD = """
window.refused = []
addEventListener("securitypolicyviolation", (event) => refused.push(`${event.violatedDirective} ${event.blockedURI}`))
"""
SEARCH = """title => {
  document.querySelector("#search-results").replaceChildren()
  Search.performSearch(title)
}"""
INJECTED = """() => {
  const tag = document.createElement("script")
  tag.text = "window.ran = 1"
  document.body.append(tag)
}"""
# Pages of each kind, which together hold all that pages load: a chapter, the first, the library's, and the lists.
PAGES = (
    "chapters/index.html",
    "chapters/initialization.html",
    "chapters/grading.html",
    "chapters/api/dropout.html",
    "genindex.html",
)


@pytest.fixture(scope="module")
def published(html, fetched, run, tmp_path_factory):
    """The folder of a site made from the built book, with an edition of an earlier year."""
    folder = tmp_path_factory.mktemp("published")
    earlier = folder / "earlier" / "2025"
    earlier.mkdir(parents=True)
    (earlier / "index.html").write_text("<p>As it was.</p>")
    options = ("--fetched", fetched, "--repository", REPOSITORY, "--earlier", earlier.parent)
    done = run(sys.executable, "-m", "publish", ADDRESS, "--into", folder / "site", *options)
    assert done.status == 0, done.output
    return folder / "site"


class Plain(http.server.SimpleHTTPRequestHandler):
    """Any static server, which sends some headers with each file."""

    def __init__(self, *arguments, headers, **options):
        self.more = headers
        super().__init__(*arguments, **options)

    def end_headers(self):
        for name, value in self.more:
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *arguments):
        pass


def static(folder, headers=()):
    return serving(functools.partial(Plain, directory=str(folder), headers=headers))


@contextmanager
def reading(browser, address):
    """A browser page, with its requests, the missing ones, its errors, and what was refused."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.add_init_script(HEARD)
    page = context.new_page()
    page.asked, page.lost, page.errors, page.refused = [], [], [], []
    context.on("request", lambda request: page.asked.append(request.url))
    context.on("response", lambda response: page.lost.append(response.url) if response.status >= 400 else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert page.lost == []
    assert surprises(page) == []


def until(page, expression, seconds=60):
    """Wait for an expression to be true. Playwright's own way evaluates text in the page, which the policy refuses."""
    for _ in range(seconds * 20):
        if page.evaluate(expression):
            return
        time.sleep(0.05)
    pytest.fail(f"not within {seconds} s: {expression}")


@pytest.mark.long
def test_pages_ask_no_other_host_and_are_refused_nothing(browser, published):
    with static(published) as address, reading(browser, address) as page:
        for name in (*PAGES, f"{site.year()}/chapters/dropout.html"):
            page.goto(address + name)
            until(page, "() => !window.MathJax || !!MathJax.startup?.promise")
            page.evaluate("async () => { await window.MathJax?.startup.promise }")
            assert page.evaluate("refused") == [], name
            assert page.locator("article h1").count() == 1
        assert page.locator("mjx-container").count(), "formulas are typeset"


def test_where_there_is_no_page_one_leads_back_from_any_depth(published):
    html = (published / "404.html").read_text(encoding="utf-8")
    places = re.findall('href="([^"]*)"', html)
    assert len(places) == 2
    assert all(place.startswith(ADDRESS) and (published / place.removeprefix(ADDRESS)).is_file() for place in places)
    assert policy.META in html
    assert "404.html" not in (published / "sitemap.xml").read_text(encoding="utf-8")


def test_an_exercise_is_answered_under_the_headers_too(browser, published):
    lines = (published / "_headers").read_text().splitlines()[1:]
    headers = [line.strip().split(": ", 1) for line in lines]
    with static(published, headers) as address, reading(browser, address) as page:
        page.goto(f"{address}chapters/dropout.html")
        answer = Answer(page, "dropout/by_hand")
        answer.write("by_hand = 1")
        assert answer.check()[0] == "wrong"
        assert page.evaluate("refused") == []
        page.goto(f"{address}chapters/dropout.html?again")
        page.evaluate(INJECTED)
        until(page, "() => refused.length === 2")  # by the page's policy and by the header
        assert page.evaluate("window.ran") is None
        page.errors.clear()


@pytest.mark.long
def test_a_search_finds_each_chapter_by_its_title(browser, published):
    with static(published) as address, reading(browser, address) as page:
        page.goto(f"{address}search.html?q=dropout")
        for topic in chapter.topics():
            title = chapter.read(topic).title
            until(page, "() => typeof Search === 'object' && Search.hasIndex()")
            page.evaluate(SEARCH, title)
            until(page, "() => document.querySelector('#search-results p')?.textContent.includes('finished')")
            found = page.eval_on_selector_all("#search-results li > a", "links => links.map(link => link.pathname)")
            assert f"/chapters/{topic}.html" in list(dict.fromkeys(found))[:3], title


def test_links_lead_somewhere_and_so_do_those_of_the_edition(published):
    assert links.broken(published) == []


def test_a_page_says_where_it_is_and_has_a_picture_of_its_own(published):
    for topic in chapter.topics():
        name = f"chapters/{topic}.html"
        html = (published / name).read_text(encoding="utf-8")
        assert html.count(f'<link rel="canonical" href="{ADDRESS}{name}">') == 1
        assert f'<meta property="og:image" content="{ADDRESS}{cards.FOLDER}/{topic}.png">' in html
        assert f"<loc>{ADDRESS}{name}</loc>" in (published / "sitemap.xml").read_text()
        with Image.open(published / cards.FOLDER / f"{topic}.png") as card:
            assert card.size == PREVIEW_SIZE
            assert len(card.convert("RGB").getcolors(10**6)) > 20, "there is a picture on it"
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (published / "robots.txt").read_text()


def test_an_edition_stays_where_it_is_and_names_the_newest_page(published):
    edition = published / site.year()
    assert (edition / "chapters" / "dropout.html").read_bytes() == (
        published / "chapters" / "dropout.html"
    ).read_bytes()
    assert (published / "2025" / "index.html").read_text() == "<p>As it was.</p>"
    assert not any((edition / name).exists() for name in ("sitemap.xml", "_headers", site.year(), "2025"))


def test_the_package_is_installed_from_the_site(published, tmp_path):
    (wheel,) = (published / "packages").glob("*.whl")
    html = (published / "chapters" / "dropout.html").read_text(encoding="utf-8")
    assert f"{ADDRESS}packages/{wheel.name.replace('+', '%2B')}" in html
    assert f'href="{wheel.name}"' in (published / "packages" / "index.html").read_text()
    assert not (published / ".buildinfo").exists()


def test_a_site_that_cannot_be_made_leaves_the_one_that_is_there(published, tmp_path):
    before = (published / "index.html").read_bytes()
    with pytest.raises(site.NoBook, match="make book"):
        site.make(published, ADDRESS, book=tmp_path, fetched=tmp_path)
    assert (published / "index.html").read_bytes() == before
