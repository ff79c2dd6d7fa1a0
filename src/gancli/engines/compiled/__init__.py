"""What Numba compiles: the arithmetic of whole games, for `engines.numba_engine`.

Importing it imports Numba, with nothing of the folder one stands in: Numba would take settings, the folder of its cache
among them, from a file `.numba_config.yaml` there, now and at each compilation, and unpickle what lies in that folder.
Raises whatever the import raises, ImportError where Numba is switched off.
"""

import contextlib
import importlib
import os
import sys
from typing import Any

from platformdirs import user_cache_dir

from gancli.standing import standing_in

_HERE = os.path.dirname(os.path.abspath(__file__))


def _settings() -> Any:
    """Numba's settings, as its own variables (`$NUMBA_…`) have them."""
    path = sys.path[:]
    with contextlib.suppress(OSError):  # the folder one stands in is gone
        sys.path[:] = [os.path.join(os.getcwd(), entry) for entry in path]  # relative ones stay what they were
    try:
        with standing_in(_HERE):
            config: Any = importlib.import_module("numba.core.config")
    finally:
        sys.path[:] = path
    config._config_fname = os.devnull  # which is not a file, for what compiles later
    if config.DISABLE_JIT:
        raise ImportError("it is switched off ($NUMBA_DISABLE_JIT)")
    return config


def _keep(config: Any) -> bool:
    """Have machine code kept in a folder of this user's that can be written to; is there one?

    Numba's own choice is beside the source, else a folder in the user's home, or of that name wherever one stands.
    """
    if config.CACHE_DIR or os.access(_HERE, os.W_OK):
        return True
    try:
        folder = os.path.join(user_cache_dir("gancli"), "numba")
        if not os.path.isabs(folder):  # of a user without a home
            return False
        os.makedirs(folder, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    if not os.access(folder, os.W_OK):
        return False
    config.CACHE_DIR = folder
    return True


KEPT = _keep(_settings())
"""Is what was compiled there in the next process?"""
