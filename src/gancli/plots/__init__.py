"""Run folder → pictures. It reads files only, so that every figure redraws without training."""

from gancli.plots.curves import plot_curves
from gancli.plots.maps import plot_maps
from gancli.plots.points import plot_points
from gancli.plots.run import plot_run
from gancli.plots.sweep import plot_sweep

__all__ = ["plot_curves", "plot_maps", "plot_points", "plot_run", "plot_sweep"]
