"""What tests in different folders share: the browser, and how they are distributed over workers."""

import os
import shutil
import signal

import pytest
from playwright.sync_api import expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

# If the browser itself reaches no other host, a page needs no route, for which Playwright would disable the cache.
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
expect.set_options(timeout=30_000)  # ms: long enough even on a machine that is busy building books
# A shell makes background commands ignore Ctrl-C, and so would all processes that tests stop in this way.
signal.signal(signal.SIGINT, signal.default_int_handler)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


# Places whose tests one worker takes as a whole, since they look at one thing that takes long to make.
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
APART = "tests/book/test_cache.py"  # which builds its own books


class Together(LoadScopeScheduling):
    """Give all tests of a place in `TOGETHER` to one worker, and the rest to any that is free."""

    def _split_scope(self, nodeid):
        if nodeid.startswith(APART):
            return nodeid
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Distribute tests as `--dist loadgroup` should: with pytest 9.2, xdist 3.8 cannot read the marks of groups."""
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium that can reach no host but this machine."""
    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", NO_OTHER_HOST])
        yield chromium
        chromium.close()
