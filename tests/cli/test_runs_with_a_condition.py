"""A run with a condition, or whose discriminator sees packs, from its training to all that is made of it."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gancli import pictures
from gancli.experiment import feature_maps, sample
from gancli.games.classes import in_turn
from gancli.runs import RunError, RunFolder, checkpoint
from helpers import gancli, train

MNIST = """
kind: gan
name: asked
engine: numpy
condition: labels
data: {classes: [3, 7]}
generator: {shape: [6, 16, 784], activation: relu, init: he, ema: 0.5, optimizer: {name: adam, eta: 0.01, beta1: 0.5}}
discriminator: {shape: [784, 16, 1], activation: leaky_relu, init: he, optimizer: {name: adam, eta: 0.005, beta1: 0.5}}
training: {games: 30, batch: 16}
test: {every: 10, batches: 2}
evaluate: {every: 10, samples: 200}
lipschitz: {every: 30, samples: 60}
pictures: {every: 30}
checkpoint: {every: 10}
"""
RING = """
kind: wgan
name: ring
engine: numpy
condition: {critic: projection}
data: {set: ring, samples: 200}
generator: {shape: [3, 8, 2]}
critic: {shape: [4, 8, 1], activation: leaky_relu, spectral_norm: true}
training: {games: 6, batch: 8, pack: 2}
test: {every: 3, batches: 2}
evaluate: {every: 6, samples: 200}
lipschitz: {every: 6, samples: 31}
pictures: {every: 6, count: 20}
"""
WORDS = [["plot"], ["report"], ["lipschitz", "--samples", "40"], ["evaluate", "--samples", "100", "--quick"]]


def params(folder: RunFolder) -> dict[str, Any]:
    saved = checkpoint.newest(folder.checkpoints)
    return {key: value for key, value in saved.arrays.items() if key.endswith(("params", "average"))}


def drawn(folder: RunFolder, latents: Any, codes: Any) -> Any:
    """G(z, code) from the averaged parameters of the checkpoint."""
    vector = params(folder)["generator.average"].astype(float)
    w, b = vector[: 8 * 16].reshape(8, 16), vector[8 * 16 : 9 * 16]
    hidden = np.maximum(np.hstack([latents, codes]) @ w + b, 0.0)
    last, bias = vector[9 * 16 : 9 * 16 + 16 * 784].reshape(16, 784), vector[-784:]
    return 1 / (1 + np.exp(-(hidden @ last + bias)))


def test_a_class_is_drawn_when_asked_for_by_number_or_name_and_else_each_in_turn() -> None:
    folder, _ = train(MNIST)
    seven, turns = sample(folder, 5, 1, "7"), sample(folder, 5, 1)
    assert seven.classes is not None and turns.classes is not None
    assert seven.classes.tolist() == [7] * 5 and turns.classes.tolist() == [3, 7, 3, 7, 3]
    assert np.array_equal(seven.latents, turns.latents)
    codes = np.tile([0.0, 1.0], (5, 1))
    assert np.allclose(seven.values.reshape(5, -1), drawn(folder, seven.latents, codes), atol=1e-5)
    expected = drawn(folder, turns.latents, in_turn(5, 2, float))
    assert np.allclose(turns.values.reshape(5, -1), expected, atol=1e-5)
    assert (seven.rows, turns.rows) == (None, 2)
    with pytest.raises(RunError, match="class: must be a class of this run: 3, 7; got '5'"):
        sample(folder, 5, 1, "5")


def test_the_command_draws_a_class_into_any_file() -> None:
    train(MNIST)
    assert gancli("sample", "asked", "--class", "3", "-n", "6", "-o", "three.npz").exit_code == 0
    with np.load("three.npz") as arrays:
        assert arrays["labels"].tolist() == [3] * 6 and arrays["images"].shape == (6, 1, 28, 28)
    assert gancli("sample", "asked", "-n", "5", "-o", "both.png").exit_code == 0
    with Image.open("both.png") as image:
        assert image.size == (2 * (3 * 30 + 2), 2 * (2 * 30 + 2)), "a row for each class"
    refused = gancli("sample", "asked", "--class", "eight")
    assert refused.exit_code != 0 and "must be a class of this run: 3, 7; got 'eight'" in refused.output


def test_a_run_without_a_condition_says_that_it_draws_no_class() -> None:
    train(MNIST.replace("condition: labels\n", "").replace("name: asked", "name: any"))
    refused = gancli("sample", "any", "--class", "3")
    assert refused.exit_code != 0 and "was trained without a condition" in refused.output


def test_pictures_have_a_row_for_each_class() -> None:
    folder, _ = train(MNIST)
    with Image.open(folder.images / "game-000030.png") as image:
        assert image.size == (2 * (10 * 30 + 2), 2 * (2 * 30 + 2)), "ten of each"


@pytest.mark.slow
def test_filters_are_over_the_pixels_without_the_code() -> None:
    folder, _ = train(MNIST)
    assert gancli("plot", "asked").exit_code == 0
    assert (folder.plots / "filters-discriminator.png").exists()
    assert not (folder.plots / "filters-generator.png").exists()


def test_images_that_are_rows_apart_are_in_one_row() -> None:
    samples = np.linspace(0, 1, 5)[:, None, None, None] * np.ones((5, 1, 3, 3))
    import io

    sheet = np.asarray(Image.open(io.BytesIO(pictures.grid(samples, scale=1, rows=2))))
    middles = sheet[3::5, 3::5]
    assert middles.tolist() == [[0, 128, 255], [64, 191, 200]], "and the last is not there"


def test_training_says_how_many_are_of_the_class_asked_for() -> None:
    folder, _ = train(MNIST)
    rows = folder.rows()
    assert all(0.0 <= row["asked"] <= 1.0 for row in rows) and "lipschitz_bound" in rows[-1]


def test_evaluation_has_the_judges_accuracy_on_real_images_beside_it() -> None:
    folder, _ = train(MNIST)
    assert gancli("evaluate", "asked", "--samples", "100", "--quick").exit_code == 0
    measure = json.loads((folder.path / "evaluation.json").read_text(encoding="utf-8"))["measures"]["asked"]
    assert 0.0 <= measure["value"] <= 1.0 and measure["real"] > 0.95 and measure["better"] == "higher"
    train(MNIST.replace("condition: labels\n", "").replace("name: asked", "name: any"))
    assert "asked" not in gancli("evaluate", "any", "--samples", "100", "--quick").stdout


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_a_run_goes_on_to_the_same_bits(engine: str, compiled: None) -> None:
    whole, _ = train(MNIST, "--engine", engine)
    short, _ = train(MNIST, "--engine", engine, "--set", "training.games=10")
    assert gancli("resume", str(short.path), "--games", "30").exit_code == 0
    ends = params(whole), params(short)
    assert len(ends[0]) == 3 and all(np.array_equal(ends[0][key], ends[1][key]) for key in ends[0])
    assert [row["asked"] for row in whole.rows()] == [row["asked"] for row in short.rows()]


@pytest.mark.slow
@pytest.mark.parametrize("words", WORDS, ids=[words[0] for words in WORDS])
@pytest.mark.parametrize("text", [MNIST, RING], ids=["asked", "ring"])
def test_everything_is_made_of_such_a_run(text: str, words: list[str]) -> None:
    folder, _ = train(text)
    result = gancli(words[0], folder.record()["name"], *words[1:])
    assert result.exit_code == 0, result.output
    if words[0] == "lipschitz":
        assert "told the class" in result.stdout


def test_points_are_drawn_with_their_class() -> None:
    train(RING)
    assert gancli("sample", "ring", "-n", "9", "-o", "points.csv").exit_code == 0
    rows = list(csv.reader(Path("points.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["x0", "x1", "class"] and [row[2] for row in rows[1:]] == [*"012345670"]


def test_the_maps_are_of_the_sample_of_the_same_number() -> None:
    folder, _ = train(MNIST)
    for number in (0, 1):
        of_generator, of_opponent = feature_maps(folder, number)
        values = sample(folder, 4, 0).values
        assert np.allclose(of_generator.outputs[-1].ravel(), values[number].ravel(), atol=1e-5)
        assert np.array_equal(of_opponent.outputs[0].ravel(), of_generator.outputs[-1].ravel())


def test_ones_own_classes_are_asked_for_by_name() -> None:
    rng = np.random.default_rng(0)
    np.savez("own.npz", x=rng.random((40, 4, 4)), y=np.array(["dog", "cat"] * 20))
    train(
        "kind: gan\nname: own\ncondition: labels\ndata: {set: images, path: own.npz, classes: [dog, cat]}\n"
        "generator: {shape: [3, 16]}\ndiscriminator: {shape: [16, 4, 1]}\ntraining: {games: 3, batch: 4}\n"
    )
    for asked, label in (("cat", 0), ("dog", 1), ("1", 1)):
        assert gancli("sample", "own", "--class", asked, "-n", "3", "-o", "o.npz", "--force").exit_code == 0
        with np.load("o.npz") as arrays:
            assert arrays["labels"].tolist() == [label] * 3
    refused = gancli("sample", "own", "--class", "cats")
    assert "0 (cat), 1 (dog); got 'cats'" in refused.output and "did you mean" in refused.output
