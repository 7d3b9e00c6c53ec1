"""Exercises answered in the page, and its figures, in a browser that reaches no other host."""

import functools
import re
import shutil
from importlib.util import find_spec

import nbformat
import pytest
from rich.console import Console

from autograder import chapter, classroom
from autograder import exercise as model
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from tests.book.reader import SLOW, Answer, surprises

TOPICS = chapter.topics()
FIGURES = [topic for topic in TOPICS if find_spec(f"autograder.live.figures.{topic}")]


@pytest.fixture(scope="module")
def opened(visit):
    """A function that returns a topic's page, opened once, for tests that leave it usable.

    All are tabs of one window, which get most of what they load from the first.
    """
    first = functools.cache(lambda: visit("chapters/index.html"))
    return functools.cache(lambda topic: visit(f"chapters/{topic}.html", beside=first()))


# One of the exercise's own wrong answers, which the page's archive holds if a public check finds it.
WRONG = """\
from autograder import exercise
{name} = next(each.answer for each in exercise.load("{id}").misconceptions if each.name == "{wrong}")"""
CODE = [section for topic in TOPICS for section in chapter.read(topic).sections if section.kind == "code"]


@pytest.mark.parametrize("section", CODE, ids=lambda section: section.exercise)
@pytest.mark.long
def test_each_answer_gets_the_verdict_of_a_notebook(section, opened):
    exercise = model.load(section.exercise)
    answer = Answer(opened(section.topic), section.exercise)
    assert answer.check() == ("not attempted", "")
    answer.write(f"{section.starter.source}\n\n{exercise.solution_source}\n")
    assert answer.check() == ("passed", "")
    public = exercise.public_checks
    for wrong in exercise.misconceptions[len(exercise.misconceptions) // 2 :][:1]:  # the audit proves it for all
        expected = judge(exercise, wrong.answer, PUBLIC, checks=public)
        answer.write(WRONG.format(name=exercise.name, id=exercise.id, wrong=wrong.name))
        verdict, named = answer.check()
        assert verdict == expected.verdict != "passed"
        assert named.removeprefix("What may have happened: ") == expected.misconception.replace("`", "") != ""


def test_nothing_is_loaded_before_an_exercise_is_touched(visit):
    page = visit("chapters/dropout.html")
    page.wait_for_load_state("networkidle")
    answer = Answer(page, "dropout/by_hand")
    assert not [address for address in page.asked if re.search("/pyodide/|/modules/|course.zip|worker", address)]
    answer.frame.locator(".live-area").focus()
    page.wait_for_selector(".cm-content")
    assert [address for address in page.asked if "/modules/" in address]


def test_nothing_moves_when_an_editor_takes_its_place(visit):
    page = visit("chapters/dropout.html")
    page.wait_for_load_state("networkidle")
    frame = Answer(page, "dropout/inverted_dropout").frame
    before = frame.evaluate("frame => frame.offsetHeight")
    frame.locator(".live-area").focus()
    frame.locator(".cm-content").wait_for()
    assert frame.evaluate("frame => frame.offsetHeight") == before


def test_keyboard_alone_answers_an_exercise(visit):
    page = visit("chapters/dropout.html")
    answer = Answer(page, "dropout/by_hand")
    answer.frame.locator(".live-area").focus()
    answer.frame.locator(".cm-content").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("if True:\nby_hand = 3")  # the editor indents the second line
    page.keyboard.press("Shift+Enter")
    answer.status.filter(has_text="Wrong").wait_for(timeout=SLOW)
    page.keyboard.press("Control+Enter")
    answer.status.filter(has_text="printed nothing").wait_for(timeout=SLOW)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "check"


def test_what_an_answer_prints_and_its_last_value_are_shown(opened):
    answer = Answer(opened("dropout"), "dropout/by_hand")
    answer.write("print('one')\nprint('two')\nnp.arange(3)")
    answer.press("Run")
    answer.output.filter(has_text="array").wait_for(timeout=SLOW)
    assert answer.output.text_content() == "one\ntwo\narray([0, 1, 2])"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (1,\ny = 2", "SyntaxError"),
        ("def f(n):\n    return 1 / n\n\nf(0)", "line 4, in <module>\n    f(0)\nline 2, in f\n    return 1 / n\n"),
        (
            "import statistics\nstatistics.mean([])",
            "line 2, in <module>\n    statistics.mean([])\nstatistics.Statistics",
        ),
    ],
    ids=["syntax", "own-lines", "library"],
)
def test_errors_show_the_readers_lines_only(text, said, opened):
    answer = Answer(opened("dropout"), "dropout/by_hand")
    answer.write(text)
    for button in ("Run", "Check"):
        answer.press(button)
        answer.output.filter(has_text="Error").wait_for(timeout=SLOW)
        shown = answer.output.text_content()
        assert said in shown
        assert not re.search("course|autograder|pyodide|python3", shown)


def test_an_endless_loop_is_ended_and_the_next_answer_judged(visit):
    def hasten(page):
        def route(route):
            page_as_built = route.fetch()
            route.fulfill(response=page_as_built, body=page_as_built.text().replace('"seconds": 10', '"seconds": 2'))

        page.route("**/chapters/dropout.html", route)

    page = visit("chapters/dropout.html", prepare=hasten)
    answer = Answer(page, "dropout/by_hand")
    answer.write("while True:\n    pass")
    answer.press("Run")
    answer.output.filter(has_text="stopped after 2 seconds").wait_for(timeout=SLOW)
    answer.write(model.load("dropout/by_hand").solution_source)
    assert answer.check() == ("passed", "")


def test_without_python_the_page_offers_the_download_and_a_text_area_remains(visit):
    def cut_off(page):
        page.context.route(re.compile("/pyodide/|/modules/"), lambda route: route.abort())

    page = visit("chapters/dropout.html", prepare=cut_off)
    answer = Answer(page, "dropout/by_hand")
    answer.frame.locator(".live-area").fill("by_hand = 1")
    answer.press("Check")
    answer.output.filter(has_text="download the assignment").wait_for(timeout=SLOW)
    page.reload()
    assert answer.frame.locator(".live-area").input_value() == "by_hand = 1"


def test_reload_keeps_answers_and_reset_keeps_progress(visit):
    page = visit("chapters/dropout.html")
    answer = Answer(page, "dropout/by_hand")
    starter = answer.frame.locator(".live-area").input_value()
    solution = model.load("dropout/by_hand").solution_source
    answer.write(solution)
    answer.check()
    count = page.locator("#live-progress span")
    assert count.text_content().startswith("1 of 6")
    page.reload()
    assert answer.frame.locator(".live-area").input_value() == solution
    assert answer.frame.locator(".live-printed").text_content().strip() == solution
    assert count.text_content().startswith("1 of 6")
    answer.press("Reset")
    assert answer.frame.locator(".live-area").input_value() == starter
    assert count.text_content().startswith("1 of 6")  # it was passed


@pytest.mark.long
def test_how_others_solved_it_is_shown_after_a_pass_and_not_before(visit):
    page = visit("chapters/dropout.html")
    answer = Answer(page, "dropout/inverted_dropout")
    others = answer.frame.get_by_role("button", name="How others solved it")
    answer.write("def inverted_dropout(a, keep_prob, *, rng, train):\n    return a, a == a")
    assert answer.check()[0] == "wrong"
    assert not others.is_visible()
    answer.write(model.load("dropout/inverted_dropout").solution_source)
    answer.check()
    others.click()
    shown = answer.frame.locator(".dnn-others")
    shown.wait_for(timeout=SLOW)
    assert "def inverted_dropout(a, keep_prob, *, rng, train):" in shown.text_content()
    assert shown.locator("pre").count() == 2
    page.reload()
    assert others.is_visible()
    by_hand = Answer(page, "dropout/by_hand")
    by_hand.write(model.load("dropout/by_hand").solution_source)
    assert by_hand.check()[0] == "passed"
    assert not by_hand.frame.get_by_role("button", name="How others solved it").is_visible()


def test_attempts_stay_in_the_browser_unless_the_reader_downloads_them(visit):
    page = visit("chapters/dropout.html")
    answer = Answer(page, "dropout/by_hand")
    tries = ["by_hand = 1", "by_hand = 1 / 0", model.load("dropout/by_hand").solution_source]
    for text in tries:
        answer.write(text)
        answer.press("Check")
        answer.tried(tries.index(text) + 1)
    for chosen in (False, True):
        page.get_by_role("checkbox", name="with my attempts").set_checked(chosen)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download my answers").click()
        found = nbformat.read(download.value.path(), as_version=4)
        nbformat.validate(found)
        assert ("attempts" in found.metadata) == chosen
    kept = found.metadata.attempts["dropout/by_hand"]
    assert [each.text for each in kept] == tries
    assert [each.verdict for each in kept] == ["wrong", "stopped", "passed"]


@pytest.fixture(scope="module")
def handed_in(visit):
    """What was written into dropout's page, by the exercise's name, and the notebook that it downloads."""
    page = visit("chapters/dropout.html")
    sources = {}
    for section in chapter.read("dropout").sections:
        name = section.exercise.split("/")[1]
        if section.kind == "text":
            sources[name] = "Measure it.\nThen judge."
            page.get_by_role("textbox", name=section.title).fill(sources[name])
        else:
            answer = model.load(section.exercise).solution_source if name != "by_hand" else f"{name} = {{'kept': 100}}"
            sources[name] = f"{section.starter.source}\n\n{answer}\n"
            Answer(page, section.exercise).write(sources[name])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my answers").click()
    assert download.value.suggested_filename == "dropout.ipynb"
    return sources, download.value.path()


def test_the_downloaded_notebook_is_the_assignment_with_the_answers(handed_in, html):
    sources, path = handed_in
    expected = nbformat.read(html / "assignments" / "dropout.ipynb", as_version=4)
    for cell in expected.cells:
        if cell.metadata.nbgrader.solution:
            cell.source = sources[cell.metadata.nbgrader.grade_id.removesuffix("-answer")]
    assert nbformat.read(path, as_version=4) == expected


def test_the_downloaded_notebook_is_graded_like_any_other(handed_in, tmp_path):
    _, path = handed_in
    classroom.create(tmp_path / "class")
    classroom.release(tmp_path / "class", ["dropout"])
    place = tmp_path / "class" / "submitted" / "reader" / "dropout"
    place.mkdir(parents=True)
    shutil.copy(path, place / "dropout.ipynb")
    classroom.grade(tmp_path / "class", isolation="none", console=Console(quiet=True))  # our own notebook
    results = classroom.results(classroom.open_class(tmp_path / "class"))
    points = {each.exercise: each.points for each in results if each.student == "reader"}
    for section in chapter.read("dropout").sections:
        if section.kind == "code":
            right = section.exercise != "dropout/by_hand"
            assert points[section.exercise] == right * model.load(section.exercise).points, section.exercise


@pytest.mark.parametrize("topic", FIGURES)
@pytest.mark.long
def test_a_figure_answers_to_the_keyboard(topic, opened):
    page = opened(topic)
    figure = page.locator(f'.live-figure[data-topic="{topic}"]')
    assert figure.count() == 1
    slider, picture = figure.locator('input[type="range"]').first, figure.locator(".live-picture")
    seen = {picture.inner_html()}
    steps = slider.evaluate("s => Math.min(3, Math.round((s.max - s.value) / s.step))")
    assert steps > 1
    slider.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
        settings = figure.evaluate("f => [...f.querySelectorAll('input, select')].map(c => c.value).join(' ')")
        page.wait_for_function(
            "([topic, now]) => document.querySelector(`[data-topic=${topic}]`).dataset.drawn === now",
            arg=[topic, settings],
            timeout=SLOW,
        )
        assert figure.locator("output").first.text_content() == slider.input_value()
        seen.add(picture.inner_html())
    assert len(seen) == steps + 1
    for choice in figure.locator("select").all():
        before = picture.inner_html()
        choice.focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_function("([f, before]) => f.innerHTML !== before", arg=[picture.element_handle(), before])


@pytest.mark.parametrize("topic", TOPICS)
def test_no_script_complains(topic, opened):
    """This holds after everything that the tests above did in these pages."""
    page = opened(topic)
    assert surprises(page) == []


def test_search_finds_a_term(visit):
    page = visit("search.html?q=inverted")
    page.locator("#search-results li").first.wait_for(timeout=SLOW)
    assert page.locator("#search-results a", has_text="Dropout").count()
