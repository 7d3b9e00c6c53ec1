"""What a page's head holds: how the page appears when it is shared, and the fonts that it begins with.

The picture of a shared link must have a full address: `html_baseurl` says where the site is.
"""

import re
import textwrap
from html import escape
from urllib.parse import urljoin

from docutils import nodes
from sphinx.locale import _

PREVIEW = "_static/preview.png"
PREVIEW_SIZE = (1200, 630)
FONTS = ("serif-400-normal", "sans-600-normal", "sans-400-normal")  # for what is read first
ASIDE = (nodes.sidebar, nodes.footnote, nodes.container, nodes.admonition)  # where no page begins
LONGEST = 200  # letters of a description


def setup(app):
    """Connect the head to Sphinx."""
    app.connect("html-page-context", add)


def add(app, pagename, templatename, context, doctree):
    """Add the page's own lines to its head."""
    if app.builder.format != "html":
        return
    site = app.config.html_title
    title = re.sub(r"<[^>]*>", "", context.get("title") or _title_of_index(pagename, context) or site)
    about = escape(description(doctree) if doctree else f"{title}: {site}")
    image = urljoin(app.config.html_baseurl, PREVIEW) if app.config.html_baseurl else context["pathto"](PREVIEW, 1)
    facts = {
        "og:type": "article",
        "og:site_name": escape(site),
        "og:title": title,
        "og:description": about,
        "og:image": image,
        "og:image:alt": "Thirty layers of a network, some lit and some dark",
        "og:image:width": PREVIEW_SIZE[0],
        "og:image:height": PREVIEW_SIZE[1],
    }
    lines = [f'<meta name="description" content="{about}">', '<meta name="twitter:card" content="summary_large_image">']
    lines += [f'<meta property="{name}" content="{fact}">' for name, fact in facts.items()]
    for font in FONTS:
        address = context["pathto"](f"_static/fonts/{font}.woff2", 1)
        lines.append(f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin>')
    context["metatags"] = context.get("metatags", "") + "\n".join(lines)


def _title_of_index(pagename, context):
    """Return the title of a page that Sphinx makes itself, which only its template would know, or None."""
    return _("Index") if pagename == "genindex" else context.get("indextitle")


def description(doctree):
    """Return the first sentences of a page, as many as fit, up to the first with a formula."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not any(isinstance(parent, ASIDE) for parent in _parents(paragraph)):
            found = _sentences(paragraph)
            if found:
                return found
    return next(doctree.findall(nodes.title)).astext()


def _parents(node):
    while node := node.parent:
        yield node


def _sentences(paragraph):
    text = "".join(
        "\0" if isinstance(node, nodes.math) else node.astext()
        for node in paragraph.findall(lambda node: isinstance(node, (nodes.math, nodes.Text)))
        if isinstance(node, nodes.math) or not isinstance(node.parent, nodes.math)
    )
    kept = ""
    for sentence in re.split(r"(?<=[.?!])\s+", " ".join(text.split())):
        if "\0" in sentence or (kept and len(kept) + len(sentence) >= LONGEST):
            break
        kept = f"{kept} {sentence}".strip()
    return textwrap.shorten(kept, LONGEST, placeholder=" ...")
