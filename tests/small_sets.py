"""Small files in the format of each published set, and the table's entry under which they are taken for the set's."""

import dataclasses
import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gancli.data.sets import SETS, FileInfo, SetInfo

Values = NDArray[np.uint8]


def pictures(name: str, count: int, seed: int = 0) -> Values:
    """Random upright pictures (count, pixels)."""
    return np.random.default_rng(seed).integers(0, 256, (count, int(np.prod(SETS[name].shape))), dtype=np.uint8)


def labels(name: str, count: int) -> Values:
    """Every class in turn."""
    return (np.arange(count) % len(SETS[name].classes)).astype(np.uint8)


def contents(name: str, count: int = 60) -> dict[str, bytes]:
    """What each file of a set would be, unpacked, with `count` samples to train on and half as many held out."""
    info = SETS[name]
    if info.format == "bitmaps":
        out = io.BytesIO()
        np.save(out, pictures(name, count))
        return {info.files[0].name: out.getvalue()}
    if info.format == "cifar":
        return {file.name: _records(name, 20, number) for number, file in enumerate(info.files)}
    files = iter(info.files)
    found = {}
    for number, many in enumerate((count, count // 2)):
        found[next(files).name] = _images(info, pictures(name, many, number))
        head = struct.pack(">2I", 0x801, many)
        found[next(files).name] = head + (labels(name, many) + info.first_label).astype(np.uint8).tobytes()
    return found


def write_own(kind: str, folder: Path) -> Path:
    """Own data for the shipped configurations: 30 pictures of several sizes, or a table of 30 rows of three breeds."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    if kind == "images":
        for number in range(30):
            pixels = rng.integers(0, 256, (40 + number % 3, 50, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
        return folder
    rows = [f"{60 + number % 20},{50 + number % 7},{number % 5},{'ABC'[number % 3]}" for number in range(30)]
    (folder / "table.csv").write_text("\n".join(["height,weight,wool,breed", *rows]), encoding="utf-8")
    return folder / "table.csv"


def _images(info: SetInfo, upright: Values) -> bytes:
    square = upright.reshape(-1, 28, 28)
    lying = square.transpose(0, 2, 1) if info.transposed else square
    return struct.pack(">4I", 0x803, len(upright), 28, 28) + lying.tobytes()


def _records(name: str, count: int, seed: int) -> bytes:
    return np.column_stack([labels(name, count), pictures(name, count, seed)]).tobytes()


def write(name: str, folder: Path, packed: bool = False, count: int = 60) -> Path:
    """The files of a set in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in contents(name, count).items():
        (folder / (f"{file}.gz" if packed else file)).write_bytes(pack(content) if packed else content)
    return folder


def pack(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def as_official(name: str) -> SetInfo:
    """The entry of a set whose published files are the small ones."""
    info = SETS[name]

    def file_of(file: FileInfo) -> FileInfo:
        content = contents(name)[file.name]
        return dataclasses.replace(
            file,
            size=len(content),
            packed=len(pack(content)) if file.packed else 0,
            sha256=sha256(content) if file.sha256 else None,
            packed_sha256=sha256(pack(content)) if file.packed_sha256 else None,
        )

    return dataclasses.replace(info, files=tuple(file_of(file) for file in info.files))


def members(*names: str) -> dict[str, bytes]:
    """The members of the archive in which the files of some sets come."""
    found = {}
    for name in names:
        archive = SETS[name].archive
        assert archive is not None
        for file, content in contents(name).items():
            gzipped = SETS[name].format == "idx"
            found[f"{archive.folder}/{file}" + (".gz" if gzipped else "")] = pack(content) if gzipped else content
    return found


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(entries: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    """Contents by name, or members that are no files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, content in entries.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()
