"""Judge a run's generator: its samples, the real data beside them, and the judge."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gancli import evaluation
from gancli.data import DataError, Dataset, Part
from gancli.engines import Array, BlasThreads, make_engine
from gancli.evaluation import classes
from gancli.evaluation.findings import findings
from gancli.evaluation.frechet import frechet_distance, gaussian
from gancli.evaluation.judge import Judge
from gancli.evaluation.manifold import manifold
from gancli.evaluation.mixtures import mixture
from gancli.evaluation.table import Row, measure_images, measure_points
from gancli.experiment.build import load_data
from gancli.experiment.critic import CriticDistance, critic_distance
from gancli.experiment.networks import make_network
from gancli.experiment.sampling import load_generator
from gancli.games.adversarial import sample_generator
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import Supervised, from_plain, load
from gancli.spec.yaml import load_file

BUNDLED = Path(evaluation.__file__).parent / "judge_mnist"
PARAMS = "network.params"
BUNDLED_NAME = "the bundled judge of MNIST"


def bundled_judge() -> Judge:
    """The judge that comes with gancli: its card is beside its weights."""
    spec = from_plain(load_file(BUNDLED / "config.yaml").data).experiment
    assert isinstance(spec, Supervised)
    with np.load(BUNDLED / "weights.npz", allow_pickle=False) as found:
        return _judge(spec, found[PARAMS].astype(np.float32), BUNDLED_NAME)


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


@dataclass(frozen=True)
class How:
    """What to measure, and on what."""

    samples: int = 10_000
    seed: int = 0
    judge: Judge | None = None
    """The bundled one by default."""
    critics: int = 0
    """How many fresh critics to train against the generator."""
    quick: bool = False
    """Leave out what compares pixels: of 10,000 samples a few seconds instead of most of a minute."""


@BlasThreads(1)
def evaluate(folder: RunFolder, how: How) -> dict[str, Any]:
    """Every measure of a run's samples, what they were measured on, and what they mean, as `evaluation.json` has it.

    Raises RunError, SpecError, DataError, MissingPot.
    """
    spec, network, game = load_generator(folder)
    rng = np.random.default_rng(how.seed)
    own, _ = sample_generator(network, spec.latent.law, how.samples, rng)
    dataset = load_data(spec)
    facts = {"run": str(folder.path), "game": game, "samples": how.samples, "seed": how.seed, "data": dataset.origin}
    if dataset.modes is not None:
        rows = measure_points(own, dataset.train.samples, dataset.test.samples, dataset.modes, dataset.std, rng)
    else:
        judge = how.judge or bundled_judge()
        train, test = pixels(dataset.train), pixels(dataset.test)
        if not len(train) or not len(test):
            raise DataError(f"{dataset.origin}: has no images to compare with")
        rows = measure_images(np.clip(own, 0.0, 1.0), train, test, judge, rng, how.quick)
        facts |= {"judge": judge.name, "notice": dataset.notice}
    result: dict[str, Any] = {**facts, "measures": {row.name: _as_data(row) for row in rows}}
    if how.critics:
        _add_critic(result, critic_distance(folder, how.critics), how.critics)
    return {**result, "findings": findings(result["measures"])}


def is_of(folder: RunFolder, how: How) -> bool:
    """Has this run been evaluated in just this way, as it stands now? Raises RunError."""
    found = folder.evaluation()
    judge = found.get("judge", BUNDLED_NAME)
    same = {"samples": how.samples, "seed": how.seed, "game": folder.record().get("played")}
    return (
        all(found.get(key) == value for key, value in same.items())
        and judge == (how.judge.name if how.judge else BUNDLED_NAME)
        and found.get("critic", {}).get("seeds", 0) == how.critics
        and (how.quick or "wasserstein" in found["measures"])
        and "findings" in found
    )


def _as_data(row: Row) -> dict[str, Any]:
    return _measure(row.own.value, row.own.half, row.real.value, row.real.half, row.better)


def _measure(value: float, half: float, real: float, real_half: float, better: str) -> dict[str, Any]:
    numbers = {"value": value, "±": half, "real": real, "real ±": real_half}
    return {**{key: None if np.isnan(number) else number for key, number in numbers.items()}, "better": better}


def _add_critic(result: dict[str, Any], found: CriticDistance, seeds: int) -> None:
    result["measures"]["critic"] = _measure(found.value, found.half, found.real, found.real_half, "low")
    result["critic"] = {"seeds": seeds, "learnings": found.learnings, "converged": found.converged}


class Evaluator:
    """A few quick measures, again and again while a run trains, against one reference."""

    NEIGHBOURS = 1000
    """Samples and real images among whose features neighbours are looked for."""

    @BlasThreads(1)
    def __init__(self, dataset: Dataset, judge: Judge | None = None):
        self._dataset = dataset
        self._judge = judge or (bundled_judge() if dataset.modes is None else None)
        if self._judge is not None:
            sight = self._judge.look(pixels(dataset.train))
            self._reference = gaussian(sight.features)
            self._shares = classes.shares(sight.answers)
            rows = np.random.default_rng(0).permutation(len(sight.features))[: self.NEIGHBOURS]
            self._real = sight.features[rows]

    @BlasThreads(1)
    def measure(self, samples: Array) -> dict[str, float]:
        """Of images `frechet`, `score`, `classes`, `shares_kl`, `precision`, `coverage`; of points `modes`, …

        What is undefined is left out: the evenness of modes where no point is near any.
        """
        if self._judge is None:
            assert self._dataset.modes is not None
            found = mixture(samples, self._dataset.modes, self._dataset.std)
            figures = {"modes": found.captured, "quality": found.quality, "reverse_kl": found.reverse_kl}
            return {name: value for name, value in figures.items() if not np.isnan(value)}
        sight = self._judge.look(np.clip(samples, 0.0, 1.0))
        shares = classes.shares(sight.answers)
        near = manifold(self._real, sight.features[: self.NEIGHBOURS])
        return {
            "frechet": frechet_distance(gaussian(sight.features), self._reference),
            "score": classes.score(sight.answers),
            "classes": classes.present(shares, self._shares),
            "shares_kl": classes.divergence(shares, self._shares),
            "precision": near.precision,
            "coverage": near.coverage,
        }


def pixels(part: Part) -> Array:
    """Images (count, pixels) as a network sees them, in single precision."""
    return np.asarray(part.samples * np.float32(part.factor), np.float32)
