"""From a spec's networks to networks, optimisers and players."""

from collections.abc import Mapping

import numpy as np

from gancli.engines import Engine
from gancli.games import CLIPS, Average, Player
from gancli.nn import Network
from gancli.nn.activations import ACTIVATIONS, Activation, Linear, log_odds
from gancli.nn.initializers import INITIALIZERS, Initializer
from gancli.nn.layers import BatchNorm, Dense, Kernel, Layer, Noise, Similarity, dropout
from gancli.nn.losses import LOG_ODDS
from gancli.nn.optimizers import OPTIMIZERS, Optimizer
from gancli.spec import Experiment, Learning, models, networks, width
from gancli.spec.optimizers import AnyOptimizer


def make_network(spec: Learning, key: str, engine: Engine, rng: np.random.Generator, logits: bool = False) -> Network:
    """The network `key` of a spec; with `logits`, its output sigmoid or softmax is left to the loss."""
    layers: list[Layer] = []
    batch = spec.training.batch
    declared = list(spec.networks()[key].dense_layers(spec.mu))
    for index, (inputs, layer) in enumerate(declared):
        assert layer.init is not None and layer.bias is not None
        layers += _beside_inputs(inputs, layer, batch)
        activation = _activation(layer)
        if logits and index == len(declared) - 1:
            activation = log_odds(activation)
        initializer, wide = _initializer(layer.init), width(inputs, layer, batch)
        if layer.batch_norm:  # its shift is the bias
            layers += [
                Dense(wide, layer.units, Linear(), initializer, bias=False),
                BatchNorm(layer.units, activation, batch),
            ]
        else:
            layers.append(Dense(wide, layer.units, activation, initializer, layer.bias))
    return Network(layers, engine, spec.dtype, rng)


def _beside_inputs(inputs: int, layer: networks.Layer, batch: int) -> list[Layer]:
    """What acts on a layer's inputs: dropout, minibatch discrimination, noise."""
    layers: list[Layer] = []
    if layer.dropout:
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
    logits = not isinstance(spec, models.Wgan) and spec.training.loss in LOG_ODDS
    return {key: _player(spec, key, engine, streams[key], logits) for key in spec.networks()}


def _player(spec: Learning, key: str, engine: Engine, rng: np.random.Generator, logits: bool) -> Player:
    network = make_network(spec, key, engine, rng, logits and key != "generator")
    own = spec.networks()[key]
    clip = CLIPS[own.clip.mode](own.clip.bound) if own.clip is not None else None
    average = None
    if own.ema is not None:
        average = Average(make_network(spec, key, engine, np.random.default_rng(0)), own.ema)
    return Player(network, make_optimizer(spec, own.optimizer, network, engine), clip, average)


def output(spec: models.Supervised) -> str:
    """The name of the activation of a supervised network's outputs."""
    *_, (_, last) = spec.network.dense_layers(None)
    assert last.activation is not None
    return last.activation.name


def make_optimizer(spec: Experiment, own: AnyOptimizer, network: Network, engine: Engine) -> Optimizer:
    """An optimiser for the parameters of `network`."""
    settings = own.model_dump(exclude_none=True)
    name = settings.pop("name")
    if name != "adadelta" and "eta" not in settings:
        settings["eta"] = spec.eta
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
