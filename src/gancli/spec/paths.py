"""Paths in a configuration: from the folder of the file that says them or, of an option, from where one stands."""

from pathlib import Path
from typing import Any

from gancli.spec.yaml import Document

SQLITE = "sqlite:///"
NETWORKS = ("network", "generator", "discriminator", "critic")
"""The keys of networks."""


def settle(document: Document) -> None:
    """Write an experiment's `data.path`, `weights` and loggers' places as absolute: they mean the same anywhere."""
    option = any(known in document.origins for known in (("data",), ("data", "path")))
    if isinstance(document.data, dict):
        _settle_loggers(document)
        _settle_data(document.data.get("data"), Path() if option else document.folder)
        for key in NETWORKS:
            network = document.data.get(key)
            if isinstance(network, dict) and "weights" in network:
                said = any(known in document.origins for known in ((key,), (key, "weights")))
                network["weights"] = _absolute(network["weights"], Path() if said else document.folder)


def _settle_loggers(document: Document) -> None:
    entries = document.data.get("log")
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        said = any(
            known in document.origins
            for known in (("log",), ("log", place), ("log", place, "folder"), ("log", place, "uri"))
        )
        _settle_logger(entry, Path() if said else document.folder)


def _settle_logger(entry: Any, folder: Path) -> None:
    if isinstance(entry, dict) and entry.get("name") == "tensorboard" and "folder" in entry:
        entry["folder"] = _absolute(entry["folder"], folder)
    if isinstance(entry, dict) and entry.get("name") == "mlflow" and "uri" in entry:
        entry["uri"] = _absolute_store(entry["uri"], folder)


def _absolute_store(uri: Any, folder: Path) -> Any:
    """Of MLflow: `sqlite:///FILE` and a folder are places, other addresses are as they are."""
    file = uri.removeprefix(SQLITE) if isinstance(uri, str) else uri
    if file != uri:
        return f"{SQLITE}{_absolute(file, folder)}"
    return uri if isinstance(uri, str) and ":" in uri else _absolute(uri, folder)


def settle_sweep(document: Document) -> None:
    """Likewise the values that a sweep gives to it."""
    plan = document.data.get("sweep")
    for section in ("grid", "zip"):
        axes = plan.get(section) if isinstance(plan, dict) else None
        for key, values in axes.items() if isinstance(axes, dict) else ():
            folder = Path() if ("sweep", section, key) in document.origins else document.folder
            if isinstance(values, list):
                values[:] = [_settled(key, value, folder) for value in values]


def _settled(key: str, value: Any, folder: Path) -> Any:
    """One value of an axis."""
    if key in ("data.path", *(f"{network}.weights" for network in NETWORKS)):
        return _absolute(value, folder)
    if key == "data":
        _settle_data(value, folder)
    elif key in NETWORKS and isinstance(value, dict) and "weights" in value:
        value["weights"] = _absolute(value["weights"], folder)
    elif key == "log":
        for entry in value if isinstance(value, list) else ():
            _settle_logger(entry, folder)
    return value


def _settle_data(data: Any, folder: Path) -> None:
    if isinstance(data, dict) and "path" in data:
        data["path"] = _absolute(data["path"], folder)


def _absolute(path: Any, folder: Path) -> Any:
    """`~` is someone's home, and `package:` no place, wherever it is read; what is no text is left to be refused."""
    is_place = isinstance(path, str) and path and not path.startswith(("~", "package:"))
    return str((folder / path).absolute()) if is_place else path
