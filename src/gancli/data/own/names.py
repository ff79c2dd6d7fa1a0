"""Which of an archive's arrays are samples and which are labels, by their names; and the classes of labels."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.own.split import in_order, listed

Array = NDArray[Any]
IMAGES = ("x", "images", "data", "samples")
"""Usual names of an array of images, the likeliest first."""
ROWS = ("x", "data", "samples", "points", "vectors", "images")
"""And of one of vectors."""
LABELS = ("y", "labels", "label", "target", "targets", "classes")
MAX_CLASSES = 10_000


def choose(
    arrays: dict[str, Array], stems: tuple[str, ...], key: str | None, place: Path
) -> tuple[list[str], list[str]]:
    """The names of the samples' arrays and of the labels': one of each, two (train, test), or no labels.

    By `key`, by the usual names (x_train, y_train, x_test, y_test; x, y; data, target; images, labels) in capitals or
    not, or the one array there is. Raises DataError.
    """
    lower = {name.lower(): name for name in reversed(arrays)}
    if key is not None:
        if key not in arrays:
            raise DataError(f"data.key: {place} has no array {key!r}; it has {listed(list(arrays))}")
        return [key], _labels_of(arrays, lower, key)
    for stem in stems:
        if pair := _pair(lower, stem):
            labels = next((names for stem in LABELS if (names := _pair(lower, stem))), [])
            return pair, labels
    for stem in stems:
        for name in (stem, f"{stem}_train", f"train_{stem}"):
            if name in lower:
                return [lower[name]], _labels_of(arrays, lower, lower[name])
    names = [name for name, array in arrays.items() if array.ndim > 1]
    if len(names) == 1:
        return names, _labels_of(arrays, lower, names[0])
    if len(arrays) == 1:
        return list(arrays), []
    raise DataError(f"data.key: {place} holds several arrays; say which are the samples: {listed(list(arrays))}")


def _pair(lower: dict[str, str], stem: str) -> list[str] | None:
    """The names for training and for testing."""
    for form in ("{0}_{1}", "{1}_{0}", "{0}{1}"):
        names = [form.format(stem, split) for split in ("train", "test")]
        if all(name in lower for name in names):
            return [lower[name] for name in names]
    return None


def named(arrays: dict[str, Array], name: str, count: int) -> list[str]:
    """The array of a name, or with a count of two those for training and testing; none where there are none."""
    if count == 1:
        return [name] if name in arrays else []
    return _pair({key.lower(): key for key in arrays}, name.lower().removesuffix("_train")) or []


def _labels_of(arrays: dict[str, Array], lower: dict[str, str], samples: str) -> list[str]:
    """The labels' array beside that of the samples: of a usual name, and as many."""
    suffix = "_train" if "train" in samples.lower() else "_test" if "test" in samples.lower() else ""
    for stem in LABELS:
        for name in (stem + suffix, f"{suffix[1:]}_{stem}", stem):
            beside = lower.get(name)
            if beside and beside != samples and arrays[beside].shape == arrays[samples].shape[:1]:
                return [beside]
    return []


def classes_of(labels: Array, place: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Labels (count,), whole numbers or text → the number of each one's class, and their names in order.

    Raises DataError.
    """
    if labels.ndim != 1:
        raise DataError(f"{place}: labels must be (count,); got {labels.shape}: give the number of each sample's class")
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all() or (labels != np.round(labels)).any():
            raise DataError(f"{place}: labels must be whole numbers or text; got others: leave them out, or round them")
        labels = labels.astype(np.int64)
    if labels.dtype.kind == "U" and (labels.view(np.uint32) > 0x10FFFF).any():
        raise DataError(f"{place}: labels are damaged text; save them again, as whole numbers")
    distinct, numbers = np.unique(labels, return_inverse=True)
    if len(distinct) > MAX_CLASSES:
        raise DataError(f"{place}: holds {len(distinct):,d} different labels; at most {MAX_CLASSES:,d} are classes")
    texts = [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in distinct.tolist()]
    names = in_order(texts)
    ranks = np.array([names.index(text) for text in texts], np.intp)
    return ranks[numbers.reshape(-1)], names
