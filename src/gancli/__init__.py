"""gancli trains small perceptrons, GANs and WGANs from YAML files, on a CPU.

From Python: `train`, `load` and a `Run`; `sweep`, `load_sweep` and a `Sweep`; docs/python.md shows them.
"""

from typing import TYPE_CHECKING

__version__ = "0.2.0"

__all__ = [
    "Callback", "Columns", "DataError", "GancliError", "GancliWarning", "LockedError", "MissingDask", "MissingEngine",
    "MissingPackage", "MissingPandas", "Run", "RunError", "SampleMetric", "SpecError", "Sweep", "TrainedNetwork",
    "load", "load_sweep", "sweep", "train",
]  # fmt: skip

if TYPE_CHECKING:
    from gancli.api import (
        Callback,
        Columns,
        DataError,
        GancliError,
        GancliWarning,
        LockedError,
        MissingDask,
        MissingEngine,
        MissingPackage,
        MissingPandas,
        Run,
        RunError,
        SampleMetric,
        SpecError,
        Sweep,
        TrainedNetwork,
        load,
        load_sweep,
        sweep,
        train,
    )
else:

    def __getattr__(name):
        """What is imported when it is first asked for: NumPy and all that the interface needs take their time."""
        if name not in __all__:
            raise AttributeError(f"module 'gancli' has no attribute {name!r}")
        from gancli import api

        return globals().setdefault(name, getattr(api, name))

    def __dir__():
        """With what is not imported yet."""
        return sorted({*globals(), *__all__})
