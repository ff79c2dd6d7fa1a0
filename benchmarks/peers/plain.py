"""NumPy as a textbook writes it: one line an equation, a new array for each result."""

from typing import Any

import numpy as np

from benchmarks import work
from benchmarks.networks import Activation, Dense


def forward(layers: tuple[Dense, ...], weights: Any, x: Any) -> list[Any]:
    """x and the outputs of each layer."""
    outputs = [x]
    for layer, (w, b) in zip(layers, weights, strict=True):
        name, first, second = layer.activation
        a = outputs[-1] @ w + b
        if name == "sigmoid":
            a = 1 / (1 + np.exp(-np.float32(first) * a))
        elif name == "tanh":
            a = np.float32(first) * np.tanh(np.float32(second) * a)
        elif name == "relu":
            a = np.where(a > 0, a, np.float32(first) * a)
        else:
            a = np.float32(first) * a
        outputs.append(a)
    return outputs


def through(activation: Activation, y: Any, dy: Any) -> Any:
    """∂E/∂a from ∂E/∂f(a)."""
    name, first, second = activation
    if name == "sigmoid":
        return np.float32(first) * dy * y * (1 - y)
    if name == "tanh":
        return dy * np.float32(first * second) * (1 - (y / np.float32(first)) ** 2)
    if name == "relu":
        return np.where(y > 0, dy, np.float32(first) * dy)
    return np.float32(first) * dy


def backward(layers: tuple[Dense, ...], weights: Any, outputs: list[Any], dy: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """Gradients of each (W, b), and of x."""
    gradients = []
    for index in range(len(weights) - 1, -1, -1):
        dy = through(layers[index].activation, outputs[index + 1], dy)
        gradients.append((outputs[index].T @ dy, dy.sum(axis=0)))
        dy = dy @ weights[index][0].T
    return gradients[::-1], dy


class Plain:
    """Lists of arrays."""

    def __init__(self, letter: str, threads: int):
        from threadpoolctl import threadpool_limits

        self.work = work.make(letter, "numpy", threads)
        self.work.only_plain()
        threadpool_limits(threads, user_api="blas")
        self.layers = {name: one.dense for name, one in self.work.networks.items()}
        self.w = {name: self.work.weights(name) for name in self.work.networks}
        zeros: Any = lambda: {name: [[np.zeros_like(p) for p in pair] for pair in self.w[name]] for name in self.w}  # noqa: E731
        self.first, self.second, self.count = zeros(), zeros(), dict.fromkeys(self.w, 0)
        self._rng = np.random.default_rng(0)
        self._game = {"supervised": self._train, "gan": self._gan, "wgan": self._wgan}[self.work.kind]

    def play(self, games: int) -> None:
        """Play, drawing latents by NumPy."""
        for rows in self.work.draw_rows(games, self._rng):
            self._game(rows, None)

    def check(self, rows: Any, latents: Any) -> None:
        """Play with given numbers."""
        for game in range(len(rows)):
            self._game(rows[game], None if latents is None else latents[game])

    def weights(self) -> dict[str, list[tuple[Any, ...]]]:
        """(W, b) of each layer of each network."""
        return self.w

    def _move(self, name: str, gradients: Any) -> None:
        network = self.work.networks[name]
        s = {key: np.float32(value) for key, value in network.optimizer.settings.items()}
        self.count[name] += 1
        for layer, pair in enumerate(gradients):
            for place, g in enumerate(pair):
                w, a, v = self.w[name][layer][place], self.first[name][layer], self.second[name][layer]
                if network.optimizer.name == "sgd":
                    w -= s["eta"] * g
                elif network.optimizer.name == "rmsprop":
                    v[place] = s["gamma"] * v[place] + (1 - s["gamma"]) * g * g
                    w -= s["eta"] * g / (np.sqrt(v[place]) + s["epsilon"])
                else:
                    a[place] = s["beta1"] * a[place] + (1 - s["beta1"]) * g
                    v[place] = s["beta2"] * v[place] + (1 - s["beta2"]) * g * g
                    m = a[place] / (1 - s["beta1"] ** self.count[name])
                    w -= s["eta"] * m / (np.sqrt(v[place] / (1 - s["beta2"] ** self.count[name])) + s["epsilon"])
                if network.clip is not None:
                    np.clip(w, -network.clip, network.clip, out=w)

    def _latents(self, latents: Any, step: int) -> Any:
        shape = (self.work.batch, self.work.latent)
        return self._rng.standard_normal(shape, np.float32) if latents is None else latents[step]

    def _pass(self, name: str, x: Any) -> list[Any]:
        return forward(self.layers[name], self.w[name], x)

    def _back(self, name: str, outputs: Any, dy: Any) -> tuple[Any, Any]:
        return backward(self.layers[name], self.w[name], outputs, dy)

    def _train(self, rows: Any, latents: Any) -> None:
        outputs = self._pass("network", self.work.samples[rows[0]])
        error = 2 * (outputs[-1] - self.work.targets[rows[0]]) / np.float32(self.work.batch)
        self._move("network", self._back("network", outputs, error)[0])

    def _gan(self, rows: Any, latents: Any) -> None:
        sigma: Any = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
        half = np.float32(0.5 / self.work.batch)
        outputs = self._pass("discriminator", self.work.samples[rows[0]])
        self._move("discriminator", self._back("discriminator", outputs, -half * sigma(-outputs[-1]))[0])
        made = self._pass("generator", self._latents(latents, 0))
        judged = self._pass("discriminator", made[-1])
        dx = self._back("discriminator", judged, -half * sigma(-judged[-1]))[1]
        warned = self._back("discriminator", judged, half * sigma(judged[-1]))[0]
        self._move("generator", self._back("generator", made, dx)[0])
        self._move("discriminator", warned)

    def _wgan(self, rows: Any, latents: Any) -> None:
        batch, critics = self.work.batch, self.work.ratios["critic"]
        slope = np.full((2 * batch, 1), 1 / batch, np.float32)
        slope[:batch] *= -1
        for step in range(critics):
            fakes = self._pass("generator", self._latents(latents, step))[-1]
            outputs = self._pass("critic", np.concatenate((self.work.samples[rows[step]], fakes)))
            self._move("critic", self._back("critic", outputs, slope)[0])
        made = self._pass("generator", self._latents(latents, critics))
        dx = self._back("critic", self._pass("critic", made[-1]), slope[:batch])[1]
        self._move("generator", self._back("generator", made, dx)[0])
