"""`gancli sweep`."""

import signal
import sys
from contextlib import closing
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from gancli.cli import completion, configurations, endings
from gancli.cli.finding import find_sweep
from gancli.cli.output import confirmed, print_rows, say, say_path, warn
from gancli.cli.support import command, log_option, runs_option, set_option
from gancli.cli.sweep_progress import SweepProgress
from gancli.leaving import leaving_at_once

if TYPE_CHECKING:
    from gancli.runs import SweepFolder
    from gancli.spec import Sweep
    from gancli.sweeps import MakeFolder


@click.command()
@click.argument("words", nargs=-1, metavar="[CONFIG] [KEY=VALUES]...", shell_complete=completion.configurations)
@click.option(
    "--grid",
    multiple=True,
    metavar="KEY=VALUES",
    help="Every combination of these: eta=0.2,1,10.",
    shell_complete=completion.settings,
)
@click.option(
    "--zip",
    "together",
    multiple=True,
    metavar="KEY=VALUES",
    help="These side by side: a=1,2 b=3,4.",
    shell_complete=completion.settings,
)
@click.option("--seeds", type=click.IntRange(1, 10_000), help="Seeds 0, 1, … of each combination.")
@set_option("Override a key in every cell.")
@log_option
@click.option("--jobs", type=click.IntRange(1, 1024), help="Cells at once; as many as there are processors by default.")
@click.option("--name", help="Part of the sweep's folder's name.")
@click.option("--dry-run", is_flag=True, help="Print the cells, and write nothing.")
@click.option(
    "--resume",
    metavar="SWEEP",
    help="Go on with a sweep: what has a result is not touched.",
    shell_complete=completion.only_sweeps,
)
@click.option("--retry-failed", is_flag=True, help="With --resume: play failed cells again.")
@click.option("--again", is_flag=True, help="Make a new sweep although there is one of the same cells.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first failed cell.")
@click.option("--max-failures", type=click.IntRange(1), help="Stop at so many failed cells.")
@click.option(
    "--backend",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="Where the cells are played: by processes of this machine, or on a Dask cluster.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster that runs: tcp://…; else one is made here.")
@click.option("-q", "--quiet", is_flag=True, help="No progress; failures are said all the same.")
@runs_option
@command
def sweep(
    words: tuple[str, ...], grid: tuple[str, ...], together: tuple[str, ...], seeds: int | None,
    settings: tuple[str, ...], loggers: tuple[str, ...], jobs: int | None, name: str | None, dry_run: bool,
    resume: str | None, retry_failed: bool, again: bool, fail_fast: bool, max_failures: int | None, backend: str,
    scheduler: str | None, quiet: bool, runs: Path,
) -> None:  # fmt: skip
    """Train CONFIG, or the base of a sweep file, over grids and seeds, in one folder, whose path is the last line.

    CONFIG is a file, or one of the configurations that `gancli init` lists.

    Values are YAML, with commas between them; 0.001..10:log:9 and 0..1:5 are ranges, 1..6 counts.

    \b
    gancli sweep configs/xor.yaml --grid eta=0.01,0.1,1 --grid mu=0.5..2:4 --seeds 20
    gancli sweep configs/mnist.yaml --grid 'network.shape=[784,100,10],[784,300,10]'
    gancli sweep configs/report/fig1_6_xor_eta.yaml
    gancli sweep --resume latest

    Exit code 3 if cells failed.
    """
    _check_options(name, jobs, backend, scheduler, fail_fast, max_failures)
    if resume is not None and (words or grid or together or seeds or settings or loggers or name or dry_run or again):
        more = "CONFIG, --grid, --zip, --seeds, --set, --log, --name, --dry-run or --again"
        raise click.UsageError(f"--resume takes a sweep as it is: no {more}")
    with leaving_at_once():
        from gancli import spec
        from gancli.sweeps import Policy, continuation, creation, default_name

        policy = Policy(1 if fail_fast else max_failures, retry_failed)
        if resume is not None:
            _play(continuation(find_sweep(runs, resume)), jobs, backend, scheduler, policy, quiet, runs)
        config, pairs = _split(words, bool(together))
        document = configurations.read(config)
        stem = config.stem if spec.is_sweep(document) else None
        plan = spec.load_sweep(document, list(grid), [*together, *pairs], seeds, list(settings)).logged(loggers)
        if dry_run:
            _print_cells(plan)
            return
        known = None if again else _earlier(runs, plan)
        if known is not None:
            warn(known.record().get("warnings", []))
            make_folder = continuation(known)
        else:
            make_folder = creation(plan, runs, name or default_name(plan, stem), backend, warn)
        _play(make_folder, jobs, backend, scheduler, policy, quiet, runs)


def _check_options(
    name: str | None, jobs: int | None, backend: str, scheduler: str | None, fail_fast: bool, max_failures: int | None
) -> None:
    """Raises UsageError for a name that cannot be, and for an option beside which another would be for nothing."""
    from gancli.runs.locked_folder import IS_NAME, NAME_RULE

    if name is not None and not IS_NAME.fullmatch(name):
        raise click.UsageError(f"--name must be {NAME_RULE}; got {name!r}")
    if scheduler is not None and backend != "dask":
        raise click.UsageError("--scheduler is for --backend dask")
    if scheduler is not None and jobs is not None:
        raise click.UsageError("--jobs is for what is made here; the cluster of --scheduler has its own workers")
    if fail_fast and max_failures is not None:
        raise click.UsageError("--fail-fast is --max-failures 1: give one of them")


def _print_cells(plan: "Sweep") -> None:
    from gancli.sweeps import examine

    warn(examine(plan, must_load=False).warnings)
    print_rows([{"cell": cell.name, **cell.values, "seed": cell.seed} for cell in plan.cells], "table")
    say(f"{len(plan.cells)} cells", err=True)


def _split(words: tuple[str, ...], zipped: bool) -> tuple[Path, list[str]]:
    """CONFIG, and what follows a --zip."""
    files = [word for word in words if "=" not in word]
    pairs = [word for word in words if "=" in word]
    if len(files) != 1:
        raise click.UsageError(f"give one CONFIG, or --resume SWEEP; got {len(files)}")
    if pairs and not zipped:
        raise click.UsageError(f"{pairs[0]!r}: give it with --grid or --zip")
    return Path(files[0]), pairs


def _earlier(runs: Path, plan: "Sweep") -> "SweepFolder | None":
    """A sweep of the same cells, where there is one and its user wants to go on with it."""
    from gancli.sweeps import earlier

    folder = earlier(runs, plan, lambda text: say(f"note: this is another sweep: {text}", err=True))
    if folder is None:
        return None
    if any(cell.resolved.experiment.log for cell in plan.cells):
        say("note: its cells keep the loggers that they were made with; --again makes others", err=True)
    record = folder.record()
    if record["status"] == "completed":
        say(f"these {record['cells']} cells are complete already; --again plays them anew", err=True)
        say_path(folder.path)
        sys.exit(0)
    from gancli.runs.sweeps import DONE

    done = sum(folder.counts().get(status, 0) for status in DONE)
    text = f"{folder.path} is a sweep of the same cells, {record['status']}, {done} of {record['cells']} done"
    if sys.stdin.isatty() and sys.stderr.isatty() and confirmed(f"{text}. Go on with it?", default=True):
        return folder
    raise click.UsageError(
        f"{text}. Go on with it: gancli sweep --resume {quote(str(folder.path))}; or make another: --again"
    )


def _play(
    make_folder: "MakeFolder", jobs: int | None, backend: str, scheduler: str | None, policy: Any,
    quiet: bool, runs: Path,
) -> None:  # fmt: skip
    """Play what has no result yet, say how it ended, print the folder, and exit with its code.

    From the making of the folder on, a signal stops the sweep in order; a second one leaves at once.
    """
    from gancli.experiment import Stop
    from gancli.sweeps import make_executor, work

    executor, stop, progress = make_executor(backend, jobs, scheduler), Stop(), SweepProgress(quiet)
    try:
        with stop.listening(), closing(progress):
            folder, ended = work(make_folder, executor, policy, progress, stop)
    except KeyboardInterrupt:
        say("stopped at once", err=True)
        sys.exit(128 + (stop.signal or signal.SIGINT))
    counts = ", ".join(f"{count} {status}" for status, count in sorted(ended.counts.items()))
    say(f"{ended.status}: {counts}", err=True)
    if ended.status != "completed":
        retry = " --retry-failed" if ended.status == "failed" else ""
        say(f"to go on: gancli sweep --resume {quote(str(folder.path))}{retry}", err=True)
    if ended.signal is None and not quiet:
        endings.after_sweep(folder, runs)
    say_path(folder.path)
    sys.exit(128 + ended.signal if ended.signal is not None else 0 if ended.status == "completed" else 3)
