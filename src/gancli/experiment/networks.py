"""From a spec's networks to networks, optimisers and players."""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gancli.engines import Engine
from gancli.experiment.fixed import real_samples
from gancli.games import CLIPS, PLAYERS, Average, Player
from gancli.nn import Network
from gancli.nn.activations import ACTIVATIONS, Activation, Linear, log_odds
from gancli.nn.adversarial_losses import LOG_ODDS
from gancli.nn.initializers import INITIALIZERS, Initializer
from gancli.nn.layers import (
    BatchNorm,
    Beside,
    ChannelDropout,
    Conv,
    ConvTranspose,
    Dense,
    Everywhere,
    Kernel,
    Layer,
    LayerNorm,
    MaxMin,
    MaxPool,
    Noise,
    Orthonormal,
    Projection,
    Reorder,
    Similarity,
    SpectralNorm,
    average_pool,
    bilinear,
    dropout,
    nearest,
)  # fmt: skip
from gancli.nn.layers.conv import Image
from gancli.nn.optimizers import OPTIMIZERS, Optimizer
from gancli.nn.schedules import SCHEDULES
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import Experiment, Learning, models, networks, width
from gancli.spec.conditions import classes
from gancli.spec.optimizers import AnyOptimizer
from gancli.spec.shapes import Placed, Shape, after


def make_network(spec: Learning, key: str, engine: Engine, rng: np.random.Generator, logits: bool = False) -> Network:
    """The network `key` of a spec; with `logits`, its output sigmoid or softmax is left to the loss.

    It takes and gives images channels first, and has channels last within, where convolutions want them.
    """
    layers = [layer for part in parts(spec, key, logits) for layer in part]
    noise = spec.networks()[key].fixed
    if noise is None:
        return Network(layers, engine, spec.dtype, rng)
    network = Network([*layers, real_samples(spec)], engine, spec.dtype, rng)
    network.views(network.params)["layer1.weights"][...] = noise * np.eye(network.inputs)
    return network


def parts(spec: Learning, key: str, logits: bool = False) -> list[list[Layer]]:
    """What each layer of a spec's network is made of; changes of order are with the first and the last."""
    made = []
    placed, beside = list(spec.networks()[key].placed(spec.mu)), spec.beside(key)
    projected = spec.projected(key)
    for index, one in enumerate(placed):
        activation = _activation(one.layer) if one.layer.learns else Linear()
        if logits and index == len(placed) - 1:
            activation = log_odds(activation)
        last = index == len(placed) - 1
        made.append(_made_of(one, activation, spec.training.rows(key), beside.get(index, 0), projected if last else 0))
    for layer in (layer for part in made for layer in part):
        own = layer.inner if isinstance(layer, SpectralNorm) else layer
        if isinstance(own, Dense):
            own.draws_bias = spec.networks()[key].draw_biases
    if projected:
        made[-1].append(Projection(projected, projected // (classes(spec.data) or 1)))
    if _is_coloured(placed[0].inputs) and placed[0].layer.units is None:
        made[0].insert(0, Reorder(_image(placed[0].inputs)))
    if _is_coloured(placed[-1].outputs) and placed[-1].layer.units is None:
        made[-1].append(Reorder(_image(placed[-1].outputs), to_first=True))
    return made


def _made_of(one: Placed, activation: Activation, batch: int, beside: int = 0, projected: int = 0) -> list[Layer]:
    """The layers of nn that a layer of a spec is made of; the shift of a normalisation stands for the bias.

    Of a condition, the code of a class has so many numbers `beside` its inputs, or chooses among its `projected` units.
    """
    layer = one.layer
    if not layer.learns:
        return [_without_weights(one)]
    normalized = bool(layer.batch_norm or layer.layer_norm)
    assert layer.init is not None and layer.bias is not None
    init, bias = _initializer(layer.init), layer.bias and not normalized
    sorts = layer.activation is not None and layer.activation.name == "maxmin"
    own: Activation = Linear() if normalized else activation
    geometry = layer.kernel or 1, layer.stride or 1, layer.padding or 0
    layers = _before_inputs(one, batch)
    dense: Dense
    if layer.conv is not None:
        dense = Conv(_image(one.inputs), layer.conv, *geometry, own, init, bias)
    elif layer.conv_transpose is not None:
        out = _image(after(layer, one.inputs))
        dense = ConvTranspose(_image(one.inputs), out, *geometry, own, init, bias)
    else:
        wide = width(math.prod(one.inputs), layer, batch)
        layers += [Beside(wide, beside)] if beside else []
        units = math.prod(one.outputs) + projected
        dense = (Orthonormal if layer.orthonormal else Dense)(wide + beside, units, own, init, bias)
    if layer.spectral_norm:
        bound = networks.SpectralNorm() if layer.spectral_norm is True else layer.spectral_norm
        layers.append(SpectralNorm(dense, bound.iterations, bound.bound))
    else:
        layers.append(dense)
    channels, places = one.normalized
    if layer.layer_norm:
        layers.append(LayerNorm(channels, activation, places))
    elif layer.batch_norm:
        normal = BatchNorm(channels, activation, batch * places)
        layers.append(normal if places == 1 else Everywhere(normal, places))
    if sorts:
        layers.append(MaxMin(channels * places))
    return layers


def _without_weights(one: Placed) -> Layer:
    layer, image = one.layer, _image(one.inputs)
    if layer.upsample is not None:
        return (nearest if layer.upsample == "nearest" else bilinear)(image, layer.factor or 2)
    kernel = layer.kernel or 1
    if layer.pool == "max":
        return MaxPool(image, kernel, layer.stride or kernel)
    if layer.pool == "global":
        return average_pool(image, image[1:], 1)
    return average_pool(image, (kernel, kernel), layer.stride or kernel)


def _image(shape: Shape) -> Image:
    channels, height, wide = shape
    return channels, height, wide


def _is_coloured(shape: Shape) -> bool:
    return len(shape) == 3 and shape[0] > 1


def _before_inputs(one: Placed, batch: int) -> list[Layer]:
    """What acts on a layer's inputs: dropout, of channels before a convolution, minibatch discrimination, noise."""
    layers: list[Layer] = []
    layer, inputs = one.layer, math.prod(one.inputs)
    if layer.dropout and layer.units is None:
        layers.append(ChannelDropout(one.inputs[0], math.prod(one.inputs[1:]), layer.dropout))
    elif layer.dropout:
        layers.append(dropout(inputs, layer.dropout))
    if isinstance(layer.minibatch, networks.Kernel):
        layers.append(Kernel(inputs, layer.minibatch.kernels, layer.minibatch.size, batch))
    elif layer.minibatch is not None:
        layers.append(Similarity(inputs, batch))
    if layer.noise is not None:
        layers.append(Noise(layers[-1].units if layers else inputs, **layer.noise.model_dump()))
    return layers


def make_players(spec: Learning, engine: Engine, streams: Mapping[str, np.random.Generator]) -> dict[str, Player]:
    """The players of a spec by name, the first parameters of each drawn from its stream, by its name."""
    return {key: _player(spec, key, engine, streams[key], takes_logits(spec)) for key in spec.networks()}


def takes_logits(spec: Learning) -> bool:
    """Does the loss take log-odds, in place of the output of a discriminator or classifier?"""
    return not isinstance(spec, models.Wgan) and spec.training.loss in LOG_ODDS


def _player(spec: Learning, key: str, engine: Engine, rng: np.random.Generator, logits: bool) -> Player:
    network = make_network(spec, key, engine, rng, logits and key != "generator")
    own = spec.networks()[key]
    first = None if own.weights is None else read_weights(own.weights, key, network)
    clip = CLIPS[own.clip.mode](own.clip.bound) if own.clip is not None else None
    average = None
    if own.ema is not None:
        average = Average(make_network(spec, key, engine, np.random.default_rng(0)), own.ema)
    optimizer = make_optimizer(spec, own.optimizer, network, engine)
    player = PLAYERS[own.optimizer.lookahead](network, optimizer, clip, average)
    player.first = first
    if spec.test.layers and len(network.norms(network.params)) > 1:
        player.remember()
    return player


def read_weights(said: str, key: str, network: Network) -> dict[str, Any]:
    """Give a network the parameters of the one of the same name in a run, averaged where it is. Raises RunError.

    Returns what a record says of them: the run, the game of its newest checkpoint, and a checksum of what was read.
    """
    run = Path(said).expanduser()
    if not run.is_dir():
        raise RunError(f"{key}.weights: {run}: there is no such folder; give that of a run")
    try:
        saved = checkpoint.newest(RunFolder(run).checkpoints)
        arrays, layout, game = saved.arrays, saved.facts["layout"][key], saved.facts["game"]
        params, state = arrays.get(f"{key}.average", arrays[f"{key}.params"]), arrays[f"{key}.state"]
    except (ValueError, KeyError, OSError) as error:
        raise RunError(f"{key}.weights: {run}: has no {key} to begin from: {error}") from None
    own_layout = [[slot.name, list(slot.shape), slot.start] for slot in network.layout.slots]
    if params.shape == network.params.shape and layout != own_layout:
        raise RunError(f"{key}.weights: {run}: its {key} has as many parameters in other layers; give both the same")
    for name, theirs, own in (("parameters", params, network.params), ("numbers kept", state, network.state)):
        if theirs.shape != own.shape:
            sizes = f"{theirs.size:,d} {name}, this one {own.size:,d}"
            raise RunError(f"{key}.weights: {run}: its {key} has {sizes}; give both the same layers")
        own[...] = theirs
    return {"run": said, "game": game, "sha256": hashlib.sha256(params.tobytes() + state.tobytes()).hexdigest()}


def output(spec: models.Supervised) -> str:
    """The name of the activation of a supervised network's outputs."""
    *_, last = spec.network.placed(None)
    assert last.layer.activation is not None
    return last.layer.activation.name


def make_optimizer(spec: Experiment, own: AnyOptimizer, network: Network, engine: Engine) -> Optimizer:
    """An optimiser for the parameters of `network`."""
    settings = own.model_dump(exclude_none=True)
    name = settings.pop("name")
    settings.pop("lookahead", None)  # the player's
    if name != "adadelta" and "eta" not in settings:
        settings["eta"] = spec.eta
    if (schedule := settings.pop("schedule", None)) is not None:
        settings["schedule"] = SCHEDULES[schedule.pop("name")](**schedule)
    optimizer: Optimizer = OPTIMIZERS[name](engine, network.params.size, spec.dtype, **settings)
    return optimizer


def _activation(layer: networks.Layer) -> Activation:
    assert layer.activation is not None
    settings = layer.activation.model_dump()
    name = settings.pop("name")
    if name in networks.WITH_SLOPE:
        settings["mu"] = layer.mu
    return ACTIVATIONS[name](**settings)


def _initializer(spec: networks.AnyInit) -> Initializer:
    settings = spec.model_dump()
    return INITIALIZERS[settings.pop("name")](**settings)
