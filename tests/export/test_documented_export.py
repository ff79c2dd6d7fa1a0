"""The lines of docs/export.md are run, on a run that is as small as can be."""

import re
from pathlib import Path
from typing import Any

from helpers import experiment, gancli, train

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "export.md"
DRAWN = {"gaussian": ".standard_normal((16, 100), ", "uniform": ".uniform(-1, 1, (16, 100))"}
SEVENS = """
kind: wgan
engine: numpy
data: {classes: [7]}
generator: {shape: [100, 9, 784]}
critic: {shape: [784, 7, 1], clip: {bound: 0.1}}
latent: {distribution: gaussian}
training: {games: 2, batch: 4}
"""


def test_latents_are_drawn_as_in_the_training_of_the_model() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (shown,) = set(re.findall(r"gancli train (configs/\S+\.yaml)", page))
    spec = experiment((ROOT / shown).read_text(encoding="utf-8"))
    (line,) = [line for line in page.splitlines() if line.startswith("latents = ")]
    assert [name for name, drawn in DRAWN.items() if drawn in line] == [spec.latent.distribution]
    assert spec.latent.distribution == experiment(SEVENS).latent.distribution, "as of the run of the test below"


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
    assert abs(found["latents"].std() - 1) < 0.1
    exec(compile(weights, PAGE, "exec"), found)
    assert found["weights"]["layer1.weights"].shape == (100, 9)
    found["weights"].close()
