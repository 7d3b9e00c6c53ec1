"""Seeds: the same on every regrade, different for every student, exercise and check, and silent about the secret."""

import itertools

import pytest

from autograder.judge import seeds


def test_a_check_draws_the_same_numbers_again_and_others_elsewhere():
    keys = [seeds.PUBLIC, *(seeds.submission_key(secret, student) for secret in (b"a", b"b") for student in ("x", "y"))]
    places = list(itertools.product(keys, ("dropout/a", "dropout/b"), ("check_1", "check_2")))
    draws = [seeds.check_rng(*place).random() for place in places]
    assert len(set(draws)) == len(places)
    assert draws == [seeds.check_rng(*place).random() for place in places]


def test_ids_do_not_run_into_each_other():
    one = seeds.check_rng(b"k", "dropout/a", "check_b").random()
    assert one != seeds.check_rng(b"k", "dropout/a/check_b", "").random()


def test_the_key_in_force_is_the_environments_or_the_public_one(monkeypatch):
    monkeypatch.delenv(seeds.VARIABLE, raising=False)
    assert seeds.key_in_force() == seeds.PUBLIC
    monkeypatch.setenv(seeds.VARIABLE, seeds.submission_key(b"secret", "x").hex())
    assert seeds.key_in_force() == seeds.submission_key(b"secret", "x")
    monkeypatch.setenv(seeds.VARIABLE, "no hexadecimal")
    with pytest.raises(ValueError, match="hexadecimal"):
        seeds.key_in_force()


def test_a_students_key_does_not_hold_the_secret():
    assert b"secret" not in seeds.submission_key(b"secret", "x")
    assert len(seeds.submission_key(b"secret", "x")) == 32
