"""What one field cannot know: shapes that must fit, settings that exclude each other or change nothing."""

import math
from collections.abc import Iterator

from gancli.spec import network_checks
from gancli.spec.models import SAMPLE_SHAPES, TARGETS, Experiment, Game2d, Gan, Learning, Supervised, Wgan
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
    if isinstance(spec, Supervised):
        yield from _supervised(spec)
    elif isinstance(spec, Gan):
        yield from _gan(spec)
    else:
        yield from _wgan(spec)


def _data(spec: Learning) -> Iterator[Finding]:
    data = spec.data
    if data.set != "mnist":
        for key in ("classes", "path", "require"):
            if getattr(data, key) is not None:
                yield Finding(("data", key), f"is for image data; `set: {data.set}` has none of it; remove it")
    if data.points is not None and data.set != "xor":
        yield Finding(("data", "points"), f"is for `set: xor`; got `set: {data.set}`; remove it")
    drawn = data.set not in ("mnist", "xor") or data.points == "square"
    if data.samples is not None and not drawn:
        yield Finding(
            ("data", "samples"), "is for data that are drawn: line, ring, grid, xor with `points: square`; remove it"
        )
    learned = isinstance(spec, Supervised)
    if data.set in ("xor", "line") and not learned:
        yield Finding(
            ("data", "set"), f"{data.set} is for `kind: supervised`; a {spec.kind} learns from mnist, ring or grid"
        )
    if data.set in ("ring", "grid") and learned:
        yield Finding(
            ("data", "set"), f"{data.set} is for a gan or wgan; a supervised run learns from mnist, xor or line"
        )
    if data.classes is not None and len(set(data.classes)) < len(data.classes):
        yield Finding(("data", "classes"), f"names a digit twice; got {list(data.classes)}")


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
    image = f"{size} ({'×'.join(map(str, shape[1:]))} pixels)" if len(shape) == 3 else str(size)
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
    if spec.test.threshold != SupervisedTest().threshold and TARGETS.get(spec.data.set, 1) > 1:
        yield Finding(
            ("test", "threshold"), "has no effect: the largest of several outputs is the answer", warning=True
        )
    *hidden, output = activation_names(spec.network)
    if spec.training.loss == "cross_entropy" and output not in ("sigmoid", "softmax"):
        text = f"cross_entropy needs a network whose output is sigmoid or softmax; got {output!r}"
        yield Finding(("training", "loss"), text)
    if "softmax" in hidden or (output == "softmax" and spec.training.loss != "cross_entropy"):
        yield Finding(("network", "output"), "softmax is for an output layer with `training.loss: cross_entropy`")
    if output == "softmax" and TARGETS.get(spec.data.set) == 1:
        yield Finding(("network", "output"), "softmax of a single output is always 1; use sigmoid")


def _adversaries(spec: Gan | Wgan) -> Iterator[Finding]:
    yield from _evaluated(spec)
    for name, network in spec.networks().items():
        if "softmax" in activation_names(network):
            yield Finding((name, "output"), "softmax is for the output of a supervised network")
    images = len(SAMPLE_SHAPES[spec.data.set]) == 3
    if images and spec.generator.sizes() and activation_names(spec.generator)[-1] != "sigmoid":
        text = "pixels are in [0, 1], as a sigmoid's output is; samples outside are cut off in pictures"
        yield Finding(("generator", "output"), text, warning=True)


def _evaluated(spec: Gan | Wgan) -> Iterator[Finding]:
    if spec.evaluate is None:
        return
    tests, every = spec.test.every, spec.evaluate.every
    by_pass = "pass" in (tests, every)
    if tests != every if by_pass else int(every) % int(tests):
        yield Finding(("evaluate", "every"), f"must be a multiple of test.every ({tests}); got {every}")
    if spec.data.set not in ("mnist", "ring", "grid"):
        yield Finding(("evaluate",), f"is for mnist, ring and grid; got the set {spec.data.set!r}")


def _gan(spec: Gan) -> Iterator[Finding]:
    yield from _adversaries(spec)
    if spec.discriminator.sizes() and spec.training.loss == "gan":
        output = activation_names(spec.discriminator)[-1]
        if output != "sigmoid":
            text = f"D(x) must be in (0, 1): `loss: gan` needs a sigmoid output; got {output!r}"
            yield Finding(("discriminator", "output"), text)
    if spec.training.loss == "least_squares" and "generator_loss" in spec.training.model_fields_set:
        yield Finding(("training", "generator_loss"), "has no effect with `loss: least_squares`", warning=True)
    low, high = spec.training.labels.bounds()
    if low > high:
        yield Finding(("training", "labels", "real"), f"must be [low, high]; got {low:g} above {high:g}")
    if spec.training.r1 is not None:
        own, layers = spec.discriminator, spec.discriminator.layers or ()
        if own.batch_norm or own.minibatch or any(layer.batch_norm or layer.minibatch for layer in layers):
            yield Finding(("training", "r1"), "is not known for a discriminator with batch_norm or minibatch")
    ratios = spec.training.ratios
    if not any((ratios.real, ratios.shared, ratios.fake, ratios.generator)):
        yield Finding(("training", "ratios"), "are all 0: nothing would learn")
    elif not ratios.shared + ratios.generator:
        yield Finding(("training", "ratios"), "leave the generator out: it never learns", warning=True)


def _wgan(spec: Wgan) -> Iterator[Finding]:
    yield from _adversaries(spec)
    if spec.critic.clip is None:
        text = "has no `clip`: without a bound it is not Lipschitz, and its estimate is no distance"
        yield Finding(("critic",), text, warning=True)
    if spec.training.games is not None and spec.training.warmup >= spec.training.games:
        text = f"must be less than `games` ({spec.training.games}), or the generator never learns"
        text += f"; got {spec.training.warmup}"
        yield Finding(("training", "warmup"), text)


def _unused(spec: Experiment) -> Iterator[Finding]:
    networks = spec.networks().values()
    optimizers = [spec.optimizer] if isinstance(spec, Game2d) else [network.optimizer for network in networks]
    own_eta = [isinstance(optimizer, Adadelta) or optimizer.eta is not None for optimizer in optimizers]
    if spec.eta is not None and all(own_eta):
        yield Finding(("eta",), "has no effect: every optimizer has an `eta` of its own, or needs none", warning=True)
    if not isinstance(spec, Game2d) and spec.mu is not None and not any(uses_mu(network) for network in networks):
        yield Finding(("mu",), "has no effect: no sigmoid is without a `mu` of its own", warning=True)
