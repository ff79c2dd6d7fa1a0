"""Where a run comes from: versions, machine, libraries, code."""

import os
import platform
import socket
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import numpy as np

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def provenance() -> dict[str, Any]:
    """Plain data for `run.json`."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "argv": sys.argv[1:],
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "platform": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "blas": {"name": blas.get("name"), "version": blas.get("version")},
        "thread_limits": {name: os.environ.get(name) for name in THREADS},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("gancli", "numpy")}},
        "git": _git(),
    }


def _git() -> dict[str, Any] | None:
    """Commit of the working folder's repository, and whether its tracked files differ from it; None outside one."""
    try:
        commit = _run("rev-parse", "HEAD").strip()
        return {"commit": commit, "dirty": bool(_run("status", "--porcelain", "--untracked-files=no").strip())}
    except (OSError, subprocess.SubprocessError):
        return None


def _run(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True, timeout=5).stdout
