"""Run or sweep folder → one HTML page that needs nothing else."""

from gancli.report.page import report_run, report_sweep

__all__ = ["report_run", "report_sweep"]
