"""The tuned comparison: what it chooses, what it refuses, and that neither depends on the test set or on processes."""

import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit import data, mlp
from dnnkit.claim import UntunedError, claim, record, tuned
from dnnkit.hyperparameters import Hyperparameters

SEEDS = range(8)
GRID = (0.01, 0.03, 0.1)
EPOCHS = np.arange(10, 60, 10)


def valley(rate, epoch, grid=GRID, epochs=EPOCHS):
    """A dev error, for each rate of a grid, with its smallest value at a rate and an epoch."""
    return {
        one: 0.1 + abs(grid.index(one) - grid.index(rate)) / 10 + abs(epochs - epoch) / 1000 for one in map(float, grid)
    }


def trained(choices, **others):
    """A training function whose arms have their smallest dev error where `choices` says: (rate, epoch) by seed."""

    def train(arm, rate, seed):
        errors = valley(*choices[arm][seed])[rate]
        return {"epochs": EPOCHS, "dev_errors": errors, **{name: score(errors) for name, score in others.items()}}

    return train


MIDDLE = [(0.03, 30)] * 8


def test_each_arm_is_seen_at_what_its_dev_set_chose_seed_by_seed():
    choices = {"plain": MIDDLE, "dropout": [(0.03, 20)] * 3 + [(0.03, 40)] * 3 + [(0.1, 30), (0.01, 30)]}
    compared = tuned(trained(choices, test_errors=lambda dev: dev + 0.05), dict.fromkeys(choices, GRID), seeds=SEEDS)
    assert list(compared) == ["plain", "dropout"]
    for arm, chosen in choices.items():
        assert [(rate, epoch) for rate, epoch in zip(compared[arm].rates, compared[arm].epochs)] == chosen
        assert compared[arm]["dev_errors"] == pytest.approx(np.full(8, 0.1))
        assert compared[arm]["test_errors"] == pytest.approx(np.full(8, 0.15))
    difference = compared["plain"]["test_errors"] - compared["dropout"]["test_errors"]
    assert claim("They are alike.", difference, "between -0.01 and 0.01").verdict == "supported"


# A quarter of eight seeds is two: three are too many, wherever they are.
@pytest.mark.parametrize("edges", [[], [(0.1, 30)], [(0.1, 30), (0.01, 30)], [(0.03, 50)] * 2, [(0.03, 10)] * 8])
def test_a_fair_comparison_passes(edges):
    choices = {"plain": MIDDLE, "dropout": edges + MIDDLE[len(edges) :]}
    assert len(tuned(trained(choices), dict.fromkeys(choices, GRID), seeds=SEEDS)) == 2


@pytest.mark.parametrize(
    ("edges", "sentences"),
    [
        ([(0.1, 30)] * 3, ["its highest rate of (0.01, 0.03, 0.1) on 3 of 8 seeds: give it larger rates"]),
        ([(0.01, 30)] * 8, ["its lowest rate of (0.01, 0.03, 0.1) on 8 of 8 seeds: give it smaller rates"]),
        ([(0.03, 50)] * 4, ["its last epoch (50) on 4 of 8 seeds: train it longer"]),
        (
            [(0.1, 30), (0.01, 20), (0.03, 50)],
            ["lowest rate of (0.01, 0.03, 0.1) on 1 of 8", "highest rate of (0.01, 0.03, 0.1) on 1 of 8", "on 1 of 8"],
        ),
        ([(0.1, 50)] * 3, ["give it larger rates", "train it longer"]),
    ],
)
def test_a_starved_arm_and_a_one_sided_grid_are_refused(edges, sentences):
    choices = {"plain": MIDDLE, "dropout": edges + MIDDLE[len(edges) :]}
    with pytest.raises(UntunedError) as refusal:
        tuned(trained(choices), dict.fromkeys(choices, GRID), seeds=SEEDS)
    complaint, *table = str(refusal.value).splitlines()
    assert complaint.startswith("'dropout' chose its ")
    for sentence in sentences:
        assert sentence in complaint
    assert table[0].startswith("Chosen by dev errors, for each of 8 seeds")  # what was chosen is shown with it
    assert len(table) == 4


def test_all_arms_that_need_room_are_named_at_once():
    choices = {"plain": [(0.1, 30)] * 8, "fair": MIDDLE, "dropout": [(0.03, 50)] * 8}
    with pytest.raises(UntunedError, match=r"(?s)'plain' chose its high.*'dropout' chose its last") as refusal:
        tuned(trained(choices), dict.fromkeys(choices, GRID), seeds=SEEDS)
    assert "'fair' chose" not in str(refusal.value)


def test_one_of_five_seeds_may_choose_an_end_and_two_may_not():
    for n in (1, 2):
        train = trained({"plain": [(0.1, 30)] * n + MIDDLE})
        if n == 1:
            tuned(train, {"plain": GRID}, seeds=range(5))
        else:
            with pytest.raises(UntunedError, match="on 2 of 5 seeds"):
                tuned(train, {"plain": GRID}, seeds=range(5))


scores = st.lists(st.sampled_from([0.1, 0.2, 0.3, np.nan, np.inf]), min_size=15, max_size=15)


@given(scores, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_choice_is_the_smallest_finite_dev_error_whatever_the_test_set_says(dev, random):
    """Against an explicit search: among equals the middle rate, then the smaller rate, then the earlier epoch."""
    dev = np.array(dev).reshape(3, 5)
    if not np.isfinite(dev).any():
        return
    order = [(1, place) for place in range(5)] + [(0, place) for place in range(5)] + [(2, place) for place in range(5)]
    best = min(dev[spot] for spot in order if np.isfinite(dev[spot]))
    index, place = next(spot for spot in order if dev[spot] == best)

    for test in (np.zeros((3, 5)), np.array([random.random() for _ in range(15)]).reshape(3, 5)):

        def train(arm, rate, seed, test=test):
            row = GRID.index(rate)
            return {"epochs": EPOCHS, "dev_errors": dev[row], "test_errors": test[row]}

        def all_the_same():
            return tuned(train, {"plain": GRID}, seeds=range(5), processes=1)

        if index != 1 or (place == 4):
            with pytest.raises(UntunedError):
                all_the_same()
        else:
            chosen = all_the_same()["plain"]
            assert set(chosen.rates) == {GRID[index]}
            assert set(chosen.epochs) == {EPOCHS[place]}
            assert set(chosen["test_errors"]) == {test[index, place]}


def test_a_rate_that_diverges_is_a_good_upper_end_and_is_told():
    def train(arm, rate, seed):
        errors = valley(0.03, 30)[rate].copy()
        if rate == 0.1:
            return {"epochs": EPOCHS[:2], "dev_errors": np.array([0.5, np.nan])}
        return {"epochs": EPOCHS, "dev_errors": errors}

    compared = tuned(train, {"plain": GRID}, seeds=SEEDS)
    assert "0.1 (0, 8 diverged)" in repr(compared)


def test_the_last_finite_epoch_of_a_run_that_diverged_is_not_the_last():
    def train(arm, rate, seed):
        errors = 0.1 + abs(np.log(rate / 0.03)) - EPOCHS / 1000
        errors[-1] = np.nan
        return {"epochs": EPOCHS, "dev_errors": errors}

    assert set(tuned(train, {"plain": GRID}, seeds=SEEDS)["plain"].epochs) == {40}


def test_an_arm_that_diverges_at_each_rate_is_refused():
    def train(arm, rate, seed):
        return {"epochs": EPOCHS, "dev_errors": np.full(5, np.nan if seed == 3 else 0.1)}

    with pytest.raises(
        UntunedError, match=r"'plain' diverged on seed 3 at each rate of \(0.01, 0.03, 0.1\): give it sm"
    ):
        tuned(train, {"plain": GRID}, seeds=SEEDS)


def test_a_budget_bounds_the_choice_and_is_shown():
    def train(arm, rate, seed):
        errors = valley(0.03, 40)[rate]
        return {"epochs": EPOCHS, "dev_errors": errors, "test_errors": EPOCHS / 100}

    free, bound = (tuned(train, {"plain": GRID}, seeds=SEEDS, budget=budget) for budget in (None, 25))
    assert set(free["plain"].epochs) == {40}
    assert set(bound["plain"].epochs) == {20}
    assert bound["plain"]["test_errors"] == pytest.approx(np.full(8, 0.2))
    assert "seeds, within 25 epochs." in repr(bound)
    assert "within" not in repr(free)


def test_a_budget_excuses_the_last_epoch_but_no_grid_and_no_wish():
    train = trained({"plain": [(0.03, 50)] * 8})
    assert set(tuned(train, {"plain": GRID}, seeds=SEEDS, budget=50)["plain"].epochs) == {50}
    with pytest.raises(UntunedError, match="give it larger rates"):
        tuned(trained({"plain": [(0.1, 50)] * 8}), {"plain": GRID}, seeds=SEEDS, budget=50)
    with pytest.raises(ValueError, match="budget must be at most the epochs that 'plain' was trained for, got 51"):
        tuned(train, {"plain": GRID}, seeds=SEEDS, budget=51)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"seeds": range(4)}, ValueError, r"seeds must be at least 5 different integers, got \(0, 1, 2, 3\)"),
        ({"seeds": [1, 1, 2, 3, 4]}, ValueError, "seeds must be at least 5 different"),
        ({"seeds": [0.5, 1, 2, 3, 4]}, TypeError, r"seeds\[0\] must be an integer"),
        (
            {"rates": {"a": GRID, "b": (*GRID, 0.3)}},
            ValueError,
            "rates must be the same number for each arm, got {'a': 3, 'b': 4}",
        ),
        ({"rates": {"a": GRID[:2]}}, ValueError, r"rates\['a'\] must hold at least 3 different rates"),
        ({"rates": {"a": (0.1, 0.1, 0.2)}}, ValueError, r"rates\['a'\] must hold at least 3 different rates"),
        ({"rates": {"a": (0, 0.1, 0.2)}}, ValueError, r"rates\['a'\] must be in \(0, inf\)"),
        ({"rates": GRID}, TypeError, "rates must be a dict of learning rates by arm, got tuple"),
        ({"rates": {}}, ValueError, "rates must hold at least one arm"),
        ({"by": None}, TypeError, "by must be a string, got NoneType"),
        (
            {"by": "test_errors"},
            ValueError,
            "by must name a score on dev, such as 'dev_errors' or 'dev_losses', got 'test_err",
        ),
        (
            {"by": "dev_losses"},
            ValueError,
            "by must name a score that train returns, got 'dev_losses'; there are epochs, dev",
        ),
        ({"budget": 0}, ValueError, "budget must be at least 1"),
        ({"processes": 0}, ValueError, "processes must be at least 1"),
        ({"train": 3}, TypeError, r"train must be callable as train\(arm, rate, seed\), got int"),
        (
            {"train": lambda arm, rate, seed: 3},
            TypeError,
            r"train\('a', 0.01, 0\) must return an mlp.History, or a dict",
        ),
        (
            {"train": lambda arm, rate, seed: {"epochs": [1, 2], "dev_errors": [1.0]}},
            ValueError,
            r"train\('a', 0.01, 0\) must return 2 values of 'dev_errors', one per epoch, got 1",
        ),
        (
            {"train": lambda arm, rate, seed: {"epochs": [2, 2], "dev_errors": [1.0, 1.0]}},
            ValueError,
            r"must return 'epochs' as rising integers, got \[2, 2\]",
        ),
    ],
)
def test_bad_input_is_named(change, error, message):
    arguments = {"train": trained({"a": MIDDLE}), "rates": {"a": GRID}, "seeds": SEEDS, **change}
    with pytest.raises(error, match=message):
        tuned(arguments.pop("train"), arguments.pop("rates"), **arguments)


def test_what_was_chosen_is_a_table_in_text_and_html():
    choices = {"plain": MIDDLE, "<b>drop</b>": [(0.1, 30)] * 2 + [(0.03, 20)] * 6}
    compared = tuned(trained(choices, test_errors=lambda dev: dev + 0.05), dict.fromkeys(choices, GRID), seeds=SEEDS)
    rows = [
        ["arm", "learning rate (seeds)", "epoch", "dev errors", "test errors"],
        ["plain", "0.01 (0), 0.03 (8), 0.1 (0)", "30 of 50", "0.1 ± 0.0", "0.15 ± 0.00"],
        ["<b>drop</b>", "0.01 (0), 0.03 (6), 0.1 (2)", "20 to 30 of 50", "0.1 ± 0.0", "0.15 ± 0.00"],
    ]
    caption, *lines = repr(compared).splitlines()
    assert [re.split(r" {2,}", line) for line in lines] == rows
    table = BeautifulSoup(compared._repr_html_(), "html.parser").table
    assert table.caption.get_text() == caption == "Chosen by dev errors, for each of 8 seeds."
    assert [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")] == rows


def small_train(arm, rate, seed):
    """A real network on few digits; test errors by a callback, and the parameters."""
    split = data.split_digits(n_train=60, n_dev=60, rng=np.random.default_rng(seed))
    seen = []
    history = mlp.train(
        mlp.init((64, 16, 10), scheme="he", rng=np.random.default_rng(seed)),
        split[:4],
        Hyperparameters(learning_rate=rate, epochs=8, batch_size=20, keep_prob=0.5 if arm == "dropout" else 1.0),
        rng=np.random.default_rng(seed),
        on_divergence="record",
        callbacks=[lambda now: seen.append([(W.copy(), b.copy()) for W, b in now.params])],
    )
    tests = [mlp.error(params, split.x_test, split.y_test) for params in seen]
    return record(history, test_errors=tests, params=seen)


def test_parallel_and_serial_runs_are_equal_to_the_last_bit():
    rates = dict.fromkeys(("plain", "dropout"), (0.1, 0.5, 1e30))

    def anew(arm, rate, seed):  # different code from the next: what was run is not remembered
        return small_train(arm, rate, seed)

    def again(arm, rate, seed):
        return (small_train)(arm, rate, int(seed))

    found = [
        tuned(train, rates, seeds=range(5), by="dev_losses", budget=8, processes=processes)
        for train, processes in ((anew, 1), (again, 2))
    ]
    serial, parallel = ({(arm, *job): one for arm in f for job, one in f[arm].records.items()} for f in found)
    assert list(serial) == list(parallel)
    for job, columns in serial.items():
        assert list(columns) == list(parallel[job])
        for name, score in columns.items():
            if name == "params":
                continue
            np.testing.assert_array_equal(score, parallel[job][name], strict=True)
    assert repr(found[0]) == repr(found[1])
    assert "5 diverged" in repr(found[0])


def test_parameters_of_the_chosen_epoch_have_the_chosen_score():
    chosen = tuned(small_train, {"plain": (0.1, 0.5, 1e30)}, seeds=range(5), budget=8)["plain"]
    assert isinstance(chosen["params"], list)
    for seed, params, score in zip(chosen.seeds, chosen["params"], chosen["test_errors"]):
        split = data.split_digits(n_train=60, n_dev=60, rng=np.random.default_rng(seed))
        assert mlp.error(params, split.x_test, split.y_test) == score


def test_a_history_is_a_record():
    def train(arm, rate, seed):
        split = data.split_digits(n_train=60, n_dev=60, rng=np.random.default_rng(seed))
        start = mlp.init((64, 16, 10), scheme="he", rng=np.random.default_rng(seed))
        settings = Hyperparameters(learning_rate=rate, epochs=3, batch_size=20)
        histories[rate, seed] = mlp.train(
            start, split[:4], settings, rng=np.random.default_rng(seed), on_divergence="record"
        )
        return histories[rate, seed]

    histories = {}
    arm = tuned(train, {"plain": (0.01, 0.1, 1e30)}, seeds=range(5), budget=3, processes=1)["plain"]
    for (rate, seed), history in histories.items():
        columns = arm.records[rate, seed]
        finite = slice(None, -1 if history.diverged_at is not None else None)
        for name in ("train_losses", "train_errors", "dev_losses", "dev_errors"):
            np.testing.assert_array_equal(columns[name][finite], getattr(history, name)[finite])
            assert np.isnan(columns[name][-1]) == (history.diverged_at is not None)
    assert any(history.diverged_at is not None for history in histories.values())


def test_scores_of_a_record_must_fit_its_history():
    split = data.split_digits(n_train=60, n_dev=60, rng=np.random.default_rng(0))
    start = mlp.init((64, 10), scheme="he", rng=np.random.default_rng(0))
    history = mlp.train(start, split[:4], Hyperparameters(learning_rate=0.1, epochs=3), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="test_errors must hold one value for each of 3 evaluations, got 2"):
        record(history, test_errors=[0.1, 0.2])
    with pytest.raises(ValueError, match="scores must have names that a history does not use, got dev_errors"):
        record(history, dev_errors=[0.1, 0.2, 0.3])


def test_an_unknown_score_is_named():
    arm = tuned(trained({"plain": MIDDLE}), {"plain": GRID}, seeds=SEEDS)["plain"]
    with pytest.raises(KeyError, match="'test_errors' was not recorded for 'plain'; there are epochs, dev_errors"):
        arm["test_errors"]


def test_records_that_cells_share_cannot_be_written_to():
    arm = tuned(trained({"plain": MIDDLE}), {"plain": GRID}, seeds=SEEDS)["plain"]
    with pytest.raises(ValueError, match="read-only"):
        arm.records[0.03, 0]["dev_errors"][0] = 0
