"""The page of claims lists every claim of every chapter once, with a link to where it is made."""

import pytest
from bs4 import BeautifulSoup

from autograder import chapter
from autograder.live import claims
from dnnkit.claim import claim

PAGE = "chapters/claims.html"


@pytest.fixture(scope="module")
def made(pages):
    """The boxes of all claims in the chapters, by page and anchor."""
    boxes = {topic: pages[f"chapters/{topic}.html"].select("div.claim") for topic in chapter.topics()}
    return {(f"{topic}.html", box["id"]): box for topic, found in boxes.items() for box in found}


def test_each_claim_is_listed_once_with_what_was_measured(made, pages):
    listed = pages[PAGE].select(".claims > .claim")
    links = [tuple(entry.a["href"].split("#")) for entry in listed]
    assert sorted(links) == sorted(made)
    assert len(links) >= 5 * len(chapter.topics())
    for entry, link in zip(listed, links):
        assert entry["class"] == made[link]["class"]
        assert entry.small == made[link].small
        assert entry.svg == made[link].svg
        assert entry.select(".claim-textbook") == made[link].select(".claim-textbook")
        assert entry.a.get_text() in made[link].get_text()


def test_claims_stand_under_the_titles_of_their_chapters(pages):
    for topic in chapter.topics():
        section = pages[PAGE].find(id=f"claims-{topic}")
        assert section.h3.get_text().removesuffix("#") == chapter.read(topic).title
        assert {entry.a["href"].split("#")[0] for entry in section.select(".claim")} == {f"{topic}.html"}


def test_numbers_are_those_of_the_list(made, pages):
    counts = {
        name: int(number)
        for number, name in (item.get_text(" ", strip=True).split() for item in pages[PAGE].select(".claims-count li"))
    }
    verdicts = [next(name[6:] for name in box["class"] if name.startswith("claim-")) for box in made.values()]
    assert counts == {
        "claims": len(made),
        "supported": verdicts.count("supported"),
        "undecided": verdicts.count("undecided"),
    }
    assert set(verdicts) <= {"supported", "undecided"}


def test_a_sentence_with_mathematics_and_a_base_is_read():
    made = claim(
        "It is $< 2^{-3}$ & <half>.",
        [9.0, 8.0, 9.5, 8.2, 9.1],
        "> 20",
        base=[30, 31, 29, 30, 32],
        unit="points",
        textbook="It is <half>.",
    )
    (found,) = claims.of_html(f"<div>{made._repr_html_()}</div>")
    assert BeautifulSoup(found.sentence, "html.parser").get_text() == r"It is \(< 2^{-3}\) & <half>."
    assert "of 30" in found.measured
    assert BeautifulSoup(found.taught, "html.parser").get_text() == "Often taught: It is <half>."


def test_a_box_that_cannot_be_read_is_an_error():
    with pytest.raises(ValueError, match="box"):
        claims.of_html('<div class="claim claim-supported">It is so.</div>')
