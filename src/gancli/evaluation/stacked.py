"""Images of three digits, one in each channel: how many of the 1,000 numbers are drawn, and how evenly."""

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.evaluation.judge import Judge

NUMBERS = 1000


def spelled(images: Array, judge: Judge) -> dict[str, float]:
    """Of images (count, 3 × pixels) in [0, 1], each channel of which the judge takes for a digit (Metz et al. 2016).

    `modes`: different numbers; `reverse_kl`: KL(their shares ‖ even shares), in nats. Both depend on the count: the
    literature has 26,000.
    """
    digits = judge.predict(images.reshape(3 * len(images), -1)).predictions.argmax(axis=1).reshape(-1, 3)
    _, counts = np.unique(digits @ [100, 10, 1], return_counts=True)
    shares = counts / counts.sum()
    return {"modes": float(len(counts)), "reverse_kl": float((shares * np.log(shares * NUMBERS)).sum())}
