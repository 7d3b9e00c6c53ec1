"""Whatever a student wrote is judged, or a person is asked to look at it: say which exercises to look at, and why.

An exercise that the judge takes for not attempted is looked at if something was written for it: in its cell, in another
one, in a locked one, or in a file next to the notebook.
"""

import ast
import json
import re

from ..judge.verdict import NOT_ATTEMPTED, PASSED
from . import strays
from .cells import listed
from .python import defined, parsed, syntax
from .submission import shown

UNJUDGED = "what is in its cell could not be judged; a person will look at it."
UNANSWERED = "its own cell is as it was handed out, but there is text in another; a person will look at it."
TOO_LATE = "it is defined again below the place where it was judged; a person will look at it."
NOT_RUN = "a locked cell ({}) was changed, but ran as it was handed out; a person will look at it."
BESIDE = "its own cell is as it was handed out, but the answer may be in another file ({}); a person will look at it."
TEXT = re.compile(r".*\.(md|txt|rst|tex|rtf|docx?|odt|pdf|html?|pages|png|jpe?g|heic)", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"(^|/)[^.]+$|\.(pyw?|txt|md|rst|html?|ipynb|json)$", re.IGNORECASE)
PACKED = re.compile(r"\.(zip|rar|7z|tar|t?gz)$", re.IGNORECASE)
FEW_WORDS = 5  # of a text in code; more may be an answer in words
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def doubts(release, rebuilt, verdicts, files, others=()):
    """Return, by exercise, why a person should look at it: what was written for it may not have been judged.

    Parameters
    ----------
    release : NotebookNode
        The assignment.
    rebuilt : autograder.classroom.rebuild.Rebuilt
        What a submission was rebuilt into.
    verdicts : dict of str to str
        The judge's verdicts, by the name of the exercise, as far as there are any.
    files : dict of str to bytes
        The files next to the notebook.
    others : sequence of str
        The names of other notebooks there.
    """
    names = strays.exercises(release)
    starters = {cell.id: cell.source for cell in release.cells}
    found, said = strays.strays(rebuilt.notebook, names), {}
    for cell, name in strays.answers(rebuilt.notebook, names):
        if verdicts.get(name) == PASSED:
            continue
        if cell.cell_type == "markdown":
            blank = cell.source.strip() in ("", starters[cell.id].strip())
            why = _text_elsewhere(name, found, files) if blank and not cell.get("attachments") else ""
        elif verdicts.get(name) == NOT_ATTEMPTED:
            written = strays.is_written(starters[cell.id], cell.source)
            why = UNJUDGED if written else _code_elsewhere(name, starters[cell.id], found, files, others)
        else:
            defining = [stray for stray in found if stray.is_code and _defines(stray.text, name)]
            given = syntax(cell.source) == syntax(starters[cell.id])  # in a repair, the code to be repaired was judged
            late = any(name in stray.judged for stray in defining)
            why = UNANSWERED if given and defining else TOO_LATE if late else ""
        locked = [other for other in rebuilt.changed if strays.exercise_of(other, names) in ("", name)]
        if locked and cell.cell_type == "code":
            why = why or NOT_RUN.format(", ".join(locked))
        if why:
            said[name] = why
    return said


def _text_elsewhere(name, found, files):
    if any(not stray.is_code or (stray.section == name and _speaks(stray.text)) for stray in found):
        return UNANSWERED
    return _beside([file for file in files if TEXT.fullmatch(file) or PACKED.search(file)])


def _code_elsewhere(name, starter, found, files, others):
    for stray in found:
        near = stray.section == name and (not stray.is_code or _is_like(starter, stray.text))
        if near or _defines(stray.text, name):
            return UNANSWERED
    would = _would_define(name)
    texts = {
        file: text.decode(json.detect_encoding(text), "replace") for file, text in files.items() if CODE.search(file)
    }
    packed = [file for file in files if PACKED.search(file)]
    return _beside([*others, *packed, *(file for file, text in texts.items() if would.search(text))])


def _beside(names):
    return BESIDE.format(listed(names, shown)) if names else ""


def _defines(text, name):
    """Whether a text, which need not be Python, has what would define a name."""
    return bool(_would_define(name).search(text)) or name in defined(text)


def _would_define(name):
    """Return a pattern that finds a definition or an assignment; it begins with letters, which makes searching fast."""
    return re.compile(rf"{name}(?<!\w{name})\b(?:\s*=(?!=)|(?<=def {name})|(?<=class {name}))")


def _is_like(starter, code):
    """Whether code defines something or, if a value is asked for, assigns something to a name."""
    asks_for_value = not any(isinstance(one, DEFINITIONS) for one in parsed(starter).body)
    kinds = (*DEFINITIONS, ast.Assign, ast.AnnAssign) if asks_for_value else DEFINITIONS
    return any(isinstance(one, kinds) for one in parsed(code).body)


def _speaks(code):
    """Whether code has a string of more than a few words."""
    texts = [node.value for node in ast.walk(parsed(code)) if isinstance(node, ast.Constant)]
    return any(isinstance(text, str) and len(text.split()) > FEW_WORDS for text in texts)
