"""Layers of images against PyTorch's, as `scripts/record_torch_layers.py` has recorded them: outputs and gradients."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.nn.activations import Linear
from gancli.nn.initializers import glorot
from gancli.nn.layers import (
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Everywhere,
    LayerNorm,
    MaxPool,
    average_pool,
    bilinear,
    nearest,
)
from nn.test_gradients import network

with np.load(Path(__file__).with_name("torch_layers.npz")) as file:
    RECORDED = {key: file[key] for key in file.files}
NAMES = sorted({key.split("/")[0] for key in RECORDED} - {"torch"})


def rows(images: Any) -> Any:
    """Channels last, flat."""
    return images.transpose(0, 2, 3, 1).reshape(len(images), -1).copy()


def kernels(weight: Any) -> Any:
    """(kernel × kernel × channels in, channels out); of a transposed convolution, out and in."""
    return weight.transpose(2, 3, 1, 0).reshape(-1, weight.shape[0])


def made(name: str, x: Any, y: Any) -> Any:
    image, out = x.shape[1:], y.shape[1:]
    kind, *numbers = name.split(",")
    size = int(found[0]) if (found := re.findall(r"(\d)x", kind)) else 0
    stride = next((int(number.split()[-1]) for number in numbers if "stride" in number), 1)
    places = int(np.prod(image[1:]))
    padding = 2 if "padding 2" in name else 0 if size == 5 else 1
    if kind.startswith("conv_transpose"):
        return ConvTranspose(image, out, size, stride, padding, Linear(), glorot())
    if kind.startswith("conv"):
        return Conv(image, out[0], size, stride, padding, Linear(), glorot())
    return {
        "max pool": lambda: MaxPool(image, 3, 2),
        "average pool": lambda: average_pool(image, (3, 3), 2),
        "global pool": lambda: average_pool(image, image[1:], 1),
        "nearest": lambda: nearest(image, 2),
        "bilinear": lambda: bilinear(image, 3),
        "batch norm": lambda: Everywhere(BatchNorm(image[0], Linear(), len(x) * places), places),
        "layer norm": lambda: LayerNorm(image[0], Linear(), places),
    }[name]()


@pytest.mark.parametrize("name", NAMES)
def test_outputs_and_gradients_are_pytorchs(name: str) -> None:
    own = {key.split("/")[1]: value for key, value in RECORDED.items() if key.startswith(f"{name}/")}
    layer = made(name, own["x"], own["y"])
    net = network([layer] if layer.shapes() else [Dense(1, 1, Linear(), glorot()), layer])
    views, gradients = net.views(net.params), net.views(net.grads)
    names = {"weights": "weight", "scale": "weight", "bias": "bias", "shift": "bias"}
    if layer.shapes():
        for key, view in views.items():
            given = own[names[key.split(".")[1]]]
            view[...] = kernels(given) if given.ndim == 4 else given
    x, y = rows(own["x"]), rows(own["y"])
    layer.resize(len(x), net.dtype)
    assert layer.forward(x, np.random.default_rng(0), True) == pytest.approx(y, rel=1e-12, abs=1e-12)
    dx = layer.backward(-np.sin(y), params=True, inputs=True)
    assert dx == pytest.approx(rows(own["dx"]), rel=1e-9, abs=1e-9)
    for key, view in gradients.items() if layer.shapes() else ():
        expected = own["d" + names[key.split(".")[1]]]
        assert view == pytest.approx(kernels(expected) if expected.ndim == 4 else expected, rel=1e-9, abs=1e-9)
    for key, view in net.state_layout.views(net.state).items():
        kept = {"mean": "running_mean", "variance": "running_var"}[key.split(".")[1]]
        assert view == pytest.approx(own[kept], rel=1e-12)
