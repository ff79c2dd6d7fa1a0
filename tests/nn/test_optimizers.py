"""Every optimiser against one step worked out in plain Python from an arbitrary state, ε where the report puts it."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.nn.optimizers import OPTIMIZERS
from gancli.spec import optimizers as spec

W = [0.5, -1.2, 2.0]
G = [0.3, -0.7, 1e-3]
STATE: dict[str, list[float]] = {
    "square": [0.8, 0.09, 1e-6],
    "mean": [0.2, -0.1, 5e-4],
    "moved": [0.01, 0.2, 1e-5],
    "first": [0.05, -0.3, 0.01],
    "second": [0.4, 0.02, 1e-4],
    "velocity": [0.1, -0.2, 0.03],
}
EPS = 1e-2  # large, so that its place shows


def sgd(g: float, s: dict[str, float], eta: float) -> float:
    return -eta * g


def adagrad(g: float, s: dict[str, float], eta: float, epsilon: float) -> float:
    return -eta * g / (math.sqrt(s["square"] + g * g) + epsilon)


def root(g: float, s: dict[str, float], gamma: float, epsilon: float, centered: bool) -> float:
    square = gamma * s["square"] + (1 - gamma) * g * g
    if not centered:
        return math.sqrt(square) + epsilon
    mean = gamma * s["mean"] + (1 - gamma) * g
    return math.sqrt(square - mean**2 + epsilon)


def rmsprop(g: float, s: dict[str, float], eta: float, gamma: float, epsilon: float, centered: bool = False) -> float:
    return -eta * g / root(g, s, gamma, epsilon, centered)


def adadelta(g: float, s: dict[str, float], gamma: float, epsilon: float, centered: bool = False) -> float:
    deviation = (
        root(g, s, gamma, epsilon, True) if centered else math.sqrt(gamma * s["square"] + (1 - gamma) * g * g + epsilon)
    )
    return -g * math.sqrt(s["moved"] + epsilon) / deviation


def adam(g: float, s: dict[str, float], eta: float, beta1: float, beta2: float, epsilon: float) -> float:
    first, second = beta1 * s["first"] + (1 - beta1) * g, beta2 * s["second"] + (1 - beta2) * g * g
    return -eta * (first / (1 - beta1**4)) / (math.sqrt(second / (1 - beta2**4)) + epsilon)  # the fourth step


def adamw(g: float, s: dict[str, float], **settings: Any) -> float:
    return adam(g, s, **settings)


CASES: list[tuple[str, Any, dict[str, Any]]] = [
    ("sgd", sgd, {"eta": 0.3}),
    ("adagrad", adagrad, {"eta": 0.3, "epsilon": EPS}),
    ("rmsprop", rmsprop, {"eta": 0.3, "gamma": 0.8, "epsilon": EPS}),
    ("rmsprop", rmsprop, {"eta": 0.3, "gamma": 0.8, "epsilon": EPS, "centered": True}),
    ("adadelta", adadelta, {"gamma": 0.8, "epsilon": EPS}),
    ("adadelta", adadelta, {"gamma": 0.8, "epsilon": EPS, "centered": True}),
    ("adam", adam, {"eta": 0.3, "beta1": 0.7, "beta2": 0.9, "epsilon": EPS}),
    ("adamw", adamw, {"eta": 0.3, "beta1": 0.7, "beta2": 0.9, "epsilon": EPS}),
]


def make(name: str, size: int, dtype: str = "float64", **settings: Any) -> Any:
    return OPTIMIZERS[name](make_engine("checked"), size, dtype, **settings)


@pytest.mark.parametrize(("name", "by_hand", "settings"), CASES)
@pytest.mark.parametrize("momentum", [0.0, 0.6])
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_step_from_an_arbitrary_state(
    name: str, by_hand: Any, settings: Any, momentum: float, nesterov: bool, decay: float, dtype: str
) -> None:
    optimizer = make(name, 3, dtype, **settings, momentum=momentum, nesterov=nesterov, weight_decay=decay)
    for key, vector in optimizer.vectors.items():
        vector[...] = STATE[key]
    optimizer.count = 3
    params = np.array(W, dtype)
    optimizer.step(params, np.array(G, dtype))
    for i, (w, g) in enumerate(zip(W, G, strict=True)):
        decayed = g if name == "adamw" else g + decay * w
        step = by_hand(decayed, {key: values[i] for key, values in STATE.items()}, **settings)
        start = w - settings["eta"] * decay * w if name == "adamw" else w
        moved = step + momentum * STATE["velocity"][i]
        expected = start + (step + momentum * moved if nesterov else moved)
        assert params[i] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("name", "_", "settings"), CASES)
def test_all_state_moves_element_by_element(name: str, _: Any, settings: Any) -> None:
    """A long vector gives what its last elements give by themselves; three steps change every state vector."""
    rng = np.random.default_rng(0)
    params, grads = rng.standard_normal(70_009), [rng.standard_normal(70_009) for _ in range(3)]
    whole = make(name, 70_009, **settings, momentum=0.5)
    part = make(name, 5, **settings, momentum=0.5)
    tail = params[-5:].copy()
    for g in grads:
        whole.step(params, g)
        part.step(tail, g[-5:].copy())
    assert np.allclose(params[-5:], tail, rtol=1e-12)
    assert all(vector.all() for vector in whole.vectors.values())


DEFAULTS: dict[str, tuple[dict[str, Any], float | None]] = {
    "sgd": ({}, 0.2),
    "adagrad": ({"epsilon": 1e-8}, 0.01),
    "rmsprop": ({"gamma": 0.9, "epsilon": 1e-8, "centered": False}, 0.001),
    "adadelta": ({"gamma": 0.95, "epsilon": 1e-6, "centered": False}, None),
    "adam": ({"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, 0.01),
    "adamw": ({"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}, 0.001),
}
"""η of sgd and adam are the report's (1.5.3 and 3.1.5), and the others of adam the paper's; γ and ε of adadelta are
Zeiler's (2012, section 4.1), γ and η of rmsprop Hinton's (lecture 6e), and η of adagrad and the other ε PyTorch's and Keras's;
η and λ of adamw PyTorch's."""
COMMON = {"momentum": 0.0, "nesterov": None, "weight_decay": None, "grad_clip": None, "lookahead": None}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_an_optimizer_has_where_nothing_is_said(name: str) -> None:
    """In a configuration, and from Python, where η must be given."""
    numbers, eta = DEFAULTS[name]
    written = getattr(spec, name.capitalize())(name=name).model_dump()
    assert written == {"name": name, **COMMON, **numbers, **({"eta": None, "schedule": None} if eta else {})}
    assert spec.DEFAULT_ETA.get(name) == eta
    made = make(name, 3, **({"eta": 0.5} if eta else {}))
    assert {key: getattr(made, key) for key in numbers if key != "centered"} == {
        key: value for key, value in numbers.items() if key != "centered"
    }
    assert made.momentum == 0.0 and not made.nesterov and made.weight_decay == numbers.get("weight_decay", 0.0)
    assert made.grad_clip is None and made.schedule is None and made.rate is None
    assert made.velocity is None and getattr(made, "mean", None) is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_centered_variance_that_rounding_left_under_zero_is_zero(dtype: str) -> None:
    """G − M² of equal gradients is 0, and rounding can leave −10⁻³: the root is then √ε, and not that of a negative number."""
    for name, rate in (("rmsprop", {"eta": 0.25}), ("adadelta", {})):
        optimizer, params = make(name, 1, dtype, **rate, gamma=0.5, epsilon=1e-4, centered=True), np.zeros(1, dtype)
        optimizer.square[...], optimizer.mean[...] = 0.25 - 1e-3, 0.5
        optimizer.step(params, np.full(1, 0.5, dtype))
        expected = -0.25 * 0.5 / 1e-2 if name == "rmsprop" else -0.5 * 1e-2 / 1e-2
        assert params[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("rmsprop", {"eta": 1.0, "gamma": 0.5, "epsilon": 1e-30}),
        ("adadelta", {"gamma": 0.5, "epsilon": 1e-30}),
        ("adam", {"eta": 1.0, "beta1": 0.0, "beta2": 0.5, "epsilon": 1e-30}),
    ],
)
def test_squares_sink_neither_to_subnormal_numbers_nor_hide_a_small_gradient(name: str, settings: Any) -> None:
    """After 500 steps without a gradient a square of 1 would be 2⁻⁵⁰⁰, which single precision takes for 0 on its way."""
    optimizer, params = make(name, 1, "float32", **settings), np.zeros(1, np.float32)
    squares = [vector for key, vector in optimizer.vectors.items() if key in ("square", "moved", "second")]
    for vector in squares:
        vector[...] = 1.0
    for _ in range(500):
        optimizer.step(params, np.zeros(1, np.float32))
    assert all(np.finfo(np.float32).tiny < vector[0] < 1e-25 for vector in squares)
    fresh = make(name, 1, "float64", **settings)
    fresh.step(np.zeros(1), np.full(1, 1e-10))
    assert fresh.vectors["second" if name == "adam" else "square"][0] == pytest.approx(0.5e-20, rel=1e-6)


TORCH_GRADS = [[0.3, -0.7, 1e-3], [-0.1, -0.65, 2e-3], [0.25, -0.6, -1e-3], [0.3, 0.1, 5e-3], [1.3, -0.7, 0.0]]
TORCH = [
    [0.49552836086619345, -1.1955279553102873, 1.9990240999270514],
    [0.4975746109740937, -1.191165534591342, 1.9971913153923386],
    [0.4933779600541557, -1.1869994065843783, 1.9981629260529268],
    [0.4886048486311396, -1.187797588780268, 1.9946424303995556],
    [0.48017691854577604, -1.1830989416408058, 1.9946424303995556],
]
"""Parameters after each step of torch.optim.Adadelta(lr=1, rho=0.95, eps=1e-6) of PyTorch 2.14.1, in double precision."""


def test_plain_adadelta_is_pytorchs() -> None:
    optimizer, params = make("adadelta", 3), np.array(W)
    for grads, expected in zip(TORCH_GRADS, TORCH, strict=True):
        optimizer.step(params, np.array(grads))
        assert params == pytest.approx(np.array(expected), rel=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_gradient_that_is_longer_is_scaled_to_the_norm_and_counted(dtype: str) -> None:
    """Before its weights decay; one that is just as long, or shorter, is left as it is."""
    optimizer, params = make("sgd", 2, dtype, eta=1.0, weight_decay=0.5, grad_clip=2.5), np.ones(2, dtype)
    moves = [([1.5, 2.0], [1.5, 2.0], [0, 0]), ([-3.0, 4.0], [-1.5, 2.0], [1, 2]), ([0.0, 0.0], [0.0, 0.0], [1, 2])]
    moves += [([0.0, 3e30], [0.0, 2.5], [2, 2])]  # whose square is infinite in single precision
    for grads, clipped, counted in moves:
        expected = params - (np.array(clipped) + 0.5 * params)
        optimizer.step(params, np.array(grads, dtype))
        assert params == pytest.approx(expected, rel=1e-6) and optimizer.clipped.tolist() == counted


RECORDED = json.loads((Path(__file__).parent / "torch_optimizers.json").read_text(encoding="utf-8"))
"""By `scripts/record_torch_optimizers.py`, in double precision."""


@pytest.mark.parametrize("case", RECORDED["cases"])
def test_five_steps_are_pytorchs(case: str) -> None:
    one = RECORDED["cases"][case]
    optimizer, params = make(one["optimizer"], 3, **one["settings"]), np.array(RECORDED["start"])
    for grads, expected in zip(RECORDED["grads"], one["params"], strict=True):
        optimizer.step(params, np.array(grads))
        close = 1e-13 if "grad_clip" not in one["settings"] else 1e-6  # PyTorch adds 1e-6 to the norm
        assert params == pytest.approx(np.array(expected), rel=close)


def test_every_optimizer_is_checked_by_hand() -> None:
    assert {name for name, _, _ in CASES} == set(OPTIMIZERS)
