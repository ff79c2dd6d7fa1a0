"""PyTorch without autograd, for rows A and C: products and updates in place, as fast as its operations allow."""

from typing import Any

import torch

from benchmarks.peers.pytorch import Eager

torch.set_grad_enabled(False)


class ByHand(Eager):
    """Backward passes written out; weights (inputs, units)."""

    def __init__(self, letter: str, threads: int):
        if letter not in "AC":
            raise NotImplementedError("written for rows A and C only")
        super().__init__(letter, threads)
        self.w = {
            name: [(torch.from_numpy(w), torch.from_numpy(b)) for w, b in self.work.weights(name)]
            for name in self.work.networks
        }
        self.squares = {name: [[torch.zeros_like(p) for p in pair] for pair in pairs] for name, pairs in self.w.items()}

    def weights(self) -> dict[str, list[tuple[Any, ...]]]:
        """(W, b) of each layer of each network."""
        return {name: [(w.numpy(), b.numpy()) for w, b in pairs] for name, pairs in self.w.items()}

    def _train(self, rows: torch.Tensor, latents: Any) -> None:
        (w1, b1), (w2, b2) = self.w["network"]
        eta, mu, row = 0.2, 0.1, int(rows[0, 0])
        x, t = self.samples[row], self.targets[row]
        h = torch.addmv(b1, w1.T, x).mul_(mu).sigmoid_()
        o = torch.addmv(b2, w2.T, h).mul_(mu).sigmoid_()
        do = (o - t).mul_(2 * mu).mul_(o * (1 - o))
        dh = torch.mv(w2, do).mul_(mu).mul_(h * (1 - h))
        w2.addr_(h, do, alpha=-eta)
        b2.add_(do, alpha=-eta)
        w1.addr_(x, dh, alpha=-eta)
        b1.add_(dh, alpha=-eta)

    def _rmsprop(self, name: str, layer: int, place: int, gradient: torch.Tensor) -> None:
        s, square = self.work.networks[name].optimizer.settings, self.squares[name][layer][place]
        square.mul_(s["gamma"]).addcmul_(gradient, gradient, value=1 - s["gamma"])
        self.w[name][layer][place].addcdiv_(gradient, square.sqrt().add_(s["epsilon"]), value=-s["eta"])

    def _generate(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        (w1, b1), (w2, b2) = self.w["generator"]
        h = torch.addmm(b1, z, w1).mul_(0.1).sigmoid_()
        return h, torch.addmm(b2, h, w2).mul_(0.1).sigmoid_()

    def _wgan(self, rows: torch.Tensor, latents: Any) -> None:
        (w1, b1), (w2, b2) = self.w["critic"]
        bound, batch, critics = self.work.networks["critic"].clip, self.work.batch, self.work.ratios["critic"]
        assert bound is not None
        slope = torch.full((2 * batch, 1), 1 / batch)
        slope[:batch] *= -1
        for step in range(critics):
            x = torch.cat((self.samples[rows[step]], self._generate(self._latents(latents, step))[1]))
            h = torch.addmm(b1, x, w1).relu_()
            dh = (slope * w2.T).mul_(h > 0)
            for layer, source, down in ((1, h, slope), (0, x, dh)):
                self._rmsprop("critic", layer, 0, source.T @ down)
                self._rmsprop("critic", layer, 1, down.sum(0))
            for p in (w1, b1, w2, b2):
                p.clamp_(-bound, bound)
        z = self._latents(latents, critics)
        hidden, fakes = self._generate(z)
        h = torch.addmm(b1, fakes, w1)
        dx = (torch.full((batch, 1), -1 / batch) * w2.T).mul_(h > 0) @ w1.T
        dx.mul_(0.1).mul_(fakes * (1 - fakes))
        dh = (dx @ self.w["generator"][1][0].T).mul_(0.1).mul_(hidden * (1 - hidden))
        for layer, source, down in ((1, hidden, dx), (0, z, dh)):
            self._rmsprop("generator", layer, 0, source.T @ down)
            self._rmsprop("generator", layer, 1, down.sum(0))
