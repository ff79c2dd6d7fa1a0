"""Large sets are mapped: as quickly as they are there, believed only when they are what was saved, and safe to remake."""

import hashlib
import mmap
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_store import CHECKED, DAMAGES, same

import small_sets
from gancli import data
from gancli.data import Dataset, cache, checksums, store

SETS = ["cifar10", "emnist_letters", "sheep", "fashion_mnist"]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which everything counts as large, and every file as left alone."""
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(store, "LARGE", 0)
    monkeypatch.setattr(checksums, "LARGE", 0)
    monkeypatch.setattr(checksums, "SETTLED", -1)
    return tmp_path / "cache"


def load(name: str, tmp_path: Path) -> Dataset:
    folder = tmp_path / name
    return data.load(name, path=str(folder if folder.exists() else small_sets.write(name, folder)))


def mapped(array: Any) -> bool:
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is hashed from now on."""
    names: list[str] = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, how: (names.append(file.name), digest(file, how))[1])
    return names


def parsings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    for form, parse in dict(store.PARSERS).items():
        monkeypatch.setitem(
            store.PARSERS, form, lambda info, files, parse=parse: (names.append(info.name), parse(info, files))[1]
        )
    return names


@pytest.mark.parametrize("name", SETS)
def test_a_second_start_maps_and_hashes_nothing(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    first = load(name, tmp_path)
    assert mapped(first.train.samples) and mapped(first.test.samples), "also what was just parsed, to let its memory go"
    parsed, names = parsings(monkeypatch), hashed(monkeypatch)
    second = load(name, tmp_path)
    assert same(first, second) and mapped(second.train.samples) and parsed == [] and names == []
    assert not second.train.samples.flags.writeable
    folder = next((there / "parsed").iterdir())
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    assert sorted(path.name for path in folder.iterdir()) == sorted(CHECKED)


FORGED = {"a digest less", "the digests of MNIST"}
"""A record that agrees with itself, and is not about the arrays: nothing in them says what their files were."""


@pytest.mark.parametrize("damage", sorted(set(DAMAGES) - FORGED))
def test_a_damaged_cache_is_made_anew(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    first = load("fashion_mnist", tmp_path)
    before = first.train.samples.copy(), first.test.samples.copy()
    copy = data.Dataset(**{**vars(first), "train": data.Split(before[0], first.train.labels),
                           "test": data.Split(before[1], first.test.labels)})  # fmt: skip
    folder = next((there / "parsed").iterdir())
    del first
    DAMAGES[damage](folder)
    parsed = parsings(monkeypatch)
    assert same(load("fashion_mnist", tmp_path), copy) and parsed == ["fashion_mnist"]
    assert same(load("fashion_mnist", tmp_path), copy) and len(parsed) == 1, "and is good again"


def writable(path: Path) -> None:
    path.chmod(0o644)


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("change", [writable, link])
def test_what_others_could_change_is_not_mapped(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    load("cifar10", tmp_path)
    change(next((there / "parsed").iterdir()) / "train-images.npy")
    parsed = parsings(monkeypatch)
    load("cifar10", tmp_path)
    assert parsed == ["cifar10"]


def test_another_users_files_are_not_mapped(there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("cifar10", tmp_path)
    parsed = parsings(monkeypatch)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    load("cifar10", tmp_path)
    assert parsed == ["cifar10"]


def test_a_cache_that_is_made_anew_under_a_run_is_nothing_to_it(there: Path, tmp_path: Path) -> None:
    """Its pages are those of the old file, which has no name any more."""
    first = load("cifar10", tmp_path)
    total = int(first.train.samples.sum())
    folder = next((there / "parsed").iterdir())
    moved = folder / "train-images.npy"
    content = moved.read_bytes()
    moved.unlink()
    moved.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    second = load("cifar10", tmp_path)
    assert int(first.train.samples.sum()) == int(second.train.samples.sum()) == total


def test_a_moved_cache_is_hashed_and_not_parsed(there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load("cifar10", tmp_path)
    (there / "checksums").rename(there / "forgotten")
    parsed, names = parsings(monkeypatch), hashed(monkeypatch)
    assert same(load("cifar10", tmp_path), first) and parsed == [] and len(names) == 6 + 4


def test_where_no_cache_can_be_written_it_is_parsed_each_time(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.write_text("a file where the folder should be")
    parsed = parsings(monkeypatch)
    assert same(load("cifar10", tmp_path), load("cifar10", tmp_path)) and len(parsed) == 2


def test_a_checksum_is_remembered_while_the_file_is_what_it_was(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    names = hashed(monkeypatch)
    one, two = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()
    assert [checksums.of(path), checksums.of(path), len(names)] == [one, one, 1]
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert checksums.of(path) == two, "whoever sets its time back"
    path.unlink()
    path.write_bytes(b"one")
    assert checksums.of(path) == one, "another file of its name"
    (note,) = (there / "checksums").iterdir()
    for content in (b"", b"[" * 100_000, b"[]", b'{"stamp": 1}', b"x" * 20_000):
        note.write_bytes(content)
        assert checksums.of(path) == one


def test_a_file_that_has_just_changed_is_hashed_again(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two changes within one tick of the file system's clock look like one."""
    path = tmp_path / "file"
    path.write_bytes(b"one")
    monkeypatch.setattr(checksums, "SETTLED", 2_000_000_000)
    names = hashed(monkeypatch)
    assert checksums.of(path) == checksums.of(path) and len(names) == 2
    monkeypatch.setattr(time, "time_ns", lambda: path.stat().st_ctime_ns + 2_000_000_001)
    assert checksums.of(path) == checksums.of(path) and len(names) == 3


def test_small_files_are_hashed_each_time(there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    monkeypatch.setattr(checksums, "LARGE", 4)
    names = hashed(monkeypatch)
    assert checksums.of(path) == checksums.of(path) and len(names) == 2 and not (there / "checksums").exists()


BIG = """
import sys, time
from pathlib import Path
import numpy as np
from gancli import data
def status(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))
start = time.process_time()
found = data.load("cifar10", path=sys.argv[1])
print(time.process_time() - start, status("VmHWM"), len(found.train.samples), len(found.test.samples))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_second_start_of_60_000_colour_pictures_is_quick_and_small(tmp_path: Path) -> None:
    folder = tmp_path / "cifar"
    folder.mkdir()
    for name in small_sets.contents("cifar10"):
        np.zeros((10_000, 3073), np.uint8).tofile(folder / name)
    (tmp_path / "cache").mkdir()
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    time.sleep(max(0.0, checksums.SETTLED / 1e9))
    for _ in range(2):
        words = [sys.executable, "-c", BIG, str(folder)]
        result = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    seconds, peak, train, test = map(float, result.stdout.split())
    assert (train, test) == (50_000, 10_000) and seconds < 0.2 and peak < 100, result.stdout
