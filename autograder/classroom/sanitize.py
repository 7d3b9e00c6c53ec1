"""What a submission shows, for the pages of others: its text, tables and figures, and nothing that can run.

Outputs are cleaned when they are recorded, so that no page can forget to. Markdown is cleaned when a page renders it
(nbgrader's feedback and formgrader take their filters from the class's settings), since what it means is not in its
text.
"""

import base64
import binascii
import re
from html import escape

import nh3
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

IMAGES = ("image/png", "image/jpeg", "image/gif")
TEXTS = ("text/plain", "text/markdown")  # escaped by the page, or rendered by `markdown`
URL_SCHEMES = {"http", "https", "mailto", "data"}
CLASSES = re.compile(r"highlight|anchor-link|[a-z]{1,2}\d?")  # of highlighted code
ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
for _tag in ("div", "span", "code", "a"):
    ATTRIBUTES[_tag] = ATTRIBUTES.get(_tag, set()) | {"class"}


def html(text):
    """Return HTML without anything that runs, is fetched from elsewhere, or changes how the page around it looks."""
    return nh3.clean(text, attributes=ATTRIBUTES, attribute_filter=_attribute, url_schemes=URL_SCHEMES)


@pass_context
def markdown(context, source):
    """Return Markdown as HTML, for a page: nbconvert's own rendering, cleaned; a text that it fails on as it stands."""
    renderer = _Renderer(escape=False, attachments=context.get("cell", {}).get("attachments", {}))
    try:
        return html(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # a text that no renderer foresaw costs nobody the page
        return f"<pre>{escape(source)}</pre>"


class _Renderer(IPythonRenderer):
    def _embed_image_or_attachment(self, src):
        """Return what is shown for an address: nothing for a picture that is not there, which nbconvert refuses."""
        lost = src.startswith("attachment:") and src.removeprefix("attachment:") not in self.attachments
        return "" if lost else super()._embed_image_or_attachment(src)


def attachments(pasted):
    """Return the pictures that were pasted into a cell, in forms that no page runs, and nothing else of what is there.

    Parameters
    ----------
    pasted : object
        What the notebook's file has there: a dictionary from name to a dictionary from type to base64, if it is honest.
    """
    found = {}
    for name, data in pasted.items() if isinstance(pasted, dict) else ():
        if isinstance(data, dict):
            pictures = {mime: _joined(data.get(mime)) for mime in IMAGES}
            found[name] = {mime: text for mime, text in pictures.items() if text and _is_base64(text)}
    return {name: kept for name, kept in found.items() if kept}


def _joined(text):
    """Return base64 that a notebook's file has as text or as a list of lines, in one line; "" where it is neither."""
    lines = text if isinstance(text, list) else [text]
    return "".join("".join(lines).split()) if all(isinstance(line, str) for line in lines) else ""


def outputs(shown):
    """Return well-formed outputs of a cell with data in forms that no page runs; a figure in SVG becomes an image."""
    return [output | {"data": _data(output["data"])} if "data" in output else output for output in shown]


def _data(data):
    cleaned = {}
    for mime, text in data.items():
        if mime in TEXTS:
            cleaned[mime] = text
        elif mime == "text/html":
            cleaned[mime] = html(text)
        elif mime == "image/svg+xml":
            encoded = base64.b64encode(text.encode()).decode()  # an image's own script is not run
            cleaned["text/html"] = html(f'<img alt="A figure" src="data:image/svg+xml;base64,{encoded}">')
        elif mime in IMAGES and _is_base64(text):
            cleaned[mime] = text
    return cleaned or {"text/plain": "[an output that is not shown here]"}


def _attribute(tag, name, value):
    """Return the value that an attribute may keep, or None."""
    if name == "class":
        return " ".join(word for word in value.split() if CLASSES.fullmatch(word)) or None
    address = value.strip().lower()
    if name == "src":
        return value if address.startswith("data:image/") else None
    return None if address.startswith("data:") else value


def _is_base64(text):
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True)) and escape(text) == text
    except (ValueError, binascii.Error):
        return False
