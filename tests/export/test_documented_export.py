"""The lines of docs/export.md are run, on a run that is as small as can be."""

import re
from pathlib import Path
from typing import Any

from helpers import gancli, train

PAGE = Path(__file__).parents[2] / "docs" / "export.md"
SEVENS = """
kind: wgan
engine: numpy
data: {classes: [7]}
generator: {shape: [100, 9, 784]}
critic: {shape: [784, 7, 1], clip: {bound: 0.1}}
training: {games: 2, batch: 4}
"""


def test_the_lines_that_run_a_model_and_read_weights() -> None:
    model, weights = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    train(SEVENS, "-q")
    assert gancli("export", "latest", "-o", "model.onnx").exit_code == 0
    assert gancli("export", "latest", "-o", "weights.npz").exit_code == 0
    lines = [line for line in model.splitlines() if line and not line.startswith("import")]
    assert len(lines) == 3, "three lines are promised"
    found: dict[str, Any] = {}
    exec(compile(model, PAGE, "exec"), found)  # ours
    assert found["images"].shape == (16, 1, 28, 28) and 0 <= found["images"].min() <= found["images"].max() <= 1
    assert found["images"].std(axis=0).max() > 0.01, "sixteen of a kind"
    exec(compile(weights, PAGE, "exec"), found)
    assert found["weights"]["layer1.weights"].shape == (100, 9)
    found["weights"].close()
