"""Every test runs away from the user's data, cache and runs, and without the compiled engine unless it asks for it."""

from pathlib import Path

import numpy as np
import pytest

from gancli import engines
from gancli.engines import DensePlan, NetworkPlan, OptimizerPlan, SupervisedPlan


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def machine_code() -> None:
    """Compile the fast engine once, before a test that may not expect the note that says so."""
    if engines.numba_is_here():
        none, params = np.zeros((1, 1), np.float32), np.zeros(2, np.float32)
        layers = (DensePlan(1, 1, 0, 1, ("linear", 1.0, 0.0)),)
        network = NetworkPlan(params, layers, OptimizerPlan("sgd", {"eta": 0.1}, {}))
        engines.make_engine("numba").player(SupervisedPlan(network, "mse", none, none, [0], 1.0, 1))


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
    monkeypatch.setattr("gancli.data.store.user_cache_dir", lambda name: str(shared_cache / name))
    monkeypatch.chdir(tmp_path)
