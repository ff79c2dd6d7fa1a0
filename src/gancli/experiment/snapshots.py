"""What a run keeps of what its game shows, in the data's own units: a grid of images, arrays to draw figures from."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from gancli import pictures
from gancli.data import Dataset
from gancli.games.base import Picture

REAL = 1000
"""Real rows beside generated ones, at most."""


def png(picture: Picture, dataset: Dataset) -> bytes | None:
    """A PNG of the samples or of what is shown in their place; None where there is neither."""
    if dataset.kind == "images" and len(picture.samples):
        return pictures.grid(dataset.units.own(picture.samples), ink=dataset.units.ink, rows=picture.rows)
    if dataset.kind != "vectors" and picture.raster is not None:
        return pictures.grid(picture.raster[None, None], ink=True)
    return None


def arrays(picture: Picture, dataset: Dataset) -> Mapping[str, NDArray[Any]]:
    """By name: those of the game, with misclassified images beside them; of a table, generated rows and real ones."""
    if {"labels", "predictions"} <= picture.arrays.keys():
        shown = {"images": dataset.units.own(picture.samples)} if dataset.kind == "images" else {}
        return {**picture.arrays, **shown}
    if dataset.kind == "vectors" and len(picture.samples):
        real = dataset.train.seen(dataset.train.samples[:REAL])
        return {"rows": dataset.units.own(picture.samples), "real_rows": dataset.units.own(real)}
    return picture.arrays
