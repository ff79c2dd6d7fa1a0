"""`gancli.load` and the run that it gives: what is in its folder, and its networks to compute with."""

import html
import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from gancli import experiment, spec
from gancli.api.columns import Columns
from gancli.api.config import Folder, names_of, seconds_of
from gancli.api.network import TrainedNetwork
from gancli.api.person import Program, pass_on, warn
from gancli.experiment import AnyCallback, evaluating, judges
from gancli.experiment.callbacks import checked
from gancli.experiment.learned import learned
from gancli.experiment.writing import write
from gancli.export import FORMATS
from gancli.metrics import in_order
from gancli.runs import RunFolder, find
from gancli.runs.files import remove_dead, write_json
from gancli.runs.safe_files import METRICS_BYTES, read_text
from gancli.runs.summary import ABOUT

Checkpoint = Literal["last", "best"] | int
MOST_SAMPLES = 1_000_000


def load(run: "Run | Folder", runs: Folder = "runs", *, checkpoint: Checkpoint = "last") -> "Run":
    """A run by its path, its folder's name, its `name`, any substring of only one, or `latest`. Raises RunError.

    `checkpoint` is what its networks are of: `last`, `best` where the run keeps one, or the number of a game.
    """
    return Run(_folder_of(run, Path(runs)).path, checkpoint)


class Run:
    """A run's folder, read anew each time: what it says is as it stands now, also of a run that goes on elsewhere.

    Whatever reads it raises RunError where something in it is damaged or missing. What its networks do is as
    `checkpoint` has them.
    """

    def __init__(self, path: Folder, checkpoint: Checkpoint = "last"):
        self._folder, self._which = RunFolder(Path(path).absolute()), str(checkpoint)

    def __repr__(self) -> str:
        which = "" if self._which == "last" else f", checkpoint {self._which}"
        return f"<Run {self.path.name}: {self.status}{which}>"

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
        """Is it the run of the same folder, and the same checkpoint?"""
        same = isinstance(other, Run) and (self.path, self._which) == (other.path, other._which)
        return same if isinstance(other, Run) else NotImplemented

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
        return TrainedNetwork(self._folder, "generator", self._which)

    @property
    def discriminator(self) -> TrainedNetwork:
        """Its discriminator: samples (n, *shape) → D(x) (n,)."""
        return TrainedNetwork(self._folder, "discriminator", self._which)

    @property
    def critic(self) -> TrainedNetwork:
        """Its critic: samples (n, *shape) → f(x) (n,)."""
        return TrainedNetwork(self._folder, "critic", self._which)

    @property
    def network(self) -> TrainedNetwork:
        """The network of a supervised run: samples (n, *shape) → outputs (n, outputs)."""
        return TrainedNetwork(self._folder, "network", self._which)

    def sample(self, n: int = 64, seed: int = 0, cls: int | str | None = None) -> NDArray[Any]:
        """The `n` samples that `gancli sample` draws with this seed, float32; of a condition, of one class or of each.

        Images (n, channels, height, width) are within [0, 1], points and rows (n, columns) in the data's units. Raises
        RunError, ValueError.
        """
        return self._drawn(n, seed, cls).values

    def latents(self, n: int = 64, seed: int = 0) -> NDArray[Any]:
        """The latents (n, latent size) that `sample(n, seed)` is made of, drawn as in training.

        `generator` makes the same samples of them, but for noise in its layers. Raises RunError, ValueError.
        """
        return self._drawn(n, seed, None).latents

    def interpolate(self, rows: int = 8, steps: int = 8, seed: int = 0, cls: int | str | None = None) -> NDArray[Any]:
        """Samples (rows, steps, *shape) on ways from one latent to another, as `gancli sample --interpolate` has them.

        Along a great circle where latents are Gaussian, else a straight line. Raises RunError, ValueError.
        """
        if not 2 <= steps <= MOST_SAMPLES // max(rows, 1):
            raise ValueError(
                f"steps must be 2 or more, and rows × steps {MOST_SAMPLES:,d} at most; got {rows} × {steps}"
            )
        found = self._drawn(rows, seed, cls, steps).values
        return found.reshape(rows, steps, *found.shape[1:])

    def _drawn(self, n: int, seed: int, cls: int | str | None, steps: int | None = None) -> experiment.Samples:
        if not 1 <= n <= MOST_SAMPLES or seed < 0:
            raise ValueError(f"n must be from 1 to {MOST_SAMPLES:,d} and seed 0 or more; got n={n}, seed={seed}")
        asked = None if cls is None else str(cls)
        return experiment.sample(self._folder, n, seed, asked, steps, self._which)

    def predict(self, path: Folder, *, key: str | None = None, invert: bool = False) -> Columns:
        """What the network of a supervised run predicts for the samples in a file or folder, as `gancli predict` does.

        A row for each: `sample`, and `class` and how sure it is of it, or the numbers that it learned to predict. `key`
        is the array of an .npz that has several; with `invert`, pictures have black for white. Raises RunError,
        DataError.
        """
        from gancli.experiment.predicting import predict

        names, rows = predict(self._folder, os.fspath(path), key, invert, self._which).table()
        return Columns([dict(zip(names, row, strict=True)) for row in rows])

    def export(self, path: Folder, network: str | None = None, *, overwrite: bool = False) -> Path:
        """Write a network as .onnx, or its weights as .npz or .safetensors, as `gancli export` does; returns the path.

        By default the generator or, of a supervised run, its network. Raises RunError, ExportError, FileExistsError,
        ValueError.
        """
        target = Path(path).absolute()
        if target.suffix.removeprefix(".") not in FORMATS:
            raise ValueError(f"path must end in .{', .'.join(FORMATS)}; got {os.fspath(path)!r}")
        if target.exists() and not overwrite:
            raise FileExistsError(f"{target} exists: give another path, or overwrite=True")
        write(learned(self._folder, network, which=self._which), target)
        return target

    def evaluate(
        self, samples: int = 10_000, *, seed: int = 0, judge: "Run | Folder | None" = None, critics: int = 0,
        quick: bool = False, metrics: Iterable[str] = (), keep: bool = True,
    ) -> dict[str, Any]:  # fmt: skip
        """What `gancli evaluate` measures: by name in `measures`, each beside real data; in words in `findings`.

        `samples` is the size of each set. `judge` is a run whose network judges in place of the bundled one, `critics`
        how many fresh critics are trained (two or more, or none), `quick` leaves out what compares pixels, `metrics`
        names those of other packages. With `keep` it is the run's `evaluation.json` from now on, of the last
        checkpoint alone. Raises RunError, DataError, MissingPackage, ValueError.
        """
        if not 100 <= samples <= 100_000 or seed < 0 or critics not in (0, *range(2, 101)):
            text = "samples must be from 100 to 100,000, seed 0 or more, critics 0 or from 2 to 100"
            raise ValueError(f"{text}; got samples={samples}, seed={seed}, critics={critics}")
        chosen = None if judge is None else judges.judge_of(_folder_of(judge, self.path.parent))
        result = evaluating.evaluate(
            self._folder, evaluating.How(samples, seed, chosen, critics, quick, self._which, tuple(metrics))
        )
        if keep and self._which == "last":
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
        self, games: int | None = None, *, log: Sequence[str] = (), max_time: float | str | None = None,
        callbacks: Iterable[AnyCallback] = (), progress: bool = False,
    ) -> "Run":  # fmt: skip
        """Go on from the last checkpoint, to game `games` where it is given, as `gancli resume` does; returns itself.

        It ends as that of `train` does, and `log`, `max_time` are as there. Raises RunError, LockedError, DataError,
        MissingEngine, and what fails then.
        """
        every, limit = checked(callbacks), seconds_of(max_time)
        with closing(Program(progress)) as program:
            experiment.on_compiling(program.compiling)
            reopened = experiment.reopen(self._folder, games, log=names_of(log))
            program.warn(reopened.warnings)
            outcome = experiment.resume(reopened, program.reporter, every, limit)
        pass_on(outcome.signal)
        return self

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
    return run._folder if isinstance(run, Run) else find(runs, os.fspath(run))
