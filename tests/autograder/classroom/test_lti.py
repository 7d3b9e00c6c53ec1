"""Scores arrive at a platform that follows the standards, like Canvas or like Moodle; each refusal is reported."""

import csv
import json
import sys
from datetime import datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key

from autograder import classroom
from autograder.__main__ import main
from autograder.classroom.config import gradebook, load
from autograder.classroom.lti import platform as platforms
from autograder.classroom.lti.service import Service
from tests.autograder.classroom.platforms import AGS, CANVAS, MOODLE, Platform, serving

USERS = {"right": "11", "crash": "12", "broken": "13", "oversized": "14", "blank": "15", "mistake-01": "16"}
both = pytest.mark.parametrize("platform", [CANVAS, MOODLE], indirect=True)


def settle(directory, **settings):
    """Write lti.toml."""
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items() if not isinstance(value, dict)]
    for name, table in settings.items():
        if isinstance(table, dict):
            lines += [f"[{name}]\n", *(f"{key} = {json.dumps(value)}\n" for key, value in table.items())]
    (directory / "lti.toml").write_text("".join(lines))


def mark(directory, student, points):
    with gradebook(load(classroom.open_class(directory))) as book:
        given = book.find_grade("why", "toy", "toy", student)
        given.manual_score, given.needs_manual_grade = points, points is None
        book.db.commit()


def rosters(directory, users):
    with (directory / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "lms_user_id"), *users.items()])


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """A key made by the command, and the command's output: (files' contents by name, sentence)."""
    place = tmp_path_factory.mktemp("key")
    settings = platforms.Platform("https://example.edu/token", "7", "https://example.edu/items")
    with pytest.raises(classroom.ClassError) as made:
        platforms.key_of(classroom.ClassDirectory(place), settings, make=True)
    return {path.name: path.read_bytes() for path in place.iterdir()}, str(made.value)


@pytest.fixture
def platform(request, key):
    """A platform like Canvas, or of another kind that a test names, which knows the key and all students."""
    with serving(Platform(getattr(request, "param", CANVAS))) as platform:
        platform.key = json.loads(key[0]["lti.jwk.json"])
        platform.users = set(USERS.values())
        yield platform


@pytest.fixture
def term(copied, platform, key):
    """A class with scores, some from marks, that the platform can accept; others await marks."""
    for name, content in key[0].items():
        (copied / name).write_bytes(content)
    settle(copied, **platform.settings)
    rosters(copied, USERS)
    mark(copied, "right", 2.5)
    mark(copied, "crash", 0.0)
    return copied


def scores(directory):
    """nbgrader's own totals, for students who await no marks and have handed in something."""
    waiting = {result.student for result in classroom.results(classroom.open_class(directory)) if result.points is None}
    with gradebook(load(classroom.open_class(directory))) as book:
        found = {each["student"]: each["score"] for each in book.submission_dicts("toy")}
    return {student: score for student, score in found.items() if student not in waiting | {"missing"}}


def contents(directory):
    """All files of a class except its logs and the lock."""
    found = (path for path in directory.rglob("*") if path.is_file() and path.suffix != ".log" and path.name != "lock")
    return {path: path.read_bytes() for path in found}


@both
def test_each_score_arrives_and_nothing_for_students_without_one(term, platform):
    known = scores(term)
    assert {"right", "crash"} < known.keys() < USERS.keys()
    assert "mistake-01" not in known  # whose text awaits a mark
    platform.add("another")
    platform.add("one more")
    platform.add("toy")  # on Canvas's second page
    done = classroom.send(term)
    assert {who: score for (who, _), (score, _) in done.scores.items()} == known
    assert done.made == []
    shown = {USERS[who]: pytest.approx(100 * score / 7) for who, score in known.items()}  # the column is out of 100
    assert platform.grades("toy") == shown
    assert {score["scoreMaximum"] for score in platform.taken} == {7.0}


@both
def test_a_line_item_that_is_missing_is_made_once(term, platform):
    first = classroom.send(term)
    assert first.made == ["toy"]
    (item,) = platform.items
    assert (item["label"], item["resourceId"], item["scoreMaximum"]) == ("toy", "toy", 7.0)
    item["label"] = "Assignment 1"  # as a teacher may rename it; then the name is not used to find it
    mark(term, "right", 1.0)
    assert classroom.send(term).made == []
    assert len(platform.items) == 1


@both
def test_only_what_has_changed_is_sent_again_and_later(term, platform, capsys):
    first = classroom.send(term)
    assert classroom.send(term).scores == {}
    capsys.readouterr()
    assert classroom.send(term).unchanged == len(first.scores) == len(platform.taken)
    assert capsys.readouterr().out == ""
    mark(term, "right", 1.0)
    again = classroom.send(term)  # within the same second, for which Moodle would refuse it
    assert (again.scores, again.refused) == ({("right", "toy"): (4.0, 7.0)}, {})
    old, new = (score for score in platform.taken if score["userId"] == USERS["right"])
    assert datetime.fromisoformat(new["timestamp"]) > datetime.fromisoformat(old["timestamp"])
    assert platform.grades("toy")[USERS["right"]] == 4.0
    assert len(classroom.send(term, students=["right"], force=True).scores) == 1


def test_canvas_is_told_when_it_was_handed_in_and_counts_one_attempt(term, platform):
    with gradebook(load(classroom.open_class(term))) as book:
        book.find_submission("toy", "right").timestamp = datetime(2026, 3, 1, 10, 30)
        book.db.commit()
    classroom.send(term, students=["right"])
    mark(term, "right", 1.0)
    classroom.send(term, students=["right"])
    told = [score["https://canvas.instructure.com/lti/submission"] for score in platform.taken]
    assert [each["new_submission"] for each in told] == [True, False]
    assert {each["submitted_at"] for each in told} == {"2026-03-01T10:30:00.000+00:00"}
    assert {score["submission"]["submittedAt"] for score in platform.taken} == {"2026-03-01T10:30:00.000+00:00"}
    for points in (1.0, 2.0):  # whose time is unknown
        mark(term, "crash", points)
        classroom.send(term, students=["crash"])
    told = [score["https://canvas.instructure.com/lti/submission"] for score in platform.taken[2:]]
    assert told == [{"new_submission": True}, {"new_submission": False}]


def test_a_dry_run_asks_for_line_items_and_leaves_all_as_it_is(term, platform, capsys):
    classroom.export(term)  # which notes the marks in the history
    before = contents(term)
    assert main(["send", str(term), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "right, toy: 5.5 of 7" in said
    assert "toy: the platform had no line item; one would be made" in said
    assert "scores would be sent" in said
    assert {path for method, path in platform.asked if method == "POST"} == {"/token"}
    assert (platform.items, platform.taken) == ([], [])
    assert contents(term) == before


@both
def test_each_refusal_is_named_with_its_sentence_and_the_others_arrive(term, platform, capsys):
    platform.users.remove(USERS["crash"])
    assert main(["send", str(term)]) == 1
    said = capsys.readouterr().out
    sentence = {CANVAS: "422 User not found in course or is not a student", MOODLE: "400 Incorrect score received"}
    assert f"Refused: crash, toy: {sentence[platform.kind]}\n" in said
    assert USERS["right"] in platform.grades("toy")
    platform.users.add(USERS["crash"])
    assert classroom.send(term).scores.keys() == {("crash", "toy")}


def test_who_cannot_be_told_from_another_is_refused(term, platform):
    rosters(term, {"right": "11", "crash": "11"})
    done = classroom.send(term)
    assert done.refused["right", "toy"] == done.refused["crash", "toy"]
    assert "several students have the lms_user_id '11'" in done.refused["right", "toy"]
    assert platform.taken == []
    rosters(term, {"crash": "12"})
    done = classroom.send(term)
    assert done.scores.keys() == {("crash", "toy")}
    assert "no lms_user_id" in done.refused["right", "toy"]


def test_a_score_that_is_gone_is_reported_and_stays(term, platform, capsys):
    classroom.send(term)
    mark(term, "right", None)
    assert main(["send", str(term)]) == 0
    assert "right, toy: no longer has a score; the 5.5 sent before stays there" in capsys.readouterr().out
    assert platform.grades("toy")[USERS["right"]] == 5.5


@both
def test_line_items_by_their_addresses_need_no_other_scope(term, platform):
    platform.scopes = {f"{AGS}score"}
    item = platform.add("Assignment 1")
    settings = platform.settings
    del settings["lineitems"]
    settle(term, **settings, line_items={"toy": item["id"]})
    platform.scopes, granted = set(), platform.scopes
    with pytest.raises(classroom.ClassError, match="gives no token for score .400 invalid_scope.; check that"):
        classroom.send(term)
    platform.scopes = granted
    assert classroom.send(term).refused == {}
    assert platform.grades("Assignment 1")[USERS["right"]] == pytest.approx(100 * 5.5 / 7)


@both
def test_a_platform_that_lets_line_items_be_read_is_not_asked_to_make_one(term, platform):
    platform.scopes = {f"{AGS}lineitem.readonly", f"{AGS}score"}
    with pytest.raises(classroom.ClassError, match="no line item called toy, and does not let this class make one"):
        classroom.send(term)
    platform.add("toy")
    assert ("right", "toy") in classroom.send(term).scores
    platform.add("toy")
    with pytest.raises(classroom.ClassError, match="2 line items for toy; name one"):
        classroom.send(term)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": "somebody"}, "400 invalid_client"),
        ({"audience": "https://elsewhere.example.edu"}, "400 invalid_client"),
    ],
    ids=["client", "audience"],
)
def test_a_platform_that_does_not_know_the_class_is_one_sentence(term, platform, change, said):
    settle(term, **(platform.settings | change))
    with pytest.raises(classroom.ClassError, match=said):
        classroom.send(term)


def test_a_course_that_is_not_there_is_one_sentence(term, platform):
    settle(term, **(platform.settings | {"lineitems": f"{platform.url}/nowhere"}))
    with pytest.raises(classroom.ClassError, match="404 The specified resource does not exist.*see lineitems"):
        classroom.send(term)


def test_a_key_that_is_not_registered_is_refused(term, platform):
    for path in term.glob("lti.*.*"):
        path.unlink()
    (term / "lti.pem").unlink()
    with pytest.raises(classroom.ClassError, match="made the class's key"):
        classroom.send(term)
    with pytest.raises(classroom.ClassError, match="400 invalid_client"):
        classroom.send(term)
    platform.key = json.loads((term / "lti.jwk.json").read_text())
    assert ("right", "toy") in classroom.send(term).scores


def test_a_token_is_used_until_it_ends(term, platform):
    platform.add("toy")
    sent = len(classroom.send(term).scores)
    assert len(platform.tokens) == 2  # for two scopes
    platform.lasts = 0  # according to the platform, so every request needs a new one
    assert len(classroom.send(term, force=True).scores) == sent
    assert len(platform.tokens) == 2 + 2 + sent  # one to see which scope is available, one for the line items


def test_a_token_that_is_taken_back_is_a_refusal(term, platform):
    platform.add("toy")
    platform.spoiled = {f"{AGS}score"}
    assert set(classroom.send(term).refused.values()) == {"401 Invalid access token"}
    assert platform.taken == []


def test_a_platform_that_is_busy_is_asked_again(term, platform):
    platform.busy = 1
    assert ("right", "toy") in classroom.send(term).scores
    assert platform.asked[:2] == [("POST", "/token")] * 2


def test_what_was_taken_before_a_platform_went_away_is_not_sent_again(term, platform, monkeypatch):
    post, posted = Service.post, []

    def once(self, line_item, score):
        if posted:
            raise classroom.ClassError("cannot be reached")
        posted.append(score["userId"])
        post(self, line_item, score)

    monkeypatch.setattr(Service, "post", once)
    with pytest.raises(classroom.ClassError, match="cannot be reached"):
        classroom.send(term)
    monkeypatch.undo()
    done = classroom.send(term)
    assert done.unchanged == 1
    assert {USERS[student] for student, _ in done.scores}.isdisjoint(posted)


def test_a_token_goes_to_no_other_host(term, platform):
    platform.add("toy")["id"] = "http://127.0.0.2:9/line_items/1"
    with pytest.raises(classroom.ClassError, match="leads to another host"):
        classroom.send(term)


def test_a_platform_that_is_not_there_is_one_sentence(term, platform):
    settle(term, **(platform.settings | {"token_url": "http://127.0.0.1:1/token"}))
    with pytest.raises(classroom.ClassError, match="cannot be reached"):
        classroom.send(term)


def test_the_key_is_the_owners_alone_and_its_public_half_is_given_twice(copied, key):
    files, said = key
    assert files.keys() == {"lti.pem", "lti.pub.pem", "lti.jwk.json"}
    assert all(name in said for name in files)
    public = load_pem_public_key(files["lti.pub.pem"])
    told = jwt.PyJWK(json.loads(files["lti.jwk.json"]))
    assert told.key.public_numbers() == public.public_numbers()
    assert b"PRIVATE" in files["lti.pem"]
    assert not any(b"PRIVATE" in files[name] or b'"d"' in files[name] for name in ("lti.pub.pem", "lti.jwk.json"))
    settle(copied, token_url="https://example.edu/token", client_id="7", lineitems="https://example.edu/items")
    with pytest.raises(classroom.ClassError, match="there is no key .* yet; make one with: autograder send"):
        classroom.send(copied, dry_run=True)
    with pytest.raises(classroom.ClassError, match="made the class's key"):
        classroom.send(copied)
    assert (copied / "lti.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "lti.toml is missing: it names the platform"),
        ("client_id = ", "is not TOML"),
        ("client_id = 7", "client_id must be a string, got 7"),
        ('client_id = "7"\nkey = "a"', "the settings are token_url, .*; found key"),
        ('client_id = "7"', "lacks token_url"),
        ('client_id = "7"\ntoken_url = "https://a/b"', "lacks lineitems"),
        ('client_id = "7"\ntoken_url = "http://a/b"\nlineitems = "https://a/c"', "must begin with https://"),
        ('client_id = "7"\ntoken_url = "https://a/b"\nlineitems = "file:///a"', "must begin with https://"),
        ('client_id = "7"\ntoken_url = "https://a/b"\n[line_items]\ntoy = 1', "line_items must be a table of strings"),
        (
            'client_id = "7"\ntoken_url = "https://a/b"\n[line_items]\nyot = "https://a/c"',
            "'yot' is not released in this class; released: toy",
        ),
    ],
    ids=str,
)
def test_impossible_settings_are_one_sentence(fresh, text, said):
    if text is not None:
        (fresh / "lti.toml").write_text(text)
    with pytest.raises(classroom.ClassError, match=said):
        classroom.send(fresh)


@pytest.mark.parametrize("content", [b"nothing", b""], ids=["text", "empty"])
def test_a_file_that_is_no_key_is_one_sentence(fresh, content):
    settle(fresh, token_url="https://example.edu/token", client_id="7", lineitems="https://example.edu/items")
    (fresh / "lti.pem").write_bytes(content)
    with pytest.raises(classroom.ClassError, match="holds no private key"):
        classroom.send(fresh)


def test_a_key_of_another_kind_is_refused(fresh):
    settle(fresh, token_url="https://example.edu/token", client_id="7", lineitems="https://example.edu/items")
    other = ec.generate_private_key(ec.SECP256R1())
    (fresh / "lti.pem").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(classroom.ClassError, match="must hold an RSA key"):
        classroom.send(fresh)


def test_without_the_extra_the_command_says_what_to_install(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "autograder.classroom.lti.service", None)
    with pytest.raises(classroom.ClassError, match="needs the course's extra `lti`"):
        classroom.send(fresh)
