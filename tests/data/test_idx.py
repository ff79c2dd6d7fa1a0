"""IDX files: good, truncated, foreign, mismatched, fuzzed; the search order; batches."""

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from four_files import found as files_of
from four_files import pack, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gancli import data
from gancli.data import DataError, idx, mnist, places
from gancli.data.mnist import BUNDLED
from gancli.data.sets import IDX, SETS


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_raw_and_gzipped_files_give_the_same_arrays(tmp_path: Path, suffix: str) -> None:
    found = data.load("mnist", path=str(write(tmp_path / "d", suffix)))
    expected = np.random.default_rng(0).integers(0, 256, (30, 28, 28)).reshape(30, 784)
    assert np.array_equal(found.train.samples, expected)
    assert found.train.labels.tolist() == [i % 10 for i in range(30)]
    assert len(found.test.samples) == 10 and not found.facts["full"] and found.notice is None


IMAGES, LABELS = pack(np.zeros((30, 28, 28)), np.zeros(30))
BAD: list[tuple[str, bytes, str]] = [
    ("train_images_idx3_ubyte", IMAGES[:-1], "is cut short: 23,519 of 23,520 values"),
    ("train_images_idx3_ubyte", IMAGES[:10], "is cut short: 10 bytes"),
    ("train_images_idx3_ubyte", b"", "is cut short: 0 bytes"),
    ("train_images_idx3_ubyte", IMAGES + b"x", "holds more than the 23,520 values"),
    ("train_images_idx3_ubyte", LABELS + IMAGES, "magic number 0x00000801, expected 0x00000803"),
    ("train_images_idx3_ubyte", b"\x89PNG" + IMAGES, "is not an IDX file of images"),
    ("train_images_idx3_ubyte", struct.pack(">4I", 0x803, 1, 32, 32) + bytes(1024), "must be 28×28 pixels; got 32×32"),
    ("train_images_idx3_ubyte", struct.pack(">4I", 0x803, 1, 28, 29) + bytes(812), "must be 28×28 pixels; got 28×29"),
    ("train_images_idx3_ubyte", struct.pack(">4I", 0x803, 2**32 - 1, 28, 28), "must hold 1 to 100,000 samples"),
    ("train_images_idx3_ubyte", struct.pack(">4I", 0x803, 0, 28, 28), "must hold 1 to 100,000 samples"),
    ("train_labels_idx1_ubyte", struct.pack(">2I", 0x801, 29) + bytes(29), "30 images, but train-labels-idx1-ubyte"),
    (
        "t10k_labels_idx1_ubyte",
        struct.pack(">2I", 0x801, 10) + bytes([10] * 10),
        "labels must be digits from 0 to 9; got 10",
    ),
]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(("name", "content", "message"), BAD)
def test_damaged_files_are_refused_by_name(
    tmp_path: Path, suffix: str, name: str, content: bytes, message: str
) -> None:
    folder = write(tmp_path / "d", suffix, **{name: content})
    with pytest.raises(DataError) as caught:
        data.load("mnist", path=str(folder))
    text = str(caught.value)
    assert message in text.replace(".gz", "") and name.replace("_", "-") in text


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", ".gz")
    path = folder / "train-images-idx3-ubyte.gz"
    whole = path.read_bytes()
    for content in (whole[:-20], whole[:100], b"not gzip", whole[:500] + b"\0\0\0\0" + whole[504:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match="train-images-idx3-ubyte.gz"):
            data.load("mnist", path=str(folder))


def test_a_gzip_bomb_is_refused_without_unpacking_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", ".gz")
    bomb = struct.pack(">4I", 0x803, 1, 28, 28) + bytes(300_000_000)
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(bomb, 1))
    with pytest.raises(DataError, match="holds more than the 784 values"):
        data.load("mnist", path=str(folder))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.binary(max_size=16), tail=st.integers(0, 3000), keep=st.integers(0, 16), zipped=st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path: Path, head: bytes, tail: int, keep: int, zipped: bool) -> None:
    content = IMAGES[:keep] + head + bytes(tail)
    path = tmp_path / ("images.gz" if zipped else "images")
    path.write_bytes(content)
    try:
        assert np.prod(idx.inspect(path).sizes) + 16 == len(content)
    except DataError as error:
        assert str(path) in str(error)


def test_a_file_that_is_not_packed_is_taken_before_one_that_is(tmp_path: Path) -> None:
    folder = write(write(tmp_path / "d", ".gz"))
    assert [path.name for path in files_of(folder).values()] == list(IDX)
    (folder / IDX[2]).unlink()
    assert files_of(folder)[IDX[2]].name == f"{IDX[2]}.gz" and len(files_of(folder)) == 4
    (folder / f"{IDX[2]}.gz").unlink()
    assert list(files_of(folder)) == [IDX[0], IDX[1], IDX[3]]


def test_a_file_is_read_up_to_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def inspected(count: int, most: int) -> idx.Header:
        monkeypatch.setattr(idx, "most", lambda info: most)
        path = tmp_path / "labels"
        path.write_bytes(pack([], np.zeros(count))[1])
        return idx.inspect(path)

    assert inspected(1, 1).sizes == (1,) and inspected(7, 7).sizes == (7,)
    for count, most in ((0, 7), (8, 7)):
        with pytest.raises(DataError, match="must hold 1 to"):
            inspected(count, most)
    path = tmp_path / "labels"
    monkeypatch.setattr(idx, "most_bytes", lambda info: path.stat().st_size)
    idx.check_size(path, SETS["mnist"])
    monkeypatch.setattr(idx, "most_bytes", lambda info: path.stat().st_size - 1)
    with pytest.raises(DataError):
        idx.check_size(path, SETS["mnist"])


def test_the_search_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mnist.locate(None) == (files_of(BUNDLED), "the bundled MNIST-5k")
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / "cache")
    write(tmp_path / "cache", ".gz")
    assert "the cache" in mnist.locate(None)[1]
    write(tmp_path / "variable" / "mnist")
    monkeypatch.setenv("GANCLI_DATA", str(tmp_path / "variable"))
    assert "$GANCLI_DATA" in mnist.locate(None)[1]
    write(tmp_path / "given")
    assert "data.path" in mnist.locate(str(tmp_path / "given"))[1]


def test_a_place_that_is_named_and_wrong_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="data.path: .* has no train-images-idx3-ubyte"):
        data.load("mnist", path=str(tmp_path))
    monkeypatch.setenv("GANCLI_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="is not a folder"):
        data.load("mnist")
    folder = write(tmp_path / "partial")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    monkeypatch.setenv("GANCLI_DATA", str(folder))
    with pytest.raises(DataError, match="has no t10k-labels-idx1-ubyte"):
        data.load("mnist")


def test_the_bundled_subset_is_balanced_and_said_to_be_one() -> None:
    found = data.load("mnist")
    assert np.bincount(found.train.labels).tolist() == [450] * 10
    assert np.bincount(found.test.labels).tolist() == [50] * 10
    assert found.notice and "gancli data fetch mnist" in found.notice and found.facts["bundled"]
    with pytest.raises(DataError, match="full MNIST is required, but the bundled MNIST-5k holds 4,500"):
        data.load("mnist", require="full")
    assert sum(path.stat().st_size for path in BUNDLED.glob("*.gz")) < 1_300_000


def test_the_bundled_subset_is_what_its_card_says() -> None:
    card = (BUNDLED / "README.md").read_text(encoding="utf-8")
    for name, path in files_of(BUNDLED).items():
        assert f"| {name} | {idx.inspect(path).sha256} |" in card


def test_classes_are_kept_and_absent_ones_refused(tmp_path: Path) -> None:
    found = data.load("mnist", classes=(3, 7))
    assert set(found.train.labels.tolist()) == {3, 7} and len(found.train.samples) == 900
    images, labels = pack(np.zeros((4, 28, 28)), [1, 1, 2, 2])
    folder = write(tmp_path / "d", train_images_idx3_ubyte=images, train_labels_idx1_ubyte=labels)
    with pytest.raises(DataError, match="holds no image of 7"):
        data.load("mnist", path=str(folder), classes=(1, 7))


def labels(stream: data.Batches, out: Any) -> list[int]:
    stream.load(out)
    return stream.split.labels[stream.last].tolist()  # type: ignore[no-any-return]


def test_batches_visit_every_sample_once_a_pass_whatever_the_batch() -> None:
    part = data.Split(np.arange(10.0)[:, None], np.arange(10))
    from gancli.engines import make_engine

    for size in (1, 3, 7, 10, 25):
        stream = data.Batches(part, make_engine("numpy").load, np.random.default_rng(0))
        out = np.empty((size, 1))
        seen = [label for _ in range(10) for label in labels(stream, out)]
        for start in range(0, len(seen) - 9, 10):
            assert sorted(seen[start : start + 10]) == list(range(10))
        assert out[:, 0].tolist() == seen[-size:]


@given(size=st.integers(1, 25), before=st.integers(0, 8))
def test_batches_go_on_where_they_were(size: int, before: int) -> None:
    from gancli.engines import make_engine

    part, out = data.Split(np.arange(10.0)[:, None], np.arange(10)), np.empty((size, 1))
    rng = np.random.default_rng(0)
    stream = data.Batches(part, make_engine("numpy").load, rng)
    for _ in range(before):
        stream.load(out)
    state, generator = stream.state(), rng.bit_generator.state
    expected = [labels(stream, out) for _ in range(5)]
    other = np.random.default_rng(99)
    again = data.Batches(part, make_engine("numpy").load, other)
    again.restore(state)
    other.bit_generator.state = generator
    assert [labels(again, out) for _ in range(5)] == expected


FULL = os.environ.get("GANCLI_DATA")  # read when collected: the tests themselves run without it


@pytest.mark.slow
@pytest.mark.skipif(not FULL, reason="needs the full MNIST in $GANCLI_DATA")
def test_a_second_start_opens_the_full_mnist_quickly_and_in_little_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GANCLI_DATA", str(FULL))
    code = (
        "import re, time\nfrom gancli import data\nstart = time.process_time()\n"
        "found = data.load('mnist', require='full')\nseconds = time.process_time() - start\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"  # of this process alone
        "print(seconds, int(peak) // 1024, len(found.train.samples))"
    )
    starts = []
    for _ in range(4):  # the first may parse; of the processor's time, for other programs may have the cores
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        starts.append([float(word) for word in result.stdout.split()])
    seconds, megabytes, count = min(starts[1:])
    assert count == 60_000 and seconds < 0.1 and megabytes < 100


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(IDX), st.booleans(), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
       st.integers(0, 3000), st.binary(max_size=40))  # fmt: skip
def test_any_harm_to_a_file_is_refused_or_read(
    tmp_path: Path, name: str, packed: bool, changes: list[tuple[int, int]], length: int, more: bytes
) -> None:
    folder = write(tmp_path / "d", "")
    content = bytearray((folder / name).read_bytes())
    content = bytearray(gzip.compress(bytes(content))) if packed else content
    for place, value in changes:
        content[place % len(content)] = value
    target = folder / (name + ".gz" if packed else name)
    (folder / name).unlink()
    target.write_bytes(bytes(content[: max(length, len(content) // 2)]) + more)
    try:
        found = data.load("mnist", path=str(folder))
    except DataError as error:
        assert name in str(error) or "images, but" in str(error)
    else:
        assert found.train.samples.shape == (len(found.train.labels), 784)
    finally:
        target.unlink()
