"""`gancli.train`: one run, as `gancli train` plays it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from gancli import experiment, spec
from gancli.api.config import Config, Folder, names_of, read, seconds_of
from gancli.api.person import Program, pass_on
from gancli.api.run import Run
from gancli.experiment import AnyCallback
from gancli.experiment.callbacks import checked


def train(
    config: Config,
    *,
    set: Mapping[str, Any] | None = None,
    seed: int | None = None,
    runs: Folder = "runs",
    engine: Literal["auto", "numba", "numpy", "checked"] | None = None,
    threads: int | Literal["auto"] | None = None,
    log: Sequence[str] = (),
    max_time: float | str | None = None,
    callbacks: Iterable[AnyCallback] = (),
    progress: bool = False,
) -> Run:
    """Train the networks of a configuration in a new run folder in `runs`, as `gancli train` does; returns the run.

    `config` is a YAML file, a shipped configuration, or a mapping of the same keys. `set` overrides by dotted keys,
    `{"training.games": 500}`; `seed`, `engine` and `threads` override those. `log` are names of loggers beside the
    configuration's. After `max_time`, in seconds or as `10m`, the run is interrupted, and can be resumed. `callbacks`
    are told of the run's events (see `Callback`); a function among them is called with each row of metrics. `progress`
    shows a bar on standard error. What is unwise is a `GancliWarning`.

    A run that diverges, collapses or is interrupted is returned too: its `status` says so. Ctrl-C, or the interruption
    of a notebook's cell, interrupts it in order, after which `resume` goes on; any other signal that ends the process
    does so once the run is saved. (Signals come to the main thread alone.)

    Raises SpecError, DataError, MissingEngine before there is a run folder, and whatever makes the run fail, OSError
    or what a callback raised, once its record says so.
    """
    every, limit = checked(callbacks), seconds_of(max_time)
    own = {"seed": seed, "engine": engine, "threads": threads}
    settings = {**(set or {}), **{key: value for key, value in own.items() if value is not None}}
    with closing(Program(progress)) as program:
        document = read(config)
        resolved = spec.load(document, settings).logged(names_of(log))
        built, folder = experiment.begin(resolved, Path(runs).absolute(), program)
        outcome = experiment.train(resolved, built, folder, program.reporter, callbacks=every, limit=limit)
    pass_on(outcome.signal)
    return Run(folder.path)
