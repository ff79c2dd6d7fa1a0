"""Networks that begin from those of another run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers import game, gancli, train

WGAN = """
kind: wgan
engine: numpy
data: {set: ring, samples: 200}
generator: {shape: [3, 8, 2], batch_norm: true, ema: 0.9}
critic: {shape: [2, 16, 1], activation: relu, spectral_norm: true}
training: {games: 6, batch: 8}
"""


def arrays(run: Path) -> dict[str, Any]:
    return dict(np.load(max((run / "checkpoints").glob("*.npz"))))


def test_a_run_begins_from_the_networks_of_another() -> None:
    first, _ = train(WGAN)
    before = arrays(first.path)
    settings = [f"generator.weights={first.path}", f"critic.weights={first.path}", "training.ratios.generator=0"]
    second, _ = train(WGAN, *[word for one in settings for word in ("--set", one)])
    after = arrays(second.path)
    assert np.array_equal(after["generator.params"], before["generator.average"]), "what its samples are drawn from"
    assert not np.array_equal(after["critic.params"], before["critic.params"])
    assert second.config.read_text().count(str(first.path.absolute())) == 2, "wherever it is read"


def test_a_relative_path_is_from_the_file_that_says_it() -> None:
    first, _ = train(WGAN)
    Path("there").mkdir()
    first.path.rename("there/one")
    Path("there/c.yaml").write_text(WGAN.replace("critic: {", "critic: {weights: one, "), encoding="utf-8")
    assert gancli("train", "there/c.yaml", "--set", "training.games=1").exit_code == 0


def test_biases_of_normalised_layers_are_drawn_too() -> None:
    network = game(WGAN, "critic.draw_biases=true").opponent.network
    assert all(view.all() for name, view in network.views(network.params).items() if name.endswith("bias"))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("critic.weights=nowhere", "has no critic to begin from"),
        ("critic={weights: RUN, shape: [2, 9, 1]}", "critic has 65 parameters, this one 37; give both the same layers"),
        ("critic={weights: RUN, shape: [2, 16, 1]}", "critic has 37 numbers kept, this one 0"),
    ],
)
def test_what_it_cannot_begin_from(setting: str, said: str) -> None:
    first, _ = train(WGAN)
    _, result = Path("c.yaml"), gancli("train", "c.yaml", "--set", setting.replace("RUN", str(first.path)))
    assert result.exit_code == 2 and said in result.stderr
