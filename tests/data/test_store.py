"""The cache of parsed data: believed when it is true, else made anew; written whole; dispensable; nobody's way in."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from four_files import found as files_of
from four_files import recorded, write

from gancli import data
from gancli.data import DataError, Dataset, idx, mnist, store
from gancli.data import cache as caching
from gancli.data.sets import IDX

CHECKED = ("known.json", "test-images.npy", "test-labels.npy", "train-images.npy", "train-labels.npy")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(caching, "cache_folder", lambda: tmp_path / "cache")
    write(tmp_path / "d")
    return tmp_path / "cache"


def load(tmp_path: Path) -> Dataset:
    return data.load("mnist", path=str(tmp_path / "d"))


def parsings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each part that is parsed from now on."""
    parts: list[str] = []
    read = idx.read
    monkeypatch.setattr(idx, "read", lambda images, *more: (parts.append(images.name[:5]), read(images, *more))[1])
    return parts


def same(one: Dataset, other: Dataset) -> bool:
    pairs = ((one.train, other.train), (one.test, other.test))
    equal = all(np.array_equal(a.samples, b.samples) and np.array_equal(a.labels, b.labels) for a, b in pairs)
    return equal and one.facts == other.facts


def harm(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.chmod(0o644)
    path.write_bytes(change(path.read_bytes()))


def resave(path: Path, change: Callable[[Any], Any]) -> None:
    array = change(np.load(path))
    path.unlink()
    np.save(path, array, allow_pickle=True)


def record(folder: Path, **changes: Any) -> None:
    """A record that says other things, and agrees with itself."""
    known = json.loads((folder / "known.json").read_text()) | changes
    known = {key: value for key, value in known.items() if value and key != "digest"}
    known["digest"] = store._digest(known)
    harm(folder / "known.json", lambda _: json.dumps(known).encode())


def wrong_shape(folder: Path) -> None:
    """Arrays that are no images, under a record that agrees with them."""
    resave(folder / "train-images.npy", lambda array: array[:, :10])
    arrays = [np.load(folder / f"{name}.npy") for name in store.ARRAYS]
    proved = {name: idx.sha256(np.ascontiguousarray(a)) for name, a in zip(IDX, arrays, strict=True)}
    record(folder, sha256=proved)


def fewer_than_labels(folder: Path) -> None:
    """An image less than there are labels, under a record that agrees."""
    resave(folder / "test-images.npy", lambda array: array[:-1])
    arrays = [np.load(folder / f"{name}.npy") for name in store.ARRAYS]
    record(folder, sha256={name: idx.sha256(a) for name, a in zip(IDX, arrays, strict=True)})


def npz(path: Path) -> None:
    array = np.load(path)
    with path.open("r+b") as file:
        np.savez(file, array)


IMAGES = "train-images.npy"
DAMAGES: dict[str, Callable[[Path], Any]] = {
    "a page of zeros": lambda f: harm(f / IMAGES, lambda b: b[:4096] + bytes(4096) + b[8192:]),
    "a flipped bit": lambda f: harm(f / IMAGES, lambda b: b[:9000] + bytes([b[9000] ^ 1]) + b[9001:]),
    "a flipped bit in the labels": lambda f: harm(f / "test-labels.npy", lambda b: b[:-1] + bytes([b[-1] ^ 1])),
    "cut short": lambda f: harm(f / IMAGES, lambda b: b[:10_000]),
    "cut at the header": lambda f: harm(f / IMAGES, lambda b: b[:60]),
    "empty": lambda f: harm(f / IMAGES, lambda b: b""),
    "no array": lambda f: harm(f / IMAGES, lambda b: b"damaged"),
    "a broken header": lambda f: harm(f / IMAGES, lambda b: b.replace(b"}", b"(", 1)),
    "a header of too much": lambda f: harm(
        f / IMAGES, lambda b: b.replace(b"(30, 784), }       ", b"(9999999999, 784), }", 1)
    ),
    "other numbers": lambda f: resave(f / IMAGES, lambda array: array.astype(np.int16)),
    "the same bytes as other numbers": lambda f: resave(f / IMAGES, lambda array: array.view(np.int8)),
    "objects": lambda f: resave(f / IMAGES, lambda array: np.array([{}, None], object)),
    "another order": lambda f: resave(f / IMAGES, np.asfortranarray),
    "fewer": lambda f: resave(f / IMAGES, lambda array: array[:-1]),
    "other shapes": wrong_shape,
    "an image less in all": fewer_than_labels,
    "an archive": lambda f: npz(f / IMAGES),
    "a file less": lambda f: (f / IMAGES).unlink(),
    "a folder for a file": lambda f: ((f / IMAGES).unlink(), (f / IMAGES).mkdir()),
    "no record": lambda f: (f / "known.json").unlink(),
    "an empty record": lambda f: harm(f / "known.json", lambda b: b""),
    "a record cut short": lambda f: harm(f / "known.json", lambda b: b[:-9]),
    "a record that does not agree with itself": lambda f: harm(
        f / "known.json", lambda b: b.replace(b'{"sha256"', b'{"more": 1, "sha256"')
    ),
    "another record": lambda f: harm(f / "known.json", lambda b: b"[1, 2]"),
    "a record of too much": lambda f: harm(f / "known.json", lambda b: b + b" " * 100_000),
    "a deep record": lambda f: harm(f / "known.json", lambda b: b"[" * 100_000),
    "no digest": lambda f: record(f, sha256=None, of="an old version"),
    "a digest less": lambda f: record(f, sha256={IDX[0]: "0"}),
    "the digests of MNIST": lambda f: record(f, sha256=mnist.full_sha256()),
    "nothing": lambda f: (shutil.rmtree(f), f.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """Zeroed pages were trained on, under the true checksum."""
    first = load(tmp_path)
    folder = next((cache / "parsed").iterdir())
    DAMAGES[damage](folder)
    parsed = parsings(monkeypatch)
    assert same(load(tmp_path), first) and parsed == ["train", "t10k-"]
    assert same(load(tmp_path), first) and len(parsed) == 2, "and is whole again"
    assert tuple(sorted(path.name for path in folder.iterdir())) == CHECKED


def test_the_checksum_is_that_of_the_bytes_learned_from(cache: Path, tmp_path: Path) -> None:
    """Of the files' contents, made from the arrays: a record cannot say what they are not."""
    for _ in ("parsed", "from the cache"):
        found = load(tmp_path)
        for name, path in files_of(tmp_path / "d").items():
            assert found.facts["sha256"][name] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert not found.train.samples.flags.writeable


def test_a_cache_cut_short_under_a_run_is_nothing_to_it(cache: Path, tmp_path: Path) -> None:
    """Mapped into memory, it was SIGBUS."""
    load(tmp_path)
    code = (
        "import sys; from pathlib import Path; from gancli import data; from gancli.data import cache\n"
        "cache.cache_folder = lambda: Path(sys.argv[1])\n"
        "found = data.load('mnist', path=sys.argv[2])\n"
        "for path in Path(sys.argv[1]).glob('parsed/*/*.npy'):\n"
        "    path.chmod(0o644); path.open('r+b').truncate(100)\n"
        "print('SUM', found.train.samples.sum(), found.test.samples.sum())"
    )
    words = [sys.executable, "-W", "ignore", "-c", code, str(cache), str(tmp_path / "d")]
    result = subprocess.run(words, capture_output=True, text=True)
    found = load(tmp_path)
    assert result.stdout.split() == ["SUM", str(found.train.samples.sum()), str(found.test.samples.sum())], (
        result.returncode
    )


def test_a_cache_is_on_the_disk_before_it_is_in_place(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = recorded(monkeypatch)
    load(tmp_path)
    folder = next((cache / "parsed").iterdir())
    made = done[5].removeprefix("fsync ")
    assert sorted(done[:5]) == [f"fsync {name}" for name in CHECKED] and made.startswith("making-")
    assert done[6:] == [f"rename {folder.name}", "fsync parsed"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}


@pytest.mark.parametrize(
    "error", [PermissionError(errno.EACCES, "no"), OSError(errno.EROFS, "no"), OSError(errno.ENOSPC, "no")]
)
def test_where_the_cache_cannot_be_written_files_are_parsed_each_time(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise error

    first = load(tmp_path)
    shutil.rmtree(cache)
    for place, name in ((Path, "mkdir"), (tempfile, "mkdtemp"), (os, "fsync"), (Path, "replace")):
        with monkeypatch.context() as patch:
            parsed = parsings(patch)
            patch.setattr(place, name, refuse)
            assert same(load(tmp_path), first) and same(load(tmp_path), first) and len(parsed) == 4
        assert not list(cache.glob("parsed/*")), "and nothing is left"
    shutil.rmtree(cache)
    cache.write_text("a file where the folder should be")
    assert same(load(tmp_path), first)


def test_a_damaged_cache_that_cannot_be_removed_is_not_believed(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(tmp_path)
    DAMAGES["a page of zeros"](next((cache / "parsed").iterdir()))

    def refuse(path: Path, **options: Any) -> None:
        raise PermissionError(errno.EACCES, "another's")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse)
        assert same(load(tmp_path), first)


def test_what_a_killed_start_left_is_removed(cache: Path, tmp_path: Path) -> None:
    (cache / "parsed" / "making-killed").mkdir(parents=True)
    load(tmp_path)
    assert len(list((cache / "parsed").iterdir())) == 1


def test_while_another_start_saves_this_one_leaves_it(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "parsed" / "making-by-another").mkdir(parents=True)
    parsed = parsings(monkeypatch)
    with (cache / "parsed.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = load(tmp_path)
        assert [path.name for path in (cache / "parsed").iterdir()] == ["making-by-another"]
    assert same(load(tmp_path), first) and same(load(tmp_path), first) and len(parsed) == 4, "a later one saves"


def test_files_that_change_while_they_are_read_are_not_kept(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were kept under the checksum of what they had been."""
    read = idx.read

    def changing(images: Path, *more: Any) -> Any:
        if images.name.startswith("train"):
            harm(tmp_path / "d" / "t10k-labels-idx1-ubyte", lambda content: content[:-1] + bytes([content[-1] ^ 1]))
        return read(images, *more)

    monkeypatch.setattr(idx, "read", changing)
    with pytest.raises(DataError, match="changed while they were read; try again"):
        load(tmp_path)
    assert not list(cache.glob("parsed/*"))
