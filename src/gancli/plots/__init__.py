"""Run folder → pictures. It reads files only, so that every figure redraws without training."""

from gancli.plots.run import plot_run

__all__ = ["plot_run"]
