"""Leave out of a page the style rules that it has no use for: most of Bootstrap, in nbgrader's pages."""

import re
from functools import lru_cache

import tinycss2

STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.DOTALL)
NAMED = re.compile(r"""<script\b.*?</script>|<[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>""", re.DOTALL | re.IGNORECASE)


def lean(html):
    """Return a page without those rules of the style sheets in its head that can match nothing in it.

    A selector stays if each element, class and id that it names is a word in a tag or script, wherever that is.

    >>> style = "<style>p, b.idle, a:hover { top: 0 } @media print { .idle { top: 0 } #x { top: 1px } }</style>"
    >>> print(lean(f"<html><head>{style}</head><body id='x'><p>How idle <a>it</a> is</p></body></html>"))
    <html><head><style>p,a:hover{top: 0}@media print {#x{top: 1px}}</style></head><body id='x'>...
    """
    head, end, body = html.partition("</head>")
    named = set(NAMED.findall(STYLE.sub(r"\1", head) + body))
    words = {word for tag in named for word in re.findall(r"[\w-]+", tag)}
    words |= set(map(str.lower, words))  # elements may be written in capitals

    def without(found):
        _, known = _read(found[2])
        return f"{found[1]}{_written(found[2], frozenset(words & known))}{found[3]}"

    return STYLE.sub(without, head) + end + body


@lru_cache(16)
def _read(sheet):
    """Return a style sheet's rules, and all words that their selectors need.

    A rule is its selectors, each with the words that it needs, and what it sets. Anything else has None instead of
    selectors; if it holds rules, they follow.
    """
    rules = _grouped(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))
    return rules, frozenset().union(*_words(rules))


def _words(rules):
    for selectors, _, *inner in rules:
        yield from (needed for _, needed in selectors or ())
        for each in inner:
            yield from _words(each)


@lru_cache(64)
def _written(sheet, words):
    """Return what is left of a style sheet for a page with some words."""
    rules, _ = _read(sheet)
    return "".join(_kept(rules, words))


def _grouped(rules):
    found = []
    for rule in rules:
        if rule.type == "qualified-rule":
            found.append((_selectors(rule.prelude), tinycss2.serialize(rule.content).strip()))
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            found.append((None, f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}", _grouped(inner)))
        else:
            found.append((None, rule.serialize()))
    return tuple(found)


def _selectors(tokens):
    """Return each selector's text and the words that it needs."""
    found, own = [], []
    for token in (*tokens, None):
        if token is None or token == ",":
            found.append((tinycss2.serialize(own).strip(), frozenset(_needed(own))))
            own = []
        else:
            own.append(token)
    return tuple(found)


def _needed(tokens):
    before = None
    for token in tokens:
        if token.type == "hash":
            yield token.value
        elif token.type == "ident" and before != ":":
            yield token.value if before == "." else token.lower_value
        before = token


def _kept(rules, words):
    for selectors, told, *inner in rules:
        if inner:
            if kept := "".join(_kept(*inner, words)):
                yield f"{told}{{{kept}}}"
        elif selectors is None:
            yield told
        elif texts := [text for text, needed in selectors if needed <= words]:
            yield f"{','.join(texts)}{{{told}}}"
