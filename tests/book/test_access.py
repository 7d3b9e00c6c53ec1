"""Every page can be read without seeing it, and seen by those who see little: axe-core finds no serious fault."""

import re

import pytest

from tests.book import packages
from tests.book.site import served

AXE = """
async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {}
  const { violations } = await axe.run(document, { ...only, resultTypes: ["violations"] })
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, html }) => [id, String(target), html.slice(0, 200)]))
}
"""
ONE_OF_MANY = "chapters/api/network.html"  # pages of the library, which are made alike and have one set of colours
DARK = "document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'"


@pytest.fixture(scope="module")
def page(browser, html):
    """A page of the built book, in light colours, with `page.home` the book's address."""
    with served(html) as address:
        context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
        page = context.new_page()
        page.home = address
        page.route(re.compile(r"^https?://(?!127\.0\.0\.1)|/mathjax/"), lambda route: route.abort())
        yield page
        context.close()


def test_axe_finds_no_serious_fault_in_light_and_dark(page, pages):
    script = (packages.install() / "axe-core" / "axe.min.js").read_text()
    found = {}
    for name, soup in pages.items():
        if soup.find("article") and ("/api/" not in name or name == ONE_OF_MANY):
            page.goto(page.home + name)
            page.evaluate(script)
            found[name] = page.evaluate(AXE, [])
            page.add_style_tag(content="* { transition: none !important }")
            page.evaluate(DARK)  # what the page says stays the same, only its colours change
            found[f"{name} in the dark"] = page.evaluate(AXE, ["color-contrast"])
    assert f"{ONE_OF_MANY} in the dark" in found
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_axe_finds_a_planted_fault(page):
    page.goto(f"{page.home}chapters/index.html")
    page.evaluate((packages.install() / "axe-core" / "axe.min.js").read_text())
    page.evaluate(
        "document.querySelector('article').innerHTML += '<img src=\"logo.svg\"><p style=\"color: #ccc\">pale</p>'"
    )
    assert {"image-alt", "color-contrast"} <= {fault for fault, *_ in page.evaluate(AXE, [])}
