"""A judge: a classifier that was trained on real images, and what it sees in others."""

from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.nn import Network

ROWS = 1000
"""Images looked at at once."""


@dataclass(frozen=True)
class Sight:
    """Features (count, features), the inputs of the judge's last layer, and answers p(y|x) (count, classes)."""

    features: Array
    answers: Array


@dataclass(frozen=True)
class Judge:
    """A network whose outputs are log-odds of classes, as softmax takes them, and its name, for who reads figures."""

    network: Network
    name: str

    def look(self, x: Array) -> Sight:
        """What it sees in images x (count, pixels) with values in [0, 1]."""
        rng = np.random.default_rng(0)  # for layers that draw noise: the same each time
        last = self.network.layers[-1]
        features, answers = [], []
        for start in range(0, len(x), ROWS):
            with self.network.engine.blas:
                seen = self.network.features(np.ascontiguousarray(x[start : start + ROWS], self.network.dtype), rng)
                last.resize(len(seen), self.network.dtype)
                features.append(seen.copy())
                answers.append(_softmax(last.forward(seen, rng, training=False)))
        return Sight(np.concatenate(features), np.concatenate(answers))


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
