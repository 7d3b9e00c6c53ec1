"""How learning management systems name the files in a download.

What is said here about names was read from the systems' own sources: Canvas joins the name as it is sorted (only its
letters and digits, in lower case), LATE, the user's number, the file's number and the file's own name; Moodle joins the
full name, a number that it gives a participant for one assignment, and the kind of submission into the name of a
folder, or the beginning of the file's.
"""

import re
import unicodedata
from dataclasses import dataclass

CANVAS, MOODLE, PLAIN = "canvas", "moodle", "plain"
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_((?P<order>\d+)_(?P<own>.+)|(?P<typed>text|link)\.html)",
    re.IGNORECASE | re.DOTALL,
)
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(_(?P<own>.*))?", re.DOTALL)
ENDINGS = re.compile(r"\.ipynb(\.json|\.txt)?$|\.zip$", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """What a system's name for a file says: whose it is, whether it was late, and the path in what was handed in.

    `depth` is how many parts of the path in the download the label takes. `order` is greater for what was handed in
    later, if the system counts, and otherwise 0.
    """

    name: str
    number: str
    path: tuple[str, ...]
    depth: int
    late: bool = False
    order: int = 0


def label(form, path):
    """Return what a path in a download says if read in a form, `CANVAS` or `MOODLE`, or None.

    >>> label("canvas", ("doejane_LATE_12_345_dropout-2.ipynb",))
    Label(name='doejane', number='12', path=('dropout-2.ipynb',), depth=1, late=True, order=345)
    >>> label("moodle", ("Jane Doe_12_assignsubmission_file", "dropout.ipynb"))
    Label(name='Jane Doe', number='12', path=('dropout.ipynb',), depth=1, late=False, order=0)
    >>> label("moodle", ("Jane Doe_12_assignsubmission_file_dropout.ipynb",)).path
    ('dropout.ipynb',)
    """
    for index, part in enumerate(path):
        inside = path[index + 1 :]
        if form == CANVAS and (found := _CANVAS.fullmatch(part)):
            own = found["own"] or f"{found['typed']}.html"
            late, order = bool(found["late"]), int(found["order"] or 0)
            return Label(found["name"], found["number"], (own, *inside), index + 1, late, order)
        if form == MOODLE and (found := _MOODLE.fullmatch(part)) and (found["own"] or inside):
            return Label(found["name"], found["number"], (*filter(None, [found["own"]]), *inside), index + 1)
    return None


def form_of(paths):
    """Return the form that most of a download's paths have: `CANVAS`, `MOODLE` or `PLAIN`."""
    counts = {form: sum(label(form, path) is not None for path in paths) for form in (MOODLE, CANVAS)}
    form = max(counts, key=counts.get)
    return form if 2 * counts[form] > len(paths) else PLAIN


def key(name):
    """Return what two spellings of a name share: its letters and digits, whatever their case and encoding.

    >>> key("O\\u2019Brien, Ren\\u00e9e") == key("obrienrene\\u0301e")
    True
    """
    own = "".join(filter(_is_kept, unicodedata.normalize("NFC", name)))
    return "".join(filter(_is_kept, unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", own).casefold())))


def _is_kept(character):
    """Whether Canvas keeps a character of a name, as the class `word` of its regular expressions does, except _."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def orders(first, last):
    """Return the keys of a name in both orders, if there is anything in it."""
    return {key(first + last), key(last + first)} - {""}


def full(name):
    """Return the keys of a full name, which may be written as for sorting: "Doe, Jane"."""
    last, _, first = name.partition(",")
    return orders(first, last)
