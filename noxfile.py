"""A contributor's checks, in environments of their own: `nox`, or some by `nox -s tests lint`, `nox -s lowest-3.12`.

Pythons that are not there are skipped. What follows `--` goes to pytest: `nox -s lowest-3.11 -- tests/runs`.
"""

import os
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

# pyenv's shims stand for Pythons that are switched off too, and then do not run: look for the Pythons themselves
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
PATHS = [path for path in os.environ["PATH"].split(os.pathsep) if Path(path) != PYENV / "shims"]
os.environ["PATH"] = os.pathsep.join([*PATHS, *map(str, sorted(PYENV.glob("versions/*/bin")))])


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The fast tests with the newest release of everything."""
    fast_tests(session)


@nox.session(python=PYTHONS)
def lowest(session: nox.Session) -> None:
    """The fast tests with the lowest release that `pyproject.toml` allows of everything that it names.

    Of those with a wheel: a later Python has none of the lowest NumPy's, and compiling it would not test this project.
    """
    fast_tests(session, "--resolution=lowest-direct", "--no-build")


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff's rules and format, and the types."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


def fast_tests(session: nox.Session, *options: str) -> None:
    """Install, and run what pytest runs by default; compiled first, as pip does, for the many processes it starts."""
    session.install("--compile-bytecode", *options, "-e", ".[test]")
    session.run("pytest", "-q", *session.posargs)
