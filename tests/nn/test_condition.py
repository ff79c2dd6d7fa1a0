"""Layers that are told the class: their gradients, and penalties through them, for which the codes stand still."""

from typing import Any

import numpy as np
import pytest

from gancli.nn import Network
from gancli.nn.activations import Linear, Sigmoid
from gancli.nn.initializers import glorot
from gancli.nn.layers import Beside, Dense, Projection, SpectralNorm
from gancli.nn.losses import LOSSES
from nn.test_gradients import ENGINE, batch, check, check_penalty

CODES = np.eye(3)[[0, 2, 1, 2, 2]]


class Informed(Network):
    """Is told the same classes in each pass."""

    def tell(self, codes: Any) -> None:
        super().tell(CODES)


LAYERS: dict[str, Any] = {
    "beside the inputs": lambda: [Beside(4, 3), Dense(7, 6, Sigmoid(), glorot()), Dense(6, 1, Linear(), glorot())],
    "beside what is hidden": lambda: [Dense(4, 6, Sigmoid(), glorot()), Beside(6, 3), Dense(9, 1, Sigmoid(), glorot())],
    "projection": lambda: [Dense(4, 6, Sigmoid(), glorot()), Dense(6, 4, Linear(), glorot()), Projection(3)],
    "both": lambda: [Beside(4, 3), Dense(7, 6, Sigmoid(), glorot()), Dense(6, 4, Linear(), glorot()), Projection(3)],
    "normalised": lambda: [
        Beside(4, 3),
        SpectralNorm(Dense(7, 6, Sigmoid(), glorot())),
        SpectralNorm(Dense(6, 4, Linear(), glorot())),
        Projection(3),
    ],
}


def informed(name: str) -> Network:
    net = Informed(LAYERS[name](), ENGINE, "float64", np.random.default_rng(0))
    for vector in net.views(net.params).values():
        if vector.ndim == 1:
            vector += 0.3
    return net


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "normalised"])
def test_gradients(name: str) -> None:
    target, mse = batch(5, 1, seed=3), LOSSES["mse"]()
    net = informed(name)
    check(net, batch(), lambda o: mse.value(o, target), lambda o, out: mse.gradient(ENGINE, o, target, out))


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "normalised"])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_penalties(name: str, target: float) -> None:
    check_penalty(informed(name), batch(), 0.4, target, False)


def test_a_projection_by_hand() -> None:
    """y = a_0 + Σ_k code_k a_k."""
    layer = Projection(3)
    layer.bind(ENGINE, {}, {}, {})
    layer.resize(2, np.dtype("float64"))
    layer.codes = np.array([[0.0, 1, 0], [0.5, 0, 0.5]])
    x = np.array([[1.0, 10, 20, 30], [2, 10, 20, 30]])
    assert layer.forward(x, np.random.default_rng(0), True).tolist() == [[21.0], [22.0]]
    dx = layer.backward(np.array([[1.0], [2.0]]), params=True, inputs=True)
    assert dx is not None and dx.tolist() == [[1, 0, 1, 0], [2, 1, 0, 1]]


def test_a_network_that_is_told_nothing_knows_no_classes() -> None:
    net = Network([Dense(4, 1, Linear(), glorot())], ENGINE, "float64", np.random.default_rng(0))
    assert net.classes == 0
    net.tell(None)
    assert informed("both").classes == 3


@pytest.mark.parametrize("name", LAYERS)
def test_the_bound_on_the_slope_holds_for_every_class(name: str) -> None:
    from gancli.evaluation.lipschitz import bound, constant, slopes

    net = informed(name)
    seen = slopes(net, 10 * batch(), np.random.default_rng(0), CODES)[1].max()
    assert 0.0 < seen <= bound(net) * (1 + 1e-9)
    assert constant(net).value is None and "told the class" in constant(net).why
