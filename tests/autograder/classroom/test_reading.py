"""Feedback can be read without a network, at night and on a phone."""

import io
from collections import Counter

import pytest
from PIL import Image

from autograder.classroom.reading import readable

PAGE = "<head><!-- Load mathjax --><script></script><!-- End of mathjax configuration --></head><body>{}</body>"
RED = (
    '<img alt="" style="display: block; width: 100%; height: 40px" src="data:image/svg+xml,'
    "<svg xmlns='http://www.w3.org/2000/svg' preserveAspectRatio='none' viewBox='0 0 1 1'>"
    "<rect width='1' height='1' fill='red'/></svg>\">"
)


@pytest.mark.parametrize(
    ("text", "pictures", "loads"),
    [
        (r"a rate $\eta$, and $$\frac{1}{n}$$ of $x$", 3, False),
        ("it costs $5 or $6", 0, False),
        ("<pre>$$x$$</pre><code>$y$</code>", 0, False),
        (r"$$A = \begin{pmatrix} 1 & 2 \end{pmatrix}$$ of $x$", 1, True),
        (r"\begin{align} x &= 1 \end{align}", 0, True),
        (r"$\unknown$", 0, True),
    ],
)
def test_mathjax_is_loaded_only_for_what_is_no_picture(text, pictures, loads):
    shown = readable(PAGE.format(text))
    assert shown.count('<img class="formula') == pictures
    assert ("<script>" in shown) is loads


@pytest.fixture
def show(browser, graded):
    """A function that opens a page of feedback, and returns it with the addresses it requested in `page.asked`."""
    contexts = []

    def show(**options):
        contexts.append(browser.new_context(**options))
        page, asked = contexts[-1].new_page(), []
        page.asked = asked
        page.on("request", lambda request: asked.append(request.url))
        page.goto((graded / "feedback" / "mistake-01" / "toy" / "toy.html").as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def test_a_page_asks_for_nothing(show):
    assert [address for address in show().asked if not address.startswith(("file:", "data:"))] == []


def colours(page, selector):
    """Return the number of pixels of each colour in the element that a selector finds."""
    with Image.open(io.BytesIO(page.locator(selector).screenshot())) as shot:
        return Counter(shot.convert("RGB").get_flattened_data())


@pytest.mark.parametrize(
    ("scheme", "media", "dark"), [("light", "screen", False), ("dark", "screen", True), ("dark", "print", False)]
)
def test_the_page_is_dark_at_night_and_its_pictures_are_not_changed(scheme, media, dark, show):
    page = show(color_scheme=scheme, viewport={"width": 800, "height": 600})
    page.emulate_media(media=media)
    part = ".text_cell_render >> nth={}"
    page.eval_on_selector(part.format(0), "(part, red) => (part.innerHTML = red)", RED)
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    assert colours(page, part.format(0)).most_common(1)[0][0] == (255, 0, 0)
    for other in (part.format(1), ".panel-heading >> nth=0", ".input_area >> nth=0", "pre >> nth=-1"):
        ground = colours(page, other).most_common(1)[0][0]
        assert max(ground) < 30 if dark else min(ground) > 225, other


@pytest.mark.parametrize("width", [1200, 390, 320])
def test_nothing_of_a_heading_lies_over_what_follows(width, show):
    page = show(viewport={"width": width, "height": 800})
    bottoms = page.evaluate("""() => [...document.querySelectorAll(".panel-heading")].map((heading) => [
        heading.getBoundingClientRect().bottom,
        Math.max(...[...heading.querySelectorAll("*")].map((each) => each.getBoundingClientRect().bottom)),
    ])""")
    assert len(bottoms) > 3
    assert [pair for pair in bottoms if pair[1] > pair[0]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
