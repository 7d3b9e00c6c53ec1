"""Whether each sentence of the prompt has the check that fails without it, and each property a public check.

`covers` maps phrases of the prompt to checks, or to the reason why nothing checks them. Every sentence of the section's
Markdown and of the starter's docstring must contain a phrase, except headings, blocks of code and of mathematics, and
the sentence that offers a hint.
"""

import ast
import inspect
import re

from markdown_it import MarkdownIt

NEIGHBOURS = 2  # of an exercise's misconceptions, which must stay unnamed
PROTECTED = re.compile(r"\$\$.+?\$\$|\$[^$]+\$|`[^`]+`|\b(?:e\.g|i\.e|cf|vs|etc|Fig|Eq)\.", re.DOTALL)
SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][)\"'”]))\s+(?=[^a-z\s])")
EMPHASIS = re.compile(r"(\*{1,2})(?=\S)([^*]+?)(?<=\S)\1|(?<!\w)(_)([^_]+)_(?!\w)")
NOTHING_ASKED = re.compile(r"\$\$[^$]*\$\$|hint\(\"[\w/]+\"\) gives a hint\.")


def problems(exercise, section):
    """Yield a sentence for each gap between the prompt and the public checks."""
    if exercise.kind == "test":
        allowed = f"at most {exercise.most_calls} calls"
        if not any(allowed in sentence for sentence in sentences(section, exercise.name)):
            yield f"the prompt does not say that a test may make {allowed}; write it, or set most_calls"
    if exercise.kind in ("text", "test"):
        return
    checks = {check.name: check for check in exercise.checks}
    yield from _gaps(exercise, section)
    named = set()
    for phrase, by in exercise.covers:
        if isinstance(by, str):
            if not by.strip():
                yield f"covers: {phrase!r} has an empty reason; write why nothing checks it"
            continue
        for check in by if isinstance(by, tuple) else (by,):
            name = getattr(check, "__name__", repr(check))
            named.add(name)
            if name not in checks or checks[name].hidden:
                yield f"covers: {phrase!r} is covered by {name}, which is not a public check; name one that is"
    for check in exercise.checks:
        if check.hidden and not check.like:
            yield f"{check.name} is hidden and not like a public check; write @hidden(like=check_...)"
        elif not check.hidden and check.name not in named:
            yield f"covers names {check.name} for no phrase: no sentence of the prompt asks for it"
        for twin in check.like:
            if twin not in checks or checks[twin].hidden:
                yield f"{check.name} is like {twin}, which is not a public check"
    for wrong in exercise.misconceptions:
        if checks[wrong.caught_by].hidden:
            yield f"{wrong.name} is caught by {wrong.caught_by}, which is hidden; name a public check"
    if sum(check.core for check in exercise.checks) != 1:
        yield "exactly one check must be the core one (@core), which compares with the reference on a generic input"
    if len(exercise.neighbours) < NEIGHBOURS:
        yield f"an exercise has {NEIGHBOURS} neighbours (@neighbour); this one has {len(exercise.neighbours)}"


def _gaps(exercise, section):
    phrases = {phrase: _plain(phrase) for phrase, _ in exercise.covers}
    asked = sentences(section, exercise.name)
    for sentence in asked:
        if not any(phrase in sentence for phrase in phrases.values()):
            yield f"covers has no phrase of {sentence!r}; name the check that fails without it, or why nothing does"
    for phrase, plain in phrases.items():
        if not any(plain in sentence for sentence in asked):
            yield f"covers: {phrase!r} is in no sentence of the prompt; copy the words as they are there"


def sentences(section, name):
    """Return the sentences of an exercise's prompt and of its starter's docstrings, plain and on one line each."""
    texts = [cell.source for cell in section.cells if cell.kind == "markdown" and "exercise" not in cell.tags]
    if section.kind == "code":
        texts += _docstrings(ast.parse(section.starter.source), name)
    return [sentence for text in texts for block in _blocks(text) for sentence in _divided(block)]


def _docstrings(tree, name):
    """Yield the docstring of what a starter defines under a name, and of its methods."""
    for node in ast.walk(next((node for node in tree.body if getattr(node, "name", None) == name), ast.Module([], []))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node)):
            yield re.sub(r"^>>> .*\n(?:(?!>>> |\n).*\n?)*", "", inspect.cleandoc(text), flags=re.MULTILINE)


def _blocks(text):
    """Yield the text of each paragraph, list item and row of a table, without headings and code."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    row = []
    for before, token in zip([None, *tokens], tokens):
        if token.type == "tr_close":
            yield " ".join(row)
            row = []
        elif token.type == "inline" and before.type in ("th_open", "td_open"):
            row.append(token.content)
        elif token.type == "inline" and before.type != "heading_open":
            yield token.content


def _divided(block):
    """Yield the sentences of a block; none ends within code, mathematics or an abbreviation."""
    kept = []

    def keep(match):
        kept.append(match.group())
        return f"\x00{len(kept) - 1}\x00"

    for sentence in SENTENCE_END.split(PROTECTED.sub(keep, block)):
        whole = re.sub("\x00(\\d+)\x00", lambda match: kept[int(match.group(1))], sentence)
        plain = _plain(whole)
        if plain and not NOTHING_ASKED.fullmatch(plain):
            yield plain


def _plain(text):
    """Return a text without emphasis and code marks, its white space as single spaces."""
    text = EMPHASIS.sub(lambda match: match[2] or match[4], re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))
    return " ".join(text.replace("`", "").split())
