"""The first verdict in a page, from pressing Check with nothing loaded until it is shown, and the one after it.

Once on this machine as it is, and once with a cold cache, over a line of 10 Mbit/s and on a processor four times
slower. The DevTools commands that slow a page down do not reach its workers, where Python runs: so the server sends no
faster than such a line, compressed as other hosts do, and the browser's processes run a quarter of the time.
"""

import contextlib
import functools
import gzip
import os
import signal
import statistics
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.book.site import Handler, served
from tests.conftest import CHROMIUM

from .record import Record

HTML = Path(__file__).resolve().parents[1] / "_build" / "html"
PAGE, EXERCISE = "chapters/dropout.html", "dropout/inverted_dropout"
WRONG = """\
def inverted_dropout(a, keep_prob, *, rng, train):
    mask = rng.random(a.shape) < keep_prob
    return a * mask, mask
"""
GOALS = {"first_verdict_s": 2.5, "next_verdict_s": 0.1, "first_verdict_slow_s": 15.0}
RATE, LATENCY = 10e6 / 8, 0.04  # bytes per second, seconds
SLOWER, SLICE = 4, 0.004  # a slowed process runs for one slice (seconds) in four
RUNS = 3

# Write a text into an exercise's editor, press Check, and return the milliseconds until there is a verdict.
CHECK = """async ([exercise, text]) => {
  const frame = document.querySelector(`[data-exercise="${exercise}"]`).closest("section.exercise")
  const parts = [".live-area", ".live-bar", ".tag_check .cell_output"]
  const [area, bar, report] = parts.map((each) => frame.querySelector(each))
  area.value = text
  area.dispatchEvent(new Event("input"))
  const begun = performance.now()
  bar.querySelector("[name=check]").click()
  while (bar.hasAttribute("aria-busy")) await new Promise(requestAnimationFrame)
  if (/Not attempted/.test(report.textContent)) throw new Error(`no verdict: ${frame.innerText}`)
  return performance.now() - begun
}"""


def run():
    """Yield a record for each of `GOALS`, the median of a few visits in seconds. Raises RuntimeError without a book."""
    if not (HTML / PAGE).exists():
        raise RuntimeError("there is no book to visit yet; run: make book")
    taken = {name: [] for name in GOALS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with contextlib.closing(browser):
            for _ in range(RUNS):
                with served(HTML) as site:
                    first, following = _visit(browser, site, contextlib.nullcontext())
                taken["first_verdict_s"].append(first)
                taken["next_verdict_s"].append(following)
                with served(HTML, handler=Line) as site:
                    taken["first_verdict_slow_s"].append(_visit(browser, site, _slowed())[0])
    for name, goal in GOALS.items():
        seconds = statistics.median(taken[name])
        yield Record(name, seconds, None, None, "s", f"<= {goal:g}", seconds <= goal)


def _visit(browser, site, slowly):
    """Return the seconds until the first verdict, and until the next, in a page that has never been visited."""
    context = browser.new_context()
    with contextlib.closing(context):
        page = context.new_page()
        page.goto(f"{site}{PAGE}", wait_until="networkidle")
        with slowly:
            return [page.evaluate(CHECK, [EXERCISE, f"{WRONG}  # {turn}"]) / 1000 for turn in range(2)]


class Line(Handler):
    """Sends compressed, as other hosts do, and in total no faster than the line."""

    lock, free = threading.Lock(), 0.0  # the time when all that was begun will have been sent

    def sent(self, content):
        self.send_header("Content-Encoding", "gzip")
        return _packed(content)

    def copyfile(self, source, outputfile):
        time.sleep(LATENCY)
        while part := source.read(1 << 14):
            with self.lock:
                Line.free = max(Line.free, time.monotonic()) + len(part) / RATE
                wait = Line.free - time.monotonic()
            time.sleep(max(0, wait))
            outputfile.write(part)


_packed = functools.cache(functools.partial(gzip.compress, compresslevel=9))


@contextlib.contextmanager
def _slowed():
    """Let the browser's processes, except its main one, run only part of the time."""
    ended = threading.Event()

    def slow():
        while not ended.is_set():
            processes = _children()
            for _ in range(50):
                _signal(processes, signal.SIGSTOP)
                time.sleep(SLICE * (SLOWER - 1))
                _signal(processes, signal.SIGCONT)
                time.sleep(SLICE)

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _signal(processes, number):
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def _children():
    """Return the ids of the processes in which our browser runs pages, draws, and fetches."""
    parents, kinds = {}, set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if b"--type=" in (folder / "cmdline").read_bytes():
                kinds.add(int(folder.name))
    found, due = set(), {os.getpid()}
    while due:
        due = {process for process, parent in parents.items() if parent in due}
        found |= due
    return found & kinds
