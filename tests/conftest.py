"""Every test runs away from the user's data, cache and runs, and without the compiled engine unless it asks for it."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from platformdirs import user_cache_dir

from gancli import engines
from helpers import game

KERNELS = Path(user_cache_dir("gancli")) / "kernels"
"""Machine code is kept from one session to the next: it is compiled for a minute, and named by what it depends on."""

settings.register_profile("gancli", deadline=None)  # the first example may compile, and machines differ
settings.load_profile("gancli")


@pytest.fixture(scope="session", autouse=True)
def bundled_data_alone() -> Iterator[None]:
    """Also for fixtures of a whole module; what needs the full data has looked for them when it was collected."""
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("GANCLI_DATA", raising=False)
        yield


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def machine_code() -> None:
    """Compile the fast engine once, before a test that may not expect the note that says so."""
    if engines.numba_is_here():
        config = importlib.import_module("numba.core.config")
        config.reload_config()  # another test may have switched it off
        importlib.import_module("gancli.engines.compiled.loop")
        game(
            "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 1}", "engine=numba"
        ).play()


@pytest.fixture
def compiled(machine_code: None) -> None:
    """For a test of the compiled engine, or of the one that `engine: auto` takes."""


@pytest.fixture(autouse=True)
def without_compiled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests run as in an installation without Numba, whose import and compilation would take most of their time.

    In the processes that they start it is there, but switched off.
    """
    if "compiled" not in request.fixturenames:
        monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
        monkeypatch.setattr(engines, "_installed", lambda: False)
        monkeypatch.setattr(engines, "why_not_numba", lambda: "is not for this test: it does not ask for `compiled`")


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_cache: Path) -> None:
    monkeypatch.delenv("GANCLI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setenv("GANCLI_KERNELS", str(KERNELS))
    monkeypatch.setattr("gancli.data.cache.user_cache_dir", lambda name: str(shared_cache / name))
    monkeypatch.chdir(tmp_path)
