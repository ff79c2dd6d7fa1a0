"""The fields of games of two numbers: gradients of L, of ½‖v‖², and what they are like at the equilibrium."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.games.fields import FIELDS, Consensus, Field, about, eigenvalues
from helpers import game

Loss = Callable[[float, float], float]
PLACES = ((0.3, -1.2), (2.0, 0.7), (1.0, 1.0), (0.5, -2.0))
STEP = 1e-6
CASES: dict[str, tuple[Field, Loss]] = {
    "bilinear": (FIELDS["bilinear"](), lambda t, p: t * p),
    "quadratic": (FIELDS["quadratic"](a=0.3), lambda t, p: 0.15 * t**2 + t * p - 0.15 * p**2),  # type: ignore[call-arg]
    "dirac": (FIELDS["dirac"](), lambda t, p: -np.log1p(np.exp(-t * p))),
    "dirac with r1": (FIELDS["dirac"](gamma=0.7), lambda t, p: -np.log1p(np.exp(-t * p)) - 0.35 * p**2),  # type: ignore[call-arg]
    "wgan_clip": (FIELDS["wgan_clip"](clip=0.1), lambda t, p: t * p),  # type: ignore[call-arg]
    "wgan_gp": (FIELDS["wgan_gp"](weight=0.6), lambda t, p: t * p - 0.6 * (abs(p) - 1) ** 2),  # type: ignore[call-arg]
}


def gradients(field: Field, theta: float, phi: float, dtype: str = "float64") -> Any:
    """∂L/∂θ and −∂L/∂φ, (2,)."""
    position, found = np.array([[theta], [phi]], dtype), np.full((2, 1), 7.0, dtype)
    field.gradients(make_engine("numpy"), tuple(position), tuple(found))
    return found[:, 0]


def slopes(function: Callable[[float, float], Any], theta: float, phi: float) -> Any:
    """∂/∂θ and ∂/∂φ of a function by central differences."""
    across = (function(theta + STEP, phi) - function(theta - STEP, phi)) / (2 * STEP)
    return across, (function(theta, phi + STEP) - function(theta, phi - STEP)) / (2 * STEP)


def test_every_field_is_tried() -> None:
    assert {type(field) for field, _ in CASES.values()} == set(FIELDS.values())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CASES)
def test_fields_are_gradients(name: str, place: tuple[float, float]) -> None:
    field, loss = CASES[name]
    dtheta, dphi = slopes(loss, *place)
    assert gradients(field, *place) == pytest.approx([dtheta, -dphi], abs=1e-8)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CASES)
def test_hessians_are_the_slopes_of_gradients(name: str, place: tuple[float, float]) -> None:
    field, _ = CASES[name]
    found = np.full((3, 1), 7.0)
    field.hessian(make_engine("numpy"), tuple(np.array([place]).T), tuple(found))
    across, up = slopes(lambda t, p: gradients(field, t, p), *place)
    assert found[:, 0] == pytest.approx([across[0], up[0], -up[1]], abs=1e-8)
    assert -across[1] == pytest.approx(up[0], abs=1e-8), "∂²L/∂θ∂φ in both orders"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CASES)
def test_consensus_adds_the_gradient_of_half_the_squared_field(name: str, place: tuple[float, float]) -> None:
    field, _ = CASES[name]
    added = gradients(Consensus(field, 0.4), *place) - gradients(field, *place)
    expected = slopes(lambda t, p: 0.5 * float((gradients(field, t, p) ** 2).sum()), *place)
    assert added == pytest.approx([0.4 * one for one in expected], abs=1e-8)


def test_the_consensus_gradient_of_the_dirac_gan_has_no_factor_of_a_half() -> None:
    """A well-known notebook halves its second term; at (1, 1) the gradient is f'(1)² + 2 f'(1) f''(1) each."""
    field, _ = CASES["dirac"]
    added = gradients(Consensus(field, 1.0), 1.0, 1.0) - gradients(field, 1.0, 1.0)
    s = 1 / (1 + np.e)
    assert added == pytest.approx([s**2 - 2 * s * s * (1 - s)] * 2, abs=1e-15)
    assert added == pytest.approx([-0.0334] * 2, abs=5e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_dirac_gans_field_is_finite_far_out(sign: int, dtype: str) -> None:
    """At θφ = ±1000, where e^θφ overflows or is 0: σ(−θφ) is 0 or 1, and f'' is 0."""
    field, _ = CASES["dirac"]
    with np.errstate(all="raise", under="ignore"):
        found = gradients(field, 2.0, sign * 500.0, dtype)
        same = gradients(Consensus(field, 1.0), 2.0, sign * 500.0, dtype) - found
    assert found.tolist() == ([0.0, 0.0] if sign > 0 else [-500.0, -2.0])
    assert same.tolist() == ([0.0, 0.0] if sign > 0 else [2.0, -500.0])


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.0])
def test_r1s_eigenvalues(gamma: float) -> None:
    """−γ/2 ± √(γ²/4 − 1/4) (Mescheder et al. 2018, section 3; f'(0) = 1/2)."""
    jacobian = FIELDS["dirac"](gamma=gamma).jacobian()  # type: ignore[call-arg]
    root = np.emath.sqrt(gamma**2 / 4 - 1 / 4)
    expected = sorted([-gamma / 2 + root, -gamma / 2 - root], key=lambda one: (one.real, one.imag))
    assert np.sort_complex(np.linalg.eigvals(jacobian)) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("name", [name for name in CASES if name != "wgan_gp"])
@pytest.mark.parametrize("gamma", [None, 0.3])
def test_jacobians_are_the_slopes_of_the_field(name: str, gamma: float | None) -> None:
    field, _ = CASES[name]
    field = field if gamma is None else Consensus(field, gamma)
    expected = slopes(lambda t, p: gradients(field, t, p) * [-1, -1], 0.0, 0.0)
    assert field.jacobian() == pytest.approx(np.array(expected).T, abs=1e-8)


@pytest.mark.parametrize(
    ("settings", "expected", "curl"),
    [
        ([], "0 ± 1i", 2.0),
        (["game=quadratic"], "-0.5 ± 1i", 2.0),
        (["game=dirac"], "0 ± 0.5i", 1.0),
        (["game=dirac", "r1.gamma=0.6"], "-0.3 ± 0.4i", 1.0),
        (["game=dirac", "r1.gamma=1"], "-0.5, -0.5", 1.0),
        (["game=dirac", "r1.gamma=2"], "-1.86603, -0.133975", 1.0),
        (["updates={name: consensus, gamma: 0.25}"], "-0.25 ± 1i", 2.0),
        (["game=dirac", "updates=consensus"], "-0.25 ± 0.5i", 1.0),
        (["game=wgan_clip"], "0 ± 1i", 2.0),
        (["game=wgan_gp"], "none: the field jumps at φ = 0", 2.0),
        (["game=wgan_gp", "updates=consensus"], "none: the field jumps at φ = 0", 2.0),
    ],
)
def test_what_a_record_says_of_the_field(settings: list[str], expected: str, curl: float) -> None:
    """Consensus: −γ ± i of the bilinear game, −γ/4 ± i/2 of the Dirac-GAN."""
    built = game("kind: game2d\ntraining: {games: 1}\n", *settings)
    assert built.facts() == {"field": {"eigenvalues": expected, "curl": pytest.approx(curl)}}
    if "game=wgan_gp" not in settings:
        assert about(built.field)["eigenvalues"] == eigenvalues(built.field.jacobian())
