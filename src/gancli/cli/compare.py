"""`gancli compare`: what differs between runs, from their specs to their last bits."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli.cli.support import command, format_option, print_rows, runs_option

if TYPE_CHECKING:
    from gancli.runs import RunFolder

OF_ONE_RUN = ("pid", "process_start", "start", "end", "resumed", "spec", "spec_sha256")
"""What no two runs share, or what is said otherwise."""


@click.command()
@click.argument("run", nargs=-1, required=True)
@format_option
@runs_option
@command
def compare(run: tuple[str, ...], form: str, runs: Path) -> None:
    """Say what differs between RUNs: settings, machine, code, figures, and whether their weights are the same bits."""
    from gancli.runs import find

    folders = [find(runs, name) for name in run]
    if len(folders) < 2:
        raise click.UsageError("give two runs or more")
    facts = [_facts(folder) for folder in folders]
    keys = list(dict.fromkeys(key for one in facts for key in one))
    rows = {key: [one.get(key) for one in facts] for key in keys}
    different = {key: values for key, values in rows.items() if any(value != values[0] for value in values)}
    same = [key for key in ("metrics", "weights") if key not in different]
    if form == "json":
        result = {"runs": [str(folder.path) for folder in folders], "different": different, "same": same}
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    names = [folder.path.name for folder in folders]
    print_rows([{"key": key, **dict(zip(names, values, strict=True))} for key, values in different.items()], form)
    if form == "table" and same:
        click.echo(f"the same: {', '.join(same)}")


def _facts(folder: "RunFolder") -> dict[str, Any]:
    """All that is known of a run, by dotted key: `spec.eta`, `versions.numpy`, `last.loss`, `metrics`, `weights`."""
    from gancli.spec import flat

    record = folder.record()
    about = {key: value for key, value in record.items() if key not in OF_ONE_RUN}
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in folder.rows()]
    found = {f"spec.{key}": value for key, value in flat(record.get("spec", {})).items()} | flat(about)
    found |= {f"last.{key}": value for key, value in (rows[-1] if rows else {}).items()}
    return {**found, "metrics": _short(json.dumps(rows).encode()), "weights": _weights(folder)}


def _weights(folder: "RunFolder") -> str | None:
    """A name for the bits of all parameters in the newest checkpoint."""
    from gancli.runs import checkpoint

    try:
        saved = checkpoint.newest(folder.checkpoints)
    except ValueError:
        return None
    arrays = sorted((name, array) for name, array in saved.arrays.items() if name.endswith(".params"))
    return _short(b"".join(name.encode() + array.tobytes() for name, array in arrays))


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
