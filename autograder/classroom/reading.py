"""What nbgrader's feedback page lacks for its readers: formulas without a network, dark colours, room on a phone."""

import re
from pathlib import Path

from .formulas import APART, FORMULA, set_formulas

SHEET = Path(__file__).with_suffix(".css")
PHONE = '<meta name="viewport" content="width=device-width, initial-scale=1">'
MATHJAX = re.compile(r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->\s*", re.DOTALL)
MATRIX = r"\begin{"


def readable(html):
    r"""Return a page with what it lacks; it loads MathJax from its host only for what could not be set, like a matrix.

    >>> page = "<head><!-- Load mathjax --><script></script><!-- End of mathjax configuration --></head><p>{}</p>"
    >>> ["<script>" in readable(page.format(text)) for text in ("for $5 or $6", r"$\begin{matrix}1\end{matrix}$")]
    [False, True]
    """
    head, end, body = html.partition("</head>")
    body = set_formulas(body)
    if not _has_formulas(body):
        head = MATHJAX.sub("", head)
    return f"{head}{PHONE}\n<style>\n{SHEET.read_text(encoding='utf-8')}</style>\n{end}{body}"


def _has_formulas(body):
    pieces = APART.split(body)[::3]  # between them are the parts set apart, and the names of their tags
    return any(MATRIX in piece or FORMULA.search(piece) for piece in pieces)
