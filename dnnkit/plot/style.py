"""What all figures share: colours, line styles, and how a figure is opened and closed."""

import matplotlib as mpl
import matplotlib.pyplot as plt

# Okabe and Ito 2008, *Color universal design*; first those that stand out from white and from black alike.
# Line style and marker tell series and classes apart as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
GREY = "#767676"  # contrast of 4.5 with white and 4.6 with black: text needs no background of its own

STYLE = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "legend.framealpha": 0.0,
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 10,
    "figure.titlesize": 11,
    "figure.labelsize": 10,
    "axes.prop_cycle": mpl.cycler(color=COLOURS) + mpl.cycler(linestyle=LINE_STYLES),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GREY,
    "grid.alpha": 0.2,
    "lines.linewidth": 1.8,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor", "xtick.color", "ytick.color"), GREY
    ),
}


def few(name, series):
    """Return `series` if there are not more of them than colours."""
    if not 1 <= len(series) <= len(COLOURS):
        raise ValueError(f"{name} must hold 1 to {len(COLOURS)} curves, got {len(series)}")
    return series


def panels(n, columns, *, width, height, **options):
    """A figure of `n` panels of the given size, in rows of `columns`, and their axes."""
    columns = min(n, columns)
    rows = -(-n // columns)
    fig, axes = figure(rows, columns, width=width * columns, height=height * rows, squeeze=False, **options)
    for ax in axes.flat[n:]:
        ax.remove()
    return fig, axes.flat[:n]


def figure(rows=1, columns=1, *, width=5.5, height=3.2, **options):
    """A figure that pyplot has let go of, and its axes."""
    fig, axes = plt.subplots(rows, columns, figsize=(width, height), **options)
    plt.close(fig)
    return fig, axes
