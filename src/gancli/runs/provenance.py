"""Where a run comes from: command, code, machine, libraries."""

import functools
import importlib.metadata
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from gancli.runs.files import DIFF
from gancli.runs.lock import this_process

PACKAGES = ("gancli", "numpy", "numba")
MAX_DIFF = 1_000_000
"""Characters of a git diff that are kept."""


@dataclass(frozen=True)
class Git:
    """Commit of the working folder's repository, and how its tracked files differ from it."""

    commit: str
    diff: str


def provenance(blas_threads: int | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """Plain data for `run.json`, and texts by the name of the file that each is for; `blas_threads` as in `machine`."""
    git = _git(str(Path.cwd()))
    facts = {
        "argv": sys.argv[1:],
        **this_process(),
        **machine(blas_threads),
        "git": {"commit": git.commit, "dirty": bool(git.diff)} if git is not None else None,
    }
    return facts, {DIFF: git.diff} if git is not None and git.diff else {}


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
    found = next((library for library in threadpool_info() if library["user_api"] == "blas"), None)
    keys = ("internal_api", "version", "architecture", "threading_layer", "num_threads")
    if found is None:
        return None
    return {key: found.get(key) for key in keys} | ({} if threads is None else {"num_threads": threads})


@functools.cache
def _git(folder: str) -> Git | None:
    """None outside a repository, or without git."""
    try:
        commit = _run(folder, "rev-parse", "HEAD").strip()
        diff = _run(folder, "diff", "--no-ext-diff", "--no-textconv", "HEAD")
    except (OSError, subprocess.SubprocessError):
        return None
    return Git(commit, diff if len(diff) <= MAX_DIFF else diff[:MAX_DIFF] + "\n… cut here\n")


def _run(folder: str, *words: str) -> str:
    """The answer of git; no program that the repository's own configuration names is run for it."""
    answer = subprocess.run(["git", "-C", folder, *words], capture_output=True, check=True, timeout=5)
    return answer.stdout.decode("utf-8", "replace")
