"""How fast each way of stepping goes around or towards the equilibrium, and what a checkpoint keeps of it."""

from typing import Any

import numpy as np
import pytest

from gancli.experiment import build, load_data
from gancli.experiment.saving import gather, most_bytes, put_back
from gancli.games import UPDATES
from helpers import experiment, game

H = 0.1
BILINEAR = """
kind: game2d
engine: numpy
dtype: float64
optimizer: {name: sgd, eta: 0.1}
training: {games: 100}
"""
NEGATIVE = "optimizer={name: sgd, eta: 0.1, momentum: -0.5}"


def largest_root(*coefficients: complex) -> float:
    return float(max(abs(np.roots(coefficients))))


def in_turn(b: float) -> float:
    """The spectral radius of alternating steps with momentum b, in θ, φ and their last steps."""
    theta = np.array([1 + 0.0, -H, b, 0])
    phi = np.array([0, 1, 0, b]) + H * theta
    now = np.array([theta, phi])
    return float(max(abs(np.linalg.eigvals(np.vstack([now, now - np.eye(2, 4)])))))


KNOWN: dict[str, tuple[list[str], float, float]] = {
    "simultaneous": ([], 1.004988, np.sqrt(1 + H**2)),
    "alternating": (["updates=alternating"], 1.0, 1.0),
    "extragradient": (["updates=extragradient"], 0.995038, np.sqrt(1 - H**2 + H**4)),
    "optimistic": (["updates=optimistic"], 0.994936, largest_root(1, -(1 + 2j * H), 1j * H)),
    "consensus": (["updates=consensus"], 0.905539, np.sqrt((1 - H) ** 2 + H**2)),
    "alternating, momentum -0.5": (["updates=alternating", NEGATIVE], 0.998518, in_turn(-0.5)),
    "quadratic": (["game={name: quadratic, a: 0.1}"], 0.995038, np.sqrt((1 - 0.1 * H) ** 2 + H**2)),
}
"""Settings, the ratio of two distances a game apart, and its closed form."""


def ratio(built: Any, games: int = 4000) -> float:
    """The mean factor of a game, from the second half's logarithms to the first's: turns around an ellipse cancel."""
    logarithms = np.empty(games)
    for k in range(games):
        built.play()
        logarithms[k] = np.log(built.measure()["distance"])
    first, second = logarithms.reshape(2, -1).mean(axis=1)
    return float(np.exp((second - first) / (games // 2)))


def test_every_way_is_tried() -> None:
    assert {name.partition(",")[0] for name in KNOWN} >= set(UPDATES)


@pytest.mark.parametrize("name", KNOWN)
def test_the_radius_of_a_step_of_the_bilinear_game(name: str) -> None:
    settings, known, formula = KNOWN[name]
    assert formula == pytest.approx(known, abs=5e-7)
    assert ratio(game(BILINEAR, *settings)) == pytest.approx(formula, abs=1e-6)


def test_steps_of_the_quadratic_game_arrive_below_a_bound_on_eta() -> None:
    """η < 2a / (1 + a²): 0.8 for a = 0.5."""
    for eta, arrives in ((0.79, True), (0.81, False)):
        built = game(BILINEAR, "game=quadratic", f"optimizer.eta={eta}")
        built.play(2000)
        assert (built.measure()["distance"] < 1) == arrives


def test_r1_brings_the_dirac_gan_to_its_equilibrium() -> None:
    for settings, low, high in (([], 1.0, 9.0), (["r1.gamma=1"], 0.0, 1e-6)):
        built = game(BILINEAR, "game=dirac", *settings)
        built.play(1000)
        assert low <= built.measure()["distance"] < high


def test_a_clipped_critic_stays_within_its_bound_from_the_start_on() -> None:
    """And the WGAN turns without end, whichever its bound (Mescheder et al. 2018, section 3)."""
    built = game(BILINEAR, "game={name: wgan_clip, clip: 0.5}", "start=[1, 2]")
    reached = [built.measure()["phi"]]
    for _ in range(500):
        built.play()
        reached.append(built.measure()["phi"])
    assert reached[0] == 0.5 == max(reached) and min(reached) == -0.5 and built.measure()["distance"] > 0.1


def test_looking_ahead_keeps_the_bound_too() -> None:
    """φ looks ahead to 0.5, not 0.55, so that θ steps by −0.1 × 0.5."""
    built = game(BILINEAR, "game={name: wgan_clip, clip: 0.5}", "start=[1, 0.45]", "updates=extragradient")
    built.play()
    assert [built.measure()[name] for name in ("theta", "phi")] == pytest.approx([1 - 0.1 * 0.5, 0.5])


@pytest.mark.parametrize("weight", [0.1, 0.5])
def test_a_wgan_of_a_small_penalty_turns_without_end(weight: float) -> None:
    """Mescheder et al. 2018, section 3."""
    built = game(BILINEAR, f"game={{name: wgan_gp, lambda: {weight}}}")
    built.play(2000)
    distances = []
    for _ in range(500):
        built.play()
        distances.append(built.measure()["distance"])
    assert 1 < min(distances) < max(distances) < 3


@pytest.mark.parametrize("weight", [1, 2])
def test_a_wgan_of_a_large_penalty_stands_where_the_generator_keeps_its_push_off(weight: float) -> None:
    built = game(BILINEAR, f"game={{name: wgan_gp, lambda: {weight}}}")
    built.play(5000)
    assert [built.measure()[name] for name in ("theta", "phi")] == pytest.approx([-2 * weight, 0], abs=1e-6)


def test_extragradient_steps_from_where_it_was_along_gradients_ahead() -> None:
    built = game(BILINEAR, "start=[3, -4]", "updates=extragradient")
    built.play()
    ahead = 3 + 0.1 * 4, -4 + 0.1 * 3
    expected = 3 - 0.1 * ahead[1], -4 + 0.1 * ahead[0]
    assert [built.measure()[name] for name in ("theta", "phi")] == pytest.approx(expected)
    assert [player.optimizer.count for player in built.players.values()] == [1, 1], "looking ahead is no step"


def test_optimistic_steps_are_corrected_by_the_gradient_before() -> None:
    """z_(k+1) = z_k − 2η g_k + η g_(k−1), and −η g_0 at first."""
    built = game(BILINEAR, "start=[3, -4]", "updates=optimistic")
    place, before = np.array([3.0, -4.0]), np.array([-4.0, -3.0])
    for _ in range(5):
        now = np.array([place[1], -place[0]])
        place, before = place - 0.2 * now + 0.1 * before, now
        built.play()
        assert [built.measure()[name] for name in ("theta", "phi")] == pytest.approx(place)


def test_each_player_has_its_own_optimiser() -> None:
    own = "theta={optimizer: {name: adam, eta: 0.5}}", "phi={optimizer: {eta: 0.25}}"
    built = game(BILINEAR, "start=[3, -4]", *own)
    names = {key: (player.optimizer.name, player.optimizer.eta) for key, player in built.players.items()}
    assert names == {"theta": ("adam", 0.5), "phi": ("sgd", 0.25)}
    built.play()
    assert [built.measure()[name] for name in ("theta", "phi")] == pytest.approx([3.5, -4 + 0.25 * 3])
    one = game(BILINEAR, "phi={optimizer: adagrad}")
    assert [player.optimizer.name for player in one.players.values()] == ["sgd", "adagrad"]


@pytest.mark.parametrize("updates", UPDATES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_game_goes_on_from_a_checkpoint_with_the_same_bits(updates: str, dtype: str) -> None:
    spec = experiment(BILINEAR, f"updates={updates}", "game=dirac", f"dtype={dtype}", "optimizer.momentum=-0.3")
    one, other = (build(spec, load_data(spec)) for _ in range(2))
    one.game.play(37)
    arrays, facts = gather(one)
    kept = {name for name in arrays if "memory" in name}
    assert kept == ({"theta.memory.previous", "phi.memory.previous"} if updates == "optimistic" else set())
    assert sum(array.nbytes for array in arrays.values()) <= most_bytes(one)
    put_back(other, {name: array.copy() for name, array in arrays.items()}, facts)
    for built in (one, other):
        built.game.play(41)
    assert one.game.measure() == other.game.measure() and other.game.played == 78
