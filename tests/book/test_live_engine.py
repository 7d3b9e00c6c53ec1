"""What happens between a button and Python: output, plots, stopping, a start that fails, and help during writing."""

import re

import pytest

from tests.book.reader import SLOW, Answer

PAGE, BY_HAND = "chapters/dropout.html", "dropout/by_hand"
PLOT = "plot.lines([1, 2, 3], {'train': [3, 2, 1]}, xlabel='epoch', ylabel='loss')"


@pytest.fixture(scope="module")
def page(visit):
    """A page whose Python runs, for tests that leave it as they found it."""
    page = visit(PAGE)
    ran(Answer(page, BY_HAND), "1")
    return page


@pytest.fixture
def answer(page):
    return Answer(page, BY_HAND)


def ran(answer, text, button="Run"):
    """Write a text, press a button, wait until Python is done, and return what is shown."""
    answer.write(text)
    return pressed(answer, button)


def pressed(answer, button):
    answer.press(button)
    answer.frame.locator(".live-bar[aria-busy]").wait_for(state="detached", timeout=SLOW)
    return answer.output.text_content() if answer.output.is_visible() else ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("print('a', end='')", "a"),
        ("print('a', end=' ')\nprint('b')\n3", "a b\n3"),
        ("print('a', end='')\n3", "a\n3"),
        ("print('a', end='')\nprint('e', file=sys.stderr)\nprint('b')", "ae\nb\n"),
        ("for epoch in range(5000):\n    print(f'\\repoch {epoch}', end='')", "epoch 4999"),
        ("print('long line\\rshort')", "shortline\n"),
        ("print('one\\r\\ntwo')", "one\ntwo\n"),
        ("print('\\x1b[31mred\\x1b[0m')", "red\n"),
        ("sys.stdout.buffer.write('größe ✓ 🎉'.encode()[:12])", "größe ✓ \n12"),
        ("print('größe ✓ 🎉 ' * 2)", "größe ✓ 🎉 größe ✓ 🎉 \n"),
        ("print('\\ud800')", "\\ud800\n"),
        ("display({'b': 1}, 'text')", "{'b': 1}\n'text'\n"),
        ("raise SystemExit(3)", "line 2, in <module>\n    raise SystemExit(3)\nSystemExit: 3"),
        (
            "class Bad:\n    def __repr__(self):\n        return 1 / 0\nBad()",
            "line 4, in __repr__\n    return 1 / 0\nZeroDivisionError: division by zero",
        ),
    ],
)
def test_what_is_printed_is_shown_where_it_belongs(text, shown, answer):
    assert ran(answer, f"import sys\n{text}") == shown


def test_errors_stand_out(answer):
    ran(answer, "import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert answer.output.locator(".live-error").all_text_contents() == ["err"]


@pytest.mark.parametrize("text", ["input('How many? ')", "import sys\nsys.stdin.readline()", "breakpoint()"])
def test_input_is_explained_in_a_sentence(text, answer):
    shown = ran(answer, text)
    assert "There is nobody to ask: `input()` has no keyboard in a page." in shown
    assert not re.search("OSError|EOFError|python3|autograder", shown)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("for number in range(200_000):\n    print(number)", ("0\n1\n2\n", "199998\n199999\n")),
        ("print('ä' * 10**7 + 'end')", ("äää", "äend\n")),
        ("'x' * 10**7", ("'xxx", "xxx'")),
        ("b'x' * 10**7", ("b'xxx", "xxx'")),
        ("[[0] * 1000] * 10**6", ("[[0, 0", "more items]")),
        ("{number: str(number) for number in range(10**5)}", ("{0: '0', 1: '1'", "more items}")),
        ("class Long:\n    __repr__ = lambda self: 'r' * 10**7\nLong()", ("rrr", "rrr")),
    ],
)
def test_floods_and_long_values_are_cut(text, ends, answer):
    shown = ran(answer, text)
    assert shown.startswith(ends[0])
    assert shown.endswith(ends[1])
    assert len(shown) < 25_000
    assert re.search(r"[\d,]{5,} (characters left out here|more items)", shown)


def test_a_line_is_shown_while_python_runs_and_stop_ends_it(visit):
    page = visit(PAGE)
    answer = Answer(page, BY_HAND)
    text = "print('begun', end='')\nwhile True:\n    pass"
    answer.write(text)
    answer.press("Run")
    answer.output.filter(has_text="begun").wait_for(timeout=SLOW)
    answer.press("Stop")
    answer.status.filter(has_text="Stopped").wait_for()
    assert answer.output.text_content() == "begun"
    assert "".join(answer.frame.locator(".cm-line").all_text_contents()) == text.replace("\n", "")
    assert not answer.frame.get_by_role("button", name="Stop").count()
    assert page.evaluate("document.activeElement.closest('.live-bar') !== null")  # where the keyboard goes on
    assert ran(answer, "print(1 + 1)") == "2\n"


def test_a_plot_is_shown_between_what_is_printed(answer):
    ran(answer, f"from dnnkit import plot\nprint('one')\ndisplay({PLOT})\nprint('two')\n{PLOT}")
    parts = answer.output.locator("> *")
    assert parts.evaluate_all("all => all.map(each => each.tagName)") == ["PRE", "DIV", "PRE", "DIV"]
    assert answer.output.locator("pre").all_text_contents() == ["one\n", "two\n"]
    drawn = answer.output.locator("figure.plot").last.locator("svg").first
    assert drawn.get_attribute("role") == "img"
    assert drawn.locator("path").count() > 3
    assert drawn.bounding_box()["width"] > 300


def test_plots_are_limited_in_number_and_size(answer):
    ran(answer, f"from dnnkit import plot\nfor _ in range(40):\n    display({PLOT})")
    assert answer.output.locator(".live-display").count() == 30
    assert answer.output.text_content().count("not shown, since 30 others are") == 10
    assert "too large" in ran(answer, "class Large:\n    _repr_html_ = lambda self: 'x' * 10**7\nLarge()")


HARMFUL = """\
class Harmful:
    def _repr_html_(self):
        return '''<p id="live-progress" onclick="top.hurt = 1">said</p><script>top.hurt = 1</script>
        <img src="/hurt.png" onerror="top.hurt = 1"><iframe srcdoc="<script>top.hurt = 1</script>"></iframe>
        <a href="javascript:top.hurt = 1">link</a><form action="/hurt"><input name="hurt"></form>
        <svg onload="top.hurt = 1"><script>top.hurt = 1</script><use href="/hurt.svg#x"/><image href="/hurt.png"/>
        <a xlink:href="javascript:top.hurt = 1"><text>text</text></a><set attributeName="onload" to="top.hurt = 1"/>
        <foreignObject><body onload="top.hurt = 1"></body></foreignObject>
        <rect fill="url(/hurt.svg#x)" width="9"/></svg>
        <div style="background: url(/hurt.png); position: fixed; color: red; --x: url(/hurt.png)">styled</div>
        <math><mtext><table><mglyph><style><img src=/hurt.png onerror="top.hurt = 1"></style></mglyph></table></mtext>
        </math>
        <style>* { display: none; background: url(/hurt.png) }</style><svg><style><img src=/hurt.png></style></svg>'''
import autograder.judge.show, autograder.live.figures.dropout
autograder.judge.show.html = lambda report: Harmful()._repr_html_()
display(Harmful())
by_hand = 1
"""
FORBIDDEN = re.compile(r"hurt|<(script|img|iframe|a|form|style|use|set|foreignobject)\b|\son\w+=|fixed", re.IGNORECASE)


def test_nothing_that_python_sends_can_run_in_the_page(visit):
    page = visit(PAGE)
    answer = Answer(page, BY_HAND)
    ran(answer, HARMFUL, "Check")
    for place in (answer.output, answer.frame.locator(".tag_check .cell_output")):
        assert "said" in place.text_content()
        assert "text" in place.locator("svg").first.text_content()
        assert (
            place.locator("div", has_text="styled").last.evaluate("each => getComputedStyle(each).color")
            == "rgb(255, 0, 0)"
        )
        html = place.inner_html()
        assert not re.search(
            r"hurt|<(script|img|iframe|a|form|style|use|set|foreignobject)\b|\son\w+=|fixed", html, re.IGNORECASE
        )
    assert page.evaluate("window.hurt") is None
    assert page.locator("#live-progress").count() == 1
    assert not [address for address in page.asked if "hurt" in address]
