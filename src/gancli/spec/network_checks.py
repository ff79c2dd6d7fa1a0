"""What one field of a network cannot know; `checks` has what concerns several networks, or their data."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from gancli.spec.networks import KINDS, WITH_SLOPE, Layer, Network, Noise
from gancli.spec.shapes import Misfit
from gancli.spec.training import Training
from gancli.spec.yaml import KeyPath

MAX_PARAMETERS = 100_000_000
MAX_BUFFER = 200_000_000


@dataclass(frozen=True)
class Finding:
    """Something wrong at `path`; a warning where the run can go on all the same."""

    path: KeyPath
    text: str
    warning: bool = False


def activation_names(network: Network) -> list[str]:
    """The activation of each layer, of a resolved network."""
    return [one.layer.activation.name for one in network.placed(None) if one.layer.activation]


def layers(key: str, network: Network) -> Iterator[Finding]:
    """Its shape said once, and its noise sized where that means something."""
    if network.shape is not None and (network.layers is not None or network.inputs is not None):
        yield Finding((key, "shape"), "give `shape`, or `inputs` and `layers`, not both")
    elif network.shape is None and (network.layers is None or network.inputs is None):
        yield Finding((key,), "needs `shape: [inputs, …, outputs]`, or `inputs` and `layers`")
    yield from _convolutions(key, network)
    noises: list[tuple[KeyPath, Noise | None]] = [((key, "noise"), network.noise)]
    noises += [((key, "layers", i, "noise"), layer.noise) for i, layer in enumerate(network.layers or ())]
    for path, noise in noises:
        if noise is not None and (noise.mode == "concat") == (noise.size is None):
            text = (
                "needs a size, in units" if noise.size is None else f"has no effect with mode {noise.mode!r}; remove it"
            )
            yield Finding((*path, "size"), text)


SAYS_NOTHING = {
    "units": ("kernel", "stride", "padding", "output_padding", "factor"),
    "conv": ("output_padding", "reshape", "factor"),
    "conv_transpose": ("reshape", "factor"),
    "pool": ("padding", "output_padding", "reshape", "factor"),
    "upsample": ("kernel", "stride", "padding", "output_padding", "reshape"),
}
"""Of a layer of each kind, the fields that mean nothing there."""
OF_WEIGHTS = (
    "activation", "mu", "bias", "dropout", "minibatch", "noise", "batch_norm", "layer_norm", "init", "spectral_norm",
    "orthonormal",
)  # fmt: skip
"""And those that mean nothing where there are no weights."""


def _convolutions(key: str, network: Network) -> Iterator[Finding]:
    """Each layer is of one kind, says what that kind needs and nothing else, and fits what is below it."""
    layers = network.layers or ()
    for index, layer in enumerate(layers):
        path: KeyPath = (key, "layers", index)
        if len(layer.kinds) != 1:
            got = " and ".join(layer.kinds) or "none"
            yield Finding(path, f"needs one of {', '.join(f'`{kind}`' for kind in KINDS)}; got {got}")
            return
        (kind,) = layer.kinds
        for name in SAYS_NOTHING[kind] + (() if layer.learns else OF_WEIGHTS):
            if getattr(layer, name) is not None:
                yield Finding((*path, name), f"says nothing of a layer of `{kind}`; remove it")
        if not layer.learns and index == len(layers) - 1:
            yield Finding(path, f"the last layer has to learn, which `{kind}` does not: put one of `units` above it")
        if layer.batch_norm and layer.layer_norm:
            yield Finding((*path, "layer_norm"), "and `batch_norm` of one layer: choose one")
        yield from _geometry(path, layer, kind)
    if layers and layers[-1].learns and layers[-1].units is None:
        if network.minibatch is not None:
            yield Finding(
                (key, "minibatch"), f"is for dense layers, and the last is `{layers[-1].kinds[0]}`; remove it"
            )
        if network.noise is not None and network.noise.mode == "concat":
            text = f"concat is for dense layers, and the last is `{layers[-1].kinds[0]}`, which takes add or multiply"
            yield Finding((key, "noise", "mode"), text)
    if network.batch_norm and network.layer_norm:
        yield Finding((key, "layer_norm"), "and `batch_norm` of one network: choose one")
    try:
        network.shapes()
    except Misfit as error:
        yield Finding((key, "layers"), str(error))


def _geometry(path: KeyPath, layer: Layer, kind: str) -> Iterator[Finding]:
    if layer.pool == "global":
        for name in ("kernel", "stride"):
            if getattr(layer, name) is not None:
                yield Finding((*path, name), "says nothing of a pool of the whole image; remove it")
        return
    if kind in ("units", "upsample"):
        return
    if layer.kernel is None:
        yield Finding((*path, "kernel"), f"is needed by `{kind}`: pixels along each side, such as 4")
    elif (layer.padding or 0) >= layer.kernel:
        yield Finding((*path, "padding"), f"must be less than the kernel, {layer.kernel}; got {layer.padding}")
    if (layer.output_padding or 0) >= (layer.stride or 1) and layer.output_padding:
        text = f"must be less than the stride, {layer.stride or 1}; got {layer.output_padding}"
        yield Finding((*path, "output_padding"), text)
    if kind == "pool":
        return
    if layer.minibatch is not None:
        yield Finding((*path, "minibatch"), f"is for dense layers; remove it from `{kind}`")
    if layer.noise is not None and layer.noise.mode == "concat":
        yield Finding((*path, "noise", "mode"), f"concat is for dense layers; `{kind}` takes add or multiply")


def bounds(key: str, network: Network) -> Iterator[Finding]:
    """Bounds on a layer's slope that are not to be had, or that something undoes; and units that make no pairs."""
    placed = list(network.placed(None))
    for index, one in enumerate(placed):
        layer = one.layer
        path: KeyPath = (key, "layers", index) if network.layers else (key,)
        if layer.orthonormal and layer.units is None and layer.learns:
            yield Finding((*path, "orthonormal"), "is for dense layers; a convolution takes `spectral_norm`")
        if layer.orthonormal and layer.spectral_norm:
            text = "and `spectral_norm` of one layer: orthonormal weights have the norm 1 already; choose one"
            yield Finding((*path, "orthonormal"), text)
        if (layer.orthonormal or layer.spectral_norm) and (layer.batch_norm or layer.layer_norm):
            name = "batch_norm" if layer.batch_norm else "layer_norm"
            text = f"divides by what varies, and so undoes the bound on the weights; remove `{name}` or the bound"
            yield Finding((*path, name), text, warning=True)
        if layer.activation is not None and layer.activation.name == "maxmin":
            if index == len(placed) - 1:
                yield Finding(
                    (key, "output"), "maxmin is for hidden layers: it sorts two units, of which this is no use"
                )
            elif one.outputs[0] % 2:
                what = "channels" if len(one.outputs) == 3 else "units"
                text = f"maxmin sorts two and two: needs an even number of {what}; got {one.outputs[0]}"
                yield Finding((*path, "activation"), text)
    if network.clip is not None and any(one.layer.orthonormal or one.layer.spectral_norm for one in placed):
        text = "and `spectral_norm` or `orthonormal` both bound the weights: choose one"
        yield Finding((key, "clip"), text, warning=network.orthonormal is False)


def size(key: str, network: Network, batch: int) -> Iterator[Finding]:
    """Not too large for a machine."""
    sizes, parameters = network.sizes(), 0
    for one in network.placed(None):
        rows, columns = one.weights(math.prod(one.inputs))
        parameters += rows * columns + one.biases
    if parameters > MAX_PARAMETERS:
        yield Finding((key,), f"has {parameters:,d} parameters; at most {MAX_PARAMETERS:,d} are allowed")
    if sizes and max(sizes) * batch > MAX_BUFFER:
        text = f"{batch:,d} × {max(sizes):,d} units of `{key}` is over {MAX_BUFFER:,d}; use a smaller batch"
        yield Finding(("training", "batch"), text)


def batches(key: str, network: Network, training: Training) -> Iterator[Finding]:
    """What compares the samples of a batch needs some, and minibatch discrimination the network that judges them."""
    if not network.sizes():
        return
    single, least = training.rows(key) == 1, 2 * training.batch // training.rows(key)
    own: list[tuple[KeyPath, Network | Layer]]
    own = [((key, "layers", index), layer) for index, layer in enumerate(network.layers or ())]
    nodes: list[tuple[KeyPath, Network | Layer]] = [((key,), network), *own]
    for path, node in nodes:
        if node.batch_norm and single:
            text = f"needs `training.batch` of {least} or more: a single sample has no variance"
            yield Finding((*path, "batch_norm"), text)
        if node.minibatch is not None and key not in ("discriminator", "critic"):
            text = f"is for the discriminator or critic, which sees full batches; remove it from {key}"
            yield Finding((*path, "minibatch"), text)
        elif node.minibatch is not None and single:
            yield Finding((*path, "minibatch"), f"needs `training.batch` of {least} or more: it compares samples")
    if network.ema is not None and key != "generator":
        yield Finding((key, "ema"), f"is for the generator, whose samples it is for; remove it from {key}")


def uses_mu(network: Network) -> bool:
    """Does a sigmoid of this resolved network take its slope from the top level?"""
    layers = [one.layer for one in network.placed(None)]
    return any(
        layer.mu is None and layer.activation is not None and layer.activation.name in WITH_SLOPE for layer in layers
    )


def unused(key: str, network: Network) -> Iterator[Finding]:
    """Settings that act on nothing."""
    if not network.sizes():
        return
    layers = list(network.layers or ())
    hidden = [layer.activation for layer in layers[:-1]]
    if network.activation is not None and layers and all(hidden):
        yield Finding((key, "activation"), "has no effect: every hidden layer has its own", warning=True)
    if network.output is not None and layers and layers[-1].activation:
        yield Finding((key, "output"), "has no effect: the last layer has its own activation", warning=True)
    for name in ("dropout", "batch_norm", "layer_norm"):
        if getattr(network, name) and len(network.sizes()) == 2 and not network.layers:
            yield Finding((key, name), "has no effect: there is no hidden layer", warning=True)
    if network.mu is not None and not set(activation_names(network)) & set(WITH_SLOPE):
        yield Finding((key, "mu"), "has no effect: no layer is a sigmoid", warning=True)
