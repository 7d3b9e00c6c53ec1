"""In which language a student is spoken to: English, or another one for which there are catalogues.

A catalogue is a file of gettext's, ``locale/<language>/<name>.po`` (see `translation`). What is said is put into
another language when it is shown, and never before: verdicts, records and names of mistakes are the same in each. A
sentence that holds numbers or names is known by the words around them; its translation keeps them as ``{0}``, ``{1}``,
in any order.
"""

import ast
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

HOME = Path(__file__).parent / "locale"
ENGLISH = "en"
QUOTED = r'((?:"(?:[^"\\]|\\.)*"\n)+)'
ENTRY = re.compile(rf"^(#, .*\n)?msgid {QUOTED}msgstr {QUOTED}", re.MULTILINE)
FIELD = re.compile(r"\{\d+\}")
FEW = 3  # a template with fewer words of its own is no sentence, and neither is what stands in its fields
WORD = re.compile(r"[^\W\d_]{2,}")
PROSE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,} [^\W\d_]{2,}")
LONGEST = 1000  # characters of a text that has come of a template

_spoken = [ENGLISH]


class Note(str):
    """What is said, shown without quotes at the end of a notebook's cell."""

    def __repr__(self):
        return str(self)


def languages() -> tuple[str, ...]:
    """Return the languages that there are, English first.

    >>> languages()
    ('en', 'de')
    """
    return (ENGLISH, *sorted(path.name for path in HOME.iterdir() if path.is_dir()))


def spoken() -> str:
    """Return the language that is spoken now."""
    return _spoken[-1]


def use(language):
    """Speak a language from now on, such as ``"de"``; ValueError where there are no catalogues of it."""
    if language not in languages():
        raise ValueError(f"language must be one of {', '.join(map(repr, languages()))}, got {language!r}")
    _spoken[-1] = language


@contextmanager
def using(language):
    """Speak a language inside of a ``with`` block."""
    _spoken.append(ENGLISH)
    try:
        use(language)
        yield
    finally:
        _spoken.pop()


def say(text) -> str:
    """Return an English text in the language that is spoken, or as it is where no catalogue has it.

    >>> with using("de"):
    ...     say("Hint 1 of 3: think")
    'Tipp 1 von 3: think'
    """
    if spoken() == ENGLISH or not text:
        return text
    texts, templates = catalogue(spoken())
    if text in texts or len(text) > LONGEST:
        return texts.get(text, text)
    for words, translation in templates:
        if found := fields(words, text):
            return _filled(translation, list(map(say, found)))
    return text


@cache
def catalogue(language):
    """Return what is translated into a language: texts (a dict), and templates as pairs of words and a text."""
    texts = {}
    for path in sorted((HOME / language).glob("*.po")):
        texts |= read(path.read_text(encoding="utf-8"))
    templates = [text for text in texts if FIELD.search(text)]
    templates.sort(key=lambda text: len(FIELD.sub("", text)), reverse=True)  # the one with most words of its own first
    return texts, [(tuple(FIELD.split(text)), texts[text]) for text in templates]


def fields(words, text) -> list[str]:
    """Return what stands between the words of a template in a text that it has become; [] where it has not.

    Each word is taken where it comes first: what is looked for in a text that somebody else wrote may take no longer
    than reading it.

    >>> fields(("", " of ", " checks pass"), "2 of 3 checks pass")
    ['2', '3']
    """
    first, *inner, last = words
    place, end = len(first), len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last)):
        return []
    found = []
    for word in inner:
        if (at := text.find(word, place + 1, end)) < 0:
            return []
        found.append(text[place:at])
        place = at + len(word)
    found.append(text[place:end])
    is_sentence = len(WORD.findall(" ".join(words))) >= FEW
    return found if place < end and (is_sentence or not any(map(PROSE.search, found))) else []


def read(text) -> dict[str, str]:
    """Return what the text of a catalogue has translated; what is marked as fuzzy is not.

    >>> read('msgid "one"\\nmsgstr "eins"\\n\\nmsgid "two"\\nmsgstr ""\\n')
    {'one': 'eins'}
    """
    found = {}
    for flags, original, translation in ENTRY.findall(text + "\n"):
        if "fuzzy" not in flags and (said := _joined(translation)) and (key := _joined(original)):
            found[key] = said
    return found


def _filled(template, parts):
    return FIELD.sub(lambda field: parts[int(field[0][1:-1])], template)


def _joined(lines):
    return "".join(map(ast.literal_eval, lines.splitlines()))
