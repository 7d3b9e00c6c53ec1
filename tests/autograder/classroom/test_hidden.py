"""Every word of a text is on its page: in its place, or in the source that is shown below it."""

import pytest
from nbformat import v4

from autograder.classroom.hidden import hides
from autograder.classroom.sanitize import AS_WRITTEN, markdown

AGAIN = AS_WRITTEN.partition("{}")[0]


def page(source, **about):
    cell = v4.new_markdown_cell(source, id=about.pop("id", "added-1"), metadata=about)
    return markdown({"cell": cell}, source)


@pytest.mark.parametrize(
    "text",
    [
        "a <!-- secret -->",
        "a <!-- secret",
        '<b title="secret">a</b>',
        "<style>secret</style>",
        "<script>secret</script>",
        "<template>secret</template>",
        "<secret>a</secret>",
        "<img alt='secret'>",
        "<a class='anchor-link'>secret</a>",
        "<ruby>a<rp>secret</rp></ruby>",
        "<sup><sup><sup><sup>secret</sup></sup></sup></sup>",
        "[//]: # (secret)\n\na",
        "[a]: http://a.test 'secret'\n\na",
        "[a](http://a.test 'secret')",
        "![secret](attachment:a.png)",
        "```python secret\na\n```",
        "- [x] secret",
        "| a |\n|---|\n| 1 | secret |",
        r"$\phantom{secret}$",
        r"$\def\x#1{}\x{secret}$",
        "$a % secret\n$",
        "<details><summary>a</summary>secret</details>",
        "<div hidden>secret</div>",
        "<div style='display: none'>secret</div>",
        "not secret <!-- not -->",
    ],
)
def test_no_word_of_a_students_text_is_hidden(text):
    shown = page(text)
    again = shown.partition(AGAIN)[2]
    assert "secret" in (again or shown)
    assert again or not any(hides(text, shown) for _ in "1")
    assert "<details" not in shown
    assert AGAIN not in page(text, id="a-text-of-the-course")


@pytest.mark.parametrize(
    "text",
    [
        "It is *so*, **very** w**or**d, `code` and snake_case.",
        "# Title\n\n1. one\n2. two\n   - three\n\n> a\n> 1. b",
        "```python\nx = 1\n```\n\n~~~\ny\n~~~",
        "[text](https://a.test/b?c=d#e) and <https://a.test>",
        "| a | b |\n|---|--:|\n| 1 | 2 |",
        "Let $\\theta$ be 5% and $\\eta$ 3\\%.\n\n$$\\begin{align} a &= b \\\\ c &= 5 \\end{align}$$",
        "a &amp; b &lt; c, and a < b",
        "2<sup>10</sup><br>H<sub>2</sub>O <b>bold</b>",
        "50 % of them cost $3 more.",
        "![image.png](attachment:image.png) ![](attachment:a%20b.png)",
        "don't, naïve, 王小明",
    ],
)
def test_a_text_that_is_seen_stands_there_once(text):
    shown = page(text)
    assert AGAIN not in shown
    assert AGAIN not in page(text, id="why", nbgrader={"solution": True})
