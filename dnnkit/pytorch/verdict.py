"""From what was measured to a verdict with a cause."""

import math

from dnnkit.gradients import diagnose_gradients

_FAR = 1e6  # a change by this much is not stable, whatever the rate


def judge(layers, time, loss, *, low, high, harmless):
    """Verdict, rate and reason: through the layers, and if these are stable, through the steps in time."""
    overflown = [layer.label for layer in reversed(layers) if math.isinf(layer.gradient_norm)]
    if overflown or not math.isfinite(loss):
        spoilt = [layer.label for layer in layers if not math.isfinite(layer.mean)]
        where = (
            f"the output of {spoilt[0]}" if spoilt else f"the gradient at {overflown[0]}" if overflown else "the loss"
        )
        return "exploding", math.inf, f"{where} is not finite"
    path = path_of(layers)
    if len(path) < 2 and not time:
        raise ValueError(f"model must have two layers with weights whose outputs get a gradient, got {len(path)}")
    verdict, rate, reason = _through_layers(path, layers, low, high, harmless) if len(path) > 1 else ("stable", 1.0, "")
    if verdict != "stable" or not time:
        return verdict, rate, reason
    worst = max(time, key=lambda item: abs(math.log(item.change)) if item.change else math.inf)
    if 1 / harmless <= worst.change <= harmless:
        return verdict, rate, "; ".join(filter(None, [reason, _in_time(worst)]))
    return "vanishing" if worst.change < 1 else "exploding", worst.rate, _in_time(worst)


def path_of(layers):
    """The calls of layers with weights whose outputs get a gradient."""
    return [layer for layer in layers if layer.weighted and not math.isnan(layer.compared_gradient)]


def _in_time(worst):
    size = f"{worst.change:.2g} times as large" if worst.change else "0 in float32"
    label = worst.name or worst.kind
    return (
        f"through time, over the {worst.steps} steps of {label}, the gradient is {size} at the first as at the last, "
        f"{worst.rate:.2g} per step"
    )


def _through_layers(path, layers, low, high, harmless):
    first, last = path[0], path[-1]
    if last.compared_gradient == 0:
        return "vanishing", 0.0, f"the loss has no gradient, not even at {last.label}"
    verdict, rate = diagnose_gradients([layer.compared_gradient for layer in path], low=low, high=high)
    change = first.compared_gradient / last.compared_gradient
    reason = f"the gradient is {change:.2g} times as large at {first.label} as at {last.label}, {rate:.2g} per layer"
    if verdict == "stable" and not 1 / _FAR <= change <= _FAR:
        verdict = "vanishing" if change < 1 else "exploding"  # by little per layer, but over very many
    elif verdict == "stable":
        return verdict, rate, reason
    elif 1 / harmless <= change <= harmless:
        return "stable", rate, f"{reason}, too little in all to matter"
    return verdict, rate, "; ".join([reason, *_causes(path, layers, verdict, low, high)])


def _causes(path, layers, verdict, low, high):
    """Sentences on what the measurements say about where a verdict comes from."""
    steps = [
        (a.compared_gradient / b.compared_gradient, a.label, b.label)
        for a, b in zip(path, path[1:])
        if b.compared_gradient
    ]
    factor, below, above = min(steps) if verdict == "vanishing" else max(steps)
    change = path[0].compared_gradient / path[-1].compared_gradient
    if factor == 0:
        yield f"nothing passes from {above} to {below}"
    elif len(steps) > 2 and abs(math.log(factor)) > abs(math.log(change)) / 2:
        yield f"most of that happens between {above} and {below}, by a factor of {factor:.2g}"
    measured = [layer.saturated for layer in layers if not math.isnan(layer.saturated)]
    flat = sum(saturated > 0.75 for saturated in measured)
    if flat and verdict == "vanishing":
        yield f"{flat} of {len(measured)} activations are flat for over three quarters of their outputs"
    if verdict == "vanishing" and any(layer.kind == "Sigmoid" for layer in layers):
        yield "a sigmoid passes at most a quarter of the gradient"
    growth = (path[-1].std / path[0].std) ** (1 / (len(path) - 1)) if path[0].std else math.nan
    if verdict == "vanishing" and growth == 0:
        yield f"the output of {path[-1].label} does not vary at all"
    elif verdict == "vanishing" and growth < low:
        yield f"going forward, the signal shrinks too, by {growth:.2g} per layer, so the weights are too small"
    if verdict == "exploding" and growth > high:
        yield f"going forward, the signal grows too, by {growth:.2g} per layer, so the weights are too large"
