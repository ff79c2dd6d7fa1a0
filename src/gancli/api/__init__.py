"""gancli from Python: what `import gancli` offers, for notebooks and programs."""

from gancli.api.columns import Columns, MissingPandas
from gancli.api.network import TrainedNetwork
from gancli.api.person import GancliWarning
from gancli.api.run import Run, load
from gancli.api.sweeping import Sweep, load_sweep, sweep
from gancli.api.training import train
from gancli.data import DataError
from gancli.errors import GancliError
from gancli.experiment import Callback, MissingEngine
from gancli.metrics import SampleMetric
from gancli.packages import MissingPackage
from gancli.runs import LockedError, RunError
from gancli.spec import SpecError
from gancli.sweeps import MissingDask

__all__ = [
    "Callback", "Columns", "DataError", "GancliError", "GancliWarning", "LockedError", "MissingDask", "MissingEngine",
    "MissingPackage", "MissingPandas", "Run", "RunError", "SampleMetric", "SpecError", "Sweep", "TrainedNetwork",
    "load", "load_sweep", "sweep", "train",
]  # fmt: skip
