"""The capstone's problem against gradient descent in torch, and its count against every way of overspending."""

import math

import numpy as np
import pytest
import torch

from dnnkit import capstone, claim, data, search
from dnnkit.capstone import BUDGET, LONGEST, SPACE, OverBudgetError, problem

GOOD = {"learning_rate": 0.003, "momentum": 0.9, "lam": 30.0, "printed_weight": 0.3, "width": 64}


def rng(seed=0):
    return np.random.default_rng(seed)


def by_torch(one, config, epochs):
    """Dev error of the last layer trained step by step, its loss differentiated by torch."""
    images, world = one.images, one._world
    hidden, hidden_dev = (
        torch.from_numpy(world.hidden(x, config["width"])).double() for x in (images.x_train, images.x_dev)
    )
    targets = torch.eye(10, dtype=torch.float64)[torch.from_numpy(images.y_train.copy())] - 0.1
    counts = torch.where(torch.from_numpy(images.printed.copy()), config["printed_weight"], 1.0).double()
    weights = torch.zeros((config["width"], 10), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=config["learning_rate"], momentum=config["momentum"])
    for _ in range(epochs):
        optimizer.zero_grad()
        each = ((hidden @ weights - targets) ** 2).sum(dim=1) / 2
        loss = (counts * each).sum() / counts.sum() + config["lam"] / (2 * len(images.y_train)) * (weights**2).sum()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return float(((hidden_dev @ weights).argmax(dim=1).numpy() != images.y_dev).mean())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("epochs", [1, 7, LONGEST])
def test_an_evaluation_is_gradient_descent_as_torch_does_it(seed, epochs):
    one = problem(seed)
    generator = rng([seed, epochs])
    while math.isnan(one._world.dev_error(config := search.sample(SPACE, rng=generator), LONGEST)):
        pass
    assert one.evaluate(config, epochs) == pytest.approx(by_torch(one, config, epochs), abs=1.1 / 150)


def test_a_rate_beyond_the_curvature_diverges():
    curvature = problem(3)._world._least_squares(64, 1.0)[0].max()
    config = GOOD | {"momentum": 0.0, "lam": 0.1, "printed_weight": 1.0}
    one = problem(3)
    assert math.isnan(one.evaluate(config | {"learning_rate": 2.2 / curvature}, LONGEST))
    assert one.evaluate(config | {"learning_rate": 1.8 / curvature}, LONGEST) < 0.9
    assert one.spent == 2 * LONGEST  # a failure costs what it costs


def rows(x, contrast):
    """The images as bytes, each pixel a number from 0 to 16."""
    return [row.tobytes() for row in np.round(16 * x / contrast).astype(np.int8)]


def test_the_data_are_what_the_docstring_says():
    images, labels = data.digits()
    truth = dict(zip(rows(images.reshape(-1, 64), 1), labels.tolist()))
    shares = []
    for seed in range(12):
        one = problem(seed).images
        contrast = one.x_dev.max()
        assert (one.x_train.shape, one.x_dev.shape, one.printed.sum()) == ((360, 64), (150, 64), 300)
        assert 0.099 < contrast < 10.01
        assert [truth[row] for row in rows(one.x_dev, contrast)] == one.y_dev.tolist()  # by hand, labelled with care
        by_hand = ~one.printed
        right = np.array([truth[row] for row in rows(one.x_train[by_hand], contrast)])
        shares.append(np.mean(right != one.y_train[by_hand]))
        printed = rows(one.x_train[one.printed], contrast)
        assert sum(row in truth for row in printed) == 0
    assert 0.02 < min(shares) < 0.15 < np.mean(shares) < 0.32
    assert max(shares) < 0.5


def test_training_dev_and_test_share_no_handwritten_image():
    one = problem(1)
    images, (x_test, _) = one.images, one._world._test
    parts = [{row.tobytes() for row in x} for x in (images.x_train[~images.printed], images.x_dev, x_test)]
    assert len(set.union(*parts)) == sum(map(len, parts)) == 60 + 150 + 1000


def test_seeds_repeat_and_differ():
    first, again, other = problem(4), problem(4), problem(5)
    assert first.evaluate(GOOD, 9) == again.evaluate(GOOD, 9)
    assert (first.spent, again.spent, other.spent) == (9, 9, 0)
    assert not np.array_equal(first.images.x_dev, other.images.x_dev)


def test_images_that_problems_share_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        problem(4).images.x_train[0] = 0


def test_one_epoch_over_the_budget_is_refused_and_trains_nothing():
    one = problem(0, budget=100)
    one.evaluate(GOOD, 60)
    with pytest.raises(OverBudgetError, match="the budget is 100 epochs: 60 are spent, 41 more were asked for"):
        one.evaluate(GOOD, 41)
    assert one.spent == 60
    one.evaluate(GOOD, 40)
    with pytest.raises(OverBudgetError, match="100 are spent, 1 more"):
        one.evaluate(GOOD, 1)


def test_the_test_set_answers_once_and_costs_nothing():
    one = problem(0)
    error = one.test_error(GOOD)
    assert error == one._world.test_error(GOOD, LONGEST)
    assert one.spent == 0
    with pytest.raises(RuntimeError, match="it answers once"):
        one.test_error(GOOD)


def test_tuning_beats_full_length_random_search_and_every_fixed_choice_that_random_search_finds():
    """The premise of the chapter's exercise: a method is worth more here than any single configuration."""

    def reached(choose):
        found = []
        for seed in range(40):
            one = problem(seed)
            found.append(one.test_error(choose(one, rng([7, seed]))))
        return np.nan_to_num(found, nan=0.9)

    def baseline(one, generator):
        def to_the_end(config):
            return one.evaluate(config, LONGEST)

        return search.random_search(to_the_end, SPACE, n_trials=BUDGET // LONGEST, rng=generator).best_config

    errors = reached(lambda one, generator: capstone.tune(one.evaluate, one.space, one.budget, rng=generator))
    assert claim.t_interval(reached(baseline) - errors)[2] > 0.03
    draw = rng(9)
    configs = [search.sample(SPACE, rng=draw) for _ in range(20)]
    best = min((reached(lambda *_, config=config: config) for config in configs), key=np.mean)
    assert claim.t_interval(best - errors)[2] > 0.03


def test_the_first_layer_is_the_one_that_evaluations_use():
    one = problem(2)
    W, b = one.first_layer(16)
    x = one.images.x_dev
    np.testing.assert_allclose(np.maximum(x @ W + b, 0), one._world.hidden(x, 16), atol=1e-12)
    assert (W.shape, b.shape) == ((64, 16), (16,))
    assert abs((x @ W + b).mean()) < 0.3 * (x @ W + b).std()  # about as many neurons on as off
    with pytest.raises(ValueError, match="width must be one of"):
        one.first_layer(32)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: problem(-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: problem(0.5), TypeError, "seed must be an integer"),
        (lambda: problem(0, budget=0), ValueError, "budget must be at least 1, got 0"),
        (lambda: problem(0).evaluate(GOOD, 0), ValueError, "epochs must be at least 1, got 0"),
        (lambda: problem(0).evaluate(GOOD, 82), ValueError, "epochs must be at most 81, got 82"),
        (lambda: problem(0).evaluate(GOOD, 2.0), TypeError, "epochs must be an integer"),
        (lambda: problem(0).evaluate(None, 2), TypeError, "config must be a dict, got NoneType"),
        (
            lambda: problem(0).evaluate({"lam": 1.0}, 2),
            ValueError,
            "config must have the names learning_rate, momentum",
        ),
        (lambda: problem(0).evaluate(GOOD | {"width": 32}, 2), ValueError, r"config\['width'\] must be one of"),
        (lambda: problem(0).evaluate(GOOD | {"lam": 0.01}, 2), ValueError, r"config\['lam'\] must be in \[0.1, 1000"),
        (lambda: problem(0).test_error(GOOD, 82), ValueError, "epochs must be at most 81, got 82"),
        (lambda: problem(0).test_error(GOOD | {"momentum": 1.0}), ValueError, r"config\['momentum'\] must be in"),
    ],
)
def test_bad_input_is_named_and_costs_nothing(act, error, message):
    with pytest.raises(error, match=message):
        act()
