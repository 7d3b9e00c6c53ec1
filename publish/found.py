"""How pages are found and shared: each says where it is, and the site lists them for search engines."""

import re
from html import escape
from urllib.parse import quote

from autograder.live.head import PREVIEW

HEAD = re.compile(r"</head>")
UNLISTED = {"index.html", "search.html", "genindex.html", "py-modindex.html"}  # the first leads on, the others list
FIRST = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><link rel="icon" href="_static/logo.svg">
<meta http-equiv="refresh" content="0; url={home}">
{facts}
</head><body><a href="{home}">{title}</a></body></html>
"""
FACTS = re.compile(
    r'<title>.*?</title>|<meta (?:name|property)="(?:description|og:|twitter:)[^>]*>|<link rel="canonical"[^>]*>'
)
# Hosts show it at whatever address was requested, so its links are full addresses.
MISSING = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>No such page</title>
<style>body {{ color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto; padding: 0 1rem;
max-width: 40rem }}</style>
</head><body><h1>No such page</h1>
<p>There is no page at this address, or not any more. All chapters are listed on the first page:
<a href="{home}">{title}</a>. You can also <a href="{search}">search the book</a>.</p></body></html>
"""
SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{entries}
</urlset>
"""
# Search engines read it if the site is at the root of its host; elsewhere they are given the sitemap's address.
ROBOTS = """\
User-agent: *
Allow: /

Sitemap: {address}sitemap.xml
"""


def say_where(html, name, address, card=PREVIEW):
    """Return the text of the page `name` with its full address on the site at `address`, and its picture `card`.

    >>> html = '<head><meta property="og:image" content="../p.png"></head>'
    >>> print(say_where(html, "a/b.html", "https://c.org/", "d.png"))
    <head><meta property="og:image" content="https://c.org/d.png"><link rel="canonical" href="https://c.org/a/b.html">
    <meta property="og:url" content="https://c.org/a/b.html"></head>
    """
    here = escape(address + quote(name))
    html = re.sub('(<meta property="og:image" content=")[^"]*', rf"\g<1>{escape(address + card)}", html)
    lines = f'<link rel="canonical" href="{here}">\n<meta property="og:url" content="{here}">'
    return HEAD.sub(f"{lines}</head>", html, count=1)


def first(home, html):
    """Return a first page that leads to the page `home`, and describes itself as that page (`html`) does."""
    return FIRST.format(home=home, facts="\n".join(FACTS.findall(html)), title=_title(html))


def missing(home, html, address):
    """Return the page that is shown if there is none at an address; it leads to the page `home`, whose HTML is given.

    >>> page = missing("a/b.html", "<title>A course</title>", "https://c.org/")
    >>> '<a href="https://c.org/a/b.html">A course</a>' in page, "https://c.org/search.html" in page
    (True, True)
    """
    return MISSING.format(
        home=escape(address + quote(home)), title=_title(html), search=escape(f"{address}search.html")
    )


def sitemap(names, address):
    """Return a sitemap of the pages in `names` that have something to read."""
    listed = [name for name in sorted(names) if name not in UNLISTED]
    entries = (f"<url><loc>{escape(address + quote(name))}</loc></url>" for name in listed)
    return SITEMAP.format(entries="\n".join(entries))


def _title(html):
    return re.search("<title>(.*?)</title>", html)[1]
