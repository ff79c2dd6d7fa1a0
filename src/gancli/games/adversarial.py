"""What a GAN and a WGAN share: latents, fakes, and the metrics that describe a generator."""

from collections.abc import Sequence

import numpy as np

from gancli.engines import DISTRIBUTIONS, Array
from gancli.games import planes
from gancli.games.base import Batches, Game, Picture, Rng
from gancli.games.classes import Classes, OneHot, in_turn
from gancli.games.lookahead import Extragradient
from gancli.games.penalties import Penalties, Penalty
from gancli.games.player import Player
from gancli.games.sides import Side
from gancli.games.until import Settling, Until
from gancli.nn import Network
from gancli.nn.adversarial_losses import AdversarialLoss
from gancli.nn.penalty import add_penalty

CHUNK = 1000
"""Samples drawn at once."""
COMPARED = 1000
"""Samples of a batch at most of which every two are compared: a million distances, in 30 MB."""


class Adversarial(Game):
    """A generator G and an opponent D (a discriminator, or a critic f).

    `real` feeds training, `test` feeds the metrics; `latent` and `noise` are the generators of training. D sees `pack`
    samples of one side as one input (PacGAN, Lin et al. 2018), so that of a batch it sees `rows` = batch / pack. With
    `classes` both are told of which class each sample is.
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
        classes: Classes | None = None,
    ):
        self.generator, self.opponent, self.loss = generator, opponent, loss
        self.batch, self.distribution, self.test_batches = batch, distribution, test_batches
        self.pack, self.rows, self.classes = pack, batch // pack, classes
        self.latents = DISTRIBUTIONS[distribution]()
        self.real, self._test_real, self._streams = real, test, streams
        dtype = generator.network.dtype
        self._z = np.empty((batch, generator.network.inputs), dtype)
        self._z_codes = self.new_side(batch).codes
        self._seen = self.new_side(batch)
        self._x = self._seen.samples
        self._table = None if classes is None else classes.table(dtype)
        self._fakes = self._seen.at(slice(0))
        """The last that were drawn."""
        self._gradient = np.empty((self.rows, 1), dtype)
        self.settling = None if until is None else Settling(self, until, streams["until"])
        self._measured: dict[str, Array] = {}
        sizes = opponent.network.inputs, dtype, opponent.network.classes
        self.penalties = Penalties(penalties, self.rows, *sizes)

    def play(self, games: int = 1) -> None:
        """Play so many games; where the opponent is to settle in each, step by step."""
        if self.settling is None:
            super().play(games)
        else:
            self.settling.play(games)

    def play_one(self) -> None:
        """One game; players that look ahead go through it twice."""
        ahead = [player for player in self.players.values() if isinstance(player, Extragradient)]
        if ahead:
            for player in ahead:
                player.look_ahead()
            self.take_turns()
            for player in ahead:
                player.turn_back()
        self.take_turns()
        for player in ahead:
            player.arrive()
        self.played += 1

    def take_turns(self) -> None:
        """Who learns from what in a game, in its order."""
        raise NotImplementedError

    def opponent_step(self) -> None:
        """One step of D on fresh samples of both sides."""
        raise NotImplementedError

    @property
    def generator_steps(self) -> int:
        """G's steps of a game in which D has settled."""
        raise NotImplementedError

    def generator_turn(self) -> None:
        """These steps."""
        for _ in range(self.generator_steps):
            self.learn_generator()

    def new_side(self, count: int) -> Side:
        """Room for so many samples, and for the codes of their classes where there is a condition."""
        dtype, features = self.generator.network.dtype, self.generator.network.outputs
        codes = None if self.classes is None else np.empty((count, self.classes.count), dtype)
        return Side(np.empty((count, features), dtype), codes)

    def load_real(self, batches: Batches, out: Side | None = None) -> Side:
        """The next real samples of `batches`, with their classes, where asked for or in a buffer of their own."""
        side = self._seen if out is None else out
        batches.load(side.samples)
        if side.codes is not None and self._table is not None:
            self.engine.encode(batches, self._table, out=side.codes)
        return side

    def fakes(self, batches: int = 1) -> Side:
        """So many fresh batches of G(z), (batches × batch, features), in G's output buffer.

        With a condition, of classes drawn as they are in the data.
        """
        count = batches * self.batch
        if len(self._z) < count:
            self._z = np.empty((count, self._z.shape[1]), self._z.dtype)
            self._z_codes = self.new_side(count).codes
        z, codes = Side(self._z, self._z_codes).at(slice(count))
        self.engine.draw(self._streams["latent"], self.latents, out=z)
        if self.classes is not None and codes is not None:
            self.engine.draw(self._streams["classes"], OneHot(self.classes.shares), out=codes)
        self._fakes = Side(self.generator.network.forward(z, self._streams["noise"], codes=codes), codes)
        return self._fakes

    def copy_side(self, side: Side, out: Side) -> None:
        """Its samples, and their classes."""
        for source, target in zip(side, out, strict=True):
            if source is not None and target is not None:
                self.engine.copy(source, out=target)

    def judge(self, side: Side) -> Array:
        """D's output (rows, 1) for a batch of samples (batch, features), or for several."""
        x, codes = side.packed(self.pack)
        return self.opponent.network.forward(x, self._streams["noise"], codes=codes)

    def judge_still(self, side: Side, rng: Rng) -> Array:
        """The same outside training, with nothing dropped."""
        x, codes = side.packed(self.pack)
        return self.opponent.network.forward(x, rng, training=False, codes=codes)

    def penalise(self, penalty: Penalty, real: Side, fakes: Side, seen: bool = False) -> None:
        """Add a penalty's gradient to D's; `seen` says that the last pass was through its points."""
        if not seen:
            sides = real.packed(self.pack), fakes.packed(self.pack)
            x, codes = self.penalties.points(penalty, self.engine, self._streams["penalty"], *sides)
            self.opponent.network.forward(x, self._streams["noise"], codes=codes)
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

    def ask(self, count: int, rng: Rng) -> Array | None:
        """Codes (count, classes) of classes that are drawn as they are in the data; None without a condition."""
        return None if self.classes is None else self.classes.drawn(count, rng, self._x.dtype)

    def sample(self, count: int, rng: Rng, network: Network | None = None, codes: Array | None = None) -> Array:
        """`count` samples (count, features), their latents drawn from `rng`; of what is shown, or of `network`.

        With a condition, of the classes that `codes` say, or of each in turn.
        """
        return sample_generator(network or self.generator.shown, self.distribution, count, rng, codes)[0]

    def sample_side(self, rng: Rng, network: Network | None = None) -> Side:
        """A batch of samples of classes as they are in the data."""
        codes = self.ask(self.batch, rng)
        return Side(self.sample(self.batch, rng, network, codes), codes)

    def picture(self, count: int, rng: Rng) -> Picture:
        """Images, of each class in a row of its own, or points in the plane over D's output there."""
        samples = self.sample(count, rng)
        if samples.shape[1] != 2:
            return Picture(samples, rows=None if self.classes is None else self.classes.count)
        real = np.asarray(self.real.split.samples[:5000])
        half = planes.extent(real)
        arrays = {"samples": samples, "real": real, "scores": self.plane_scores(half, rng), "half": np.array(half)}
        return Picture(samples, arrays, planes.raster(samples, half))

    def plane_scores(self, half: float, rng: Rng, side: int = 50) -> Array:
        """D over [−half, half]², (side, side), from the top; of packs and of all classes, the mean."""
        return planes.opponent_scores(self, half, rng, side)

    def scores(self) -> dict[str, Array]:
        """D's outputs on real samples and on fakes, and mean distances, over the test's batches."""
        rng, network = self._streams["test"], self.generator.network
        outputs: dict[str, list[Array]] = {"real": [], "fake": [], "real_distance": [], "sample_distance": []}
        for _ in range(self.test_batches):
            real = self.load_real(self._test_real)
            fakes = self.sample_side(rng, network)
            outputs["real"].append(self.judge_still(real, rng).copy())
            outputs["fake"].append(self.judge_still(fakes, rng).copy())
            outputs["real_distance"].append(mean_distance(real.samples))
            shown = fakes if self.generator.average is None else self.sample_side(rng)
            outputs["sample_distance"].append(mean_distance(shown.samples))
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

    def fakes_still(self, rng: Rng) -> Side:
        """A batch of fakes outside training, through which G's gradient can be found."""
        z, codes = self._z[: self.batch], self.ask(self.batch, rng)
        self.engine.draw(rng, self.latents, out=z)
        return Side(self.generator.network.forward(z, rng, training=False, codes=codes), codes)

    def gradient_norms(self) -> dict[str, float]:
        """L2 norms of the gradients of D's and G's losses, on one fresh batch."""
        rng, d, g = self._streams["test"], self.opponent.network, self.generator.network
        real = self.load_real(self._test_real)
        self.loss.real.gradient(self.engine, self.judge_still(real, rng), out=self._gradient)
        d.backward(self._gradient)
        total = d.grads.copy()
        output = self.judge_still(self.fakes_still(rng), rng)
        self.find_generator_gradient(output)
        self.loss.fake.gradient(self.engine, output, out=self._gradient)
        d.backward(self._gradient)
        total += d.grads
        return self.norms_of(g.grads, total)

    def norms_of(self, generator: Array, opponent: Array) -> dict[str, float]:
        """The L2 norm of each player's gradient, which is kept for `gradients`."""
        self._measured = {name: generator if name == "generator" else opponent for name in self.players}
        return {f"{name}_gradient": float(np.linalg.norm(vector)) for name, vector in self._measured.items()}

    def gradients(self) -> dict[str, Array]:
        """Those whose norms were measured last."""
        return self._measured


def sample_generator(
    network: Network, distribution: str, count: int, rng: Rng, codes: Array | None = None
) -> tuple[Array, Array]:
    """G(z) (count, features) and z (count, latent size), a chunk at a time; latents, then noise, from `rng`.

    With a condition, of the classes that `codes` (count, classes) say, or of each in turn.
    """
    latents = np.empty((count, network.inputs), network.dtype)
    network.engine.draw(rng, DISTRIBUTIONS[distribution](), out=latents)
    return generate(network, latents, rng, codes), latents


def generate(network: Network, latents: Array, rng: Rng, codes: Array | None = None) -> Array:
    """G(z) (count, features) of given latents (count, latent size), a chunk at a time; noise from `rng`."""
    count, samples = len(latents), []
    if codes is None and network.classes:
        codes = in_turn(count, network.classes, network.dtype)
    side = Side(latents, codes)
    for start in range(0, count, CHUNK):
        z, told = side.at(slice(start, start + CHUNK))
        samples.append(network.forward(z, rng, training=False, codes=told).copy())
    return np.concatenate(samples)


def mean_distance(x: Array) -> Array:
    """Mean L2 distance between two different rows of x (batch, features), the first 1,000; nan for a single row."""
    if len(x) < 2:
        return np.array(np.nan)
    x = x[:COMPARED].astype(np.float64)
    squares = np.einsum("ij,ij->i", x, x)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * (x @ x.T), 0.0))
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances.sum() / (len(x) * (len(x) - 1)))
