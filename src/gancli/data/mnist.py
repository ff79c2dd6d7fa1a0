"""MNIST: found on this machine, in a fixed order of places; never downloaded by a training."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data import idx
from gancli.data.dataset import Dataset, Split
from gancli.data.errors import DataError
from gancli.data.files import readable
from gancli.data.store import cache_folder, open_files
from gancli.data.units import Units

BUNDLED = Path(__file__).parent / "mnist5k"
FETCH = "gancli data fetch mnist"
SHA256 = dict(
    zip(
        idx.NAMES,
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        strict=True,
    )
)
"""Of the unpacked files of the full MNIST."""
BUNDLED_SHA256 = dict(
    zip(
        idx.NAMES,
        (
            "f6a2ade4f4f2c93a30da088cd311d6c059f5e40f4dae58f1c46133d6e825cf24",
            "1c2782176c16886cf2e1eb2dd78144531f31830a5fc56a421c5e9caf28974deb",
            "a5302e260b7c6fc136cf7edb0088a43cf273c1f28e265c86ed6740b11b038927",
            "2bed0e3790b2dac87cb49ca6718054c88d630c4060f2671b4e1557c9e0ca6621",
        ),
        strict=True,
    )
)
"""Of those of the bundled subset."""
MNIST = "MNIST"
"""What the pictures of these files are."""


def pictures(sha256: Mapping[str, str]) -> str:
    """What the pictures of four files in MNIST's format are, by their checksums: MNIST, or others, by theirs."""
    if all(sha256.get(name) in (SHA256[name], BUNDLED_SHA256[name]) for name in idx.NAMES):
        return MNIST
    return f"other pictures than MNIST's ({str(sha256.get(idx.NAMES[0]))[:12]})"


def downloads() -> Path | None:
    """Where `gancli data fetch mnist` puts its files; None where this user has no cache."""
    cache = cache_folder()
    return cache and cache / "mnist"


def locate(path: str | None) -> tuple[dict[str, Path], str]:
    """The four files and the name of the place they were found in. Raises DataError."""
    if path is not None:
        return _complete(_expanded(path, "data.path"), "data.path"), f"data.path ({readable(path)})"
    if variable := os.environ.get("GANCLI_DATA"):
        return _in_variable(_expanded(variable, "$GANCLI_DATA"))
    return _downloaded() or (_complete(BUNDLED, "the bundled MNIST-5k"), "the bundled MNIST-5k")


def _expanded(path: str, place: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DataError(f"{place}: {path}: there is no such user's folder; write it out") from None


def _in_variable(root: Path) -> tuple[dict[str, Path], str]:
    """In the folder `mnist` within, or in the folder itself."""
    try:
        there = root.is_dir()
    except OSError as error:
        raise DataError(f"$GANCLI_DATA: {root} cannot be looked into: {error.strerror or error}") from None
    if not there:
        raise DataError(f"$GANCLI_DATA: {root} is not a folder; correct it or unset it")
    folder = next((folder for folder in (root / "mnist", root) if idx.find(folder)), root)
    return _complete(folder, "$GANCLI_DATA"), readable(f"$GANCLI_DATA ({folder})")


def _downloaded() -> tuple[dict[str, Path], str] | None:
    """None where the four files are not there, or another user's folder is in the way."""
    folder = downloads()
    try:
        files = idx.find(folder) if folder else {}
    except DataError:
        return None
    return (files, readable(f"the cache ({folder})")) if len(files) == len(idx.NAMES) else None


def _complete(folder: Path, place: str) -> dict[str, Path]:
    files = idx.find(folder)
    if missing := [name for name in idx.NAMES if name not in files]:
        raise DataError(
            f"{place}: {folder} has no {missing[0]} (nor {missing[0]}.gz); it must hold the four MNIST files, "
            f"which `{FETCH}` brings"
        )
    return files


def load(classes: tuple[int, ...] | None = None, path: str | None = None, require: str | None = None) -> Dataset:
    """MNIST, or the digits of `classes`; `require='full'` refuses all but the original files. Raises DataError."""
    files, place = locate(path)
    arrays, known = open_files(files)
    full = known["sha256"] == SHA256
    total = len(arrays["train-labels"])
    if require == "full" and not full:
        raise DataError(
            f"data.require: full MNIST is required, but {place} holds {total:,d} training images; "
            f"bring it with `{FETCH}`, or remove `require`"
        )
    bundled = place == "the bundled MNIST-5k"
    return Dataset(
        name="mnist",
        units=Units((1, 28, 28), ink=True),
        classes=tuple("0123456789"),
        train=_split(arrays, "train", classes, files),
        test=_split(arrays, "t10k", classes, files),
        origin=place,
        notice=f"using the bundled MNIST-5k (4,500 training images); for all 60,000: {FETCH}" if bundled else None,
        facts={
            "pictures": pictures(known["sha256"]),
            "full": full,
            "bundled": bundled,
            "sha256": known["sha256"],
        },
    )


def _split(arrays: dict[str, NDArray[np.uint8]], part: str, classes: Any, files: dict[str, Path]) -> Split:
    images, labels = arrays[f"{part}-images"], arrays[f"{part}-labels"].astype(np.intp)
    if classes is not None:
        rows = np.flatnonzero(np.isin(labels, classes))
        absent = sorted(set(classes) - set(labels[rows].tolist()))
        if absent:
            path = files[f"{part}-labels-idx1-ubyte"]
            raise DataError(f"data.classes: {path} holds no image of {absent[0]}; choose digits that it holds")
        images, labels = images[rows], labels[rows]
    return Split(images, labels, factor=1 / 255)
