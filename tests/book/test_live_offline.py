"""The book without a network, after a first visit; and the current book, if there is a network."""

import re
import shutil
from contextlib import ExitStack, closing
from types import SimpleNamespace

import pytest

from autograder.live import decorate, offline
from tests.book.reader import SLOW, Answer
from tests.book.site import served
from tests.conftest import CHROMIUM

HOST, FOLDER = "course.test", "2026"  # not this machine's own name, for which nothing is kept; and a sub-path
BY_HAND = "dropout/by_hand"
ADDRESSES = (decorate.PYODIDE, decorate.MODULES)
KEPT = """async () => {
  const caught = []
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) caught.push([name, url])
  }
  return caught
}"""


def write_worker(site, **options):
    """Write the service worker of a site as a build does."""
    config = {"live_pyodide": decorate.PYODIDE, "live_modules": decorate.MODULES, "live_offline": True} | options
    app = SimpleNamespace(outdir=site, builder=SimpleNamespace(format="html"), config=SimpleNamespace(**config))
    offline.write(app, None)


@pytest.fixture
def site(html, tmp_path):
    """A copy of the site that a test may change."""
    return shutil.copytree(html, tmp_path / FOLDER)


class Reader:
    """A browser that knows the site by another host name, until the network ends."""

    def __init__(self, browser, site):
        self.ends = ExitStack()
        port = self.ends.enter_context(served(site.parent)).rstrip("/").rpartition(":")[2]
        self.origin = f"http://{HOST}:{port}"
        rules = [f"--host-resolver-rules=MAP {HOST} 127.0.0.1", "--no-sandbox"]
        secure = (
            f"--unsafely-treat-insecure-origin-as-secure={self.origin}"  # as a published site is, by its certificate
        )
        self.browser = browser.browser_type.launch(executable_path=CHROMIUM, args=[*rules, secure])
        self.page = self.browser.new_page()

    def open(self, path):
        self.page.goto(f"{self.origin}/{FOLDER}/{path}")

    def kept(self):
        return self.page.evaluate(KEPT)

    def wait_until_kept(self, count):
        """Wait until this many of the site's files are kept, and nothing else of it."""
        is_kept = f"async n => (await ({KEPT})()).filter(([name]) => name.endsWith(' files')).length === n"
        self.page.wait_for_function(is_kept, arg=count, timeout=SLOW)

    def close(self):
        self.ends.close()
        self.browser.close()


@pytest.fixture
def reader(browser, site):
    with closing(Reader(browser, site)) as reader:
        yield reader


def files_of(site):
    return len(re.findall(r'"[^"]+": "[0-9a-f]{12}"', (site / "sw.js").read_text().partition('"folders"')[0]))


@pytest.mark.long
def test_after_a_first_visit_the_book_is_read_and_answered_without_a_network(reader, site):
    reader.open("chapters/dropout.html")
    answer = Answer(reader.page, BY_HAND)
    answer.write("by_hand = 1")
    assert answer.check()[0] == "wrong"
    reader.wait_until_kept(files_of(site))
    for name in (
        "pyodide.asm.wasm",
        "pyodide.mjs",
        "python_stdlib.zip",
        "numpy-",
        "pyodide-lock.json",
        "@codemirror/view",
    ):
        found = f"async name => (await ({KEPT})()).some(([, url]) => url.includes(name))"
        reader.page.wait_for_function(found, arg=name, timeout=SLOW)
    # A release changes a page, which is seen at once, although the earlier page is kept.
    page = site / "chapters" / "dropout.html"
    page.write_text(page.read_text().replace("<h1>Dropout", "<h1>Revised Dropout"))
    write_worker(site)
    reader.open("chapters/dropout.html")
    assert "Revised Dropout" in reader.page.locator("h1").first.text_content()
    reader.page.wait_for_function(
        f"async () => (await ({KEPT})()).filter(([, url]) => url.includes('chapters/dropout.html')).length === 1",
        timeout=SLOW,
    )
    reader.ends.close()  # from here on there is no network
    reader.open("chapters/initialization.html")  # which was never looked at
    assert "Initialization" in reader.page.locator("h1").first.text_content()
    reader.open("chapters/dropout.html")
    answer = Answer(reader.page, BY_HAND)
    answer.write("by_hand = 2")
    assert answer.check()[0] == "wrong"
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED|ERR_FAILED"):
        reader.open("chapters/there_is_no_such_page.html")


def test_a_site_that_no_longer_wants_it_ends_it(reader, site):
    reader.open("index.html")
    reader.wait_until_kept(files_of(site))
    write_worker(site, live_offline=False)
    reader.open("index.html")
    reader.page.wait_for_function(
        "async () => !(await navigator.serviceWorker.getRegistrations()).length", timeout=SLOW
    )
    assert reader.kept() == []


def test_what_is_kept_changes_with_the_files(site):
    before = offline.worker(site, ADDRESSES)
    assert before == offline.worker(site, ADDRESSES)
    assert '"chapters/dropout.html"' in before
    assert "_sources" not in before
    (site / "index.html").write_text("another")
    assert offline.worker(site, ADDRESSES) != before
    fixed = re.search('"fixed": "(.*?)"', before)[1]
    other = offline.worker(site, ("https://elsewhere.example/pyodide/", decorate.MODULES))
    assert fixed not in other


def test_what_a_site_serves_itself_is_kept_as_a_whole(site):
    (site / "pyodide").mkdir()
    file = site / "pyodide" / "python_stdlib.zip"
    found = []
    for text in ("one", "two"):
        file.write_text(text)
        found.append(offline.worker(site, ("pyodide/", "modules/")))
    assert '"pyodide/python_stdlib.zip"' not in found[0]
    assert '"folders": ["pyodide/", "modules/"]' in found[0]
    assert found[0] != found[1]
