"""Figures in one style: legible on light and dark pages, and without telling colours apart.

The only part of dnnkit that loads matplotlib. Each function returns the Figure, closed for pyplot, so that a notebook
shows it once, as the value of its cell.
"""

from dnnkit.plot.curves import histograms, layer_statistics, learning_curves, lines
from dnnkit.plot.grids import images, masks
from dnnkit.plot.planes import decision_regions, loss_surface, search_landscape
from dnnkit.plot.style import COLOURS, GREY, LINE_STYLES, MARKERS, STYLE

__all__ = [
    "COLOURS",
    "GREY",
    "LINE_STYLES",
    "MARKERS",
    "STYLE",
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
