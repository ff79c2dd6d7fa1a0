"""The condition of a game: which classes there are, and which layer of each network is told the class."""

from collections.abc import Iterator
from typing import Literal

from gancli.spec.base import Spec
from gancli.spec.data import CLASSES, OWN, Data
from gancli.spec.network_checks import Finding, activation_names
from gancli.spec.networks import Network

POINT_CLASSES = {"two_moons": 2, "ring": 8, "eight_gaussians": 8, "grid": 25}
"""How many classes sets of points have: moons, or modes."""


class OfDiscriminator(Spec):
    """How the discriminator is told the class; the generator has it beside its latents."""

    discriminator: Literal["concat", "projection"]
    """concat: beside the inputs of its first dense layer (Mirza and Osindero 2014); projection: its output is that of
    all samples and the class's own (Miyato and Koyama 2018)."""


class OfCritic(Spec):
    """How the critic is told the class, likewise."""

    critic: Literal["concat", "projection"]
    """concat: beside the inputs of its first dense layer; projection: its output is that of all samples and the class's
    own."""


Condition = Literal["labels"] | OfDiscriminator | OfCritic | None


def projects(condition: Condition) -> bool:
    """Is the opponent told the class by projection?"""
    return "projection" in (getattr(condition, "discriminator", ""), getattr(condition, "critic", ""))


def classes(data: Data) -> int | None:
    """How many classes there are; None where a spec does not say."""
    if data.classes is not None:
        return len(data.classes)
    return len(CLASSES[data.set]) if data.set in CLASSES else POINT_CLASSES.get(data.set)


def told(condition: Condition, data: Data, key: str, network: Network, pack: int) -> dict[int, int]:
    """The numbers of a code beside the inputs of one layer, by the layer's place; none where nothing is beside any."""
    if condition is None or (key != "generator" and projects(condition)):
        return {}
    place, count = first_dense(network), classes(data)
    return {} if place is None or count is None else {place: count if key == "generator" else pack * count}


def projected(condition: Condition, data: Data, key: str, pack: int) -> int:
    """Units beside the output of an opponent by projection: one for each class, of each sample that it sees at once."""
    return (classes(data) or 0) * pack if key != "generator" and projects(condition) else 0


def first_dense(network: Network) -> int | None:
    """The place of its first dense layer, if it has one."""
    if network.layers is None:
        return 0
    return next((place for place, layer in enumerate(network.layers) if layer.units is not None), None)


def findings(
    condition: Condition, data: Data, generator: Network, opponent: tuple[str, Network], logits: bool
) -> Iterator[Finding]:
    """What cannot be with a condition; `logits` says that the opponent's output activation is left to the loss."""
    if condition is None:
        return
    yield from _classes(data)
    if generator.sizes() and first_dense(generator) != 0:
        text = "the class is beside the latents, which only a dense layer takes: begin with one of `units`"
        yield Finding(("generator", "layers", 0), text)
    key, network = opponent
    if not network.sizes():
        return
    if projects(condition):
        yield from _projection(key, network, logits)
    elif first_dense(network) is None:
        text = "the class is beside the inputs of the first dense layer, and there is none: end with one of `units`"
        yield Finding((key, "layers"), text)
    elif first_dense(network) == len(network.sizes()) - 2:
        text = "the class is beside the inputs of the first dense layer, which is the last: there it adds a number for "
        text += "each class, and says nothing of a sample. Put one of `units` below it, or give "
        text += f"condition: {{{key}: projection}}"
        yield Finding((key, "layers" if network.layers else "shape"), text)


def _classes(data: Data) -> Iterator[Finding]:
    count = classes(data)
    if count is None and data.set in OWN:
        text = "needs the names of all classes: give them as `data.classes`, such as [cat, dog]"
        yield Finding(("condition",), text)
    elif count is None:
        sets = ", ".join([*(name for name, names in CLASSES.items() if len(names) > 1), *POINT_CLASSES, *OWN])
        yield Finding(("condition",), f"needs data with classes: {sets}; got {data.set}")
    elif count < 2:
        yield Finding(("condition",), "needs two classes or more, and the data have one: leave it out")


def _projection(key: str, network: Network, logits: bool) -> Iterator[Finding]:
    """It needs a last layer that is a plain product."""
    *_, last = network.placed(None)
    layer, path = last.layer, (key, "layers", len(network.layers or ()) - 1) if network.layers else (key,)
    if layer.units is None:
        yield Finding(path, "projection takes the place of a dense last layer: end with `units: 1`")
    for name in ("batch_norm", "layer_norm", "orthonormal"):
        if getattr(layer, name):
            yield Finding((*path, name), "is not for the last layer with projection; remove it there")
    name = activation_names(network)[-1]
    if name != "linear" and not logits:
        text = f"projection needs a linear output, or `loss: gan`, which takes log-odds; got {name!r}"
        yield Finding((key, "output"), text)
