"""Where a chapter's page says its assignment can be opened."""

import pytest

from publish import launch

PAGE = '<p>a</p><div class="assignment docutils container">\n<p>Download</p>\n</div><p>b</p>'
COMMAND = 'pip install "course @ https://c.example/x.whl"'


@pytest.mark.parametrize("repository", [None, "someone/course"])
def test_a_page_says_what_the_notebook_needs_and_where_it_is_opened(repository):
    html = launch.offer(PAGE, "dropout", COMMAND, repository)
    assert "<pre>pip install &quot;course @ https://c.example/x.whl&quot;</pre>" in html
    assert "<code>jupyter lab\ndropout.ipynb</code>" in html
    before, after = PAGE.split("</div>")
    assert html.startswith(before)
    assert html.endswith(f"</details>\n</div>{after}")
    assert ("colab.research.google.com/github/someone/course" in html) == bool(repository)


def test_a_page_without_an_assignment_stays_as_it_is():
    assert launch.offer("<p>a</p>", "grading", COMMAND, "someone/course") == "<p>a</p>"
