"""Schedules against their closed forms, k counted from 0, and the steps that they make."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.nn.optimizers import OPTIMIZERS
from gancli.nn.schedules import SCHEDULES

FORMS: dict[str, tuple[dict[str, Any], Callable[[int], float]]] = {
    "constant": ({}, lambda k: 1.0),
    "step": ({"every": 7, "factor": 0.5}, lambda k: 0.5 ** (k // 7)),
    "linear": ({"steps": 20, "end": 0.2}, lambda k: 1 - 0.8 * k / 20 if k < 20 else 0.2),
    "cosine": ({"steps": 20, "end": 0.2}, lambda k: 0.6 + 0.4 * math.cos(math.pi * k / 20) if k < 20 else 0.2),
    "inverse": ({"steps": 20}, lambda k: 20 / (20 + k)),
}


def factors(name: str, count: int, **settings: Any) -> list[float]:
    """What η is multiplied by in the first `count` steps."""
    schedule, out = SCHEDULES[name](**settings), np.full(1, np.nan)
    found = []
    for k in range(count):
        schedule.write(make_engine("numpy"), np.array([k + 1]), out)
        found.append(float(out[0]))
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_its_formula(name: str) -> None:
    settings, form = FORMS[name]
    assert factors(name, 60, **settings) == pytest.approx([form(k) for k in range(60)], rel=1e-14)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("warmup", [1, 4])
def test_a_warm_up_rises_to_where_the_formula_begins(name: str, warmup: int) -> None:
    settings, form = FORMS[name]
    rising = [(k + 1) / warmup for k in range(warmup)]
    expected = rising + [form(k) for k in range(50)]
    assert factors(name, warmup + 50, **settings, warmup=warmup) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "adadelta"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_is_as_long_as_with_that_eta(name: str, dtype: str) -> None:
    """A new optimiser with η(k), and the state of the one with a schedule, goes to the same place."""
    engine, rng = make_engine("checked"), np.random.default_rng(0)
    settings = {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1}
    one = OPTIMIZERS[name](engine, 5, dtype, eta=0.1, schedule=SCHEDULES["inverse"](steps=2), **settings)  # type: ignore[call-arg]
    params = rng.standard_normal(5).astype(dtype)
    for k in range(6):
        other = OPTIMIZERS[name](engine, 5, dtype, eta=0.1 * 2 / (2 + k), **settings)
        other.count = one.count
        for key, vector in one.vectors.items():
            other.vectors[key][...] = vector
        there, grads = params.copy(), rng.standard_normal(5).astype(dtype)
        other.step(there, grads)
        one.step(params, grads)
        assert one.rate is not None and one.rate.dtype == dtype
        assert params == pytest.approx(there, rel=1e-5 if dtype == "float32" else 1e-13)
