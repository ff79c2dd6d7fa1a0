"""`gancli export`: what a run has learned, for other programs."""

from pathlib import Path

import click

from gancli.cli.completion import only_runs
from gancli.cli.finding import find_run
from gancli.cli.output import say, say_path
from gancli.cli.support import (
    check_new,
    checkpoint_option,
    command,
    force_option,
    free_name,
    output_option,
    runs_option,
)
from gancli.export import FORMATS


@click.command()
@click.argument("run", shell_complete=only_runs)
@output_option("A .onnx, .npz or .safetensors file; a free NETWORK.onnx by default.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Where -o is not given.")
@click.option(
    "--network",
    type=click.Choice(["generator", "discriminator", "critic", "network"]),
    help="Which; the generator by default, of a supervised run its network.",
)
@checkpoint_option
@force_option
@runs_option
@command
def export(
    run: str, output: Path | None, form: str | None, network: str | None, which: str, force: bool, runs: Path
) -> None:
    """Write RUN's network as an ONNX model, or its weights under their names as .npz or .safetensors.

    A model takes and gives images (N, channels, height, width) within [0, 1], or rows in the data's own units, and is
    tried beside the network before it is written. Of a generator with a moving average, that is exported.
    """
    endings = tuple(f".{one}" for one in ([form] if form else FORMATS))
    if output is not None:
        check_new(output, endings, force)
    from gancli.experiment.learned import learned
    from gancli.experiment.writing import write

    own = learned(find_run(runs, run), network, which=which)
    output = output or free_name(Path(f"{own.key}{endings[0]}"), force)
    error = write(own, output)
    if error is not None:
        say(f"{own.key} of game {own.game:,d}; model and network differ by {error:.1g} at most", err=True)
    say_path(output)
