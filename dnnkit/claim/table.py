"""What the arms of a comparison chose, as a table."""

import html as markup

import numpy as np

from dnnkit.claim.interval import t_interval
from dnnkit.claim.numerals import Numerals


def text(compared):
    """Return the table of a :class:`dnnkit.claim.Tuned` in lines of plain text."""
    rows = list(_rows(compared))
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
    return "\n".join([_caption(compared), *lines])


def html(compared):
    """Return the table as HTML."""
    head, *body = [[markup.escape(cell) for cell in row] for row in _rows(compared)]
    rows = "".join(
        f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        for name, *cells in body
    )
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<table class="tuned"><caption>{markup.escape(_caption(compared))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _caption(compared):
    n = len(next(iter(compared.values())).seeds)
    within = "" if compared.budget is None else f", within {compared.budget} epochs"
    return f"Chosen by {_name(compared.by)}, for each of {n} seeds{within}."


def _rows(compared):
    recorded = next(iter(next(iter(compared.values())).records.values()))
    scores = [compared.by, *(name for name in recorded if name.startswith("test_"))]
    yield ["arm", "learning rate (seeds)", "epoch", *map(_name, scores)]
    for name, arm in compared.items():
        yield [name, _rates(arm, compared.by), _epochs(arm), *(_mean(arm[score]) for score in scores)]


def _name(score):
    return score.replace("_", " ")


def _rates(arm, by):
    parts = []
    for rate in arm.grid:
        chosen = np.count_nonzero(arm.rates == rate)
        diverged = sum(not np.isfinite(arm.records[rate, seed][by][-1]) for seed in arm.seeds)
        parts.append(f"{rate:g} ({chosen}" + (f", {diverged} diverged)" if diverged else ")"))
    return ", ".join(parts)


def _epochs(arm):
    low, high = arm.epochs.min(), arm.epochs.max()
    trained = max(columns["epochs"][-1] for columns in arm.records.values())
    return (f"{low}" if low == high else f"{low} to {high}") + f" of {trained}"


def _mean(scores):
    mean, standard_error, _, _ = t_interval(scores)
    write = Numerals(mean, standard_error)
    measured = f"{write(mean)} ± {write(standard_error)}"
    return f"({measured}){write.power}" if write.power else measured
