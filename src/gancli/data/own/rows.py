"""Where a user's table comes from: a CSV or TSV file, an array (count, columns)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.own import arrays as own_arrays
from gancli.data.own import cells, tables
from gancli.data.own import names as own_names
from gancli.data.own.images import joined_labels, located
from gancli.data.own.split import Own, Progress, checksum, in_order, listed

Array = NDArray[Any]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Columns of numbers (count, columns), labels and targets apart."""

    columns: Names
    own: Own


def read(
    path: str,
    label: str | None,
    targets: Sequence[str] | None,
    key: str | None,
    header: bool | None,
    progress: Progress | None,
) -> Rows:
    """The table of a file. Raises DataError."""
    place, is_folder = located(path)
    wanted = tuple(targets or ())
    if label is not None and wanted:
        raise DataError("data: `label` is for classes, `targets` for numbers to predict; give one of them")
    if doubled := [name for name, count in Counter(wanted).items() if count > 1]:
        raise DataError(f"data.targets: names {doubled[0]!r} twice; name each column once")
    if is_folder:
        raise DataError(f"data.path: {place}: is a folder; give a .csv, .tsv, .npy or .npz file, or take `set: images`")
    if place.suffix.lower() in tables.ENDINGS:
        return _text(place, label, wanted, key, header, progress)
    if own_arrays.holds_arrays(place):
        if header is not None:
            raise DataError(f"data.header: {place} is an array, which has none; leave it out")
        return _array(place, label, wanted, key)
    allowed = ", ".join((*tables.ENDINGS, *own_arrays.ENDINGS))
    raise DataError(f"data.path: {place}: a table's name ends in {allowed}; got {place.suffix or 'none of them'!r}")


def _text(
    place: Path, label: str | None, targets: Names, key: str | None, header: bool | None, progress: Progress | None
) -> Rows:
    if key is not None:
        raise DataError(f"data.key: {place} is text, and has no arrays; leave `key` out")
    table = tables.read(place, (label,) if label is not None else (), targets, header, progress)
    texts = next(iter(table.texts.values()), None)
    numbers, classes = (None, ()) if texts is None else _classes(texts, place, str(label))
    return _rows(place, table.columns, table.numbers, numbers, classes, targets, None)


def _classes(texts: list[str], place: Path, label: str) -> tuple[NDArray[np.intp], Names]:
    """The class of each row, and their names. Raises DataError where they are none."""
    if empty := sum(not text or text.lower() == "nan" for text in texts):
        raise DataError(f"data.label: {place}: {empty:,d} rows have none in column {label!r}; fill in or remove them")
    names = in_order(texts)
    if len(names) < 2:
        raise DataError(f"data.label: {place}: column {label!r} has one class, {names[0]!r}; leave `label` out")
    if len(names) > own_names.MAX_CLASSES or (len(names) > max(10, len(texts) // 2) and _fractions(names)):
        raise DataError(
            f"data.label: {place}: column {label!r} has {len(names):,d} different values; a label has few: "
            f"for numbers to predict take `targets: [{label}]`"
        )
    number = {name: place for place, name in enumerate(names)}
    return np.array([number[text] for text in texts], np.intp), names


def _fractions(names: Names) -> bool:
    values = [cells.number(name) for name in names]
    return None not in values and any(value != round(value) for value in values if value is not None)


def _array(place: Path, label: str | None, targets: Names, key: str | None) -> Rows:
    arrays = own_arrays.read(place, key)
    samples, labels = own_names.choose(arrays, own_names.ROWS, key, place)
    both = [_checked(arrays[name], place, name) for name in samples]
    if len({one.shape[1] for one in both}) > 1:
        raise DataError(f"{place}: training and test samples have {both[0].shape[1]} and {both[1].shape[1]} columns")
    values, counts = np.concatenate(both), [len(one) for one in both]
    columns = tuple(f"x{number}" for number in range(values.shape[1]))
    trained = counts[0] if len(counts) == 2 else None
    if apart := [name for name in targets if name not in columns and f"x{name}" not in columns]:
        more = [_targets(arrays, name, len(values), place) for name in apart]
        columns, values = columns + tuple(apart), np.concatenate([values, *more], axis=1)
    if label is not None and (named := own_names.named(arrays, label, len(counts))):
        labels = named
    elif label is not None:
        name = tables.column(label, columns, "label", place)
        texts = [f"{value:g}" for value in values[:, columns.index(name)].tolist()]
        values = np.delete(values, columns.index(name), axis=1)
        columns = tuple(column for column in columns if column != name)
        return _rows(place, columns, values, *_classes(texts, place, name), targets, trained)
    elif targets or any(arrays[name].dtype.kind == "f" for name in labels):
        labels = []  # numbers beside the samples, which nobody said are classes
    numbers, classes = joined_labels(place, [arrays[name] for name in labels], counts)
    return _rows(place, columns, values, numbers, classes, targets, trained)


def _targets(arrays: dict[str, Array], name: str, count: int, place: Path) -> NDArray[np.float32]:
    """An array of numbers to predict (count, 1), for training and then for testing. Raises DataError."""
    for pieces in (1, 2):
        if names := own_names.named(arrays, name, pieces):
            values = np.concatenate([arrays[one] for one in names])
            if values.shape in ((count,), (count, 1)):
                return _checked(values.reshape(count, 1), place, name)
    raise DataError(
        f"data.targets: {place} has neither a column {name!r} nor an array of that name with {count:,d} numbers; "
        f"it has {listed([f'{key} {array.shape}' for key, array in arrays.items()])}"
    )


def _checked(array: Array, place: Path, name: str) -> NDArray[np.float32]:
    """Rows (count, columns), finite and in single precision. Raises DataError."""
    named = f"{place}: {name!r}" if name else str(place)
    if array.ndim != 2:
        raise DataError(f"{named}: has shape {array.shape}; a table is (count, columns): reshape it, or `set: images`")
    if array.dtype.kind not in "biuf" or not array.size:
        raise DataError(f"{named}: is of type {array.dtype} and shape {array.shape}; a table holds numbers")
    if array.shape[1] > cells.MAX_COLUMNS:
        most = cells.MAX_COLUMNS
        raise DataError(f"{named}: has {array.shape[1]:,d} columns; at most {most:,d} are read: give fewer")
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    good = np.isfinite(values)
    if not good.all():
        row, column = np.argwhere(~good)[0].tolist()
        raise DataError(
            f"{named}: row {row:,d}, column {column}: got {array[row, column]}; {int((~good).sum()):,d} values are no "
            "finite numbers in single precision: fill in or remove their rows"
        )
    return values


def _rows(
    place: Path,
    columns: Names,
    values: NDArray[np.float32],
    labels: NDArray[np.intp] | None,
    classes: Names,
    targets: Names,
    trained: int | None,
) -> Rows:
    """Targets taken out of the columns. Raises DataError where no column is left."""
    names = [tables.column(name, columns, "targets", place) for name in targets]
    inputs = [number for number, name in enumerate(columns) if name not in names]
    if not inputs:
        raise DataError(f"{place}: no column is left beside `label` and `targets`; leave one for the samples")
    outputs = np.ascontiguousarray(values[:, [columns.index(name) for name in names]]) if names else None
    samples = values if not names else np.ascontiguousarray(values[:, inputs])
    own = Own(str(place), samples, labels, classes, trained, checksum(samples, labels, outputs), outputs)
    return Rows(tuple(columns[number] for number in inputs), own)
