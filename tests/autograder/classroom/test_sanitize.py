"""What a submission shows is kept where it is harmless."""

import base64

import pytest

from autograder.classroom import sanitize

PIXEL = base64.b64encode(b"\x89PNG").decode()


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
        words = ("script", "onerror", "onload", "style", "iframe", "form", "example.org", "dnn-report", "data:")
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


def test_an_image_that_is_none_is_not_shown():
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


def test_a_picture_may_stand_in_lines():
    lines = [f"{PIXEL[:40]}\n", f"{PIXEL[40:]}\n"]
    assert sanitize.attachments({"a": {"image/png": lines}}) == {"a": {"image/png": PIXEL}}


def test_a_text_that_no_renderer_takes_is_shown_as_it_stands(monkeypatch):
    def fail(*arguments, **options):
        raise RecursionError

    monkeypatch.setattr(sanitize.MarkdownWithMath, "render", fail)
    assert sanitize.markdown({}, "<b> & so on") == "<pre>&lt;b&gt; &amp; so on</pre>"
