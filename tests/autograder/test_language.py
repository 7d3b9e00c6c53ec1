"""Messages are English, or as a catalogue has them; values put into a sentence are also in its translation."""

import re
import time

import pytest
from babel.messages import pofile
from hypothesis import given
from hypothesis import strategies as st

from autograder import audit, chapter, exercise, language
from autograder.judge import show
from autograder.judge.judge import judge
from autograder.judge.seeds import PUBLIC
from autograder.judge.verdict import CRASHED

PATHS = sorted(language.HOME.glob("*/*.po"))
TOPIC = "hyperparameters"  # which is in German


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_catalogue_is_read_as_babel_reads_it(path):
    with path.open("rb") as file:
        read = pofile.read_po(file)
    wanted = {message.id: message.string for message in read if message.id and message.string and not message.fuzzy}
    assert language.read(path.read_text(encoding="utf-8")) == wanted
    assert wanted


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_translation_keeps_what_is_put_in_and_what_is_not_words(path):
    for original, translation in language.read(path.read_text(encoding="utf-8")).items():
        assert kept(original) == kept(translation)


def kept(text):
    """What a translation leaves unchanged: targets of roles, fields, formulas and code, in any order."""
    role = re.compile(r"(\{[\w:]+\})`[^`<]*<?([^`]+)`")
    return sorted(role.findall(text)), sorted(re.findall(r"\{\w+\}|\$[^$]+\$|`[^`]+`", role.sub("", text)))


def test_what_is_fuzzy_or_has_no_translation_is_said_in_english():
    text = '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr ""\n\nmsgid ""\n"d"\n"e"\nmsgstr "f\\n"\n'
    assert language.read(text) == {"de": "f\n"}


@given(st.integers(0, 99), st.integers(0, 99))
def test_numbers_survive(passed, checks):
    with language.using("de"):
        assert language.say(f"{passed} of {checks} checks pass") == f"{passed} von {checks} Prüfungen bestanden"
    assert language.say(f"{passed} of {checks} checks pass") == f"{passed} of {checks} checks pass"


def test_a_template_of_few_words_takes_no_sentence_for_its_own():
    with language.using("de"):
        assert language.say("1.5 to 2") == "1.5 bis 2"
        assert language.say("A network is taken to be over it.") == "A network is taken to be over it."


@given(st.lists(st.text("ab", min_size=1), min_size=1, max_size=4), st.text("ab "))
def test_fields_are_found_where_a_pattern_finds_them(words, text):
    sentence = ", which are all words of a sentence"  # whose fields may contain others
    words, text = ("", *words, sentence), text + sentence
    found = re.compile("(.+?)".join(map(re.escape, words)), re.DOTALL).fullmatch(text)
    assert language.fields(words, text) == (list(found.groups()) if found else [])


@pytest.mark.parametrize("unit", ["a x of ", "x (x interval x, ", "at x; ", "1 of 2 "])
@pytest.mark.parametrize("count", [50, 100_000])
def test_no_text_keeps_a_translation_busy(unit, count):
    """A student's, or a cluster worker's: with a pattern the second takes seconds, and the longer ones days."""
    with language.using("de"):
        language.catalogue("de")
        begun = time.process_time()
        assert language.say(unit * count)
        assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "In folders beside your notebook are more than 9 files; at most 9 files of 1 MiB in all are read, so none "
            "of them was there when your notebook was run.",
            "In Ordnern neben deinem Notebook liegen mehr als 9 Dateien. Weil höchstens 9 Dateien mit insgesamt 1 MiB "
            "gelesen werden, war keine davon vorhanden, als dein Notebook ausgeführt wurde.",
        ),
        (
            "its cell does not run here (NameError in line 3); a person will look at it.",
            "ihre Zelle läuft hier nicht (NameError in Zeile 3); ein Mensch wird es sich ansehen.",
        ),
        (
            "Cells lost their pictures (limit: 8 MB in all): 1, 2, 3, 4, 5 and 7 more.",
            "Aus folgenden Zellen wurden die Bilder entfernt (erlaubt: insgesamt 8 MB): 1, 2, 3, 4, 5 und 7 weitere.",
        ),
    ],
)
def test_what_is_put_into_a_notice_is_translated_too(english, german):
    with language.using("de"):
        assert language.say(english) == german


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="language must be one of 'en', 'de', got 'xx'"):
        language.use("xx")
    assert language.spoken() == "en"


@pytest.mark.parametrize("id_", exercise.ids(TOPIC, exercise.EXERCISES))
def test_whatever_a_student_is_told_of_a_wrong_answer_is_translated(id_):
    asked = exercise.load(id_, exercise.EXERCISES)
    wrong = [*asked.misconceptions, *asked.neighbours]
    reports = [judge(asked, one.answer, PUBLIC, checks=asked.checks) for one in wrong]
    reports += (
        [judge(asked, answer, PUBLIC, checks=asked.checks) for _, answer in audit.zoo.junk(asked)] if wrong else []
    )
    texts = {text for report in reports for one in report.findings for text in (one.title, one.sentence)}
    texts |= {report.misconception for report in reports} | {*asked.hints} | {line for _, line in asked.rubric}
    with language.using("de"):
        assert [text for text in texts if text and language.say(text) == text] == []
        for report in (report for report in reports if report.verdict != CRASHED):  # which quotes Python's own words
            shown = show.text(report) + show.html(report)
            assert not re.search(r"\b(?:the|must|checks|went|came)\b", shown, re.IGNORECASE), shown


def test_what_is_recorded_is_english_in_each_language():
    asked = exercise.load(f"{TOPIC}/count_parameters", exercise.EXERCISES)
    report = judge(asked, asked.misconceptions[0].answer, PUBLIC, checks=asked.checks)
    with language.using("de"):
        again = judge(asked, asked.misconceptions[0].answer, PUBLIC, checks=asked.checks)
        assert again.as_dict() == report.as_dict()
        assert "Was passiert sein könnte:" in show.text(again)


def test_an_assignment_speaks_the_language():
    english = chapter.read(TOPIC)
    with language.using("de"):
        german = chapter.read(TOPIC)
    assert [one.exercise for one in german.sections] == [one.exercise for one in english.sections]
    assert german.title == "Hyperparameter"
    assert german.sections[1].title == "Zähle die Parameter"
    assert [cell.source for cell in german.setup[:-1]] == [cell.source for cell in english.setup]
    assert "language.use('de')" in german.setup[-1].source
    assert german.claims == english.claims
