"""Read MNIST's IDX files, raw or gzipped, whatever they are called: checked first, then parsed by python-mnist.

The format: magic 0x0803 (images) or 0x0801 (labels), the sizes as big-endian 32-bit integers, then one byte a value.
"""

import gzip
import hashlib
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError

PARTS = ("train", "t10k")
NAMES = tuple(f"{part}-{what}-ubyte" for part in PARTS for what in ("images-idx3", "labels-idx1"))
MAX_IMAGES = 100_000
"""MNIST has 60,000; a file that unpacks to more is refused before it fills the memory."""
MAX_BYTES = 16 + MAX_IMAGES * 28 * 28 + 1_000_000
"""Of a file on disk: packing makes nothing longer than this."""
IMAGES, LABELS = 0x803, 0x801
"""Magic numbers."""
GZIP = b"\x1f\x8b"
"""How a gzipped file begins; an IDX file begins with two zeros."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Header:
    """What a file says of itself, and the SHA-256 of its unpacked bytes."""

    sizes: tuple[int, ...]
    sha256: str


def find(folder: Path) -> dict[str, Path]:
    """The four files in `folder`, raw or gzipped, by name; those that are there. Raises DataError."""
    candidates = {name: (folder / name, folder / f"{name}.gz") for name in NAMES}
    try:
        return {name: path for name, paths in candidates.items() for path in reversed(paths) if path.is_file()}
    except OSError as error:
        raise DataError(f"{folder}: cannot be looked into: {error.strerror or error}") from None


def inspect(path: Path) -> Header:
    """Read a whole file once: check its magic, sizes and length. Raises DataError."""
    images = "images" in path.name
    digest = hashlib.sha256()
    check_size(path)
    try:
        with _open(path) as file:
            head = file.read(16 if images else 8)
            sizes = _sizes(path, head, images)
            digest.update(head)
            length, expected = 0, int(np.prod(sizes))
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                length += len(chunk)
                if length > expected:
                    raise DataError(f"{path}: holds more than the {expected:,d} values its header says; fetch it again")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{path}: is cut short or not gzip ({error}); fetch it again: gancli data fetch mnist"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if length < expected:
        raise DataError(
            f"{path}: is cut short: {length:,d} of {expected:,d} values; fetch it again: gancli data fetch mnist"
        )
    return Header(sizes, digest.hexdigest())


def check_size(path: Path) -> None:
    """Refuse a file that is too large to be looked at whole. Raises DataError."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if size > MAX_BYTES:
        raise DataError(f"{path}: has {size:,d} bytes; at most {MAX_BYTES:,d} are read, MNIST has 47 million")


def _sizes(path: Path, head: bytes, images: bool) -> tuple[int, ...]:
    needed, magic = (16, IMAGES) if images else (8, LABELS)
    if len(head) < needed:
        raise DataError(f"{path}: is cut short: {len(head)} bytes; fetch it again: gancli data fetch mnist")
    got, *sizes = struct.unpack(f">{needed // 4}I", head)
    if got != magic:
        what = "images" if images else "labels"
        raise DataError(f"{path}: is not an IDX file of {what}: magic number {got:#010x}, expected {magic:#010x}")
    if images and tuple(sizes[1:]) != (28, 28):
        raise DataError(f"{path}: images must be 28×28 pixels; got {sizes[1]}×{sizes[2]}")
    if not 0 < sizes[0] <= MAX_IMAGES:
        raise DataError(f"{path}: must hold 1 to {MAX_IMAGES:,d} samples; its header says {sizes[0]:,d}")
    return tuple(sizes)


def sha256(values: NDArray[np.uint8]) -> str:
    """Of the unpacked file that holds these images (count, 784) or labels (count,): what `inspect` says of it."""
    head = (LABELS, len(values)) if values.ndim == 1 else (IMAGES, len(values), 28, 28)
    digest = hashlib.sha256(struct.pack(f">{len(head)}I", *head))
    digest.update(values.data)
    return digest.hexdigest()


def read(files: dict[str, Path], part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (count, 784) and labels (count,) of 'train' or 't10k', from files that `inspect` has passed.

    Raises DataError.
    """
    images, labels = files[f"{part}-images-idx3-ubyte"], files[f"{part}-labels-idx1-ubyte"]
    loader = _python_mnist().MNIST(return_type="lists")
    loader.opener = _open
    pixels, digits = loader.load(images, labels)
    return np.array(pixels, np.uint8), np.frombuffer(digits, np.uint8)


def _python_mnist() -> Any:
    """The module of python-mnist, by its file: another package, or a file where one stands, may be named `mnist` too.

    Raises DataError.
    """
    import importlib.util  # takes as long as a start that finds its data parsed
    from importlib import metadata

    try:
        path = metadata.distribution("python-mnist").locate_file("mnist/loader.py")
        spec = importlib.util.spec_from_file_location("gancli_python_mnist", str(path))
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # it compares numbers by `is`
            spec.loader.exec_module(module)  # type: ignore[union-attr]
        module.MNIST  # noqa: B018 - is it there?
    except Exception as error:
        raise DataError(
            f"python-mnist, which reads MNIST's files, is missing or damaged ({error}); bring it back: "
            "pip install --force-reinstall --no-deps python-mnist"
        ) from None
    return module


def packed(path: Path) -> bool:
    """Is it gzipped? By its content, for browsers and mirrors unpack files and leave their names. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def _open(path: Path, mode: str = "rb") -> BinaryIO:
    return gzip.open(path, "rb") if packed(path) else path.open("rb")  # type: ignore[return-value]
