"""`gancli doctor`: what of this machine a run depends on, in lines to paste into an issue."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gancli.cli.output import print_json, say, size_text
from gancli.cli.support import command, nested_format_option, runs_option

PACKAGES = (
    "numpy", "numba", "llvmlite", "click", "matplotlib", "pillow", "platformdirs", "psutil", "pydantic", "python-mnist",
    "pyyaml", "requests", "threadpoolctl", "tqdm", "pot", "scikit-learn", "distributed", "onnx", "tensorboard",
    "mlflow", "wandb",
)  # fmt: skip
VARIABLES = (
    "GANCLI_DATA", "GANCLI_KERNELS", "XDG_CACHE_HOME", "NUMBA_DISABLE_JIT", "NUMBA_CACHE_DIR", "OMP_NUM_THREADS",
    "PYTHONPATH", "PYTHONSAFEPATH",
)  # fmt: skip
"""What of the environment a run heeds; nothing else of it is told."""
Facts = dict[str, Any]


@click.command()
@nested_format_option
@runs_option
@command
def doctor(form: str, runs: Path) -> None:
    """Say all of this machine that a run depends on: versions, BLAS, engine, data, folders, terminal, processors.

    In plain lines, to paste into an issue: your home folder is written ~, and nothing else of yours is in them. What
    cannot be found is said. Where the fast engine has to be compiled first, that takes some seconds.
    """
    sections: dict[str, Callable[[], Facts]] = {
        "versions": _versions, "machine": _machine, "blas": _blas, "engine": _engine, "data": _data,
        "folders": lambda: _folders(runs), "terminal": _terminal, "environment": _environment,
    }  # fmt: skip
    facts = _homeless({name: _known(section) for name, section in sections.items()})
    if form == "json":
        print_json(facts)
        return
    for section, found in facts.items():
        say(f"{section}:")
        for key, value in found.items():
            say(f"  {key:22} {value}")


def _known(section: Callable[[], Facts]) -> Facts:
    """What a section found, or why it found nothing."""
    try:
        return section()
    except Exception as error:  # whatever is broken here is what somebody looks for
        return {"cannot be found": f"{type(error).__name__}: {error}"}


def _homeless(value: Any) -> Any:
    """Without the path of this user's home."""
    if isinstance(value, dict):
        return {key: _homeless(one) for key, one in value.items()}
    home = os.path.expanduser("~")  # noqa: PTH111 - which raises nothing where there is none
    return re.sub(re.escape(home) + r"(?![\w.-])", "~", value) if isinstance(value, str) and len(home) > 1 else value


def _versions() -> Facts:
    import importlib.metadata
    import platform

    from gancli import __version__, installing

    def version(name: str) -> str:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    origin = {"gancli": __version__, "from": str(Path(__file__).parents[1]), "extras by": installing.command("EXTRA")}
    return {**origin, "python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def _machine() -> Facts:
    import psutil

    from gancli.experiment import usable_cores
    from gancli.runs.provenance import machine

    about, memory = machine(), psutil.virtual_memory()
    return {
        "platform": about["platform"],
        "cpu": about["cpu"],
        "usable cores": f"{usable_cores()} of {about['cores']}",
        "memory": f"{size_text(memory.total)}, {size_text(memory.available)} of it free",
    }


def _blas() -> Facts:
    import numpy as np  # which loads it

    from gancli.runs.provenance import machine

    return {"numpy": np.__version__, **(machine()["blas"] or {"cannot be found": "NumPy shows none"})}


def _engine() -> Facts:
    from gancli.experiment.engine_facts import engine_facts

    return engine_facts()


def _data() -> Facts:
    """Where each set that has files would be taken from."""
    from gancli.data import summary

    return {info.name: place for info, _, place in summary.overview() if info.fetched}


def _folders(runs: Path) -> Facts:
    from gancli.data.cache import cache_folder
    from gancli.disk import bytes_in

    cache = cache_folder()
    there = next(path for path in (runs.absolute(), *runs.absolute().parents) if path.is_dir())
    return {
        "cache": "none: there is no home folder" if cache is None else f"{cache}, {size_text(bytes_in(cache))}",
        "runs": f"{runs.absolute()}, {size_text(bytes_in(runs))}",
        "free for runs": size_text(shutil.disk_usage(there).free),
        "runs can be written": "yes" if os.access(there, os.W_OK) else "no",
    }


def _terminal() -> Facts:
    columns, lines = shutil.get_terminal_size()
    streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
    terminals = [name for name, stream in streams.items() if stream.isatty()]
    return {
        "size": f"{columns} columns, {lines} lines",
        "terminals": ", ".join(terminals) or "none of stdin, stdout, stderr",
        "encoding": sys.stdout.encoding,
        "TERM": os.environ.get("TERM", "not set"),
        "colours": "not used" if "NO_COLOR" in os.environ else os.environ.get("COLORTERM", "not said"),
        "language": os.environ.get("LC_ALL") or os.environ.get("LANG", "not set"),
    }


def _environment() -> Facts:
    return {name: os.environ.get(name, "not set") for name in VARIABLES}
