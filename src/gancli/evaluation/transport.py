"""The 1-Wasserstein distance between two sets of as many points: exact, by optimal transport, and sliced."""

from typing import Any

import numpy as np

from gancli import installing
from gancli.errors import MissingLibrary
from gancli.evaluation.estimate import Array, Rng
from gancli.evaluation.manifold import squared_distances

PROJECTIONS = 200


class MissingPot(MissingLibrary):
    """POT is not there."""

    library = "POT"


def transport() -> Any:
    """The library for optimal transport. Raises MissingPot."""
    try:
        import ot
    except Exception as error:  # compiled for another NumPy, it raises ImportError, ValueError, AttributeError, …
        needs = "the exact Wasserstein distance needs POT"
        if isinstance(error, ModuleNotFoundError) and error.name == "ot":
            raise MissingPot(f"{needs}: {installing.command('evaluate')}") from None
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise MissingPot(
            f"{needs}, which is installed but cannot be loaded ({reason}); "
            f"reinstall it, but not NumPy: {installing.pip()} install --force-reinstall --no-deps pot"
        ) from error
    return ot


def wasserstein(a: Array, b: Array) -> float:
    """The least mean L2 distance by which the rows of a (n, features) can be carried onto those of b (n, features).

    Exact, by POT's network simplex (Bonneel et al. 2011; Flamary et al. 2021). Between two samples of one distribution
    it is not 0: compare with real against real, at the same n.
    """
    cost = np.sqrt(squared_distances(a.astype(np.float64), b.astype(np.float64)))
    weights = np.full(len(a), 1.0 / len(a))
    return float(transport().emd2(weights, weights, cost, numItermax=1_000_000))


def sliced_wasserstein(a: Array, b: Array, rng: Rng, projections: int = PROJECTIONS) -> float:
    """The mean over random directions of the 1-Wasserstein distance of the projections (Rabin et al. 2011)."""
    directions = rng.standard_normal((a.shape[1], projections)).astype(a.dtype)
    directions /= np.linalg.norm(directions, axis=0)
    gaps = np.abs(np.sort(a @ directions, axis=0) - np.sort(b @ directions, axis=0))
    return float(gaps.mean())
