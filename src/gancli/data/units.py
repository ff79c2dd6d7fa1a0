"""What the samples of a data set are in its own units: for a run's record, its samples and its pictures."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.sets import Kind


def factor_and_shift(value_range: tuple[float, float], invert: bool) -> tuple[float, float]:
    """By which 0 becomes the low end of a range and 1 its high end, or with `invert` the other way round.

    Raises DataError.
    """
    low, high = value_range
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise DataError(f"data.range: must be two numbers, the lower first, e.g. [-1, 1]; got [{low:g}, {high:g}]")
    return (low - high, high) if invert else (high - low, low)


@dataclass(frozen=True)
class Units:
    """Of samples as networks see them: their shape and, of images, what is black and white; of tables, the columns."""

    shape: tuple[int, ...]
    black: float = 0.0
    """What a network sees of a black pixel."""
    white: float = 1.0
    ink: bool = False
    """Are images drawn dark on light, as digits are printed?"""
    columns: tuple[str, ...] = ()
    """Names of a table's columns."""
    mean: tuple[float, ...] = ()
    """Of each column, where a network sees (value − mean) / std; else none."""
    std: tuple[float, ...] = ()

    @property
    def kind(self) -> Kind:
        """By the shape; points that are standardised are vectors, as their plane is not the network's."""
        if len(self.shape) == 3:
            return "images"
        return "points" if self.shape == (2,) and not self.mean else "vectors"

    def own(self, seen: NDArray[Any]) -> NDArray[Any]:
        """Samples (count, features) as a network sees or makes them, in the data's units (count, *shape).

        Images are within [0, 1]: what is beyond black or white is cut off.
        """
        if self.kind == "images":
            unit = (seen - self.black) / (self.white - self.black)
            return np.asarray(np.clip(unit, 0.0, 1.0), seen.dtype).reshape(-1, *self.shape)
        own = seen * np.array(self.std) + np.array(self.mean) if self.mean else seen
        return np.asarray(own, seen.dtype).reshape(-1, *self.shape)

    def seen(self, own: NDArray[Any]) -> NDArray[Any]:
        """The way back: samples (count, *shape) in the data's units as a network sees them (count, features)."""
        flat = own.reshape(len(own), -1)
        if self.kind == "images":
            seen = self.black + flat * (self.white - self.black)
        else:
            seen = (flat - np.array(self.mean)) / np.array(self.std) if self.mean else flat
        return np.asarray(seen, own.dtype)

    def as_data(self) -> dict[str, Any]:
        """For a run's record: what is not as it mostly is."""
        fields = dataclasses.asdict(self)
        default = dataclasses.asdict(Units(()))
        return {key: value for key, value in fields.items() if key == "shape" or value != default[key]}

    @classmethod
    def of_record(cls, data: Any, features: int | None) -> "Units":
        """The units in a record's `data`, of samples of so many features if that is known. Raises ValueError."""
        try:
            found = cls(
                shape=tuple(int(size) for size in data["shape"]),
                black=float(data.get("black", 0.0)),
                white=float(data.get("white", 1.0)),
                ink=bool(data.get("ink", False)),
                columns=tuple(str(name) for name in data.get("columns", ())),
                mean=tuple(float(number) for number in data.get("mean", ())),
                std=tuple(float(number) for number in data.get("std", ())),
            )
        except (TypeError, KeyError, ValueError, OverflowError, AttributeError) as error:
            raise ValueError(f"its record does not say what its samples are ({error!r})") from None
        lengths = {len(one) for one in (found.columns, found.mean, found.std) if one}
        numbers = (found.black, found.white, *found.mean, *found.std)
        features = math.prod(found.shape) if features is None else features
        fits = math.prod(found.shape) == features and min(found.shape, default=0) > 0 and lengths <= {features}
        if not fits or found.black == found.white or not all(map(math.isfinite, numbers)):
            raise ValueError(f"its record says that samples of {features} numbers are {found.as_data()}")
        return found
