"""Metrics of other packages, measured of samples beside real ones: one that fails is left out, and the rest goes on."""

from collections.abc import Callable, Iterable

import numpy as np

from gancli.engines import Array
from gancli.metrics import SampleMetric, of_package
from gancli.spec import Experiment, Gan, Wgan


class SampleMetrics:
    """Those of these names; `say` is told once of each that fails. Raises MissingPackage."""

    def __init__(self, names: Iterable[str], say: Callable[[str], None]):
        self._metrics = [of_package(name) for name in names]
        self._say, self._failed = say, set[str]()

    def measure(self, samples: Array, real: Array) -> dict[str, float]:
        """Of samples (n, *shape) beside real ones (m, *shape), both in the data's units: finite numbers by name."""
        found = {one.name: self._value(one, _locked(samples), _locked(real)) for one in self._metrics}
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def beside(self, shaped: Callable[[Array], Array]) -> Callable[[Array, Array], dict[str, float]] | None:
        """The same of arrays that `shaped` puts into the data's units; None where there is nothing to measure."""
        if not self._metrics:
            return None
        return lambda samples, real: self.measure(shaped(samples), shaped(real))

    def _value(self, metric: SampleMetric, samples: Array, real: Array) -> float:
        try:
            with np.errstate(all="warn"):  # NumPy's default: within the loop nothing is warned of
                return float(metric.measure(samples, real))
        except Exception as error:  # of whatever package
            if metric.name not in self._failed:
                self._failed.add(metric.name)
                text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
                self._say(f"the metric {metric.name} could not be measured, and is left out ({text})")
            return float("nan")


def sample_metrics(spec: Experiment) -> tuple[str, ...]:
    """Those that a configuration names."""
    return spec.evaluate.metrics if isinstance(spec, Gan | Wgan) and spec.evaluate is not None else ()


def _locked(x: Array) -> Array:
    view = np.asarray(x, np.float32).view()
    view.flags.writeable = False
    return view
