"""What one field cannot know: shapes that must fit, settings that exclude each other or change nothing."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gancli.spec.models import SAMPLE_SHAPES, TARGETS, Experiment, Game2d, Gan, Learning, Supervised, Wgan
from gancli.spec.networks import WITH_SLOPE, Layer, Network, Noise
from gancli.spec.optimizers import Adadelta
from gancli.spec.yaml import KeyPath

MAX_PARAMETERS = 100_000_000
MAX_BUFFER = 200_000_000


@dataclass(frozen=True)
class Finding:
    """Something wrong at `path`; a warning where the run can go on all the same."""

    path: KeyPath
    text: str
    warning: bool = False


def findings(spec: Experiment) -> Iterator[Finding]:
    """All that is wrong with a spec whose fields are each right by themselves."""
    yield from _length(spec)
    yield from _unused(spec)
    if isinstance(spec, Game2d):
        yield from _game2d(spec)
        return
    yield from _data(spec)
    for key, network in spec.networks().items():
        yield from _layers(key, network)
        yield from _size(key, network, spec.training.batch)
        yield from _unused_in_network(key, network)
        yield from _batches(key, network, spec.training.batch)
    yield from _sizes(spec)
    if isinstance(spec, Supervised):
        yield from _supervised(spec)
    elif isinstance(spec, Gan):
        yield from _gan(spec)
    else:
        yield from _wgan(spec)


def activation_names(network: Network) -> list[str]:
    """The activation of each layer, of a resolved network."""
    return [layer.activation.name for _, layer in network.dense_layers(None) if layer.activation]


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


def _layers(key: str, network: Network) -> Iterator[Finding]:
    if network.shape is not None and (network.layers is not None or network.inputs is not None):
        yield Finding((key, "shape"), "give `shape`, or `inputs` and `layers`, not both")
    elif network.shape is None and (network.layers is None or network.inputs is None):
        yield Finding((key,), "needs `shape: [inputs, …, outputs]`, or `inputs` and `layers`")
    noises: list[tuple[KeyPath, Noise | None]] = [((key, "noise"), network.noise)]
    noises += [((key, "layers", i, "noise"), layer.noise) for i, layer in enumerate(network.layers or ())]
    for path, noise in noises:
        if noise is not None and (noise.mode == "concat") == (noise.size is None):
            text = (
                "needs a size, in units" if noise.size is None else f"has no effect with mode {noise.mode!r}; remove it"
            )
            yield Finding((*path, "size"), text)


def _size(key: str, network: Network, batch: int) -> Iterator[Finding]:
    sizes = network.sizes()
    parameters = sum(inputs * units + units for inputs, units in pairwise(sizes))
    if parameters > MAX_PARAMETERS:
        yield Finding((key,), f"has {parameters:,d} parameters; at most {MAX_PARAMETERS:,d} are allowed")
    if sizes and max(sizes) * batch > MAX_BUFFER:
        text = f"{batch:,d} × {max(sizes):,d} units of `{key}` is over {MAX_BUFFER:,d}; use a smaller batch"
        yield Finding(("training", "batch"), text)


def _batches(key: str, network: Network, batch: int) -> Iterator[Finding]:
    """What compares the samples of a batch needs some, and minibatch discrimination the network that judges them."""
    if not network.sizes():
        return
    own: list[tuple[KeyPath, Network | Layer]]
    own = [((key, "layers", index), layer) for index, layer in enumerate(network.layers or ())]
    parts: list[tuple[KeyPath, Network | Layer]] = [((key,), network), *own]
    for path, part in parts:
        if part.batch_norm and batch == 1:
            yield Finding((*path, "batch_norm"), "needs `training.batch` of 2 or more: a single sample has no variance")
        if part.minibatch is not None and key not in ("discriminator", "critic"):
            text = f"is for the discriminator or critic, which sees whole batches; remove it from {key}"
            yield Finding((*path, "minibatch"), text)
        elif part.minibatch is not None and batch == 1:
            yield Finding((*path, "minibatch"), "needs `training.batch` of 2 or more: it compares samples")
    if network.ema is not None and key != "generator":
        yield Finding((key, "ema"), f"is for the generator, whose samples it is for; remove it from {key}")


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
    *hidden, output = activation_names(spec.network)
    if spec.training.loss == "cross_entropy" and output not in ("sigmoid", "softmax"):
        text = f"cross_entropy needs a network whose output is sigmoid or softmax; got {output!r}"
        yield Finding(("training", "loss"), text)
    if "softmax" in hidden or (output == "softmax" and spec.training.loss != "cross_entropy"):
        yield Finding(("network", "output"), "softmax is for an output layer with `training.loss: cross_entropy`")
    if output == "softmax" and TARGETS.get(spec.data.set) == 1:
        yield Finding(("network", "output"), "softmax of a single output is always 1; use sigmoid")


def _adversaries(spec: Gan | Wgan) -> Iterator[Finding]:
    for name, network in spec.networks().items():
        if "softmax" in activation_names(network):
            yield Finding((name, "output"), "softmax is for the output of a supervised network")
    images = len(SAMPLE_SHAPES[spec.data.set]) == 3
    if images and spec.generator.sizes() and activation_names(spec.generator)[-1] != "sigmoid":
        text = "pixels are in [0, 1], as a sigmoid's output is; samples outside are cut off in pictures"
        yield Finding(("generator", "output"), text, warning=True)


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


def uses_mu(network: Network) -> bool:
    """Does a sigmoid of this resolved network take its slope from the top level?"""
    layers = [layer for _, layer in network.dense_layers(None)]
    return any(
        layer.mu is None and layer.activation is not None and layer.activation.name in WITH_SLOPE for layer in layers
    )


def _unused_in_network(key: str, network: Network) -> Iterator[Finding]:
    if not network.sizes():
        return
    layers = list(network.layers or ())
    hidden = [layer.activation for layer in layers[:-1]]
    if network.activation is not None and layers and all(hidden):
        yield Finding((key, "activation"), "has no effect: every hidden layer has its own", warning=True)
    if network.output is not None and layers and layers[-1].activation:
        yield Finding((key, "output"), "has no effect: the last layer has its own activation", warning=True)
    for name in ("dropout", "batch_norm"):
        if getattr(network, name) and len(network.sizes()) == 2 and not network.layers:
            yield Finding((key, name), "has no effect: there is no hidden layer", warning=True)
    if network.mu is not None and not set(activation_names(network)) & set(WITH_SLOPE):
        yield Finding((key, "mu"), "has no effect: no layer is a sigmoid", warning=True)
