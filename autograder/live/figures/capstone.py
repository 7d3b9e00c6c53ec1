"""What a budget buys: the best that random search has found with it, and the Pareto front of what it has tried."""

import numpy as np

from autograder.live.figures import Choice, Figure, Slider
from dnnkit import capstone, search
from dnnkit.plot import Picture
from dnnkit.plot.marks import Curve, Dots
from dnnkit.plot.panel import Panel

SEEDS = {"first": 3, "second": 5, "third": 8}
LENGTHS = (3, 9, 27, 81)
BUDGET = 1458
TRIED, BEST, FRONT = 1, 2, 4


def tried():
    """Return, by problem, for each evaluation in turn: the epochs spent so far, cost, and dev error in percent."""
    return {name: _tried(seed) for name, seed in SEEDS.items()}


def _tried(seed):
    """Evaluate random configurations, each for a random length, until the budget is spent."""
    one, rng, found = capstone.problem(seed, budget=BUDGET), np.random.default_rng([seed, 6]), []
    while one.spent + LENGTHS[0] <= one.budget:
        config, epochs = search.sample(one.space, rng=rng), LENGTHS[int(rng.integers(len(LENGTHS)))]
        if one.spent + epochs > one.budget:
            continue
        error = one.evaluate(config, epochs)
        found.append([one.spent, epochs * config["width"], 90.0 if np.isnan(error) else 100 * error])
    return found


@Figure(
    budget=Slider(81, BUDGET, 27, 486, "Budget (epochs)"),
    problem=Choice(tuple(SEEDS), "Problem"),
    measure=tried,
    alt="First, the dev error of each configuration against the epochs spent so far, and a falling staircase: the "
    "lowest so far. Second, the same configurations by the cost of their training, on a logarithmic axis, and their "
    "dev error. Those that no other beats are connected: the front falls from cheap and poor to expensive and good, "
    "and moves down and to the left as the budget grows.",
)
def figure(budget, problem):
    spent, costs, errors = np.array(figure.measured[problem]).T
    within = spent <= budget
    spent, costs, errors = spent[within], costs[within], errors[within]
    best = np.minimum.accumulate(errors)
    front = capstone.pareto(errors, costs)
    search_so_far = Panel(
        [
            Dots(np.stack([spent, errors], axis=1), colour=TRIED, name="tried"),
            Curve(spent, best, colour=BEST, name="best so far"),
        ],
        title=f"{len(errors)} tried, the best {best[-1]:.0f}%",
        xlabel="epochs spent",
        ylabel="dev error (%)",
        xlim=(0, BUDGET),
        ylim=(0, 100),
    )
    by_cost = Panel(
        [
            Dots(np.stack([costs, errors], axis=1), colour=TRIED, name="tried"),
            Curve(costs[front], errors[front], colour=FRONT, dots=True, name="Pareto front"),
        ],
        title=f"{len(front)} on the front",
        xlabel="cost of the training (epochs × width)",
        ylabel="dev error (%)",
        xscale="log",
        xlim=(40, 6000),
        ylim=(0, 100),
    )
    return Picture([search_so_far, by_cost], columns=2, alt=figure.alt)
