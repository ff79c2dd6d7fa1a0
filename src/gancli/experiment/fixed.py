"""A generator that stays as it is: real samples with noise, to compare critics against (Gulrajani et al. 2017)."""

import numpy as np

from gancli.experiment.loading import load_data
from gancli.nn.layers import RealSamples
from gancli.spec import Learning

SAMPLES = 2000
"""Real samples that are drawn from, the first of the training data, at most."""


def real_samples(spec: Learning) -> RealSamples:
    """A layer that adds a real sample, as networks see it. Raises DataError, SpecError."""
    split = load_data(spec).train
    return RealSamples(split.seen(split.samples[:SAMPLES], np.dtype(spec.dtype)))
