"""A network's parameters and running statistics under their names, as files that other programs read."""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.nn import Network

METADATA = "metadata"
TYPES = {"float32": "F32", "float64": "F64"}
ALIGNED = 8
"""Bytes of which the length of a header is a multiple."""


def weights_of(network: Network) -> dict[str, Array]:
    """`layer1.weights`, `layer1.bias`, …, and what layers keep besides, `layer2.mean`, …, in their own shapes."""
    return {**network.views(network.params), **network.state_layout.views(network.state)}


def npz(weights: Mapping[str, Array], about: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """The arrays of an `.npz`: the weights, and `metadata` as a text of JSON."""
    return {**weights, METADATA: np.array(json.dumps(about, ensure_ascii=False))}


def safetensors(weights: Mapping[str, Array], about: Mapping[str, str]) -> bytes:
    """A file of Hugging Face's format: the length of a header, the header in JSON, the numbers one after another."""
    header: dict[str, Any] = {"__metadata__": dict(about)}
    numbers: list[bytes] = []
    place = 0
    for name, array in weights.items():
        numbers.append(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
        end = place + len(numbers[-1])
        header[name] = {"dtype": TYPES[array.dtype.name], "shape": list(array.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header, ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % ALIGNED)
    return b"".join([struct.pack("<Q", len(text)), text, *numbers])
