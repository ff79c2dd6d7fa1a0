"""What was asked wrongly is said first; names that nobody has chosen are free ones; an error names what its user knows."""

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.test_next import RING
from cli.test_results import ROWS, run, sweep
from helpers import gancli, train

XOR = "kind: supervised\nname: x\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 4}\n"


def test_a_second_call_takes_the_next_name_that_is_free() -> None:
    train(RING, "-q")
    assert [gancli("sample", "ring").stdout for _ in range(3)] == [
        "samples-0.csv\n",
        "samples-0-2.csv\n",
        "samples-0-3.csv\n",
    ]
    assert gancli("sample", "ring", "--force").stdout == "samples-0.csv\n"
    again = gancli("sample", "ring", "-o", "samples-0.csv")
    assert again.exit_code == 2 and "samples-0.csv exists" in again.stderr
    named = [gancli("export", "ring", "--format", "npz").stdout for _ in range(2)]
    assert named == ["generator.npz\n", "generator-2.npz\n"]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("sample", "ring", "--class", "1"), "without a condition"),
        (("sample", "ring", "--checkpoint", "nonsense"), "must be last, best, or the game"),
        (("sample", "x"), "it has no generator"),
        (("export", "ring", "--format", "npz", "--network", "critic"), "--network"),
    ],
)
def test_what_is_asked_is_looked_at_before_the_names_of_files(words: tuple[str, ...], wrong: str) -> None:
    train(RING, "-q")
    train(XOR, "-q")
    for name in ("samples-0.csv", "generator.npz"):
        Path(name).write_text("mine")
    result = gancli(*words)
    assert result.exit_code == 2 and wrong in result.stderr and "exists" not in result.stderr


@pytest.mark.parametrize("command", ["sample", "export", "resume", "lipschitz"])
def test_of_a_sweep_one_of_its_runs_is_to_be_named(command: str) -> None:
    made = sweep("s", [0.1], 1, {(0.1, 0): ROWS})
    for name in ("s", str(made.path), made.path.name):
        result = gancli(command, name)
        assert (
            result.exit_code == 2
            and f"{name!r} is a sweep: name one of its runs, such as {made.path}/cells/" in result.stderr
        )


def test_a_run_is_no_sweep_and_what_is_misspelt_is_guessed() -> None:
    run("20260101T000000Z-wgan_mnist7-aaaaaa")
    assert (
        "is a run, 20260101T000000Z-wgan_mnist7-aaaaaa, and no sweep"
        in gancli("sweep", "--resume", "wgan_mnist7").stderr
    )
    assert gancli("sample", "wgan_mnit7").stderr.endswith("; did you mean 'wgan_mnist7'?\n")
    assert gancli("show", "latset").stderr.endswith("; did you mean 'latest'?\n")
    assert "did you mean" not in gancli("show", "x", "--runs", "none here").stderr
    assert "`gancli ls --runs 'none here'` lists them" in gancli("show", "x", "--runs", "none here").stderr


@pytest.mark.parametrize(
    ("words", "place", "by"),
    [
        (("init", "xor"), ".", "you can write to (FILE), or"),
        (("sample", "ring", "-o", "there/x.csv"), "there", "you can write to (-o), or"),
        (("export", "ring", "-o", "there/x.npz"), "there", "you can write to (-o), or"),
        (("train", "c.yaml", "-q", "--runs", "there"), "there", "you can write to (--runs), or"),
        (("resume", "ring", "--games", "30"), None, "you can write to, or"),
    ],
)
def test_a_folder_that_may_not_be_written_is_named_with_what_chooses_another(
    words: tuple[str, ...], place: str | None, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = train(RING, "-q")
    Path("there").mkdir()

    def refuse(*given: Any, dir: Path, prefix: str, **more: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", f"{dir}/{prefix}x")

    def no_folder(self: Path, *given: Any, **more: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    if words[0] == "train":
        monkeypatch.setattr(
            Path, "mkdir", lambda self, *given, **more: None if self == Path("there") else no_folder(self)
        )
    result = gancli(*words)
    expected = f"gancli: {place if place is not None else folder.path}"
    assert result.exit_code == 1 and ".tmp-" not in result.stderr, result.stderr
    assert expected in result.stderr and by in result.stderr


def test_samples_of_a_seed_are_the_same_under_either_name() -> None:
    train(RING, "-q")
    for _ in range(2):
        gancli("sample", "ring", "-n", "3")
    one, other = (np.loadtxt(name, delimiter=",", skiprows=1) for name in ("samples-0.csv", "samples-0-2.csv"))
    assert np.array_equal(one, other)
