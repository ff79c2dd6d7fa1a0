"""What a shell completes: runs, configurations, keys and their values, metrics. Nothing heavy is loaded for it.

The keys are those of the models, which take longer to load than a person waits for a completion: they are kept in the
user's cache, under a name that changes with the models' files.
"""

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Complete = list[CompletionItem]
RECORDS = ("run.json", "sweep.json")
LONGEST = 4096
"""Bytes of a configuration in which its kind is looked for."""


def _items(words: Iterable[str], incomplete: str) -> Complete:
    return [CompletionItem(word) for word in dict.fromkeys(words) if word.startswith(incomplete)]


def run_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The runs and sweeps of --runs: `latest`, their names, what tells those of one name apart; else paths."""
    folder = Path(ctx.params.get("runs") or "runs")
    try:
        names = sorted(path.name for path in folder.iterdir() if any((path / record).is_file() for record in RECORDS))
    except OSError:
        names = []
    short = [name.partition("-")[2] or name for name in names]
    words = ["latest"] if names else []
    words += [name.rpartition("-")[0] or name for name in short]
    found = _items([*words, *short, *names], incomplete)
    return found or [CompletionItem(incomplete, type="dir")]


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
    keys = _keys()
    known = {key: values for one in keys if kind in (None, one) for key, values in keys[one].items()}
    key, equals, _ = incomplete.partition("=")
    return _items([f"{key}={value}" for value in known.get(key, [])] if equals else known, incomplete)


def engine_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Complete:
    """The engines."""
    return _items((name for keys in _keys().values() for name in keys["engine"]), incomplete)


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
    return match[1].decode() if match and match[1].decode() in _keys() else None


def _keys() -> dict[str, dict[str, list[str]]]:
    """By kind and key, from the cache or, the first time, from the models."""
    path = _cache()
    try:
        known = json.loads(path.read_bytes()) if path is not None else None
    except (OSError, ValueError):
        known = None
    if not _is_known(known):
        from gancli.spec.keys import keys_by_kind

        known = keys_by_kind()
        if path is not None:
            _keep(path, json.dumps(known))
    assert isinstance(known, dict)
    return known


def _is_known(data: Any) -> bool:
    return isinstance(data, dict) and all(
        isinstance(keys, dict) and "engine" in keys and all(isinstance(values, list) for values in keys.values())
        for keys in data.values()
    )


def _cache() -> Path | None:
    """None where this user has no cache."""
    from platformdirs import user_cache_dir

    models = Path(__file__).parents[1] / "spec"
    try:
        facts = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(models.glob("*.py"))]
        folder = Path(user_cache_dir("gancli"))
    except (OSError, RuntimeError):
        return None
    import hashlib

    name = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    return folder / "completion" / f"keys-{name}.json" if folder.is_absolute() else None


def _keep(path: Path, text: str) -> None:
    """In place of those of other models; a cache that cannot be written is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
        for other in path.parent.glob("keys-*.json"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError:
        return
