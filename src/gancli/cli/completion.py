"""What a shell completes: runs, configurations, keys and their values, metrics. Nothing heavy is loaded for it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from gancli.cli import kept_keys
from gancli.cli.shells import KEY

Complete = list[CompletionItem]
RUN, SWEEP = "run.json", "sweep.json"
NEWEST = 20
"""Of the runs of a folder, those whose keys are completed."""
LONGEST = 4096
"""Bytes of a configuration in which its kind is looked for."""


def _items(words: Iterable[str], incomplete: str) -> Complete:
    return [CompletionItem(word) for word in dict.fromkeys(words) if word.startswith(incomplete)]


def run_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The runs and sweeps of --runs: `latest`, and of each its name or what tells it from others; else paths."""
    return _folders(ctx, incomplete, (RUN, SWEEP))


def only_runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The runs alone."""
    return _folders(ctx, incomplete, (RUN,))


def only_sweeps(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The sweeps alone."""
    return _folders(ctx, incomplete, (SWEEP,))


def _folders(ctx: click.Context, incomplete: str, records: tuple[str, ...]) -> Complete:
    """Their whole names only for one who begins to type them."""
    every = _folder_names(ctx, records)
    short = [name.partition("-")[2] or name for name in every]
    called = [name.rpartition("-")[0] or name for name in short]
    others = [name.partition("-")[2].rpartition("-")[0] for name in _folder_names(ctx, (RUN, SWEEP))]
    alone = [name if others.count(name) < 2 else whole for name, whole in zip(called, short, strict=True)]
    latest = ["latest"] if every else []
    found = _items([*latest, *alone], incomplete) or _items(short, incomplete) or _items(every, incomplete)
    return found or [CompletionItem(incomplete, type="dir")]


def _folder_names(ctx: click.Context, records: tuple[str, ...]) -> list[str]:
    folder = Path(ctx.params.get("runs") or "runs")
    try:
        return sorted(path.name for path in folder.iterdir() if any((path / record).is_file() for record in records))
    except OSError:
        return []


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """Files and folders, by the shell."""
    return [CompletionItem(incomplete, type="file")]


def checkpoints(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """`last`, `best`, and the games of RUN's that are kept."""
    from gancli.runs import RunError, RunFolder, checkpoint, find_any
    from gancli.runs.files import game_of

    given = _given(ctx, "run")
    try:
        found = find_any(Path(ctx.params.get("runs") or "runs"), given) if given else None
        folder = found.checkpoints if isinstance(found, RunFolder) else None
        best = checkpoint.best_paths(folder) if folder else []
        games = sorted({game_of(path) for path in (*best, *(checkpoint.paths(folder) if folder else ()))})
    except (RunError, OSError):
        best, games = [], []
    return _items(["last", *(["best"] if best or not given else []), *map(str, games)], incomplete)


def loggers(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The loggers, those of other packages too."""
    from gancli import packages
    from gancli.spec.loggers import BUILT_IN

    return _items([*BUILT_IN, *packages.names("gancli.loggers")], incomplete)


def sort_keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """What `ls` can be sorted by. (Of what begins with `-`, Click completes options alone.)"""
    return _items(_listed(ctx), incomplete)


def where_keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """Keys that `ls` can choose by, and after `=` the values that the newest runs have."""
    known = _listed(ctx)
    return _pairs(known, incomplete)


def _listed(ctx: click.Context) -> dict[str, list[str]]:
    """By key the values of the newest runs and sweeps: their records, their configurations, their last metrics."""
    from gancli.runs import RunError, RunFolder, listing_any

    known: dict[str, list[str]] = {key: [] for key in ("run", "kind", "status", "seed", "game", "seconds", "age")}
    for folder in listing_any(Path(ctx.params.get("runs") or "runs"))[-NEWEST:]:
        try:
            record = folder.record()
            metrics = folder.last() if isinstance(folder, RunFolder) else {}
        except (RunError, OSError):
            continue
        facts = {**record, **dict(_flat(record.get("spec") or {}, "")), **dict.fromkeys(metrics)}
        for key, value in facts.items():
            if value is None or isinstance(value, str | int | float):
                values = known.setdefault(key, [])
                values += [str(value)] if value is not None and str(value) not in values else []
    return known


def _flat(data: dict[str, Any], prefix: str) -> Iterable[tuple[str, Any]]:
    for key, value in data.items():
        yield from _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]


def _given(ctx: click.Context, name: str) -> str | None:
    """An argument that has been typed; one of several is the first."""
    value = ctx.params.get(name)
    words = [value] if isinstance(value, str) else [*(value or ()), *ctx.args]
    return next((str(word) for word in words if not str(word).startswith("-")), None)


def configurations(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """YAML files of this folder, and the configurations that come with gancli; else files."""
    found = _items([*_yaml_files(), *_shipped()], incomplete)
    return found or [CompletionItem(incomplete, type="file")]


def shipped_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The configurations that come with gancli."""
    return _items(_shipped(), incomplete)


def settings(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """Keys of CONFIG, and after `=` the values of one that has few."""
    given = (ctx.params.get("config"), *(ctx.params.get("words") or ()), *ctx.args)  # an option without its value yet
    config = next((word for word in given if word is not None), None)  # leaves all arguments in `args`
    kind = None if config is None else _kind(Path(config))
    keys = kept_keys.keys()
    known = {key: values for one in keys if kind in (None, one) for key, values in keys[one].items()}
    return _pairs(known, incomplete)


def _pairs(known: Mapping[str, list[str]], incomplete: str) -> Complete:
    """Keys with the `=` that their values follow, and after it the values."""
    key, equals, _ = incomplete.partition("=")
    if equals:
        return _items([f"{key}={value}" for value in known.get(key, [])], incomplete)
    return [CompletionItem(f"{key}=", type=KEY) for key in known if key.startswith(incomplete)]


def engine_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The engines."""
    return _items((name for keys in kept_keys.keys().values() for name in keys["engine"]), incomplete)


def metric_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The metrics that runs can be ranked by."""
    from gancli.metrics import METRICS

    return _items((name for name, metric in METRICS.items() if metric.better is not None), incomplete)


def package_metrics(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The metrics that other packages bring."""
    from gancli import metrics, packages

    return _items(packages.names(metrics.GROUP), incomplete)


def _shipped() -> Iterable[str]:
    from gancli import shipped

    return shipped.names()


def _yaml_files() -> list[str]:
    try:
        return sorted(path.name for path in Path().iterdir() if path.suffix in (".yaml", ".yml"))
    except OSError:
        return []


def _kind(config: Path) -> str | None:
    """Of an experiment, by the line of its file that says it; None where none does."""
    from gancli import shipped

    try:
        source = config if config.is_file() else shipped.find(config.as_posix()) or config
        with source.open("rb") as file:
            match = re.search(rb"^kind:\s*(\w+)", file.read(LONGEST), re.MULTILINE)
    except (OSError, ValueError):
        return None
    return match[1].decode() if match and match[1].decode() in set(kept_keys.keys()) else None
