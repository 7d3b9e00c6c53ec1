"""All that pages load comes from the site: addresses of other hosts become those of folders of it."""

import re
import shutil

from autograder.live import decorate, vendor

MATHJAX = f"{decorate.MODULES}mathjax@3/"  # where Sphinx's pages have it from
# The longer addresses first, as one begins another.
FOLDERS = {
    decorate.PYODIDE: "pyodide/",
    MATHJAX: "mathjax/",
    decorate.MODULES: "modules/",
}
LOADED = re.compile(
    r'<(?:script|img|iframe|source|link(?=[^>]*rel="(?:stylesheet|preload|icon)"))\b[^>]*"(?:https?:)?//[^"]*"'
)


class Foreign(ValueError):
    """A page loads something of another host; the message says which page, and what."""


def take_home(html, name):
    """Return the text of the page `name` (its path in the site) with all that it loads in folders of the site.

    Raises Foreign where it loads anything else.

    >>> take_home('<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-mml-chtml.js"></script>', "a/b.html")
    '<script src="./../mathjax/es5/tex-mml-chtml.js"></script>'
    """
    up = "./" + "../" * name.count("/")  # an import map takes no address that begins with a name
    for address, folder in FOLDERS.items():
        html = html.replace(address, up + folder)
    if foreign := LOADED.search(html):
        raise Foreign(f"{name}: a page must load nothing from other hosts, got {foreign[0][:160]}")
    return html


def take_files(target, fetched):
    """Copy what ``make vendor`` has fetched into a site. Raises FileNotFoundError where that is not whole."""
    if not (fetched / vendor.DONE).is_file():
        raise FileNotFoundError(f"{fetched} does not hold what pages load: make vendor")
    for folder in FOLDERS.values():
        shutil.copytree(fetched / folder, target / folder)
