"""A judge knows its data: what it may judge, what it may not, and what is measured without one."""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest

import helpers
from experiment.test_runs import WGAN
from gancli import data
from gancli.data import Split, mnist
from gancli.evaluation import classes
from gancli.experiment.evaluator import Evaluator
from gancli.experiment.judges import bundled_judge, pixels
from helpers import gancli

ALL = WGAN.replace("data: {classes: [7]}", "data: {path: other}")
JUDGE = """
kind: supervised
name: judge
data: {path: other}
network: {shape: [784, 20, 10], output: softmax, activation: relu, init: he}
training: {games: 60, batch: 32, loss: cross_entropy}
"""
NO_JUDGE = {
    "wasserstein",
    "sliced_wasserstein",
    "duplicates",
    "nearest_train",
    "parzen",
    "precision",
    "recall",
    "density",
    "coverage",
}


def write(folder: Path, train: Split, test: Split) -> None:
    folder.mkdir()
    for name, split in (("train", train), ("t10k", test)):
        images, labels = np.asarray(split.samples, np.uint8), split.labels.astype(np.uint8)
        head = struct.pack(">4I", 0x803, len(images), 28, 28)
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images.tobytes()))
        head = struct.pack(">2I", 0x801, len(labels))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(head + labels.tobytes()))


@pytest.fixture
def other() -> None:
    """Pictures in MNIST's format that are not MNIST's."""
    bundled = data.load("mnist")
    parts = [
        Split(255 - split.samples[:size], split.labels[:size])
        for split, size in ((bundled.train, 400), (bundled.test, 60))
    ]
    write(Path("other"), *parts)


def test_pictures_are_told_by_their_checksums(other: None) -> None:
    bundled = data.load("mnist")
    full = {name: str(sha256) for name, sha256 in mnist.full_sha256().items()}
    assert bundled.facts["pictures"] == "MNIST" and mnist.pictures(full) == "MNIST"
    assert mnist.pictures({**full, "t10k-labels-idx1-ubyte": "0"}) != "MNIST"
    assert data.load("mnist", path="other").facts["pictures"].startswith("other pictures than MNIST's (")
    assert "pictures" in gancli("data", "info", "mnist").stdout
    write(Path("copy"), bundled.train, bundled.test)
    assert data.load("mnist", path="copy").facts["pictures"] == "MNIST", "whatever the files are called and packed by"


def test_other_pictures_are_not_judged_by_a_judge_of_digits(other: None) -> None:
    helpers.train(ALL)
    result = gancli("evaluate", "small", "--samples", "100")
    assert result.exit_code == 0, result.output
    assert (
        "without a judge: the bundled judge of MNIST was trained on MNIST, this run on other pictures" in result.stderr
    )
    assert "--judge" in result.stderr
    found = json.loads(gancli("evaluate", "small", "--samples", "100", "--format", "json").stdout)
    assert set(found["measures"]) == NO_JUDGE and found["judge"] is None
    quick = gancli("evaluate", "small", "--samples", "100", "--quick")
    assert quick.exit_code == 2 and "without --quick" in quick.stderr


def test_a_judge_of_the_same_pictures_may_and_another_may_not(other: None) -> None:
    helpers.train(ALL)
    helpers.train(JUDGE)
    words = ["evaluate", "small", "--samples", "100", "--quick", "--format", "json"]
    own = gancli(*words, "--judge", "judge")
    assert own.exit_code == 0 and "frechet" in json.loads(own.stdout)["measures"], own.output
    helpers.train(JUDGE.replace("data: {path: other}", "data: {}").replace("name: judge", "name: of_digits"))
    refused = gancli(*words, "--judge", "of_digits")
    assert refused.exit_code == 2 and "was trained on MNIST, this run on other pictures" in refused.stderr
    helpers.train(WGAN.replace("name: small", "name: digits"))
    words[1] = "digits"
    refused = gancli(*words, "--judge", "judge")
    assert refused.exit_code == 2 and "was trained on other pictures" in refused.stderr and "on MNIST" in refused.stderr


def test_a_judge_knows_its_classes() -> None:
    helpers.train(WGAN.replace("classes: [7]", "classes: [3, 7]"))
    helpers.train(JUDGE.replace("{path: other}", "{classes: [0, 7]}"))
    words = ["evaluate", "small", "--samples", "100", "--quick", "--judge", "judge"]
    refused = gancli(*words)
    assert refused.exit_code == 2 and "on the classes [0, 7], without this run's 3; train a judge" in refused.stderr
    helpers.train(JUDGE.replace("{path: other}", "{classes: [3, 5, 7]}").replace("name: judge", "name: knows"))
    assert gancli(*words[:-1], "knows").exit_code == 0, "a judge may know more than it is asked"


def test_evaluate_in_a_configuration_is_refused_before_anything_is_written(other: None) -> None:
    Path("c.yaml").write_text(ALL + "evaluate: {every: 20}\n", encoding="utf-8")
    for words in (["train", "c.yaml"], ["sweep", "c.yaml", "--seeds", "2"]):
        result = gancli(*words)
        assert result.exit_code == 2 and "evaluate: the bundled judge of MNIST was trained on MNIST" in result.stderr
        assert not list(Path().glob("runs/*"))
    assert "evaluate: the bundled judge" in gancli("check", "c.yaml").stderr


def test_the_judge_has_seen_no_bundled_image() -> None:
    """It learned 55,000 others: of the bundled ones it is as sure as of any, not of all (its accuracy was 1.000)."""
    bundled = data.load("mnist")
    predictions = np.concatenate(
        [bundled_judge().predict(pixels(bundled, split)).predictions for split in (bundled.train, bundled.test)]
    )
    labels = np.concatenate([bundled.train.labels, bundled.test.labels])
    accuracy = (predictions.argmax(axis=1) == labels).mean()
    assert 0.98 < accuracy < 0.992, "5,000 true test images: 0.984"
    held_out = bundled_judge().predict(pixels(bundled, bundled.test)).predictions
    assert 9.6 < classes.score(held_out) < 9.9, "of 500 true test images 9.73 to 9.83"


def test_foreign_digits_are_no_class_in_training_as_in_evaluate() -> None:
    """Real [3, 5, 7] had 5 classes in training and 3 in `evaluate`, for what the judge gets wrong."""
    some = data.load("mnist", classes=(3, 5, 7))
    evaluator = Evaluator(some, bundled_judge())
    assert evaluator.measure(pixels(some, some.train))["classes"] == 3
    every = data.load("mnist")
    assert evaluator.measure(pixels(every, every.test))["classes"] == 3, "other digits are foreign"


@pytest.mark.parametrize("train", [1, 3])
def test_a_class_with_one_image_is_said_and_the_rest_measured(train: int) -> None:
    bundled = data.load("mnist")
    rows, held_out = (np.flatnonzero(split.labels == 4) for split in (bundled.train, bundled.test))
    others = np.flatnonzero(bundled.train.labels == 5)[:50]
    keep = np.concatenate([rows[:train], others])
    tests = np.concatenate([held_out[:1], np.flatnonzero(bundled.test.labels == 5)[:10]])
    write(
        Path("few"), Split(bundled.train.samples[keep], bundled.train.labels[keep]),
        Split(bundled.test.samples[tests], bundled.test.labels[tests]),
    )  # fmt: skip
    helpers.train(JUDGE.replace("path: other", "path: few"))
    helpers.train(WGAN.replace("classes: [7]", "path: few, classes: [4]"))
    result = gancli("evaluate", "small", "--samples", "100", "--judge", "judge")
    assert result.exit_code == 0, result.output
    assert f"class 4: {train} images to train on, 1 held out; sets have 1 images" in result.stderr
    found = json.loads((next(Path("runs").glob("*small*")) / "evaluation.json").read_text())
    assert found["samples"] == 1 and "frechet" not in found["measures"] and "score" in found["measures"]
    judge = bundled_judge()
    evaluator = Evaluator(data.load("mnist", path="few", classes=(4,)), judge)
    assert set(evaluator.measure(pixels(bundled, bundled.test))) == {"score", "classes", "shares_kl"}


def test_the_record_says_how_many_samples_were_measured() -> None:
    """It said 500 where the bundled subset has 50 of a digit."""
    helpers.train(WGAN)
    found = json.loads(gancli("evaluate", "small", "--samples", "500", "--quick", "--format", "json").stdout)
    assert (found["samples"], found["sets"], found["asked"]) == (50, 10, 500)


def test_a_run_is_measured_beside_its_own_data_only(other: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With $GANCLI_DATA gone, trousers were judged as digits, and what a run had learned was held out."""
    monkeypatch.setenv("GANCLI_DATA", str(Path("other").resolve()))
    folder, _ = helpers.train(WGAN.replace("data: {classes: [7]}", "data: {}"))
    monkeypatch.delenv("GANCLI_DATA")
    refused = gancli("evaluate", "small", "--samples", "100", "--quick")
    assert refused.exit_code == 2 and "it was trained on other data" in refused.stderr
    assert not (folder.path / "evaluation.json").exists()


@pytest.mark.slow
def test_what_is_known_of_other_data_is_measured_again(other: None) -> None:
    text = WGAN.replace("data: {classes: [7]}", "data: {path: here}")
    bundled = data.load("mnist")
    write(Path("here"), bundled.train, bundled.test)
    Path("c.yaml").write_text(text, encoding="utf-8")
    swept = gancli("sweep", "c.yaml", "--seeds", "1", "--jobs", "1", "-q")
    assert swept.exit_code == 0, swept.output
    words = ["evaluate", "latest", "--samples", "100", "--quick"]
    assert "(known)" not in gancli(*words).stderr and "(known)" in gancli(*words).stderr
    path = next(Path("runs").rglob("evaluation.json"))
    path.write_text(path.read_text().replace('"checksum": "', '"checksum": "0'))
    assert "(known)" not in gancli(*words).stderr


def test_points_have_no_judge() -> None:
    ring = (
        "kind: gan\nname: ring\ndata: {set: ring}\ngenerator: {shape: [4, 6, 2]}\ndiscriminator: {shape: [2, 9, 1]}\n"
    )
    helpers.train(ring + "training: {games: 5, batch: 8}\npictures: {every: 5, count: 50}\n")
    helpers.train(JUDGE.replace("{path: other}", "{}"))
    refused = gancli("evaluate", "ring", "--judge", "judge")
    assert refused.exit_code == 2 and "draws points, which no judge knows" in refused.stderr
