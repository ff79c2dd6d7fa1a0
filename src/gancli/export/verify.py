"""Does a model say what its network says? By ONNX's own reference evaluator, which is plain NumPy."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gancli.engines import Array
from gancli.export.errors import ExportError
from gancli.export.library import ModelProto, ReferenceEvaluator

TOLERANCE = 1e-5
"""Of a difference, to the largest number that a network says, or to 1 where that is less."""


def verify(model: ModelProto, inputs: Mapping[str, Any], expected: Array) -> float:
    """The largest difference between a model's output and the `expected` one. Raises ExportError where it is too large.

    It is relative to the largest number that is expected, where that is over 1.
    """
    with np.errstate(all="ignore"):  # what overflows in a sigmoid ends as the 0 that it should be
        outputs: Any = ReferenceEvaluator(model).run(None, dict(inputs))
    (got,) = outputs
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    error = float(np.abs(got - expected).max(initial=0.0)) / scale if got.shape == expected.shape else float("inf")
    if not error <= TOLERANCE:
        text = f"by {error:.2g} of the largest output, {scale:.3g}; at most {TOLERANCE:g} is let through"
        raise ExportError(f"the ONNX model says something else than the network: they differ {text}")
    return error
