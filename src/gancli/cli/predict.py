"""`gancli predict`: what a supervised run says of one's own samples."""

from pathlib import Path

import click

from gancli.cli.completion import files, only_runs
from gancli.cli.finding import find_run
from gancli.cli.output import say, say_path
from gancli.cli.support import check_new, checkpoint_option, command, force_option, output_option, runs_option


@click.command()
@click.argument("run", shell_complete=only_runs)
@click.argument("file", shell_complete=files)
@output_option("A .csv or .npz file; a CSV is printed by default.")
@click.option("--key", metavar="NAME", help="The array of a .npz that has several.")
@click.option("--invert", is_flag=True, help="Images: black is white, as of ink on paper for a run on MNIST.")
@checkpoint_option
@force_option
@runs_option
@command
def predict(
    run: str, file: str, output: Path | None, key: str | None, invert: bool, which: str, force: bool, runs: Path
) -> None:
    """Predict the classes, or the numbers, of the samples in FILE by RUN, which is a supervised run: a row for each.

    FILE holds what RUN learned from: a picture or a folder of them, cropped and resized as those were, an array .npy or
    .npz, or a table with the same columns in their own units; other columns are passed over.
    """
    if output is not None:
        check_new(output, (".csv", ".npz"), force)
    from gancli.experiment.predicting import predict as predicted
    from gancli.runs.arrays import write_arrays
    from gancli.runs.files import write_bytes

    found = predicted(find_run(runs, run), file, key, invert, which)
    for notice in found.notices:
        say(f"note: {notice}", err=True)
    if output is None:
        say(found.csv().decode(), nl=False)
    elif output.suffix == ".csv":
        write_bytes(output, found.csv())
    else:
        write_arrays(output, found.arrays(), compress=True)
    if output is not None:
        say_path(output)
