"""Fresh critics by hand: what they learn from, by which steps, when they stop, and what is made of several."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.data import Dataset, Split, Units
from gancli.engines import make_engine
from gancli.evaluation.critics import Reading
from gancli.experiment import critic
from gancli.experiment.critic import CriticDistance, Sides, Trained, train_critic
from gancli.nn import Network
from gancli.nn.activations import Linear
from gancli.nn.initializers import he
from gancli.nn.layers import Dense
from helpers import train

ENGINE = make_engine("numpy")
HIDDEN, BATCH, BOUND, ETA = 4, 8, 0.6, 0.02
RING = """
kind: gan
name: small
dtype: float64
engine: numpy
data: {set: ring, samples: 24}
latent: {distribution: gaussian}
generator: {shape: [4, 6, 2], optimizer: {name: sgd, eta: 0.01}}
discriminator: {shape: [2, 9, 1], optimizer: {name: sgd, eta: 0.01}}
training: {games: 2, batch: 8}
test: {every: 2, batches: 1}
pictures: {every: 2, count: 50}
"""


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed if len(seed) > 1 else seed[0])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe in small: two steps between readings, six at most."""
    recipe = {"HIDDEN": HIDDEN, "BATCH": BATCH, "BOUND": BOUND, "ETA": ETA, "STRETCH": 2, "MOST": 6}
    for name, value in recipe.items():
        monkeypatch.setattr(critic, name, value)


def points(seed: int, centre: float) -> Callable[[Any], None]:
    """An endless stream of points around a centre."""
    draw = rng(seed)

    def fill(out: Any) -> None:
        out[...] = draw.normal(size=out.shape) + centre

    return fill


def sides(dtype: str = "float64") -> Sides:
    held = [draw.normal(size=(count, 2)).astype(dtype) for draw, count in ((rng(8), 7), (rng(9), 5))]
    return Sides(points(1, 0.5), points(2, -0.5), *held)


class Seen:
    """Takes the place of a reading: keeps what there was to read, and says what it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, said: list[Reading], settled_after: int = 99):
        self.params: list[Any] = []
        self.asked: list[tuple[Any, Any, float]] = []
        self.said = iter(said)
        monkeypatch.setattr(critic, "read", self.read)
        monkeypatch.setattr(critic, "settled", lambda readings: len(readings) >= settled_after)

    def read(self, network: Network, real: Any, fake: Any, draw: np.random.Generator) -> Reading:
        self.params.append(network.params.copy())
        self.asked.append((real, fake, draw.random()))
        return next(self.said)


ALIVE, DEAD = Reading(1.0, 0.1, 2.0, 4.0), Reading(1.0, 0.1, 0.0, 0.0)


def by_formulas(seed: int, steps: int) -> np.ndarray:  # type: ignore[type-arg]
    """The weights, their units, biases and the outer ones, after steps of RMSProp up E f(x) − E f(x'), clipped."""
    real, fake, draw = points(1, 0.5), points(2, -0.5), rng(seed, 1)
    w, b = draw.standard_normal((2, HIDDEN)) * np.sqrt(2 / 2), np.zeros(HIDDEN)
    v, c = draw.standard_normal((HIDDEN, 1)) * np.sqrt(2 / HIDDEN), np.zeros(1)
    params = np.clip(np.concatenate([part.ravel() for part in (w, b, v, c)]), -BOUND, BOUND)
    square = np.zeros_like(params)
    for _ in range(steps):
        w, b, v = params[: 2 * HIDDEN].reshape(2, HIDDEN), params[2 * HIDDEN : 3 * HIDDEN], params[3 * HIDDEN : -1]
        grads = np.zeros_like(params)
        for source, sign in ((real, -1), (fake, 1)):
            x = np.empty((BATCH, 2))
            source(x)
            h = x @ w + b
            dh = sign / BATCH * v * (h > 0)
            parts = (x.T @ dh, dh.sum(axis=0), sign / BATCH * np.maximum(h, 0).sum(axis=0), [sign])
            grads += np.concatenate([np.ravel(part) for part in parts])
        square = 0.9 * square + 0.1 * grads**2
        params = np.clip(params - ETA * grads / (np.sqrt(square) + 1e-8), -BOUND, BOUND)
    return params


@pytest.mark.parametrize("seed", [0, 3])
def test_a_critic_learns_by_rmsprop_and_clipped_weights(
    seed: int, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(monkeypatch, [ALIVE] * 3)
    train_critic(sides(), ENGINE, seed)
    for found, steps in zip(seen.params, (2, 4, 6), strict=True):
        assert found == pytest.approx(by_formulas(seed, steps), abs=1e-10), steps


def test_a_critic_is_as_precise_as_the_samples(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for dtype in ("float32", "float64"):
        seen, shapes = Seen(monkeypatch, [ALIVE] * 3), set()

        def fill(out: Any, shapes: set[Any] = shapes) -> None:
            shapes.add((out.shape, out.dtype.name))
            out[...] = 1.0

        train_critic(Sides(fill, fill, *(np.ones((5, 2), dtype) for _ in range(2))), ENGINE, 0)
        assert seen.params[0].dtype == dtype and shapes == {((BATCH, 2), dtype)}


@pytest.mark.parametrize("seed", [0, 3])
def test_all_readings_are_of_the_same_held_out_samples_and_points(
    seed: int, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, both = Seen(monkeypatch, [ALIVE] * 3), sides()
    train_critic(both, ENGINE, seed)
    assert len(seen.asked) == 3
    for real, fake, drawn in seen.asked:
        assert real is both.held_real and fake is both.held_fake and drawn == rng(seed, 2).random()


LAST = Reading(3.0, 0.1, 2.0, 4.0)


@pytest.mark.parametrize(
    ("said", "settled_after", "expected"),
    [
        ([ALIVE, ALIVE, LAST], 99, Trained(LAST, 6, False)),
        ([ALIVE, LAST], 2, Trained(LAST, 4, True)),
        ([ALIVE, DEAD], 99, Trained(DEAD, 4, False)),
        ([DEAD], 99, Trained(DEAD, 2, False)),
    ],
)
def test_a_critic_is_trained_until_it_has_settled_or_is_dead_or_long_enough(
    said: list[Reading], settled_after: int, expected: Trained, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Seen(monkeypatch, said, settled_after)
    assert train_critic(sides(), ENGINE, 0) == expected


def bytes_of(count: int, first: int) -> Split:
    """Samples stored in bytes, no two alike, of which a network sees a tenth."""
    return Split(np.arange(first, first + 2 * count, dtype=np.uint8).reshape(count, 2), np.arange(count) + first, 0.1)


DATA = Dataset("pairs", Units((2,)), ("0", "1"), bytes_of(12, 0), bytes_of(7, 100), "here")


def generator() -> Network:
    return Network([Dense(3, 2, Linear(), he())], ENGINE, "float64", rng(5))


def fakes(draw: np.random.Generator, count: int) -> Any:
    """G(z) of a Gaussian z."""
    params = generator().params
    return draw.standard_normal((count, 3)) @ params[:6].reshape(3, 2) + params[6:]


@pytest.mark.parametrize("most", [100, 4])
def test_a_generator_stands_against_training_data_and_is_read_on_test_data(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(critic, "HELD_OUT", most)
    found, draw = critic.against_generator(DATA, generator(), "gaussian", rng(3)), rng(3)
    assert found.held_real == pytest.approx(0.1 * DATA.test.samples[draw.permutation(7)[:most]])
    assert found.held_real.dtype == np.float64
    assert found.held_fake == pytest.approx(fakes(draw, min(most, 7)))
    out = np.empty((5, 2))
    order = draw.permutation(12)
    found.real(out)
    assert out == pytest.approx(0.1 * DATA.train.samples[order[:5]])
    found.fake(out)
    assert out == pytest.approx(fakes(draw, 5))
    found.real(out)
    assert out == pytest.approx(0.1 * DATA.train.samples[order[5:10]])


def test_real_data_stand_against_their_other_half() -> None:
    found, draw = critic.real_against_real(DATA, generator(), rng(3)), rng(3)
    train_rows, test_rows = draw.permutation(12), draw.permutation(7)
    for held, start in ((found.held_real, 0), (found.held_fake, 1)):
        rows = test_rows[start::2]
        assert held == pytest.approx(0.1 * DATA.test.samples[rows][draw.permutation(len(rows))])
        assert held.dtype == np.float64
    out = np.empty((6, 2))
    for fill, start in ((found.real, 0), (found.fake, 1)):
        rows = train_rows[start::2]
        fill(out)
        assert out == pytest.approx(0.1 * DATA.train.samples[rows][draw.permutation(6)])


def test_halves_keep_their_labels() -> None:
    for half in critic._halves(DATA.train, rng(0)):
        assert half.labels.tolist() == (half.samples[:, 0] // 2).tolist() and half.factor == 0.1


def test_each_seed_has_a_critic_of_the_generator_and_one_of_real_data(
    small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = train(RING)
    spec, network, _ = critic.load_generator(folder)
    dataset = critic.load_data(spec)
    found = critic.critic_distance(folder, 2)
    for seed in range(2):
        own = critic.against_generator(dataset, network, "gaussian", rng(seed))
        assert found.own[seed] == train_critic(own, ENGINE, seed)
        real = critic.real_against_real(dataset, network, rng(seed))
        assert found.real[seed] == train_critic(real, ENGINE, seed)
    assert len({one.reading for one in (*found.own, *found.real)}) == 4 and len(found.own) == len(found.real) == 2


def test_dead_critics_are_in_the_facts_and_in_no_mean() -> None:
    steep, flat = Reading(1.0, 0.1, 2.0, 4.0), Reading(3.0, 0.1, 2.0, 2.0)
    lost = Reading(math.nan, 0.1, 0.0, math.inf)
    own = [Trained(steep, 4, True), Trained(lost, 2, False), Trained(flat, 6, True)]
    real = [Trained(flat, 4, True), Trained(flat, 6, True)]
    found = CriticDistance(own, real)
    half = 12.7062047362 * math.sqrt(0.5 / 2)  # Student's t of one degree of freedom; distances 0.5 and 1.5
    assert found.measures()["critic"] == pytest.approx((1.0, half, 1.5, 0.0))
    assert found.measures()["critic_steepest"] == pytest.approx((0.875, 1.25 * half, 1.5, 0.0))
    assert found.facts() == {
        "updates": [4, 2, 6], "converged": False, "estimates": [1.0, None, 3.0], "mean_slopes": [2.0, 0.0, 2.0],
        "steepest_slopes": [4.0, None, 2.0], "dead": [1],
        "real": {
            "updates": [4, 6], "converged": True, "estimates": [3.0, 3.0], "mean_slopes": [2.0, 2.0],
            "steepest_slopes": [2.0, 2.0], "dead": [],
        },
    }  # fmt: skip
