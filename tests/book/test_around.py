"""The pages around the chapters: procedure and chart lead to each of them, the glossary to where a term occurs."""

import re

import pytest

from autograder import chapter


def words(text):
    return " ".join(re.findall(r"\w+", text.lower().replace("_", " ")))


@pytest.mark.parametrize("name", ["procedure", "diagnosis"])
def test_every_chapter_is_reached(name, pages):
    links = {link["href"].split("#")[0] for link in pages[f"chapters/{name}.html"].select("article a.internal")}
    assert {f"{topic}.html" for topic in chapter.topics()} <= links


def test_every_step_of_the_procedure_is_where_its_number_leads(pages):
    page = pages["chapters/procedure.html"]
    steps = [row.td.a for row in page.select("article table tbody tr") if row.td.a]
    assert [step.get_text() for step in steps] == [str(number) for number in range(1, 11)]
    sections = [section["id"] for section in page.select("article section section")]
    assert [step["href"].removeprefix("#") for step in steps] == sections


def test_a_term_of_the_glossary_occurs_where_it_leads(pages):
    page = pages["chapters/glossary.html"]
    terms = [(term, term.find_next_sibling("dd")) for term in page.select("article dl.glossary dt")]
    names = [term.find(string=True).strip() for term, _ in terms]
    assert len(terms) >= 90
    assert names == sorted(names, key=str.lower)
    assert len(set(names)) == len(names)
    for name, (_, meaning) in zip(names, terms):
        *_, link = meaning.find_all("a")
        there = words(pages[f"chapters/{link['href']}"].article.get_text())
        assert words(name) in there, (name, link["href"])
