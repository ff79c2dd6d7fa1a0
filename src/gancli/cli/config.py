"""`gancli check` and `gancli schema`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gancli.cli import completion, configurations
from gancli.cli.output import print_json, say, warn
from gancli.cli.support import command, set_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gancli.spec import Document, Learning, Resolved
    from gancli.spec.shapes import Placed


@click.command()
@click.argument("config", type=click.Path(path_type=Path), shell_complete=completion.configurations)
@set_option("Override a key, as `train` does.")
@command
def check(config: Path, settings: tuple[str, ...]) -> None:
    """Validate CONFIG without running it: print it with every default, and the networks it makes.

    CONFIG is a file, or one of the configurations that `gancli init` lists.

    What is unwise, or more than the data of this machine hold, is a warning.

    Of a sweep file, validate every cell and print the command that runs it.
    """
    from gancli import experiment, spec

    document = configurations.read(config)
    if spec.is_sweep(document):
        _check_sweep(document, settings)
        return
    resolved = spec.load(document, list(settings))
    warnings = experiment.warnings_of_data([resolved.experiment], must_load=False, of_engine=True)
    warn([*resolved.warnings, *warnings, *_missing_packages([resolved])])
    say(resolved.yaml())
    if isinstance(resolved.experiment, spec.Learning):
        _say_networks(resolved.experiment)


def _say_networks(one: "Learning") -> None:
    """The layers of each network and their parameters."""
    from gancli import spec

    for key, network in one.networks().items():
        rows, beside, counts = one.training.rows(key), one.beside(key), spec.parameters(one, key)
        say(f"# {key}")
        for place, (placed, count) in enumerate(zip(network.placed(one.mu), counts, strict=True)):
            say(f"#   layer {place + 1}: {_described(placed, rows, beside.get(place, 0))} {count:>12,d} parameters")
        say(f"#   in all: {sum(counts):,d} parameters")


def _missing_packages(every: "Iterable[Resolved]") -> list[str]:
    """What a run would be refused for: another machine may have it."""
    from gancli import experiment
    from gancli.errors import GancliError

    try:
        experiment.check_packages(resolved.experiment for resolved in every)
    except GancliError as error:
        return [str(error)]
    return []


def _described(one: "Placed", batch: int, beside: int) -> str:
    """A layer's shapes, what it is, its activation, and of a convolution how many products it takes."""
    from gancli import spec

    layer = one.layer
    activation = layer.activation.name if layer.activation is not None else ""
    slope = f" (μ {layer.mu:g})" if layer.mu is not None and "sigmoid" in activation else ""
    inputs, outputs = ("×".join(map(str, shape)) for shape in (one.inputs, one.outputs))
    if layer.units is not None:
        wide = spec.width(math.prod(one.inputs), layer, batch) + beside - math.prod(one.inputs)
        name = f"{inputs}{f' + {wide} beside' if wide else ''} → {outputs}"
        return f"{name:24} {activation}{slope:12}"
    (kind,) = layer.kinds
    if not layer.learns:
        how = f"{layer.upsample} × {layer.factor or 2}" if layer.upsample else str(layer.pool)
        patches = f", {layer.kernel}×{layer.kernel}, stride {layer.stride or layer.kernel}" if layer.kernel else ""
        return f"{f'{inputs} → {outputs}':24} {kind} {how}{patches}"
    rows, columns = one.weights(0)
    geometry = f"{layer.kernel}×{layer.kernel}, stride {layer.stride or 1}, padding {layer.padding or 0}"
    products = f"{one.places * rows * columns:,d} multiply–adds"
    return f"{f'{inputs} → {outputs}':24} {kind} {geometry}  {activation}{slope}  {products}"


def _check_sweep(document: "Document", settings: tuple[str, ...]) -> None:
    from gancli import shipped, spec
    from gancli.sweeps import examine

    if settings:
        raise click.UsageError(f"--set is for an experiment; {document.source} is a sweep: change its file")
    sweep = spec.load_sweep(document)
    warn([*examine(sweep, must_load=False).warnings, *_missing_packages(cell.resolved for cell in sweep.cells)])
    base = shipped.name_of(sweep.base) or sweep.base
    for cell in sweep.cells:
        words = [word for setting in cell.settings for word in ("--set", setting)]
        say(configurations.command("train", base, *words, "--seed", str(cell.seed)))


@click.command()
@command
def schema() -> None:
    """Print the JSON Schema of configuration files, for editors."""
    from gancli import spec

    print_json(spec.json_schema())
