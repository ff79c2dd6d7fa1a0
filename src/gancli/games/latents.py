"""Ways from one latent to another, along which a generator's samples change little by little."""

import numpy as np

from gancli.engines import Array

SMALL = 1e-4
"""Sine of an angle under which a great circle is a line, in single precision."""
TINY = 1e-150
"""Instead of a length of 0; its square is a number too."""


def between(starts: Array, ends: Array, steps: int, distribution: str) -> Array:
    """Latents from each start to its end, (rows, steps, latent size), both ends included.

    Uniform ones go along lines. Gaussian ones all lie at about one distance from 0, where the middle of a line does
    not: they go along great circles (White 2016, "Sampling generative networks", section 2.2).
    """
    t = np.linspace(0.0, 1.0, steps)[:, None]
    a, b = starts[:, None].astype(np.float64), ends[:, None].astype(np.float64)
    way = (1.0 - t) * a + t * b
    if distribution == "gaussian":
        cosine = (a * b).sum(axis=2, keepdims=True) / (_length(a) * _length(b))
        angle = np.arccos(np.clip(cosine, -1.0, 1.0))
        sine = np.sin(angle)
        curved = (np.sin((1.0 - t) * angle) * a + np.sin(t * angle) * b) / np.maximum(sine, SMALL)
        way = np.where(sine > SMALL, curved, way)
    return np.asarray(way, starts.dtype)


def _length(latents: Array) -> Array:
    return np.asarray(np.maximum(np.sqrt((latents * latents).sum(axis=2, keepdims=True)), TINY))
