"""Networks that begin from those of another run."""

import shutil
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


def test_a_run_goes_on_where_the_one_that_it_began_from_is_gone() -> None:
    """Its checkpoints have parameters of their own; without them it could not begin."""
    first, _ = train(WGAN)
    words = ["--set", f"generator.weights={first.path}", "--set", "checkpoint.every=1"]
    whole, _ = train(WGAN, *words)
    short, _ = train(WGAN, *words, "--set", "training.games=3")
    shutil.rmtree(first.path)
    assert gancli("resume", str(short.path), "--games", "6").exit_code == 0
    one, other = arrays(whole.path), arrays(short.path)
    assert all(np.array_equal(one[name], other[name]) for name in one if name.endswith(("params", "state", "average")))
    for path in short.checkpoints.glob("*.npz"):
        path.unlink()
    result = gancli("resume", str(short.path), "--games", "9")
    assert result.exit_code == 2 and "there is no such folder; give that of a run" in result.stderr


def test_a_run_says_which_networks_it_began_from_and_begins_again_from_no_others() -> None:
    first, _ = train(WGAN)
    second, _ = train(WGAN, "--set", f"generator.weights={first.path}")
    facts = second.record()["weights"]
    assert list(facts) == ["generator"] and facts["generator"]["game"] == 6
    for path in second.checkpoints.glob("*.npz"):
        path.unlink()
    second.write_record({**second.record(), "status": "interrupted"})  # as if it had been killed before the first
    assert gancli("resume", str(second.path)).exit_code == 0
    for path in second.checkpoints.glob("*.npz"):
        path.unlink()
    second.write_record({**second.record(), "status": "interrupted"})
    assert gancli("resume", str(first.path), "--games", "8").exit_code == 0
    result = gancli("resume", str(second.path))
    assert result.exit_code == 2 and "it began from game 6 of " in result.stderr and "is at game 8 now" in result.stderr


def test_as_many_parameters_in_other_layers_are_refused() -> None:
    first, _ = train(WGAN, "--set", "critic={shape: [2, 9, 3, 1]}")  # 27 + 30 + 4
    setting = f"critic={{weights: {first.path}, shape: [2, 15, 1]}}"  # 45 + 16
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = gancli("train", "c.yaml", "--set", setting)
    assert result.exit_code == 2 and "as many parameters in other layers" in result.stderr


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("critic.weights=nowhere", "nowhere: there is no such folder; give that of a run"),
        ("critic={weights: RUN, shape: [2, 9, 1]}", "critic has 65 parameters, this one 37; give both the same layers"),
        ("critic={weights: RUN, shape: [2, 16, 1]}", "critic has 37 numbers kept, this one 0"),
    ],
)
def test_what_it_cannot_begin_from(setting: str, said: str) -> None:
    first, _ = train(WGAN)
    _, result = Path("c.yaml"), gancli("train", "c.yaml", "--set", setting.replace("RUN", str(first.path)))
    assert result.exit_code == 2 and said in result.stderr
