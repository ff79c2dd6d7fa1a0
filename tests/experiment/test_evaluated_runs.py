"""What `evaluate` measures, on what, beside which data and by which judge, and how it is told and known again."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_fresh_critics import RING
from gancli.data import DataError, Dataset, Split, Units
from gancli.engines import make_engine
from gancli.evaluation.critics import Reading
from gancli.evaluation.estimate import Estimate
from gancli.evaluation.interpretation import interpret
from gancli.evaluation.judge import Judge
from gancli.evaluation.table import Row, Table
from gancli.experiment import evaluating
from gancli.experiment.critic import CriticDistance, Trained
from gancli.experiment.evaluating import How, checksum, evaluate
from gancli.experiment.judges import BUNDLED_NAME, bundled_judge
from gancli.experiment.networks import make_network
from gancli.experiment.sample_metrics import SampleMetrics
from gancli.games.adversarial import sample_generator
from gancli.nn import Network
from gancli.nn.activations import Linear
from gancli.nn.initializers import he
from gancli.nn.layers import Dense
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import load
from helpers import experiment, train

DIGITS = """
kind: gan
name: small
engine: numpy
data: {classes: [7, 3]}
generator: {shape: [3, 784], output: linear, optimizer: {name: sgd, eta: 0.01}}
discriminator: {shape: [784, 2, 1], optimizer: {name: sgd, eta: 0.01}}
training: {games: 1, batch: 4}
test: {every: 1, batches: 1}
pictures: {every: 1, count: 1}
"""
ROWS = [
    Row("modes", Estimate(3.0, 0.5), Estimate(8.0, 0.25)), Row("duplicates", Estimate(0.9, 0.125), Estimate(0.01)),
]  # fmt: skip
MEASURED = {
    "modes": {"value": 3.0, "±": 0.5, "real": 8.0, "real ±": 0.25, "better": "higher"},
    "duplicates": {"value": 0.9, "±": 0.125, "real": 0.01, "real ±": None, "better": "lower"},
}


def mine(classes: tuple[int, ...] = (3, 7), pictures: str = "MNIST") -> Judge:
    network = Network([Dense(4, 2, Linear(), he())], make_engine("numpy"), "float32", np.random.default_rng(0))
    return Judge(network, "mine", pictures, classes)


def few(**changes: Any) -> Dataset:
    """Of each class but the last there are some images to train on; of the 3s five held out, of the 7s six."""
    learned, held_out = np.repeat([3, 7, 9], [8, 7, 1]), np.repeat([3, 7], [5, 6])
    splits = [
        Split(np.arange(4 * len(labels), dtype=np.uint8).reshape(-1, 4), labels, 0.5) for labels in (learned, held_out)
    ]
    facts = {"pictures": "MNIST", "sha256": {"one": "1"}}
    return dataclasses.replace(
        Dataset("mnist", Units((1, 2, 2)), tuple("0123456789"), *splits, "there", None, facts), **changes
    )


def gan(**data: Any) -> Any:
    return experiment(DIGITS, "data=" + json.dumps({"set": "mnist", **data}))


def by_hand(path: Path) -> RunFolder:
    """The folder of a run that has learned nothing: the first parameters of its generator."""
    folder, spec = RunFolder(path), experiment(DIGITS)
    folder.write_record({"status": "completed", "data": {"sha256": {"one": "1"}}})
    folder.config.write_text(DIGITS, encoding="utf-8")
    folder.checkpoints.mkdir()
    network = make_network(spec, "generator", make_engine("numpy"), np.random.default_rng(7))
    arrays = {"generator.params": network.params, "generator.state": network.state}
    checkpoint.save(folder.checkpoints, 6, arrays, {"game": 6})
    return folder


class Asked:
    """Takes the place of the measuring of sets, which takes long: keeps what it was asked, and answers with a table."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: str, notices: list[str] | None = None):
        self.words: tuple[Any, ...] = ()
        self.table = Table(ROWS, 12, 10, notices or [])
        monkeypatch.setattr(evaluating, f"measure_{kind}", self)

    def __call__(self, draw: Any, *words: Any, **_: Any) -> Table:
        self.draw, self.words = draw, words
        return self.table


def streams(seed: int) -> Any:
    """Of the latents, and of what is drawn of the sets."""
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2)]


def drawn(folder: RunFolder, count: int, seed: int) -> Any:
    spec, network, _ = evaluating.load_generator(folder)
    return sample_generator(network, spec.latent.distribution, count, streams(seed)[0])[0]


def test_a_run_of_points_is_measured_beside_its_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(RING)
    asked, ring = Asked(monkeypatch, "points"), evaluating.load_data(load(folder.config).experiment)
    found = evaluate(folder, How(samples=500, seed=4))
    learned, held_out, modes, std, rng, samples, _ = asked.words
    assert (learned == ring.train.samples).all() and (held_out == ring.test.samples).all()
    assert (modes == ring.modes).all() and std == ring.std and samples == 500
    assert rng.random() == streams(4)[1].random()
    assert asked.draw(9).tolist() == drawn(folder, 9, 4).tolist()
    assert found == {
        "run": str(folder.path), "game": 2, "asked": 500, "seed": 4, "data": "made here", "checksum": checksum(ring), "metrics": [],
        "samples": 12, "sets": 10, "notices": [], "way": "points of ring, sets of 12", "measures": MEASURED,
        "findings": interpret(MEASURED),
    }  # fmt: skip
    assert len(found["findings"]) == 2


def test_a_run_of_images_is_measured_with_the_bundled_judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = by_hand(tmp_path)
    asked, digits = Asked(monkeypatch, "images"), few(notice="a subset")
    monkeypatch.setattr(evaluating, "load_data", lambda spec: digits)
    for quick in (False, True):
        found = evaluate(folder, How(samples=300, seed=1, quick=quick))
        learned, held_out, labels, judge, rng, samples, was_quick, *_ = asked.words
        for images, split in ((learned, digits.train), (held_out, digits.test)):
            assert images.dtype == np.float32 and images.tolist() == (split.samples / 2).tolist()
        assert (labels == digits.train.labels).all() and judge is bundled_judge()
        assert (samples, was_quick) == (300, quick) and rng.random() == streams(1)[1].random()
        raw = drawn(folder, 5, 1)
        assert raw.min() < 0 and raw.max() > 1
        assert asked.draw(5).tolist() == np.clip(raw, 0.0, 1.0).tolist()
        assert found["judge"] == BUNDLED_NAME and found["measures"] == MEASURED and "critic" not in found
        assert found["notices"] == ["a subset"] and found["game"] == 6
    way = found["way"]
    assert way.startswith(f"{BUNDLED_NAME} (") and way.endswith(
        f", sets of 12 samples, data {checksum(digits)} (MNIST)"
    )


def test_critics_add_two_measures_and_their_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(RING)
    Asked(monkeypatch, "points")
    steep, flat, dead = (Reading(*numbers) for numbers in ((1.0, 0, 2.0, 4.0), (3.0, 0, 2.0, 2.0), (0.0, 0, 0.0, 0.0)))
    critics = CriticDistance([Trained(steep, 4, True), Trained(steep, 4, True)], [Trained(dead, 2, False)])
    asked = []
    monkeypatch.setattr(evaluating, "critic_distance", lambda *words: asked.append(words) or critics)
    found = evaluate(folder, How(critics=2))
    unknown = {"real": None, "real ±": None, "better": "lower"}
    more = {"critic": {"value": 0.5, "±": 0.0, **unknown}, "critic_steepest": {"value": 0.25, "±": 0.0, **unknown}}
    assert found["measures"] == MEASURED | more and found["findings"] == interpret(found["measures"])
    assert found["critic"] == {"seeds": 2, **critics.facts()} and asked == [(folder, 2, "last")]
    assert flat not in [one.reading for one in critics.own]


def ask(how: How, dataset: Dataset, spec: Any = None) -> Any:
    spec = spec or gan(classes=[3, 7])
    return evaluating._of_images(
        how, spec, dataset, lambda count: np.zeros((count, 4)), np.random.default_rng(0), SampleMetrics((), print)
    )


def test_classes_of_few_images_are_named_before_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch, "images", ["this is left out", "and that"])
    table, judge, remarks = ask(How(judge=mine()), few(notice="a subset"))
    named = "class 3: 8 images to train on, 5 held out; "
    assert table is asked.table and remarks == ["a subset", f"{named}this is left out", f"{named}and that"]
    assert judge is not None and judge.name == "mine"
    known = mine(tuple(range(10)))
    remarks = ask(How(judge=known), few(), gan())[2]
    assert remarks[0].count("class") == 9 and "class 7" not in remarks[0] and "class 9: 1 images" in remarks[0]


JUDGED = [(None, "MNIST", True), (None, "others", False), (mine(), "MNIST", True)]


@pytest.mark.parametrize(("judge", "pictures", "may"), JUDGED)
def test_the_judge_is_the_one_that_is_asked_or_the_bundled_one_where_it_may(
    judge: Judge | None, pictures: str, may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(monkeypatch, "images")
    dataset = few(facts={"pictures": pictures})
    _, found, remarks = ask(How(judge=judge), dataset)
    assert found is ((judge or bundled_judge()) if may else None) and asked.words[3] is found
    assert [line.startswith("without a judge: ") for line in remarks] == ([] if may else [True])
    _, _, remarks = ask(How(judge=judge), few(facts={"pictures": pictures}, notice="a subset"))
    assert remarks[0] == "a subset" and len(remarks) == (1 if may else 2)


@pytest.mark.parametrize(
    ("how", "changes", "error"),
    [
        (How(judge=mine(pictures="others")), {}, "^--judge: mine was trained on others, this run on MNIST"),
        (How(judge=mine((3, 5))), {}, r"^--judge: mine was trained on the classes \[3, 5\], without this run's 7"),
        (How(quick=True), {"facts": {"pictures": "others"}}, "^the bundled judge .* without --quick"),
    ],
)
def test_a_judge_that_does_not_know_the_data_is_refused(how: How, changes: dict[str, Any], error: str) -> None:
    with pytest.raises(RunError, match=error):
        ask(how, few(**changes))


@pytest.mark.parametrize("split", ["train", "test"])
def test_data_without_images_are_refused(split: str) -> None:
    with pytest.raises(DataError, match="there: has no images"):
        ask(How(judge=mine()), few(**{split: Split(np.zeros((0, 4), np.uint8), np.zeros(0, np.intp))}))


def test_points_have_no_judge_to_ask() -> None:
    folder, _ = train(RING)
    with pytest.raises(RunError, match="--judge: .*small.* draws points"):
        evaluate(folder, How(judge=mine()))


@pytest.mark.parametrize(
    ("record", "facts", "remarks"),
    [
        ({}, {"sha256": {"one": "1"}}, 0),
        ({"data": {"sha256": {"one": "1"}}}, {"sha256": {"one": "1"}}, 0),
        ({"data": {"sha256": {"one": "2"}, "bundled": True}}, {"sha256": {"one": "1"}, "full": True}, 1),
        ({"data": {"sha256": {"one": "2"}, "bundled": True}}, {"sha256": {"one": "1"}, "full": False}, None),
        ({"data": {"sha256": {"one": "2"}, "bundled": False}}, {"sha256": {"one": "1"}, "full": True}, None),
        ({"data": {"sha256": {"one": "2"}, "origin": "home"}}, {"sha256": {"one": "1"}}, None),
    ],
)
def test_a_run_is_measured_beside_the_data_it_learned_or_all_of_them(
    record: dict[str, Any], facts: dict[str, Any], remarks: int | None, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    folder.write_record({"status": "completed", **record})
    if remarks is None:
        origin = record["data"].get("origin")
        with pytest.raises(
            RunError,
            match=rf"trained on other data \({origin}\) than there are now \(there\): these say nothing of it; do this$",
        ):
            evaluating._same_data(folder, few(facts=facts), "do this")
    else:
        assert len(evaluating._same_data(folder, few(facts=facts), "do this")) == remarks


def test_ways_to_measure_are_told_apart_by_judge_size_and_data() -> None:
    facts = {"pictures": "MNIST", "sha256": {"one": "1", "two": "2"}}
    turned = {"pictures": "MNIST", "sha256": {"two": "2", "one": "1"}}
    assert checksum(few(facts=facts)) == checksum(few(facts=turned)) != checksum(few())
    assert len(checksum(few())) == 12
    other = mine()
    other.network.params[0] += 1
    ways = [evaluating._way(judge, 5, few()) for judge in (mine(), other, None)]
    assert len(set(ways)) == 3 and ways[2] == f"no judge, sets of 5 samples, data {checksum(few())} (MNIST)"
