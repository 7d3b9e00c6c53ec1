"""Everything in a download is found, or named with its fault, and read up to a limit."""

import io
import os
import shutil
import stat
import struct
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
from dateutil.tz import gettz
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom import ClassError, download
from autograder.classroom.download import MOST_BYTES, Unusable, opened


def zipped(*members, **options):
    """Return the bytes of a zip; a member is (name or ZipInfo, content)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def entry(name, mode=0o100644, date_time=(2026, 2, 2, 15, 58, 24)):
    info = zipfile.ZipInfo(name, date_time)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def found(path, content=None, zone=UTC):
    """Return what is found in a download: path, fault and content as text."""
    if content is not None:
        path.write_bytes(content)
    with opened(path, zone) as files:
        return {"/".join(file.path): file.fault or file.fetch(MOST_BYTES) for file in files}


@pytest.fixture
def path(tmp_path):
    """A path for a download."""
    return tmp_path / "download.zip"


def test_a_zip_and_the_folder_of_it_hold_the_same(path, tmp_path):
    members = [("a/b.ipynb", b"1"), ("c.txt", b"2"), ("a/hw.zip", zipped(("x/y.ipynb", b"3"), ("data.csv", b"4")))]
    path.write_bytes(zipped(*members))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    expected = {"a/b.ipynb": b"1", "c.txt": b"2", "a/hw.zip/x/y.ipynb": b"3", "a/hw.zip/data.csv": b"4"}
    assert found(path) == found(tmp_path / "folder") == expected


def test_a_zip_without_a_notebook_is_a_file(path):
    data = zipped(("data.csv", b"4"))
    assert found(path, zipped(("a/data.zip", data))) == {"a/data.zip": data}


@pytest.mark.parametrize(
    "name",
    ["__MACOSX/a/._x.ipynb", "a/._x.ipynb", ".DS_Store", "a/Thumbs.db", ".ipynb_checkpoints/x.ipynb", "a/DESKTOP.INI"],
)
def test_what_computers_lay_there_is_passed_over(path, name):
    assert found(path, zipped((name, b"1"), ("x.ipynb", b"2"))) == {"x.ipynb": b"2"}


@pytest.mark.parametrize(
    ("member", "fault"),
    [
        (entry("../x.ipynb"), "a path that leads out of the download"),
        (entry("a/../../x.ipynb"), "a path that leads out of the download"),
        (entry("/etc/x.ipynb"), "a path that leads out of the download"),
        (entry("..\\x.ipynb"), "a path that leads out of the download"),
        (entry("C:\\x.ipynb"), "a path that leads out of the download"),
        (entry("x\x1b[31m.ipynb"), "a name with control characters"),
        (entry("a/x\n.ipynb"), "a name with control characters"),
        (entry("é" * 200 + ".ipynb"), "a name that is too long"),
        (entry("a/" * 600 + "x.ipynb"), "a name that is too long"),
        (entry("x.ipynb", stat.S_IFLNK | 0o777), "is a link"),
        (entry("x.ipynb", stat.S_IFIFO | 0o644), "is not a plain file"),
        (entry("x.ipynb", stat.S_IFBLK | 0o644), "is not a plain file"),
    ],
)
def test_what_cannot_be_taken_is_named(path, member, fault):
    got = found(path, zipped((member, b"/etc/passwd"), ("y.ipynb", b"2")))
    assert got.pop("y.ipynb") == b"2"
    ((_, said),) = got.items()
    assert fault in said


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda tmp: (tmp / "x.ipynb").symlink_to("/etc/passwd"), "is a link"),
        (lambda tmp: (tmp / "x").symlink_to("/etc", target_is_directory=True), "is a link"),
        (lambda tmp: os.mkfifo(tmp / "x.ipynb"), "is not a plain file"),
        (lambda tmp: (tmp / "x\x07.ipynb").write_text("1"), "control characters"),
    ],
)
def test_what_cannot_be_taken_of_a_folder_is_named(tmp_path, make, fault):
    make(tmp_path)
    ((_, said),) = found(tmp_path).items()
    assert fault in said


def encrypted(name, content):
    """Return a zip whose only member claims to be encrypted."""
    data = bytearray(zipped((name, content)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize("swapped", ["ann/a.ipynb", "ann"])
def test_a_link_that_is_put_in_the_place_of_what_was_seen_is_not_followed(tmp_path, swapped):
    top, elsewhere = tmp_path / "top", tmp_path / "elsewhere"
    for folder, text in ((top / "ann", "own"), (elsewhere, "secret")):
        folder.mkdir(parents=True)
        (folder / "a.ipynb").write_text(text)
    with opened(top, UTC) as (file,):
        (top / swapped).rename(tmp_path / "own")
        (top / swapped).symlink_to(elsewhere / "a.ipynb" if swapped.endswith("b") else elsewhere)
        with pytest.raises(Unusable, match="cannot be read|was replaced while it was being collected"):
            file.fetch(MOST_BYTES)


def test_a_link_that_is_put_in_the_place_of_a_folder_before_it_is_opened_is_not_followed(tmp_path, monkeypatch):
    top, lstat = tmp_path / "top", os.lstat
    (top / "ann").mkdir(parents=True)
    (tmp_path / "secret.ipynb").write_text("secret")

    def seen(name, **options):
        about = lstat(name, **options)
        if name == "ann":
            (top / "ann").rename(tmp_path / "own")
            (top / "ann").symlink_to(tmp_path)
        return about

    monkeypatch.setattr(download.os, "lstat", seen)
    assert found(top) == {"ann": "cannot be read (Not a directory)"}


def test_nested_folders_are_searched_to_a_limited_depth(tmp_path):
    deep = tmp_path
    for _ in range(600):
        deep = deep / "d"
    deep.mkdir(parents=True)
    assert list(found(tmp_path).values()) == ["is more than 50 folders deep"]
    shutil.rmtree(tmp_path / "d")


def test_encrypted_and_broken_zips_are_named(path):
    whole = zipped(("x.ipynb", b"1" * 1000))
    got = found(
        path,
        zipped(
            ("a.zip", encrypted("x.ipynb", b"1")),
            ("b.zip", whole[: len(whole) // 2]),
            ("c.zip", b""),
            ("d.zip", b"<html>Log in</html>"),
        ),
    )
    assert got == {"a.zip/x.ipynb": "is encrypted"} | dict.fromkeys(
        ["b.zip", "c.zip", "d.zip"], "is a zip that cannot be read"
    )


def test_a_member_that_is_damaged_is_one_files_fault(path):
    content = zipped((entry("x.ipynb"), b"abc"), (entry("y.ipynb"), b"2"))
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("x.ipynb").header_offset + 30 + len("x.ipynb")
    path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
    with opened(path, UTC) as (x, y):
        with pytest.raises(Unusable, match="cannot be read"):
            x.fetch(MOST_BYTES)
        assert y.fetch(MOST_BYTES) == b"2"


@pytest.mark.parametrize("content", [b"", b"<html>", zipped(("x", b"1"))[:40]], ids=["nothing", "a page", "cut"])
def test_a_download_that_is_no_zip_is_one_sentence(path, content):
    path.write_bytes(content)
    with pytest.raises(ClassError, match="is not a zip that can be read"), opened(path, UTC):
        pass
    path.unlink()
    with pytest.raises(ClassError, match="there is no file or folder"), opened(path, UTC):
        pass


def test_a_bomb_is_read_up_to_its_limit(path):
    path.write_bytes(zipped(("x.ipynb", bytes(2 * 10**6)), ("y.zip", zipped(("z.ipynb", bytes(2 * 10**6))))))
    assert path.stat().st_size < 10_000
    with opened(path, UTC) as files:
        for file in files:
            with pytest.raises(Unusable, match="is larger than 1 MiB"):
                file.fetch(2**20)


def test_nested_zips_are_opened_to_a_limited_depth(path, monkeypatch):
    content = zipped(("x.ipynb", b"1"))
    for depth in range(4):
        content = zipped((f"{depth}.zip", content))
    assert found(path, content) == {"3.zip/2.zip/1.zip/0.zip": "is more than 3 zips deep"}
    monkeypatch.setattr(download, "MOST_BYTES", 1000)
    assert found(path, zipped(("a.zip", os.urandom(1001)))) == {"a.zip": "is larger than 0 MiB"}


def test_zips_in_one_file_are_looked_into_up_to_a_limit_and_those_of_others_too(path, monkeypatch):
    inner = zipped(("x.ipynb", b"1"))
    monkeypatch.setattr(download, "MOST_LOOKED_INTO", 5 * len(inner))
    many = zipped(*((f"{number}.zip", inner) for number in range(9)))
    got = found(path, zipped(("many.zip", many), ("one.zip", inner)))
    assert got.pop("one.zip/x.ipynb") == b"1"
    assert set(got.values()) <= {b"1", "is in zips of more than 0 MiB"}
    assert "is in zips of more than 0 MiB" in got.values()


def test_a_zip_with_10_001_files_is_named_and_a_download_is_not(path):
    many = zipped(*((f"{number}.ipynb", b"") for number in range(10_001)))
    assert found(path, zipped(("many.zip", many), ("x.ipynb", b"2"))) == {
        "many.zip": "holds more than 10000 files",
        "x.ipynb": b"2",
    }
    assert len(found(path, many)) == 10_001


def test_a_download_with_too_many_files_is_one_sentence(path, monkeypatch):
    monkeypatch.setattr(download, "MOST_FILES", 2)
    with pytest.raises(ClassError, match="more than 2 files; collect it in parts"):
        found(path, zipped(("a", b""), ("b", b""), ("c", b"")))


def unflagged(name, encoding):
    """Return a zip with a member's name in an encoding that it does not state."""
    stand_in = "x" * len(name.encode(encoding))
    return zipped((stand_in, b"1")).replace(stand_in.encode(), name.encode(encoding))


@pytest.mark.parametrize("encoding", ["cp437", "utf-8"])
@pytest.mark.parametrize("name", ["Jürgen Müller.ipynb", "Zoé.ipynb", "plain.ipynb"])
def test_names_are_read_as_old_zips_write_them_and_as_those_that_do_not_say_so(path, name, encoding):
    assert found(path, unflagged(name, encoding)) == {name: b"1"}


def test_a_name_in_a_folder_that_is_not_utf_8_is_that_of_an_old_zip(tmp_path):
    with open(os.fsencode(tmp_path) + b"/" + "Müller.ipynb".encode("cp437"), "wb") as file:
        file.write(b"1")
    assert found(tmp_path) == {"Müller.ipynb": b"1"}


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=30)


@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(["NFC", "NFD"]))
def test_any_path_is_taken_as_it_is_or_named_and_never_leads_outside(tmp_path_factory, parts, form):
    name = unicodedata.normalize(form, "/".join([*parts, "x.ipynb"]))
    path = tmp_path_factory.mktemp("any") / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"1")
    with opened(path, UTC) as files:
        for file in files:
            assert file.fault or "/".join(file.path) == "/".join(part for part in name.split("/") if part != ".")
            assert file.fault or ".." not in file.path


def time_of(path, zone=UTC):
    with opened(path, zone) as (file,):
        return file.time


@pytest.mark.parametrize(
    ("zone", "hour", "utc"), [("UTC", 15, 15), ("Europe/Berlin", 15, 14), ("America/New_York", 15, 20)]
)
def test_a_zips_time_is_that_of_the_classes_clock(path, zone, hour, utc):
    path.write_bytes(zipped((entry("x.ipynb", date_time=(2026, 2, 2, hour, 58, 24)), b"1")))
    assert time_of(path, gettz(zone)) == datetime(2026, 2, 2, utc, 58, 24, tzinfo=UTC)


def test_a_zip_that_says_when_in_utc_is_believed(path):
    info = entry("x.ipynb")
    moment = datetime(2026, 7, 1, 12, 0, 1, tzinfo=UTC)
    info.extra = struct.pack("<HHH", 1, 2, 7) + struct.pack("<HHBi", 0x5455, 5, 1, int(moment.timestamp()))
    path.write_bytes(zipped((info, b"1")))
    assert time_of(path, gettz("Asia/Tokyo")) == moment


@pytest.mark.parametrize("extra", [b"\x55\x54", b"\x55\x54\x05\x00\x01", b"\x55\x54\x01\x00\x00", b"\xff" * 9])
def test_a_field_that_is_cut_off_says_nothing(extra):
    info = entry("x.ipynb")
    info.extra = extra
    assert download._time(info, UTC) == datetime(2026, 2, 2, 15, 58, 24, tzinfo=UTC)


@pytest.mark.parametrize("date_time", [(1980, 1, 1, 0, 0, 0), (1980, 0, 0, 0, 0, 0), (2026, 2, 31, 0, 0, 0)])
def test_no_time_is_none(date_time):
    info = entry("x.ipynb")
    info.date_time = date_time
    assert download._time(info, UTC) is None


def test_what_lies_in_a_zip_has_the_zips_time(path, tmp_path):
    path.write_bytes(zipped((entry("x.ipynb", date_time=(2020, 1, 1, 0, 0, 0)), b"1")))
    os.utime(path, (1_770_000_000, 1_770_000_000))
    assert time_of(tmp_path) == datetime.fromtimestamp(1_770_000_000, UTC)
