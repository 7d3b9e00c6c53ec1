"""Sentences as HTML: mathematics, code and emphasis that fit on one line."""

import html
import re

# As pandoc reads it: no space inside the dollars, no digit after them, so that two prices are not a formula.
_MATH = re.compile(r"(?<!\\)\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?!\d)")
_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = ((re.compile(r"\*\*(?!\s)([^*]+?)(?<!\s)\*\*"), "strong"), (re.compile(r"\*(?!\s)([^*]+?)(?<!\s)\*"), "em"))
_END = re.compile(r"[.!?](?=\s|$)")
_SHORT = re.compile(r"\b(e\.g|i\.e|cf|vs|al|no|fig)$", re.IGNORECASE)


def typeset(text):
    r"""Text as HTML, with its formulas marked for MathJax.

    >>> typeset("The variance is $a^2 (1 - q) / q < 1$, for \\$2.")
    'The variance is <span class="math notranslate nohighlight">\\(a^2 (1 - q) / q &lt; 1\\)</span>, for $2.'
    >>> typeset("*Each* mask of `keep_prob` < 1 is **new**: 2 * 3 * 4.")
    '<em>Each</em> mask of <code>keep_prob</code> &lt; 1 is <strong>new</strong>: 2 * 3 * 4.'
    """
    parts = _MATH.split(text)
    parts[::2] = [_prose(part.replace(r"\$", "$")) for part in parts[::2]]
    parts[1::2] = [
        rf'<span class="math notranslate nohighlight">\({html.escape(part)}\)</span>' for part in parts[1::2]
    ]
    return "".join(parts)


def first_sentence(text):
    r"""A text's first sentence, and what follows it.

    >>> first_sentence("He learns at $\\eta = 0.1$. Glorot, e.g. at 0.1, does not. Why?")
    ('He learns at $\\eta = 0.1$.', 'Glorot, e.g. at 0.1, does not. Why?')
    """
    hidden = [found.span() for kind in (_MATH, _CODE) for found in kind.finditer(text)]
    for end in _END.finditer(text):
        inside = any(start <= end.start() < stop for start, stop in hidden)
        if not inside and not _SHORT.search(text[: end.start()]):
            return text[: end.end()], text[end.end() :].strip()
    return text, ""


def _prose(text):
    parts = _CODE.split(text)
    parts[::2] = [_emphasized(html.escape(part)) for part in parts[::2]]
    parts[1::2] = [f"<code>{html.escape(part)}</code>" for part in parts[1::2]]
    return "".join(parts)


def _emphasized(text):
    for kind, tag in _EMPHASIS:
        text = kind.sub(rf"<{tag}>\1</{tag}>", text)
    return text
