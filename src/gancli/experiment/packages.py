"""Is what a configuration names of other packages here?"""

from collections.abc import Iterable

from gancli.experiment.logs import loggers_of
from gancli.experiment.sample_metrics import sample_metrics
from gancli.metrics import of_package
from gancli.spec import Experiment


def check_packages(experiments: Iterable[Experiment]) -> None:
    """Raises MissingLogger, MissingPackage where a logger or a metric that any of them names is not installed."""
    named = {repr((one.log, sample_metrics(one))): one for one in experiments}
    for one in named.values():
        loggers_of(one)
        for name in sample_metrics(one):
            of_package(name)
