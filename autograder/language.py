"""The language in which a student is spoken to: English, or another for which there are catalogues.

A catalogue is a gettext file, ``locale/<language>/<name>.po`` (see `translation`). What is said is translated when it
is shown, and never before: verdicts, records and names of mistakes are the same in every language. A sentence that
holds numbers or names is recognized by the words around them; its translation keeps them as ``{0}``, ``{1}``, in any
order.
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
FEW = 3  # a template with fewer words of its own is not a sentence, nor is what is in its fields
WORD = re.compile(r"[^\W\d_]{2,}")
PROSE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,} [^\W\d_]{2,}")
LONGEST = 1000  # characters of a text made from a template

_spoken = [ENGLISH]


class Note(str):
    """Text that is shown without quotes at the end of a notebook's cell."""

    def __repr__(self):
        return str(self)


def languages() -> tuple[str, ...]:
    """Return the available languages, English first.

    >>> languages()
    ('en', 'de')
    """
    return (ENGLISH, *sorted(path.name for path in HOME.iterdir() if path.is_dir()))


def spoken() -> str:
    """Return the language now spoken."""
    return _spoken[-1]


def use(language):
    """Speak a language, such as ``"de"``, from now on; raise ValueError if it has no catalogues."""
    if language not in languages():
        raise ValueError(f"language must be one of {', '.join(map(repr, languages()))}, got {language!r}")
    _spoken[-1] = language


@contextmanager
def using(language):
    """Speak a language inside a ``with`` block."""
    _spoken.append(ENGLISH)
    try:
        use(language)
        yield
    finally:
        _spoken.pop()


def say(text) -> str:
    """Return an English text in the language now spoken, or as it is if no catalogue has it.

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
    templates.sort(key=lambda text: len(FIELD.sub("", text)), reverse=True)  # those with the most words first
    return texts, [(tuple(FIELD.split(text)), texts[text]) for text in templates]


def fields(words, text) -> list[str]:
    """Return what is between the words of a template in a text made from it; [] if the text is not.

    Each word is taken where it first occurs: searching a text that somebody else wrote may take no longer than
    reading it.

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
    """Return what the text of a catalogue translates, except what is marked as fuzzy.

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
