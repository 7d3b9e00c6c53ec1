"""Python's start in a page: how far it has come, and what a reader sees if it fails or stalls."""

import re

import pytest

from tests.book.reader import SLOW, Answer, surprises

PAGE, BY_HAND = "chapters/dropout.html", "dropout/by_hand"
A_WEB_PAGE = {"content_type": "text/html", "body": "<!doctype html><title>Log in to this network</title>"}
SCRIPTS = "script-src 'self' 'unsafe-inline'"  # the theme has inline scripts in its pages
STRICT = f"default-src 'self'; {SCRIPTS} 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
BARE = ("async function start", "delete self.WebAssembly\nasync function start")


def answering(pattern, **reply):
    """Return a function that gives a page another answer to some of its requests."""
    return lambda page: page.context.route(re.compile(pattern), lambda route: route.fulfill(**reply))


def changed(pattern, *changes):
    """Return a function that gives a page files as they are, except for texts that are replaced."""

    def route(route):
        response = route.fetch()
        body = response.text()
        for old, new in changes:
            assert old in body
            body = body.replace(old, new)
        route.fulfill(response=response, body=body)

    return lambda page: page.context.route(re.compile(pattern), route)


def hanging(pattern):
    """Return a function that lets some requests of a page wait forever, and its patience end after two seconds."""

    def prepare(page):
        page.context.route(re.compile(pattern), lambda route: None)
        changed("live/start.js", ("const STALLED = 20", "const STALLED = 2"))(page)

    return prepare


def under(policy):
    """Return a function that sends a policy with a page and with its worker."""

    def route(route):
        response = route.fetch()
        route.fulfill(response=response, headers=response.headers | {"content-security-policy": policy})

    return lambda page: page.context.route(re.compile(r"dropout\.html|worker\.js"), route)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (answering("asm.wasm", **A_WEB_PAGE), "a web page came instead of pyodide.asm.wasm"),
        (answering("asm.wasm", content_type="application/wasm", body="garbage"), "expected magic word"),
        (answering("stdlib", status=503), "python_stdlib.zip cannot be fetched: 503"),
        (answering("numpy", **A_WEB_PAGE), "a web page came instead of numpy"),
        (answering("course.zip", body="garbage"), "this is not a zip"),
        (answering("pyodide.mjs", **A_WEB_PAGE), "pyodide.mjs"),
        (answering("lock.json", body="garbage"), "is not valid JSON"),
        (answering("live/worker.js", status=404), "its worker cannot be started"),
        (hanging("stdlib"), "nothing came for 2 seconds while fetching python_stdlib.zip"),
        (hanging("asm.wasm"), "nothing came for 2 seconds while fetching pyodide.asm.wasm"),
        (hanging("numpy"), "nothing came for 2 seconds while fetching NumPy"),
        (hanging("pyodide.mjs"), "nothing came for 2 seconds while starting Python"),
        (hanging("live/worker.js"), "nothing came for 2 seconds"),
        (
            changed("live/worker.js", ("async function start", "delete self.WebAssembly\nasync function start")),
            "does not run",
        ),
        (under(f"default-src 'self' 'unsafe-inline'; {SCRIPTS}"), "WebAssembly is blocked here"),
        (under(f"{STRICT}; worker-src 'none'"), "security policy (worker-src) forbids"),
    ],
)
@pytest.mark.long
def test_a_start_that_fails_says_why_and_offers_the_notebook(prepare, said, visit):
    answer = Answer(visit(PAGE, prepare=prepare), BY_HAND)
    answer.press("Run")
    shown = answer.output.filter(has_text="download the assignment")
    shown.wait_for(timeout=SLOW)
    assert "Python cannot be loaded here" in shown.text_content()
    assert said in shown.text_content()
    assert not answer.frame.locator("progress").count()


def test_a_start_that_failed_is_tried_again(visit):
    """The first request for NumPy is refused, as in a tunnel."""
    refused = []

    def prepare(page):
        def route(route):
            refused.append(route) or route.abort() if not refused else route.continue_()

        page.context.route(re.compile("numpy-"), route)

    answer = Answer(visit(PAGE, prepare=prepare), BY_HAND)
    answer.press("Run")
    answer.output.filter(has_text="cannot be fetched").wait_for(timeout=SLOW)
    answer.press("Run")
    answer.status.filter(has_text="printed nothing").wait_for(timeout=SLOW)


def test_a_bar_says_how_far_it_is(visit):
    held = []
    page = visit(PAGE, prepare=lambda page: page.context.route(re.compile("numpy-"), lambda route: held.append(route)))
    answer = Answer(page, BY_HAND)
    answer.press("Run")
    bar = answer.frame.get_by_role("progressbar", name="Loading Python")
    bar.wait_for(timeout=SLOW)
    assert "Loading Python" in answer.status.text_content()
    seen = [bar.evaluate("bar => bar.value")]
    page.wait_for_function("bar => bar.value > 0.4", arg=bar.element_handle(), timeout=SLOW)
    seen.append(bar.evaluate("bar => bar.value"))
    assert 0 <= seen[0] <= seen[1] < 0.8
    while not held:
        page.wait_for_timeout(50)  # NumPy is requested a moment later
    held[0].continue_()
    bar.wait_for(state="detached", timeout=SLOW)
    answer.status.filter(has_text="printed nothing").wait_for(timeout=SLOW)


def test_a_start_can_be_left_waiting(visit):
    page = visit(PAGE, prepare=lambda page: page.context.route(re.compile("numpy-"), lambda route: None))
    answer = Answer(page, BY_HAND)
    answer.press("Run")
    answer.press("Stop")
    answer.status.filter(has_text="Stopped").wait_for(timeout=SLOW)


@pytest.mark.long
def test_a_page_works_under_a_strict_policy(visit):
    """It is as strict as the theme allows, which has inline scripts and styles in its pages."""
    page = visit(PAGE, prepare=under(STRICT))
    answer = Answer(page, BY_HAND)
    answer.write("from dnnkit import plot\nby_hand = 1\nplot.lines([1, 2], {'a': [1, 2]}, xlabel='x', ylabel='y')")
    answer.press("Run")
    answer.output.locator("figure.plot svg").first.wait_for(timeout=SLOW)
    assert answer.check()[0] == "wrong"
    assert surprises(page) == []
