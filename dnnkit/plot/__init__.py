"""Figures in one style, as SVG: legible on light and dark pages, and to readers who cannot tell colours apart.

Each function returns a :class:`Picture`, which a page and a notebook show as the value of a cell, with its caption.
Measurements over seeds are dots with intervals, or lines with bands; theory is a thin grey line. Nothing but NumPy is
needed, so the same figures can be drawn in the reader's browser.
"""

from dnnkit.plot.curves import Interval, histograms, layer_statistics, learning_curves, lines
from dnnkit.plot.grids import images, masks
from dnnkit.plot.picture import Picture, beside
from dnnkit.plot.planes import decision_regions, loss_surface, search_landscape
from dnnkit.plot.style import COLOURS, GREY

__all__ = [
    "COLOURS",
    "GREY",
    "Interval",
    "Picture",
    "beside",
    "decision_regions",
    "histograms",
    "images",
    "layer_statistics",
    "learning_curves",
    "lines",
    "loss_surface",
    "masks",
    "search_landscape",
]
