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
    assert (up.places, up.weights(0), up.biases) == (49, (2, 16), 1)


UP = "generator.layers=[{units: 98, reshape: [2, 7, 7]}, {%s}]"
DOWN = "discriminator.layers=[{%s}, {units: 1}]"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (UP % "conv_transpose: 1, kernel: 4, stride: 2, padding: 1", "generator.layers: outputs must be 784 (28×28 pixels), the size of a mnist sample; got 196 (1×14×14)"),
        (UP % "conv_transpose: 1", "generator.layers.1.kernel: is needed by `conv_transpose`"),
        (UP % "conv_transpose: 1, kernel: 2, padding: 2", "generator.layers.1.padding: must be less than the kernel, 2; got 2"),
        (UP % "conv_transpose: 1, kernel: 4, stride: 2, output_padding: 2", "output_padding: must be less than the stride, 2; got 2"),
        (UP % "units: 4, conv: 3, kernel: 2", "generator.layers.1: needs one of `units`, `conv` and `conv_transpose`; got units and conv"),
        (UP % "kernel: 2", "generator.layers.1: needs one of `units`, `conv` and `conv_transpose`; got none"),
        ("generator.layers=[{units: 98, reshape: [2, 7, 6]}, {units: 784}]", "generator.layers: reshape: 7×6 in 2 channels are 84, but what comes out is 98 numbers"),
        (DOWN % "conv: 2, kernel: 64", "discriminator.layers: kernel 64 is larger than 28×28 in 1 channel with padding 0"),
        (DOWN % "conv: 2, kernel: 3, output_padding: 1", "discriminator.layers.0.output_padding: says nothing of a layer of `conv`; remove it"),
        (DOWN % "units: 2, stride: 1", "discriminator.layers.0.stride: says nothing of a layer of `units`; remove it"),
        (DOWN % "conv: 2, kernel: 3, reshape: [1, 1, 1]", "discriminator.layers.0.reshape: says nothing of a layer of `conv`; remove it"),
        (DOWN % "conv: 2, kernel: 3, minibatch: similarity", "discriminator.layers.0.minibatch: is for dense layers; remove it from `conv`"),
        ("discriminator.inputs=784", "discriminator.layers: conv needs an image, [channels, height, width]; what comes in is 784 numbers"),
        ("discriminator.inputs=[1, 28, 27]", "discriminator.inputs: inputs must be 784 (28×28 pixels), the size of a mnist sample; got 756 (1×28×27)"),
        ("discriminator.inputs=[1, 14, 56]", "got 784 (1×14×56)"),
        ("training.r1={gamma: 1}", None),
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


def test_r1_has_no_tangent_of_a_transposed_convolution() -> None:
    with pytest.raises(spec.SpecError, match=r"training\.r1: is not known for a discriminator with conv_transpose"):
        resolve(DOWN % "conv_transpose: 2, kernel: 3", "training.r1={gamma: 1}")


def test_what_is_too_large_counts_patches_and_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.spec.network_checks.MAX_BUFFER", 4 * 196 * 16)
    resolve()
    monkeypatch.setattr("gancli.spec.network_checks.MAX_BUFFER", 4 * 196 * 16 - 1)
    with pytest.raises(spec.SpecError, match=r"of `discriminator` is over"):
        resolve()
