"""The folder that is published: the newest edition, a copy of it under its year, and the editions of earlier years."""

import shutil
from pathlib import Path

import yaml

from autograder.chapter import ROOT
from autograder.classroom.layout import replace_folder
from autograder.classroom.wheel import wheel
from autograder.live import offline

from . import cards, found, launch, own, policy

HOME = "chapters/index.html"
BOOK = ROOT / "_build" / "html"
LEFT_OUT = (".buildinfo", "objects.inv", "*webpack-macros.html")  # of use only to Sphinx and its theme
PACKAGES = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Packages</title></head>
<body><a href="{wheel}">{wheel}</a></body></html>
"""


class NoBook(FileNotFoundError):
    """There is no built book."""


def make(target, address, *, book=BOOK, fetched, repository=None, earlier=None):
    """Make a site from a built `book`, to be served at `address`, in the folder `target`, which is replaced.

    `fetched` is what ``make vendor`` fetched; `earlier` is a folder with the editions of earlier years, each under its
    year; `repository` (OWNER/NAME) is where assignments are opened from (see :mod:`~publish.launch`).

    Raises NoBook, FileNotFoundError if something was not fetched, cards.NoBrowser, own.Foreign, policy.Unsafe.
    """
    if not (book / "index.html").is_file():
        raise NoBook(f"{book} does not hold a built book; run: make book")
    made = target.with_name(f".{target.name}")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(book, made, ignore=shutil.ignore_patterns(*LEFT_OUT))
    names = [path.relative_to(made).as_posix() for path in sorted(made.rglob("*.html"))]
    own.take_files(made, fetched)
    package = _take_package(made)
    drawn = cards.draw((book / HOME).read_text(encoding="utf-8"), made / cards.FOLDER)
    pictures = {f"chapters/{topic}.html": f"{cards.FOLDER}/{topic}.png" for topic in drawn}
    command = launch.install(address, package)
    for name in names:
        path = made / name
        html = own.take_home(path.read_text(encoding="utf-8"), name)
        html = found.say_where(html, name, address, *([pictures[name]] if name in pictures else []))
        if name in pictures:
            html = launch.offer(html, path.stem, command, repository)
        path.write_text(html, encoding="utf-8")
    home = (made / HOME).read_text(encoding="utf-8")
    (made / "index.html").write_text(found.first(HOME, home), encoding="utf-8")
    (made / "404.html").write_text(found.missing(HOME, home, address), encoding="utf-8")
    policy.secure(made)
    (made / "sw.js").write_text(offline.worker(made, tuple(own.FOLDERS.values())), encoding="utf-8")
    _take_editions(made, earlier)
    (made / "sitemap.xml").write_text(found.sitemap(names, address), encoding="utf-8")
    (made / "robots.txt").write_text(found.ROBOTS.format(address=address), encoding="utf-8")
    (made / "_headers").write_text(policy.headers(made), encoding="utf-8")
    (made / ".nojekyll").touch()  # without it, some hosts leave out names that begin with an underscore
    replace_folder(made, target)


def year(config=ROOT / "_config.yml"):
    """Return the year of the newest edition, as the book's settings give it."""
    return str(yaml.safe_load(config.read_text(encoding="utf-8"))["copyright"])


def _take_package(made):
    """Put the course's package into the site, with a page that pip's ``--find-links`` reads, and return its name."""
    name, packed = wheel()
    folder = made / "packages"
    folder.mkdir()
    (folder / name).write_bytes(packed)
    (folder / "index.html").write_text(PACKAGES.format(wheel=name), encoding="utf-8")
    return name


def _take_editions(made, earlier):
    """Copy the newest edition under its year, and add those of other years as they were published."""
    folders = [each for each in sorted(Path(earlier).iterdir()) if each.name.isdigit()] if earlier else []
    newest = [*made.iterdir()]
    edition = made / year()
    edition.mkdir()
    for path in newest:
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, edition / path.name)
    for folder in folders:
        if folder.name != edition.name:
            shutil.copytree(folder, made / folder.name)
