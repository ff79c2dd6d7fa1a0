"""Spec → objects → one run: the training loop, checkpoints, signals, and how a run ends."""

from gancli.engines import MissingEngine, on_compiling
from gancli.experiment.beginning import Person, begin
from gancli.experiment.build import Built, build
from gancli.experiment.callbacks import AnyCallback, Callback
from gancli.experiment.loading import load_data
from gancli.experiment.loop import Stop
from gancli.experiment.maps import Maps, feature_maps
from gancli.experiment.networks import make_network
from gancli.experiment.packages import check_packages
from gancli.experiment.profile import Profile
from gancli.experiment.reporter import Quiet, Reporter
from gancli.experiment.resuming import reopen, resume
from gancli.experiment.run import Outcome, prepare, train
from gancli.experiment.sampling import Samples, sample
from gancli.experiment.streams import stream
from gancli.experiment.threads import threads_for, usable_cores
from gancli.experiment.warnings import data_warnings, warnings_of_data

__all__ = [
    "AnyCallback", "Built", "Callback", "Maps", "MissingEngine", "Outcome", "Person", "Profile", "Quiet",
    "Reporter", "Samples", "Stop", "begin", "build", "check_packages", "data_warnings", "feature_maps", "load_data",
    "make_network", "on_compiling", "prepare", "reopen", "resume", "sample", "stream", "threads_for", "train",
    "usable_cores", "warnings_of_data",
]  # fmt: skip
