"""`python -m gancli`, and the console script: the command line in a process of its own."""

import sys

from gancli.import_path import safe_path


def run() -> None:
    """Nothing of the current folder is imported, and a signal before there is anything to save leaves at once."""
    sys.path[:] = safe_path()
    from gancli.leaving import leaving_at_once

    with leaving_at_once():
        from gancli.cli import main

        main(prog_name="gancli")


if __name__ == "__main__":
    run()
