"""A picture for each chapter, shown with shared links: its title, its question, and what fails in it.

All three are taken from the map of the course, on the book's first page.
"""

import contextlib
import io
import shutil
import tempfile
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import sync_playwright

from autograder.live import __file__ as live
from autograder.live.head import PREVIEW_SIZE

STATIC = Path(live).with_name("static")
FOLDER = "_static/cards"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PAGE = """\
<!doctype html><html data-theme="dark"><head><meta charset="utf-8"><base href="{static}/">
<link rel="stylesheet" href="fonts.css"><link rel="stylesheet" href="tokens.css"><link rel="stylesheet" href="live.css">
<style>
body {{ margin: 0; padding: 56px 64px; background: var(--course-paper); color: var(--course-ink) }}
body {{ display: flex; flex-direction: column; box-sizing: border-box; height: {height}px }}
body {{ font-family: var(--course-sans) }}
{style}
</style></head><body></body></html>"""
STYLE = """
header { display: flex; align-items: center; gap: 16px; font-size: 30px; color: var(--course-muted) }
header img { width: 48px }
h1 { margin: 34px 0 0; font-size: 68px; line-height: 1.08; text-wrap: balance }
p { margin: 22px 0 34px; font: 34px/1.3 var(--course-serif); text-wrap: balance }
svg { flex: 1; min-height: 0; width: 100%; overflow: visible }
svg * { vector-effect: non-scaling-stroke; stroke-width: 3px }
svg .dots { stroke-width: 9px }
"""
CARD = '<header><img src="logo.svg" alt="">Tuning Deep Networks</header><h1>{title}</h1><p>{question}</p>{picture}'


class NoBrowser(OSError):
    """No browser is installed that can draw."""


def draw(home, target):
    """Draw a card for each chapter in the map on the page `home` (HTML) into the folder `target`, as TOPIC.png.

    Return the topics. Raises NoBrowser.
    """
    tiles = BeautifulSoup(home, "html.parser").select("a.tile[data-topic]")
    target.mkdir(parents=True, exist_ok=True)
    with drawing(STYLE) as picture_of:
        for tile in tiles:
            title, question = (escape(tile.select_one(f".tile-{part}").get_text()) for part in ("title", "question"))
            body = CARD.format(title=title, question=question, picture=tile.svg or "")
            (target / f"{tile['data-topic']}.png").write_bytes(picture_of(body))
    return [tile["data-topic"] for tile in tiles]


@contextlib.contextmanager
def drawing(style):
    """Yield a function from a card's HTML to the bytes of a PNG of it, in a `style`. Raises NoBrowser."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise NoBrowser(f"pictures are drawn with a browser: install one of {', '.join(BROWSERS)}")
    width, height = PREVIEW_SIZE
    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": width, "height": height})
        file = Path(stack.enter_context(tempfile.TemporaryDirectory()), "card.html")  # which may load the fonts' files
        file.write_text(PAGE.format(static=STATIC.as_uri(), style=style, height=height), encoding="utf-8")
        page.goto(file.as_uri())

        def picture_of(body):
            page.evaluate("async body => { document.body.innerHTML = body; await document.fonts.ready }", body)
            packed = io.BytesIO()
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.quantize(256).save(packed, "PNG", optimize=True)
            return packed.getvalue()

        yield picture_of
