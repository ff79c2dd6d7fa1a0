"""`--max-time`: a run that is saved and left by the clock, and goes on to the same bits."""

import numpy as np
import pytest

from gancli.runs import RunFolder, checkpoint
from helpers import gancli, train

XOR = """
kind: supervised
name: timed
engine: numpy
data: {set: xor}
network: {shape: [2, 2, 1]}
training: {games: 60}
test: {every: 20}
checkpoint: {every: 50}
"""


def end_of(folder: RunFolder) -> tuple[list[float], np.ndarray]:
    return [row["loss"] for row in folder.rows()], checkpoint.newest(folder.checkpoints).arrays["network.params"]


def test_a_run_that_is_left_by_the_clock_goes_on_to_the_same_bits() -> None:
    whole, _ = train(XOR, "-q")
    folder, result = train(XOR, "-q", "--max-time", "0.000001s", code=124)
    assert folder.record()["status"] == "interrupted" and "1e-06 s are over at game 0" in result.stderr
    assert "to go on: gancli resume" in result.stderr
    result = gancli("resume", folder.path.name, "-q", "--max-time", "1h")
    assert result.exit_code == 0 and folder.record()["status"] == "completed"
    for one, other in zip(end_of(whole), end_of(folder), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("text", ["soon", "0", "-3s", "10 weeks", "inf", "nan"])
def test_what_is_no_time(text: str) -> None:
    result = gancli("resume", "x", "--max-time", text)
    assert result.exit_code == 2 and "must be a time such as 90, 30s, 10m or 2h" in result.stderr


@pytest.mark.parametrize("text", ["90", "1.5", "30s", "10m"])
def test_a_time_may_be_seconds_alone(text: str) -> None:
    assert train(XOR, "-q", "--max-time", text)[0].record()["status"] == "completed"
