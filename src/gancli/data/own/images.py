"""Where a user's images come from: a folder of pictures, an array file, IDX files."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.files import readable
from gancli.data.own import arrays as own_arrays
from gancli.data.own import idx, layouts, packages
from gancli.data.own import names as own_names
from gancli.data.own.split import Own, Progress, checksum, listed

Array = NDArray[Any]
Size = tuple[int, int]
"""Height, width."""


def located(path: str) -> tuple[Path, bool]:
    """The folder or file of a path, from where one stands, and whether it is a folder.

    Raises DataError where it is neither; nothing is opened.
    """
    if packages.named(path) is not None:
        return Path(path), False
    try:
        place = Path(path).expanduser()
        mode = place.stat().st_mode
    except RuntimeError:
        raise DataError(f"data.path: {path}: there is no such user's folder; write it out") from None
    except FileNotFoundError:
        raise DataError(f"data.path: {path}: there is no such file or folder{_from(path)}; correct the path") from None
    except (OSError, ValueError) as error:
        raise DataError(f"data.path: {path}: cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise DataError(f"data.path: {path}: is neither a file nor a folder, but a pipe, socket or device; give a file")
    return place, stat.S_ISDIR(mode)


def _from(path: str) -> str:
    return "" if Path(path).is_absolute() or path.startswith("~") else f" in {Path.cwd()}"


def read(
    path: str, size: Size | None, channels: int | None, layout: str | None, key: str | None, progress: Progress | None
) -> tuple[Own, tuple[int, int, int], float]:
    """The images, the (channels, height, width) of one, and the value that is white. Raises DataError."""
    _check_options(size, channels, layout)
    place, is_folder = located(path)
    if is_folder and (train := _idx_of(place)) is None:
        from gancli.data.own import pictures

        _refuse(place, "a folder of pictures", layout=layout, key=key)
        if channels not in (None, 1, 3):
            raise DataError(f"data.channels: pictures have 1 (grey) or 3 (colours); got {channels}")
        own = pictures.read(place, size, channels, progress)
        return own, tuple(own.facts["shape"]), 255.0
    if is_folder:
        assert train is not None
        place = train
    splits, labels = arrays(place, key)
    return joined(place, splits, labels, size, channels, layout)


def _idx_of(folder: Path) -> Path | None:
    try:
        return idx.in_folder(folder)
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror or error}; check its rights") from None


def _check_options(size: Size | None, channels: int | None, layout: str | None) -> None:
    """Raises DataError."""
    if size is not None and (len(size) != 2 or not all(1 <= length <= 4096 for length in size)):
        raise DataError(f"data.size: must be [height, width], each from 1 to 4096; got {list(size)}")
    if channels is not None and not 1 <= channels <= 64:
        raise DataError(f"data.channels: must lie between 1 and 64; got {channels}")
    if layout is not None and layout not in layouts.LAYOUTS:
        raise DataError(f"data.layout: must be one of {', '.join(layouts.LAYOUTS)}; got {layout!r}")


def _refuse(place: Path, what: str, **options: Any) -> None:
    """Raises DataError for an option that says nothing there."""
    if given := [name for name, value in options.items() if value is not None]:
        raise DataError(f"data.{given[0]}: {place} is {what}, for which it says nothing; leave it out")


def arrays(place: Path, key: str | None) -> tuple[list[Array], list[Array]]:
    """Of training and, where there are, of test images: the arrays, and their labels if they have them.

    Raises DataError.
    """
    if packages.named(place) is None and idx.is_idx(place):
        _refuse(place, "an IDX file", key=key)
        return _idx_files(place)
    if not own_arrays.holds_arrays(place):
        raise DataError(
            f"data.path: {place}: is no array file (.npy, .npz) nor an IDX file of images; "
            "for pictures give the folder that holds them, for .csv and .tsv take `set: table`"
        )
    named = own_arrays.read(place, key)
    samples, labels = own_names.choose(named, own_names.IMAGES, key, place)
    return [named[name] for name in samples], [named[name] for name in labels]


def _idx_files(train: Path) -> tuple[list[Array], list[Array]]:
    images = [train] + ([test] if (test := idx.test_beside(train)) else [])
    labels = [path for image in images if (path := idx.labels_beside(image))]
    if len(labels) not in (0, len(images)):
        raise DataError(
            f"{train}: its labels or those of {images[1].name} are missing; give both files of labels, or none"
        )
    return [idx.read(path) for path in images], [idx.read(path) for path in labels]


def joined(
    place: Path,
    splits: Sequence[Array],
    labels: Sequence[Array],
    size: Size | None,
    channels: int | None,
    layout: str | None,
) -> tuple[Own, tuple[int, int, int], float]:
    """Arrays of training and perhaps of test images, with labels or none → one. Raises DataError."""
    named = readable(str(place))
    both = [layouts.images(array, layout, size, channels, named) for array in splits]
    if len({shape for _, shape in both}) > 1:
        raise DataError(f"{place}: images of training and test differ in shape: {listed([shape for _, shape in both])}")
    rows = both[0][0] if len(both) == 1 else np.concatenate([rows for rows, _ in both])
    numbers, classes = joined_labels(place, labels, [len(one) for one, _ in both])
    samples, white = layouts.stored(rows, named)
    own = Own(
        place=str(place),
        samples=samples,
        labels=numbers,
        classes=classes,
        trained=None if len(both) == 1 else len(both[0][0]),
        sha256=checksum(samples, numbers),
        facts={"shape": list(both[0][1])},
    )
    return own, both[0][1], white


def joined_labels(
    place: Path, labels: Sequence[Array], counts: Sequence[int]
) -> tuple[NDArray[np.intp] | None, tuple[str, ...]]:
    """Labels of training and perhaps of test samples, of which there are `counts` → numbers, and the classes' names."""
    if not labels:
        return None, ()
    for array, count in zip(labels, counts, strict=True):
        if array.shape != (count,):
            got = f"{array.shape[0]:,d} labels" if array.ndim == 1 else f"labels of shape {array.shape}"
            raise DataError(f"{place}: has {count:,d} samples, but {got}; give each sample one label, or none any")
    return own_names.classes_of(np.concatenate(labels), readable(os.fspath(place)))
