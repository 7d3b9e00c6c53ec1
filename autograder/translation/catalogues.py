"""Catalogues: one for what the judge says (``judge``), and one for each topic, its chapter and its exercises."""

from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog

from .. import chapter as chapters
from .. import language
from . import pages, sources

JUDGE = "judge"
PACKAGES = Path(language.__file__).parents[1]
# What speaks to students: these of the judge's modules, while the others talk to each other; and what does so by `say`.
JUDGES = "assertions attempt forms handed judge lent report shared show specimens standin told trials unrun verdict"
# And these of what grades, which tell a student what became of a submission.
GRADERS = "cells doubts judging rebuild submission writing"
WHOLE = (
    *(f"autograder/judge/{name}.py" for name in JUDGES.split()),
    *(f"autograder/classroom/{name}.py" for name in GRADERS.split()),
    "autograder/check.py",
    "autograder/sandbox/run.py",
    "autograder/solutions.py",
)
MARKED = (
    "chapter/reading",
    "classroom/disclosure",
    "classroom/pages",
    "classroom/source",
    "cluster/dispatch",
    "live/assignment",
    "live/translated",
    "tries",
)
PROJECT = "Tuning Deep Networks"


def templates(root=chapters.ROOT) -> dict[str, Catalog]:
    """Return the catalogues without translations, by name: all that students read, with its location."""
    said = [(name, sources.of_judge(_text(name))) for name in WHOLE]
    said += [(name, sources.of_marked(_text(name))) for name in (f"autograder/{name}.py" for name in MARKED)]
    found = {JUDGE: _catalogue(said)}
    folder = chapters.exercises_root(root)
    for topic in chapters.topics(root):
        page = Path(root) / "chapters" / f"{topic}.md"
        texts = [(f"chapters/{topic}.md", pages.texts(page.read_text(encoding="utf-8")))]
        for path in sorted((folder / topic).glob("*.py")):
            if path.stem != "__init__":
                texts.append((f"exercises/{topic}/{path.name}", sources.of_exercise(path.read_text(encoding="utf-8"))))
        found[topic] = _catalogue(texts)
    return found


def update(target, root=chapters.ROOT):
    """Write the templates into the directory `target`, update each catalogue, and yield a line for each."""
    target.mkdir(parents=True, exist_ok=True)
    known = templates(root)
    for name, template in known.items():
        _write(target / f"{name}.pot", template)
    for path in sorted(language.HOME.glob("*/*.po")):
        with path.open("rb") as file:
            catalogue = pofile.read_po(file, locale=path.parent.name)
        catalogue.update(known[path.stem])
        _write(path, catalogue)
        done = sum(bool(message.string) and not message.fuzzy for message in catalogue if message.id)
        yield f"{path.parent.name}/{path.name}: {done} of {len(catalogue)} translated"


def _text(name):
    return (PACKAGES / name).read_text(encoding="utf-8")


def _catalogue(texts):
    """Return a catalogue of texts, given as pairs of a file and its (line, text) pairs."""
    catalogue = Catalog(project=PROJECT, copyright_holder=f"the contributors of {PROJECT}", fuzzy=False)
    for file, said in texts:
        for _, text in said:
            catalogue.add(text, locations=[(str(file), None)])
    return catalogue


def _write(path, catalogue):
    with path.open("wb") as file:
        pofile.write_po(file, catalogue, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
