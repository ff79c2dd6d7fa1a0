"""A user's samples that a trained network is asked about: read as data to learn from, and such as it has learned.

Samples come in the data's own units, images as (count, channels, height, width) in [0, 1]; each has a name, that of its
file or the number of its row.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.files import readable
from gancli.data.own import arrays as own_arrays
from gancli.data.own import folder as own_folder
from gancli.data.own import images as own_images
from gancli.data.own import layouts, pictures, rows, tables


@dataclass(frozen=True)
class Asked:
    """Samples (count, *shape), the name of each, and what happened to them that their user should know."""

    samples: NDArray[np.float32]
    names: list[str]
    notices: tuple[str, ...] = ()

    @classmethod
    def numbered(cls, samples: NDArray[np.float32]) -> "Asked":
        """Named by their places."""
        return cls(samples, [str(number) for number in range(len(samples))])


def images(path: str, shape: tuple[int, int, int], key: str | None) -> Asked:
    """Pictures of a folder, or one, cropped and resized where they differ, or an array of images of that shape.

    Raises DataError.
    """
    place, is_folder = own_images.located(path)
    if is_folder or place.suffix.lower() in own_folder.ENDINGS:
        if shape[0] not in (1, 3):
            what = "a folder of pictures" if is_folder else "a picture"
            raise DataError(f"{path}: is {what}; {_learned(shape)}: give an array")
        return _pictures(place, shape) if is_folder else _picture(place, shape)
    splits, _ = own_images.arrays(place, key)
    values = np.concatenate([_fitted(array, shape, place) for array in splits])
    stored, white = layouts.stored(values, str(place))
    return Asked.numbered((stored / np.float32(white)).astype(np.float32).reshape(-1, *shape))


def _pictures(place: Path, shape: tuple[int, int, int]) -> Asked:
    channels, *sides = shape
    own = pictures.read(place, (sides[0], sides[1]), channels)
    listing, *_ = own_folder.divided(own_folder.read(place))
    bad = own.facts["unreadable"]["names"]
    names = [readable(name) for name in listing.names if readable(name) not in bad]
    if len(names) != len(own.samples):
        raise DataError(f"{place}: {own.facts['unreadable']['count']:,d} pictures cannot be read; take them out")
    return Asked((own.samples / np.float32(255)).astype(np.float32).reshape(-1, *shape), names, own.notices)


def _picture(place: Path, shape: tuple[int, int, int]) -> Asked:
    """A file of one. Raises DataError."""
    from gancli.data.own.decode import Wanted, quiet
    from gancli.data.own.tally import notices

    channels, height, width = shape
    if place.stat().st_size > pictures.MAX_FILE:
        raise DataError(f"{place}: has more than {pictures.MAX_FILE:,d} bytes: shrink it")
    wanted = Wanted(height, width, channels, cropped=True, strict=False)
    with quiet():
        pixels, _, tally = pictures.chunk(str(place.parent), [place.name], wanted)
    if tally.unreadable:
        raise DataError(f"{place}: cannot be read: {tally.unreadable[0][1]}")
    values = np.frombuffer(pixels, np.uint8).reshape(1, height, width, channels).transpose(0, 3, 1, 2)
    samples = (values / np.float32(255)).astype(np.float32)
    return Asked(samples, [readable(place.name)], tuple(notices(tally, wanted, 1)))


def _fitted(array: NDArray[np.generic], shape: tuple[int, int, int], place: Path) -> NDArray[np.generic]:
    """Rows (count, values) of images with their channels first, last, or left out where there is one."""
    channels, height, width = shape
    own = array.shape[1:]
    if array.dtype.kind not in "biuf" or not array.size:
        raise DataError(f"{place}: is of type {array.dtype} and shape {array.shape}; images are numbers")
    if own == (height, width, channels):
        array = array.transpose(0, 3, 1, 2)
    elif own not in (shape, (channels * height * width,)) and (channels, *own) != (1, height, width):
        raise DataError(f"{place}: has shape {array.shape}; {_learned(shape)}")
    return array.reshape(len(array), -1)


def _learned(shape: tuple[int, int, int]) -> str:
    channels, height, width = shape
    return f"what was learned from is (count, {channels}, {height}, {width}): channels, height, width"


def table(path: str, columns: tuple[str, ...], key: str | None, header: bool | None) -> Asked:
    """Rows of a table with these columns, and maybe others, which are passed over. Raises DataError."""
    place, is_folder = own_images.located(path)
    if not is_folder and place.suffix.lower() in tables.ENDINGS:
        found = tables.read(place, header=header, wanted=columns)
        order = [found.columns.index(name) for name in columns] if set(columns) <= {*found.columns} else slice(None)
        values = found.numbers[:, order]
    elif not is_folder and place.suffix.lower() in own_arrays.ENDINGS:
        values = rows.read(path, None, None, key, None, None).own.samples
        if values.shape[1] != len(columns):
            raise DataError(f"{place}: has {values.shape[1]:,d} columns; what was learned from has {len(columns):,d}")
    else:
        endings = ", ".join((*tables.ENDINGS, *own_arrays.ENDINGS))
        raise DataError(f"{path}: is no table: its name must end in {endings}")
    return Asked.numbered(np.ascontiguousarray(values, np.float32))
