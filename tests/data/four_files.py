"""Four small files in MNIST's format, and what is done to files, in its order."""

import dataclasses
import gzip
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.data import idx, places
from gancli.data.sets import SETS, SetInfo


def pack(images: Any, labels: Any) -> tuple[bytes, bytes]:
    return (
        struct.pack(">4I", 0x803, len(images), 28, 28) + np.asarray(images, np.uint8).tobytes(),
        struct.pack(">2I", 0x801, len(labels)) + np.asarray(labels, np.uint8).tobytes(),
    )


def write(folder: Path, suffix: str = "", **changes: bytes) -> Path:
    """Four small good files, some replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for part, count in (("train", 30), ("t10k", 10)):
        images, labels = pack(rng.integers(0, 256, (count, 28, 28)), np.arange(count) % 10)
        for name, content in ((f"{part}-images-idx3-ubyte", images), (f"{part}-labels-idx1-ubyte", labels)):
            content = changes.get(name.replace("-", "_"), content)
            (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    return folder


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synchronised and renamed from now on, in this order."""
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def sync(handle: int) -> None:
        done.append(f"fsync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")
        fsync(handle)

    def rename(self: Path, target: Path) -> Path:
        done.append(f"rename {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    return done


def found(folder: Path) -> dict[str, Path]:
    """MNIST's files in `folder`."""
    return places.find(SETS["mnist"], folder)


def sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of the unpacked files of `folder`."""
    return {name: idx.inspect(path).sha256 for name, path in found(folder).items()}


def as_mnist(sha256: dict[str, str]) -> SetInfo:
    """MNIST's entry of the table with other checksums."""
    files = tuple(dataclasses.replace(file, sha256=sha256[file.name]) for file in SETS["mnist"].files)
    return dataclasses.replace(SETS["mnist"], files=files)
