"""Data of another installed package, named by `path: package:NAME`."""

import importlib.metadata
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from gancli.data import DataError, load
from gancli.data.own import packages
from helpers import experiment, gancli, train

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 4, 5), np.uint8)
TEXT = """
kind: gan
name: g
engine: numpy
data: {set: images, path: "package:dots", test: 0.2}
generator: {shape: [2, 20]}
discriminator: {shape: [20, 1]}
training: {games: 4, batch: 3}
"""


def dots() -> Mapping[str, Any]:
    return {"x": IMAGES, "y": np.arange(30) % 2}


def broken() -> Any:
    raise OSError("the disk is gone")


BRINGS: dict[str, Callable[[], Any]] = {
    "dots": dots,
    "table": lambda: {"points": np.arange(24.0).reshape(12, 2)},
    "broken": broken,
    "bare": lambda: IMAGES,
    "objects": lambda: {"x": np.array([{}, []], object)},
}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry(importlib.metadata.EntryPoint):
        def load(self) -> Any:
            return BRINGS[self.name]

    there = importlib.metadata.EntryPoints(Entry(name, f"other:{name}", packages.GROUP) for name in BRINGS)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **group: there.select(**group))


def test_images_are_those_of_the_package_and_none_of_them_is_written_to() -> None:
    before = IMAGES.copy()
    found = load("images", path="package:dots", rng=np.random.default_rng(1), test=0.2)
    assert found.shape == (1, 4, 5) and found.classes == ("0", "1") and len(found.train.samples) == 24
    rows = {*map(bytes, IMAGES.reshape(30, 20))}
    assert {*map(bytes, found.train.samples)} | {*map(bytes, found.test.samples)} == rows
    assert np.array_equal(IMAGES, before) and "package:dots" in found.origin


def test_a_table() -> None:
    found = load("table", path="package:table", rng=np.random.default_rng(1), test=0.25)
    assert found.shape == (2,) and len(found.train.samples) == 9 and len(found.test.samples) == 3


def test_a_run_learns_them_wherever_its_configuration_lies_and_goes_on() -> None:
    assert experiment(TEXT).data.path == "package:dots"
    folder, _ = train(TEXT, "-q")
    assert folder.record()["spec"]["data"]["path"] == "package:dots"
    assert gancli("resume", folder.path.name, "--games", "6", "-q").exit_code == 0
    assert folder.record()["played"] == 6


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dost", "there is no data set 'dost'; there are bare, broken, dots, objects, table; did you mean 'dots'"),
        ("broken", "could not be read: OSError\\('the disk is gone'\\)"),
        ("bare", "must return arrays by name; got ndarray"),
        ("objects", "'x' is of type object; give numbers or text"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_said(name: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load("images", path=f"package:{name}", rng=np.random.default_rng(0))
