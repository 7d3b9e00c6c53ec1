"""Whether a site's links lead anywhere: ``python -m publish.links FOLDER`` for those inside it.

With ``--elsewhere`` the addresses of other hosts are requested, which takes a network and some minutes. Some hosts turn
away anything that is not a browser: nothing can be said about these, and the output says so.
"""

import argparse
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

TURNED_AWAY = {401, 403, 405, 418, 429, 503, 999}  # by hosts that want a browser, or fewer questions
AGENT = "Mozilla/5.0 (compatible; link check of an open course)"
UNKNOWN = "not told"
AT_ONCE = 8


class Page(HTMLParser):
    """What a page links to or loads, and the ids in it that can be linked to."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)


def read(folder):
    """Return every page of a site, by path inside the folder."""
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8")) for path in paths}


def broken(folder):
    """Return the links of a site that lead nowhere in it, as (page, link)."""
    pages, found = read(folder), []
    for name, page in pages.items():
        for link in page.links:
            target = urlsplit(link)
            if target.scheme or target.netloc:
                continue
            path = (folder / name).parent / unquote(target.path) if target.path else folder / name
            if path.is_dir():
                path /= "index.html"
            if not path.is_file():
                found.append((name, link))
                continue
            file = path.resolve().relative_to(folder.resolve()).as_posix()
            fragment = unquote(target.fragment)
            if fragment and file in pages and fragment not in pages[file].ids:
                found.append((name, link))
    return found


def elsewhere(folder):
    """Return the addresses on other hosts that a site links to, each with the pages that do."""
    found = defaultdict(set)
    for name, page in read(folder).items():
        for link in page.links:
            if urlsplit(link).scheme in ("http", "https"):
                found[urldefrag(link).url].add(name)
    return dict(found)


def ask(address, seconds=20):
    """Return None if an address leads somewhere, else its host's answer, or why nothing can be said."""
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})
    try:
        with urllib.request.urlopen(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        return UNKNOWN if error.code in TURNED_AWAY else f"{error.code} {error.reason}"
    except OSError as error:
        return str(getattr(error, "reason", error))


def _lost_elsewhere(folder):
    addresses = elsewhere(folder)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        said = dict(zip(addresses, threads.map(ask, addresses)))
    unknown = [address for address in said if said[address] == UNKNOWN]
    print(f"{len(said)} addresses, {len(unknown)} of them for browsers only: {', '.join(unknown) or 'none'}")
    return [
        (", ".join(sorted(addresses[address])), f"{address}: {answer}")
        for address, answer in said.items()
        if answer not in (None, UNKNOWN)
    ]


def main(argv=None):
    """Check a site's links, print those that lead nowhere, and return whether there are any."""
    parser = argparse.ArgumentParser(prog="python -m publish.links", description="Check the links of a site.")
    parser.add_argument("folder", type=Path, help="the folder of the site")
    parser.add_argument("--elsewhere", action="store_true", help="ask other hosts instead")
    arguments = parser.parse_args(argv)
    lost = _lost_elsewhere(arguments.folder) if arguments.elsewhere else broken(arguments.folder)
    for page, link in lost:
        print(f"{page}: {link}")
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
