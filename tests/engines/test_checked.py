"""The checked engine refuses what a kernel must not be given, or must not leave."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.engines import EngineError, make_engine

ENGINE = make_engine("checked")


def ones(*shape: int) -> Any:
    return np.ones(shape)


STEPS = np.zeros(1, np.int64)
ROWS = np.array([0, 1, 1])
SHARED: dict[str, Callable[[Any], Any]] = {  # one array for an input and for the output, of the right shapes
    "affine, x": lambda a: ENGINE.affine(a, ones(3, 3), None, out=a),
    "affine, w": lambda a: ENGINE.affine(ones(3, 3), a, None, out=a),
    "affine, b": lambda a: ENGINE.affine(ones(3, 3), ones(3, 3), a[1], out=a),
    "affine_params, x": lambda a: ENGINE.affine_params(a, ones(3, 3), a, None),
    "affine_params, dy": lambda a: ENGINE.affine_params(ones(3, 3), a, a, None),
    "affine_params, db": lambda a: ENGINE.affine_params(ones(3, 3), ones(3, 3), a, a[0]),
    "affine_input, dy": lambda a: ENGINE.affine_input(a, ones(3, 3), out=a),
    "affine_input, w": lambda a: ENGINE.affine_input(ones(3, 3), a, out=a),
    "gather": lambda a: ENGINE.gather(a, ROWS, 1.0, 0.0, a),
}


@pytest.mark.parametrize("call", SHARED.values(), ids=SHARED)
def test_a_product_or_a_copy_onto_what_it_reads_is_refused(call: Any) -> None:
    with pytest.raises(EngineError, match="share"):
        call(ones(3, 3))


MISFITS: dict[str, Callable[[], Any]] = {
    "affine, inner": lambda: ENGINE.affine(ones(2, 3), ones(4, 5), None, out=ones(2, 5)),
    "affine, out": lambda: ENGINE.affine(ones(2, 3), ones(3, 5), None, out=ones(2, 4)),
    "affine, b": lambda: ENGINE.affine(ones(2, 3), ones(3, 5), ones(1), out=ones(2, 5)),
    "affine_params, batch": lambda: ENGINE.affine_params(ones(2, 3), ones(1, 5), ones(3, 5), None),
    "affine_params, dw": lambda: ENGINE.affine_params(ones(2, 3), ones(2, 5), ones(5, 3), None),
    "affine_params, db": lambda: ENGINE.affine_params(ones(2, 3), ones(2, 5), ones(3, 5), ones(3)),
    "affine_input, inner": lambda: ENGINE.affine_input(ones(2, 5), ones(3, 4), out=ones(2, 3)),
    "affine_input, out": lambda: ENGINE.affine_input(ones(2, 5), ones(3, 5), out=ones(2, 5)),
    "gather": lambda: ENGINE.gather(ones(4, 2), ROWS, 1.0, 0.0, ones(3, 1)),
    "sigmoid_gradient": lambda: ENGINE.sigmoid_gradient(ones(2, 3), ones(2, 1), 1.0),
    "average": lambda: ENGINE.average(ones(3), ones(1), STEPS, 0.5),
    "sgd": lambda: ENGINE.sgd(ones(3), ones(1), None, 0.1, 0.0),
}


@pytest.mark.parametrize("call", MISFITS.values(), ids=MISFITS)
def test_shapes_that_numpy_would_broadcast_or_refuse_are_refused(call: Any) -> None:
    with pytest.raises(EngineError, match="shapes"):
        call()


def test_types_are_not_mixed_but_where_samples_are_loaded() -> None:
    with pytest.raises(EngineError, match="types"):
        ENGINE.affine(ones(2, 3), np.ones((3, 5), np.float32), None, out=ones(2, 5))
    out = ones(3, 2)
    ENGINE.gather(np.full((4, 2), 3.0, np.float32), ROWS, 0.5, 0.0, out)
    assert (out == 1.5).all()


def test_a_value_that_is_not_finite_is_an_error_but_where_it_is_looked_for() -> None:
    for value in (np.nan, np.inf):
        array = np.array([[1.0, value]])
        for call in (
            lambda array=array: ENGINE.scale(array.copy(), 2.0),
            lambda array=array: ENGINE.sigmoid_gradient(ones(1, 2) / 2, array.copy(), 1.0),
            lambda array=array: ENGINE.affine_input(array, ones(3, 2), out=ones(1, 3)),
        ):
            with pytest.raises(FloatingPointError):
                call()
        assert not ENGINE.finite(array[0])
    assert ENGINE.finite(ones(3))
