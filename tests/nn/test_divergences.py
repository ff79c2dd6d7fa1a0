"""Discriminators of a few atoms, trained to the end, read the divergence that their loss is known for."""

import math
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.nn import Network
from gancli.nn.activations import Linear
from gancli.nn.adversarial_losses import ADVERSARIAL, F_DIVERGENCES, AdversarialLoss
from gancli.nn.initializers import normal
from gancli.nn.layers import Dense
from gancli.nn.optimizers import Adam

P, Q = (np.array(counts) for counts in ([10, 5, 20, 8, 12, 5], [6, 14, 3, 17, 10, 10]))
p, q = P / P.sum(), Q / Q.sum()
m = (p + q) / 2


def kl(a: Any, b: Any) -> float:
    return float((a * np.log(a / b)).sum())


KNOWN = {
    "kl": kl(p, q),
    "reverse_kl": kl(q, p),
    "pearson": float(((p - q) ** 2 / q).sum()),
    "squared_hellinger": float(((np.sqrt(p) - np.sqrt(q)) ** 2).sum()),
    "jensen_shannon": (kl(p, m) + kl(q, m)) / 2,
    "total_variation": float(np.abs(p - q).sum() / 2),
}
LOSSES: dict[str, AdversarialLoss] = {
    **{f"f {name}": loss for (name, generator), loss in F_DIVERGENCES.items() if generator == "minimax"},
    "gan": ADVERSARIAL["gan", "non_saturating"],
    "hinge": ADVERSARIAL["hinge", None],
}


def trained(loss: AdversarialLoss, real: Any, fake: Any, steps: int = 3000) -> tuple[Any, Any]:
    """D's outputs on all samples of both sides, one-hot atoms, after so many full-batch steps; D is a table."""
    network = Network(
        [Dense(6, 1, Linear(), normal(0.1), bias=False)], make_engine("numpy"), "float64", np.random.default_rng(0)
    )
    x, count = np.concatenate([real, fake]), len(real)
    optimizer, dy, rng = (
        Adam(network.engine, 6, "float64", 0.02),
        np.empty((2 * len(real), 1)),
        np.random.default_rng(0),
    )
    for step in range(steps):
        output = network.forward(x, rng)
        if not loss.paired:
            loss.real.gradient(network.engine, output[:count], out=dy[:count])
            loss.fake.gradient(network.engine, output[count:], out=dy[count:])
        else:
            loss.real.gradient(network.engine, output[:count], out=dy[:count], targets=output[count:])
            loss.fake.gradient(network.engine, output[count:], out=dy[count:], targets=output[:count])
        network.backward(dy)
        optimizer.eta = 0.02 * (1.0 - step / steps)
        optimizer.step(network.params, network.grads)
    output = network.forward(x, rng).copy()
    return output[:count], output[count:]


@pytest.mark.parametrize("name", LOSSES)
def test_a_discriminator_of_atoms_reads_the_divergence(name: str) -> None:
    loss = LOSSES[name]
    assert loss.divergence is not None
    divergence, at, per = loss.divergence
    outputs = trained(loss, np.repeat(np.eye(6), P, axis=0), np.repeat(np.eye(6), Q, axis=0))
    found = at - per * loss.of_discriminator(*outputs)
    assert found == pytest.approx(KNOWN[divergence], rel=2e-3)
    assert found <= KNOWN[divergence] + 1e-9, "and never more"


def test_least_squares_of_atoms() -> None:
    loss = ADVERSARIAL["least_squares", None]
    outputs = trained(loss, np.repeat(np.eye(6), P, axis=0), np.repeat(np.eye(6), Q, axis=0))
    assert loss.of_discriminator(*outputs) == pytest.approx(0.5 * float((p * q / (p + q)).sum()), rel=1e-4)


def test_pairs_that_cannot_be_told_apart_leave_log_2() -> None:
    rng = np.random.default_rng(1)
    atoms = np.repeat(np.eye(6), P, axis=0)
    real, fake = (np.concatenate([rng.permutation(atoms) for _ in range(50)]) for _ in range(2))
    loss = ADVERSARIAL["relativistic", None]
    assert loss.of_discriminator(*trained(loss, real, fake, 500)) == pytest.approx(math.log(2), rel=1e-2)


@pytest.mark.parametrize("divergence", sorted({name for name, _ in F_DIVERGENCES}))
def test_a_generator_that_saturates_descends_what_the_discriminator_ascends(divergence: str) -> None:
    """Of the two generators' losses, `minimax` is the opposite of D's on fakes, but for what does not move."""
    output = np.linspace(-1.5, 1.5, 7)[:, None]
    loss = F_DIVERGENCES[divergence, "minimax"]
    assert loss.generator.value(output) == pytest.approx(-loss.fake.value(output))
    assert F_DIVERGENCES[divergence, "non_saturating"].generator == loss.real
