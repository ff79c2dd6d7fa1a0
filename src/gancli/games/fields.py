"""The fields of games of two numbers: θ descends L(θ, φ) and φ ascends it, along v = (−∂L/∂θ, ∂L/∂φ).

Mescheder, Geiger and Nowozin 2018, "Which training methods for GANs do actually converge?", sections 2 to 4, unless a
class says otherwise. The one equilibrium of all of them is at (0, 0), but for `WganGp`, which takes it away.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array, Engine, NumpyEngine

Places = tuple[Array, Array]
"""θ and φ, or what belongs to each, of one shape."""
Hessian = tuple[Array, Array, Array]
"""∂²L/∂θ², ∂²L/∂θ∂φ and ∂²L/∂φ², likewise."""


class Field:
    """Base: the gradients that optimisers descend, −v, and the second derivatives of L, each by a kernel."""

    smooth = True
    """Has v a Jacobian at the equilibrium?"""

    def gradients(self, engine: Engine, at: Places, out: Places) -> None:
        """∂L/∂θ and −∂L/∂φ."""
        raise NotImplementedError

    def hessian(self, engine: Engine, at: Places, out: Hessian) -> None:
        """Second derivatives of L."""
        raise NotImplementedError

    def jacobian(self) -> NDArray[np.float64]:
        """∂v/∂(θ, φ) at the equilibrium, (2, 2); where it is not smooth, of the places around it."""
        zero = np.zeros(1)
        tt, tp, pp = (np.empty(1) for _ in range(3))
        self.hessian(NumpyEngine(), (zero, zero), (tt, tp, pp))
        return np.array([[-tt[0], -tp[0]], [tp[0], pp[0]]])


@dataclass(frozen=True)
class Bilinear(Field):
    """L = θφ, which has no other equilibrium and no friction: steps turn around it (Mescheder et al. 2017)."""

    def gradients(self, engine: Engine, at: Places, out: Places) -> None:
        """φ and −θ."""
        engine.bilinear(*at, *out)

    def hessian(self, engine: Engine, at: Places, out: Hessian) -> None:
        """0, 1 and 0."""
        engine.bilinear_hessian(*at, *out)


@dataclass(frozen=True)
class WganClip(Bilinear):
    """The WGAN of data at 0 and samples at θ: L = θφ, where the critic's φ stays in [−clip, clip] (section 3).

    Its player keeps the bound.
    """

    clip: float = 1.0


@dataclass(frozen=True)
class Quadratic(Field):
    """L = a/2 θ² + θφ − a/2 φ²: each alone would go straight to 0, at the rate a, while the other turns it away.

    The eigenvalues are −a ± i, so that simultaneous steps η arrive where η < 2a / (1 + a²).
    """

    a: float = 0.5

    def gradients(self, engine: Engine, at: Places, out: Places) -> None:
        """aθ + φ and aφ − θ."""
        engine.quadratic(*at, *out, self.a)

    def hessian(self, engine: Engine, at: Places, out: Hessian) -> None:
        """a, 1 and −a."""
        engine.quadratic_hessian(*at, *out, self.a)


@dataclass(frozen=True)
class Dirac(Field):
    """The GAN of data at 0 and samples at θ, whose discriminator's log-odds are φx; with γ, R1's penalty γ/2 φ²."""

    gamma: float = 0.0

    def gradients(self, engine: Engine, at: Places, out: Places) -> None:
        """φ σ(−θφ) and γφ − θ σ(−θφ)."""
        engine.dirac(*at, *out, self.gamma)

    def hessian(self, engine: Engine, at: Places, out: Hessian) -> None:
        """At the equilibrium 0, 1/2 and −γ."""
        engine.dirac_hessian(*at, *out, self.gamma)


@dataclass(frozen=True)
class WganGp(Field):
    """The same WGAN with a penalty on its critic's slope instead: L = θφ − λ (|φ| − 1)², λ = `weight`.

    At φ = 0 the penalty pushes φ away on both sides, so that v jumps at the WGAN's equilibrium. Where λ is 1 or more,
    players come to stand at θ = ±2λ, φ = 0, where θ keeps the penalty's push off; else they turn without end.
    """

    weight: float = 1.0
    smooth = False

    def gradients(self, engine: Engine, at: Places, out: Places) -> None:
        """φ and 2λ (φ − sign φ) − θ."""
        engine.wgan_gp(*at, *out, self.weight)

    def hessian(self, engine: Engine, at: Places, out: Hessian) -> None:
        """0, 1 and −2λ."""
        engine.wgan_gp_hessian(*at, *out, self.weight)


class Consensus(Field):
    """v − γ ∇ ½‖v‖² of another field: both players make their gradients small too (Mescheder et al. 2017)."""

    def __init__(self, field: Field, gamma: float):
        self.field, self.gamma, self.smooth = field, gamma, field.smooth
        self._rooms: dict[Any, Hessian] = {}

    def gradients(self, engine: Engine, at: Places, out: Places) -> None:
        """Those of the other field, and γ times what makes them small."""
        hessian = self._room(out[0])
        self.field.gradients(engine, at, out)
        self.field.hessian(engine, at, hessian)
        engine.consensus(*out, *hessian, self.gamma)

    def jacobian(self) -> NDArray[np.float64]:
        """J − γ JᵀJ, for v is 0 there."""
        inner = self.field.jacobian()
        return inner - self.gamma * inner.T @ inner

    def _room(self, like: Array) -> Hessian:
        """Buffers of that shape, always the same ones: a game is recorded with their addresses."""
        key = like.shape, like.dtype
        if key not in self._rooms:
            tt, tp, pp = np.empty((3, *like.shape), like.dtype)
            self._rooms[key] = tt, tp, pp
        return self._rooms[key]


FIELDS: dict[str, type[Field]] = {
    "bilinear": Bilinear,
    "quadratic": Quadratic,
    "dirac": Dirac,
    "wgan_clip": WganClip,
    "wgan_gp": WganGp,
}


def about(field: Field) -> dict[str, Any]:
    """What a run's record says of its field at the equilibrium.

    In continuous time players arrive where all real parts are below 0, and turn where there are imaginary ones; a curl,
    ∂v_φ/∂θ − ∂v_θ/∂φ, other than 0 says that v is no gradient, so that nothing need become smaller on the way.
    """
    jacobian = field.jacobian()
    text = eigenvalues(jacobian) if field.smooth else "none: the field jumps at φ = 0"
    return {"eigenvalues": text, "curl": float(jacobian[1, 0] - jacobian[0, 1])}


def eigenvalues(matrix: NDArray[np.float64]) -> str:
    """Those of a (2, 2) matrix as text: `-0.5 ± 0.866025i`, or `-1.86603, -0.133975`."""
    (a, b), (c, d) = matrix.tolist()
    middle, square = (a + d) / 2 + 0.0, ((a - d) / 2) ** 2 + b * c  # + 0.0: no −0
    root = math.sqrt(abs(square))
    if square < 0:
        return f"{middle:.6g} ± {root:.6g}i"
    return f"{middle - root:.6g}, {middle + root:.6g}"
