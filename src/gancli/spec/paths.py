"""Paths in a configuration: from the folder of the file that says them or, of an option, from where one stands."""

from pathlib import Path
from typing import Any

from gancli.spec.yaml import Document

NETWORKS = ("network", "generator", "discriminator", "critic")
"""The keys of networks."""


def settle(document: Document) -> None:
    """Write an experiment's `data.path`, `log.N.folder` and `weights` as absolute ones: they mean the same anywhere."""
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
        if isinstance(entry, dict) and entry.get("name") == "tensorboard" and "folder" in entry:
            said = any(known in document.origins for known in (("log",), ("log", place), ("log", place, "folder")))
            entry["folder"] = _absolute(entry["folder"], Path() if said else document.folder)


def settle_sweep(document: Document) -> None:
    """Likewise the values that a sweep gives to it."""
    plan = document.data.get("sweep")
    for section in ("grid", "zip"):
        axes = plan.get(section) if isinstance(plan, dict) else None
        for key in ("data", "data.path"):
            values = axes.get(key) if isinstance(axes, dict) else None
            folder = Path() if ("sweep", section, key) in document.origins else document.folder
            if isinstance(values, list) and key == "data.path":
                values[:] = [_absolute(value, folder) for value in values]
            for value in values if isinstance(values, list) else ():
                _settle_data(value, folder)


def _settle_data(data: Any, folder: Path) -> None:
    if isinstance(data, dict) and "path" in data:
        data["path"] = _absolute(data["path"], folder)


def _absolute(path: Any, folder: Path) -> Any:
    """`~` is someone's home, and `package:` no place, wherever it is read; what is no text is left to be refused."""
    is_place = isinstance(path, str) and path and not path.startswith(("~", "package:"))
    return str((folder / path).absolute()) if is_place else path
