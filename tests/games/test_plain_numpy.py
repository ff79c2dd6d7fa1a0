"""Games and all that they report, value for value what plain NumPy finds from the formulas (`plain`)."""

from typing import Any

import numpy as np
import plain
import pytest

from helpers import game

TEXT = """
kind: {kind}
engine: numpy
dtype: float64
data: {{set: ring, samples: 20}}
generator: {{shape: [3, 4, 2], activation: sigmoid, mu: 0.7, optimizer: {{name: adam}}}}
{opponent}: {{shape: [2, 5, 1], optimizer: {{name: rmsprop, momentum: 0.3}}}}
training: {{games: 6, batch: 6}}
test: {{batches: 2}}
"""
GAN = TEXT.format(kind="gan", opponent="discriminator")
WGAN = TEXT.format(kind="wgan", opponent="critic")
NOISE = {
    "nothing": (None, "null"),
    "concat": (plain.Noise("concat", 0.5, 2), "{mode: concat, size: 2, scale: 0.5}"),
    "add": (plain.Noise("add", 0.4), "{mode: add, distribution: uniform, scale: 0.4}"),
    "multiply": (plain.Noise("multiply", 0.3), "{mode: multiply, scale: 0.3}"),
}


def log_loss(d: Any, target: Any) -> Any:
    return -0.5 * (target * np.log(d) + (1 - target) * np.log(1 - d)).mean()


def square_loss(d: Any, target: Any) -> Any:
    return 0.5 * ((d - target) ** 2).mean()


LOSSES = {  # of D, of G
    "loss: gan": (log_loss, lambda d: -0.5 * np.log(d).mean()),
    "loss: gan, generator_loss: minimax": (log_loss, lambda d: 0.5 * np.log(1 - d).mean()),
    "loss: least_squares": (square_loss, lambda d: 0.5 * ((d - 1) ** 2).mean()),
}
LOW, HIGH, FLIP = 0.7, 1.0, 0.2


class Gan(plain.Game):
    """Ratios real 2, fake 1, shared 1, generator 2; labels drawn from [0.7, 1), or flipped with probability 0.2."""

    def targets(self, real: bool) -> Any:
        found = LOW + (HIGH - LOW) * self.labels.random(self.batch) if real else np.zeros(self.batch)
        flipped = self.labels.random(self.batch) < FLIP
        return np.where(flipped, 0.0 if real else 1.0, found)[:, None]

    def learn(self, x: Any, real: bool, noise: Any) -> None:
        loss, targets = self.real if real else self.fake, self.targets(real)
        self.d.learn(lambda params: loss(self.d(x, noise, params), targets))

    def play(self) -> None:
        count = self.batch
        for _ in range(2):
            x = self.data.next(count)
            self.learn(x, True, self.d.draw(count, self.noise))
        for kind in ("fake", "shared", "generator", "generator"):
            z = self.z(self.latent)
            noise, d_noise = self.g.draw(count, self.noise), self.d.draw(count, self.noise)
            fakes = self.g(z, noise)
            if kind != "fake":
                self.learn_generator(z, noise, d_noise)
            if kind != "generator":
                self.learn(fakes, False, d_noise)


@pytest.mark.parametrize(
    ("loss", "noise", "dropout", "distribution"),
    [
        ("loss: gan", "nothing", 0.0, "gaussian"),
        ("loss: gan", "concat", 0.0, "uniform"),
        ("loss: gan, generator_loss: minimax", "add", 0.25, "uniform"),
        ("loss: least_squares", "multiply", 0.0, "gaussian"),
    ],
)
def test_a_gan(loss: str, noise: str, dropout: float, distribution: str) -> None:
    built = game(
        GAN, f"generator.noise={NOISE[noise][1]}", "generator.ema=0.6", f"latent.distribution={distribution}",
        "discriminator.activation=leaky_relu", "discriminator.output=sigmoid", "discriminator.mu=0.5",
        f"discriminator.dropout={dropout}",
        f"training={{games: 6, batch: 6, ratios: {{real: 2, fake: 1, shared: 1, generator: 2}}, {loss}, "
        f"labels: {{real: [{LOW}, {HIGH}], flip: {FLIP}}}}}",
    )  # fmt: skip
    dropped = plain.Noise("dropout", dropout) if dropout else None
    g = plain.Net([3, 4, 2], plain.sigmoid(0.7), plain.linear, plain.GENERATOR, plain.adam(0.01), NOISE[noise][0])
    d = plain.Net(
        [2, 5, 1], plain.leaky_relu, plain.sigmoid(0.5), plain.OPPONENT, plain.rmsprop(0.001, momentum=0.3), dropped
    )
    g.after = plain.averaged(0.6)
    of_d, teach = LOSSES[loss]

    def real(output: Any, targets: Any = (LOW + HIGH) / 2) -> Any:
        return of_d(output, targets)

    def fake(output: Any, targets: Any = 0.0) -> Any:
        return of_d(output, targets)

    expected = Gan(built.real.split.samples, g, d, real, fake, teach, 6, uniform=distribution == "uniform")
    built.play(6)
    for _ in range(6):
        expected.play()
    same(built, expected, "discriminator")
    found = built.measure()
    metrics = expected.measure(2, averaged=True)
    metrics["discriminator_gradient"] = metrics.pop("opponent_gradient")
    metrics["discriminator_loss"] = real(expected.outputs["real"]) + fake(expected.outputs["fake"])
    metrics["generator_loss"] = teach(expected.outputs["fake"])
    assert found == pytest.approx(metrics, rel=1e-7)


class Wgan(plain.Game):
    """The critic ascends E f(x) − E f(G(z)) so many times, all fakes and their noise drawn before; then G."""

    def play(self, critic: int, generator: int) -> None:
        count = self.batch
        z = np.concatenate([self.z(self.latent) for _ in range(critic)])
        fakes = self.g(z, self.g.draw(critic * count, self.noise))
        for step in range(critic):
            both = np.concatenate([self.data.next(count), fakes[step * count : (step + 1) * count]])
            noise = self.d.draw(2 * count, self.noise)

            def descent(params: Any, both: Any = both, noise: Any = noise) -> Any:
                f = self.d(both, noise, params)
                return f[count:].mean() - f[:count].mean()

            self.d.learn(descent)
        for _ in range(generator):
            z = self.z(self.latent)
            self.learn_generator(z, self.g.draw(count, self.noise), self.d.draw(count, self.noise))


@pytest.mark.parametrize(
    ("noise", "clip", "average", "optimizer"),
    [("nothing", "clamp", False, "rmsprop"), ("multiply", "rescale", False, "sgd"), ("concat", "clamp", True, "sgd")],
)
def test_a_wgan(noise: str, clip: str, average: bool, optimizer: str) -> None:
    """Warm-up in the first game; a long phase in games 0, 1 and 4."""
    built = game(
        WGAN, f"generator.noise={NOISE[noise][1]}", f"generator.ema={0.6 if average else 'null'}",
        "critic.activation=relu", f"critic.clip={{bound: 0.4, mode: {clip}}}", "critic.noise={mode: add, distribution: uniform, scale: 0.4}",
        *(["critic.optimizer=sgd"] if optimizer == "sgd" else []),
        "training={games: 6, batch: 6, ratios: {critic: 2, generator: 2}, warmup: 1, long_phase: {critic: 3, first: 2, every: 4}}",
    )  # fmt: skip
    g = plain.Net([3, 4, 2], plain.sigmoid(0.7), plain.linear, plain.GENERATOR, plain.adam(0.01), NOISE[noise][0])
    step = plain.sgd(0.2) if optimizer == "sgd" else plain.rmsprop(0.001, momentum=0.3)
    d = plain.Net([2, 5, 1], plain.relu, plain.linear, plain.OPPONENT, step, NOISE["add"][0])
    d.after = plain.clamped(0.4) if clip == "clamp" else plain.rescaled(0.4)
    d.after(d)
    if average:
        g.after = plain.averaged(0.6)
    expected = Wgan(
        built.real.split.samples, g, d, lambda f: -f.mean(), lambda f: f.mean(), lambda f: -f.mean(), 6, uniform=True
    )
    built.play(6)
    for critic, generator in ((3, 0), (3, 2), (2, 2), (2, 2), (3, 2), (2, 2)):
        expected.play(critic, generator)
    same(built, expected, "critic")
    found, metrics = built.measure(), expected.measure(2, averaged=average)
    metrics["critic_gradient"] = metrics.pop("opponent_gradient")
    metrics["wasserstein_estimate"] = expected.outputs["real"].mean() - expected.outputs["fake"].mean()
    assert found == pytest.approx(metrics, rel=1e-7)


def same(built: Any, expected: plain.Game, opponent: str) -> None:
    for name, net in (("generator", expected.g), (opponent, expected.d)):
        player = built.players[name]
        assert player.optimizer.count == net.count
        assert player.network.params == pytest.approx(net.params, rel=1e-7, abs=1e-8), name
        if player.average is not None:
            assert player.shown.params == pytest.approx(net.average, rel=1e-7, abs=1e-8)
