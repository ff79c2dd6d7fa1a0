"""What a GAN and a WGAN share: latents, fakes, and the metrics that describe a generator."""

from collections.abc import Sequence

import numpy as np

from gancli.engines import DISTRIBUTIONS, Array
from gancli.games import planes
from gancli.games.base import Batches, Game, Picture, Rng
from gancli.games.penalties import Penalties, Penalty
from gancli.games.player import Player
from gancli.games.until import Settling, Until
from gancli.nn import Network
from gancli.nn.adversarial_losses import AdversarialLoss
from gancli.nn.penalty import add_penalty

CHUNK = 1000
"""Samples drawn at once."""
COMPARED = 1000
"""Samples of a batch at most of which every two are compared: a million distances, in 30 MB."""
BESIDE = 8
"""Real samples beside which a D that sees several at once is shown each point of the plane, in turn."""


class Adversarial(Game):
    """A generator G and an opponent D (a discriminator, or a critic f).

    `real` feeds training, `test` feeds the metrics; `latent` and `noise` are the generators of training. D sees `pack`
    samples of one side as one input (PacGAN, Lin et al. 2018), so that of a batch it sees `rows` = batch / pack.
    """

    def __init__(
        self,
        generator: Player,
        opponent: Player,
        loss: AdversarialLoss,
        real: Batches,
        test: Batches,
        batch: int,
        distribution: str,
        test_batches: int,
        streams: dict[str, Rng],
        penalties: Sequence[Penalty] = (),
        until: Until | None = None,
        pack: int = 1,
    ):
        self.generator, self.opponent, self.loss = generator, opponent, loss
        self.batch, self.distribution, self.test_batches = batch, distribution, test_batches
        self.pack, self.rows = pack, batch // pack
        self.latents = DISTRIBUTIONS[distribution]()
        self.real, self._test_real, self._streams = real, test, streams
        dtype, features = generator.network.dtype, generator.network.outputs
        self._z = np.empty((batch, generator.network.inputs), dtype)
        self._x = np.empty((batch, features), dtype)
        self._fakes: Array = np.empty((0, features), dtype)
        """The last that were drawn."""
        self._gradient = np.empty((self.rows, 1), dtype)
        self.settling = None if until is None else Settling(self, until, streams["until"])
        self.penalties = Penalties(penalties, self.rows, opponent.network.inputs, dtype)

    def play(self, games: int = 1) -> None:
        """Play so many games; where the opponent is to settle in each, step by step."""
        if self.settling is None:
            super().play(games)
        else:
            self.settling.play(games)

    def opponent_step(self) -> None:
        """One step of D on fresh samples of both sides."""
        raise NotImplementedError

    def generator_turn(self) -> None:
        """G's steps of a game in which D has settled."""
        raise NotImplementedError

    def fakes(self, batches: int = 1) -> Array:
        """So many fresh batches of G(z), (batches × batch, features), in G's output buffer."""
        if len(self._z) < batches * self.batch:
            self._z = np.empty((batches * self.batch, self._z.shape[1]), self._z.dtype)
        z = self._z[: batches * self.batch]
        self.engine.draw(self._streams["latent"], self.latents, out=z)
        self._fakes = self.generator.network.forward(z, self._streams["noise"])
        return self._fakes

    def packed(self, x: Array) -> Array:
        """Samples (batch, features) as D sees them, (rows, pack × features): neighbours of a batch side by side."""
        return x.reshape(len(x) // self.pack, -1)

    def judge(self, x: Array) -> Array:
        """D's output (rows, 1) for a batch x (batch, features), or for several."""
        return self.opponent.network.forward(self.packed(x), self._streams["noise"])

    def judge_still(self, x: Array, rng: Rng) -> Array:
        """The same outside training, with nothing dropped."""
        return self.opponent.network.forward(self.packed(x), rng, training=False)

    def penalise(self, penalty: Penalty, real: Array, fakes: Array, seen: bool = False) -> None:
        """Add a penalty's gradient to D's; `seen` says that the last pass was through its points."""
        if not seen:
            sides = self.packed(real), self.packed(fakes)
            points = self.penalties.points(penalty, self.engine, self._streams["penalty"], *sides)
            self.opponent.network.forward(points, self._streams["noise"])
        add_penalty(self.opponent.network, penalty.weight, penalty.target, penalty.above)

    def teach_generator(self, output: Array) -> None:
        """One step of G, from D's output on G's last fakes; through D, which stays as it is."""
        self.find_generator_gradient(output)
        self.generator.learn()

    def find_generator_gradient(self, output: Array) -> None:
        """∂(G's loss)/∂(G's parameters), through D."""
        self.loss.generator.gradient(self.engine, output, out=self._gradient)
        self.descend_through(self._gradient)

    def descend_through(self, dy: Array) -> None:
        """G's gradient from that of D's last output, which it overwrites."""
        dx = self.opponent.network.backward(dy, params=False, inputs=True)
        assert dx is not None
        self.generator.network.backward(dx.reshape(self.batch, -1))

    def learn_generator(self) -> None:
        """G learns alone, on fresh fakes."""
        self.teach_generator(self.judge(self.fakes()))

    def sample(self, count: int, rng: Rng, network: Network | None = None) -> Array:
        """`count` samples (count, features), their latents drawn from `rng`; of what is shown, or of `network`."""
        return sample_generator(network or self.generator.shown, self.distribution, count, rng)[0]

    def picture(self, count: int, rng: Rng) -> Picture:
        """Images, or points in the plane over D's output there."""
        samples = self.sample(count, rng)
        if samples.shape[1] != 2:
            return Picture(samples)
        real = np.asarray(self.real.split.samples[:5000])
        half = planes.extent(real)
        arrays = {"samples": samples, "real": real, "answers": self.plane_scores(half, rng), "half": np.array(half)}
        return Picture(samples, arrays, planes.raster(samples, half))

    def plane_scores(self, half: float, rng: Rng, side: int = 50) -> Array:
        """D over [−half, half]², (side, side), from the top; in full batches, which some layers need.

        A D that sees several samples at once is shown each point beside real ones; the mean over `BESIDE` choices of
        them.
        """
        points = planes.square(half, self._x.dtype, side)
        padded = np.resize(points, (-(-len(points) // self.rows) * self.rows, 2))
        real = self.real.split.seen(self.real.split.samples[:5000], self._x.dtype)
        scores = []
        for choice in range(BESIDE if self.pack > 1 else 1):
            beside = np.resize(np.roll(real, choice, axis=0), (len(padded), 2 * (self.pack - 1)))
            output = self.opponent.network.forward(np.hstack([padded, beside]), rng, training=False)
            scores.append(self.loss.score(output[: len(points)]))
        return np.asarray(np.mean(scores, axis=0, dtype=self._x.dtype)).reshape(side, side)

    def scores(self) -> dict[str, Array]:
        """D's outputs on real samples and on fakes, and mean distances, over the test's batches."""
        rng, network = self._streams["test"], self.generator.network
        outputs: dict[str, list[Array]] = {"real": [], "fake": [], "real_distance": [], "sample_distance": []}
        for _ in range(self.test_batches):
            self._test_real.load(self._x)
            fakes = self.sample(self.batch, rng, network)
            outputs["real"].append(self.judge_still(self._x, rng).copy())
            outputs["fake"].append(self.judge_still(fakes, rng).copy())
            outputs["real_distance"].append(mean_distance(self._x))
            shown = fakes if self.generator.average is None else self.sample(self.batch, rng)
            outputs["sample_distance"].append(mean_distance(shown))
        return {name: np.array(batches) for name, batches in outputs.items()}

    def score_metrics(self, scores: dict[str, Array]) -> dict[str, float]:
        """Means and standard deviations of D(x) and D(G(z)), and mean L2 distances between samples."""
        real, fake = self.loss.score(scores["real"]), self.loss.score(scores["fake"])
        metrics = {
            "real_score": float(real.mean()),
            "real_score_std": float(real.std()),
            "fake_score": float(fake.mean()),
            "fake_score_std": float(fake.std()),
        }
        if self.settling is not None:
            metrics["critic_steps"] = float(self.settling.steps)
        if self.batch > 1:
            metrics["real_distance"] = float(scores["real_distance"].mean())
            metrics["sample_distance"] = float(scores["sample_distance"].mean())
        return metrics

    def gradient_norms(self) -> dict[str, float]:
        """L2 norms of the gradients of D's and G's losses, on one fresh batch."""
        rng, d, g = self._streams["test"], self.opponent.network, self.generator.network
        self._test_real.load(self._x)
        self.loss.real.gradient(self.engine, self.judge_still(self._x, rng), out=self._gradient)
        d.backward(self._gradient)
        total = d.grads.copy()
        g.engine.draw(rng, self.latents, out=self._z[: self.batch])
        output = self.judge_still(g.forward(self._z[: self.batch], rng, training=False), rng)
        self.find_generator_gradient(output)
        self.loss.fake.gradient(self.engine, output, out=self._gradient)
        d.backward(self._gradient)
        total += d.grads
        norms = {"generator": np.linalg.norm(g.grads), "opponent": np.linalg.norm(total)}
        return {f"{name}_gradient": float(norms.get(name, norms["opponent"])) for name in self.players}


def sample_generator(network: Network, distribution: str, count: int, rng: Rng) -> tuple[Array, Array]:
    """G(z) (count, features) and z (count, latent size), a chunk at a time; latents, then noise, from `rng`."""
    latents = np.empty((count, network.inputs), network.dtype)
    network.engine.draw(rng, DISTRIBUTIONS[distribution](), out=latents)
    chunks = [latents[start : start + CHUNK] for start in range(0, count, CHUNK)]
    return np.concatenate([network.forward(chunk, rng, training=False).copy() for chunk in chunks]), latents


def mean_distance(x: Array) -> Array:
    """Mean L2 distance between two different rows of x (batch, features), the first 1,000; nan for a single row."""
    if len(x) < 2:
        return np.array(np.nan)
    x = x[:COMPARED].astype(np.float64)
    squares = np.einsum("ij,ij->i", x, x)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * (x @ x.T), 0.0))
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances.sum() / (len(x) * (len(x) - 1)))
