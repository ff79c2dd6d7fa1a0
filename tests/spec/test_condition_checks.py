"""`condition:` and `training.pack` in a configuration: what they ask of networks and data, and what is refused."""

from typing import Any

import pytest

from gancli import data, spec
from gancli.spec.conditions import POINT_CLASSES, classes
from gancli.spec.data import CLASSES, Data
from helpers import experiment, gancli

GAN = """
kind: gan
condition: labels
generator: {shape: [10, 20, 784]}
discriminator: {shape: [784, 20, 1]}
training: {games: 10, batch: 12}
"""
CONV = """
kind: gan
condition: labels
generator: {inputs: 10, layers: [{units: 32, reshape: [2, 4, 4]}, {conv_transpose: 1, kernel: 7, stride: 7}]}
discriminator: {inputs: [1, 28, 28], layers: [{conv: 2, kernel: 7, stride: 7}, {units: 5, dropout: 0.5}, {units: 1}]}
training: {games: 10, batch: 12}
"""


def problems(text: str, *settings: str) -> dict[str, str]:
    with pytest.raises(spec.SpecError) as caught:
        experiment(text, *settings)
    return {problem.key: problem.text for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("settings", "key", "text"),
    [
        (["condition=classes"], "condition", "labels"),
        (["condition={discriminator: sum}"], "condition", "projection"),
        (["condition={critic: projection}"], "condition", "unknown key; allowed here: discriminator"),
        (["data.classes=[7]"], "condition", "two classes or more"),
        (["data.set=sheep"], "condition", "two classes or more"),
        (["data={set: images, path: p}"], "condition", "data.classes"),
        (["data={set: table, path: p, label: kind}"], "condition", "data.classes"),
        (["data.set=swissroll"], "condition", "needs data with classes: mnist, "),
        (["condition={discriminator: projection}", "training.loss=least_squares"], "discriminator.output", "linear output"),
        (["condition={discriminator: projection}", "discriminator.orthonormal=true"], "discriminator.orthonormal", "projection"),
        (["training.pack=5"], "training.pack", "must divide `training.batch`, which is 12; got 5: take a batch of 10 or 15"),
        (["training.pack=2"], "discriminator.shape", "inputs must be 1568, or [2, 28, 28] before a convolution"),
        (["training.pack=12", "discriminator.shape=[9408, 1]", "discriminator.minibatch=similarity"], "discriminator.minibatch", "`training.batch` of 24 or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(settings: list[str], key: str, text: str) -> None:
    found = problems(GAN, *settings)
    assert text in " ".join(line for name, line in found.items() if name.startswith(key)), found


def test_the_class_needs_dense_layers() -> None:
    layers = "[{conv: 2, kernel: 7, stride: 7}, {conv: 1, kernel: 4}]"
    assert "first dense layer" in problems(CONV, f"discriminator.layers={layers}")["discriminator.layers"]
    found = problems(CONV, "condition={discriminator: projection}", f"discriminator.layers={layers}")
    assert "dense last layer" in found["discriminator.layers.1"]
    first = "[{conv_transpose: 2, kernel: 4}, {conv_transpose: 1, kernel: 7, stride: 7}]"
    found = problems(CONV, "generator.inputs=[10, 1, 1]", f"generator.layers={first}")
    assert "beside the latents" in found["generator.layers.0"]


@pytest.mark.parametrize(
    ("text", "setting", "key"),
    [
        (GAN, "discriminator.shape=[784, 1]", "discriminator.shape"),
        (CONV, "discriminator.layers=[{conv: 2, kernel: 7, stride: 7}, {units: 1}]", "discriminator.layers"),
    ],
)
def test_a_class_that_only_adds_to_the_output_is_refused(text: str, setting: str, key: str) -> None:
    assert "condition: {discriminator: projection}" in problems(text, setting)[key]
    experiment(text, setting, "condition={discriminator: projection}")
    experiment(text, "generator.shape=[10, 784]") if text is GAN else None


def test_where_the_class_is() -> None:
    dense, conv = experiment(GAN), experiment(CONV, "data.classes=[3, 5]")
    assert [one.beside(key) for one in (dense, conv) for key in ("generator", "discriminator")] == [
        {0: 10}, {0: 10}, {0: 2}, {1: 2},
    ]  # fmt: skip
    packed = experiment(GAN, "training.pack=3", "discriminator.shape=[2352, 5, 1]")
    assert packed.beside("generator") == {0: 10} and packed.beside("discriminator") == {0: 30}
    projected = experiment(GAN, "condition={discriminator: projection}")
    assert projected.beside("generator") == {0: 10} and projected.beside("discriminator") == {}
    assert experiment(GAN, "condition=null").beside("generator") == {}


@pytest.mark.parametrize(("settings", "count"), [([], 100), (["data.classes=[3, 5, 7]"], 30), (["condition=null"], 20)])
def test_a_picture_shows_ten_of_each_class(settings: list[str], count: int) -> None:
    assert experiment(GAN, *settings).pictures.count == count


def test_how_many_classes_sets_have_is_in_their_table() -> None:
    for name, info in data.SETS.items():
        known: Any = classes(Data(set=name))  # type: ignore[arg-type]
        assert known == len(info.classes) if name in POINT_CLASSES or name in CLASSES else known is None, name


def test_check_counts_the_parameters_of_the_class() -> None:
    with open("c.yaml", "w", encoding="utf-8") as file:
        file.write(GAN)
    lines = gancli("check", "c.yaml").stdout.splitlines()
    assert any("10 + 10 beside → 20" in line and line.endswith("420 parameters") for line in lines)
    assert any("784 + 10 beside → 20" in line and line.endswith("15,900 parameters") for line in lines)
