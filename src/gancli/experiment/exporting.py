"""A run's network as an ONNX model that was tried beside it, or its weights in a file."""

import numpy as np

from gancli.engines import Array
from gancli.experiment.learned import Learned
from gancli.export.model import End, model_of, rows
from gancli.export.verify import verify
from gancli.nn.layers import Noise
from gancli.spec import Supervised

TRIED = 3
"""Samples that a model is tried on: ONNX's reference evaluator is slow, and each sample passes through all of it."""


def onnx_model(own: Learned) -> tuple[bytes, float]:
    """The file of the model, and how far it is from the network in the largest number of some random samples.

    Raises ExportError where that is too far, MissingOnnx.
    """
    labels = tuple(own.names)
    model = model_of(own.network, *ends(own), labels, own.about())
    rng = np.random.default_rng(0)
    count = rows(own.network) if rows(own.network) > 1 else TRIED
    x, codes = own.at_random(count, rng)
    expected = own.outputs(x, codes, rng)
    taken, _ = ends(own)
    told = {}
    if codes is not None:
        chosen = np.array(labels, np.int64)[codes.reshape(count, own.packed, -1).argmax(axis=2)]
        told = {"labels": chosen if own.packed > 1 else chosen[:, 0]}
    return model.SerializeToString(), verify(model, {taken.name: x, **told, **noises(own)}, expected)


def ends(own: Learned) -> tuple[End, End]:
    """What the model takes and what it gives."""
    units = own.units
    std: Array | float = np.array(units.std) if units.std else 1.0
    mean: Array | float = np.array(units.mean) if units.mean else 0.0
    within = None
    if units.kind == "images":
        wide = units.white - units.black
        std, mean, within = 1.0 / wide, -units.black / wide, (0.0, 1.0)
    if own.makes:
        return End("latents", (own.network.inputs,)), End(units.kind, units.shape, std, mean, within=within)
    if units.mean:
        std, mean = np.tile(std, own.packed), np.tile(mean, own.packed)
    says = "probabilities" if own.last else "predictions" if isinstance(own.spec, Supervised) else "scores"
    outputs = (own.network.outputs,)
    return End(units.kind, own.shape, std, mean), End(says, outputs, own.target_std, own.target_mean, own.last)


def noises(own: Learned) -> dict[str, Array]:
    """The noise of the last pass, as it was drawn, by the names that it has in a model."""
    layers = [one for one in own.network.layers if isinstance(one, Noise) and one.distribution != "dropout"]
    return {
        f"noise{number}": (layer.noise - (layer.mode == "multiply")).astype(np.float32)
        for number, layer in enumerate(layers, 1)
    }
