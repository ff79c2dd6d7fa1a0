"""What a supervised run's network says of a user's samples."""

import csv
import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data import DataError
from gancli.data.own import asked
from gancli.engines import Array
from gancli.experiment.build import low_target
from gancli.experiment.learned import Learned, learned
from gancli.games.supervised import CHUNK
from gancli.runs import RunError, RunFolder
from gancli.spec import Supervised, load


@dataclass(frozen=True)
class Predictions:
    """`outputs` (count, outputs): probabilities where the loss is cross entropy; numbers in their own units."""

    samples: list[str]
    """Their names."""
    outputs: Array
    columns: tuple[str, ...] = ()
    """What the outputs are, of numbers that are predicted."""
    names: tuple[str, ...] = ()
    """Of the classes, by their labels."""
    labels: NDArray[np.intp] | None = None
    """(count,), of classes."""
    scores: Array | None = None
    """(count,), how sure the network is of each label."""
    score: str = "probability"
    """What a score is."""
    notices: tuple[str, ...] = ()
    """What happened to samples that were read."""

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Names of columns, and a row for each sample: its name, and its class with the score, or the numbers."""
        if self.labels is None or self.scores is None:
            every = zip(self.samples, self.outputs.tolist(), strict=True)
            return ["sample", *self.columns], [[name, *numbers] for name, numbers in every]
        judged = zip(self.samples, self.labels.tolist(), self.scores.tolist(), strict=True)
        return ["sample", "class", self.score], [[name, self.names[label], score] for name, label, score in judged]

    def csv(self) -> bytes:
        """The table as text."""
        text, (names, rows) = io.StringIO(), self.table()
        digits = 9 if self.labels is None else 6
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([f"{cell:.{digits}g}" if isinstance(cell, float) else cell for cell in row] for row in rows)
        return text.getvalue().encode()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For an `.npz`, which reads without pickle."""
        named = {"samples": np.array(self.samples)}
        if self.labels is None:
            return {**named, "predictions": self.outputs, "columns": np.array(self.columns)}
        output = "probabilities" if self.score == "probability" else "outputs"
        return {**named, output: self.outputs, "labels": self.labels, "classes": np.array(self.names)}


def predict(
    folder: RunFolder, path: str, key: str | None = None, invert: bool = False, which: str = "last"
) -> Predictions:
    """Predictions for the samples of a file or folder. Raises RunError, SpecError, DataError.

    `key` is the array of an .npz that has several; with `invert`, images have black for white.
    """
    spec = load(folder.config).experiment
    if not isinstance(spec, Supervised):
        instead = "`gancli sample` draws from its generator, and `gancli export --network` gives its other network"
        text = f"is a {spec.kind} run; only a supervised one predicts" + (f": {instead}" if spec.networks() else "")
        raise RunError(f"{folder.path}: {text}")
    own = learned(folder, what_for="to predict with", which=which)
    try:
        read = _read(own, spec, path, key)
    except DataError as error:  # whose options are those of a configuration
        raise DataError(str(error).removeprefix("data.path: ").replace("data.key:", "--key:")) from None
    if invert and own.units.kind != "images":
        raise RunError(f"--invert: {folder.path} learned from rows of numbers, not from images; leave it out")
    outputs = _outputs(own, 1.0 - read.samples if invert else read.samples)
    if spec.data.targets is not None:
        return Predictions(read.names, outputs, spec.data.targets, notices=_of_targets(own, spec))
    return replace(_of_classes(own, spec, read.names, outputs), notices=read.notices)


def _of_targets(own: Learned, spec: Supervised) -> tuple[str, ...]:
    """What to tell of numbers that were standardised by a gancli that did not note how."""
    if spec.data.standardize and "target_std" not in own.folder.data():
        return ("predictions are in standard deviations from the mean: this run's record does not say which these are",)
    return ()


def _read(own: Learned, spec: Supervised, path: str, key: str | None) -> asked.Asked:
    units = own.units
    if len(units.shape) == 3:
        channels, height, width = units.shape
        return asked.images(path, (channels, height, width), key)
    columns = units.columns or tuple(f"x{number}" for number in range(units.shape[0]))
    return asked.table(path, columns, key, spec.data.header)


def _outputs(own: Learned, x: Array) -> Array:
    """Of a chunk at a time; layer noise, if any, is the same at each call."""
    rng = np.random.default_rng(0)
    return np.concatenate([own.outputs(x[start : start + CHUNK], rng=rng) for start in range(0, len(x), CHUNK)])


def _of_classes(own: Learned, spec: Supervised, samples: list[str], outputs: Array) -> Predictions:
    """The class of the largest output or, of a single one, of the nearer target. Raises RunError."""
    names = own.folder.data().get("classes")
    if not isinstance(names, list) or len(names) < max(2, outputs.shape[1]):
        raise RunError(f"{own.folder.path}: its record does not name the classes of its {outputs.shape[1]} outputs")
    score = "probability" if own.last else "output"
    if outputs.shape[1] > 1:
        labels, scores = outputs.argmax(axis=1), outputs.max(axis=1)
    else:
        middle = (low_target(spec) + 1.0) / 2
        labels = np.asarray(outputs[:, 0] > middle, np.intp)
        scores = np.where(labels == 1, outputs[:, 0], 1.0 - outputs[:, 0]) if own.last else outputs[:, 0]
    return Predictions(samples, outputs, (), tuple(map(str, names)), labels, scores, score)
