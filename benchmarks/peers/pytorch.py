"""PyTorch as its tutorials write it: modules, autograd, `torch.optim`; and the same with `torch.compile`d networks."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, leaky_relu, softplus

from benchmarks import networks, work
from gancli.engines.distributions import Uniform


class Activation(nn.Module):
    """f(a)."""

    def __init__(self, activation: networks.Activation):
        super().__init__()
        self.name, self.first, self.second = activation

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """f(a)."""
        if self.name == "sigmoid":
            return torch.sigmoid(a if self.first == 1.0 else self.first * a)
        if self.name == "tanh":
            return self.first * torch.tanh(self.second * a)
        if self.name == "relu":
            return torch.relu(a) if self.first == 0.0 else leaky_relu(a, self.first)
        return a if self.first == 1.0 else self.first * a


class Similarity(nn.Module):
    """x, and beside it exp(−‖x − x_i‖₁) for each sample i of the batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, inputs) → (batch, inputs + batch)."""
        return torch.cat((x, torch.exp(-torch.cdist(x, x, p=1.0))), dim=1)


class Images(nn.Module):
    """Flat rows as images, whose channels are first or last in a row."""

    def __init__(self, image: networks.Image, last: bool):
        super().__init__()
        self.image, self.last = image, last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, numbers) → (batch, channels, height, width), in memory with channels last; images stay images."""
        if x.dim() == 4:
            return x
        channels, height, width = self.image
        if self.last:
            return x.view(-1, height, width, channels).permute(0, 3, 1, 2)
        return x.view(-1, *self.image).contiguous(memory_format=torch.channels_last)


class Rows(nn.Module):
    """Images as flat rows, channels last."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, height, width) → (batch, numbers)."""
        return x.permute(0, 2, 3, 1).flatten(1) if x.dim() == 4 else x


class Normed(nn.Linear):
    """W x / σ + b, σ = uᵀ W v, by autograd; `iterate` after each step, PyTorch's own does in each pass."""

    def __init__(self, inputs: int, units: int, bias: bool):
        super().__init__(inputs, units, bias=bias)
        self.v, self.u, self.norm = torch.zeros(inputs), torch.zeros(units), torch.zeros(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, inputs) → (batch, units)."""
        return nn.functional.linear(x, self.weight / torch.dot(self.u, torch.mv(self.weight, self.v)), self.bias)

    @torch.no_grad()
    def iterate(self) -> None:
        """One power iteration."""
        v = torch.mv(self.weight.T, self.u)
        self.v.copy_(v / v.norm())
        u = torch.mv(self.weight, self.v)
        self.norm.copy_(u.norm())
        self.u.copy_(u / self.norm)


def layered(network: networks.Network) -> list[nn.Module]:
    """Its modules: images are four axes, their channels last in memory, from where a network has some."""
    layers: list[nn.Module] = []
    for index, layer in enumerate(network.layers):
        if isinstance(layer, networks.Similarity):
            layers.append(Similarity())
        elif isinstance(layer, networks.Reorder):
            layers += [] if layer.to_first else [Images(layer.image, last=False)]
        elif isinstance(layer, networks.BatchNorm):
            if layer.places > 1:
                layers.append(Images(_next_image(network, index), last=True))
            cls = nn.BatchNorm1d if layer.places == 1 else nn.BatchNorm2d
            layers += [cls(layer.units, eps=1e-5, momentum=0.1), Activation(layer.activation)]
        elif isinstance(layer, networks.SpectralNorm):
            inner = layer.inner
            layers += [Normed(inner.inputs, inner.units, inner.bias), Activation(inner.activation)]
        elif isinstance(layer, networks.Dense):
            layers += [Rows(), nn.Linear(layer.inputs, layer.units, bias=layer.bias), Activation(layer.activation)]
        else:
            layers += [Images(layer.image, last=True), convolution(layer), Activation(layer.activation)]
    return layers


def _next_image(network: networks.Network, index: int) -> networks.Image:
    return next(layer.image for layer in network.layers[index:] if hasattr(layer, "image"))


def convolution(layer: networks.Conv | networks.ConvTranspose) -> nn.Module:
    """PyTorch's, its weights with channels last in memory."""
    channels, height, _ = layer.image
    how = (layer.kernel, layer.stride, layer.padding)
    if isinstance(layer, networks.Conv):
        made: nn.Module = nn.Conv2d(channels, layer.channels, *how, bias=layer.bias)
    else:
        more = layer.out[1] - ((height - 1) * layer.stride - 2 * layer.padding + layer.kernel)
        made = nn.ConvTranspose2d(channels, layer.out[0], *how, output_padding=more, bias=layer.bias)
    return made.to(memory_format=torch.channels_last)


def module(network: networks.Network, weights: list[tuple[Any, ...]]) -> nn.Sequential:
    """A network that holds these arrays."""
    layers = layered(network)
    holding = [own for layer in layers if (own := held(layer))]
    with torch.no_grad():
        for tensors, values in zip(holding, weights, strict=True):
            for tensor, value in zip(tensors, values, strict=True):
                tensor.copy_(torch.from_numpy(value))
    return nn.Sequential(*layers)


def held(layer: nn.Module) -> list[torch.Tensor]:
    """What a layer learns and keeps, in the order of `networks.arrays`; W transposed, to (inputs, units)."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        w = layer.weight.permute(2, 3, 1, 0)
        return [w] if layer.bias is None else [w, layer.bias]
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        assert layer.running_mean is not None and layer.running_var is not None
        return [layer.weight, layer.bias, layer.running_mean, layer.running_var]
    if isinstance(layer, Normed):
        return [layer.weight.T, *([] if layer.bias is None else [layer.bias]), layer.v, layer.u, layer.norm]
    if isinstance(layer, nn.Linear):
        return [layer.weight.T] if layer.bias is None else [layer.weight.T, layer.bias]
    return []


def optimizer(network: networks.Network, parameters: Any) -> torch.optim.Optimizer:
    """PyTorch's own."""
    s = network.optimizer.settings
    if network.optimizer.name == "sgd":
        return torch.optim.SGD(parameters, lr=s["eta"])
    if network.optimizer.name == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=s["eta"], alpha=s["gamma"], eps=s["epsilon"])
    return torch.optim.Adam(parameters, lr=s["eta"], betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], fused=True)


class Eager:
    """Modules, `backward()`, `step()`."""

    def __init__(self, letter: str, threads: int):
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.work = work.make(letter, "numpy", 1)
        self.samples = torch.from_numpy(self.work.samples)
        self.targets: Any = None if self.work.targets is None else torch.from_numpy(self.work.targets)
        self.modules = {name: module(one, self.work.weights(name)) for name, one in self.work.networks.items()}
        self.nets: dict[str, Any] = {name: self.prepared(net) for name, net in self.modules.items()}
        self.optimizers = {
            name: optimizer(one, self.modules[name].parameters()) for name, one in self.work.networks.items()
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

    def weights(self) -> dict[str, list[tuple[Any, ...]]]:
        """What each layer of each network holds, in the order of `benchmarks.networks.arrays`."""
        return {
            name: [tuple(tensor.detach().numpy().copy() for tensor in own) for layer in net if (own := held(layer))]
            for name, net in self.modules.items()
        }

    def _learn(self, name: str, loss: torch.Tensor) -> None:
        self.optimizers[name].zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizers[name].step()

    def _latents(self, latents: Any, step: int) -> torch.Tensor:
        return torch.randn(self.work.batch, self.work.latent) if latents is None else latents[step]

    def _train(self, rows: torch.Tensor, latents: Any) -> None:
        output, targets = self.nets["network"](self.samples[rows[0]]), self.targets[rows[0]]
        if self.work.loss == "cross_entropy":
            self._learn("network", cross_entropy(output, targets))
        else:
            self._learn("network", ((output - targets) ** 2).sum() / self.work.batch)

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
        g, f = self.nets["generator"], self.nets["critic"]
        critics = self.work.ratios["critic"]
        for step in range(critics):
            with torch.no_grad():
                fakes = g(self._latents(latents, step))
            real = self.samples[rows[step]]
            self._learn("critic", f(fakes).mean() - f(real).mean() + self._penalty(real, fakes, latents is not None))
            self._bound()
        for p in self.modules["critic"].parameters():
            p.requires_grad_(False)
        self._learn("generator", -f(g(self._latents(latents, critics))).mean())
        for p in self.modules["critic"].parameters():
            p.requires_grad_(True)

    def _penalty(self, real: torch.Tensor, fakes: torch.Tensor, checked: bool) -> torch.Tensor | float:
        """The gradient penalty between real samples and fakes, by double backward; 0 where there is none."""
        if not self.work.penalties:
            return 0.0
        (penalty,) = self.work.penalties
        t = torch.rand(len(real), 1)
        if checked:  # gancli's own numbers
            drawn = np.empty((len(real), 1), np.float32)
            Uniform(0.5).fill(self.work.built.streams["penalty"], drawn, None)
            t = torch.from_numpy(drawn + np.float32(0.5))
        x = (t * real + (1 - t) * fakes).requires_grad_(True)
        (slope,) = torch.autograd.grad(self.nets["critic"](x).sum(), x, create_graph=True)
        return penalty.weight * ((slope.norm(dim=1) - penalty.target) ** 2).mean()

    def _bound(self) -> None:
        """The clip, and the norms of normalised weights."""
        bound, critic = self.work.networks["critic"].clip, self.modules["critic"]
        if bound is not None:
            with torch.no_grad():
                for p in critic.parameters():
                    p.clamp_(-bound, bound)
        for layer in critic:
            if isinstance(layer, Normed):
                layer.iterate()


class Compiled(Eager):
    """The same, its networks compiled."""

    def prepared(self, net: nn.Sequential) -> Any:
        """The network that is called."""
        return torch.compile(net)
