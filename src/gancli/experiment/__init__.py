"""Spec → objects → one run: the training loop, checkpoints, signals, and how a run ends."""

from gancli.engines import MissingEngine, on_compiling
from gancli.experiment.build import Built, build, load_data, stream, threads_for, usable_cores
from gancli.experiment.judges import check_evaluate
from gancli.experiment.loop import Reporter, Stop
from gancli.experiment.networks import make_network
from gancli.experiment.profile import Profile
from gancli.experiment.run import Outcome, prepare, reopen, resume, train
from gancli.experiment.sampling import Samples, sample

__all__ = [
    "Built", "MissingEngine", "Outcome", "Profile", "Reporter", "Samples", "Stop", "build",
    "check_evaluate", "load_data", "make_network",
    "on_compiling", "prepare", "reopen", "resume", "sample", "stream", "threads_for", "train",
    "usable_cores",
]  # fmt: skip
