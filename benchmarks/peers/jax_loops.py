"""JAX: gradients by `jax.grad`, a game as one jitted function, called game by game or scanned over all games."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks import work
from benchmarks.networks import Activation, Conv, Dense, Network


def activate(activation: Activation, a: Any) -> Any:
    """f(a)."""
    name, first, second = activation
    if name == "sigmoid":
        return jax.nn.sigmoid(first * a)
    if name == "tanh":
        return first * jnp.tanh(second * a)
    if name == "relu":
        return jax.nn.leaky_relu(a, first)
    return first * a


def network(layers: tuple[Dense | Conv, ...]) -> Any:
    """A function of weights and inputs, flat rows; of an image, which has one channel, or its channels last."""

    def apply(weights: Any, x: Any) -> Any:
        for (w, b), layer in zip(weights, layers, strict=True):
            if isinstance(layer, Conv):
                channels, height, width = layer.image
                images, around = x.reshape(-1, height, width, channels), (layer.padding, layer.padding)
                steps, axes = (layer.stride, layer.stride), ("NHWC", "HWIO", "NHWC")
                a = lax.conv_general_dilated(images, w, steps, (around, around), dimension_numbers=axes)
                x = activate(layer.activation, a + b).reshape(len(x), -1)
            else:
                x = activate(layer.activation, x @ w + b)
        return x

    return apply


def optimizer(given: Network) -> tuple[Any, Any]:
    """Functions that make a state, and that move weights."""
    name, s, clip = given.optimizer.name, given.optimizer.settings, given.clip
    tree = jax.tree.map

    def bound(weights: Any) -> Any:
        return weights if clip is None else tree(lambda w: jnp.clip(w, -clip, clip), weights)

    def sgd(weights: Any, g: Any, state: Any) -> Any:
        return bound(tree(lambda w, d: w - s["eta"] * d, weights, g)), state

    def rmsprop(weights: Any, g: Any, state: Any) -> Any:
        state = tree(lambda a, d: s["gamma"] * a + (1 - s["gamma"]) * d * d, state, g)
        moved = tree(lambda w, d, a: w - s["eta"] * d / (jnp.sqrt(a) + s["epsilon"]), weights, g, state)
        return bound(moved), state

    def adam(weights: Any, g: Any, state: Any) -> Any:
        m, v, count = state
        count = count + 1
        m = tree(lambda a, d: s["beta1"] * a + (1 - s["beta1"]) * d, m, g)
        v = tree(lambda a, d: s["beta2"] * a + (1 - s["beta2"]) * d * d, v, g)
        # 1 − β^k as −(e^(k log β) − 1): in single precision 1 − 0.999 has four digits
        bias1, bias2 = (-jnp.expm1(count * np.log(s[beta])) for beta in ("beta1", "beta2"))
        rate, unbiased = s["eta"] / bias1, 1 / bias2
        moved = tree(lambda w, a, b: w - rate * a / (jnp.sqrt(unbiased * b) + s["epsilon"]), weights, m, v)
        return bound(moved), (m, v, count)

    zeros: Any = lambda weights: tree(jnp.zeros_like, weights)  # noqa: E731
    starts = {"sgd": lambda w: (), "rmsprop": zeros, "adam": lambda w: (zeros(w), zeros(w), jnp.float32(0))}
    return starts[name], {"sgd": sgd, "rmsprop": rmsprop, "adam": adam}[name]


class Scan:
    """The whole loop in `lax.scan`; weights are donated, samples lie on the device."""

    def __init__(self, letter: str, threads: int):
        self.work = work.make(letter, "numpy", 1)
        self.work.only_plain()
        self.samples = jnp.asarray(self.work.samples)
        self.targets: Any = None if self.work.targets is None else jnp.asarray(self.work.targets)
        self.layers = {name: one.with_biases for name, one in self.work.networks.items()}
        self.state: dict[str, Any] = {"weights": {}, "optimizer": {}, "key": jax.random.key(0)}
        self._step = {}
        for name, given in self.work.networks.items():
            start, self._step[name] = optimizer(given)
            self.state["weights"][name] = jax.tree.map(jnp.asarray, self.work.weights(name))
            self.state["optimizer"][name] = start(self.state["weights"][name])
        game = {"supervised": self._train, "gan": self._gan, "wgan": self._wgan}[self.work.kind]
        self._loop = jax.jit(lambda state, given: lax.scan(game, state, given)[0], donate_argnums=0)
        self._game = jax.jit(lambda state, given: game(state, given)[0], donate_argnums=0)
        self._rng = np.random.default_rng(0)
        self._rows: dict[int, Any] = {}

    def play(self, games: int) -> None:
        """Play, drawing latents by `jax.random`; the order of samples is made once for each length."""
        if games not in self._rows:
            self._rows[games] = jnp.asarray(self.work.draw_rows(games, self._rng), jnp.int32)
        self.state = jax.block_until_ready(self.run(self.state, {"rows": self._rows[games]}))  # type: ignore[no-untyped-call]

    def check(self, rows: Any, latents: Any) -> None:
        """Play with given numbers."""
        given = {"rows": jnp.asarray(rows, jnp.int32)}
        if latents is not None:
            given["latents"] = jnp.asarray(latents)
        self.state = jax.block_until_ready(self.run(self.state, given))  # type: ignore[no-untyped-call]

    def run(self, state: Any, given: Any) -> Any:
        """All games."""
        return self._loop(state, given)

    def weights(self) -> dict[str, list[tuple[Any, Any]]]:
        """(W, b) of each layer of each network."""
        found: dict[str, list[tuple[Any, Any]]] = jax.tree.map(np.asarray, self.state["weights"])
        return found

    def _move(self, state: Any, name: str, gradient: Any) -> Any:
        weights, inner = self._step[name](state["weights"][name], gradient, state["optimizer"][name])
        return {
            **state,
            "weights": {**state["weights"], name: weights},
            "optimizer": {**state["optimizer"], name: inner},
        }

    def _latents(self, state: Any, given: Any, step: Any) -> tuple[Any, Any]:
        if "latents" in given:
            return state, given["latents"][step]
        key, own = jax.random.split(state["key"])
        return {**state, "key": key}, jax.random.normal(own, (self.work.batch, self.work.latent))

    def _train(self, state: Any, given: Any) -> tuple[Any, None]:
        rows, net = given["rows"][0], network(self.layers["network"])

        def loss(weights: Any) -> Any:
            if self.work.loss == "cross_entropy":
                return -jnp.sum(jax.nn.log_softmax(net(weights, self.samples[rows])) * self.targets[rows]) / len(rows)
            return jnp.sum((net(weights, self.samples[rows]) - self.targets[rows]) ** 2) / self.work.batch

        return self._move(state, "network", jax.grad(loss)(state["weights"]["network"])), None

    def _gan(self, state: Any, given: Any) -> tuple[Any, None]:
        """Ratios 1 and 1: D on real samples; G, then D on the same fakes."""
        g, d = network(self.layers["generator"]), network(self.layers["discriminator"])
        soft = jax.nn.softplus
        real = self.samples[given["rows"][0]]
        gradient = jax.grad(lambda w: 0.5 * soft(-d(w, real)).mean())(state["weights"]["discriminator"])
        state = self._move(state, "discriminator", gradient)
        state, z = self._latents(state, given, 0)
        judge = state["weights"]["discriminator"]

        def taught(w: Any) -> tuple[Any, Any]:
            fakes = g(w, z)
            return 0.5 * soft(-d(judge, fakes)).mean(), fakes

        gradient, fakes = jax.grad(taught, has_aux=True)(state["weights"]["generator"])
        warned = jax.grad(lambda w: 0.5 * soft(d(w, fakes)).mean())(judge)
        return self._move(self._move(state, "generator", gradient), "discriminator", warned), None

    def _wgan(self, state: Any, given: Any) -> tuple[Any, None]:
        g, f = network(self.layers["generator"]), network(self.layers["critic"])
        critics = self.work.ratios["critic"]

        def critic(state: Any, step: Any) -> tuple[Any, None]:
            state, z = self._latents(state, given, step)
            real, fakes = self.samples[given["rows"][step]], g(state["weights"]["generator"], z)
            gradient = jax.grad(lambda w: f(w, fakes).mean() - f(w, real).mean())(state["weights"]["critic"])
            return self._move(state, "critic", gradient), None

        state, _ = lax.scan(critic, state, jnp.arange(critics))
        state, z = self._latents(state, given, critics)
        judge = state["weights"]["critic"]
        gradient = jax.grad(lambda w: -f(judge, g(w, z)).mean())(state["weights"]["generator"])
        return self._move(state, "generator", gradient), None


class Step(Scan):
    """One jitted call a game."""

    def run(self, state: Any, given: Any) -> Any:
        """All games."""
        rows = given["rows"] if "latents" in given else np.asarray(given["rows"])
        for game in range(len(rows)):
            one = {"rows": rows[game]}
            if "latents" in given:
                one["latents"] = given["latents"][game]
            state = self._game(state, one)
        return state
