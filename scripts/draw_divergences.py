"""Draw docs/divergences.png: what losses say of two parallel lines at distance θ, and what they teach a generator.

For each θ a fresh network is trained to tell (0, y) from (θ, y'), y and y' uniform in [0, 1) (Arjovsky et al. 2017,
example 1), with the generator standing still, until the end: `python scripts/draw_divergences.py`. It prints the
numbers too.
"""

import math
from pathlib import Path

import numpy as np

from gancli.engines import make_engine
from gancli.nn import Network
from gancli.nn.activations import LeakyRelu, Linear
from gancli.nn.adversarial_losses import ADVERSARIAL, F_DIVERGENCES, AdversarialLoss
from gancli.nn.initializers import he
from gancli.nn.layers import Dense
from gancli.nn.optimizers import Adam
from gancli.nn.penalty import add_penalty
from gancli.plots.style import BLUE, GREEN, ORANGE, PURPLE, drawing, save, subplots

SKY, YELLOW = "#56B4E9", "#E69F00"
BATCH, STEPS, ETA = 256, 2000, 5e-3
THETAS = (0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0)
LOSSES: dict[str, tuple[AdversarialLoss, float, str]] = {
    "Wasserstein, by a penalty": (ADVERSARIAL["wasserstein", None], 10.0, BLUE),
    "hinge, with the same penalty": (ADVERSARIAL["hinge", None], 10.0, SKY),
    "gan, minimax": (ADVERSARIAL["gan", "minimax"], 0.0, ORANGE),
    "gan, non-saturating": (ADVERSARIAL["gan", "non_saturating"], 0.0, YELLOW),
    "hinge": (ADVERSARIAL["hinge", None], 0.0, GREEN),
    "KL (f)": (F_DIVERGENCES["kl", "minimax"], 0.0, PURPLE),
}
"""By name: the loss, the weight of a gradient penalty, and a colour."""


def lines(theta: float, rng: np.random.Generator) -> np.ndarray:
    """Real samples, then fakes, (2 × BATCH, 2)."""
    x = np.repeat([0.0, theta], BATCH)
    return np.stack([x, rng.random(2 * BATCH)], axis=1)


def reading(loss: AdversarialLoss, weight: float, theta: float) -> tuple[float, float]:
    """What the loss shows of the distance, and how G's loss changes where θ grows, once the network has learned."""
    rng, engine = np.random.default_rng(0), make_engine("numpy")
    layers = [Dense(2, 64, LeakyRelu(0.2), he()), Dense(64, 64, LeakyRelu(0.2), he()), Dense(64, 1, Linear(), he())]
    network = Network(layers, engine, "float64", rng)
    optimizer, dy = Adam(engine, network.params.size, "float64", ETA, 0.5, 0.9), np.empty((2 * BATCH, 1))
    for step in range(STEPS):
        x = lines(theta, rng)
        output = network.forward(x, rng)
        loss.real.gradient(engine, output[:BATCH], out=dy[:BATCH])
        loss.fake.gradient(engine, output[BATCH:], out=dy[BATCH:])
        network.backward(dy)
        if weight:
            share = rng.random((BATCH, 1))
            network.forward(share * x[:BATCH] + (1 - share) * x[BATCH:], rng)
            add_penalty(network, weight, 1.0)
        optimizer.eta = ETA * (1 - step / STEPS)
        optimizer.step(network.params, network.grads)
    x = lines(theta, rng)
    output = network.forward(x, rng).copy()
    shown = loss.shown_divergence(output[:BATCH], output[BATCH:])
    if shown is None:
        shown = -loss.of_discriminator(output[:BATCH], output[BATCH:])
    dy[:BATCH] = 0.0
    loss.generator.gradient(engine, output[BATCH:], out=dy[BATCH:])
    dx = network.backward(dy, params=False, inputs=True)
    assert dx is not None
    return shown, float(dx[:, 0].sum())


@drawing()
def main() -> None:
    """Train, print, draw."""
    figure, (left, right) = subplots(1, 2, figsize=(10.0, 4.2))
    for name, (loss, weight, colour) in LOSSES.items():
        found = [reading(loss, weight, theta) for theta in THETAS]
        for theta, (value, slope) in zip(THETAS, found, strict=True):
            print(f"{name:28} θ = {theta:4.2f}: {value:8.4f}, slope of G's loss {slope:10.3g}")
        left.plot(THETAS, [value for value, _ in found], color=colour, marker=".", label=name)
        right.plot(THETAS, [max(slope, 1e-6) for _, slope in found], color=colour, marker=".", label=name)
    left.axhline(math.log(2), color="grey", linewidth=0.7, linestyle=":")
    left.axhline(1.0, color="grey", linewidth=0.7, linestyle=":")
    left.set_ylim(0, 1.6)
    left.set(xlabel="θ, the distance of the lines", ylabel="what the loss shows (KL is far above)")
    right.set(
        xlabel="θ, the distance of the lines", ylabel="slope of the generator's loss in θ, 10⁻⁶ at least", yscale="log"
    )
    left.legend(fontsize=8)
    print(save(figure, Path(__file__).parent.parent / "docs" / "divergences.png"))


if __name__ == "__main__":
    main()
