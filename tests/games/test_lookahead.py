"""Players that look ahead: known radii of a step, and games value for value what plain NumPy finds from the algorithm."""

from typing import Any

import numpy as np
import plain
import pytest
from test_plain_numpy import GAN, WGAN, log_loss, same
from test_updates import KNOWN, H

from gancli.engines import make_engine
from gancli.games import FIELDS, PLAYERS
from gancli.games.updates import Simultaneous
from gancli.nn import Network
from gancli.nn.layers import Scalar
from gancli.nn.optimizers import Sgd
from gancli.spec import SpecError
from helpers import experiment, game


def around(name: str, steps: int = 400) -> float:
    """The factor of a step's distance to the equilibrium of L = θφ, both stepping together."""
    engine = make_engine("numpy", 1)
    networks = [Network([Scalar(start)], engine, "float64", np.random.default_rng(0)) for start in (1.0, 1.0)]
    theta, phi = (PLAYERS[name](net, Sgd(engine, 1, "float64", eta=H)) for net in networks)
    updates = Simultaneous(FIELDS["bilinear"](), theta, phi)
    distances = []
    for _ in range(steps):
        if name == "extragradient":
            for player in (theta, phi):
                player.look_ahead()  # type: ignore[attr-defined]
            updates.play()
            for player in (theta, phi):
                player.turn_back()  # type: ignore[attr-defined]
        updates.play()
        if name == "extragradient":
            for player in (theta, phi):
                player.arrive()  # type: ignore[attr-defined]
        distances.append(float(np.hypot(*(net.params[0] for net in networks))))
    return (distances[-1] / distances[steps // 2 - 1]) ** (2 / steps)


@pytest.mark.parametrize(("name", "as_known"), [("extragradient", "extragradient"), ("past", "optimistic")])
def test_the_radius_of_a_step_of_the_bilinear_game(name: str, as_known: str) -> None:
    _, known, formula = KNOWN[as_known]
    assert around(name) == pytest.approx(formula, abs=1e-6)
    assert around(name) == pytest.approx(known, abs=1e-6)


class Ahead(plain.Net):
    """`learn` moves `params`, or, once they have been left behind, `began`."""

    began: Any = None

    def learn(self, loss: Any) -> None:
        self.count += 1
        step = self.step(plain.gradient(loss, self.params), self.state, self.count)
        if self.began is None:
            self.params = self.params + step
            self.after(self)
        else:
            self.began = self.began + step


class Past(plain.Net):
    """Each gradient moves `began`, and from there `params`."""

    def learn(self, loss: Any) -> None:
        g = plain.gradient(loss, self.params)
        for start in (getattr(self, "began", self.params), None):
            self.count += 1
            self.params = (self.params if start is None else start) + self.step(g, self.state, self.count)
            self.after(self)
            self.began = self.params.copy() if start is not None else self.began


class Gan(plain.Game):
    """D on real samples, then G and D on the same fakes."""

    def turns(self) -> None:
        count = self.batch
        x = self.data.next(count)
        self.d.learn(lambda params: self.real(self.d(x, None, params)))
        z = self.z(self.latent)
        fakes = self.g(z, None)
        self.learn_generator(z, None, None)
        self.d.learn(lambda params: self.fake(self.d(fakes, None, params)))

    def play_twice(self) -> None:
        start = [net.params.copy() for net in (self.g, self.d)]
        self.turns()
        for net, began in zip((self.g, self.d), start, strict=True):
            net.began = began
        self.turns()
        for net in (self.g, self.d):
            net.params, net.began = net.began, None
            net.after(net)


def test_a_gan_that_is_played_twice() -> None:
    ahead = "lookahead=extragradient"
    built = game(
        GAN, f"generator.optimizer.{ahead}", f"discriminator.optimizer.{ahead}", "discriminator.activation=leaky_relu",
        "discriminator.output=sigmoid", "discriminator.mu=0.5", "discriminator.clip={bound: 0.7}",
        "latent.distribution=gaussian",
    )  # fmt: skip
    g = Ahead([3, 4, 2], plain.sigmoid(0.7), plain.linear, plain.GENERATOR, plain.adam(0.01))
    d = Ahead([2, 5, 1], plain.leaky_relu, plain.sigmoid(0.5), plain.OPPONENT, plain.rmsprop(0.001, momentum=0.3))
    d.after = plain.clamped(0.7)
    d.after(d)
    losses = (lambda y: log_loss(y, 1.0), lambda y: log_loss(y, 0.0), lambda y: -0.5 * np.log(y).mean())
    expected = Gan(built.real.split.samples, g, d, *losses, 6, uniform=False)
    built.play(5)
    for _ in range(5):
        expected.play_twice()
    same(built, expected, "discriminator")


class Wgan(plain.Game):
    """The critic twice, on fakes drawn before, then G."""

    def play(self) -> None:
        count = self.batch
        fakes = self.g(np.concatenate([self.z(self.latent) for _ in range(2)]), None)
        for fake in (fakes[:count], fakes[count:]):
            x = self.data.next(count)
            self.d.learn(lambda p, x=x, fake=fake: self.d(fake, None, p).mean() - self.d(x, None, p).mean())
        self.learn_generator(self.z(self.latent), None, None)


def test_a_wgan_ahead_from_the_past() -> None:
    built = game(
        WGAN, "generator.optimizer.lookahead=past", "critic.optimizer.lookahead=past", "critic.clip={bound: 0.4}",
        "latent.distribution=gaussian", "critic.activation=relu", "training.ratios={critic: 2}", "generator.ema=0.6",
    )  # fmt: skip
    g = Past([3, 4, 2], plain.sigmoid(0.7), plain.linear, plain.GENERATOR, plain.adam(0.01))
    d = Past([2, 5, 1], plain.relu, plain.linear, plain.OPPONENT, plain.rmsprop(0.001, momentum=0.3))
    d.after = plain.clamped(0.4)
    d.after(d)
    expected = Wgan(built.real.split.samples, g, d, None, None, lambda f: -f.mean(), 6, uniform=False)
    follow = plain.averaged(0.6)
    built.play(6)
    for _ in range(6):
        expected.play()
        follow(g)
    same(built, expected, "critic")


WRONG = {
    "one alone": (WGAN, ["critic.optimizer.lookahead=extragradient", "training.ratios.critic=1"], "to both networks"),
    "several steps": (
        WGAN, ["critic.optimizer.lookahead=extragradient", "generator.optimizer.lookahead=extragradient"],
        "set ratios to 1 \\(now more: critic\\)",
    ),
    "until it settles": (
        GAN, ["discriminator.optimizer.lookahead=extragradient", "generator.optimizer.lookahead=extragradient",
              "discriminator.output=sigmoid", "training.critic_until={change: 0.1, most: 20}"],
        "not with `critic_until`",
    ),
    "no game": ("kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 1}",
                ["network.optimizer.lookahead=past"], "networks of a GAN or WGAN; remove it"),
    "of two numbers": ("kind: game2d\ntraining: {games: 1}\noptimizer: {name: sgd, lookahead: past}", [],
                       "`updates: extragradient` or `optimistic`"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_look_ahead(name: str) -> None:
    text, settings, message = WRONG[name]
    with pytest.raises(SpecError, match=message):
        experiment(text, *settings)
