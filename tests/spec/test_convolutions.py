"""Shapes through convolutions, and what does not fit, said with the sizes before and after."""

from typing import Any

import pytest

from gancli import spec
from gancli.spec import overrides
from gancli.spec.yaml import load_text

TEXT = """
kind: gan
generator: {inputs: 8, layers: [{units: 98, reshape: [2, 7, 7]}, {conv_transpose: 1, kernel: 4, stride: 4}]}
discriminator: {inputs: [1, 28, 28], layers: [{conv: 3, kernel: 4, stride: 2, padding: 1}, {units: 1}]}
training: {games: 10, batch: 4}
"""


def resolve(*settings: str) -> Any:
    document = load_text(TEXT, "f.yaml")
    overrides.apply(document, list(settings))
    return spec.resolve(document).experiment


def test_shapes_are_inferred() -> None:
    made = resolve()
    assert made.generator.shapes() == [(8,), (2, 7, 7), (1, 28, 28)]
    assert made.discriminator.shapes() == [(1, 28, 28), (3, 14, 14), (1,)]
    assert made.discriminator.sizes() == (784, 588, 1)
    first, last = made.discriminator.placed(1.0)
    assert (first.places, first.weights(0), first.biases, first.normalized) == (196, (16, 3), 3, (3, 196))
    assert (last.places, last.weights(588), last.biases, last.normalized) == (1, (588, 1), 1, (1, 1))
    up = list(made.generator.placed(1.0))[1]
    assert (up.places, up.weights(0), up.biases) == (49, (16, 2), 1)


def test_pools_and_enlargements_have_shapes_and_no_weights() -> None:
    layers = "conv: 2, kernel: 3}, {pool: max, kernel: 3, stride: 2}, {upsample: bilinear}, {pool: average, kernel: 5}, {pool: global"
    made = resolve(DOWN % layers)
    shapes = [(1, 28, 28), (2, 26, 26), (2, 12, 12), (2, 24, 24), (2, 4, 4), (2,), (1,)]
    assert made.discriminator.shapes() == shapes
    for one in list(made.discriminator.placed(1.0))[1:5]:
        assert (one.weights(0), one.biases, one.layer.activation) == ((0, 0), 0, None)


UP = "generator.layers=[{units: 98, reshape: [2, 7, 7]}, {%s}]"
DOWN = "discriminator.layers=[{%s}, {units: 1}]"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (UP % "conv_transpose: 1, kernel: 4, stride: 2, padding: 1", "generator.layers: outputs must be 784 (28×28 pixels), the size of a mnist sample; got 196 (1×14×14)"),
        (UP % "conv_transpose: 1", "generator.layers.1.kernel: is needed by `conv_transpose`"),
        (UP % "conv_transpose: 1, kernel: 2, padding: 2", "generator.layers.1.padding: must be less than the kernel, 2; got 2"),
        (UP % "conv_transpose: 1, kernel: 4, stride: 2, output_padding: 2", "output_padding: must be less than the stride, 2; got 2"),
        (UP % "units: 4, conv: 3, kernel: 2", "generator.layers.1: needs one of `units`, `conv`, `conv_transpose`, `pool`, `upsample`; got units and conv"),
        (UP % "kernel: 2", "generator.layers.1: needs one of `units`, `conv`, `conv_transpose`, `pool`, `upsample`; got none"),
        ("generator.layers=[{units: 98, reshape: [2, 7, 6]}, {units: 784}]", "generator.layers: reshape: 7×6 in 2 channels are 84, but what comes out is 98 numbers"),
        (DOWN % "conv: 2, kernel: 64", "discriminator.layers: kernel 64 is larger than 28×28 in 1 channel with padding 0"),
        (DOWN % "conv: 2, kernel: 3, output_padding: 1", "discriminator.layers.0.output_padding: says nothing of a layer of `conv`; remove it"),
        (DOWN % "units: 2, stride: 1", "discriminator.layers.0.stride: says nothing of a layer of `units`; remove it"),
        (DOWN % "conv: 2, kernel: 3, reshape: [1, 1, 1]", "discriminator.layers.0.reshape: says nothing of a layer of `conv`; remove it"),
        (DOWN % "conv: 2, kernel: 3, minibatch: similarity", "discriminator.layers.0.minibatch: is for dense layers; remove it from `conv`"),
        ("discriminator.inputs=784", "discriminator.layers: conv needs an image, [channels, height, width]; what comes in is 784 numbers"),
        ("discriminator.inputs=[1, 28, 27]", "discriminator.inputs: inputs must be 784 (28×28 pixels), the size of a mnist sample; got 756 (1×28×27)"),
        ("discriminator.inputs=[1, 14, 56]", "got 784 (1×14×56)"),
        (UP % "conv_transpose: 1, kernel: 4, stride: 4, padding: 1", "got 676 (1×26×26): padding: 0 of its last layer would make 28×28"),
        (UP % "conv_transpose: 1, kernel: 3, stride: 4", "got 729 (1×27×27): padding: 0 and output_padding: 1 of its last layer would make 28×28"),
        (DOWN % "conv_transpose: 2, kernel: 64, padding: 46", "kernel 64, stride 1 and padding 46 leave nothing of 28×28 in 1 channel"),
        (DOWN % "pool: max", "discriminator.layers.0.kernel: is needed by `pool`"),
        (DOWN % "pool: max, kernel: 2, padding: 1", "discriminator.layers.0.padding: says nothing of a layer of `pool`; remove it"),
        (DOWN % "pool: global, stride: 1", "discriminator.layers.0.stride: says nothing of a pool of the whole image; remove it"),
        (DOWN % "pool: max, kernel: 2, dropout: 0.5", "discriminator.layers.0.dropout: says nothing of a layer of `pool`; remove it"),
        (DOWN % "pool: max, kernel: 29", "kernel 29 is larger than 28×28 in 1 channel"),
        (DOWN % "upsample: nearest, kernel: 2", "discriminator.layers.0.kernel: says nothing of a layer of `upsample`; remove it"),
        (DOWN % "conv: 2, kernel: 3, noise: {size: 3}", "discriminator.layers.0.noise.mode: concat is for dense layers; `conv` takes add or multiply"),
        (DOWN % "conv: 2, kernel: 3, layer_norm: true, batch_norm: true", "discriminator.layers.0.layer_norm: and `batch_norm` of one layer: choose one"),
        ("discriminator={shape: [784, 3, 1], layer_norm: true, batch_norm: true}", "discriminator.layer_norm: and `batch_norm` of one network: choose one"),
        ("generator.layers=[{units: 196, reshape: [1, 14, 14]}, {upsample: nearest}]", "generator.layers.1: the last layer has to learn, which `upsample` does not"),
        ("training.r1={gamma: 1}", None),
        (DOWN % "conv: 2, kernel: 3, dropout: 0.2, noise: {mode: add}", None),
        (DOWN % "conv_transpose: 2, kernel: 3", None),
    ],
)  # fmt: skip
def test_what_does_not_fit(setting: str, expected: str | None) -> None:
    if expected is None:
        resolve(setting)
        return
    with pytest.raises(spec.SpecError) as caught:
        resolve(setting)
    assert any(expected in f"{problem.key}: {problem.text}" for problem in caught.value.problems), caught.value


def test_what_is_too_large_counts_units_and_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.spec.network_checks.MAX_BUFFER", 4 * 784)
    resolve()
    monkeypatch.setattr("gancli.spec.network_checks.MAX_BUFFER", 4 * 784 - 1)
    with pytest.raises(spec.SpecError, match=r"of `discriminator` is over"):
        resolve()
