"""Read IDX files of MNIST's form, raw or gzipped, whatever they are called: checked first, then parsed.

The format: magic 0x0803 (images) or 0x0801 (labels), the sizes as big-endian 32-bit integers, then one byte a value.
python-mnist parses MNIST itself; the larger sets that followed it, NumPy, which takes a tenth of the time and memory.
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

from gancli import installing
from gancli.data.errors import DataError
from gancli.data.sets import SETS, SetInfo

MAX_IMAGES = 100_000
"""MNIST has 60,000; a file that unpacks to more, or to more than its set has, is refused before it fills the memory."""
IMAGES, LABELS = 0x803, 0x801
"""Magic numbers."""
GZIP = b"\x1f\x8b"
"""How a gzipped file begins; an IDX file begins with two zeros."""
_CHUNK = 1 << 20
Values = NDArray[np.uint8]


@dataclass(frozen=True)
class Header:
    """What a file says of itself, and the SHA-256 of its unpacked bytes."""

    sizes: tuple[int, ...]
    sha256: str


def most(info: SetInfo) -> int:
    """Samples that a file of a set may have."""
    return max(MAX_IMAGES, *info.counts)


def most_bytes(info: SetInfo) -> int:
    """Of a file on disk: packing makes nothing longer than this."""
    return 16 + most(info) * 28 * 28 + 1_000_000


def inspect(path: Path, info: SetInfo | None = None) -> Header:
    """Read a file of a set (MNIST where it is not said) once from end to end: its magic, sizes and length.

    Raises DataError.
    """
    info = info or SETS["mnist"]
    digest = hashlib.sha256()
    check_size(path, info)
    try:
        with _open(path) as file:
            head, sizes = _head(path, file, info)
            digest.update(head)
            length, expected = 0, int(np.prod(sizes))
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                length += len(chunk)
                if length > expected:
                    raise DataError(f"{path}: holds more than the {expected:,d} values its header says; fetch it again")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: is cut short or not gzip ({error}); fetch it again: {info.command}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if length < expected:
        raise DataError(f"{path}: is cut short: {length:,d} of {expected:,d} values; fetch it again: {info.command}")
    return Header(sizes, digest.hexdigest())


def count(path: Path, info: SetInfo) -> int:
    """How many samples a file says that it has. Raises DataError."""
    try:
        with _open(path) as file:
            return _head(path, file, info)[1][0]
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again: {info.command}") from None


def check_size(path: Path, info: SetInfo) -> None:
    """Refuse a file on disk that is too large to be read from end to end. Raises DataError."""
    allowed = most_bytes(info)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if size > allowed:
        largest = f"{info.title} has {max(file.size for file in info.files) // 1_000_000} million"
        raise DataError(f"{path}: has {size:,d} bytes; at most {allowed:,d} are read, {largest}")


def _head(path: Path, file: BinaryIO, info: SetInfo) -> tuple[bytes, tuple[int, ...]]:
    """The header's bytes and sizes; whether it must be of images goes by the file's name."""
    images = "images" in path.name
    needed, magic = (16, IMAGES) if images else (8, LABELS)
    head = file.read(needed)
    if len(head) < needed:
        raise DataError(f"{path}: is cut short: {len(head)} bytes; fetch it again: {info.command}")
    got, *sizes = struct.unpack(f">{needed // 4}I", head)
    if got != magic:
        what = "images" if images else "labels"
        raise DataError(f"{path}: is not an IDX file of {what}: magic number {got:#010x}, expected {magic:#010x}")
    if images and tuple(sizes[1:]) != (28, 28):
        raise DataError(f"{path}: images must be 28×28 pixels; got {sizes[1]}×{sizes[2]}")
    if not 0 < sizes[0] <= most(info):
        raise DataError(f"{path}: must hold 1 to {most(info):,d} samples; its header says {sizes[0]:,d}")
    return head, tuple(sizes)


def sha256(values: NDArray[np.uint8]) -> str:
    """Of the unpacked file that holds these images (count, 784) or labels (count,): what `inspect` says of it."""
    head = (LABELS, len(values)) if values.ndim == 1 else (IMAGES, len(values), 28, 28)
    digest = hashlib.sha256(struct.pack(f">{len(head)}I", *head))
    digest.update(values.data)
    return digest.hexdigest()


def parse(info: SetInfo, files: dict[str, Path]) -> tuple[list[Values], dict[str, str]]:
    """Images (count, 784) and labels (count,) to train on, then those held out; the SHA-256 of each unpacked file.

    Pictures that lie on their side in the files are upright, and labels count from 0. Raises DataError.
    """
    headers = {name: inspect(path, info) for name, path in files.items()}
    names = list(files)
    pairs = list(zip(names[::2], names[1::2], strict=True))
    for images, labels in pairs:
        _same_count(files[images], files[labels], headers[images].sizes[0], headers[labels].sizes[0])
    arrays: list[Values] = []
    for images, labels in pairs:
        arrays += read(files[images], files[labels], info)
        _check_labels(files[labels], arrays[-1], info)
    return arrays, {name: header.sha256 for name, header in headers.items()}


def read(images: Path, labels: Path, info: SetInfo) -> list[Values]:
    """Images (count, 784) and labels (count,) from files that `inspect` has passed. Raises DataError."""
    if info.name != "mnist":
        pixels, numbers = _values(images, 16).reshape(-1, 28, 28), _values(labels, 8)
        if info.transposed:
            pixels = np.ascontiguousarray(pixels.transpose(0, 2, 1))
        return [pixels.reshape(-1, 784), numbers - np.uint8(info.first_label) if info.first_label else numbers]
    loader = _python_mnist().MNIST(return_type="lists")
    loader.opener = _open
    rows, digits = loader.load(images, labels)
    return [np.array(rows, np.uint8), np.frombuffer(digits, np.uint8)]


def _values(path: Path, start: int) -> Values:
    with _open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=start)


def _same_count(images: Path, labels: Path, pictures: int, numbers: int) -> None:
    if pictures != numbers:
        raise DataError(
            f"{images}: holds {pictures:,d} images, but {labels.name} {numbers:,d} labels; use files of one origin"
        )


def _check_labels(path: Path, labels: Values, info: SetInfo) -> None:
    """`labels` count from 0; one below that has wrapped around."""
    if labels.max() < len(info.classes):
        return
    first, last = info.first_label, info.first_label + len(info.classes) - 1
    what = "digits" if info.name == "mnist" else "numbers"
    wrong = (int(labels[labels >= len(info.classes)][0]) + first) % 256
    raise DataError(f"{path}: labels must be {what} from {first} to {last}; got {wrong}")


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
            f"{installing.pip()} install --force-reinstall --no-deps python-mnist"
        ) from None
    return module


def packed(path: Path) -> bool:
    """Is it gzipped? By its content, for browsers and mirrors unpack files and leave their names. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def _open(path: Path, mode: str = "rb") -> BinaryIO:
    return gzip.open(path, "rb") if packed(path) else path.open("rb")  # type: ignore[return-value]
