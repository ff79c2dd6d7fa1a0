"""`gancli export`: what a run has learned, for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from gancli.experiment.learned import Learned

FORMATS = ("onnx", "npz", "safetensors")


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

    own = learned(find_run(runs, run), network, which=which)
    output = output or free_name(Path(f"{own.key}{endings[0]}"), force)
    _write(output, own)
    say_path(output)


def _write(output: Path, own: "Learned") -> None:
    from gancli.export.weights import npz, safetensors, weights_of
    from gancli.runs.arrays import write_arrays
    from gancli.runs.files import write_bytes

    if output.suffix == ".npz":
        write_arrays(output, npz(weights_of(own.network), own.about()))
    elif output.suffix == ".safetensors":
        write_bytes(output, safetensors(weights_of(own.network), own.about()))
    else:
        from gancli.experiment.exporting import onnx_model

        content, error = onnx_model(own)
        write_bytes(output, content)
        say(f"{own.key} of game {own.game:,d}; model and network differ by {error:.1g} at most", err=True)
