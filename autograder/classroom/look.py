"""How a page for instructors looks: the book's fonts and colours, which follow the reader's system, and what all share.

A style sheet loads nothing else: it includes the fonts.
"""

import base64
import re
from pathlib import Path

STATIC = Path(__file__).parents[1] / "live" / "static"  # the book's
SHARED = Path(__file__).with_name("look.css")


def style(sheet):
    """Return a page's whole style sheet: what all pages share, and below it the page's own, from a path."""
    fonts = re.sub(
        r'url\("(fonts/[^"]+)"\)',
        lambda found: f"url(data:font/woff2;base64,{base64.b64encode((STATIC / found[1]).read_bytes()).decode()})",
        (STATIC / "fonts.css").read_text(encoding="utf-8"),
    )
    tokens = (STATIC / "tokens.css").read_text(encoding="utf-8")
    tokens = tokens.replace("@media screen {", "@media screen and (prefers-color-scheme: dark) {")
    tokens = tokens.replace('html[data-theme="dark"]', ":root")
    return fonts + tokens + SHARED.read_text(encoding="utf-8") + sheet.read_text(encoding="utf-8")
