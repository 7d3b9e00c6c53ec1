"""The existing catalogues hold everything that students read, in its current form."""

import pytest

from autograder import language
from autograder.translation import catalogues

PATHS = sorted(language.HOME.glob("*/*.po"))


@pytest.fixture(scope="module")
def templates():
    return catalogues.templates()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_catalogue_is_up_to_date_and_whole(path, templates):
    wanted = {message.id for message in templates[path.stem] if message.id}
    assert wanted == language.read(path.read_text(encoding="utf-8")).keys(), "make messages, then translate what is new"


def test_an_update_keeps_what_is_translated(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "HOME", tmp_path / "locale")
    begun = tmp_path / "locale" / "de" / "judge.po"
    begun.parent.mkdir(parents=True)
    begun.write_text('msgid "Passed"\nmsgstr "Bestanden"\n\nmsgid "gone"\nmsgstr "weg"\n', encoding="utf-8")
    (line,) = catalogues.update(tmp_path / "out")
    assert line.startswith("de/judge.po: 1 of ")
    assert language.read(begun.read_text(encoding="utf-8")) == {"Passed": "Bestanden"}
    assert 'msgid "Passed"' in (tmp_path / "out" / "judge.pot").read_text(encoding="utf-8")
