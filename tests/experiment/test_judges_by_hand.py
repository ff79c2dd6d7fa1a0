"""Judges and what they say in training, by hand: whose network may judge, what a collapse is, and what is measured."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_evaluated_runs import few, gan
from gancli.data import DataError, Dataset, Split, Units
from gancli.engines import make_engine
from gancli.evaluation import classes
from gancli.evaluation.frechet import frechet_distance, gaussian
from gancli.evaluation.judge import Judge
from gancli.evaluation.manifold import manifold
from gancli.experiment import evaluator
from gancli.experiment.alarm import BOUND, CollapseAlarm
from gancli.experiment.evaluator import Evaluator
from gancli.experiment.judges import check_evaluate, judge_of, objection, pixels
from gancli.nn import Network
from gancli.nn.activations import Linear, relu
from gancli.nn.initializers import he
from gancli.nn.layers import Dense
from gancli.runs import RunError, RunFolder, checkpoint
from helpers import experiment

JUDGE = """
kind: supervised
name: judge
engine: numpy
network: {shape: [784, 3, 10], output: softmax, init: he, activation: relu}
data: {classes: [3, 7]}
training: {games: 1, batch: 4, loss: cross_entropy}
"""
PARAMS = np.linspace(-1, 1, 785 * 3 + 4 * 10)


def run(path: Path, text: str, record: dict[str, Any] | None = None, params: Any = PARAMS) -> RunFolder:
    """The folder of a run whose newest checkpoint has these parameters."""
    folder = RunFolder(path)
    folder.write_record({"status": "completed", **(record or {})})
    folder.config.write_text(text, encoding="utf-8")
    folder.checkpoints.mkdir()
    arrays = {"network.params": params, "network.state": np.zeros(0)}
    checkpoint.save(folder.checkpoints, 3, arrays, {"game": 3})
    return folder


ALL = re.sub("data: .*\n", "", JUDGE)


@pytest.mark.parametrize(("text", "known"), [(JUDGE, (3, 7)), (ALL, tuple(range(10)))])
def test_a_supervised_run_is_a_judge_of_its_classes_and_pictures(
    text: str, known: tuple[int, ...], tmp_path: Path
) -> None:
    judge = judge_of(run(tmp_path, text, {"data": {"sha256": {"train-images-idx3-ubyte": "0123456789abcdef"}}}))
    assert judge.name == str(tmp_path) and judge.classes == known
    assert judge.pictures == "other pictures than MNIST's (0123456789ab)"
    assert judge.network.params == pytest.approx(PARAMS) and judge.network.engine.name == "numpy"
    assert judge.network.engine.blas.count == 1
    x = np.random.default_rng(0).random((5, 784))
    judgement = judge.predict(x)
    h = np.maximum(x @ PARAMS[: 784 * 3].reshape(784, 3) + PARAMS[784 * 3 : 785 * 3], 0)
    assert judgement.features == pytest.approx(h, rel=1e-4)
    odds = h @ PARAMS[785 * 3 : -10].reshape(3, 10) + PARAMS[-10:]
    assert judgement.predictions == pytest.approx(np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True), rel=1e-3)


SQUARES = JUDGE.replace("loss: cross_entropy", "loss: mse").replace("output: softmax, ", "")
SIGMOIDS = JUDGE.replace("output: softmax", "output: sigmoid")
XOR = (
    "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1], output: sigmoid}\n"
    "training: {games: 1, loss: cross_entropy}\n"
)
WGAN = "kind: wgan\ngenerator: {shape: [2, 784]}\ncritic: {shape: [784, 1]}\ntraining: {games: 1}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (WGAN, "must be a supervised run on images"),
        (XOR, "must be a supervised run on images"),
        (SQUARES, "its outputs are no probabilities"),
        (SIGMOIDS, "its outputs are no probabilities"),
    ],
)
def test_no_other_run_is_a_judge(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=why):
        judge_of(run(tmp_path, text))


def test_a_judge_whose_checkpoint_is_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no judge"):
        judge_of(run(tmp_path, JUDGE, params=PARAMS[:-1]))


def judge(known: tuple[int, ...] = (0, 1, 2), pictures: str = "MNIST") -> Judge:
    layers = [Dense(4, 5, relu(), he()), Dense(5, 3, Linear(), he())]
    network = Network(layers, make_engine("numpy"), "float64", np.random.default_rng(2))
    return Judge(network, "mine", pictures, known)


@pytest.mark.parametrize(
    ("known", "asked", "labels", "missing"),
    [
        ((0, 1), [0], 10, None),
        ((0, 1), [0, 1], 10, None),
        ((0, 1), [2, 1, 5], 10, "2, 5"),
        ((0, 1), None, 2, None),
        ((0, 1), None, 4, "2, 3"),
    ],
)
def test_a_judge_must_know_all_of_a_runs_classes(
    known: tuple[int, ...], asked: list[int] | None, labels: int, missing: str | None
) -> None:
    spec = gan() if asked is None else gan(classes=asked)
    text = objection(judge(known), spec, few(classes=tuple(map(str, range(labels)))))
    assert text is None if missing is None else text is not None and f"without this run's {missing};" in text
    other = objection(judge(known, "clothes"), spec, few(classes=tuple(map(str, range(labels)))))
    assert other is not None and other.startswith("mine was trained on clothes, this run on MNIST (there); ")


POINTS = {"modes": np.zeros((1, 2)), "facts": {"pictures": "others"}}
EVALUATE = ["evaluate={every: 100}"]


@pytest.mark.parametrize(
    ("settings", "changes", "refused"),
    [
        (EVALUATE, {"facts": {"pictures": "others"}}, True),
        (EVALUATE, {}, False),
        ([], {"facts": {"pictures": "others"}}, False),
        (EVALUATE, POINTS, False),
    ],
)
def test_evaluate_in_training_is_refused_where_the_bundled_judge_knows_nothing_of_the_data(
    settings: list[str], changes: dict[str, Any], refused: bool
) -> None:
    spec, dataset = experiment(WGAN, *settings), few(**changes)
    if refused:
        with pytest.raises(DataError, match=r"^evaluate: .* trained on MNIST, this run on others"):
            check_evaluate(spec, dataset)
    else:
        check_evaluate(spec, dataset)
    check_evaluate(experiment(JUDGE), dataset)


def images(count: int, seed: int = 0) -> Dataset:
    draw = np.random.default_rng(seed)
    split = Split(draw.integers(0, 256, (count, 4), dtype=np.uint8), draw.integers(0, 2, count), 1 / 255)
    empty = Split(split.samples[:0], split.labels[:0])
    return Dataset("mnist", Units((1, 2, 2)), tuple("012"), split, empty, "there")


def test_what_is_measured_in_training_is_what_the_judge_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """More samples than are looked at for neighbours, brighter and darker ones than there can be among them."""
    monkeypatch.setattr(evaluator, "COMPARED", 9)
    data, one = images(30), judge()
    samples = np.random.default_rng(1).normal(size=(20, 4))
    seen, own = one.predict(pixels(data, data.train)), one.predict(np.clip(samples, 0, 1))
    shares = classes.shares(own.predictions)
    data_shares = classes.data_shares(seen.predictions, data.train.labels)
    near = manifold(seen.features[np.random.default_rng(0).permutation(30)[:9]], own.features[:9])
    assert Evaluator(data, one).measure(samples) == pytest.approx(
        {
            "frechet": frechet_distance(gaussian(own.features), gaussian(seen.features)),
            "score": classes.score(own.predictions),
            "classes": ((shares >= 0.1 * data_shares) & (data_shares > 0)).sum(),
            "shares_kl": classes.divergence(shares, classes.shares(seen.predictions)),
            "precision": near.precision,
            "coverage": near.coverage,
        }
    )


@pytest.mark.parametrize(("count", "more"), [(5, False), (6, True)])
def test_neighbours_and_covariances_need_six_real_images(count: int, more: bool) -> None:
    found = Evaluator(images(count), judge()).measure(np.random.default_rng(1).random((20, 4)))
    assert set(found) == {"score", "classes", "shares_kl"} | ({"frechet", "precision", "coverage"} if more else set())


def test_points_are_measured_by_their_modes() -> None:
    modes = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])
    data = dataclasses.replace(images(3), units=Units((2,)), modes=modes, std=0.1)
    points = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.2], [4.0, 0.0], [2.0, 2.0]])
    found = Evaluator(data, None).measure(points)
    kl = 0.75 * np.log(0.75 * 4) + 0.25 * np.log(0.25 * 4)
    assert found == pytest.approx({"modes": 2, "quality": 0.8, "reverse_kl": kl})
    assert Evaluator(data, None).measure(points[4:]) == {"modes": 0, "quality": 0.0}, "what is undefined is left out"


@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_pixels_are_from_black_to_white_whatever_a_network_sees(dtype: str) -> None:
    split = Split(np.array([[0, 51, 255]], dtype), np.zeros(1, np.intp), 1 / 255)
    data = Dataset("mnist", Units((1, 1, 3)), (), split, split, "there")
    for black, white in ((0.0, 1.0), (-1.0, 3.0)):
        one = data.between((black, white), invert=False)
        found = pixels(one, one.train)
        assert found.dtype == np.float32 and found == pytest.approx(np.array([[0, 0.2, 1]]), abs=1e-7)


def told(games: int, rows: list[tuple[int, float]], real: float = 2.0) -> list[str | None]:
    """The first word of what the alarm says of each row: a game, and the samples' distance."""
    alarm = CollapseAlarm(games)
    said = [alarm.see({"game": game, "real_distance": real, "sample_distance": distance}) for game, distance in rows]
    return [text and text.split(" game ")[0] for text in said]


COLLAPSE, OVER = "collapse at", "no longer collapsed at"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(9, 0.1), (10, 0.1), (11, 0.1), (12, 0.1), (13, 0.1)], [None, None, None, COLLAPSE, None]),
        ([(10, 0.1), (11, 0.1), (12, 2 * BOUND), (13, 0.1), (14, 0.1), (15, 0.1)], [None] * 5 + [COLLAPSE]),
        ([(10, 2 * BOUND)] * 5, [None] * 5),
        (
            [(10, 0.1)] * 3 + [(11, 1.5), (12, 1.5)] + [(13, 0.1)] * 3,
            [None, None, COLLAPSE, OVER, *[None] * 3, COLLAPSE],
        ),
    ],
)
def test_a_collapse_is_three_tests_in_a_row_below_half_after_a_tenth_of_the_games(
    rows: list[tuple[int, float]], expected: list[str | None]
) -> None:
    assert BOUND == 0.5 and told(100, rows) == expected


def test_an_alarm_says_how_alike_samples_are_and_knows_nothing_without_a_distance() -> None:
    alarm = CollapseAlarm(10)
    row = {"game": 5, "real_distance": 2.0, "sample_distance": 0.5}
    assert [alarm.see(row), alarm.see(row), alarm.collapsed] == [None, None, False]
    text = alarm.see(row)
    assert (
        alarm.collapsed
        and text == alarm.holds
        and text is not None
        and "at game 5: two samples are 0.25 as far apart" in text
    )
    assert alarm.see({"game": 6}) is None and alarm.see({**row, "real_distance": 0.0}) is None and alarm.collapsed
    text = alarm.see({**row, "sample_distance": 1.5})
    assert (
        not alarm.collapsed
        and alarm.holds is None
        and text == "no longer collapsed at game 5: 0.75 of the real samples' distance"
    )
