"""The book builds strictly, and holds the pages, links, references and licences that it should."""

import json
import re

import numpy as np
import pytest
import yaml
from pybtex.database import parse_file

from autograder import chapter
from autograder.chapter import ROOT

TOPICS = chapter.topics()


def documents():
    """Yield every document that the table of contents names."""

    def entries(node):
        if isinstance(node, dict):
            yield from (node[key] for key in ("root", "file") if key in node)
            if "glob" in node:
                yield from (path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob(node["glob"]))
            for value in node.values():
                yield from entries(value)
        elif isinstance(node, list):
            for item in node:
                yield from entries(item)

    yield from entries(yaml.safe_load((ROOT / "_toc.yml").read_text()))


def test_strict_build_passes(build):
    assert build[0].status == 0, build[0].output


def test_build_with_nothing_changed_reads_nothing(build):
    assert build[1].status == 0, build[1].output
    assert "0 added, 0 changed, 0 removed" in build[1].output


@pytest.mark.long
def test_plain_sphinx_builds_the_generated_conf(plain):
    for step in plain:
        assert step.status == 0, step.output


@pytest.mark.parametrize("document", list(documents()))
def test_every_page_of_the_contents_is_there(document, pages):
    page = pages[f"{document}.html"]
    headings = page.select("article h1")
    assert len(headings) == 1
    title = headings[0].get_text().removesuffix("#").strip()
    assert page.title.get_text().split(" — ")[0].strip() == title
    assert page.html["lang"] == "en"


def test_no_document_is_left_out():
    pages = [path for path in (ROOT / "chapters").rglob("*") if path.suffix in (".md", ".ipynb")]
    written = {path.relative_to(ROOT).with_suffix("").as_posix() for path in pages}
    assert written == set(documents())


def test_first_page_leads_to_the_welcome_page(html):
    assert "chapters/index.html" in (html / "index.html").read_text()


def test_no_page_offers_a_repository(pages):
    for name, page in pages.items():
        assert not page.select('.bd-header-article a[href^="http"], script[type="text/x-thebe-config"]'), name


def test_every_page_names_its_licences(pages):
    for name, page in pages.items():
        if page.find("article"):
            footer = page.select_one(".bd-footer-content").get_text()
            assert "CC BY 4.0" in footer, name
            assert "MIT" in footer, name


@pytest.mark.parametrize("topic", TOPICS)
def test_chapter_shows_its_claims(topic, pages):
    claims = pages[f"chapters/{topic}.html"].select(".cell_output .claim")
    assert len(claims) >= 1
    assert len(claims) == chapter.read(topic).claims


@pytest.mark.parametrize(
    "symbol", ["learning_rate", "lam", "weight_decay", "keep_prob", "patience", "fan_in", "fan_out", "m", "rng"]
)
def test_notation_explains(symbol, pages):
    codes = {code.get_text() for code in pages["chapters/notation.html"].select("article code")}
    assert any(re.search(rf"\b{symbol}\b", code) for code in codes)


def test_bibliography_holds_the_works_that_chapters_cite(pages):
    works = parse_file(ROOT / "chapters" / "references.bib").entries
    listed = pages["chapters/references.html"].select("div.citation")
    assert len(works) == len(listed) > 0, "a work that no chapter cites is listed nowhere"
    for key, work in works.items():
        assert {"title", "year"} <= set(work.fields), key
        assert "doi" in work.fields or "url" in work.fields, key


@pytest.mark.parametrize("topic", TOPICS)
def test_chapter_cites(topic, pages):
    assert pages[f"chapters/{topic}.html"].select('article a[href*="references.html#"]')


@pytest.mark.parametrize("topic", TOPICS)
def test_search_knows_the_chapters(topic, html):
    text = (html / "searchindex.js").read_text()
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    document = index["docnames"].index(f"chapters/{topic}")
    title = chapter.read(topic).title
    assert index["titles"][document] == title
    words = title.lower().split()
    stem = next(term for term in index["titleterms"] if len(term) > 3 and any(map(str.startswith, words, [term] * 9)))
    places = [index[terms].get(stem, []) for terms in ("titleterms", "terms")]
    assert document in np.hstack(places)


def test_the_grading_page_shows_what_grading_cost_when_it_was_built(pages):
    rows = pages["chapters/grading.html"].select("table.table tr")
    shown = {words.get_text(): figure.get_text() for words, figure in (row.select("td") for row in rows)}
    assert len(shown) == 6
    assert all(re.fullmatch(r"\d+\.\d\d s|\d+ ms", figure) for figure in shown.values())
    checks = next(figure for words, figure in shown.items() if "all checks" in words)
    assert checks != "0 ms", "a class was graded"
