"""`gancli.load` and the run that it gives: what is in its folder, and its networks to compute with."""

import html
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from gancli import experiment, spec
from gancli.api.columns import Columns
from gancli.api.config import Folder
from gancli.api.network import TrainedNetwork
from gancli.api.person import Program, pass_on, warn
from gancli.experiment import AnyCallback, evaluating, judges
from gancli.experiment.callbacks import checked
from gancli.metrics import in_order
from gancli.runs import RunFolder, find
from gancli.runs.files import remove_dead, write_json
from gancli.runs.safe_files import METRICS_BYTES, read_text
from gancli.runs.summary import ABOUT

MOST_SAMPLES = 1_000_000


def load(run: Folder, runs: Folder = "runs") -> "Run":
    """A run by its path, its folder's name, its `name`, any substring of only one, or `latest`. Raises RunError."""
    return Run(find(Path(runs), os.fspath(run)).path)


class Run:
    """A run's folder, read anew each time: what it says is as it stands now, also of a run that goes on elsewhere.

    Whatever reads it raises RunError where something in it is damaged or missing.
    """

    def __init__(self, path: Folder):
        self._folder = RunFolder(Path(path).absolute())

    def __repr__(self) -> str:
        return f"<Run {self.path.name}: {self.status}>"

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        record, last = self.record, self._folder.last()
        metrics = [(name, f"{last[name]:.6g}") for name in in_order(last) if name not in ABOUT][:6]
        about = [(key, record.get(key)) for key in ("kind", "status", "reason", "seed", "played", "games")]
        rows = [("run", self.path.name), *about, *metrics]
        shown = [(key, text) for key, text in rows if text is not None]
        cells = [f"<tr><th>{html.escape(key)}</th><td>{html.escape(str(text))}</td></tr>" for key, text in shown]
        return f"<table>{''.join(cells)}</table>"

    def __eq__(self, other: object) -> bool:
        """Is it the run of the same folder?"""
        return self.path == other.path if isinstance(other, Run) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._folder.path

    @property
    def status(self) -> str:
        """running, completed, diverged, collapsed, interrupted, failed or, where its process is gone, stale."""
        return str(self.record["status"])

    @property
    def record(self) -> dict[str, Any]:
        """What its `run.json` says: status, reason, seed, versions, engine, data, …"""
        return self._folder.record()

    @property
    def spec(self) -> dict[str, Any]:
        """A copy of its configuration with every default written out, which `train` takes to give the run again."""
        return dict(spec.load_file(self._folder.config).data)

    @property
    def metrics(self) -> Columns:
        """Every test: a column of each metric, after `game` and `seconds`; NaN where a test did not measure it."""
        rows = self._folder.rows()
        return Columns(rows, [*ABOUT, *in_order(key for row in rows for key in row if key not in ABOUT)])

    @property
    def log(self) -> str:
        """The lines of its `log.txt`."""
        path = self._folder.inside("log.txt")
        return read_text(path, METRICS_BYTES) if path.exists() else ""

    @property
    def generator(self) -> TrainedNetwork:
        """Its generator: latents (n, latent size) → samples (n, *shape). Raises RunError where it has none."""
        return TrainedNetwork(self._folder, "generator")

    @property
    def discriminator(self) -> TrainedNetwork:
        """Its discriminator: samples (n, *shape) → D(x) (n,)."""
        return TrainedNetwork(self._folder, "discriminator")

    @property
    def critic(self) -> TrainedNetwork:
        """Its critic: samples (n, *shape) → f(x) (n,)."""
        return TrainedNetwork(self._folder, "critic")

    @property
    def network(self) -> TrainedNetwork:
        """The network of a supervised run: samples (n, *shape) → outputs (n, outputs)."""
        return TrainedNetwork(self._folder, "network")

    def sample(self, n: int = 64, seed: int = 0, cls: int | str | None = None) -> NDArray[Any]:
        """The `n` samples that `gancli sample` draws with this seed, float32; of a condition, of one class or of each.

        Images (n, channels, height, width) are within [0, 1], points and rows (n, columns) in the data's units. Raises
        RunError, ValueError.
        """
        if not 1 <= n <= MOST_SAMPLES or seed < 0:
            raise ValueError(f"n must be from 1 to {MOST_SAMPLES:,d} and seed 0 or more; got n={n}, seed={seed}")
        return experiment.sample(self._folder, n, seed, None if cls is None else str(cls)).values

    def evaluate(
        self, samples: int = 10_000, *, seed: int = 0, judge: "Run | Folder | None" = None, critics: int = 0,
        quick: bool = False, metrics: Iterable[str] = (), keep: bool = True,
    ) -> dict[str, Any]:  # fmt: skip
        """What `gancli evaluate` measures: by name in `measures`, each beside real data; in words in `findings`.

        `samples` is the size of each set. `judge` is a run whose network judges in place of the bundled one, `critics`
        how many fresh critics are trained (two or more, or none), `quick` leaves out what compares pixels, `metrics`
        names those of other packages. With `keep` it is the run's `evaluation.json` from now on. Raises RunError,
        DataError, MissingPackage, ValueError.
        """
        if not 100 <= samples <= 100_000 or seed < 0 or critics not in (0, *range(2, 101)):
            text = "samples must be from 100 to 100,000, seed 0 or more, critics 0 or from 2 to 100"
            raise ValueError(f"{text}; got samples={samples}, seed={seed}, critics={critics}")
        chosen = None if judge is None else judges.judge_of(_folder_of(judge, self.path.parent))
        result = evaluating.evaluate(
            self._folder, evaluating.How(samples, seed, chosen, critics, quick, metrics=tuple(metrics))
        )
        if keep:
            self._keep(result)
        return result

    def _keep(self, result: dict[str, Any]) -> None:
        path = self._folder.inside(RunFolder.EVALUATION)
        try:
            remove_dead(path.parent)
            write_json(path, result)
        except OSError as error:  # the result is there all the same
            warn(f"not kept: {path}: {error.strerror or error}")

    def resume(
        self, games: int | None = None, *, callbacks: Iterable[AnyCallback] = (), progress: bool = False
    ) -> "Run":  # fmt: skip
        """Go on from the last checkpoint, to game `games` where it is given, as `gancli resume` does; returns itself.

        It ends as that of `train` does. Raises RunError, LockedError, DataError, MissingEngine, and what fails then.
        """
        every = checked(callbacks)
        with closing(Program(progress)) as program:
            outcome = self._go_on(program, games, every)
        pass_on(outcome.signal)
        return self

    def _go_on(
        self, program: Program, games: int | None, callbacks: tuple[AnyCallback, ...]
    ) -> experiment.Outcome:  # fmt: skip
        experiment.on_compiling(program.compiling)
        reopened = experiment.reopen(self._folder, games)
        program.warn(reopened.warnings)
        return experiment.resume(reopened, program.reporter, callbacks)

    def plot(self, form: Literal["png", "svg", "pdf"] = "png", gif: bool = False) -> list[Path]:
        """Draw its curves, pictures and weights into its folder `plots`, as `gancli plot` does; returns the paths."""
        from gancli import plots  # which loads matplotlib

        check_form(form)
        return plots.plot_run(self.path, form, animation=gif)

    def report(self) -> Path:
        """Write its page, as `gancli report` does; returns the path of `report.html`."""
        from gancli.report import report_run  # likewise

        return report_run(self.path)


def check_form(form: str) -> None:
    """Raises ValueError where no figure has this form."""
    if form not in ("png", "svg", "pdf"):
        raise ValueError(f"form must be png, svg or pdf; got {form!r}")


def _folder_of(run: Run | Folder, runs: Path) -> RunFolder:
    return RunFolder(run.path) if isinstance(run, Run) else find(runs, os.fspath(run))
