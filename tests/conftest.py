"""What tests of different rooms share: the browser, and how they are spread over workers."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class BookTogether(LoadScopeScheduling):
    """One worker takes all tests that look at the built book, so that no other one waits for it to be built."""

    def _split_scope(self, nodeid):
        return "book" if nodeid.startswith("tests/book/") and "test_cache.py" not in nodeid else nodeid


def pytest_xdist_make_scheduler(config, log):
    """Spread tests as `--dist loadgroup` should: pytest 9.2 keeps xdist 3.8 from reading the marks of groups."""
    return BookTogether(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
