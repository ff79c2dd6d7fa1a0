"""What is wrong, or changes nothing, in what an optimiser is told."""

from collections.abc import Iterator

from gancli.spec.models import Experiment, Game2d
from gancli.spec.network_checks import Finding
from gancli.spec.optimizers import Adam, AnyOptimizer
from gancli.spec.yaml import KeyPath


def findings(spec: Experiment) -> Iterator[Finding]:
    """Of all optimisers of a spec."""
    for path, optimizer in optimizers(spec).items():
        yield from _momentum(path, optimizer)
        yield from _weight_decay(path, optimizer)


def optimizers(spec: Experiment) -> dict[KeyPath, AnyOptimizer]:
    """By where they stand."""
    if isinstance(spec, Game2d):
        return {("optimizer",): spec.optimizer}
    return {(key, "optimizer"): network.optimizer for key, network in spec.networks().items()}


def _momentum(path: KeyPath, optimizer: AnyOptimizer) -> Iterator[Finding]:
    if optimizer.nesterov and not optimizer.momentum:
        yield Finding((*path, "nesterov"), "looks ahead along the momentum, which is 0: give `momentum`, such as 0.9")


def _weight_decay(path: KeyPath, optimizer: AnyOptimizer) -> Iterator[Finding]:
    """Warns of Adam's, which divides the decay by √v̂ as it does the gradient; and of one that turns weights around."""
    decay = optimizer.weight_decay or 0.0
    if isinstance(optimizer, Adam) and decay:
        text = "is divided by √v̂ with the gradient, so that what has large gradients hardly decays: `adamw` does not"
        yield Finding((*path, "weight_decay"), f"{text} (Loshchilov and Hutter 2019)", warning=True)
    eta = getattr(optimizer, "eta", None)
    if eta is not None and optimizer.name in ("sgd", "adamw") and eta * decay >= 1.0:
        text = f"times eta is {eta * decay:g}: from 1 on, each step turns the weights around"
        yield Finding((*path, "weight_decay"), text, warning=True)
