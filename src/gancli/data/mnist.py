"""MNIST, of which a subset comes with gancli."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from gancli.data import places, published
from gancli.data.dataset import Dataset
from gancli.data.errors import DataError
from gancli.data.sets import IDX, SETS
from gancli.data.store import open_files

BUNDLED = Path(__file__).parent / "mnist5k"
BUNDLED_NAME = "the bundled MNIST-5k"
BUNDLED_SHA256 = dict(
    zip(
        IDX,
        (
            "f6a2ade4f4f2c93a30da088cd311d6c059f5e40f4dae58f1c46133d6e825cf24",
            "1c2782176c16886cf2e1eb2dd78144531f31830a5fc56a421c5e9caf28974deb",
            "a5302e260b7c6fc136cf7edb0088a43cf273c1f28e265c86ed6740b11b038927",
            "2bed0e3790b2dac87cb49ca6718054c88d630c4060f2671b4e1557c9e0ca6621",
        ),
        strict=True,
    )
)
"""Of the unpacked files of the bundled subset."""


def full_sha256() -> dict[str, str | None]:
    """Of the unpacked files of the full MNIST."""
    return {file.name: file.sha256 for file in SETS["mnist"].files}


def pictures(sha256: Mapping[str, str]) -> str:
    """What the pictures of four files in MNIST's format are, by their checksums: MNIST, or others, by theirs."""
    full = full_sha256()
    if all(sha256.get(name) in (full[name], BUNDLED_SHA256[name]) for name in IDX):
        return SETS["mnist"].title
    return f"other pictures than MNIST's ({str(sha256.get(IDX[0]))[:12]})"


def locate(path: str | None) -> places.Found:
    """The four files, the bundled ones where there are no others, and the place they are in. Raises DataError."""
    info = SETS["mnist"]
    return places.locate(info, path, default=(places.complete(info, BUNDLED, BUNDLED_NAME), BUNDLED_NAME))


def load(classes: tuple[int | str, ...] | None = None, path: str | None = None, require: str | None = None) -> Dataset:
    """MNIST, or the digits of `classes`; `require='full'` refuses all but the original files. Raises DataError."""
    info = SETS["mnist"]
    files, place = locate(path)
    opened = open_files(info, files)
    full = opened.sha256 == full_sha256()
    total = len(opened.arrays["train-labels"])
    if require == "full" and not full:
        raise DataError(
            f"data.require: full MNIST is required, but {place} holds {total:,d} training images; "
            f"bring it with `{info.command}`, or remove `require`"
        )
    bundled = place == BUNDLED_NAME
    facts = {"pictures": pictures(opened.sha256), "full": full, "bundled": bundled, "sha256": opened.sha256}
    notice = f"using the bundled MNIST-5k (4,500 training images); for all 60,000: {info.command}" if bundled else None
    return dataclasses.replace(published.dataset(info, classes, (files, place), opened, facts), notice=notice)
