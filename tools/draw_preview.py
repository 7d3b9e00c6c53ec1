"""Draw the picture that is shown with a shared link: autograder/live/static/preview.png.

For maintainers: ``python -m tools.draw_preview``. It shows the first page's figure in the course's own type and
colours, and needs Chromium and Playwright, as the browser tests do.
"""

import argparse

from autograder.live.figures.thirty_layers import SCHEMES, STEPS, Network, snapshot
from dnnkit.plot import Picture
from publish.cards import STATIC, drawing

WIDTH = 1072  # of the network, in pixels
STYLE = """
h1 { display: flex; align-items: center; gap: 28px; margin: 0; font-size: 84px; line-height: 1 }
h1 img { width: 104px }
p { margin: 22px 0 26px; font: 30px var(--course-serif); color: var(--course-muted) }
.network { margin-top: -30px }
.network text { display: none }
"""
BODY = """\
<h1><img src="logo.svg" alt="">Tuning Deep Networks</h1>
<p>What the hyperparameters of a network do, why, and how to choose them.</p>
<div class="network">{picture}</div>"""


def main():
    network = Picture([Network(snapshot(list(SCHEMES)[1], STEPS))]).svg(WIDTH)
    with drawing(STYLE) as picture_of:
        written = (STATIC / "preview.png").write_bytes(picture_of(BODY.format(picture=network)))
    print(f"preview.png: {written} bytes")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    main()
