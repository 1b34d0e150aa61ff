"""Figures for the lessons: colour-blind safe, labelled, with alternative text.

Plot functions draw and return the Axes; `show` displays. Figures are made without pyplot, so none stays open and
none is shown twice. `show` sends a PNG inside an HTML figure whose alternative text is computed from what was really
drawn, unless the author gives one, so that it stays true when a student's function is wrong.
"""

from dnnkit.plots.attacks import plot_projection, plot_reach
from dnnkit.plots.bars import plot_shares, plot_timeline
from dnnkit.plots.boundary import plot_decision_boundary
from dnnkit.plots.codes import plot_map, plot_plane, plot_rebuilt, plot_shadows
from dnnkit.plots.curves import plot_curves, plot_losses
from dnnkit.plots.fields import plot_fields
from dnnkit.plots.figures import COLOURS, DPI, LINES, MARKERS, alt_text, describe, panels, show, to_html
from dnnkit.plots.gates import plot_gates
from dnnkit.plots.histograms import plot_histograms
from dnnkit.plots.images import plot_confusion, plot_images
from dnnkit.plots.sequences import plot_strokes, plot_unrolled
from dnnkit.plots.wiring import plot_wiring
from dnnkit.plots.worlds import plot_carts, plot_gridworlds

__all__ = [
    "COLOURS",
    "DPI",
    "LINES",
    "MARKERS",
    "alt_text",
    "describe",
    "panels",
    "plot_carts",
    "plot_confusion",
    "plot_curves",
    "plot_decision_boundary",
    "plot_fields",
    "plot_gates",
    "plot_gridworlds",
    "plot_histograms",
    "plot_images",
    "plot_losses",
    "plot_map",
    "plot_plane",
    "plot_projection",
    "plot_reach",
    "plot_rebuilt",
    "plot_shadows",
    "plot_shares",
    "plot_strokes",
    "plot_timeline",
    "plot_unrolled",
    "plot_wiring",
    "show",
    "to_html",
]
