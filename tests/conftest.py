"""Every test runs away from the user's data, cache and runs."""

from pathlib import Path

import numpy as np
import pytest

from gancli.engines import DensePlan, NetworkPlan, OptimizerPlan, SupervisedPlan


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the fast engine before the first test, which may not expect the note that says so."""
    from gancli.engines import make_engine, numba_is_here

    if numba_is_here():
        none, params = np.zeros((1, 1), np.float32), np.zeros(2, np.float32)
        layers = (DensePlan(1, 1, 0, 1, ("linear", 1.0, 0.0)),)
        network = NetworkPlan(params, layers, OptimizerPlan("sgd", {"eta": 0.1}, {}))
        make_engine("numba").player(SupervisedPlan(network, "mse", none, none, [0], 1.0, 1))


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_cache: Path) -> None:
    monkeypatch.delenv("GANCLI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setattr("gancli.data.store.user_cache_dir", lambda name: str(shared_cache / name))
    monkeypatch.chdir(tmp_path)
