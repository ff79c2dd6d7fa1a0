"""Files of a user, good and bad, for the tests of the own readers."""

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from PIL import Image


def picture(path: Path, pixels: Any, mode: str | None = None, **options: Any) -> Path:
    """Save an array (height, width) or (height, width, channels) of uint8 as a picture, by the path's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def pictures(folder: Path, count: int = 20, size: tuple[int, ...] = (8, 8, 3), classes: tuple[str, ...] = ()) -> Path:
    """Random PNGs, in sub-folders in turn where there are classes."""
    rng = np.random.default_rng(0)
    for number in range(count):
        inside = folder / classes[number % len(classes)] if classes else folder
        picture(inside / f"{number:04d}.png", rng.integers(0, 256, size, dtype=np.uint8))
    return folder


def png_header(width: int, height: int, content: bytes = b"") -> bytes:
    """A grey PNG that says it has a size, whatever it holds."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")


def npy_header(shape: tuple[int, ...], descr: str = "|u1", fortran: bool = False) -> bytes:
    """A .npy's header that claims a shape."""
    file = io.BytesIO()
    npy.write_array_header_1_0(file, {"descr": descr, "fortran_order": fortran, "shape": shape})
    return file.getvalue()


def npz(path: Path, **members: bytes) -> Path:
    """An archive of raw members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(path: Path, array: Any, packed: bool = False) -> Path:
    """An IDX file of an array, of its type."""
    array = np.asarray(array)
    code = CODES[array.dtype.str[1:]]
    content = struct.pack(f">4B{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    content += array.astype(array.dtype.newbyteorder(">")).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    return path
