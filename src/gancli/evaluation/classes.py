"""What a judge's predictions p(y|x) (count, classes) say of samples: how sure it is, how many classes appear."""

import numpy as np
from numpy.typing import NDArray

from gancli.evaluation.estimate import Array

SURE = 0.9
"""The judge is unsure of a sample whose likeliest class it gives less."""
PRESENT = 0.1
"""A class is present that has this share of what it has in the data."""
SMALL = 1e-12


def score(predictions: Array) -> float:
    """exp(E KL(p(y|x) ‖ p(y))), from 1 to the number of classes: the Inception score, of this judge.

    Salimans et al. 2016, section 4.
    """
    p = np.asarray(predictions, np.float64)
    marginal = p.mean(axis=0)
    return float(np.exp((p * (np.log(p + SMALL) - np.log(marginal + SMALL))).sum(axis=1).mean()))


def shares(predictions: Array) -> Array:
    """The share of samples that the judge takes for each class (classes,)."""
    return np.asarray(np.bincount(predictions.argmax(axis=1), minlength=predictions.shape[1]) / len(predictions))


def data_shares(predictions: Array, labels: Array) -> Array:
    """The share of each class (classes,) in real data of these labels (count,), 0 where only the judge errs into it."""
    judged = shares(predictions)
    return np.where(np.isin(np.arange(len(judged)), labels), judged, 0.0)


def present(own: Array, data: Array) -> int:
    """How many of the data's classes the samples have, from the shares of both."""
    return int(((own >= PRESENT * data) & (data > 0)).sum())


def divergence(own: Array, data: Array) -> float:
    """KL(own ‖ data) of shares, in nats; `data` as the judge sees them, its errors included, for it errs in both."""
    return float((own * (np.log(own + SMALL) - np.log(data + SMALL))).sum())


def as_asked(predictions: Array, labels: NDArray[np.intp]) -> float:
    """The share of samples that the judge takes for the class that was asked for, or that real data are of (count,)."""
    return float((predictions.argmax(axis=1) == labels).mean())


def unsure(predictions: Array) -> float:
    """The share of samples whose likeliest class has less than `SURE`."""
    return float((predictions.max(axis=1) < SURE).mean())
