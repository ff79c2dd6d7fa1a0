"""The streams of randomness of a run, one for each purpose: what one draws disturbs no other."""

import numpy as np

STREAMS = (
    "init", "order", "latent", "noise", "labels", "test", "pictures", "data", "evaluate", "opponent_init",
    "penalty", "lipschitz", "until", "classes", "validation",
)  # fmt: skip
"""One generator for each purpose. Their order decides what a seed means: add at the end."""
INIT = {"network": "init", "generator": "init", "discriminator": "opponent_init", "critic": "opponent_init"}
"""The stream of each network's first parameters: another generator leaves the discriminator's alone."""
Streams = dict[str, np.random.Generator]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """A fresh generator for one purpose of a run."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAMS.index(purpose),)))


def initial(streams: dict[str, np.random.Generator]) -> dict[str, np.random.Generator]:
    """The stream of each network's first parameters, by the network's name."""
    return {name: streams[purpose] for name, purpose in INIT.items()}
