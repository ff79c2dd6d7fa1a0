"""A side of a game: real samples or fakes, with their classes where the game has a condition."""

from typing import NamedTuple

from gancli.engines import Array


class Side(NamedTuple):
    """Samples (batch, features), and the codes (batch, classes) of their classes, or None."""

    samples: Array
    codes: Array | None = None

    def at(self, rows: slice) -> "Side":
        """Those of some rows alone."""
        return Side(*(None if array is None else array[rows] for array in self))  # type: ignore[arg-type]

    def packed(self, pack: int) -> "Side":
        """`pack` neighbours side by side, (batch / pack, pack × features), and so their codes; nothing is copied."""
        arrays = (None if array is None else array.reshape(len(array) // pack, pack * array.shape[1]) for array in self)
        return Side(*arrays)  # type: ignore[arg-type]
