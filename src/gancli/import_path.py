"""Where modules are looked for: not in the current folder, which may be anybody's.

Only what Python has loaded by itself is imported here, as this comes before every other import.
"""

import os
import sys


def safe_path() -> list[str]:
    """`sys.path` without the current folder, unless gancli itself is there (a notebook's '' and `python -m` put it)."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # the current folder was deleted
        return [entry for entry in sys.path if entry]
    return [entry or here for entry in sys.path if here == home or os.path.realpath(entry or here) != here]
