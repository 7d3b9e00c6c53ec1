"""Words of a text that its page does not show: the person who marks it must see everything that was written.

A comment, a definition of a link that nothing refers to, a title, a cell beyond a table's last column: there are more
ways to hide words than anyone would list. So the words that can be seen are counted instead.
"""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import nh3

WORD = re.compile(r"[^\W_]+")
ADDRESSES = ("href", "src")
VOID = frozenset(["area", "br", "col", "hr", "img", "wbr"])
SMALL, SMALLEST = frozenset(["small", "sub", "sup"]), 3  # this many of them, nested, can still be read
# What is not a word of the text: tags, the number of a list item, the language of a code block.
MARKS = re.compile(
    rf"</?(?:{'|'.join(sorted(nh3.ALLOWED_TAGS))})(?=[\s/>])"
    r"|^[\s>]*\d{1,9}[.)](?=\s)|^[\s>]*(?:`{3,}|~{3,})[ ]*\w*$",
    re.IGNORECASE | re.MULTILINE,
)
PASTED = re.compile(r"!\[([^\]\n]*)\]\(attachment:([^)\n]{0,60})\)")  # a picture, with its file's name
# What draws a formula's own words small, pale, over each other or not at all, or makes other commands do so.
FORMULA = re.compile(
    r"\\(?:[hv]?phantom|(?:text|math|page|f)?color(?:box)?|style|class|cssId|bbox|[rl]lap|smash|mmlToken|def|g?let"
    r"|(?:re)?new(?:command|environment)|require|unicode|tiny|scriptscriptstyle|m?kern|[mh]?skip|hspace|raise|lower|move"
    r"|href|data|label|tag|ref|rule)"
)
MATH = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]|\\begin.*?\\end", re.DOTALL)
COMMENT = re.compile(r"(?<!\\)%")  # in a formula


def hides(source, html):
    """Whether a text has words that are not seen on its page.

    Parameters
    ----------
    source : str
        The text, as Markdown.
    html : str
        What became of it: HTML that is well-formed, as a cleaner writes it.

    >>> hides("It is *so*.", "<p>It is <em>so</em>.</p>")
    False
    >>> hides("It is so.<!-- I think. -->", "<p>It is so.</p>")
    True
    """
    page = _Page()
    page.feed(html)
    page.close()
    written = PASTED.sub(_name, source)
    written = Counter(WORD.findall(unescape(MARKS.sub(" ", written))))
    unseen = written - Counter(WORD.findall(" ".join(page.seen)))
    return bool(unseen) or bool(FORMULA.search(source)) or any(map(COMMENT.search, MATH.findall(source)))


def _name(pasted):
    """Return the words with a pasted picture that are not its file's name."""
    alternative, file = pasted.groups()
    return "" if alternative in ("image", file, unescape(file)) else alternative


class _Page(HTMLParser):
    """What is seen of a page's text, and the addresses in it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen, self._open = [], []

    def handle_starttag(self, tag, attrs):
        self.seen += [value for name, value in attrs if name in ADDRESSES and value]
        if tag not in VOID:
            self._open.append((tag, "anchor-link" in (dict(attrs).get("class") or "")))

    def handle_endtag(self, tag):
        if self._open:
            self._open.pop()

    def handle_data(self, data):
        small = sum(tag in SMALL for tag, _ in self._open)
        if small <= SMALLEST and not any(tag == "rp" or unseen for tag, unseen in self._open):
            self.seen.append(data)
