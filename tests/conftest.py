"""What tests of different rooms share: the browser, and how they are spread over workers."""

import os
import shutil
import signal

import pytest
from playwright.sync_api import expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

# A page that reaches no other host by itself needs no route, for which Playwright would keep the browser's cache off.
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
expect.set_options(timeout=30_000)  # ms: what is expected of a page comes, on a machine that is busy with books too
# A shell has what it starts in the background ignore Ctrl-C, and so would all processes that a test stops in this way.
signal.signal(signal.SIGINT, signal.default_int_handler)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


# What one worker takes as a whole, since its tests look at one thing that takes long to make.
TOGETHER = (
    "tests/book/",
    "tests/autograder/test_attacks.py",
    "tests/autograder/classroom/test_sample.py",
    "tests/autograder/cluster/test_client.py",
    "tests/autograder/classroom/test_formgrader.py",
    "tests/autograder/classroom/test_marking.py",
    "tests/publish/test_branch.py",
    "tests/test_wheel.py",
)
APART = "tests/book/test_cache.py"  # which builds books of its own


class Together(LoadScopeScheduling):
    """One worker takes all tests of a place in `TOGETHER`; the rest go to whoever is free."""

    def _split_scope(self, nodeid):
        if nodeid.startswith(APART):
            return nodeid
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Spread tests as `--dist loadgroup` should: pytest 9.2 keeps xdist 3.8 from reading the marks of groups."""
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, for which there is no host but this machine."""
    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", NO_OTHER_HOST])
        yield chromium
        chromium.close()
