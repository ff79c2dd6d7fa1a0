"""The ten lines of `docs/convolution.md` are what the layers compute."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli import spec
from gancli.nn.activations import Linear
from gancli.nn.initializers import glorot
from gancli.nn.layers import Conv, ConvTranspose
from nn.test_gradients import network

PAGE = Path(__file__).parents[2] / "docs" / "convolution.md"


def documented() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def test_both_are_the_layers() -> None:
    names, rng = documented(), np.random.default_rng(0)
    x, w, y = rng.standard_normal((7, 9, 2)), rng.standard_normal((3, 3, 2, 4)), rng.standard_normal((3, 4, 4))
    there = network([Conv((2, 7, 9), 4, 3, 2, 0, Linear(), glorot(), bias=False)])
    back = network([ConvTranspose((4, 3, 4), (2, 7, 9), 3, 2, 0, Linear(), glorot(), bias=False)])
    there.params[...] = back.params[...] = w.ravel()
    found = there.forward(x.reshape(1, -1), rng).reshape(y.shape)
    assert names["conv"](x, w, 2) == pytest.approx(found)
    found = back.forward(y.reshape(1, -1), rng).reshape(x.shape)
    assert names["conv_transpose"](y, w, 2, x.shape) == pytest.approx(found)


def test_the_page_counts_weights_right() -> None:
    resolved = spec.load(spec.load_file(PAGE.parents[1] / "configs" / "dcgan_mnist.yaml")).experiment
    first, second, *_ = resolved.networks()["discriminator"].placed(1.0)
    counted = sum(math.prod(one.weights(0)) + one.biases for one in (first, second))
    page = PAGE.read_text(encoding="utf-8")
    assert f"{counted:,d} weights in its two convolutions" in page
    dense = sum(math.prod(one.inputs) * math.prod(one.outputs) for one in (first, second))
    assert f"would have {dense / 1e6:.1f} million" in page
