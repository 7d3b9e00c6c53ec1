"""Chapters are read whole: topics in order, setup, sections with their cells, and errors that name the place."""

import jupytext
import pytest

from autograder import chapter

CHAPTER = """\
---
jupytext: {text_representation: {format_name: myst}}
kernelspec:
  name: python3
  display_name: Python 3
---
# Dropout

Prose with a {cite}`srivastava2014`.

```{code-cell} ipython3
:tags: [setup]
import numpy as np

from autograder import check
from dnnkit import dropout
```

```{code-cell} ipython3
claim("One.", [1.0, 2.0], "> 0")
for seed in range(5):
    claim_later = seed
dropout.claim("Two.", [1.0], "> 0")
```

## The idea

Prose before.

```
### Exercise: not a heading, but the content of a fence
```

### Exercise: inverted dropout

Write `inverted_dropout`; `{mask}` is what it returns, and $a / q$ what survives.

```{code-cell} ipython3
given = np.ones(3)
```

```{code-cell} ipython3
:tags: [exercise]

def inverted_dropout(a, keep_prob, *, rng, train):
    \"\"\"Drop.\"\"\"
    ...   # your code here
```

One more sentence of the prompt.

```{code-cell} ipython3
:tags: [check]
check("dropout/inverted_dropout", inverted_dropout)
```

After it, prose with {cite}`srivastava2014` again.

### Exercise: why

Say why.

+++ {"tags": ["exercise"], "exercise": "dropout/why"}

*Write your answer here (at most 120 words).*

+++

More prose.
"""


def test_a_chapter_is_read_whole():
    read = chapter.parse(CHAPTER, "dropout")
    assert (read.topic, read.title, read.claims) == ("dropout", "Dropout", 2)
    assert [cell.source.splitlines()[0] for cell in read.setup] == ["import numpy as np"]
    code, text = read.sections
    assert (code.exercise, code.title, code.kind) == ("dropout/inverted_dropout", "inverted dropout", "code")
    assert (code.topic, code.name) == ("dropout", "inverted_dropout")
    assert [(cell.kind, cell.tags) for cell in code.cells] == [
        ("markdown", ()),
        ("code", ()),
        ("code", ("exercise",)),
        ("markdown", ()),
        ("code", ("check",)),
    ]
    assert code.cells[0].source.startswith("### Exercise: inverted dropout\n\nWrite")
    assert code.starter.source.startswith("def inverted_dropout(")
    assert code.starter.source.endswith("...   # your code here")
    assert (text.exercise, text.kind, text.starter) == ("dropout/why", "text", text.cells[-1])
    assert text.starter.source == "*Write your answer here (at most 120 words).*"


def test_lines_are_those_of_the_file():
    lines = CHAPTER.splitlines()
    for section in chapter.parse(CHAPTER, "dropout").sections:
        for cell in section.cells:
            expected = "```{code-cell}" if cell.kind == "code" else cell.source.splitlines()[0]
            assert lines[cell.line - 1].startswith(expected)


def test_code_cells_are_those_that_jupytext_reads():
    read = chapter.parse(CHAPTER, "dropout")
    authority = {cell.source for cell in jupytext.reads(CHAPTER, fmt="md:myst").cells if cell.cell_type == "code"}
    ours = [cell for section in read.sections for cell in section.cells if cell.kind == "code"]
    assert {cell.source for cell in [*read.setup, *ours]} <= authority


STARTER = "```{code-cell} ipython3\n:tags: [exercise]\nf = ...\n```\n"
CHECK = '```{code-cell} ipython3\n:tags: [check]\ncheck("dropout/f", f)\n```\n'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("### Exercise: f\n\n" + STARTER, r"line 3: the exercise 'f' has no check cell"),
        ("### Exercise: f\n\n" + CHECK, r"line 3: 'f' must have one cell tagged 'exercise', but has 0"),
        ("### Exercise: f\n\n" + STARTER * 2 + CHECK, r"but has 2"),
        ("### Exercise: f\n\n### Exercise: g\n\n", r"line 5: 'Exercise: g' begins before 'f' has its check cell"),
        ("## Exercise: f\n\n" + STARTER + CHECK, r"line 3: the heading of an exercise begins with '### '"),
        (STARTER, r"line 3: a cell tagged 'exercise' outside"),
        (CHECK, r"line 3: a cell tagged 'check' outside"),
        ("### Exercise: f\n\nSee {cite}`x`.\n\n" + STARTER + CHECK, r"line 5: a notebook cannot render this MyST"),
        ("### Exercise: f\n\n```{note}\nx\n```\n\n" + STARTER + CHECK, r"line 5: a notebook cannot render this MyST"),
        ("### Exercise: f\n\n" + STARTER + CHECK.replace("dropout/f", "other/f"), r"id must be 'dropout/<name>'"),
        ("### Exercise: f\n\n" + STARTER + CHECK.replace(", f)", ", g)"), r"'dropout/f' is checked with 'g'"),
        ("### Exercise: f\n\n" + STARTER + CHECK.replace("check(", "print("), r"a check cell is one call"),
        (("### Exercise: f\n\n" + STARTER + CHECK) * 2, r"line 13: 'dropout/f' is already at line 3"),
        ('### Exercise: f\n\n+++ {"tags": ["exercise"]}\n\nx\n', r'line 7: a free-text cell needs "exercise"'),
        ("```{code-cell} ipython3\nx = = 1\n```\n", r"line 3: line 1 of this code cell is not Python"),
        ("```{code-cell} ipython3\n:tags: setup\nx = 1\n```\n", r"metadata of a cell .*'setup' is not of type"),
        ("+++ {x\n\nProse.\n", r"metadata of a cell cannot be read \(Markdown cell 1 at line 3"),
    ],
)
def test_a_fault_is_named_with_its_line(body, message):
    with pytest.raises(chapter.ChapterError, match=message) as caught:
        chapter.parse("# Dropout\n\n" + body, "dropout")
    assert "chapters/dropout.md" in str(caught.value)


def test_a_chapter_without_a_title_is_refused():
    with pytest.raises(chapter.ChapterError, match="no title"):
        chapter.parse("Prose.\n", "dropout")


@pytest.fixture
def course(tmp_path):
    """A course's directory with two topics, a page that is not a topic and a folder without exercises."""
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nparts:\n- caption: One\n  chapters:\n"
        "  - file: chapters/search\n  - file: chapters/notation\n- caption: Two\n  chapters:\n"
        "  - file: chapters/dropout\n    sections:\n    - file: api/dropout\n  - file: chapters/empty\n",
        encoding="utf-8",
    )
    for topic in ("dropout", "search", "empty", "unlisted"):
        folder = tmp_path / "autograder" / "exercises" / topic
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        if topic != "empty":
            (folder / "exercise.py").touch()
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "dropout.md").write_text(CHAPTER, encoding="utf-8")
    return tmp_path


def test_topics_come_in_the_order_of_the_table_of_contents(course):
    assert chapter.topics(course) == ("search", "dropout")


def test_read_is_parse_of_the_file(course):
    assert chapter.read("dropout", course) == chapter.parse(CHAPTER, "dropout", f"{course}/chapters/dropout.md")


def test_a_missing_chapter_and_a_broken_toc_are_named(course):
    with pytest.raises(chapter.ChapterError, match=r"search\.md: the chapter cannot be read"):
        chapter.read("search", course)
    (course / "_toc.yml").write_text("a: [", encoding="utf-8")
    with pytest.raises(chapter.ChapterError, match=r"_toc\.yml: not YAML"):
        chapter.topics(course)
    (course / "_toc.yml").unlink()
    with pytest.raises(chapter.ChapterError, match=r"_toc\.yml: the table of contents cannot be read"):
        chapter.topics(course)
