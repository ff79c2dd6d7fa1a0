"""`gancli check` and `gancli schema`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gancli.cli.output import print_json, say, warn
from gancli.cli.support import command

if TYPE_CHECKING:
    from gancli.spec import Document


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override a key, as `train` does.")
@command
def check(config: Path, settings: tuple[str, ...]) -> None:
    """Validate CONFIG without running it: print it with every default, and the networks it makes.

    What is unwise, or more than the data of this machine hold, is a warning.

    Of a sweep file, validate every cell and print the command that runs it.
    """
    from gancli import experiment, spec
    from gancli.spec.networks import Kernel

    document = spec.load_file(config)
    if spec.is_sweep(document):
        _check_sweep(document, settings)
        return
    resolved = spec.load(document, list(settings))
    warnings = list(experiment.warnings_of_data([resolved.experiment], must_load=False))
    if not any(problem.key == "data" for problem in warnings):
        warnings += experiment.warnings_of_engine(resolved.experiment)
    warn([*resolved.warnings, *warnings])
    say(resolved.yaml())
    for key, network in resolved.experiment.networks().items():
        total = 0
        say(f"# {key}")
        mu = getattr(resolved.experiment, "mu", None)
        for number, (inputs, layer) in enumerate(network.dense_layers(mu), start=1):
            wide = spec.width(inputs, layer, resolved.experiment.training.batch)
            more = f" + {wide - inputs} beside" if wide > inputs else ""
            parameters = wide * layer.units + (2 if layer.batch_norm else layer.bias or 0) * layer.units
            if isinstance(layer.minibatch, Kernel):
                parameters += inputs * layer.minibatch.kernels * layer.minibatch.size
            total += parameters
            activation = layer.activation.name if layer.activation is not None else ""
            slope = f" (μ {layer.mu:g})" if layer.mu is not None and "sigmoid" in activation else ""
            name = f"{inputs}{more} → {layer.units}"
            say(f"#   layer {number}: {name:24} {activation}{slope:12} {parameters:>12,d} parameters")
        say(f"#   in all: {total:,d} parameters")


def _check_sweep(document: "Document", settings: tuple[str, ...]) -> None:
    import shlex

    from gancli import spec
    from gancli.sweep import warnings_of

    if settings:
        raise click.UsageError(f"--set is for an experiment; {document.source} is a sweep: change its file")
    sweep = spec.load_sweep(document)
    warn(warnings_of(sweep, must_load=False))
    for cell in sweep.cells:
        words = [word for setting in cell.settings for word in ("--set", setting)]
        say(shlex.join(["gancli", "train", str(sweep.base), *words, "--seed", str(cell.seed)]))


@click.command()
@command
def schema() -> None:
    """Print the JSON Schema of configuration files, for editors."""
    from gancli import spec

    print_json(spec.json_schema())
