"""`gancli check` and `gancli schema`."""

from pathlib import Path

import click

from gancli.cli.support import command


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override a key, as `train` does.")
@command
def check(config: Path, settings: tuple[str, ...]) -> None:
    """Validate CONFIG without running it: print it with every default, and the networks it makes."""
    from gancli import spec

    resolved = spec.load(config, list(settings))
    for warning in resolved.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(resolved.yaml())
    for key, network in resolved.experiment.networks().items():
        total = 0
        click.echo(f"# {key}")
        for number, (inputs, layer) in enumerate(network.dense_layers(resolved.experiment.mu), start=1):
            noise = f" + {layer.noise.size} of noise" if layer.noise is not None and layer.noise.size else ""
            wide = inputs + (layer.noise.size or 0 if layer.noise is not None else 0)
            parameters = wide * layer.units + (layer.units if layer.bias else 0)
            total += parameters
            activation = layer.activation.name if layer.activation is not None else ""
            slope = f" (μ {layer.mu:g})" if layer.mu is not None and "sigmoid" in activation else ""
            name = f"{inputs}{noise} → {layer.units}"
            click.echo(f"#   layer {number}: {name:24} {activation}{slope:12} {parameters:>12,d} parameters")
        click.echo(f"#   in all: {total:,d} parameters")


@click.command()
@command
def schema() -> None:
    """Print the JSON Schema of configuration files, for editors."""
    import json

    from gancli import spec

    click.echo(json.dumps(spec.json_schema(), indent=2, ensure_ascii=False))
