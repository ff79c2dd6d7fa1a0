"""A contributor's checks, in environments of their own: `nox`, or some by `nox -s tests lint`, `nox -s lowest-3.12`.

Pythons that are not there are skipped. What follows `--` goes to pytest: `nox -s lowest-3.11 -- tests/runs`.
"""

import os
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv"
nox.options.sessions = ["tests", "lowest", "lint"]
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

# with a wheel: a later Python has none of the lowest NumPy's, and compiling it would not test this project
LOWEST = ("--resolution=lowest-direct", "--no-build")

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
    """The fast tests with the lowest release that `pyproject.toml` allows of everything that it names."""
    fast_tests(session, *LOWEST)


@nox.session
def coverage(session: nox.Session) -> None:
    """As `lowest`, with the lines and branches that the tests pass through in all processes; below the floor fails."""
    install(session, *LOWEST)
    session.install("coverage>=7.10")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "json", "--quiet", "--fail-under=0", "-o", ".nox/coverage.json")
    session.run("python", "scripts/coverage_by_folder.py", ".nox/coverage.json")
    session.run("coverage", "report", "--format=total")


@nox.session
def loggers(session: nox.Session) -> None:
    """MLflow's store and W&B's offline folder, read back: these two are too large for the extra `test`."""
    session.install("-e", ".[test,mlflow,wandb]")
    session.run("pytest", "-q", *(session.posargs or ["-m", "slow or not slow", "tests/loggers"]))


@nox.session
def mutants(session: nox.Session) -> None:
    """Wrong lines in a folder of the source, one at a time, and whether its tests notice: `nox -s mutants -- nn`."""
    install(session)
    session.install("mutmut==3.8.1")
    session.run("python", "scripts/mutants.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff's rules and format, and the types."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """The site of the documentation, into `.nox/site`: the reference is what the code says, and no link is broken."""
    session.install("-e", ".[docs]")
    session.run("python", "scripts/reference.py", "--check")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def build(session: nox.Session) -> None:
    """The source and the wheel, into `dist/`, and whether a package index would take them."""
    session.install("build", "twine")
    session.run("python", "-m", "build", *session.posargs)
    session.run("twine", "check", "--strict", *map(str, Path("dist").glob("gancli-*")))


def fast_tests(session: nox.Session, *options: str) -> None:
    """Install, and run what pytest runs by default."""
    install(session, *options)
    session.run("pytest", "-q", *session.posargs)


def install(session: nox.Session, *options: str) -> None:
    """What the tests need; compiled first, as pip does, for the many processes they start.

    The project apart: its version is not known before it is built, which `options` may forbid for the others.
    """
    session.install("--compile-bytecode", *options, "-r", "pyproject.toml", "--extra", "test")
    session.install("--no-deps", "-e", ".")
