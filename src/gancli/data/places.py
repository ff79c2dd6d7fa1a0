"""Where the files of a published set are looked for, in a fixed order; no training downloads any."""

import os
from pathlib import Path

from gancli.data import cache
from gancli.data.errors import DataError
from gancli.data.files import readable
from gancli.data.sets import SetInfo

Found = tuple[dict[str, Path], str]
"""The files by name, and the place in words."""


class Missing(DataError):
    """A set that is in none of the places."""


def downloads(info: SetInfo) -> Path | None:
    """Where `gancli data fetch` puts its files; None where this user has no cache."""
    folder = cache.cache_folder()
    return folder and folder / info.place


def locate(info: SetInfo, path: str | None, default: Found | None = None) -> Found:
    """The files of a set, and the place that they are in: `default` where they are nowhere.

    Raises Missing and, of files that are not complete or out of reach, DataError.
    """
    if path is not None:
        return complete(info, _expanded(path, "data.path"), "data.path"), f"data.path ({readable(path)})"
    variable = os.environ.get("GANCLI_DATA")
    there = (variable and _in_variable(info, _expanded(variable, "$GANCLI_DATA"))) or _downloaded(info) or default
    if there:
        return there
    looked = [f"$GANCLI_DATA ({Path(variable) / info.place})" if variable else "$GANCLI_DATA (not set)"]
    looked.append(f"the cache ({downloads(info) or 'none: there is no home folder'})")
    raise Missing(
        f"{info.name}: is not on this machine: looked for in {' and '.join(looked)}; bring it with `{info.command}`, "
        "or say with `data.path` in which folder its files are"
    )


def find(info: SetInfo, folder: Path) -> dict[str, Path]:
    """The files of a set in `folder`, or where its archive is unpacked to in it; those that are there.

    IDX files may be raw or gzipped. Raises DataError.
    """
    folders = [folder, *([folder / info.archive.folder] if info.archive else [])]
    endings = ("", ".gz") if info.format == "idx" else ("",)
    paths = [(file.name, inside / (file.name + end)) for file in info.files for inside in folders for end in endings]
    there: dict[str, Path] = {}
    try:
        for name, path in paths:
            if name not in there and path.is_file():
                there[name] = path
    except OSError as error:
        raise DataError(f"{folder}: cannot be looked into: {error.strerror or error}") from None
    return there


def complete(info: SetInfo, folder: Path, place: str) -> dict[str, Path]:
    """All the files of a set in `folder`, in the table's order. Raises DataError, which calls the folder `place`."""
    files = find(info, folder)
    for file in info.files:
        if file.name not in files:
            packed = f" (nor {file.name}.gz)" if info.format == "idx" else ""
            names = "the four MNIST files" if info.name == "mnist" else f"what {info.title} is made of"
            raise DataError(
                f"{place}: {folder} has no {file.name}{packed}; it must hold {names}, which `{info.command}` brings"
            )
    return files


def _expanded(path: str, place: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DataError(f"{place}: {path}: there is no such user's folder; write it out") from None


def _in_variable(info: SetInfo, root: Path) -> Found | None:
    """In the folder of the set's name within; MNIST also in the folder itself, and nowhere else.

    None where another set has no folder there: what was fetched is as good.
    """
    try:
        there = root.is_dir()
    except OSError as error:
        raise DataError(f"$GANCLI_DATA: {root} cannot be looked into: {error.strerror or error}") from None
    if not there:
        raise DataError(f"$GANCLI_DATA: {root} is not a folder; correct it or unset it")
    folder = next((inside for inside in (root / info.name, root / info.place) if find(info, inside)), None)
    if folder is None and info.name != "mnist":
        return None
    folder = folder or root
    return complete(info, folder, "$GANCLI_DATA"), readable(f"$GANCLI_DATA ({folder})")


def _downloaded(info: SetInfo) -> Found | None:
    """None where its files are not all there, or another user's folder is in the way."""
    folder = downloads(info)
    try:
        files = find(info, folder) if folder else {}
    except DataError:
        return None
    if len(files) < len(info.files):
        return None
    return files, readable(f"the cache ({folder})")
