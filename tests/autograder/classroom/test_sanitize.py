"""What a submission shows is kept if it is harmless."""

import re
import time

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters import ansi2html

from autograder.classroom import sanitize


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        '<a href="javascript:alert(1)">a</a>',
        '<a href="java&#10;script:alert(1)">a</a>',
        '<a href="data:text/html,<script>alert(1)</script>">a</a>',
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<style>body {display: none}</style>",
        '<div style="position:fixed" id="x" class="dnn-report">a</div>',
        '<img src="https://example.org/seen.png">',
        '<form action="https://example.org"><button>a</button></form>',
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ],
)
def test_what_runs_or_reaches_out_is_gone(text):
    for cleaned in (sanitize.html(text), sanitize.markdown({}, text)):
        words = ("script", "onerror", "onload", "style", "iframe", "form", "example.org", "dnn-report", '="data:')
        cleaned = re.sub("&lt;a href=.*?&gt;", "", cleaned)  # which is text
        assert not [word for word in words if f"{word}" in cleaned and f"&lt;{word}" not in cleaned], cleaned


def test_markdown_with_links_tables_code_and_formulas_is_kept():
    text = "**a** [b](https://example.org) $a < b$\n\n| x |\n|---|\n| 1 |\n\n```python\nimport numpy\n```"
    cleaned = sanitize.markdown({}, text)
    for part in ("<strong>a</strong>", 'href="https://example.org"', "$a &lt; b$", "<td>1</td>", 'class="kn">import'):
        assert part in cleaned


def test_a_table_and_images_are_kept():
    shown = [{"output_type": "display_data", "data": {"text/html": "<table><tr><td>1</td></tr></table>"}}]
    assert "<td>1</td>" in sanitize.outputs(shown)[0]["data"]["text/html"]
    image = {"output_type": "display_data", "data": {"image/png": PIXEL}}
    assert sanitize.outputs([image]) == [image]
    svg = {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='x'/>"}}
    assert 'src="data:image/svg+xml;base64,' in sanitize.outputs([svg])[0]["data"]["text/html"]


@pytest.mark.parametrize("mime", ["application/javascript", "application/vnd.autograder.report+json", "text/latex"])
def test_other_forms_are_not_shown(mime):
    (shown,) = sanitize.outputs([{"output_type": "display_data", "data": {mime: "x"}}])
    assert shown["data"] == {"text/plain": "[an output that is not shown here]"}


def test_what_is_not_an_image_is_not_shown_as_one():
    (shown,) = sanitize.outputs([{"output_type": "display_data", "data": {"image/png": '"><script>'}}])
    assert "image/png" not in shown["data"]


def test_text_streams_and_errors_stay_as_they_are():
    shown = [{"output_type": "stream", "name": "stdout", "text": "<script>"}]
    assert sanitize.outputs(shown) == shown


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_a_pasted_picture_is_shown_and_one_that_is_lost_stops_no_page():
    pasted = sanitize.attachments({"image.png": {"image/png": PIXEL}})
    assert pasted == {"image.png": {"image/png": PIXEL}}
    context = {"cell": {"attachments": pasted}}
    text = "Seen: ![a](attachment:image.png)"
    assert f'src="data:image/png;base64,{PIXEL}"' in sanitize.markdown(context, text)
    assert "Seen: " in sanitize.markdown({}, text)
    assert "data:" not in sanitize.markdown({}, text)


@pytest.mark.parametrize(
    "text",
    [
        "![a](attachment:my%20photo%20%281%29.png)",
        "![a](<attachment:my photo (1).png>)",
        '<img src="attachment:my photo (1).png">',
        '<p><img alt="a" src="attachment:my%20photo%20(1).png" width="300"></p>',
        "![a][1]\n\n[1]: attachment:my%20photo%20%281%29.png",
    ],
)
def test_a_pasted_picture_is_found_however_its_name_is_written(text):
    context = {"cell": {"attachments": {"my photo (1).png": {"image/png": PIXEL}}}}
    assert f'src="data:image/png;base64,{PIXEL}"' in sanitize.markdown(context, text)


def test_a_picture_that_is_lost_is_told_where_it_stood():
    assert sanitize.NO_PICTURE in sanitize.markdown({}, "Seen: ![a](attachment:image.png)")
    assert "attachment:" not in sanitize.markdown({}, "<a href='attachment:a'>b</a> <img src='attachment:a'>")


def test_one_picture_is_shown_a_few_times_and_no_more():
    context = {"cell": {"attachments": {"a": {"image/png": PIXEL}}}}
    assert sanitize.markdown(context, "![a](attachment:a)" * 500).count(PIXEL) == sanitize.MOST_TIMES


@pytest.mark.parametrize(
    "pasted",
    [
        None,
        3,
        [PIXEL],
        {"a": PIXEL},
        {"a": {"image/png": 3}},
        {"a": {"image/png": '"><script>'}},
        {"a": {"image/svg+xml": "<svg onload=alert(1)>"}},
        {"a": {"text/html": "<b>"}},
    ],
)
def test_nothing_else_is_taken_for_a_picture(pasted):
    assert sanitize.attachments(pasted) == {}


def test_a_picture_may_be_split_into_lines():
    lines = [f"{PIXEL[:40]}\n", f"{PIXEL[40:]}\n"]
    assert sanitize.attachments({"a": {"image/png": lines}}) == {"a": {"image/png": PIXEL}}


def test_a_text_that_no_renderer_takes_is_shown_as_it_stands(monkeypatch):
    def fail(*arguments, **options):
        raise RecursionError

    monkeypatch.setattr(sanitize.MarkdownWithMath, "render", fail)
    assert sanitize.markdown({}, "<b> & so on") == "<pre>&lt;b&gt; &amp; so on</pre>"


K = 1024
LONG = {
    "one block after another in open elements": "".join(f"<b id={i}>" for i in range(9000)) + "<p>" * 40_000,
    "nested": "<div>" * 50_000,
    "unknown elements": "<b-x>" * 50_000,
    "ends in quotes": '<b title="></b>">' * 15_000,
    "quotes in names": '<b x"y="z>' * 20_000,
    "names with brackets": "<x<b></b>" * 25_000,
    "attributes": "<b " + " ".join(f"a{i}" for i in range(40_000)) + ">",
    "comments": "<!--" * 60_000,
    "tables": "<table><b>" * 25_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_cleaning_takes_a_moment_and_makes_nothing_much_longer(text):
    began = time.process_time()
    shown = sanitize.html(text)
    assert len(shown) <= 4 * len(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("length", [10, sanitize.MOST_HTML + 1])
def test_an_output_of_too_much_html_is_not_shown(length):
    (shown,) = sanitize.outputs([{"output_type": "display_data", "data": {"text/html": "x" * length}}])
    assert (shown["data"]["text/html"] == sanitize.NOT_SHOWN) == (length > sanitize.MOST_HTML)


TABLE = """<div><table border="1" class="dataframe"><thead><tr><th></th><th>a &amp; b</th></tr>
</thead><tbody><tr><th>0</th><td align=right>1</td></tr></tbody></table><br><p>1 &lt; 2<!-- nothing --></p></div>"""


def test_a_table_stays_as_it_is():
    shown = BeautifulSoup(sanitize.html(TABLE), "html.parser")
    assert [cell.get_text() for cell in shown.select("th, td")] == ["", "a & b", "0", "1"]
    assert shown.select_one("td")["align"] == "right"
    assert shown.select_one("p").get_text() == "1 < 2"


@pytest.mark.parametrize("beginning", [r"\begin{a}", r"\begin{align*}", r"\\[", r"\\(", "[a](", "**a"])
def test_a_formula_that_never_ends_is_not_looked_for_again_and_again(beginning):
    began = time.process_time()
    sanitize.markdown({}, beginning * (15 * K // len(beginning)))
    assert time.process_time() - began < 3


def test_formulas_that_end_stay():
    source = "\\begin{align}a\\end{align} \\\\[b\\\\] \\\\(c\\\\) $d$ \\begin{align}"
    assert sanitize.closed(source) == source.removesuffix("\\begin{align}") + "begin{align}"
    assert "\\begin{align}a\\end{align}" in sanitize.markdown({}, source)


def test_a_long_text_is_shown_as_it_stands():
    assert sanitize.markdown({}, "*a* " * sanitize.MOST_MARKDOWN).startswith("<pre>*a* *a*")


COLOURS = {
    "changed all the time": "\x1b[31mx" * 100_000,
    "reset all the time": "\x1b[0m" * 100_000,
    "of endless parameters": "\x1b[" + "1;" * 250_000 + "m",
    "begun and never ended": "\x1b[" * 250_000,
}


@pytest.mark.parametrize("text", COLOURS.values(), ids=COLOURS)
def test_colours_without_end_are_shown_in_a_moment(text):
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    error = {"output_type": "error", "ename": text, "evalue": text, "traceback": [text, text]}
    display = {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}
    began = time.process_time()
    one, two, three = sanitize.outputs([stream, error, display])
    for shown in (one["text"], two["evalue"], "\n".join(two["traceback"]), three["data"]["text/plain"]):
        ansi2html(shown)
    assert time.process_time() - began < 3


def test_the_colours_of_a_traceback_stay():
    lines = ["\x1b[31mValueError\x1b[0m", "\x1b[38;5;9mx\x1b[0m = 1"]
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": lines}
    assert sanitize.outputs([error]) == [error]
