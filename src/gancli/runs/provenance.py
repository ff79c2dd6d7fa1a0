"""Where a run comes from: command, code, machine, libraries."""

import functools
import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from gancli.runs.files import DIFF
from gancli.runs.git import MAX_PATCH, git_of
from gancli.runs.lock import this_process

PACKAGES = ("gancli", "numpy", "numba")


def provenance(blas_threads: int | None = None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Plain data for `run.json`, and files by name; `blas_threads` as in `machine`."""
    git = git_of(_standing())
    facts = {
        "argv": sys.argv[1:],
        **this_process(),
        **machine(blas_threads),
        "git": {"commit": git.commit, "dirty": git.dirty} if git is not None else None,
    }
    if git is not None and git.dirty and git.patch is None:
        facts["git"]["patch"] = f"not kept: over {MAX_PATCH:,d} bytes"
    return facts, {DIFF: git.patch} if git is not None and git.patch else {}


def _standing() -> str:
    """The folder one stands in; the root where that is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return os.path.sep


@functools.cache
def machine(blas_threads: int | None = None) -> dict[str, Any]:
    """What the bits of a result may depend on, besides the spec, the engine and its threads.

    `blas_threads` is how many products are computed with; by default, as many as BLAS has now.
    """
    return {
        "platform": platform.platform(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "blas": _blas(blas_threads),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpu() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _blas(threads: int | None) -> dict[str, Any] | None:
    """NumPy's BLAS as it is loaded: the kernels it has chosen for this processor, and its threads."""
    loaded = [library for library in threadpool_info() if library["user_api"] == "blas"]
    keys = ("internal_api", "version", "architecture", "threading_layer", "num_threads")
    if not loaded:
        return None
    blas = min(loaded, key=_is_foreign)
    return {key: blas.get(key) for key in keys} | ({} if threads is None else {"num_threads": threads})


def _is_foreign(library: dict[str, Any]) -> tuple[bool, bool, str]:
    """Sorts the libraries that are loaded, in whatever order: first what NumPy brought, last what other packages did.

    Between them is one of the system, which NumPy computes with where it brought none. The path decides what is left.
    """
    folder = Path(library["filepath"]).parent
    numpys = "numpy.libs" in folder.parts or folder.parts[-2:] == ("numpy", ".dylibs")
    return not numpys, folder.name.endswith(".libs") or folder.name == ".dylibs", library["filepath"]
