"""nbgrader's formgrader opens in JupyterLab on a class directory: it shows grades, and runs no submission."""

import re
import shutil

import nbformat
import pytest
from playwright.sync_api import expect
from rich.console import Console

from autograder import classroom
from autograder.classroom import config as settings
from tests.autograder.classroom import hostile
from tests.autograder.classroom.lab import SECONDS, TOKEN, lab


@pytest.fixture(scope="module")
def desk(graded, tmp_path_factory):
    """A graded class in which one submission is hostile, and the address of a JupyterLab that was started in it."""
    directory = shutil.copytree(graded, tmp_path_factory.mktemp("desk") / "class")
    folder = directory / "submitted" / "hostile" / "toy"
    folder.mkdir(parents=True)
    notebook = nbformat.read(directory / "release" / "toy" / "toy.ipynb", as_version=4)
    nbformat.write(hostile.hostile(notebook), folder / "toy.ipynb")
    classroom.grade(directory, students=["hostile"], console=Console(quiet=True))
    with lab(directory, directory.parent / "home") as address:
        yield directory, address


def test_the_formgrader_shows_the_grades(desk, browser):
    _, address = desk
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(1000 * SECONDS)
    page.goto(f"{address}lab?token={TOKEN}")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader").first.click()
    frame = page.frame_locator("iframe[src*=formgrader], iframe").first
    frame.locator("tr", has_text="toy").first.wait_for()

    page.goto(f"{address}formgrader/manage_students")
    for student, score in (("mistake-02", "1 / 7"), ("right", "3 / 7"), ("blank", "0 / 7")):
        row = page.locator("tbody tr").filter(has=page.locator(f"td:text-is('{student}')"))
        expect(row).to_contain_text(score, timeout=1000 * SECONDS)

    page.goto(f"{address}formgrader/gradebook/toy/toy")
    expect(page.locator("tbody tr")).to_have_count(12, timeout=1000 * SECONDS)

    page.goto(f"{address}formgrader/manage_students/mistake-02/toy")
    page.locator("tbody a", has_text="toy").first.click()
    report = page.locator(".dnn-report").first
    report.wait_for()
    assert "One is added." in report.inner_text()
    page.close()


def test_who_marks_there_is_sent_to_a_doubt_and_reads_its_reason(desk, browser):
    _, address = desk
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(1000 * SECONDS)
    page.goto(f"{address}lab?token={TOKEN}")
    page.goto(f"{address}formgrader/manage_students/crash/toy")
    row = page.locator("tbody tr", has_text="toy")
    expect(row.locator(".needs-manual-grade .glyphicon")).to_have_count(1)
    row.get_by_role("link", name="toy").click()
    told = page.locator("blockquote", has_text="About your submission").first
    expect(told).to_contain_text("share: its cell does not run here (ZeroDivisionError in line 1); a person will look")
    page.close()


@pytest.fixture
def watched(browser):
    """A page, and a list of what a submission has run on it or requested from another host."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page, ran = context.new_page(), []
    page.set_default_timeout(1000 * SECONDS)
    context.expose_binding("ran", lambda source, *what: ran.append(" ".join(map(str, what))))
    context.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))

    def only_here(route):
        if re.match(r"https?://(localhost|127\.0\.0\.1)[:/]", route.request.url):
            return route.continue_()
        if hostile.ELSEWHERE in route.request.url:
            ran.append(route.request.url)
        return route.abort()

    context.route("**/*", only_here)
    yield page, ran
    context.close()


def _click_everything(page, inside):
    """Click every link and button of a submission, and anything else that might react; leaving the page is an error."""
    before = page.url
    for thing in page.locator(inside).locator("a, button, summary, [data-link], [data-toggle]").all():
        thing.dispatch_event("mouseover")
        thing.dispatch_event("click")
    page.wait_for_timeout(300)
    assert page.url.split("#")[0] == before.split("#")[0]


def test_what_would_run_on_a_page_is_seen(watched):
    page, ran = watched
    page.set_content(f"<body>{hostile.at('page', hostile.HTML)}</body>")
    page.locator("a").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    ways = {f"page {way}" for way in ("script", "error", "svg", "frame", "toggle", "link")}
    assert ways | {"http://elsewhere.test/page.css", "http://elsewhere.test/page.png"} <= set(ran)


def test_no_page_runs_what_a_submission_holds(desk, watched):
    _, address = desk
    page, ran = watched
    page.goto(f"{address}lab?token={TOKEN}")
    for path in (
        "manage_assignments",
        "manage_submissions/toy",
        "gradebook",
        "gradebook/toy",
        "gradebook/toy/toy",
        "manage_students",
        "manage_students/hostile",
        "manage_students/hostile/toy",
    ):
        page.goto(f"{address}formgrader/{path}")
        page.locator("tbody a").first.wait_for()
        assert ran == [], path
    page.locator("tbody a", has_text="toy").first.click()
    page.locator(".dnn-report").first.wait_for()
    page.wait_for_timeout(300)
    assert ran == []
    _click_everything(page, ".text_cell_render, .output_wrapper, .input_area")
    assert ran == []
    assert page.locator(".text_cell_render a, .output_wrapper a").count() > 5, "links stay, but not what they run"
    expect(page.locator(f".text_cell_render img[src='data:image/png;base64,{hostile.PIXEL}']")).to_have_count(1)


def test_a_hostile_submission_can_be_graded_by_hand(desk, watched):
    directory, address = desk
    page, ran = watched
    page.goto(f"{address}lab?token={TOKEN}")
    page.goto(f"{address}formgrader/manage_students/hostile/toy")
    page.locator("tbody a", has_text="toy").first.click()
    # Only then does the page listen to its fields.
    page.wait_for_function("window.formgrader?.grades?.loaded && window.formgrader?.comments?.loaded")
    for field, text, kind in (("#why", "3", "grade"), ("#why-comment", "Well tried.", "comment")):
        with page.expect_response(
            lambda reply, kind=kind: f"/api/{kind}/" in reply.url and reply.request.method == "PUT"
        ):
            page.locator(field).fill(text)
            page.locator(field).blur()
    with settings.gradebook(settings.load(classroom.open_class(directory))) as gradebook:
        assert gradebook.find_grade("why", "toy", "toy", "hostile").manual_score == 3
        assert gradebook.find_comment("why", "toy", "toy", "hostile").manual_comment == "Well tried."
    page.reload()
    expect(page.locator("#why")).to_have_value("3")
    expect(page.locator("#why-comment")).to_have_value("Well tried.")
    assert ran == []


def test_the_notebook_runs_nothing_where_the_formgrader_opens_it(desk, watched):
    _, address = desk
    page, ran = watched
    page.goto(f"{address}lab/tree/autograded/hostile/toy/toy.ipynb?token={TOKEN}")
    page.locator(".jp-NotebookPanel .dnn-report").first.wait_for()
    page.locator(".jp-NotebookPanel .jp-RenderedMarkdown details").first.wait_for()
    page.wait_for_timeout(300)
    assert [what for what in ran if not what.startswith("http")] == []  # Lab itself shows images from elsewhere
