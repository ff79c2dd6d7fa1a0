"""Numbers that images spell, read by a judge whose answers are known."""

import math
from typing import Any

import numpy as np
import pytest

from gancli.evaluation.judge import Judgement
from gancli.evaluation.stacked import NUMBERS, spelled


class Reader:
    """Takes a digit's first pixel, times ten, for the digit."""

    def predict(self, x: Any) -> Judgement:
        assert x.ndim == 2
        return Judgement(x, np.eye(10)[np.rint(10 * x[:, 0]).astype(int)])


def stacked(numbers: list[int], pixels: int = 4) -> Any:
    """Images (count, 3 × pixels) that spell these numbers."""
    images = np.zeros((len(numbers), 3, pixels), np.float32)
    images[:, :, 0] = [[number // 100 / 10, number // 10 % 10 / 10, number % 10 / 10] for number in numbers]
    return images.reshape(len(numbers), 3 * pixels)


@pytest.mark.parametrize(
    ("numbers", "modes", "divergence"),
    [
        ([742] * 9, 1, math.log(1000)),
        ([7, 70, 700, 7], 3, math.log(1000) + 0.5 * math.log(0.25) + 0.5 * math.log(0.5)),
        (list(range(NUMBERS)), 1000, 0.0),
        (list(range(NUMBERS)) * 2, 1000, 0.0),
        ([0, 999], 2, math.log(500)),
        ([123, 132, 213, 231, 312, 321], 6, math.log(1000 / 6)),
    ],
    ids=["one", "one twice", "all", "all twice", "the ends", "their order tells"],
)
def test_modes_and_their_evenness(numbers: list[int], modes: int, divergence: float) -> None:
    found = spelled(stacked(numbers), Reader())  # type: ignore[arg-type]
    assert found["modes"] == modes and isinstance(found["modes"], float)
    assert found["reverse_kl"] == pytest.approx(divergence, abs=1e-12) and list(found) == ["modes", "reverse_kl"]
