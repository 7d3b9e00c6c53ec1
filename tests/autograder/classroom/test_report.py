"""The report's numbers agree with SciPy and with psychometric formulas, and its page loads nothing else."""

import json
import re
import shutil
import statistics as exact
from dataclasses import asdict
from datetime import datetime, timedelta
from urllib.parse import unquote

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from scipy import stats

from autograder import classroom
from autograder.classroom import Result
from autograder.classroom.config import gradebook, load
from autograder.classroom.reporting import similarity, statistics
from autograder.classroom.reporting.gather import Class
from autograder.tries import Attempt
from tests.autograder.classroom.contrast import CONTRAST

QUIET = Console(quiet=True)
SIZES = {"wide": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}
EVIL = "<script>document.title='caught'</script><img src=x onerror=\"document.title='caught'\">"


def taken(table, possible=4.0):
    """Results of students from rows of points, with one exercise per column."""
    return [
        Result(f"s{i}", "t", f"t/e{j}", None if np.isnan(points) else float(points), possible, "wrong", "")
        for i, row in enumerate(table)
        for j, points in enumerate(row)
    ]


@given(st.integers(0, 2**32 - 1), st.integers(4, 40), st.integers(2, 8))
@settings(max_examples=50, deadline=None)
def test_items_agree_with_scipy_and_with_the_formula_for_the_corrected_correlation(seed, students, exercises):
    table = np.random.default_rng(seed).integers(0, 5, (students, exercises)).astype(float)
    total = table.sum(1)
    for item, own in zip(statistics.items(taken(table)), table.T):
        assert item.difficulty == pytest.approx(own.mean() / 4)
        rest = total - own
        if np.ptp(own) == 0 or np.ptp(rest) == 0:
            assert item.discrimination is None
            continue
        assert item.discrimination == pytest.approx(stats.pearsonr(own, rest).statistic)
        # Guilford's correction, from the uncorrected correlation and the standard deviations alone.
        r, s_total, s_item = np.corrcoef(own, total)[0, 1], total.std(), own.std()
        corrected = (r * s_total - s_item) / np.sqrt(s_total**2 + s_item**2 - 2 * r * s_total * s_item)
        assert item.discrimination == pytest.approx(corrected, abs=1e-6)


def test_an_exercise_that_waits_for_a_mark_has_no_number_and_is_in_no_total():
    nan = np.nan
    waits = statistics.items(taken([[0, 1, nan], [2, 2, 4], [4, 4, 0], [1, 0, 0]]))
    without = statistics.items(taken([[0, 1], [2, 2], [4, 4], [1, 0]]))
    assert (waits[2].difficulty, waits[2].discrimination) == (None, None)
    assert [item.discrimination for item in waits[:2]] == [item.discrimination for item in without]


def test_who_could_not_be_judged_is_in_neither_number():
    table = [[0, 1], [2, 2], [4, 3], [1, 0]]
    unjudged = [Result("broken", "t", f"t/e{j}", 0.0, 4.0, "not judged", "") for j in range(2)]
    judged, both = statistics.items(taken(table)), statistics.items(taken(table) + unjudged)
    assert [(each.difficulty, each.discrimination) for each in judged] == [
        (each.difficulty, each.discrimination) for each in both
    ]
    assert both[0].verdicts["not judged"] == ("broken",)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
@settings(max_examples=50, deadline=None)
def test_spread_is_that_of_exact_arithmetic_and_of_scipy(shares):
    found = statistics.spread(shares)
    assert found.mean == pytest.approx(exact.fmean(shares))
    assert found.deviation == pytest.approx(exact.stdev(shares), abs=1e-9)
    assert found.quartiles == pytest.approx(tuple(stats.scoreatpercentile(shares, (25, 50, 75))))


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.floats(0, 1), min_size=1, max_size=30))
def test_quarters_differ_by_one_in_size_and_the_best_come_first(shares):
    found = statistics.quarters(shares)
    sizes = np.bincount(list(found.values()), minlength=4)
    assert sizes.max() - sizes.min() <= 1
    for better in range(3):
        low = [shares[each] for each in found if found[each] == better]
        high = [shares[each] for each in found if found[each] > better]
        assert not low or not high or min(low) >= max(high)


def finding(check, verdict, sentence=""):
    return {"check": check, "title": f"Of {check}.", "verdict": verdict, "sentence": sentence}


def test_wrong_answers_without_a_name_are_together_if_the_same_broke_with_the_same_words():
    told = {
        "a": ("wrong", "", [finding("x", "wrong", "too small"), finding("y", "passed")]),
        "b": ("wrong", "", [finding("x", "wrong", "too small"), finding("y", "passed")]),
        "c": ("wrong", "", [finding("x", "wrong", "too large"), finding("y", "passed")]),
        "d": ("crashed", "", [finding("x", "crashed", "too small"), finding("y", "passed")]),
        "named": ("wrong", "A mistake.", [finding("x", "wrong", "too small"), finding("y", "passed")]),
        "right": ("passed", "", [finding("x", "passed"), finding("y", "passed")]),
    }
    results = [Result(who, "t", "t/e", 0.0, 1.0, verdict, name) for who, (verdict, name, _) in told.items()]
    findings = {(who, "t/e"): tuple(found) for who, (_, _, found) in told.items()}
    assert [set(each.students) for each in statistics.clusters(results, findings)] == [{"a", "b"}, {"d"}, {"c"}]
    x, y = statistics.checks(results, findings)
    assert (x.failed, x.passed) == (("a", "b", "c", "d", "named"), ("right",))
    assert (y.failed, len(y.passed)) == ((), 6)
    (mistake,) = statistics.mistakes(results)
    assert (mistake.misconception, mistake.students) == ("A mistake.", ("named",))


@pytest.fixture(scope="module")
def term(graded, hand_in, tmp_path_factory):
    """The sample class with a late and a missing student, a new mistake, and text that would run if not escaped."""
    copied = shutil.copytree(graded, tmp_path_factory.mktemp("report") / "class")
    place = classroom.open_class(copied)
    with place.roster_file.open("a", encoding="utf-8") as file:
        file.write(f'absent,"{EVIL.replace(chr(34), chr(34) * 2)}",Away,\nodd,,,\nodder,,,\nloud,,,\n')
    code = f"def double(a):\n    # by odd's author: {EVIL}\n    return a * 0 + 7"
    for student in ("odd", "odder"):
        hand_in(copied, student, double=code)
    hand_in(copied, "loud", double=f"def double(a):\n    raise ValueError({EVIL!r})")
    classroom.grade(copied, console=QUIET, isolation="none")
    with gradebook(load(place)) as book:
        book.find_assignment("toy").duedate = datetime(2030, 1, 1)
        book.find_submission("toy", "right").timestamp = datetime(2030, 1, 1) + timedelta(days=2, hours=1)
        book.db.commit()
    return copied


def soup(path):
    return BeautifulSoup(path.read_bytes(), "html.parser")


def behind(page, link):
    """The students behind a number: those named in the list that it links to."""
    listed = page.select_one(f'aside[id="{link["href"][1:]}"]')
    return {each.get_text() for each in listed.select('a[href^="#s"]')}


def test_the_page_tells_of_the_class_what_its_tables_tell(term):
    page = soup(classroom.report(term))
    facts = {re.sub(r"[\d ]*", "", fact.get_text(), count=1): fact for fact in page.select(".facts li")}
    assert behind(page, facts["late"].a) == {"right"}
    assert behind(page, facts["missing"].a) == {"missing", "absent"}
    found = classroom.results(classroom.open_class(term))
    for item in page.select(".items tbody tr"):
        exercise = "toy/" + item.th.contents[0].get_text().replace(" ", "_")
        links = item.select_one(".words").select("a")
        assert links
        for link in links:
            words = page.select_one(f'aside[id="{link["href"][1:]}"]').strong.get_text()
            verdict = words.removeprefix(f"{exercise}: ")
            own = {each.student for each in found if (each.exercise, each.verdict) == (exercise, verdict)}
            assert behind(page, link) == own
            assert int(link.get_text()) == len(own)
    named = {row.th.get_text(): row.select("td")[-1].a for row in page.select(".mistakes tr:has(.heat)")}
    for words, link in named.items():
        assert behind(page, link) == {each.student for each in found if each.misconception == words}
    assert named.keys() == {each.misconception for each in found if each.misconception}
    (late,) = [row for row in page.select("#late-and-missing tr") if "late by" in row.get_text()]
    assert "right" in late.get_text()
    assert "late by 2 days" in late.get_text()


def test_the_histogram_counts_each_score_once(term):
    page = soup(classroom.report(term))
    counts = [int(each.get_text()) for each in page.select(".histogram .count")]
    graded = {result.student for result in classroom.results(classroom.open_class(term))} - {"missing"}
    assert sum(counts) == len(graded)


def test_wrong_answers_alike_stand_together_with_one_example(term):
    page = soup(classroom.report(term))
    found = [each for each in page.select(".cluster") if "odd" in behind(page, each.h4.a)]
    assert [behind(page, each.h4.a) for each in found] == [{"odd", "odder"}]
    assert "return a * 0 + 7" in found[0].select_one("pre").get_text()
    assert "by odd's author" in found[0].select_one("pre").get_text()


def test_a_check_that_nobody_failed_is_named_with_its_code_as_code(copied):
    for path in copied.glob("records/*/toy.json"):
        record = json.loads(path.read_text())
        for finding in record["exercises"].get("toy/double", {}).get("findings", [])[:1]:
            finding |= {"verdict": "passed", "title": "It is `2 * a`."}
        path.write_text(json.dumps(record))
    page = soup(classroom.report(copied))
    (section,) = [each for each in page.select("details") if "nobody failed" in each.summary.get_text()]
    assert "It is 2 * a." in section.get_text()
    assert "2 * a" in [code.get_text() for code in section.select("code")]


def test_each_number_leads_to_students_and_they_to_files_that_are_there(term):
    page = soup(classroom.report(term))
    places = {element["id"] for element in page.select("[id]")} | {"closed"}
    links = [link["href"] for link in page.select("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= places
    files = {unquote(link) for link in links if not link.startswith("#")}
    assert "feedback/right/toy/toy.html" in files
    assert all((term / file).is_file() for file in files)


def test_an_anonymous_report_names_nobody_and_calls_all_the_same_each_time(term):
    known = classroom.report(term).read_text(encoding="utf-8")
    students = {result.student for result in classroom.results(classroom.open_class(term))} | {"absent", "Away"}
    unlike = {student for student in students if student not in ("right", "missing", "broken", "blank", "late")}
    path = classroom.report(term, anonymous=True)
    page = soup(path)
    told = page.get_text(" ") + " ".join(link["href"] for link in page.select("a"))
    assert not [student for student in unlike if re.search(rf"(?<![\w-]){re.escape(student)}(?![\w-])", told)]
    assert all(link["href"].startswith("#") for link in page.select("a"))
    assert "author" not in told
    assert "return a * 0 + 7" in told
    rows = [row.th.get_text() for row in page.select("#students tbody tr")]
    assert rows == sorted(rows)
    assert len(set(rows)) == len(students - {"Away"})
    late = [line.th.get_text() for line in page.select("#late-and-missing tbody tr")]
    assert len(late) == 3
    assert late == sorted(late)
    again = soup(classroom.report(term, anonymous=True))
    assert [row.get_text() for row in again.select("#students tr")] == [
        row.get_text() for row in page.select("#students tr")
    ]
    assert "feedback/right/toy/toy.html" in known


def measure(directory):
    for student, error, epochs in (("right", 0.5, 300.0), ("duplicate", 0.25, 400.0), ("right-otherwise", 0.5, 500.0)):
        path = directory / "records" / student / "toy.json"
        record = json.loads(path.read_text())
        measured = [["test error", error], ["epochs", epochs]]
        record["exercises"]["toy/double"]["findings"][0]["measured"] = measured
        path.write_text(json.dumps(record))


def board(page):
    (heading,) = [each for each in page.select("h3") if each.get_text() == "Board"]
    return [[cell.get_text() for cell in line.select("th, td")] for line in heading.find_next("tbody").select("tr")]


def test_a_student_has_one_alias_on_the_board_and_in_the_report(copied, monkeypatch):
    monkeypatch.setattr("autograder.classroom.aliases.ADJECTIVES", "calm")  # so that several students share each name
    monkeypatch.setattr("autograder.classroom.aliases.ANIMALS", "otter")
    measure(copied)
    *_, path = classroom.export(copied)
    names = [line.split(",")[2] for line in path.read_text().splitlines()[1:]]
    page = soup(classroom.report(copied, anonymous=True))
    assert [row[1] for row in board(page)] == names
    assert set(names) < {row.th.get_text() for row in page.select("#students tbody tr")}
    assert set(names) != {"calm otter", "calm otter 2", "calm otter 3"}, "they are numbered within the whole class"


def test_the_board_is_there_where_answers_were_measured(copied):
    assert "Board" not in [each.get_text() for each in soup(classroom.report(copied)).select("h3")]
    measure(copied)
    assert board(soup(classroom.report(copied))) == [
        ["1", "duplicate", "0.25", "400", "yes"],
        ["2", "right", "0.5", "300", "yes"],
        ["3", "right-otherwise", "0.5", "500", ""],
    ]


def test_a_topic_that_was_not_released_is_an_error(copied):
    with pytest.raises(classroom.ClassError, match="'nonsense' is not released in this class; released: toy"):
        classroom.report(copied, ["nonsense"])
    assert not (copied / "report.html").exists()


def test_a_class_with_nothing_in_it_has_a_report(fresh):
    page = soup(classroom.report(fresh))
    assert "There is no score yet." in page.get_text()
    assert not page.select(".number")


def test_winnowing_keeps_what_the_paper_keeps():
    # Figure 2 of Schleimer, Wilkerson and Aiken (2003): hashes of 5-grams, and what windows of length 4 keep.
    hashes = [77, 74, 42, 17, 98, 50, 17, 98, 8, 88, 67, 39, 77, 74, 42, 17, 98]
    assert similarity.winnow(hashes, 4) == [(17, 3), (17, 6), (8, 8), (39, 11), (17, 15)]


TOKENS = ["a", "7", "'text'", "(", ")", "+", "*", "[", "]", "if", "for", "in", "="]
WORDS = st.lists(st.sampled_from(TOKENS), max_size=40)


@given(WORDS, WORDS, WORDS, WORDS, st.data())
@settings(max_examples=100, deadline=None)
def test_what_two_texts_share_over_the_guaranteed_length_has_a_fingerprint_in_common(a, b, c, d, data):
    least = similarity.K + similarity.WINDOW - 1
    passage = data.draw(st.lists(st.sampled_from(TOKENS), min_size=least, max_size=30))
    one, other = (" ".join([*before, *passage, *after]) for before, after in ((a, b), (c, d)))
    assert similarity.fingerprints(one) & similarity.fingerprints(other)


ORIGINAL = """def double(a):
    total = np.zeros_like(a)
    for index, value in enumerate(np.atleast_1d(a)):
        total[index] = value if value > 0 else value * (1 + 1)
        if index % 3 == 2 and total[index] < 10:
            total[index] += value - total[0] // 4
    return total
"""
RENAMED = re.sub(r"\b(total|index|value)\b", lambda found: f"my_{found[0]}", ORIGINAL).replace("\n", "  # mine\n")


@pytest.mark.parametrize("quote", ['"', "'", "f'", '\'"""'])
def test_unterminated_texts_hide_nothing_below_them_and_take_no_quadratic_time(quote):
    line = f"{quote}\\" * 100_000  # in quadratic time: minutes
    own, below = (similarity.fingerprints(code) for code in (ORIGINAL, f"{line}'\n{ORIGINAL}"))
    assert len(own - below) <= 2  # one or two of which cross the end of the first line


def test_a_renamed_copy_is_found_and_what_everyone_was_given_is_not():
    others = {f"s{i}": {"t/e": f"def double(a):\n    return {' + '.join(['a'] * (i + 2))}\n"} for i in range(20)}
    answers = {"ada": {"t/e": ORIGINAL}, "bob": {"t/e": RENAMED}, **others}
    (pair,) = similarity.pairs(answers, {}, [], {})
    assert (pair.students, pair.share, pair.texts) == (("ada", "bob"), 1.0, ("t/e",))
    assert similarity.pairs(answers, {"t/e": (ORIGINAL,)}, [], {}) == ()


@pytest.mark.parametrize(
    "cell",
    [
        nbformat.v4.new_code_cell(ORIGINAL),
        nbformat.v4.new_markdown_cell(f"For example:\n\n```python\n{ORIGINAL}```\n"),
        nbformat.v4.new_markdown_cell(f"~~~\n{ORIGINAL}~~~"),
    ],
)
def test_what_an_assignment_shows_anywhere_is_nobodys_own(fresh, cell):
    path = fresh / "release" / "toy" / "toy.ipynb"
    notebook = nbformat.read(path, as_version=4)
    others = {f"s{i}": {"toy/double": f"def double(a):\n    return {' + '.join(['a'] * (i + 2))}\n"} for i in range(20)}
    answers = {"ada": {"toy/double": ORIGINAL}, "bob": {"toy/double": RENAMED}, **others}
    gathered = Class(classroom.open_class(fresh), ("toy",), (), (), {}, {}, {}, False)
    assert len(similarity.pairs(answers, gathered.given("toy"), [], {})) == 1
    notebook.cells.insert(2, cell)
    nbformat.write(notebook, path)
    assert similarity.pairs(answers, gathered.given("toy"), [], {}) == ()


def test_students_who_share_rare_mistakes_are_found_without_a_text():
    results, findings = [], {}
    for number in range(32):
        for exercise in ("t/a", "t/b", "t/c"):
            copied = number < 2 and exercise != "t/c"
            wrong = "rare" if copied else "usual" if number % 2 else ""
            student = f"s{number:02}"
            results.append(Result(student, "t", exercise, 0.0, 1.0, "wrong" if wrong else "passed", ""))
            findings[student, exercise] = (finding("x", "wrong" if wrong else "passed", wrong),)
    answers = {result.student: {} for result in results}
    (pair,) = similarity.pairs(answers, {}, results, findings)
    assert (pair.students, pair.share, pair.mistakes) == (("s00", "s01"), 0.0, ("t/a", "t/b"))
    assert pair.bits == pytest.approx(2 * np.log2(32 / 2))
    assert similarity.pairs(answers, {}, results[6:], findings) == ()


def attempts(folder, tried, shared):
    """Put a student's attempts next to a notebook: verdicts on `double`, each with its minute."""
    kept = folder / ".attempts"
    kept.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(asdict(Attempt(f"2030-01-01T{m // 60:02}:{m % 60:02}:00+00:00", "toy/double", verdict, "SECRET")))
        for m, verdict in tried
    ]
    (kept / "toy.jsonl").write_text("\n".join([*lines, "{}", "no attempt"]))
    if shared:
        (kept / "shared").touch()


@pytest.fixture
def tried(copied, hand_in):
    """A class in which some have handed in their attempts in a collected folder, and one a renamed copy."""
    sent = copied.parent / "sent"
    for student, shared, minutes in (
        ("ada", True, [(0, "wrong"), (5, "wrong"), (65, "wrong"), (75, "passed"), (80, "wrong")]),
        ("bob", True, [(0, "crashed"), (1, "wrong")]),
        ("eve", False, [(0, "passed")]),
    ):
        folder = sent / student
        folder.mkdir(parents=True)
        shutil.copy(hand_in(copied, student, double=RENAMED if student == "eve" else ORIGINAL), folder)
        shutil.rmtree(copied / "submitted" / student)
        attempts(folder, minutes, shared)
    place = classroom.open_class(copied)
    place.roster_file.write_text("id\n" + "\n".join(("ada", "bob", "eve", "right")) + "\n")
    classroom.collect(copied, sent)
    classroom.grade(copied, students=["ada", "bob", "eve"], console=QUIET, isolation="none")
    return copied


def test_attempts_are_counted_where_students_have_shared_them_and_never_shown(tried):
    path = classroom.report(tried)
    page = soup(path)
    heading = next(each for each in page.select("h3") if each.get_text() == "Attempts")
    (told,) = heading.find_next("tbody").select("tr")
    cells = told.select("th, td")
    assert [cell.get_text() for cell in cells] == ["double", "2", "3 (2.5 to 3.5)", "8", "1"]
    assert behind(page, cells[1].a) == {"ada", "bob"}
    assert behind(page, cells[4].a) == {"bob"}
    assert "SECRET" not in path.read_text()


def test_attempts_that_a_student_has_made_up_stop_no_report_and_fill_none(tried):
    file = tried / "submitted" / "bob" / "toy" / ".attempts" / "toy.jsonl"
    made_up = [asdict(Attempt("2030-01-01", f"toy/{EVIL}{number}", "wrong", "")) for number in range(1000)]
    nothing = "1\n" * 1_500_000  # each of which would take a microsecond or more
    file.write_text("\n".join((nothing, "[" * 100_000, *map(json.dumps, made_up), file.read_text())))
    page = soup(classroom.report(tried))
    heading = next(each for each in page.select("h3") if each.get_text() == "Attempts")
    assert [row.select("th, td")[1].get_text() for row in heading.find_next("tbody").select("tr")] == ["2"]


def test_attempts_behind_links_are_not_read(tried):
    for student in ("ada", "bob"):
        kept = tried / "submitted" / student / "toy" / ".attempts"
        kept.rename(tried / f"{student}-elsewhere")
        kept.symlink_to(tried / f"{student}-elsewhere")
    assert "Attempts" not in [each.get_text() for each in soup(classroom.report(tried)).select("h3")]


def test_answers_alike_lead_to_both_submissions_or_to_aliases(tried):
    classroom.feedback(tried, students=["ada", "bob", "eve"], console=QUIET)
    for anonymous in (False, True):
        page = soup(classroom.report(tried, anonymous=anonymous))
        heading = next(each for each in page.select("h3") if each.get_text() == "Answers alike")
        rows = heading.find_next("tbody").select("tr")
        links = [tuple(link["href"] for link in each.select("a")) for each in rows]
        if not anonymous:
            files = [
                tuple(f"feedback/{student}/toy/toy.html" for student in both)
                for both in (("ada", "bob"), ("ada", "eve"), ("bob", "eve"))
            ]
            assert sorted(links) == files
            assert rows[0].select("td")[0].get_text() == "100%"
        else:
            assert len(links) == 3
            assert all(link.startswith("#s") for both in links for link in both)
            assert not re.search(r"\b(ada|bob|eve)\b", page.get_text(" "))


@pytest.fixture
def opened(browser, term):
    """A function that opens the report, without a network, and returns the page with its requests and messages."""
    path, contexts = classroom.report(term), []

    def opened(scheme, size):
        context = browser.new_context(color_scheme=scheme, viewport=SIZES[size])
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.errors, page.asked = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda said: page.errors.append(said.text))
        context.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri(), wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_it_asks_for_nothing_runs_nothing_and_can_be_read(opened, scheme, size):
    page = opened(scheme, size)
    assert page.errors == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in page.asked if url.startswith("file:")]) == 1
    assert page.title().startswith("Report")
    assert page.locator("script, img, iframe, object").count() == 0
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    assert page.evaluate(CONTRAST) >= 4.5
    assert page.evaluate('document.fonts.check("16px Course Sans")')
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", dark)[:3])) < 64) == (scheme == "dark")


def test_a_number_shows_its_students_and_a_student_the_row(opened):
    page = opened("light", "wide")
    number = page.locator(".cluster h4 a.number", has_text="2").first
    number.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    number.click()
    listed = page.locator("aside:visible")
    assert listed.count() == 1
    assert page.evaluate("scrollY") == before
    listed.locator("a[href^='#s']", has_text="odder").click()
    assert page.locator("aside:visible").count() == 0
    assert page.locator("tr:target th").inner_text().startswith("odder")


def test_it_prints_on_white_and_without_lists(opened):
    page = opened("dark", "wide")
    page.locator(".facts a.number").first.click()
    page.emulate_media(media="print")
    assert page.locator("aside:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
