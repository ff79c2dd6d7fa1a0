"""`gancli plot`, `report` and `sample`: the results that runs have left."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gancli.cli.completion import metric_names, only_runs, run_names
from gancli.cli.finding import find_either, find_run
from gancli.cli.output import say_path
from gancli.cli.support import (
    check_new,
    checkpoint_option,
    command,
    force_option,
    free_name,
    given,
    output_option,
    runs_option,
)  # fmt: skip

if TYPE_CHECKING:
    from gancli.experiment import Samples
    from gancli.runs import RunFolder, SweepFolder

MOST = 1_000_000
"""Samples that are drawn at once."""


@click.command()
@click.argument("run", nargs=-1, required=True, shell_complete=run_names)
@click.option(
    "--format",
    "form",
    type=click.Choice(["png", "svg", "pdf"]),
    default="png",
    show_default=True,
    help="Of the figures.",
)
@click.option("--gif", is_flag=True, help="Of a run: animate the pictures in time too.")
@click.option("--maps", type=click.IntRange(min=0), metavar="N", help="Of a run: what its layers make of sample N too.")
@click.option(
    "--metric", help="Of a sweep: what to draw; what it would be ranked by, by default.", shell_complete=metric_names
)
@checkpoint_option
@output_option("A folder for the figures, instead of RUN's `plots`.")
@force_option
@runs_option
@command
def plot(
    run: tuple[str, ...], form: str, gif: bool, maps: int | None, metric: str | None, which: str,
    output: Path | None, force: bool, runs: Path,
) -> None:  # fmt: skip
    """Draw the curves, pictures and weights of each RUN, or a sweep's means over seeds, into its folder `plots`.

    With --checkpoint, the weights and maps are those of another checkpoint than the last.
    """
    from gancli.runs import RunFolder, SweepFolder

    folders = [find_either(runs, name) for name in run]
    _check_options(folders)
    if output is not None:
        _check_folder(output, force, len(folders))
    from gancli import plots  # which loads matplotlib

    for folder in folders:
        of_sweep = isinstance(folder, SweepFolder)
        of_run = partial(plots.plot_run, animation=gif, which=which)
        draw = partial(plots.plot_sweep, metric=metric) if of_sweep else of_run
        for path in draw(folder.path, form, target=output):
            say_path(path)
        if maps is not None and isinstance(folder, RunFolder):
            for path in _draw_maps(folder, maps, form, output, which):
                say_path(path)


def _check_options(folders: "list[RunFolder | SweepFolder]") -> None:
    """Raises UsageError for an option that is for none of the folders: of a run and a sweep each has its own."""
    from gancli.runs import SweepFolder

    sweeps = [folder.path for folder in folders if isinstance(folder, SweepFolder)]
    runs = [folder.path for folder in folders if folder.path not in sweeps]
    if given("metric") and not sweeps:
        raise click.UsageError(f"--metric is for a sweep; {runs[0]} is a run, of which all curves are drawn")
    for option, name in (("--gif", "gif"), ("--maps", "maps"), ("--checkpoint", "which")):
        if given(name) and not runs:
            raise click.UsageError(f"{option} is for a run; {sweeps[0]} is a sweep: name one of its runs")


def _draw_maps(folder: "RunFolder", number: int, form: str, output: Path | None, which: str) -> list[Path]:
    from gancli import experiment, plots

    found = experiment.feature_maps(folder, number, which)
    title = f"{folder.record().get('name', folder.path.name)}: sample {number}"
    networks = [(one.network, one.game, one.outputs) for one in found]
    return plots.plot_maps(output or folder.plots, form, title, networks)


def _check_folder(output: Path, force: bool, runs: int) -> None:
    """Raises UsageError where figures may not go there."""
    if runs > 1:
        raise click.UsageError(f"-o is for one RUN; got {runs}")
    if output.exists() and not output.is_dir():
        raise click.UsageError(f"-o: {output} is a file; give a folder")
    if output.is_dir() and any(output.iterdir()) and not force:
        raise click.UsageError(f"-o: {output} is not empty; choose another, or --force to replace figures in it")
    if not output.parent.is_dir():
        raise click.UsageError(f"-o: {output.parent} is not a folder; make it first")


@click.command()
@click.argument("run", nargs=-1, required=True, shell_complete=run_names)
@output_option("A .html file, instead of RUN's report.html.")
@force_option
@runs_option
@command
def report(run: tuple[str, ...], output: Path | None, force: bool, runs: Path) -> None:
    """Write a page on each RUN or sweep, report.html in its folder: pictures in time, curves, tables, in one file."""
    from gancli.runs import SweepFolder

    folders = [find_either(runs, name) for name in run]
    if output is not None and len(folders) > 1:
        raise click.UsageError(f"-o is for one RUN; got {len(folders)}")
    if output is not None:
        check_new(output, (".html",), force)
    from gancli.report import report_run, report_sweep

    for folder in folders:
        write = report_sweep if isinstance(folder, SweepFolder) else report_run
        say_path(write(folder.path, output))


@click.command()
@click.argument("run", shell_complete=only_runs)
@click.option("-n", "count", type=click.IntRange(1, MOST), help="How many: 64 by default; with --interpolate, rows: 8.")
@output_option("A .png grid, a .csv table or a .npz file; a free samples-SEED.png or .csv by default.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the latents.")
@click.option("--class", "asked", metavar="CLASS", help="With a condition: of this class alone, by its number or name.")
@click.option(
    "--interpolate",
    "steps",
    type=click.IntRange(2, 1000),
    metavar="K",
    help="Rows of K, each from a latent to another.",
)
@checkpoint_option
@force_option
@runs_option
@command
def sample(
    run: str, count: int | None, output: Path | None, seed: int, asked: str | None, steps: int | None, which: str,
    force: bool, runs: Path,
) -> None:  # fmt: skip
    """Draw from RUN's generator, in the data's own units; of a run with a condition, each class in turn, or one.

    Images: a PNG grid, or a .npz of `images` (N, channels, height, width). Points or rows: a .csv, a .npz
    of `points` or `vectors` (N, columns) or, of points, a PNG picture of them. A .npz holds the `latents` too and,
    with a condition, the `labels`.
    With --interpolate, Gaussian latents go along great circles, uniform ones along lines, and a row has one class.
    """
    from gancli.experiment import sample as draw
    from gancli.experiment.sampling import units_of

    endings = (".png", ".csv", ".npz")
    count = count or (64 if steps is None else 8)
    if count * (steps or 1) > MOST:
        raise click.UsageError(f"-n: {count:,d} rows of {steps} are more than {MOST:,d} samples; give fewer")
    if output is not None:
        check_new(output, endings, force)
    folder = find_run(runs, run)
    kind = units_of(folder).kind
    if output is not None:
        _check_ending(output, kind)
    drawn = draw(folder, count, seed, asked, steps, which)
    output = output or free_name(Path(f"samples-{seed}.{'png' if kind == 'images' else 'csv'}"), force)
    _write_samples(output, drawn)
    say_path(output)


def _check_ending(output: Path, kind: str) -> None:
    """Raises UsageError where a file of that kind does not hold such samples."""
    if output.suffix == ".png" and kind == "vectors":
        raise click.UsageError(f"RUN draws rows of numbers: -o must end in .csv or .npz; got {str(output)!r}")
    if output.suffix == ".csv" and kind == "images":
        raise click.UsageError(f"RUN draws images: -o must end in .png or .npz; got {str(output)!r}")


def _write_samples(output: Path, drawn: "Samples") -> None:
    from gancli import pictures
    from gancli.runs.arrays import write_arrays
    from gancli.runs.files import write_bytes

    if output.suffix == ".png" and drawn.units.kind == "points":
        from gancli.plots import plot_points  # which loads matplotlib

        plot_points(output, drawn.values, drawn.classes)
    elif output.suffix == ".png":
        write_bytes(output, pictures.grid(drawn.values, ink=drawn.units.ink, rows=drawn.rows, across=drawn.across))
    elif output.suffix == ".csv":
        write_bytes(output, drawn.csv())
    else:
        labels = {} if drawn.classes is None else {"labels": drawn.classes}
        write_arrays(output, {drawn.units.kind: drawn.values, "latents": drawn.latents, **labels}, compress=True)
