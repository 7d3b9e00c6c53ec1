"""Print the built book to one PDF, build/tuning-deep-networks.pdf: every page, with outline and page numbers.

For maintainers: ``make pdf``. The pages of ``_build/html`` are combined into one, in the order of the table of
contents: their links lead to each other, and their scripts are left out, so that a figure with sliders is its initial
picture. Headless Chromium prints that page with ``print.css``.
"""

import argparse
import copy
import shutil
import sys
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from publish.own import MATHJAX

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
TARGET = ROOT / "build" / "tuning-deep-networks.pdf"
LOCAL = (ROOT / "build" / "vendor" / "mathjax", ROOT / "build" / "npm" / "node_modules" / "mathjax")
WHOLE = "book.html"  # among the pages, so that it finds what they find
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FOOTER = """<div style="width: 100%; font: 8pt sans-serif; color: #666; text-align: center">
<span class="pageNumber"></span></div>"""


def names(html=HTML, toc=ROOT / "_toc.yml"):
    """Return the names of all pages, such as ``chapters/dropout``, in the order of the table of contents."""
    toc = yaml.safe_load(toc.read_text(encoding="utf-8"))
    found = [toc["root"]]
    for chapter in (chapter for part in toc["parts"] for chapter in part["chapters"]):
        found.append(chapter["file"])
        for section in chapter.get("sections", ()):
            pages = sorted(html.glob(f"{section['glob']}.html"))
            found += [page.relative_to(html).with_suffix("").as_posix() for page in pages]
    return found


def whole(html=HTML, wanted=None):
    """Return all pages as one (HTML, as text), in which links from one page to another lead inside it."""
    wanted = wanted or names(html)
    soups = {name: BeautifulSoup((html / f"{name}.html").read_bytes(), "html.parser") for name in wanted}
    book = copy.copy(soups[wanted[0]])
    for script in book.find_all("script"):
        if "mathjax" not in script.get("src", "") and "MathJax" not in script.text:
            script.decompose()
    _point(book.head, wanted[0], set())
    book.html["data-theme"] = book.html["data-mode"] = "light"  # usually set by a script, even for print
    book.body.clear()
    place = book.body
    for tag, kind in (
        ("main", "bd-main"),
        ("div", "bd-content"),
        ("div", "bd-article-container"),
        ("article", "bd-article"),
    ):
        place = place.append(book.new_tag(tag, attrs={"class": kind}))
    for name, soup in soups.items():
        place.append(_part(soup, name, soups.keys()))
    return str(book)


def _part(soup, name, known):
    """Return a page's content, with ids prefixed by the page's name, and without its scripts."""
    part = soup.select_one("article.bd-article").extract()
    for unseen in part.select("script, .live-bar, .live-controls, .assignment, .headerlink, .home-begin"):
        unseen.decompose()
    for named in part.find_all(id=True):
        named["id"] = _anchor(name, named["id"])
    for described in part.find_all(["label", "use"]):
        for attribute in ("for", "href"):
            if described.get(attribute, "").startswith("#") or attribute == "for":
                described.attrs.pop(attribute, None)
    _point(part, name, known)
    part.name, part["class"], part["id"] = "section", "chapter-begins", _anchor(name, "")
    return part


def _point(part, name, known):
    """Keep the targets of a page's links and sources, now that all pages are in one place."""
    for tag in part.find_all(["a", "img", "link", "script", "source", "object"]):
        for attribute in ("href", "src", "data"):
            if address := tag.get(attribute):
                tag[attribute] = _address(address, name, known)
    for link in part.find_all("a", href=""):
        link.unwrap()


def _address(address, name, known):
    parts = urlsplit(address)
    if parts.scheme:
        return address
    folder = PurePosixPath(name).parent
    path = _resolved(folder / parts.path).as_posix() if parts.path else f"{name}.html"
    if path.endswith(".html"):
        page = path.removesuffix(".html")
        return f"#{_anchor(page, parts.fragment)}" if page in known else ""
    return path


def _resolved(path):
    steps = []
    for step in path.parts:
        steps = steps[:-1] if step == ".." else [*steps, step]
    return PurePosixPath(*steps)


def _anchor(name, fragment):
    """Return the name of a place in a page, or of the page's beginning, among all pages together."""
    return f"{name}--{fragment}" if fragment else name


def pdf(html=HTML, target=TARGET, wanted=None):
    """Print the pages to a PDF at `target`, and return its path."""
    page_of_all = html / WHOLE
    page_of_all.write_text(whole(html, wanted), encoding="utf-8")
    mathjax = next((folder for folder in LOCAL if folder.is_dir()), None)
    target.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        # Fonts are in files next to the page, which only a page of the same origin may read.
        allowed = ["--no-sandbox", "--allow-file-access-from-files"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=allowed)
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(600_000)
        if mathjax:
            page.route(f"{MATHJAX}**", lambda route: route.fulfill(path=mathjax / route.request.url[len(MATHJAX) :]))
        page.goto(page_of_all.as_uri())
        page.evaluate("window.MathJax?.startup?.promise")
        page.emulate_media(media="print")
        page.pdf(
            path=target,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
        browser.close()
    page_of_all.unlink()
    return target


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    if not HTML.is_dir():
        sys.exit("There is no built book; run: make book")
    print(pdf())
