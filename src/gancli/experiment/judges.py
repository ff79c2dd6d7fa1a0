"""Judges: the bundled one, one of a user's own, and whether a judge may judge a run's samples."""

import functools
from pathlib import Path

import numpy as np

from gancli import evaluation
from gancli.data import SETS, DataError, Dataset, Split, mnist
from gancli.data.classes import numbers
from gancli.engines import Array, make_engine
from gancli.evaluation.judge import Judge
from gancli.experiment.conditions import labels
from gancli.experiment.networks import make_network, output
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import Experiment, Gan, Supervised, Wgan, from_plain, load
from gancli.spec.yaml import load_file

BUNDLED = Path(evaluation.__file__).parent / "judge_mnist"
PARAMS, STATE = "network.params", "network.state"
BUNDLED_NAME = "the bundled judge of MNIST"


@functools.cache
def bundled_judge() -> Judge:
    """The judge that comes with gancli: its card is beside its weights."""
    spec = from_plain(load_file(BUNDLED / "config.yaml").data).experiment
    assert isinstance(spec, Supervised)
    with np.load(BUNDLED / "weights.npz", allow_pickle=False) as weights:
        params, state = weights[PARAMS].astype(np.float32), np.zeros(0, np.float32)
        return _judge(spec, params, state, BUNDLED_NAME, SETS["mnist"].title)


def judge_of(folder: RunFolder) -> Judge:
    """The network of a supervised run on images as a judge of them. Raises RunError, SpecError."""
    spec = load(folder.config).experiment
    if not isinstance(spec, Supervised) or not spec.data.images:
        raise RunError(f"{folder.path}: is no judge: it must be a supervised run on images with a softmax output")
    if spec.data.range is not None or spec.data.invert:
        raise RunError(
            f"{folder.path}: is no judge: it sees other ranges than [0, 1]; train it without `range`, `invert`"
        )
    if output(spec) != "softmax":
        raise RunError(
            f"{folder.path}: is no judge: its outputs are no probabilities of classes; train it with softmax and "
            "cross_entropy"
        )
    facts = folder.data()
    known = mnist.pictures(facts.get("sha256", {})) if spec.data.set == "mnist" else str(facts.get("pictures"))
    try:
        saved = checkpoint.newest(folder.checkpoints)
        return _judge(spec, saved.arrays[PARAMS], saved.arrays[STATE], str(folder.path), known)
    except (ValueError, KeyError) as error:
        raise RunError(f"{folder.path}: is no judge: {error}") from None


def _judge(spec: Supervised, params: Array, state: Array, name: str, pictures: str) -> Judge:
    network = make_network(spec, "network", make_engine("numpy", 1), np.random.default_rng(0))
    network.params[...], network.state[...] = params, state
    known = range(network.outputs)
    own = spec.data.set not in SETS
    return Judge(
        network,
        name,
        pictures,
        tuple(known) if own else numbers(SETS[spec.data.set].classes, spec.data.classes or known),
    )


def objection(judge: Judge, spec: Gan | Wgan, dataset: Dataset) -> str | None:
    """Why a judge may not judge a run's samples: it learned other pictures, or not all of the run's classes."""
    own, there = labels(spec, dataset.classes), dataset.facts.get("pictures")
    remedy = "train a judge on the run's data (as configs/judge_mnist.yaml), and give its run with --judge"
    if judge.pictures != there:
        return f"{judge.name} was trained on {judge.pictures}, this run on {there} ({dataset.origin}); {remedy}"
    if missing := set(own) - set(judge.classes):
        names = ", ".join(map(str, sorted(missing)))
        return f"{judge.name} was trained on the classes {list(judge.classes)}, without this run's {names}; {remedy}"
    return None


def judge_in_training(spec: Gan | Wgan, dataset: Dataset) -> Judge | None:
    """Who judges samples in the tests that `evaluate:` asks for; None of points, or with `metrics` alone.

    Raises DataError where nothing could be measured, or not what `checkpoint.best` or `stop.metric` is.
    """
    if spec.evaluate is None or dataset.modes is not None:
        return None
    if dataset.kind != "images":
        text: str | None = "no judge knows points or rows; leave it out, for `gancli evaluate RUN`"
    else:
        text = objection(bundled_judge(), spec, dataset)
        if text is None:
            return bundled_judge()
        text += "; `gancli evaluate RUN --judge JUDGE` does it after training"
    if not spec.evaluate.metrics:
        raise DataError(f"evaluate: {text}, or name `metrics` of another package")
    for key, name in (("checkpoint.best", spec.checkpoint.best), ("stop.metric", spec.stop.metric)):
        if name is not None and name not in spec.evaluate.metrics:
            raise DataError(f"{key}: {name} cannot be measured: {text}")
    return None


def check_evaluate(spec: Experiment, dataset: Dataset) -> None:
    """Refuse what `judge_in_training` does. Raises DataError."""
    if isinstance(spec, Gan | Wgan):
        judge_in_training(spec, dataset)


def pixels(dataset: Dataset, split: Split) -> Array:
    """Images (count, pixels) within [0, 1], in single precision."""
    seen = split.seen(split.samples)
    plain = (dataset.units.black, dataset.units.white) == (0.0, 1.0)
    return seen if plain else dataset.units.own(seen).reshape(seen.shape)
