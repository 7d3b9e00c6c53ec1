"""Draw the picture that stands beside a shared link: autograder/live/static/preview.png.

For maintainers: ``python tools/draw_preview.py``. It shows the first page's figure in the course's own type and
colours, and needs Chromium and Playwright, as the browser tests do.
"""

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from autograder.live.figures.thirty_layers import SCHEMES, STEPS, Network, snapshot
from autograder.live.head import PREVIEW_SIZE
from dnnkit.plot import Picture

WIDTH = 1072  # of the network, in pixels
STATIC = Path(__file__).resolve().parents[1] / "autograder" / "live" / "static"
PAGE = """\
<!doctype html><html data-theme="dark"><head><base href="file://{static}/">
<link rel="stylesheet" href="fonts.css"><link rel="stylesheet" href="tokens.css"><link rel="stylesheet" href="live.css">
<style>
body {{ margin: 0; padding: 56px 64px; background: var(--course-paper); color: var(--course-ink) }}
body {{ font-family: var(--course-sans) }}
h1 {{ display: flex; align-items: center; gap: 28px; margin: 0; font-size: 84px; line-height: 1 }}
h1 img {{ width: 104px }}
p {{ margin: 22px 0 26px; font: 30px var(--course-serif); color: var(--course-muted) }}
.network {{ margin-top: -30px }}
.network text {{ display: none }}
</style></head><body>
<h1><img src="logo.svg">Tuning Deep Networks</h1>
<p>What the hyperparameters of a network do, why, and how to choose them.</p>
<div class="network">{picture}</div>
</body></html>"""


def main():
    network = Picture([Network(snapshot(list(SCHEMES)[1], STEPS))]).svg(WIDTH)
    width, height = PREVIEW_SIZE
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file, sync_playwright() as playwright:
        file.write(PAGE.format(static=STATIC, picture=network))
        file.flush()
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": width, "height": height})
        page.goto(f"file://{file.name}")
        page.wait_for_function("document.fonts.status === 'loaded'")
        shot = page.screenshot()
        chromium.close()
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(256)
    picture.save(STATIC / "preview.png", optimize=True)
    print(f"preview.png: {(STATIC / 'preview.png').stat().st_size} bytes")


if __name__ == "__main__":
    main()
