"""Images of array files and IDX files: layouts, values, names, labels, splits."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from gancli.data import DataError, Dataset
from gancli.data.mnist import BUNDLED
from gancli.data.own import load_images
from own_files import idx

RNG = np.random.default_rng(2)


def load(path: Any, **options: Any) -> Dataset:
    return load_images(str(path), rng=np.random.default_rng(0), **options)


def all_of(data: Dataset) -> Any:
    return np.concatenate([data.train.samples, data.test.samples]).reshape(-1, *data.shape)


def in_rows(values: Any) -> list[bytes]:
    return sorted(np.ascontiguousarray(row).tobytes() for row in values)


def octets(*shape: int) -> Any:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "options", "axes", "expected"),
    [
        ((20, 5, 6), {}, None, (1, 5, 6)),
        ((20, 5, 6), {"layout": "hw"}, None, (1, 5, 6)),
        ((20, 5, 6, 3), {}, (0, 3, 1, 2), (3, 5, 6)),
        ((20, 5, 6, 1), {}, (0, 3, 1, 2), (1, 5, 6)),
        ((20, 3, 5, 6), {}, None, (3, 5, 6)),
        ((20, 3, 5, 3), {"layout": "hwc"}, (0, 3, 1, 2), (3, 3, 5)),
        ((20, 3, 5, 3), {"layout": "chw"}, None, (3, 5, 3)),
        ((20, 2, 5, 6), {"layout": "chw"}, None, (2, 5, 6)),
        ((20, 64), {"size": (8, 8)}, None, (1, 8, 8)),
        ((20, 64), {"size": (4, 16), "channels": 1}, None, (1, 4, 16)),
        ((20, 60), {"size": (4, 5)}, None, (3, 4, 5)),
    ],
)
def test_layouts(tmp_path: Path, shape: Any, options: Any, axes: Any, expected: Any) -> None:
    values = octets(*shape)
    np.save(tmp_path / "a.npy", values)
    data = load(tmp_path / "a.npy", **options)
    assert data.shape == expected and data.train.samples.dtype == np.uint8
    assert in_rows(all_of(data)) == in_rows((values.transpose(axes) if axes else values).reshape(20, *expected))


@given(
    values=arrays_of.arrays(np.uint8, st.tuples(st.integers(4, 9), *[st.integers(2, 5)] * 2, st.sampled_from([1, 3]))),
    order=st.sampled_from("CF"),
    seed=st.integers(0, 9),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_axes_and_memory_order_change_nothing(tmp_path: Path, values: Any, order: Any, seed: int) -> None:
    np.save(tmp_path / "hwc.npy", np.asarray(values, order=order))
    np.save(tmp_path / "chw.npy", np.asarray(values.transpose(0, 3, 1, 2), order=order))
    one, two = (load_images(str(tmp_path / f"{name}.npy"), rng=np.random.default_rng(seed), layout=name, test=0.3)
                for name in ("hwc", "chw"))  # fmt: skip
    assert one.shape == two.shape and one.facts["sha256"] == two.facts["sha256"]
    assert np.array_equal(one.train.samples, two.train.samples) and np.array_equal(one.test.samples, two.test.samples)


EIGHTHS = np.arange(64).reshape(4, 4, 4)


@pytest.mark.parametrize(
    ("values", "dtype", "seen"),
    [
        (EIGHTHS.astype(np.uint8), np.uint8, EIGHTHS / 255),
        (EIGHTHS.astype(np.int64), np.uint8, EIGHTHS / 255),
        (EIGHTHS.astype(np.float64), np.uint8, EIGHTHS / 255),
        (EIGHTHS.astype(np.float64) + 0.5, np.float32, (EIGHTHS + 0.5) / 255),
        (EIGHTHS.astype(">f4") / np.float32(255), np.uint8, EIGHTHS / 255),
        (EIGHTHS / 255, np.uint8, EIGHTHS / 255),
        (EIGHTHS / 100, np.float32, EIGHTHS / 100),
        ((EIGHTHS / 64).astype(np.float16), np.float32, EIGHTHS / 64),
        (EIGHTHS % 2 == 0, np.uint8, EIGHTHS % 2 == 0),
        (EIGHTHS % 2, np.uint8, EIGHTHS % 2 / 255),
    ],
)
def test_values(tmp_path: Path, values: Any, dtype: Any, seen: Any) -> None:
    np.savez(tmp_path / "a.npz", x_train=values, x_test=values)
    for low, high in ((0, 1), (-1, 1)):
        train = load(tmp_path / "a.npz", value_range=(low, high)).train
        assert train.samples.dtype == dtype and not train.samples.flags.writeable
        assert train.seen(train.samples) == pytest.approx(seen.reshape(4, 16) * (high - low) + low, abs=1e-6)
        inverted = load(tmp_path / "a.npz", value_range=(low, high), invert=True).train
        assert inverted.seen(inverted.samples) == pytest.approx(
            (1 - seen.reshape(4, 16)) * (high - low) + low, abs=1e-6
        )


def test_scikit_learns_digits(tmp_path: Path) -> None:
    images = RNG.integers(0, 17, (100, 8, 8)).astype(float)
    names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    np.savez(
        tmp_path / "digits.npz", data=images.reshape(100, 64), target=np.arange(100) % 10, frame=None,
        feature_names=names, target_names=np.arange(10), images=images, DESCR="described " * 500,
    )  # fmt: skip
    data = load(tmp_path / "digits.npz")
    assert (data.shape, data.classes) == ((1, 8, 8), tuple("0123456789"))
    sources = {image.astype(np.uint8).tobytes(): number % 10 for number, image in enumerate(images)}
    assert [sources[row.tobytes()] for row in data.test.samples] == data.test.labels.tolist()


@pytest.mark.parametrize(
    ("names", "key", "samples", "labels"),
    [
        (("x", "y"), None, "x", "y"),
        (("X", "Y"), None, "X", "Y"),
        (("x_train", "y_train"), None, "x_train", "y_train"),
        (("images", "labels"), None, "images", "labels"),
        (("train_images", "train_labels"), None, "train_images", "train_labels"),
        (("whatever", "target"), None, "whatever", "target"),
        (("arr_0",), None, "arr_0", None),
        (("arr_0", "arr_1"), "arr_1", "arr_1", None),
        (("a/b",), None, "a/b", None),
    ],
)
def test_names_of_an_archive(tmp_path: Path, names: Any, key: Any, samples: str, labels: Any) -> None:
    arrays = {name: octets(20, 4, 4) for name in names}
    if labels:
        arrays[labels] = np.repeat([3, 8], 10)
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    data = load(tmp_path / "a.npz", key=key)
    assert in_rows(all_of(data)[:, 0]) == in_rows(arrays[samples])
    assert data.classes == (("3", "8") if labels else ())


@pytest.mark.parametrize("form", ["{0}_{1}", "{1}_{0}", "{0}{1}"])
def test_an_archive_with_its_own_test_split(tmp_path: Path, form: str) -> None:
    shapes = {("x", "train"): (12, 4, 4), ("y", "train"): (12,), ("x", "test"): (5, 4, 4), ("y", "test"): (5,)}
    arrays = {form.format(*key): octets(*shape) % 3 for key, shape in shapes.items()}
    np.savez(tmp_path / "a.npz", **arrays)
    data = load(tmp_path / "a.npz", test=0.5)
    assert data.facts["counts"] == {"train": 12, "test": 5}
    assert np.array_equal(data.test.samples, arrays[form.format("x", "test")].reshape(5, 16))
    assert [data.classes[n] for n in data.train.labels] == [str(n) for n in arrays[form.format("y", "train")]]


@pytest.mark.parametrize("labels", [["cat", "dog"], [b"cat", b"dog"], [-1, 300], [0.0, 1.0], [True, False]])
def test_labels_of_any_kind(tmp_path: Path, labels: Any) -> None:
    np.savez(tmp_path / "a.npz", x=octets(10, 4, 4), y=np.array(labels * 5))
    data = load(tmp_path / "a.npz")
    assert len(data.classes) == 2 and set(data.train.labels) == {0, 1}


def test_some_classes_alone(tmp_path: Path) -> None:
    images = octets(40, 4, 4)
    np.savez(tmp_path / "a.npz", x=images, y=np.arange(40) % 4 * 5)
    data = load(tmp_path / "a.npz", classes=["15", 5])
    assert data.classes == ("5", "15") and data.facts["counts"] == {"train": 18, "test": 2}
    assert in_rows(all_of(data)[:, 0]) == in_rows(images[1::2])


def test_an_archive_of_other_files_and_of_other_packing(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, octets(10, 4, 4))
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("x.npy", content.getvalue())
    assert load(tmp_path / "a.npz").shape == (1, 4, 4)


@pytest.mark.parametrize("shape", [(20, 8, 8), (20, 3, 32, 32), (20, 28, 28)])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("spelt", ["train-images-idx{}-ubyte", "train-images.idx{}-ubyte"])
def test_idx_files(tmp_path: Path, shape: Any, packed: bool, spelt: str) -> None:
    ending = ".gz" if packed else ""
    images, labels = octets(*shape), np.arange(20, dtype=np.uint8) % 4 + 250
    path = idx(tmp_path / "d" / (spelt.format(len(shape)) + ending), images, packed)
    assert load(path).classes == ()
    idx(tmp_path / "d" / ("train-labels-idx1-ubyte" + ending), labels, packed)
    for given_path in (path, path.parent):
        data = load(given_path)
        assert data.classes == ("250", "251", "252", "253")
        assert in_rows(all_of(data)) == in_rows(images.reshape(20, *data.shape))
    idx(tmp_path / "d" / spelt.replace("train", "t10k").format(len(shape)), images[:7])
    with pytest.raises(DataError, match="give both files of labels, or none"):
        load(path)
    idx(tmp_path / "d" / "t10k-labels.idx1-ubyte", labels[:7])
    data = load(path.parent)
    assert data.facts["counts"] == {"train": 20, "test": 7} and np.array_equal(
        data.train.samples, images.reshape(20, -1)
    )
    assert data.test.labels.tolist() == [0, 1, 2, 3, 0, 1, 2]


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "i4", "f4", "f8"])
def test_idx_of_any_type(tmp_path: Path, dtype: str) -> None:
    values = RNG.integers(0, 100, (10, 4, 4)).astype(dtype)
    data = load(idx(tmp_path / "any", values))
    assert in_rows(all_of(data)[:, 0]) == in_rows(values.astype(np.uint8))


def test_the_bundled_mnist_by_its_files() -> None:
    data = load(BUNDLED)
    assert (data.shape, data.classes) == ((1, 28, 28), tuple("0123456789"))
    assert data.facts["counts"]["train"] == 4_500


def test_several_idx_files_of_images(tmp_path: Path) -> None:
    for name in ("a-idx3-ubyte", "b-idx3-ubyte"):
        idx(tmp_path / name, octets(10, 4, 4))
    with pytest.raises(DataError, match=r"several IDX files of images \(a-idx3-ubyte and b-idx3-ubyte\); give one"):
        load(tmp_path)


@given(
    content=st.binary(max_size=200),
    start=st.sampled_from([b"", b"\x93NUMPY\x01\0", b"PK\3\4", b"\0\0\x08\3", b"\x1f\x8b"]),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a-idx3-ubyte"])
def test_any_bytes_are_read_or_refused(tmp_path: Path, name: str, content: bytes, start: bytes) -> None:
    (tmp_path / name).write_bytes(start + content)
    try:
        load(tmp_path / name, test=0.5)
    except DataError as error:
        assert name in str(error) and "\n" not in str(error)


@given(where=st.integers(0, 700), octet=st.integers(0, 255), cut=st.integers(0, 700))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a-idx3-ubyte"])
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, where: int, octet: int, cut: int) -> None:
    path = tmp_path / name
    values = np.arange(20 * 16, dtype=np.uint8).reshape(20, 4, 4)
    if name.endswith("ubyte"):
        idx(path, values)
    elif name.endswith("y"):
        np.save(path, values)
    else:
        np.savez(path, x=values)
    content = bytearray(path.read_bytes())
    content[where % len(content)] = octet
    path.write_bytes(content[: max(cut, 350) if cut % 2 else None])
    try:
        load(path, test=0.5)
    except DataError as error:
        assert name in str(error)


def test_the_home_folder_and_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "a.npy", octets(10, 4, 4))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load("~/a.npy").facts == load("a.npy").facts
    with pytest.raises(DataError, match=f"there is no such file or folder in {tmp_path}; correct the path"):
        load("b.npy")
