"""What pages say about themselves when they are shared, where their fonts come from, and what a search finds first."""

import re
from types import SimpleNamespace

import pytest
from docutils import nodes
from PIL import Image

from autograder import chapter
from autograder.live import head


def facts(page):
    return {tag["property"]: tag["content"] for tag in page.select('meta[property^="og:"]')}


def test_each_page_describes_itself(pages, html):
    texts = {}
    for name, page in pages.items():
        if page.find("article"):
            found = facts(page)
            assert found["og:title"] == page.title.get_text().split(" — ")[0].strip(), name
            assert found["og:description"] == page.select_one('meta[name="description"]')["content"], name
            assert (html / name).parent.joinpath(found["og:image"]).is_file(), name
            texts[name] = found["og:description"]
    for topic in chapter.topics():
        text = texts[f"chapters/{topic}.html"]
        assert re.fullmatch(r"[^\\$\0]{40,200}", text), text
        assert text[-1] in ".?!" or text.endswith("..."), text
        assert list(texts.values()).count(text) == 1


def test_the_preview_has_the_size_that_is_said(html):
    with Image.open(html / head.PREVIEW) as image:
        assert image.size == head.PREVIEW_SIZE
    assert (html / head.PREVIEW).stat().st_size < 60_000


def test_a_site_that_says_where_it_is_gives_full_addresses():
    app = SimpleNamespace(
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(html_title="Course", html_baseurl="https://example.org/book/"),
    )
    context = {"title": "A &amp; B", "pathto": lambda path, resource: f"../{path}"}
    head.add(app, "chapters/a", "page.html", context, None)
    assert 'property="og:image" content="https://example.org/book/_static/preview.png"' in context["metatags"]
    assert 'property="og:title" content="A &amp; B"' in context["metatags"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["One thing. ", nodes.math("", "x"), " is next. Last."], "One thing."),
        (["Why? Because of it."], "Why? Because of it."),
        (["word " * 60 + "end."], ("word " * 39).strip() + " ..."),
        ([nodes.math("", "x"), " begins."], "Title"),
    ],
)
def test_a_description_is_whole_sentences_without_formulas(parts, said):
    section = nodes.section("", nodes.title("", "Title"))
    section += nodes.paragraph("", "", *(part if isinstance(part, nodes.Node) else nodes.Text(part) for part in parts))
    tree = nodes.document(None, None)
    tree += section
    assert head.description(tree) == said


def test_fonts_come_from_the_site_and_from_nowhere_else(visit, site):
    page = visit("chapters/index.html")
    page.evaluate("document.fonts.ready")
    fonts = [address for address in page.asked if re.search(r"\.(woff2?|ttf|otf)\b|fonts\.g", address)]
    ours = [address for address in fonts if "/_static/fonts/" in address]
    assert all(address.startswith(site) for address in fonts)
    assert {address.rsplit("/", 1)[1] for address in ours} >= {f"{font}.woff2" for font in head.FONTS}
    for family in ("Course Serif", "Course Sans"):
        assert page.evaluate("family => document.fonts.check(`16px '${family}'`)", family)
    assert page.evaluate("getComputedStyle(document.querySelector('article p')).fontFamily").startswith(
        '"Course Serif"'
    )


def test_fonts_are_small_and_bring_their_licence(html):
    fonts = [*(html / "_static" / "fonts").glob("*.woff2")]
    assert all(font.stat().st_size < 30_000 for font in fonts)
    assert 5 <= len(fonts) <= 9
    licence = (html / "_static" / "fonts" / "OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE" in licence
    assert all(f"{name}-*.woff2" in licence for name in {font.name.split("-")[0] for font in fonts})


def test_little_moves_when_fonts_arrive(visit):
    """The layout shift that browsers report, for which 0.1 counts as good."""
    page = visit("chapters/dropout.html")
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready")
    shift = page.evaluate("""() => new Promise((resolve) => {
        let sum = 0
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.value)))
            .observe({ type: "layout-shift", buffered: true })
        setTimeout(() => resolve(sum), 200)
    })""")
    assert shift < 0.1


@pytest.mark.parametrize("query", ["dropout", "softmax", "learning rate"])
def test_a_search_finds_chapters_before_the_library(query, visit):
    page = visit(f"search.html?q={query.replace(' ', '+')}")
    page.locator("#search-results li").first.wait_for()
    page.wait_for_function("() => document.querySelector('#search-results p').textContent.includes('finished')")
    found = page.eval_on_selector_all("#search-results li > a", "links => links.map(link => link.href)")
    library = ["/api" in address for address in found]
    assert not library[0]
    assert library == sorted(library)
    assert any(library)


def test_a_search_shows_words_of_the_article_and_formulas_as_dots(visit):
    page = visit("search.html?q=variance")
    page.wait_for_function("() => document.querySelector('#search-results p')?.textContent.includes('finished')")
    page.wait_for_load_state("networkidle")  # each excerpt comes with its page
    excerpts = page.locator("#search-results .context").all_text_contents()
    assert len(excerpts) > 5
    assert any("…" in text for text in excerpts)
    assert [text for text in excerpts if re.search(r"\\[(\[a-z]", text)] == []
    assert [text for text in excerpts if "Contents" in text] == [], "which is only printed"
