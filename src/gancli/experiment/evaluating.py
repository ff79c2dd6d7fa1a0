"""Judge a run's generator: its samples, the real data beside them, and the judge."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data import DataError, Dataset
from gancli.engines import Array, BlasThreads
from gancli.evaluation.interpretation import interpret
from gancli.evaluation.judge import Judge
from gancli.evaluation.manifold import NEIGHBOURS
from gancli.evaluation.stacked import spelled
from gancli.evaluation.table import Draw, More, Row, Table, is_lacking, measure_images, measure_points, measure_rows
from gancli.experiment.conditions import classes_of, labels
from gancli.experiment.critic import CriticDistance, critic_distance
from gancli.experiment.judges import bundled_judge, objection, pixels
from gancli.experiment.loading import how_to_find, load_data
from gancli.experiment.sample_metrics import SampleMetrics, sample_metrics
from gancli.experiment.sampling import load_generator
from gancli.games.adversarial import sample_generator
from gancli.metrics import metric, of_package
from gancli.packages import MissingPackage
from gancli.runs import RunError, RunFolder
from gancli.spec import Gan, Wgan, load

Labels = NDArray[np.intp]
STACKED = "three of MNIST"
"""The pictures whose numbers the bundled judge reads, a digit at a time."""


@dataclass(frozen=True)
class How:
    """What to measure, and on what."""

    samples: int = 10_000
    """Of each set, at most: there are no more than held-out images."""
    seed: int = 0
    judge: Judge | None = None
    """The bundled one by default."""
    critics: int = 0
    """How many fresh critics to train against the generator."""
    quick: bool = False
    """Leave out what compares pixels: of 10,000 samples some seconds instead of a minute."""
    checkpoint: str = "last"
    """Or `best`, or the number of a game."""
    metrics: tuple[str, ...] = ()
    """Of other packages, beside those that the run's `evaluate:` names."""


@BlasThreads(1)
def evaluate(folder: RunFolder, how: How) -> dict[str, Any]:
    """Every measure of a run's samples, what they were measured on, and what they mean, as `evaluation.json` has it.

    What needs a library that is not installed has no numbers, but says which it `needs`. Raises RunError, SpecError,
    DataError.
    """
    spec, network, game = load_generator(folder, how.checkpoint)
    latents, subsets = (np.random.default_rng(seed) for seed in np.random.SeedSequence(how.seed).spawn(2))
    dataset = load_data(spec)
    notices = _same_data(folder, dataset, how_to_find(spec))
    facts: dict[str, Any] = {
        "run": str(folder.path),
        "game": game,
        "asked": how.samples,
        "seed": how.seed,
        "data": dataset.origin,
    }
    facts |= {"checksum": checksum(dataset), "metrics": _of_packages(spec, how, notices.append)}

    known, asked = classes_of(spec, dataset), list[Labels]()

    def draw(count: int) -> Array:
        codes = None if known is None else known.drawn(count, latents, network.dtype)
        if known is not None and codes is not None:
            asked.append(known.labels_of(codes))
        samples, _ = sample_generator(network, spec.latent.distribution, count, latents, codes)
        return dataset.units.own(samples).reshape(samples.shape) if dataset.kind == "images" else samples

    own = SampleMetrics(facts["metrics"], notices.append)
    if dataset.modes is not None:
        table, judge, remarks = _of_points(folder, how, dataset, draw, subsets, own), None, list[str]()
    elif dataset.kind != "images":
        table, judge, remarks = _of_rows(folder, how, dataset, draw, subsets, own)
    else:
        table, judge, remarks = _of_images(how, spec, dataset, draw, subsets, own, None if known is None else asked)
        facts["judge"] = judge.name if judge is not None else None
    missing = [str(error) for error in table.lacking.values()]
    facts |= {"samples": table.count, "sets": table.sets, "notices": [*notices, *remarks, *missing]}
    facts["way"] = _way(judge, table.count, dataset)
    result: dict[str, Any] = {**facts, "measures": {row.name: _as_data(row) for row in table.rows}}
    for name, error in table.lacking.items():
        result["measures"][name]["needs"] = error.library
    if how.critics:
        _add_critic(result, critic_distance(folder, how.critics, how.checkpoint), how.critics)
    return {**result, "findings": interpret(result["measures"])}


def _of_packages(spec: Gan | Wgan, how: How, say: Callable[[str], None]) -> list[str]:
    """The metrics of other packages to measure; the run's own only where they are here, else that is said."""
    here = []
    for name in sample_metrics(spec):
        try:
            here.append(of_package(name).name)
        except MissingPackage as error:
            say(f"not measured: {error}")
    return list(dict.fromkeys([*here, *how.metrics]))


def _of_points(
    folder: RunFolder, how: How, dataset: Dataset, draw: Draw, rng: np.random.Generator, own: SampleMetrics
) -> Table:
    """Points of the plane beside the modes that they should come from. Raises RunError."""
    if how.judge is not None:
        raise RunError(f"--judge: {folder.path} draws points, which no judge knows; leave it out")
    assert dataset.modes is not None
    real = dataset.train.samples, dataset.test.samples
    more = own.beside(dataset.units.own)
    return measure_points(draw, *real, dataset.modes, dataset.std, rng, how.samples, more)


def _of_rows(
    folder: RunFolder, how: How, dataset: Dataset, draw: Draw, rng: np.random.Generator, own: SampleMetrics
) -> tuple[Table, None, list[str]]:
    """Rows of numbers beside real ones, each column in its standard deviations. Raises RunError."""
    if how.judge is not None:
        raise RunError(f"--judge: {folder.path} draws rows of numbers, which no judge knows; leave it out")
    train, test = (split.seen(split.samples) for split in (dataset.train, dataset.test))
    scale = np.where(train.std(axis=0) > 0.0, train.std(axis=0), 1.0).astype(train.dtype)
    columns = dataset.units.columns or tuple(f"x{number}" for number in range(train.shape[1]))
    more = own.beside(lambda x: dataset.units.own(x * scale))
    table = measure_rows(
        lambda count: draw(count) / scale, train / scale, test / scale, columns, rng, how.samples, more
    )
    return table, None, [*([dataset.notice] if dataset.notice else []), *table.notices]


def _of_images(
    how: How,
    spec: Gan | Wgan,
    dataset: Dataset,
    draw: Draw,
    rng: np.random.Generator,
    own: SampleMetrics,
    asked: list[Labels] | None = None,
) -> tuple[Table, Judge | None, list[str]]:
    """Images beside real ones, the judge that was asked, and remarks to print. Raises RunError, DataError.

    `asked` are the labels of the classes that each set was asked for, which `draw` notes.
    """
    judge, notices = _chosen(how, spec, dataset)
    real = pixels(dataset, dataset.train), pixels(dataset, dataset.test)
    if not all(map(len, real)):
        raise DataError(f"{dataset.origin}: has no images to compare with")
    stacked = dataset.facts.get("pictures") == STACKED
    notices = [] if stacked else notices
    train, test, labels = *real, dataset.train.labels
    condition = None if asked is None else (asked, dataset.test.labels)
    table = measure_images(
        draw, train, test, labels, judge, rng, how.samples, how.quick, _more_of_images(dataset, own), condition
    )
    few = _few(spec, dataset) if dataset.classes and not stacked else ""
    return table, judge, [*notices, *(f"{few}{notice}" for notice in table.notices)]


def _more_of_images(dataset: Dataset, own: SampleMetrics) -> More | None:
    more = own.beside(lambda x: x.reshape(-1, *dataset.shape))
    if dataset.facts.get("pictures") != STACKED:
        return more
    return lambda x, real: spelled(x, bundled_judge()) | ({} if more is None else more(x, real))


def _chosen(how: How, spec: Gan | Wgan, dataset: Dataset) -> tuple[Judge | None, list[str]]:
    """The judge asked for, or the bundled one where it may judge; and what to tell of it. Raises RunError."""
    notices = [dataset.notice] if dataset.notice else []
    judge = how.judge or bundled_judge()
    text = objection(judge, spec, dataset)
    if text is None:
        return judge, notices
    if how.judge is not None:
        raise RunError(f"--judge: {text}")
    if how.quick and dataset.facts.get("pictures") != STACKED:
        raise RunError(f"{text}; without --quick, what compares pixels is measured")
    return None, [*notices, f"without a judge: {text}"]


def _same_data(folder: RunFolder, dataset: Dataset, remedy: str) -> list[str]:
    """What to tell of data that are not the run's; refused where its training data may be among the held-out ones.

    Raises RunError.
    """
    data = folder.data()
    own, now = data.get("sha256"), dataset.facts.get("sha256")
    if own is None or own == now:
        return []
    if data.get("bundled") and dataset.facts.get("full"):
        return ["the run learned the bundled MNIST-5k; it is measured beside the full MNIST, which holds it"]
    raise RunError(
        f"{folder.path}: it was trained on other data ({data.get('origin')}) than there are now ({dataset.origin}): "
        f"these say nothing of it; {remedy}"
    )


def checksum(dataset: Dataset) -> str:
    """A short name for the data that a run is measured beside."""
    return _short(json.dumps(dataset.facts.get("sha256"), sort_keys=True).encode())


def _way(judge: Judge | None, count: int, dataset: Dataset) -> str:
    """How measures were taken, in words: those taken in different ways are not on one scale."""
    if dataset.modes is not None:  # drawn anew for each seed
        return f"points of {dataset.name}, sets of {count}"
    by = f"{judge.name} ({_short(judge.network.params.tobytes())})" if judge is not None else "no judge"
    return f"{by}, sets of {count} samples, data {checksum(dataset)} ({dataset.facts.get('pictures')})"


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _few(spec: Gan | Wgan, dataset: Dataset) -> str:
    """The classes of a run of which there are few images, before what follows from that."""
    halves = (dataset.train, dataset.test)
    counts = [(one, *(int((half.labels == one).sum()) for half in halves)) for one in labels(spec, dataset.classes)]
    few = [(label, train, test) for label, train, test in counts if min(train, test) <= NEIGHBOURS]
    return "".join(f"class {label}: {train} images to train on, {test} held out; " for label, train, test in few)


def is_of(folder: RunFolder, how: How) -> bool:
    """Has this run been evaluated in just this way, as it stands now? Raises RunError."""
    evaluation = folder.evaluation()
    if "findings" not in evaluation:
        return False
    spec = load(folder.config).experiment
    assert isinstance(spec, Gan | Wgan)
    dataset, judged = load_data(spec), evaluation.get("judge") is not None
    same = {
        "asked": how.samples,
        "seed": how.seed,
        "game": folder.record().get("played"),
        "checksum": checksum(dataset),
        "way": _way((how.judge or bundled_judge()) if judged else None, evaluation.get("samples", 0), dataset),
        "metrics": _of_packages(spec, how, lambda text: None),
    }
    measures = evaluation["measures"]
    return (
        all(evaluation.get(key) == value for key, value in same.items())
        and (judged or how.judge is None)
        and evaluation.get("critic", {}).get("seeds", 0) == how.critics
        and (not how.critics or "critic_steepest" in measures)
        and (how.quick or "wasserstein" in measures)
        and all(is_lacking(str(one["needs"])) for one in measures.values() if "needs" in one)
    )


def _as_data(row: Row) -> dict[str, Any]:
    return _measure(row.name, row.own.value, row.own.half, row.real.value, row.real.half)


def _measure(name: str, value: float, half: float, real: float, real_half: float) -> dict[str, Any]:
    numbers = {"value": value, "±": half, "real": real, "real ±": real_half}
    known = {key: None if np.isnan(number) else number for key, number in numbers.items()}
    return {**known, "better": metric(name).better}


def _add_critic(result: dict[str, Any], distance: CriticDistance, seeds: int) -> None:
    for name, numbers in distance.measures().items():
        result["measures"][name] = _measure(name, *numbers)
    result["critic"] = {"seeds": seeds, **distance.facts()}
