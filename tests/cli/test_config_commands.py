"""`gancli check` and `gancli schema`, and what is the same of all commands: their order, streams, and a full disk."""

import errno
import io
import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from gancli import spec
from gancli.cli import main
from gancli.engines.replay import lowering
from helpers import gancli

XOR = "kind: supervised\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 4}\n"
MNIST = "kind: supervised\nengine: numpy\ndata: {require: full}\nnetwork: {shape: [784, 10]}\ntraining: {games: 4}\n"


def test_a_sweep_is_checked_as_the_commands_of_its_cells_in_the_order_of_the_plan() -> None:
    Path("c.yaml").write_text(XOR)
    Path("s.yaml").write_text("sweep: {base: c.yaml, grid: {eta: [0.5, 0.1], mu: [1, 2]}, seeds: 2}")
    result = gancli("check", "s.yaml")
    assert [shlex.split(line) for line in result.stdout.splitlines()] == [
        ["gancli", "train", "c.yaml", "--set", f"eta={eta}", "--set", f"mu={mu}", "--seed", seed]
        for eta in ("0.5", "0.1")
        for mu in ("1", "2")
        for seed in ("0", "1")
    ]
    assert result.stderr == ""


@pytest.mark.parametrize(("engine", "warns"), [("numba", True), ("numpy", False)])
def test_a_check_names_what_has_no_machine_code(engine: str, warns: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.engines.why_not_numba", lambda: None)
    Path("c.yaml").write_text(XOR.replace("numpy", engine))
    assert gancli("check", "c.yaml").stderr == ""
    monkeypatch.setattr(lowering, "ELEMENTWISE", lowering.ELEMENTWISE - {"sigmoid", "sigmoid_gradient"})
    result = gancli("check", "c.yaml")
    expected = "engine: has no machine code for sigmoid, sigmoid_gradient, which NumPy computes: the run is slower"
    assert result.exit_code == 0 and (expected in result.stderr) is warns


@pytest.mark.parametrize("name", ["c.yaml", "s.yaml"])
def test_data_that_are_not_here_are_a_warning_of_a_check(name: str) -> None:
    """The machine that a configuration is for may have them."""
    Path("c.yaml").write_text(MNIST)
    Path("s.yaml").write_text("sweep: {base: c.yaml, grid: {eta: [0.5, 0.1]}, seeds: 1}")
    result = gancli("check", name)
    assert result.exit_code == 0 and result.stdout
    (warning,) = result.stderr.splitlines()
    assert warning.startswith("warning: ") and "cannot be loaded here" in warning


def test_the_schema_is_that_of_the_specs() -> None:
    shown = json.loads(gancli("schema").stdout)
    assert shown == json.loads(json.dumps(spec.json_schema())) and shown["title"] == "gancli configuration"


def test_commands_are_listed_in_the_order_in_which_they_are_used() -> None:
    listed = gancli("--help").stdout.partition("Commands:\n")[2].splitlines()
    expected = (
        "init train resume sweep plot report sample predict evaluate lipschitz export ls show compare rm check schema data "
        "doctor"
    )
    assert " ".join(line.split()[0] for line in listed if line[2] != " ") == expected


def test_what_a_terminal_cannot_encode_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("c.yaml").write_text(XOR)
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, "ascii", write_through=True))
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    with pytest.raises(SystemExit) as ended:
        main(["check", "c.yaml"])
    assert ended.value.code == 0 and rb"2 \u2192 2" in shown.getvalue()


def test_help_that_a_full_disk_does_not_take_is_a_failure_and_nothing_is_left_to_write(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    with Path("/dev/full").open("w") as full:  # at its end it writes what it still holds
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert os.path.samestat(os.fstat(full.fileno()), os.stat(os.devnull))
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"gancli: {os.strerror(errno.ENOSPC)}\n"


CONVOLUTIONS = """
kind: supervised
engine: numpy
network:
  inputs: [1, 28, 28]
  layers:
    - {conv: 4, kernel: 3, stride: 2}
    - {pool: max, kernel: 3, stride: 2}
    - {upsample: bilinear, factor: 3}
    - {conv_transpose: 2, kernel: 4, stride: 2, padding: 1, bias: false}
    - {pool: global}
    - {units: 10}
  layer_norm: true
training: {games: 4}
"""


def test_a_check_says_what_each_layer_makes_of_an_image_and_what_it_takes() -> None:
    Path("c.yaml").write_text(CONVOLUTIONS)
    lines = [line.split(":", 1)[1].split() for line in gancli("check", "c.yaml").stdout.splitlines() if "#   l" in line]
    assert [(words[0], words[2], int(words[-2].replace(",", ""))) for words in lines] == [
        ("1×28×28", "4×13×13", 36 + 8),
        ("4×13×13", "4×6×6", 0),
        ("4×6×6", "4×18×18", 0),
        ("4×18×18", "2×36×36", 4 * 4 * 2 * 4 + 4),
        ("2×36×36", "2", 0),
        ("2", "10", 20 + 10),
    ]
    text = [" ".join(words) for words in lines]
    assert "conv 3×3, stride 2, padding 0" in text[0] and f"{169 * 9 * 4:,d} multiply–adds" in text[0]
    assert "pool max, 3×3, stride 2" in text[1] and "upsample bilinear × 3" in text[2] and "pool global" in text[4]
    assert f"{324 * 4 * 32:,d} multiply–adds" in text[3]
