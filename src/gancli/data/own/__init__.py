"""A user's own images and tables, as data sets; each is read where it lies, and never written to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gancli.data.dataset import Dataset, Rng, Split
from gancli.data.files import readable
from gancli.data.own import images as own_images
from gancli.data.own import rows as own_rows
from gancli.data.own.split import Halves, Own, Progress, halves, listed, only
from gancli.data.own.standard import Standard
from gancli.data.units import Units, factor_and_shift


def load_images(
    path: str,
    *,
    rng: Rng,
    size: Sequence[int] | None = None,
    channels: int | None = None,
    layout: str | None = None,
    key: str | None = None,
    test: float = 0.1,
    classes: Sequence[str] | None = None,
    invert: bool = False,
    value_range: tuple[float, float] = (0.0, 1.0),
    progress: Progress | None = None,
) -> Dataset:
    """Images of a folder of pictures, a .npy or .npz, or IDX files; `size` is (height, width).

    Pictures are cropped to the centre and resized (Lanczos) to `size`, where they differ, and laid on white where they
    are transparent; `channels` are 3 where any has colours, else 1. An array's axes are hw, hwc or chw by `layout`.
    Of what has no test images, the share `test` is held out, drawn with `rng`. A network sees `value_range`, dark to
    bright, or with `invert` bright to dark. `progress` is called with how many pictures are decoded, and of how many.
    Raises DataError.
    """
    (factor, black) = factor_and_shift(value_range, invert)  # before anything is read, for it may be wrong
    sides = None if size is None else tuple(size)
    own, shape, white = own_images.read(path, sides, channels, layout, key, progress)  # type: ignore[arg-type]
    own = only(own, classes)
    divided = halves(own, test, rng)
    train, held_out = _splits(divided, factor / white, black)
    units = Units(shape, black=black, white=black + factor)
    return Dataset("images", units, own.classes, train, held_out, **_described(path, own, divided))


def load_table(
    path: str,
    *,
    rng: Rng,
    label: str | int | None = None,
    targets: Sequence[str] | None = None,
    key: str | None = None,
    header: bool | None = None,
    test: float = 0.1,
    classes: Sequence[str] | None = None,
    standardize: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Rows of numbers of a .csv, .tsv, .txt, .npy or .npz, in single precision.

    `label` is the column of classes, by its name or, where columns have none, its number (of a .npz also an array);
    `targets` are those of numbers to predict, which go into the splits' `targets`, in their own units unless they too
    are standardised. `header` says whether the first line has names; without it, it is seen.
    Of what has no test rows, the share `test` is held out, drawn with `rng`. With `standardize` samples have mean 0 and
    standard deviation 1 over the training split, which the units undo. `progress` is called with bytes read,
    and all bytes. Raises DataError.
    """
    rows = own_rows.read(path, None if label is None else str(label), targets, key, header, progress)
    own = only(rows.own, classes)
    divided = halves(own, test, rng)
    units, standard = Units((len(rows.columns),), columns=rows.columns), None
    predicted: dict[str, Any] = {}
    if standardize:
        standard = Standard.of(rows.columns, divided.samples[0])
        units = replace(units, mean=tuple(standard.mean.tolist()), std=tuple(standard.std.tolist()))
        divided, predicted = _with_standard_targets(divided, targets or ())
    train, held_out = _splits(divided, 1.0, 0.0, standard)
    described = _described(path, own, divided, standard)
    described["facts"] |= predicted
    return Dataset("table", units, own.classes, train, held_out, **described)


def _with_standard_targets(divided: Halves, names: Sequence[str]) -> tuple[Halves, dict[str, Any]]:
    """Targets too have mean 0 and standard deviation 1 over the training split: to predict the mean is a loss of 1.

    Both are in the facts, so that what is predicted can be told in its own units.
    """
    train, test = divided.targets
    if train is None or test is None:
        return divided, {}
    standard = Standard.of(tuple(names), train)
    facts = {"target_mean": standard.mean.tolist(), "target_std": standard.std.tolist()}
    return replace(divided, targets=(standard.apply(train), standard.apply(test))), facts


def _splits(divided: Halves, factor: float, shift: float, standard: Standard | None = None) -> list[Split]:
    splits = []
    for samples, labels, targets in zip(divided.samples, divided.labels, divided.targets, strict=True):
        values = standard.apply(samples) if standard else np.asarray(samples)  # no memmap, which copies when pickled
        for array in (values, labels, targets):
            if array is not None:
                array.flags.writeable = False
        splits.append(Split(values, labels, factor, shift, targets))
    return splits


def _described(path: str, own: Own, divided: Halves, standard: Standard | None = None) -> dict[str, Any]:
    """`origin`, `notice`, `facts` and `source` of a data set."""
    notices = list(own.notices)
    facts: dict[str, Any] = {
        **{name: fact for name, fact in own.facts.items() if name != "shape"},
        "file": readable(Path(path).name),
        "pictures": f"{readable(Path(path).name)} ({own.sha256[:12]})",
        "sha256": divided.sha256,
        "counts": divided.counts(),
    }
    if standard and standard.constant:
        notices.append(f"constant columns are only shifted, to 0: {listed(standard.constant)}")
    origin, notice = readable(f"data.path ({path})"), "; ".join(notices) or None
    return {"origin": origin, "notice": notice, "facts": facts, "source": own.sha256}
