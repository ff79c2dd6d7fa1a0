"""What Numba compiles: kernels, and the loop that calls them, for `engines.replay`, which keeps the machine code.

Importing it imports Numba, with nothing of the folder one stands in: Numba would take settings from a file
`.numba_config.yaml` there, now and at each compilation. Raises whatever the import raises, ImportError where Numba is
switched off.
"""

import contextlib
import importlib
import os
import sys
from typing import Any

from gancli.standing import standing_in


def _load() -> None:
    """Numba's settings, as its own variables (`$NUMBA_…`) have them."""
    path = sys.path[:]
    with contextlib.suppress(OSError):  # the folder one stands in is gone
        sys.path[:] = [os.path.join(os.getcwd(), entry) for entry in path]  # relative ones stay what they were
    try:
        with standing_in(os.path.dirname(os.path.abspath(__file__))):
            config: Any = importlib.import_module("numba.core.config")
    finally:
        sys.path[:] = path
    config._config_fname = os.devnull  # which is not a file, for what compiles later
    if config.DISABLE_JIT:
        raise ImportError("it is switched off ($NUMBA_DISABLE_JIT)")


_load()
