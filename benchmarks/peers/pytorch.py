"""PyTorch as its tutorials write it: modules, autograd, `torch.optim`; and the same with `torch.compile`d networks."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import leaky_relu, softplus

from benchmarks import work


class Activation(nn.Module):
    """f(a)."""

    def __init__(self, plan: tuple[str, float, float]):
        super().__init__()
        self.name, self.first, self.second = plan

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """f(a)."""
        if self.name == "sigmoid":
            return torch.sigmoid(a if self.first == 1.0 else self.first * a)
        if self.name == "tanh":
            return self.first * torch.tanh(self.second * a)
        if self.name == "relu":
            return torch.relu(a) if self.first == 0.0 else leaky_relu(a, self.first)
        return a if self.first == 1.0 else self.first * a


def module(plan: Any, weights: list[tuple[Any, Any]]) -> nn.Sequential:
    """A network with these weights."""
    layers: list[nn.Module] = []
    for layer, (w, b) in zip(plan.layers, weights, strict=True):
        linear = nn.Linear(layer.inputs, layer.units)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, Activation(layer.activation)]
    return nn.Sequential(*layers)


def optimizer(plan: Any, parameters: Any) -> torch.optim.Optimizer:
    """PyTorch's own."""
    s = plan.optimizer.settings
    if plan.optimizer.name == "sgd":
        return torch.optim.SGD(parameters, lr=s["eta"])
    if plan.optimizer.name == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=s["eta"], alpha=s["gamma"], eps=s["epsilon"])
    return torch.optim.Adam(parameters, lr=s["eta"], betas=(s["beta1"], s["beta2"]), eps=s["epsilon"])


class Eager:
    """Modules, `backward()`, `step()`."""

    def __init__(self, letter: str, threads: int):
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.work = work.make(letter, "numpy", 1)
        self.samples = torch.from_numpy(self.work.samples)
        self.targets = None if self.work.targets is None else torch.from_numpy(self.work.targets)
        self.modules = {name: module(plan, self.work.weights(name)) for name, plan in self.work.networks.items()}
        self.nets: dict[str, Any] = {name: self.prepared(net) for name, net in self.modules.items()}
        self.optimizers = {
            name: optimizer(plan, self.modules[name].parameters()) for name, plan in self.work.networks.items()
        }
        self._rng = np.random.default_rng(0)
        self._game = {"supervised": self._train, "gan": self._gan, "wgan": self._wgan}[self.work.kind]

    def prepared(self, net: nn.Sequential) -> Any:
        """The network that is called."""
        return net

    def play(self, games: int) -> None:
        """Play, drawing latents by `torch.randn`."""
        for rows in torch.from_numpy(self.work.draw_rows(games, self._rng)):
            self._game(rows, None)

    def check(self, rows: Any, latents: Any) -> None:
        """Play with given numbers."""
        for game in range(len(rows)):
            self._game(torch.from_numpy(rows[game]), None if latents is None else torch.from_numpy(latents[game]))

    def weights(self) -> dict[str, list[tuple[Any, Any]]]:
        """(W, b) of each layer of each network."""
        found = {}
        for name, net in self.modules.items():
            linears = [layer for layer in net if isinstance(layer, nn.Linear)]
            found[name] = [(one.weight.detach().numpy().T.copy(), one.bias.detach().numpy().copy()) for one in linears]
        return found

    def _learn(self, name: str, loss: torch.Tensor) -> None:
        self.optimizers[name].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[name].step()

    def _latents(self, latents: Any, step: int) -> torch.Tensor:
        return torch.randn(self.work.batch, self.work.latent) if latents is None else latents[step]

    def _train(self, rows: torch.Tensor, latents: Any) -> None:
        error = self.nets["network"](self.samples[rows[0]]) - self.targets[rows[0]]
        self._learn("network", (error**2).sum() / self.work.batch)

    def _gan(self, rows: torch.Tensor, latents: Any) -> None:
        g, d = self.nets["generator"], self.nets["discriminator"]
        self._learn("discriminator", 0.5 * softplus(-d(self.samples[rows[0]])).mean())
        fakes = g(self._latents(latents, 0))
        for p in self.modules["discriminator"].parameters():
            p.requires_grad_(False)
        self._learn("generator", 0.5 * softplus(-d(fakes)).mean())
        for p in self.modules["discriminator"].parameters():
            p.requires_grad_(True)
        self._learn("discriminator", 0.5 * softplus(d(fakes.detach())).mean())

    def _wgan(self, rows: torch.Tensor, latents: Any) -> None:
        g, f, bound = self.nets["generator"], self.nets["critic"], self.work.networks["critic"].clip[1]
        critics = self.work.ratios["critic"]
        for step in range(critics):
            with torch.no_grad():
                fakes = g(self._latents(latents, step))
            self._learn("critic", f(fakes).mean() - f(self.samples[rows[step]]).mean())
            with torch.no_grad():
                for p in self.modules["critic"].parameters():
                    p.clamp_(-bound, bound)
        for p in self.modules["critic"].parameters():
            p.requires_grad_(False)
        self._learn("generator", -f(g(self._latents(latents, critics))).mean())
        for p in self.modules["critic"].parameters():
            p.requires_grad_(True)


class Compiled(Eager):
    """The same, its networks compiled."""

    def prepared(self, net: nn.Sequential) -> Any:
        """The network that is called."""
        return torch.compile(net)
