"""What pages may show of a submission: its text, tables and figures, and nothing that can run.

Outputs are cleaned when they are recorded, so that no page can forget to. Markdown is cleaned when a page renders it
(nbgrader's feedback and formgrader take their filters from the class's settings), since its text alone does not show
what it means.
"""

import base64
import binascii
import itertools
import re
from functools import lru_cache
from html import escape
from urllib.parse import unquote

import nh3
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from . import pictures, strays
from .hidden import hides

IMAGES = ("image/png", "image/jpeg", "image/gif")
TEXTS = ("text/plain", "text/markdown")  # escaped by the page, or rendered by `markdown`
SHOWN = re.compile(
    r"data:image/(?:png|jpeg|gif);base64,(.*)|data:image/svg\+xml;base64,(.*)", re.DOTALL | re.IGNORECASE
)
LENGTHS = ("width", "height", "size", "border", "hspace", "vspace", "cellpadding", "cellspacing")  # attributes
LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(px|%)?\s*")
LONGEST = {"%": 100.0, "px": 4000.0, None: 4000.0}
PASTED = "attachment:"  # how the address of a picture pasted into the cell begins
URL_SCHEMES = {"http", "https", "mailto", "data", PASTED[:-1]}
CLASSES = re.compile(r"highlight|anchor-link|[a-z]{1,2}\d?")  # of highlighted code
TAGS = nh3.ALLOWED_TAGS - {"details"}  # which would be closed
ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
for _tag in ("div", "span", "code", "a"):
    ATTRIBUTES[_tag] = ATTRIBUTES.get(_tag, set()) | {"class"}
MOST_HTML = 256 * 2**10  # characters; a table of a thousand rows has half as many
MOST_MARKDOWN = 16 * 2**10  # characters; some take time quadratic in their number to render
GROWTH = 8  # how many times as long a text may become when it is cleaned
DEEPEST, MOST_ATTRIBUTES = 32, 50
MOST_TIMES = 3  # that a page shows the same picture
NO_PICTURE = "[a picture that cannot be shown here]"
AS_WRITTEN = "<p>[Not all of this text is visible above. As it was written:]</p><pre>{}</pre>"
NOT_SHOWN = "<p>[This was too much to be shown here.]</p>"
PIECE = re.compile(r"<(/?)([a-zA-Z][\w:.-]*)((?:\s|/)[^<>]*)?>|[^<]+|<")
ATTRIBUTE = re.compile(r"""([\w:.-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=`]+)))?""")
QUOTE = '"'
CLOSING = {"[": "]", "(": ")"}
ESCAPE, MOST_COLOURS = "\x1b", 1000
COLOUR = re.compile(r"\x1b\[[0-9;]{0,40}m")
NO_COLOUR = re.compile(r"\x1b(?!\[[0-9;]{0,40}m)")
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
FORMULA = re.compile(r"\\(?:(?P<begin>begin)|end)\{(?P<name>[a-z]*\*?)\}|\\\\(?:(?P<opens>[\[(])|[\])])")


def html(text, pasted=()):
    """Return HTML without anything that runs, is fetched from elsewhere, or changes how the page around it looks.

    A text that would become many times as long is not shown. An address ``attachment:NAME`` stands for a picture of
    `pasted`, a dictionary as `attachments` returns it.
    """
    shown = {name: [address] * MOST_TIMES for name, address in _addresses(pasted).items()}

    def kept(tag, name, value):
        if name == "src" and value.startswith(PASTED):
            left = shown.get(_pasted(value, shown))
            return left.pop() if left else None
        return _attribute(tag, name, value)

    most = 1000 + GROWTH * len(text) + sum(MOST_TIMES * len(address) for address, *_ in shown.values())
    cleaned = nh3.clean(
        balanced(text), tags=TAGS, attributes=ATTRIBUTES, attribute_filter=kept, url_schemes=URL_SCHEMES
    )
    return cleaned if len(cleaned) <= most else NOT_SHOWN


def _addresses(pasted):
    """Return, by name, the address that holds a picture: of several kinds the first, which is lossless."""
    return {
        name: next(f"data:{mime};base64,{data[mime]}" for mime in IMAGES if mime in data)
        for name, data in dict(pasted).items()
        if not data.keys().isdisjoint(IMAGES)
    }


def _pasted(address, names):
    """Return the name of the picture that an address stands for; editors percent-encode spaces and brackets in it."""
    name = address.removeprefix(PASTED)
    return name if name in names else unquote(name)


def balanced(text):
    """Return HTML in one way of writing it, with tags nested properly and not deeply; comments are left out.

    An HTML parser reopens an element in each block that follows if it is still open when a block ends; nested or
    repeated without end, that turns a few kilobytes into hundreds of megabytes.
    """
    pieces, opened = [], []
    for match in PIECE.finditer(_without_comments(text)):
        closes, name, attributes = match.groups()
        if name is None:
            pieces.append("&lt;" if match[0] == "<" else match[0])
        elif closes:
            if (name := name.lower()) in opened:
                while (last := opened.pop()) != name:
                    pieces.append(f"</{last}>")
                pieces.append(f"</{name}>")
        elif (name := name.lower()) in VOID or len(opened) < DEEPEST:
            pieces.append(f"<{name}{_attributes(attributes or '')}>")
            if name not in VOID:
                opened.append(name)
    return "".join((*pieces, *(f"</{name}>" for name in reversed(opened))))


def _without_comments(text):
    first, *others = text.split("<!--")
    return "".join((first, *(rest.partition("-->")[2] for rest in others)))


def _attributes(text):
    """Return a tag's attributes in one way of writing them, so that everyone sees the same quotes and ends as here."""
    found = itertools.islice(ATTRIBUTE.finditer(text), MOST_ATTRIBUTES)
    pairs = [(match[1], match[2] or match[3] or match[4] or "") for match in found]
    return "".join(f' {name}="{value.replace(QUOTE, "&quot;")}"' for name, value in pairs)


@pass_context
def markdown(context, source):
    """Return Markdown as HTML, for a page: nbconvert's own rendering, cleaned; a text that it fails on stays as it is.

    If words of a student's text would not be visible, the text is shown again below, as it was written.
    """
    cell = context.get("cell", {})
    if pictures := cell.get("attachments"):
        return _rendered(source, pictures, strays.is_students(cell))
    return _rendered_before(source, strays.is_students(cell))


def as_it_is(html):
    """Return HTML as it is, without searching it, from each bracket on, for files as old notebooks named them."""
    return html


@lru_cache(1000)  # most cells are the same for all students
def _rendered_before(source, all_of_it):
    return _rendered(source, {}, all_of_it)


def _rendered(source, pictures, all_of_it):
    if len(source) > MOST_MARKDOWN:
        return f"<pre>{escape(source)}</pre>"
    source = closed(source)
    renderer = _Renderer(escape=False, attachments=pictures)
    try:
        shown = html(MarkdownWithMath(renderer=renderer).render(source), pictures)
        return shown + AS_WRITTEN.format(escape(source)) if all_of_it and hides(source, shown) else shown
    except Exception:  # a text that no renderer foresaw costs nobody the page
        return f"<pre>{escape(source)}</pre>"


def closed(source):
    """Return Markdown without the backslash of each formula that begins, as with ``\\begin{...}``, and never ends.

    The renderer would look for the end, from each beginning, as far as the end of the text.
    """
    last_end, beginnings = {}, []
    for match in FORMULA.finditer(source):
        kind = match["name"] if match["name"] is not None else CLOSING.get(match[0][-1], match[0][-1])
        if match["begin"] or match["opens"]:
            beginnings.append((match.start(), kind))
        else:
            last_end[kind] = match.start()
    open_ones = {place for place, kind in beginnings if last_end.get(kind, -1) < place}
    return "".join(letter for place, letter in enumerate(source) if place not in open_ones) if open_ones else source


class _Renderer(IPythonRenderer):
    def image(self, text, url, title=None):
        """Return a picture, or a note for one that is not there, which nbconvert refuses."""
        lost = url.startswith(PASTED) and _pasted(url, self.attachments) not in self.attachments
        return NO_PICTURE if lost else super().image(text, url, title)

    def _embed_image_or_attachment(self, src):
        """Leave addresses as they are: what was pasted is put in when everything is cleaned, in HTML tags as well."""
        return src


def attachments(pasted):
    """Return the pictures that were pasted into a cell, in forms that no page runs, and nothing else.

    Parameters
    ----------
    pasted : object
        What the notebook's file has there: a dictionary from name to a dictionary from type to base64, if it is honest.
    """
    found = {}
    for name, data in pasted.items() if isinstance(pasted, dict) else ():
        if isinstance(data, dict):
            kinds = {mime: _joined(data.get(mime)) for mime in IMAGES}
            found[name] = {mime: text for mime, text in kinds.items() if pictures.fits(text)}
    return {name: kept for name, kept in found.items() if kept}


def _joined(text):
    """Return base64 that a notebook's file has as text or as a list of lines, on one line; "" if it is neither."""
    lines = text if isinstance(text, list) else [text]
    return "".join("".join(lines).split()) if all(isinstance(line, str) for line in lines) else ""


def outputs(shown, most_html=MOST_HTML):
    """Return well-formed outputs of a cell with data in forms that no page runs; a figure in SVG becomes an image.

    What is already clean comes back the same, if `most_html` leaves room for what cleaning may have added.
    """
    return [_cleaned(output, most_html) for output in shown]


def coloured(text):
    """Return terminal text with its colours, or without them if it changes them thousands of times.

    The page's parser of colours takes time quadratic in their number.
    """
    text = NO_COLOUR.sub("", text)
    return COLOUR.sub("", text) if text.count(ESCAPE) > MOST_COLOURS else text


def _cleaned(output, most_html):
    if "data" in output:
        return output | {"data": _data(output["data"], most_html)}
    if output["output_type"] == "stream":
        return output | {"text": coloured(output["text"])}
    lines = coloured("\n".join(output["traceback"])).split("\n")
    return output | {"ename": coloured(output["ename"]), "evalue": coloured(output["evalue"]), "traceback": lines}


def _data(data, most_html):
    cleaned = {}
    for mime, text in data.items():
        if mime in TEXTS:
            cleaned[mime] = coloured(text)
        elif mime == "text/html":
            cleaned[mime] = html(text) if len(text) <= most_html else NOT_SHOWN
        elif mime == "image/svg+xml":
            if not pictures.svg_fits(text):
                cleaned["text/plain"] = pictures.TOO_LARGE
                continue
            encoded = base64.b64encode(text.encode()).decode()  # an image's own script is not run
            cleaned["text/html"] = html(f'<img alt="A figure" src="data:image/svg+xml;base64,{encoded}">')
        elif mime in IMAGES:
            cleaned |= {mime: text} if pictures.fits(text) else {"text/plain": pictures.TOO_LARGE}
    return cleaned or {"text/plain": "[an output that is not shown here]"}


def _attribute(tag, name, value):
    """Return the value that an attribute may keep, or None."""
    if name == "class":
        return " ".join(word for word in value.split() if CLASSES.fullmatch(word)) or None
    if name in LENGTHS:
        length = LENGTH.fullmatch(value)
        return value if length and float(length[1]) <= LONGEST[length[2]] else None
    if name == "src":
        return value if _is_shown(value.strip()) else None
    return None if value.strip().lower().startswith(("data:", PASTED)) else value


def _is_shown(address):
    """Whether an address contains the picture itself, of a kind that a page shows and not too large."""
    found = SHOWN.fullmatch(address)
    if not found:
        return False
    if found[2] is None:
        return pictures.fits(found[1])
    try:
        return pictures.svg_fits(base64.b64decode(found[2]).decode("utf-8", "replace"))
    except (ValueError, binascii.Error):
        return False
