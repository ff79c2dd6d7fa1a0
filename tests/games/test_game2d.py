"""Games of two numbers: where steps lead, and the field that is drawn."""

import numpy as np
import pytest

from helpers import game

GAME2D = """
kind: game2d
engine: checked
dtype: float64
optimizer: {name: sgd, eta: 0.1}
training: {games: 100}
"""


def test_simultaneous_steps_of_the_bilinear_game_spiral_out() -> None:
    """Each multiplies the distance by √(1 + η²) (Mescheder et al. 2018, lemma 2.4)."""
    built = game(GAME2D)
    assert built.played == 0
    built.play(99)
    built.play()
    assert built.played == 100
    assert built.measure()["distance"] == pytest.approx(np.sqrt(2) * 1.01**50, rel=1e-12)


def test_alternating_steps_of_the_bilinear_game_stay_on_an_ellipse() -> None:
    """θ² + φ² − η θ φ does not change: the step's matrix has determinant 1."""
    built = game(GAME2D, "updates=alternating", "start=[1, 0.5]")
    kept = []
    for _ in range(200):
        theta, phi = (value[0] for value in built.position())
        kept.append(theta**2 + phi**2 - 0.1 * theta * phi)
        built.play()
    assert kept == pytest.approx([kept[0]] * 200, rel=1e-12)


def test_the_dirac_gan_does_not_converge() -> None:
    built = game(GAME2D, "game=dirac")
    built.play(5000)
    assert built.measure()["distance"] > np.sqrt(2)


@pytest.mark.parametrize("updates", ["simultaneous", "alternating"])
def test_theta_descends_and_phi_ascends(updates: str) -> None:
    """Of L = θφ: θ ← θ − η φ, and φ ← φ + η θ of where θ was, or of where it has gone."""
    built = game(GAME2D, "start=[3, -4]", f"updates={updates}")
    built.play()
    theta = 3 + 0.1 * 4
    assert built.position() == (
        [pytest.approx(theta)],
        [pytest.approx(-4 + 0.1 * (theta if updates == "alternating" else 3))],
    )


def test_the_field_that_is_drawn_is_where_a_step_leads() -> None:
    """Rows are φ and columns θ, over twice the distance of the start: (−∂L/∂θ, ∂L/∂φ) = (−φ, θ) for L = θφ."""
    built = game(GAME2D, "start=[3, -4]")
    drawn = built.picture(5, np.random.default_rng(0))
    axis = np.array([-10.0, -5.0, 0.0, 5.0, 10.0])
    assert drawn.samples.size == 0 and drawn.arrays["axis"] == pytest.approx(axis)
    assert drawn.arrays["theta_step"] == pytest.approx(np.repeat(-axis[:, None], 5, axis=1))
    assert drawn.arrays["phi_step"] == pytest.approx(np.repeat(axis[None], 5, axis=0))
    built.play(100)
    assert built.picture(5, np.random.default_rng(0)).arrays["axis"] == pytest.approx(axis), "the same in every picture"


@pytest.mark.parametrize(("start", "half"), [("[0.03, -0.04]", 0.1), ("[0, 0]", 2e-9)])
def test_a_small_field_is_drawn_around_a_near_start_and_a_tiny_one_around_the_equilibrium(
    start: str, half: float
) -> None:
    axis = game(GAME2D, f"start={start}").picture(3, np.random.default_rng(0)).arrays["axis"]
    assert axis == pytest.approx(np.array([-half, 0.0, half]), abs=1e-15)
