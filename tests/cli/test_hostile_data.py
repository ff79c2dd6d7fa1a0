"""Own data that are broken, hostile or no fit for the networks: what `train` and `check` say of them."""

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from data.test_own_hostile import PICTURES, TABLES
from helpers import gancli
from own_files import pictures

GAN = {
    "kind": "gan",
    "generator": {"shape": [2, 3]},
    "discriminator": {"shape": [3, 1]},
    "training": {"games": 1, "batch": 2},
}
SUPERVISED = {"kind": "supervised", "network": {"shape": [3, 1]}, "training": {"games": 1, "batch": 2}}
AT_ONCE = {
    "a bomb inside": r"data.size.0: must be at most 4096; got 99999",
    "no share to test with": "data.test: must be greater than 0.0; got 0",
    "an unknown layout": "data.layout: must be 'hw', 'hwc' or 'chw'; got 'whc'",
    "a size of one number": "data.size: must",
    "a range upside down": r"data.range: must be \[low, high\], the lower first; got \[1.0, 0.0\]",
    "too many channels": "data.channels: must be at most 64; got 65",
    "label and targets": r"learns the classes of a column \(`label`\) or numbers \(`targets`\); got both",
}
"""What a configuration is refused for before its data are read, in words of its own."""
CASES = [("images", name) for name in PICTURES] + [("table", name) for name in TABLES]


def written(set_name: str, name: str, folder: Path) -> tuple[dict[str, Any], str]:
    """A configuration of hostile data, and what must be said of it."""
    make, options, message = (PICTURES if set_name == "images" else TABLES)[name]
    folder.mkdir()
    path = make(folder)
    os.chdir(folder.parent)
    options = {("range" if key == "value_range" else key): value for key, value in options.items()}
    config = SUPERVISED | {"network": {"shape": [3, len(options["targets"])]}} if "targets" in options else GAN
    return {**config, "data": {"set": set_name, "path": str(path), **options}}, AT_ONCE.get(name, message)


def run(command: str, config: dict[str, Any], *words: str) -> Result:
    """YAML holds JSON."""
    Path("c.yaml").write_text(json.dumps(config), encoding="utf-8")
    return gancli(command, "c.yaml", *words)


@pytest.mark.parametrize(("set_name", "name"), CASES)
def test_hostile_data_are_refused_and_leave_nothing_behind(set_name: str, name: str, tmp_path: Path) -> None:
    config, message = written(set_name, name, tmp_path / "data")
    before = sorted((tmp_path / "data").rglob("*"))
    result = run("train", config)
    assert result.exit_code == 2, result.output
    assert re.search(message, result.stderr, re.DOTALL), result.stderr
    assert "Traceback" not in result.stderr and result.stdout == "" and len(result.stderr) < 1_500
    assert not Path("runs").exists(), "a run folder was left behind"
    assert sorted((tmp_path / "data").rglob("*")) == before
    checked = run("check", config)
    assert "Traceback" not in checked.output
    if name in AT_ONCE:
        assert (checked.exit_code, checked.stdout, checked.stderr) == (2, "", result.stderr)
    else:
        said = result.stderr.removeprefix("gancli: ").strip()
        assert checked.exit_code == 0 and f"data: cannot be loaded here: {said}" in checked.stderr
        assert "path: " in checked.stdout


def test_there_are_sixty_hostile_inputs_and_more() -> None:
    assert len(CASES) > 100


@pytest.fixture
def own(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Good data: 20 images of 4×4, a table of two columns and one with classes, pictures in colour of two classes."""
    rng = np.random.default_rng(0)
    np.save("images.npy", rng.random((20, 4, 4)))
    np.savez("labelled.npz", x=rng.random((20, 4, 4)), y=np.arange(20) % 4)
    rows = [f"{a:.3f},{b:.3f},{'xyz'[number % 3]}" for number, (a, b) in enumerate(rng.random((30, 2)))]
    Path("t.csv").write_text("\n".join(["a,b,kind", *rows]), encoding="utf-8")
    pictures(tmp_path / "pics", 12, (4, 4, 3), ("cat", "dog"))
    return {
        "images": {"set": "images", "path": "images.npy"},
        "labelled": {"set": "images", "path": "labelled.npz"},
        "pictures": {"set": "images", "path": "pics"},
        "table": {"set": "table", "path": "t.csv", "label": "kind"},
    }


def networks(*shapes: list[int]) -> dict[str, Any]:
    if len(shapes) == 1:
        return {**SUPERVISED, "network": {"shape": shapes[0]}}
    return {**GAN, "generator": {"shape": shapes[0]}, "discriminator": {"shape": shapes[1]}}


MISFITS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a generator of other images": (
        "images", networks([2, 9], [16, 1]), ["generator.shape: outputs must be 16 (4×4 pixels), the size of an image; got 9"],
    ),
    "a discriminator of other images": (
        "pictures", networks([2, 48], [16, 1]), ["discriminator.shape: inputs must be 48 (3×4×4 numbers), the size of an image; got 16"],
    ),
    "both": (
        "pictures", networks([2, 3], [3, 1]), ["generator.shape: outputs must be 48 ", "discriminator.shape: inputs must be 48 "],
    ),
    "a generator of another table": (
        "table", networks([2, 3], [2, 1]), ["generator.shape: outputs must be 2, the size of a row; got 3"],
    ),
    "a classifier of another table": ("table", networks([3, 3]), ["network.shape: inputs must be 2, the size of a row; got 3"]),
    "too few classes": ("table", networks([2, 2]), ["network.shape: outputs must be 3; got 2"]),
    "one output for four classes": ("labelled", networks([16, 1]), ["network.shape: outputs must be 4; got 1"]),
    "three outputs for two classes": ("pictures", networks([48, 3]), ["network.shape: outputs must be 1 or 2; got 3"]),
    "layers that do not fit": (
        "images", {**GAN, "generator": {"inputs": 2, "layers": [{"units": 7}]}, "discriminator": {"shape": [16, 1]}},
        ["generator.layers: outputs must be 16 (4×4 pixels)"],
    ),
    "no labels to learn": ("images", networks([16, 3]), ["images.npy): data: has no labels; a supervised run learns to tell two or more apart"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_networks_that_do_not_fit_are_refused_by_train_and_by_check(name: str, own: dict[str, Any]) -> None:
    data, config, messages = MISFITS[name]
    for command in ("train", "check"):
        result = run(command, {**config, "data": own[data]})
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert all(message in result.stderr for message in messages), result.stderr
        assert len(result.stderr.splitlines()) == len(messages)
    assert not Path("runs").exists()


def test_a_sweep_is_refused_for_any_cell_whose_networks_do_not_fit(own: dict[str, Any]) -> None:
    Path("c.yaml").write_text(json.dumps({**networks([2, 16], [16, 1]), "data": own["images"]}), encoding="utf-8")
    shapes = [[[2, 16], [2, 4, 16]], [[2, 16], [2, 4, 9]]]
    for good, grid in zip((True, False), shapes, strict=True):
        sweep = {"sweep": {"base": "c.yaml", "grid": {"generator.shape": grid}}}
        Path("s.yaml").write_text(json.dumps(sweep), encoding="utf-8")
        result = gancli("check", "s.yaml")
        assert result.exit_code == (0 if good else 2), result.output
    assert "generator.shape: outputs must be 16 (4×4 pixels)" in result.stderr


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"label": None}, "data: a supervised run learns the classes of a column (`label`) or numbers (`targets`); got neither"),
        ({"label": "sort"}, "t.csv has no column 'sort' (columns: a, b, kind)"),
        ({"label": None, "targets": ["c"]}, "no column 'c'"),
        ({"label": None, "targets": ["kind"]}, "t.csv: line 2, column 'kind': got 'x'"),
        ({"classes": ["x", "q"]}, "data.classes: "),
        ({"classes": ["x"]}, "has one class alone, 'x'; a supervised run"),
    ],
    ids=["neither", "no such column", "no such target", "text to predict", "no such class", "a class alone"],
)  # fmt: skip
def test_a_table_must_have_what_is_to_be_learned(data: dict[str, Any], message: str, own: dict[str, Any]) -> None:
    options = {key: value for key, value in {**own["table"], **data}.items() if value is not None}
    result = run("train", {**networks([2, 1]), "data": options})
    assert result.exit_code == 2 and message in result.stderr, result.output
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("data", "config"),
    [("labelled", networks([2, 16], [16, 1])), ("table", networks([2, 2], [2, 1]))],
    ids=["images", "table"],
)
def test_own_data_are_not_judged_while_a_run_trains(data: str, config: dict[str, Any], own: dict[str, Any]) -> None:
    config = {**config, "data": own[data], "evaluate": {"every": 100}}
    result = run("train", config)
    assert result.exit_code == 2 and not Path("runs").exists()
    remedy = (
        "give its run with --judge; `gancli evaluate RUN --judge"
        if data == "labelled"
        else "leave it out, for `gancli evaluate RUN`"
    )
    assert result.stderr.startswith("gancli: evaluate: ") and remedy in result.stderr
    checked = run("check", config)
    assert checked.exit_code == 0 and result.stderr.removeprefix("gancli: ").strip() in checked.stderr


def test_points_without_modes_are_not_judged_while_a_run_trains() -> None:
    config = {**networks([2, 2], [2, 1]), "data": {"set": "swissroll", "samples": 50}, "evaluate": {"every": 100}}
    result = run("train", config)
    assert result.exit_code == 2 and not Path("runs").exists()
    text = (
        "no judge knows points or rows; leave it out, for `gancli evaluate RUN`, or name `metrics` of another package"
    )
    assert result.stderr == f"gancli: evaluate: {text}\n"
