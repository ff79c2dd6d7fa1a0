"""A judge: a classifier that was trained on real images, and what it sees in others."""

from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.nn import Network
from gancli.nn.losses import softmax

ROWS = 1000
"""Images in one forward pass."""


@dataclass(frozen=True)
class Judgement:
    """Features (count, features), the inputs of the judge's last layer, and predictions p(y|x) (count, classes)."""

    features: Array
    predictions: Array

    def rows(self, numbers: Array) -> "Judgement":
        """What it sees in some of the images."""
        return Judgement(self.features[numbers], self.predictions[numbers])


@dataclass(frozen=True)
class Judge:
    """A network whose outputs are log-odds of classes, as softmax takes them; its name, and what it was trained on."""

    network: Network
    name: str
    pictures: str
    """What its data are, as `Dataset.facts["pictures"]` has it: a judge of other pictures says nothing of these."""
    classes: tuple[int, ...]
    """The labels that it was trained to tell."""

    def predict(self, x: Array) -> Judgement:
        """What it sees in images x (count, pixels) with values in [0, 1]."""
        rng = np.random.default_rng(0)  # for layers that draw noise: the same each time
        last = self.network.layers[-1]
        features, predictions = [], []
        for start in range(0, len(x), ROWS):
            with self.network.engine.blas:
                seen = self.network.features(np.ascontiguousarray(x[start : start + ROWS], self.network.dtype), rng)
                last.resize(len(seen), self.network.dtype)
                features.append(seen.copy())
                predictions.append(softmax(last.forward(seen, rng, training=False)))
        return Judgement(np.concatenate(features), np.concatenate(predictions))
