"""What a set says nothing of, what it needs, and what a kind of run cannot learn from."""

from typing import Any

import pytest

from gancli import spec
from gancli.spec.data import CLASSES, OWN, SAMPLE_SHAPES, Data
from gancli.spec.data_checks import FOR, sizes
from gancli.spec.yaml import load_text

KINDS = {
    "supervised": "network: {shape: [2, 2]}",
    "gan": "generator: {shape: [2, 2]}\ndiscriminator: {shape: [2, 1]}",
    "wgan": "generator: {shape: [2, 2]}\ncritic: {shape: [2, 1]}",
}
SETS = (*SAMPLE_SHAPES, *OWN)
VALUES = {
    "path": "p", "classes": "[0]", "require": "full", "points": "square", "samples": "5", "size": "[2, 3]",
    "channels": "3", "layout": "hwc", "key": "x", "label": "kind", "targets": "[a]", "header": "true", "test": "0.2",
    "standardize": "false", "range": "[-1, 1]", "invert": "false",
}  # fmt: skip


def problems(data: str, kind: str = "gan") -> list[str]:
    """What is wrong with a configuration of such data, but for the sizes of its networks."""
    text = f"kind: {kind}\ndata: {data}\n{KINDS[kind]}\ntraining: {{games: 5}}\n"
    try:
        spec.resolve(load_text(text, "f"))
    except spec.SpecError as error:
        return [
            line
            for line in str(error).splitlines()
            if not any(word in line for word in (": inputs must", ": outputs must"))
        ]
    return []


def test_every_key_has_its_sets() -> None:
    assert set(FOR) == set(VALUES) == set(Data.model_fields) - {"set"}
    assert {name for sets in FOR.values() for name in sets} <= set(SETS)


@pytest.mark.parametrize("key", FOR)
def test_a_key_is_for_some_sets_and_says_nothing_of_the_others(key: str) -> None:
    for name in SETS:
        kind = "supervised" if name in ("xor", "line") or key == "targets" else "gan"
        path = ", path: p" if name in OWN and key != "path" else ""
        found = problems(f"{{set: {name}{path}, {key}: {VALUES[key]}}}", kind)
        nothing = [line for line in found if f"data.{key}: says nothing of `set: {name}`: it is for " in line]
        assert len(nothing) == (name not in FOR[key]), (name, found)
        if nothing:
            assert nothing[0].endswith("; remove it") and all(one in nothing[0] for one in FOR[key])


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        ("{set: images}", "gan", "f:2: data.path: is needed with `set: images`: your folder of pictures, array or IDX file"),
        ("{set: table}", "gan", "f:2: data.path: is needed with `set: table`: your CSV file or array of rows"),
        ("{set: mnist, range: [1, -1]}", "gan", "f:2: data.range: must be [low, high], the lower first; got [1.0, -1.0]"),
        ("{set: images, path: p, range: [0, 0]}", "gan", "data.range: must be [low, high], the lower first; got [0.0, 0.0]"),
        ("{set: images, path: p, range: [0]}", "gan", "data.range: must have 2 entries; got [0]"),
        ("{set: images, path: p, range: [0, 1, 2]}", "gan", "data.range: must have 2 entries; got [0, 1, 2]"),
        ("{set: images, path: p, range: [.nan, 1]}", "gan", "data.range.0: must be a finite number; got nan"),
        ("{set: images, path: p, size: 32}", "gan", "data.size: must be a list; got 32"),
        ("{set: images, path: p, classes: [-1]}", "gan", "data.classes.0"),
        ("{set: table, path: p}", "supervised", "data: a supervised run learns the classes of a column (`label`) or numbers (`targets`); got neither"),
        ("{set: table, path: p, label: a, targets: [b]}", "supervised", "or numbers (`targets`); got both"),
        ("{set: table, path: p, targets: [b]}", "gan", "data.targets: is for `kind: supervised`; a generator makes all columns: remove it"),
        ("{set: table, path: p, targets: [b]}", "wgan", "data.targets: is for `kind: supervised`"),
        ("{set: table, path: p, classes: [b]}", "gan", "data.classes: needs `label`, the column of the classes"),
        ("{set: table, path: p, targets: []}", "supervised", "data.targets: must have at least 1"),
        ("{set: swissroll}", "supervised", "data.set: swissroll is for a gan or wgan; a supervised run learns from mnist, "),
        ("{set: stacked_mnist}", "supervised", "data.set: stacked_mnist is for a gan or wgan"),
        ("{set: eight_gaussians}", "supervised", "data.set: eight_gaussians is for a gan or wgan"),
        ("{set: line}", "wgan", "data.set: line is for `kind: supervised`; a wgan learns from mnist, "),
        ("{set: image, path: p}", "gan", "did you mean 'images'?"),
        ("{set: tables, path: p}", "gan", "did you mean 'table'?"),
        ("{set: images, path: p, standardise: true}", "gan", "data.standardise: unknown key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: str, kind: str, message: str) -> None:
    found = problems(data, kind)
    assert any(message in line for line in found), found


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("{set: images, path: p}", "supervised"), ("{set: images, path: p, classes: [cat, 3]}", "gan"),
        ("{set: table, path: p}", "gan"), ("{set: table, path: p, label: 0}", "wgan"),
        ("{set: table, path: p, label: a, classes: [x]}", "supervised"), ("{set: table, path: p, targets: [a, b]}", "supervised"),
        ("{set: two_moons}", "supervised"), ("{set: two_moons}", "gan"), ("{set: fashion_mnist, range: [-1, 1], invert: true}", "gan"),
        ("{set: stacked_mnist, path: p, samples: 5, range: [0, 2]}", "wgan"), ("{set: swissroll, samples: 5}", "gan"),
    ],
)  # fmt: skip
def test_what_is_right_is_taken(data: str, kind: str) -> None:
    assert problems(data, kind) == []


def learning(kind: str, data: str, networks: str) -> Any:
    return spec.resolve(load_text(f"kind: {kind}\ndata: {data}\n{networks}\ntraining: {{games: 5}}\n", "f")).experiment


def test_sizes_are_checked_where_they_are_known() -> None:
    gan = learning("gan", "{set: images, path: p}", "generator: {shape: [2, 5]}\ndiscriminator: {shape: [6, 1]}")
    assert list(sizes(gan, None, ())) == [] and next(sizes(gan, (5,), ())).path == ("discriminator", "shape")
    found = {".".join(map(str, one.path)): one.text for one in sizes(gan, (3, 2, 1), ())}
    assert found == {"generator.shape": "outputs must be 6 (3×2×1 numbers), the size of an image; got 5"}
    found = {".".join(map(str, one.path)): one.text for one in sizes(gan, (1, 1, 5), ())}
    assert found == {"discriminator.shape": "inputs must be 5 (1×5 pixels), the size of an image; got 6"}
    net = learning("supervised", "{set: table, path: p, label: a}", "network: {shape: [4, 3]}")
    assert list(sizes(net, (4,), (3,))) == list(sizes(net, None, (1, 3))) == list(sizes(net, (4,), ())) == []
    assert [one.text for one in sizes(net, (5,), (1, 2))] == [
        "inputs must be 5, the size of a row; got 4", "outputs must be 1 or 2; got 3",
    ]  # fmt: skip


def test_a_size_and_channels_are_checked_at_once() -> None:
    with pytest.raises(
        spec.SpecError, match=r"generator.shape: outputs must be 18 \(3×2×3 numbers\), the size of an image"
    ):
        learning("gan", "{set: images, path: p, size: [2, 3], channels: 3}", KINDS["gan"])


@pytest.mark.parametrize("name", SETS)
def test_shapes_and_what_is_an_image(name: str) -> None:
    data = Data(set=name)  # type: ignore[arg-type]
    assert data.sample_shape() == SAMPLE_SHAPES.get(name)
    assert data.images == (name in CLASSES or name in ("images", "stacked_mnist"))
    assert data.low_high == (0.0, 1.0)
