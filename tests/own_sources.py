"""A user's own data, one maker for each way to have them, and the little networks that learn from them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import small_sets
from own_files import idx

COLOURS = {"blue": (20, 40, 220), "green": (30, 200, 60), "red": (230, 50, 40)}
"""The pictures of each class, but for noise and a slope from left to right."""
RNG = np.random.default_rng


def coloured(folder: Path, count: int = 2_000, side: int = 32) -> None:
    """PNGs in three folders, each of its folder's colour."""
    rng = RNG(0)
    slope = np.linspace(-20, 20, side, dtype=np.int16)[None, :, None]
    for number in range(count):
        name = sorted(COLOURS)[number % len(COLOURS)]
        pixels = np.array(COLOURS[name], np.int16) + slope + rng.integers(-3, 4, (side, 1, 1), dtype=np.int16)
        path = folder / name / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path, compress_level=1)


def blobs(count: int, columns: int, seed: int = 0) -> Any:
    """Rows around 3 in every column, each column twice as wide as the one before, up to 8 times."""
    return 3.0 + RNG(seed).normal(size=(count, columns)) * 2.0 ** (np.arange(columns) % 4)


def points(path: Path, count: int = 600) -> None:
    """A CSV of two columns of different units, and the class of each row, which the columns tell."""
    rng = RNG(1)
    rows = ["length (mm),weight (kg),kind"]
    for number in range(count):
        kind = number % 3
        length, weight = 100 + 6 * (kind - 1) + rng.normal(), -3 + 0.1 * (kind == 1) + 0.02 * rng.normal()
        rows.append(f"{length:.4f},{weight:.5f},{('oak', 'elm', 'yew')[kind]}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def digits(path: Path) -> None:
    """scikit-learn's 1,797 digits of 8×8 pixels."""
    from sklearn.datasets import load_digits

    found = load_digits()
    np.savez(path, x=found.images / 16, y=found.target)


def grey_idx(folder: Path) -> None:
    images = np.uint8(RNG(2).integers(0, 256, (300, 8, 8)) // np.arange(1, 9))
    for half, rows in (("train", slice(0, 200)), ("t10k", slice(200, 300))):
        idx(folder / f"{half}-images-idx3-ubyte", images[rows])
        idx(folder / f"{half}-labels-idx1-ubyte", (np.arange(300) % 2).astype(np.uint8)[rows], packed=False)


def coloured_idx(folder: Path) -> None:
    """Red half as bright as green, blue dark."""
    images = RNG(3).integers(0, 256, (200, 3, 32, 32)) * np.array([0.5, 1, 0.1])[:, None, None]
    idx(folder / "images-idx4-ubyte", np.uint8(images))


@dataclass(frozen=True)
class Source:
    """How data are made, how a configuration names them, and what is known of them."""

    make: Callable[[Path], object]
    data: dict[str, Any]
    shape: tuple[int, ...]
    counts: tuple[int, int]
    classes: tuple[str, ...] = ()
    generator: dict[str, Any] = field(default_factory=lambda: {"output": "sigmoid"})


SOURCES = {
    "2,000 PNGs in three folders": Source(
        lambda folder: coloured(folder / "pics"), {"set": "images", "path": "pics"}, (3, 32, 32), (1_800, 200),
        ("blue", "green", "red"),
    ),
    "a .npy (N, 64) as images": Source(
        lambda folder: np.save(folder / "a.npy", RNG(4).random((400, 64)) ** 2),
        {"set": "images", "path": "a.npy", "size": [8, 8], "range": [-1, 1]}, (1, 8, 8), (360, 40),
        generator={"output": "tanh"},
    ),
    "a .npy (N, 64) as rows": Source(
        lambda folder: np.save(folder / "a.npy", blobs(400, 64)),
        {"set": "table", "path": "a.npy", "standardize": True, "test": 0.25}, (64,), (300, 100),
        generator={"output": "linear"},
    ),
    "a CSV of points with labels": Source(
        lambda folder: points(folder / "trees.csv"),
        {"set": "table", "path": "trees.csv", "label": "kind", "standardize": True}, (2,), (540, 60),
        ("elm", "oak", "yew"), {"output": "linear"},
    ),
    "IDX of 8×8": Source(
        lambda folder: grey_idx(folder / "idx"), {"set": "images", "path": "idx", "invert": True}, (1, 8, 8), (200, 100),
        ("0", "1"),
    ),
    "IDX of 3×32×32": Source(
        lambda folder: coloured_idx(folder), {"set": "images", "path": "images-idx4-ubyte"}, (3, 32, 32), (180, 20),
    ),
    "Fashion-MNIST": Source(
        lambda folder: small_sets.write("fashion_mnist", folder / "fashion", count=200),
        {"set": "fashion_mnist", "path": "fashion"}, (1, 28, 28), (200, 100),
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    "scikit-learn's digits as .npz": Source(
        lambda folder: digits(folder / "digits.npz"), {"set": "images", "path": "digits.npz"}, (1, 8, 8), (1_617, 180),
        tuple("0123456789"),
    ),
}  # fmt: skip
"""Those of the issue that asked for own data, the array of rows both as images and as a table."""
