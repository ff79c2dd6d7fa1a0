"""What one field cannot know: shapes that must fit, settings that exclude each other or change nothing."""

import math
from collections.abc import Iterable, Iterator

from gancli.spec import adversary_checks, network_checks
from gancli.spec.messages import did_you_mean
from gancli.spec.models import CLASSES, SAMPLE_SHAPES, TARGETS, Data, Experiment, Game2d, Learning, Supervised
from gancli.spec.network_checks import Finding, activation_names, uses_mu
from gancli.spec.optimizers import Adadelta
from gancli.spec.training import SupervisedTest


def findings(spec: Experiment) -> Iterator[Finding]:
    """All that is wrong with a spec whose fields are each right by themselves."""
    yield from _length(spec)
    yield from _unused(spec)
    if isinstance(spec, Game2d):
        yield from _game2d(spec)
        return
    yield from _data(spec)
    for key, network in spec.networks().items():
        yield from network_checks.layers(key, network)
        yield from network_checks.size(key, network, spec.training.batch)
        yield from network_checks.unused(key, network)
        yield from network_checks.batches(key, network, spec.training.batch)
    yield from _sizes(spec)
    yield from _supervised(spec) if isinstance(spec, Supervised) else adversary_checks.findings(spec)


def _data(spec: Learning) -> Iterator[Finding]:
    data = spec.data
    if data.set not in CLASSES:
        for key in ("classes", "path", "require"):
            if getattr(data, key) is not None:
                yield Finding(("data", key), f"is for image data; `set: {data.set}` has none of it; remove it")
    elif data.require is not None and data.set != "mnist":
        text = f"is for `set: mnist`, of which there is a subset; got `set: {data.set}`; remove it"
        yield Finding(("data", "require"), text)
    if data.points is not None and data.set != "xor":
        yield Finding(("data", "points"), f"is for `set: xor`; got `set: {data.set}`; remove it")
    drawn = data.set in DRAWN or data.points == "square"
    if data.samples is not None and not drawn:
        yield Finding(
            ("data", "samples"), f"is for data that are drawn: {', '.join(DRAWN)}, xor with `points: square`; remove it"
        )
    yield from _learned(spec)
    yield from _classes(data)


DRAWN = tuple(name for name in SAMPLE_SHAPES if name not in CLASSES and name != "xor")
"""The sets whose points are drawn anew for each seed."""


def _learned(spec: Learning) -> Iterator[Finding]:
    """Is the set one that this kind of run can learn from?"""
    name = spec.data.set
    if isinstance(spec, Supervised):
        if name not in TARGETS:
            others = _listed(TARGETS)
            yield Finding(("data", "set"), f"{name} is for a gan or wgan; a supervised run learns from {others}")
    elif TARGETS.get(name) == 1:
        others = _listed([other for other in SAMPLE_SHAPES if TARGETS.get(other) != 1])
        yield Finding(("data", "set"), f"{name} is for `kind: supervised`; a {spec.kind} learns from {others}")


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _classes(data: Data) -> Iterator[Finding]:
    """Of a set whose classes are known: each by its number or its name, and none twice."""
    names = CLASSES.get(data.set)
    if data.classes is None or names is None:
        return
    known = {**{str(number): number for number in range(len(names))}, **{name: i for i, name in enumerate(names)}}
    chosen = [known.get(str(one)) for one in data.classes]
    for number, (one, label) in enumerate(zip(data.classes, chosen, strict=True)):
        if label is None or (isinstance(one, str) and one not in names):
            allowed = f"must be a class of {data.set}: 0 to {len(names) - 1}"
            allowed += "" if names[0] == "0" else f", or a name: {', '.join(names)}"
            meant = did_you_mean(one, names) if isinstance(one, str) else ""
            yield Finding(("data", "classes", number), f"{allowed}; got {one!r}{meant}")
    if len(set(chosen)) < len(chosen) and None not in chosen:
        what = "digit" if data.set == "mnist" else "class"
        yield Finding(("data", "classes"), f"names a {what} twice; got {list(data.classes)}")


def _length(spec: Experiment) -> Iterator[Finding]:
    games, passes = spec.training.games, spec.training.passes
    if (games is None) == (passes is None):
        got = "neither" if games is None else "both"
        yield Finding(("training",), f"give `games` or `passes`, one of them; got {got}")


def _game2d(spec: Game2d) -> Iterator[Finding]:
    if spec.training.passes is not None:
        yield Finding(("training", "passes"), "a game2d has no data to pass over; give `games`")
    if spec.training.batch != 1:
        yield Finding(("training", "batch"), "has no effect: a game2d has no data", warning=True)


def _sizes(spec: Learning) -> Iterator[Finding]:
    shape = SAMPLE_SHAPES[spec.data.set]
    size = math.prod(shape)
    sides = "×".join(map(str, shape[1:] if shape[0] == 1 else shape))
    image = f"{size} ({sides} {'pixels' if shape[0] == 1 else 'numbers'})" if len(shape) == 3 else str(size)
    for key, network in spec.networks().items():
        sizes = network.sizes()
        if not sizes:
            continue
        first, last = ("inputs", "layers") if network.layers else ("shape", "shape")
        if key != "generator" and sizes[0] != size:
            text = f"inputs must be {image}, the size of a {spec.data.set} sample; got {sizes[0]}"
            yield Finding((key, first), text)
        outputs = {"generator": size, "network": TARGETS.get(spec.data.set, sizes[-1])}.get(key, 1)
        if sizes[-1] != outputs:
            wanted = f"{image}, the size of a {spec.data.set} sample" if key == "generator" else str(outputs)
            yield Finding((key, last), f"outputs must be {wanted}; got {sizes[-1]}")


def _supervised(spec: Supervised) -> Iterator[Finding]:
    if not spec.network.sizes():
        return
    single = TARGETS.get(spec.data.set) == 1
    if spec.test.threshold != SupervisedTest().threshold and not single:
        yield Finding(
            ("test", "threshold"), "has no effect: the largest of several outputs is the prediction", warning=True
        )
    *hidden, output = activation_names(spec.network)
    if spec.training.loss == "cross_entropy" and output not in ("sigmoid", "softmax"):
        text = f"cross_entropy needs a network whose output is sigmoid or softmax; got {output!r}"
        yield Finding(("training", "loss"), text)
    if "softmax" in hidden or (output == "softmax" and spec.training.loss != "cross_entropy"):
        yield Finding(("network", "output"), "softmax is for an output layer with `training.loss: cross_entropy`")
    if output == "softmax" and single:
        yield Finding(("network", "output"), "softmax of a single output is always 1; use sigmoid")


def _unused(spec: Experiment) -> Iterator[Finding]:
    networks = spec.networks().values()
    optimizers = [spec.optimizer] if isinstance(spec, Game2d) else [network.optimizer for network in networks]
    own_eta = [isinstance(optimizer, Adadelta) or optimizer.eta is not None for optimizer in optimizers]
    if spec.eta is not None and all(own_eta):
        yield Finding(("eta",), "has no effect: every optimizer has an `eta` of its own, or needs none", warning=True)
    if not isinstance(spec, Game2d) and spec.mu is not None and not any(uses_mu(network) for network in networks):
        yield Finding(("mu",), "has no effect: no sigmoid is without a `mu` of its own", warning=True)
