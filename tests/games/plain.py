"""A GAN and a WGAN in plain NumPy, from their formulas, to compare value for value with the games in double precision.

Nothing of gancli is imported. A network is a function of its parameters and each gradient a complex step, which is exact
to rounding: there is no backward pass here to be wrong together with a forward one.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

Array = Any
ORDER, LATENT, NOISE, LABELS, TEST = 1, 2, 3, 4, 5
GENERATOR, OPPONENT = 0, 9


def stream(purpose: int) -> np.random.Generator:
    """What seed 0 means for each purpose of a run."""
    return np.random.default_rng(np.random.SeedSequence(0, spawn_key=(purpose,)))


def sigmoid(mu: float) -> Callable[[Array], Array]:
    return lambda x: 1.0 / (1.0 + np.exp(-mu * x))


def leaky_relu(x: Array) -> Array:
    return np.where(x.real > 0, x, 0.2 * x)


def relu(x: Array) -> Array:
    return np.where(x.real > 0, x, 0.0 * x)


def linear(x: Array) -> Array:
    return x


def gradient(loss: Callable[[Array], Array], params: Array) -> Array:
    return np.array([loss(params + 1e-40j * axis).imag / 1e-40 for axis in np.eye(params.size)])


class Noise:
    """On the last layer's input: concat (h, n), add h + n, multiply h (1 + n), dropout h or 0."""

    def __init__(self, kind: str, scale: float, size: int = 0):
        self.kind, self.scale, self.size = kind, scale, size

    def draw(self, shape: tuple[int, int], rng: np.random.Generator, training: bool) -> Array:
        if self.kind == "concat":
            return self.scale * rng.standard_normal((shape[0], self.size))
        if self.kind == "add":
            return self.scale * (2.0 * rng.random(shape) - 1.0)
        if self.kind == "multiply":
            return 1.0 + self.scale * rng.standard_normal(shape)
        return np.where(rng.random(shape) < self.scale, 0.0, 1.0 / (1.0 - self.scale)) if training else np.ones(shape)

    def join(self, h: Array, n: Array) -> Array:
        return np.concatenate([h, n], axis=1) if self.kind == "concat" else h + n if self.kind == "add" else h * n


class Net:
    """inputs - hidden - outputs; weights N(0, 1) and zero biases, one after another in a vector."""

    def __init__(self, sizes: list[int], hidden: Any, last: Any, purpose: int, step: Any, noise: Noise | None = None):
        self.functions, self.step, self.noise = (hidden, last), step, noise
        self.sizes = list(pairwise(sizes))
        if noise is not None:
            self.sizes[1] = (sizes[1] + noise.size, sizes[2])
        rng = stream(purpose)
        drawn = [(rng.standard_normal(m * n), np.zeros(n)) for m, n in self.sizes]
        self.params = np.concatenate([part for pair in drawn for part in pair])
        self.average, self.count, self.state = self.params.copy(), 0, {}
        self.after: Callable[[Net], None] = lambda net: None

    def parts(self, params: Array) -> list[Array]:
        """The weights and the bias of each layer, as views."""
        ends = np.cumsum([size for m, n in self.sizes for size in (m * n, n)])[:-1]
        return np.split(params, ends)

    def draw(self, count: int, rng: np.random.Generator, training: bool = True) -> Array:
        return None if self.noise is None else self.noise.draw((count, self.sizes[0][1]), rng, training)

    def __call__(self, x: Array, noise: Array, params: Array = None) -> Array:
        w, b, w2, b2 = self.parts(self.params if params is None else params)
        h = self.functions[0](x @ w.reshape(self.sizes[0]) + b)
        h = h if self.noise is None else self.noise.join(h, noise)
        return self.functions[1](h @ w2.reshape(self.sizes[1]) + b2)

    def learn(self, loss: Callable[[Array], Array]) -> None:
        self.count += 1
        self.params = self.params + self.step(gradient(loss, self.params), self.state, self.count)
        self.after(self)


class Data:
    """Every row once a pass, in a new order each pass."""

    def __init__(self, rows: Array, rng: np.random.Generator):
        self.rows, self.rng, self.order = np.asarray(rows, float), rng, np.zeros(0, int)

    def next(self, count: int) -> Array:
        while len(self.order) < count:
            self.order = np.concatenate([self.order, self.rng.permutation(len(self.rows))])
        taken, self.order = self.order[:count], self.order[count:]
        return self.rows[taken]


def sgd(eta: float) -> Any:
    return lambda g, state, k: -eta * g


def rmsprop(eta: float, momentum: float) -> Any:
    """γ 0.9 and ε 1e-8, the defaults."""

    def step(g: Array, state: dict[str, Array], k: int) -> Array:
        state["square"] = 0.9 * state.get("square", 0.0) + 0.1 * g**2
        state["move"] = momentum * state.get("move", 0.0) - eta * g / (np.sqrt(state["square"]) + 1e-8)
        return state["move"]

    return step


def adam(eta: float) -> Any:
    """β₁ 0.9, β₂ 0.999 and ε 1e-8, the paper's."""

    def step(g: Array, state: dict[str, Array], k: int) -> Array:
        state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
        state["v"] = 0.999 * state.get("v", 0.0) + 0.001 * g**2
        return -eta * (state["m"] / (1 - 0.9**k)) / (np.sqrt(state["v"] / (1 - 0.999**k)) + 1e-8)

    return step


def averaged(decay: float) -> Callable[[Net], None]:
    def follow(net: Net) -> None:
        d = min(decay, (1 + net.count) / (10 + net.count))
        net.average = d * net.average + (1 - d) * net.params

    return follow


def clamped(bound: float) -> Callable[[Net], None]:
    return lambda net: net.params.clip(-bound, bound, out=net.params)


def rescaled(bound: float) -> Callable[[Net], None]:
    def rescale(net: Net) -> None:
        for part in net.parts(net.params):
            part *= min(1.0, bound / (np.abs(part).max() or bound))

    return rescale


def distance(x: Array) -> float:
    """Mean L2 distance of two different rows."""
    pairs = [np.linalg.norm(x[i] - x[j]) for i in range(len(x)) for j in range(i)]
    return float(np.mean(pairs))


class Game:
    """`real`, `fake` and `teach` are what D minimises on both (of D's output and targets), and what G minimises."""

    def __init__(self, rows: Array, g: Net, d: Net, real: Any, fake: Any, teach: Any, batch: int, uniform: bool):
        self.g, self.d, self.batch, self.uniform = g, d, batch, uniform
        self.real, self.fake, self.teach = real, fake, teach
        self.data, self.latent, self.noise, self.labels = (
            Data(rows, stream(ORDER)), stream(LATENT), stream(NOISE), stream(LABELS),
        )  # fmt: skip
        self.test = stream(TEST)
        self.test_data = Data(rows, self.test)

    def z(self, rng: np.random.Generator) -> Array:
        shape = (self.batch, self.g.sizes[0][0])
        return 2.0 * rng.random(shape) - 1.0 if self.uniform else rng.standard_normal(shape)

    def learn_generator(self, z: Array, noise: Array, d_noise: Array) -> None:
        self.g.learn(lambda params: self.teach(self.d(self.g(z, noise, params), d_noise)))

    def measure(self, batches: int, averaged: bool) -> dict[str, float]:
        """Of `batches` of the test's: scores and distances; then the norms of the gradients on one more."""
        rng, found = self.test, {name: [] for name in ("real", "fake", "real_distance", "sample_distance")}
        for _ in range(batches):
            x, z = self.test_data.next(self.batch), self.z(rng)
            fakes = self.g(z, self.g.draw(self.batch, rng, False))
            for name, points in (("real", x), ("fake", fakes)):
                found[name].append(self.d(points, self.d.draw(self.batch, rng, False)))
            if averaged:
                z = self.z(rng)
                fakes = self.g(z, self.g.draw(self.batch, rng, False), self.g.average)
            found["real_distance"].append(distance(x))
            found["sample_distance"].append(distance(fakes))
        self.outputs = {name: np.array(values) for name, values in found.items()}
        real, fake = self.outputs["real"], self.outputs["fake"]
        return {
            "real_score": real.mean(), "real_score_std": real.std(),
            "fake_score": fake.mean(), "fake_score_std": fake.std(),
            "real_distance": self.outputs["real_distance"].mean(),
            "sample_distance": self.outputs["sample_distance"].mean(),
            **self.norms(rng),
        }  # fmt: skip

    def norms(self, rng: np.random.Generator) -> dict[str, float]:
        x, count = self.test_data.next(self.batch), self.batch
        x_noise = self.d.draw(count, rng, False)
        z = self.z(rng)
        g_noise, d_noise = self.g.draw(count, rng, False), self.d.draw(count, rng, False)
        fakes = self.g(z, g_noise)
        of_d = gradient(
            lambda p: self.real(self.d(x, x_noise, p)) + self.fake(self.d(fakes, d_noise, p)), self.d.params
        )
        of_g = gradient(lambda p: self.teach(self.d(self.g(z, g_noise, p), d_noise)), self.g.params)
        return {"opponent_gradient": np.linalg.norm(of_d), "generator_gradient": np.linalg.norm(of_g)}
