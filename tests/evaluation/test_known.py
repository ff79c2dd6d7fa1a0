"""Which evaluation is the one that is asked for, and on what it is made."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

import helpers
from evaluation.test_comparisons import Eye
from experiment.test_sampling import BRIGHT, NUMPY
from gancli import data
from gancli.data import Dataset, Split, Units
from gancli.evaluation.manifold import manifold
from gancli.evaluation.table import Table
from gancli.experiment import critic, evaluating, load_data
from gancli.experiment.evaluating import How, is_of
from gancli.experiment.evaluator import COMPARED, Evaluator
from gancli.experiment.judges import bundled_judge
from gancli.experiment.sampling import load_generator
from gancli.runs import RunFolder
from gancli.spec import load

RING = """
kind: gan
name: small
data: {set: ring, samples: 60}
generator: {shape: [4, 6, 2]}
discriminator: {shape: [2, 9, 1]}
training: {games: 3, batch: 8}
"""


ROW = {"value": 1.0, "±": None, "real": 1.0, "real ±": None}


def evaluated(folder: RunFolder, **changes: Any) -> None:
    """Write an evaluation by hand, of 300 samples, seed 5, two critics, with all pixels."""
    facts = {
        "asked": 300, "seed": 5, "game": 3, "judge": None, "samples": 9, "way": "points of ring, sets of 9", "metrics": [], "critic": {"seeds": 2}, "findings": [],
        "checksum": evaluating.checksum(load_data(load(folder.config).experiment)),
        "measures": {"wasserstein": ROW, "critic_steepest": ROW},
    }  # fmt: skip
    kept = {key: value for key, value in {**facts, **changes}.items() if value is not ...}
    (folder.path / "evaluation.json").write_text(json.dumps(kept))


ASKED = How(samples=300, seed=5, critics=2)
OTHER = dataclasses.replace(bundled_judge(), name="another")


def test_an_evaluation_is_known_where_it_was_asked_and_made_alike() -> None:
    folder, _ = helpers.train(RING, *NUMPY)
    assert not is_of(folder, ASKED), "there is none"
    evaluated(folder)
    assert is_of(folder, ASKED) and is_of(folder, dataclasses.replace(ASKED, quick=True)), "more than was asked"
    for change in ({"samples": 301}, {"seed": 6}, {"critics": 3}, {"critics": 0}, {"judge": OTHER}):
        assert not is_of(folder, dataclasses.replace(ASKED, **change)), change  # type: ignore[arg-type]
    for different in (
        {"game": 2}, {"checksum": "0"}, {"findings": ...}, {"critic": ...}, {"way": "0"},
        {"measures": {"wasserstein": ROW}}, {"measures": {"critic_steepest": ROW}},
    ):  # fmt: skip
        evaluated(folder, **different)
        assert not is_of(folder, ASKED), different
    evaluated(folder, measures={"critic_steepest": ROW})
    assert is_of(folder, dataclasses.replace(ASKED, quick=True))
    evaluated(folder, measures={"wasserstein": ROW}, critic=...)
    assert is_of(folder, dataclasses.replace(ASKED, critics=0))


@pytest.mark.parametrize("text", [BRIGHT, RING], ids=["images", "points"])
def test_samples_are_measured_beside_the_runs_data_within_black_and_white(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points are as they are; all that is asked of a seed are its latents and its subsets."""
    folder, _ = helpers.train(text, *NUMPY)
    dataset = load_data(load(folder.config).experiment)
    seen: dict[int, Any] = {}

    def watch(draw: Any, train: Any, test: Any, *words: Any, **more: Any) -> Table:
        rng = next(word for word in words if isinstance(word, np.random.Generator))
        seen[how.seed] = draw(40), draw(40), train, test, rng.random(), words
        return Table([], 40)

    monkeypatch.setattr(evaluating, "measure_images", watch)
    monkeypatch.setattr(evaluating, "measure_points", watch)
    for how in (How(samples=300, seed=5), How(samples=300, seed=6)):
        found = evaluating.evaluate(folder, how)
        assert (found["asked"], found["seed"], found["samples"], found["sets"]) == (300, how.seed, 40, 10)
    one, again, train, test, chance, words = seen[5]
    assert 300 in [word for word in words if isinstance(word, int)]
    latents, subsets = (np.random.default_rng(child) for child in np.random.SeedSequence(5).spawn(2))
    _, network, _ = load_generator(folder)
    expected = []
    for _ in range(2):
        z = 2 * latents.random((40, network.inputs)) - 1
        expected.append(network.forward(z, latents, training=False).copy())
    if text == BRIGHT:
        assert expected[0].min() < 0 and expected[0].max() > 1
        expected = [np.clip(x, 0, 1) for x in expected]
    assert np.array_equal(one, expected[0]) and np.array_equal(again, expected[1]) and chance == subsets.random()
    assert not np.array_equal(one, seen[6][0]) and chance != seen[6][4]
    for found, split in ((train, dataset.train), (test, dataset.test)):
        assert found == pytest.approx(split.samples * split.factor)


def flat(first: int, count: int) -> Split:
    """Images of two pixels in [0, 1], of classes 0 and 1 as the judge has them."""
    numbers = np.arange(first, first + count)
    x = np.random.default_rng(first).random((count, 2))
    return Split(np.where(x > 0.9, 0.0, x), (numbers % 4 == 0).astype(np.intp))


def test_figures_in_training_are_beside_the_training_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them for the Fréchet distance, and as many of 1,000 as there are samples for neighbours."""
    from scipy import linalg

    dataset = Dataset("made", Units((1, 1, 2)), tuple("012"), flat(0, 60), flat(500, 30), "by hand")
    samples = np.random.default_rng(3).random((40, 2)) * 1.2 - 0.1
    eye: Any = Eye()
    found = Evaluator(dataset, eye).measure(samples)
    x, y = np.clip(samples, 0, 1), np.asarray(dataset.train.samples, np.float32).astype(float)
    assert found == Evaluator(dataset, eye).measure(x), "what is brighter than white is white"
    a, b = np.cov(x.T), np.cov(y.T)
    frechet = ((x.mean(axis=0) - y.mean(axis=0)) ** 2).sum() + np.trace(a + b - 2 * linalg.sqrtm(a @ b).real)
    assert found["frechet"] == pytest.approx(frechet, rel=1e-4)
    near = manifold(y[np.random.default_rng(0).permutation(60)], x)
    assert (found["precision"], found["coverage"]) == (near.precision, near.coverage)
    assert Evaluator(dataset, eye).measure(y)["shares_kl"] == pytest.approx(0, abs=1e-9)
    assert COMPARED == 1000


def test_a_fresh_critic_learns_on_training_data_and_is_asked_about_held_out_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it knows by heart does not count."""
    folder, _ = helpers.train(RING, *NUMPY)
    _, generator, _ = load_generator(folder)
    ring = data.load("ring", np.random.default_rng(4), samples=60)

    def rows(x: Any) -> set[tuple[float, ...]]:
        return {tuple(row) for row in np.asarray(x, np.float32).tolist()}

    def learned(source: Any) -> set[tuple[float, ...]]:
        out = np.empty((300, 2))
        source(out)
        return rows(out)

    train, test = rows(ring.train.samples), rows(ring.test.samples)
    own = critic.against_generator(ring, generator, "gaussian", np.random.default_rng(0))
    assert learned(own.real) == train and rows(own.held_real) == test and len(own.held_fake) == len(own.held_real) == 60
    assert not (learned(own.fake) | rows(own.held_fake)) & (train | test) and not learned(own.fake) & rows(
        own.held_fake
    )
    real = critic.real_against_real(ring, generator, np.random.default_rng(0))
    one, other = learned(real.real), learned(real.fake)
    assert one | other == train and not one & other and len(one) == len(other) == 30
    one, other = rows(real.held_real), rows(real.held_fake)
    assert one | other == test and not one & other and len(one) == 30
    monkeypatch.setattr(critic, "HELD_OUT", 7)
    assert len(critic.against_generator(ring, generator, "gaussian", np.random.default_rng(0)).held_real) == 7


def test_a_critic_is_read_on_what_is_held_out_and_no_longer_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation.test_critics import ENGINE, masses

    seen: list[tuple[Any, ...]] = []
    steps: list[int] = []
    sides = masses(1.0, 0.3)

    def read(network: Any, real: Any, fake: Any, rng: Any) -> Any:
        seen.append((real is sides.held_real, fake is sides.held_fake, rng.random()))
        return critic.Reading(float(len(seen)), 0.0, 1.0, 1.0)

    monkeypatch.setattr(critic, "_learn", lambda player, sides, count: steps.append(count))
    monkeypatch.setattr(critic, "read", read)
    found = critic.train_critic(sides, ENGINE, 3)
    assert steps == [250] * 20 and found.steps == 5000 and not found.settled
    assert set(seen) == {(True, True, np.random.default_rng((3, 2)).random())}, "always the same points between"
    assert found.reading.estimate == 20.0, "its last word"
    monkeypatch.setattr(critic, "read", lambda *words: critic.Reading(1.0, 0.0, 1.0, 1.0))
    assert critic.train_critic(sides, ENGINE, 3).steps == 8 * 250, "eight readings at least"
    monkeypatch.setattr(critic, "read", lambda *words: critic.Reading(1.0, 0.0, 0.0, 1.0))
    assert critic.train_critic(sides, ENGINE, 3).steps == 250, "a dead one never wakes"
