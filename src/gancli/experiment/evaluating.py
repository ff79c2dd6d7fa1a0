"""Judge a run's generator: its samples, the real data beside them, and the judge."""

from pathlib import Path
from typing import Any

import numpy as np

from gancli import evaluation
from gancli.data import DataError, Dataset, Part
from gancli.engines import Array, make_engine
from gancli.evaluation import classes
from gancli.evaluation.frechet import frechet_distance, gaussian
from gancli.evaluation.judge import Judge
from gancli.evaluation.manifold import manifold
from gancli.evaluation.mixtures import mixture
from gancli.evaluation.table import Row, measure_images, measure_points
from gancli.experiment.build import load_data
from gancli.experiment.networks import make_network
from gancli.experiment.sampling import load_generator
from gancli.games.adversarial import sample_generator
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import Supervised, from_plain, load
from gancli.spec.yaml import load_file

BUNDLED = Path(evaluation.__file__).parent / "judge_mnist"
PARAMS = "network.params"


def bundled_judge() -> Judge:
    """The judge that comes with gancli: its card is beside its weights."""
    spec = from_plain(load_file(BUNDLED / "config.yaml").data).experiment
    assert isinstance(spec, Supervised)
    with np.load(BUNDLED / "weights.npz", allow_pickle=False) as found:
        return _judge(spec, found[PARAMS].astype(np.float32), "the bundled judge of MNIST")


def judge_of(folder: RunFolder) -> Judge:
    """The network of a supervised run on MNIST as a judge. Raises RunError, SpecError."""
    spec = load(folder.config).experiment
    if not isinstance(spec, Supervised) or spec.data.set != "mnist":
        raise RunError(f"{folder.path}: is no judge: it must be a supervised run on mnist with a softmax output")
    if spec.training.loss != "cross_entropy" or spec.network.sizes()[-1] < 2:
        raise RunError(f"{folder.path}: is no judge: its outputs are no probabilities; train it with cross_entropy")
    try:
        saved = checkpoint.newest(folder.checkpoints)
        return _judge(spec, saved.arrays[PARAMS], str(folder.path))
    except (ValueError, KeyError) as error:
        raise RunError(f"{folder.path}: is no judge: {error}") from None


def _judge(spec: Supervised, params: Array, name: str) -> Judge:
    network = make_network(spec, "network", make_engine("numpy", 1), np.random.default_rng(0))
    network.params[...] = params
    return Judge(network, name)


def evaluate(
    folder: RunFolder, samples: int, seed: int, judge: Judge | None = None
) -> tuple[list[Row], dict[str, Any]]:
    """Every measure of `samples` samples of a run's generator, and what they were measured on.

    Raises RunError, SpecError, DataError, MissingPot.
    """
    spec, network, game = load_generator(folder)
    rng = np.random.default_rng(seed)
    own, _ = sample_generator(network, spec.latent.law, samples, rng)
    dataset = load_data(spec)
    facts = {"run": str(folder.path), "game": game, "samples": samples, "seed": seed, "data": dataset.origin}
    if dataset.modes is not None:
        rows = measure_points(own, dataset.train.samples, dataset.test.samples, dataset.modes, dataset.std, rng)
        return rows, facts
    judge = judge or bundled_judge()
    train, test = pixels(dataset.train), pixels(dataset.test)
    if not len(train) or not len(test):
        raise DataError(f"{dataset.origin}: has no images to compare with")
    rows = measure_images(np.clip(own, 0.0, 1.0), train, test, judge, rng)
    return rows, facts | {"judge": judge.name, "notice": dataset.notice}


class Evaluator:
    """A few quick measures, again and again while a run trains, against one reference."""

    NEIGHBOURS = 1000
    """Samples and real images among whose features neighbours are looked for."""

    def __init__(self, dataset: Dataset, judge: Judge | None = None):
        self._dataset = dataset
        self._judge = judge or (bundled_judge() if dataset.modes is None else None)
        if self._judge is not None:
            sight = self._judge.look(pixels(dataset.train))
            self._reference = gaussian(sight.features)
            self._shares = classes.shares(sight.answers)
            rows = np.random.default_rng(0).permutation(len(sight.features))[: self.NEIGHBOURS]
            self._real = sight.features[rows]

    def measure(self, samples: Array) -> dict[str, float]:
        """Of images: `frechet`, `score`, `classes`, `precision`, `coverage`; of points: `modes`, `quality`, …"""
        if self._judge is None:
            assert self._dataset.modes is not None
            found = mixture(samples, self._dataset.modes, self._dataset.std)
            return {"modes": found.captured, "quality": found.quality, "reverse_kl": found.reverse_kl}
        sight = self._judge.look(np.clip(samples, 0.0, 1.0))
        near = manifold(self._real, sight.features[: self.NEIGHBOURS])
        return {
            "frechet": frechet_distance(gaussian(sight.features), self._reference),
            "score": classes.score(sight.answers),
            "classes": classes.present(classes.shares(sight.answers), self._shares),
            "precision": near.precision,
            "coverage": near.coverage,
        }


def pixels(part: Part) -> Array:
    """Images (count, pixels) as a network sees them, in single precision."""
    return np.asarray(part.samples * np.float32(part.factor), np.float32)


def as_data(rows: list[Row], facts: dict[str, Any]) -> dict[str, Any]:
    """The table as plain data, for `evaluation.json`."""

    def number(value: float) -> float | None:
        return None if np.isnan(value) else value

    measures = {
        row.name: {
            "value": number(row.own.value), "±": number(row.own.half),
            "real": number(row.real.value), "real ±": number(row.real.half), "better": row.better,
        }
        for row in rows
    }  # fmt: skip
    return {**facts, "measures": measures}
