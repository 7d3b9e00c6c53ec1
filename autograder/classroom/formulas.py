"""Formulas in a rendered text, set as pictures, which ask no other host for anything and run nothing.

Matplotlib's mathtext sets them from TeX. What it does not know stays as it was written.
"""

import base64
import io
import re
import warnings
from functools import lru_cache
from html import escape, unescape

MOST, LONGEST, DEEPEST = 50, 300, 8  # formulas in a text, characters in one, braces in braces
FORMULA = re.compile(rf"\$\$([^$]{{1,{LONGEST}}})\$\$|(?<![\\\w$])\$(?!\s)([^$\n]{{1,{LONGEST}}})(?<!\s)\$(?![\d$])")
OTHERWISE = {"le": "leq", "ge": "geq", "ne": "neq", "lVert": "Vert", "rVert": "Vert", "lvert": "vert", "rvert": "vert"}
NAMED = re.compile(rf"\\({'|'.join(OTHERWISE)})(?![A-Za-z])")  # what mathtext knows by another name
FRACTION = re.compile(r"\\frac\s*([^\W_])\s*([^\W_])(?![^\W_])")  # for which it needs the braces
ROOT = re.compile(r"\\sqrt(?:\s+|(?=\d))([^\W_])(?![^\W_])")
APART = re.compile(r'(<(pre|code)\b.*?</\2>|<(?:[^<>"]|"[^"]*")*>)', re.DOTALL)  # what is not text: code, and tags


def set_formulas(html) -> str:
    r"""Return clean HTML with each formula, `$...$` or `$$...$$`, replaced by a picture whose text is the TeX.

    >>> set_formulas(r"a rate $\eta < 1$, <code>$x$</code>, $5 or $6").count("<img")
    1
    """
    left = MOST

    def picture(found):
        nonlocal left
        tex = unescape(found[1] or found[2])
        left -= 1
        if left < 0 or _depth(tex) > DEEPEST or not (drawn := _drawn(" ".join(tex.split()))):
            return found[0]
        block = " display" if found[1] else ""
        return f'<img class="formula{block}" alt="{escape(tex)}" src="data:image/svg+xml;base64,{drawn}">'

    pieces = APART.split(html)
    for at in range(0, len(pieces), 3):  # after each come what is set apart, and the name of its tag
        pieces[at] = FORMULA.sub(picture, pieces[at])
    return "".join(piece for at, piece in enumerate(pieces) if at % 3 != 2)


def _depth(tex):
    depths = [0]
    for brace in re.findall(r"[{}]", tex):
        depths.append(depths[-1] + (1 if brace == "{" else -1))
    return max(depths)


@lru_cache(1000)
def _drawn(tex):
    """Return a formula as an SVG in base64, or "" if it cannot be set."""
    from matplotlib import mathtext, rc_context  # half a second, which only pages with formulas pay for
    from matplotlib.font_manager import FontProperties

    drawn, tex = io.BytesIO(), NAMED.sub(lambda found: rf"\{OTHERWISE[found[1]]}", tex)
    tex = ROOT.sub(r"\\sqrt{\1}", FRACTION.sub(r"\\frac{\1}{\2}", tex))
    with warnings.catch_warnings(), rc_context({"savefig.transparent": True, "mathtext.fontset": "stix"}):
        warnings.simplefilter("ignore")  # a glyph may be missing
        try:
            mathtext.math_to_image(f"${tex}$", drawn, prop=FontProperties(size=14), dpi=72, format="svg")
        except Exception:  # from the parser, or from FreeType, which cannot draw letters of just any size
            return ""
    return base64.b64encode(drawn.getvalue()).decode()
