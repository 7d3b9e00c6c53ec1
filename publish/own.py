"""All that pages load comes from the site: addresses of other hosts are replaced by folders of the site."""

import re
import shutil

from autograder.live import decorate, vendor

MATHJAX = f"{decorate.MODULES}mathjax@3/"  # where Sphinx's pages get it from
# Longer addresses first, as some are prefixes of others.
FOLDERS = {
    decorate.PYODIDE: "pyodide/",
    MATHJAX: "mathjax/",
    decorate.MODULES: "modules/",
}
LOADED = re.compile(
    r'<(?:script|img|iframe|source|link(?=[^>]*rel="(?:stylesheet|preload|icon)"))\b[^>]*"(?:https?:)?//[^"]*"'
)


class Foreign(ValueError):
    """A page loads something from another host; the message says which page, and what."""


def take_home(html, name):
    """Return the text of the page `name` (its path in the site), with all that it loads coming from the site's folders.

    Raises Foreign if it loads anything else.

    >>> take_home('<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-mml-chtml.js"></script>', "a/b.html")
    '<script src="./../mathjax/es5/tex-mml-chtml.js"></script>'
    """
    up = "./" + "../" * name.count("/")  # an import map accepts no address that begins with a name
    for address, folder in FOLDERS.items():
        html = html.replace(address, up + folder)
    if foreign := LOADED.search(html):
        raise Foreign(f"{name}: a page must load nothing from other hosts, got {foreign[0][:160]}")
    return html


def take_files(target, fetched):
    """Copy what ``make vendor`` has fetched into a site. Raises FileNotFoundError if that is incomplete."""
    if not (fetched / vendor.DONE).is_file():
        raise FileNotFoundError(f"{fetched} does not hold what pages load; run: make vendor")
    for folder in FOLDERS.values():
        shutil.copytree(fetched / folder, target / folder)
