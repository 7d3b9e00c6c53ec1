"""``python -m publish ADDRESS``: make a site from the built book, in ``build/site``."""

import argparse
import sys
from pathlib import Path

from autograder.chapter import ROOT
from autograder.live.decorate import VENDOR

from . import site

TARGET = ROOT / "build" / "site"


def main(argv=None):
    """Make the site and return 0, or say what is missing and return 2."""
    parser = argparse.ArgumentParser(prog="python -m publish", description="Make a site from the built book.")
    parser.add_argument("address", help="where it will be served, such as https://example.org/course/")
    parser.add_argument("--into", metavar="DIR", type=Path, default=TARGET, help="the site's folder (build/site)")
    parser.add_argument(
        "--fetched", metavar="DIR", type=Path, default=ROOT / VENDOR, help="where `make vendor` put its files"
    )
    parser.add_argument("--repository", metavar="OWNER/NAME", help="on GitHub, to open assignments from")
    parser.add_argument("--earlier", metavar="DIR", type=Path, help="editions of earlier years, each under its year")
    arguments = parser.parse_args(argv)
    address = arguments.address.rstrip("/") + "/"
    try:
        site.make(
            arguments.into.resolve(),
            address,
            fetched=arguments.fetched,
            repository=arguments.repository,
            earlier=arguments.earlier,
        )
    except (OSError, ValueError) as error:
        print(f"publish: {error}", file=sys.stderr)
        return 2
    print(f"Site:     {arguments.into}, to be served at {address}")
    print(f"Preview:  python -m http.server --directory {arguments.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
