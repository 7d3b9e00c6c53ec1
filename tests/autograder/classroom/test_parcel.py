"""A student's hand-in crosses to another machine as it is, except for anything that nobody reads.

Every test of `test_submission` asserts that it is read there as it is here.
"""

import os
import pickle

import pytest

from autograder.classroom import parcel, submission
from autograder.classroom.parcel import FILE, FOLDER, OTHER, Entry


@pytest.fixture
def folder(tmp_path):
    """A submission's folder."""
    folder = tmp_path / "toy"
    folder.mkdir()
    return folder


def test_what_lies_there_is_packed_without_a_path_of_this_machine(folder, tmp_path):
    (folder / "toy.ipynb").write_bytes(b"{}")
    (folder / "data").mkdir()
    (folder / "data" / "a.csv").write_bytes(b"1")
    (tmp_path / "secret_seed").write_bytes(b"secret")
    (folder / "link.csv").symlink_to(tmp_path / "secret_seed")
    os.mkfifo(folder / "pipe")
    packed = parcel.pack(folder, 100)
    assert set(packed) == {
        Entry("toy.ipynb", FILE, 2, b"{}"),
        Entry("data", FOLDER),
        Entry("data/a.csv", FILE, 1, b"1"),
        Entry("link.csv", OTHER),
        Entry("pipe", OTHER),
    }
    sent = pickle.dumps(packed)
    assert str(tmp_path).encode() not in sent
    assert b"secret" not in sent
    assert parcel.size(packed) == 3


def test_names_that_are_no_text_come_along(folder):
    name = os.fsdecode(b"caf\xe9.csv")
    (folder / name).write_bytes(b"1")
    packed = pickle.loads(pickle.dumps(parcel.pack(folder, 100)))
    assert packed == (Entry(name, FILE, 1, b"1"),)


def test_what_is_too_large_to_be_read_is_not_carried_and_keeps_its_size(folder, tmp_path):
    with (folder / "toy.ipynb").open("wb") as file:
        file.truncate(200_000)
    with (folder / "large.bin").open("wb") as file:
        file.truncate(2**33)
    packed = parcel.pack(folder, 100)
    assert parcel.size(packed) == 0
    parcel.lay(packed, target := tmp_path / "laid")
    assert {path.name: path.stat().st_size for path in target.iterdir()} == {"toy.ipynb": 200_000, "large.bin": 2**33}
    assert sum(path.stat().st_blocks for path in target.iterdir()) < 100


def test_many_copies_of_a_large_notebook_are_not_all_carried(folder):
    for number in range(10):
        (folder / f"toy-{number}.ipynb").write_bytes(b" " * 90_000)
    assert parcel.size(parcel.pack(folder, 100)) <= parcel.COPIES * 100_000


def test_a_folder_that_is_a_link_holds_nothing(folder, tmp_path):
    (folder / "toy.ipynb").write_bytes(b"{}")
    (tmp_path / "linked").symlink_to(folder)
    assert parcel.pack(tmp_path / "linked", 100) == ()
    assert submission.everything(tmp_path / "linked") == []
