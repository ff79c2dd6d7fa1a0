"""Arrays of images, however their axes lie and whatever their values, → rows (count, channels × height × width)."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError

Layout = Literal["hw", "hwc", "chw"]
LAYOUTS = ("hw", "hwc", "chw")
CHANNELS = (1, 3)
"""How many channels are pictures' by themselves; others are said by `layout`."""
Array = NDArray[Any]
Shape = tuple[int, int, int]
"""Channels, height, width."""


def images(
    array: Array, layout: str | None, size: tuple[int, int] | None, channels: int | None, place: str
) -> tuple[Array, Shape]:
    """Rows (count, channels × height × width), channels first, of the array's own type; and the shape of one.

    Rows (count, values) are divided by `size` and `channels`. Raises DataError.
    """
    if array.dtype.kind not in "biuf":
        raise DataError(f"{place}: images must be numbers; got an array of {array.dtype}")
    if array.ndim == 2:
        shape = _of_rows(array.shape[1], size, channels, place)
    elif array.ndim == 3:
        _check_layout(layout, ("hw",), array, place)
        shape = (1, *array.shape[1:])
    elif array.ndim == 4:
        _check_layout(layout, ("hwc", "chw"), array, place)
        if (layout or _guessed(array.shape, place)) == "hwc":
            array = array.transpose(0, 3, 1, 2)
        shape = array.shape[1:]
    else:
        raise DataError(
            f"{place}: has shape {array.shape}; images are (count, height, width), (count, height, width, channels), "
            "(count, channels, height, width), or rows (count, values) with `size: [height, width]`"
        )
    _check_shape(shape, len(array), size, channels, place)
    return np.ascontiguousarray(array).reshape(len(array), -1), shape


def _of_rows(values: int, size: tuple[int, int] | None, channels: int | None, place: str) -> Shape:
    if size is None:
        raise DataError(f"{place}: holds rows of {values:,d} values; say `size: [height, width]` for them to be images")
    each = math.prod(size)
    if values % each or (channels is not None and values != channels * each):
        raise DataError(
            f"{place}: holds rows of {values:,d} values; `size: [{size[0]}, {size[1]}]` and "
            f"`channels: {channels or '1 or 3'}` ask for {each * (channels or 1):,d}: correct them"
        )
    return values // each, *size


def _check_layout(layout: str | None, allowed: tuple[str, ...], array: Array, place: str) -> None:
    if layout is not None and layout not in allowed:
        raise DataError(
            f"data.layout: {place} has shape {array.shape}, which takes {' or '.join(allowed)}; got {layout!r}"
        )


def _guessed(shape: tuple[int, ...], place: str) -> str:
    first, last = shape[1] in CHANNELS, shape[3] in CHANNELS
    if first == last:
        raise DataError(
            f"data.layout: {place} has shape {shape}; say which axis is that of the channels: "
            "`layout: hwc` (the last) or `layout: chw` (the second)"
        )
    return "chw" if first else "hwc"


def _check_shape(shape: Shape, count: int, size: tuple[int, int] | None, channels: int | None, place: str) -> None:
    if not count or not math.prod(shape):
        raise DataError(f"{place}: is empty: {count:,d} images of {shape}; give an array with images")
    if size is not None and tuple(size) != shape[1:]:
        raise DataError(
            f"data.size: {place} holds images of {shape[1]}×{shape[2]} (height×width), `size` asks for "
            f"{size[0]}×{size[1]}; arrays are not resized: leave `size` out"
        )
    if channels is not None and channels != shape[0]:
        raise DataError(
            f"data.channels: {place} holds images of {shape[0]} channels, `channels` asks for {channels}; "
            "leave it out, or correct `layout`"
        )


def stored(values: Array, place: str) -> tuple[Array, float]:
    """The values as bytes where nothing is lost by it, else in single precision; and the value that is white.

    Whole numbers are taken to lie in [0, 255], booleans and others in [0, 1] where none is above 1, else in
    [0, 255]. Raises DataError.
    """
    if values.dtype == np.uint8:
        return values, 255.0
    if values.dtype == np.bool_:
        return values.view(np.uint8) * np.uint8(255), 255.0
    low, high = values.min(), values.max()  # NaN where there is one
    if not (low >= 0 and high <= 255):
        raise DataError(
            f"{place}: its values lie between {low:g} and {high:g}; images must lie in [0, 255] or in [0, 1]: "
            "scale them, and replace what is not a number"
        )
    octets = values.astype(np.uint8)
    if values.dtype.kind != "f":
        return octets, 255.0
    if high > 1:
        return (octets, 255.0) if (octets == values).all() else (values.astype(np.float32), 255.0)
    scaled = np.round(values * 255).astype(np.uint8)
    exact = (scaled / np.array(255, values.dtype) == values).all()
    return (scaled, 255.0) if exact else (values.astype(np.float32), 1.0)


def scale(white: float, value_range: tuple[float, float], invert: bool) -> tuple[float, float]:
    """`factor` and `shift` by which 0 becomes the range's low end and white its high end, or the other way round.

    Raises DataError.
    """
    low, high = value_range
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise DataError(f"data.range: must be two numbers, the lower first, e.g. [-1, 1]; got [{low:g}, {high:g}]")
    if invert:
        low, high = high, low
    return (high - low) / white, low
