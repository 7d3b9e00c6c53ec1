"""A chapter's text, block by block: what has to be translated, and the chapter in another language.

A block is a paragraph, a heading, an item of a list, a cell of a table or the text of a directive, on one line, as it
is in the source: roles, links and formulas stay in it. In a code cell, the blocks are the sentences of claims, quizzes,
captions and axes; what is measured comes from the cell in every language.
"""

import ast
import json
import re
from functools import partial

from markdown_it import MarkdownIt

from .. import language
from .sources import template

WHOLE, NAMED = {"claim"}, {"question", "mark_all"}  # calls whose first argument, or every text, is read
KEYWORDS = {"alt", "caption", "textbook", "unit", "xlabel", "ylabel"}
SPOKEN = """
```{{code-cell}} ipython3
:tags: [setup, remove-cell]
from autograder import language

language.use({!r})
```
"""
FRONT = re.compile(r"---\n.*?\n---\n", re.DOTALL)
# How blocks begin.
BLOCK = re.compile(r"\s*(`{3}|~{3}|:{3}|\+{3}|-{3}|\${2}|[%>#|<]|[-*+](?=\s)|\d+[.)](?=\s)|\([^)]*\)=)")
NO_TEXT = re.compile(r"\$\$|\+\+\+|\(.*\)=$|(?:\{[\w:]+\})?`[^`]*`$|[\W\d_]*$")
PARSER = MarkdownIt("commonmark").enable("table")


class NotWords(ValueError):
    """A translation is more than words in another language; the message names it."""


def texts(source):
    """Yield (line, text) for each text of a chapter that a reader reads, in order."""
    found = []

    def note(text):
        found.append((0, text))
        return text

    translated(source, note)
    yield from found


def translated(source, say=language.say):
    """Return a chapter's source with `say` applied to each of its texts.

    >>> print(translated("# Two words\\n\\n- one *item*\\n  of two\\n", str.upper))
    # TWO WORDS
    <BLANKLINE>
    - ONE *ITEM* OF TWO
    <BLANKLINE>
    """
    front = FRONT.match(source)
    head = front[0] if front else ""
    return head + _blocks(source[len(head) :], partial(_worded, say))


def spoken(source):
    """Return a chapter in the current language, with a cell that makes everything it calls speak that language too."""
    if language.spoken() == language.ENGLISH:
        return source
    said = translated(source)
    setup = re.search(r"^```\{code-cell\}[^\n]*\n:tags: \[setup\b.*?^```\n", said, re.DOTALL | re.MULTILINE)
    if said == source or not setup:
        return source
    return said[: setup.end()] + SPOKEN.format(language.spoken()) + said[setup.end() :]


def _worded(say, text):
    """Return `say` of a text, which must not begin a block, add a line, or contain other HTML tags than the text.

    The page that it goes into is run, and shown to readers as the course's own.
    """
    said = say(text)
    if said != text and _markup(said) - _markup(text):
        raise NotWords(f"expected the same text in other words, got {said!r} for {text!r}")
    return said


def _markup(text):
    """Return the parts of a text that are more than words: the beginning of a block, line ends, and tags."""
    (inline,) = PARSER.parseInline(text)
    tags = {token.content for token in inline.children if token.type == "html_inline"}
    return tags | {begins[1] for begins in [BLOCK.match(text)] if begins} | ({"\n", "\r"} & {*text})


def _blocks(source, say):
    lines, put = source.split("\n"), {}
    tokens = PARSER.parse(source)
    for number, token in enumerate(tokens):
        if token.type == "fence":
            first, last = token.map
            put[first, last] = _fence(lines[first:last], token.info.strip(), say)
        elif token.type == "tr_open":
            end = next(n for n in range(number, len(tokens)) if tokens[n].type == "tr_close")
            cells = [one.content for one in tokens[number:end] if one.type == "inline"]
            first = token.map[0]
            put[first, first + 1] = [f"| {' | '.join(_said(cell, say) for cell in cells)} |"]
        elif token.type == "inline" and tokens[number - 1].type not in ("th_open", "td_open"):
            first, last = token.map
            content = token.content.split("\n")
            before, found, after = lines[first].partition(content[0])
            text = " ".join(line.strip() for line in content)
            if found and not NO_TEXT.match(text):
                put[first, last] = [before + say(text) + after]
    for first, last in sorted(put, reverse=True):
        lines[first:last] = put[first, last]
    return "\n".join(lines)


def _said(text, say):
    return text if NO_TEXT.match(text) else say(text)


def _fence(lines, info, say):
    """Return the lines of a fenced block, with the text of a directive or a code cell in the other language."""
    inside = "\n".join(lines[1:-1])
    if info.startswith("{code-cell}"):
        return [lines[0], *_code(inside, say).split("\n"), lines[-1]]
    if info.startswith(("{margin}", "{figure-live}", "{note}", "{warning}", "{tip}", "{admonition}")):
        return [lines[0], *_blocks(inside, say).split("\n"), lines[-1]]
    return lines


def _code(source, say):
    """Return a cell's code with its sentences in the other language; the rest stays the same, to the letter."""
    options = re.match(r"(?::\w+:.*\n)*", source)[0]
    code = source[len(options) :]
    spots, docstrings = [], []
    tree = ast.parse(code)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", "")
        if name in NAMED:
            spots += [part for arg in call.args for part in ast.walk(arg) if isinstance(part, ast.Constant)]
        elif name in WHOLE:
            spots += call.args[:1]
        elif getattr(getattr(call.func, "value", None), "id", "") == "plot" and not _is_given(call, "colours"):
            spots += [key for arg in call.args for key in _keys(arg)]  # which name the lines
        spots += [keyword.value for keyword in call.keywords if keyword.arg in KEYWORDS]
    if "exercise" in options:
        docstrings = [node.body[0].value for node in ast.walk(tree) if _has_docstring(node)]
        code = code.replace("# your code here", f"# {say('your code here')}")
        code = code.replace("# your answer here", f"# {say('your answer here')}")
    lines = [line.encode() for line in code.split("\n")]
    for node in sorted((*spots, *docstrings), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        text = template(node)
        if text is None or NO_TEXT.match(text) or (said := say(text)) == text:
            continue
        first, last = node.lineno - 1, node.end_lineno - 1
        after = lines[last][node.end_col_offset :]
        new = lines[first][: node.col_offset] + _literal(node, said, node in docstrings).encode() + after
        lines[first : last + 1] = [new]
    return options + b"\n".join(lines).decode()


def _literal(node, said, is_docstring):
    """Return the source of a text that replaces a constant or an f-string, with the same expressions put into it."""
    if is_docstring:
        quoted = said.replace("\\", "\\\\").replace('"', '\\"')
        return f'"""{quoted}"""'
    quoted = json.dumps(said, ensure_ascii=False)
    if isinstance(node, ast.Constant):
        return quoted
    put = [ast.unparse(ast.JoinedStr([part]))[2:-1] for part in node.values if isinstance(part, ast.FormattedValue)]
    pieces = [piece.replace("{", "{{").replace("}", "}}") for piece in language.FIELD.split(quoted)]
    fields = [int(field[1:-1]) for field in language.FIELD.findall(said)]
    return "f" + "".join(piece + (put[fields[n]] if n < len(fields) else "") for n, piece in enumerate(pieces))


def _is_given(call, name):
    return any(keyword.arg == name for keyword in call.keywords)


def _keys(node):
    """Return the keys of a dict display or a dict comprehension."""
    keys = getattr(node, "keys", None) if isinstance(node, ast.Dict) else [getattr(node, "key", None)]
    return [key for key in keys if key is not None]


def _has_docstring(node):
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None
