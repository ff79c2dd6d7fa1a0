"""Arrays on disk: those given, under their names, with every NumPy."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from gancli.runs import RunError
from gancli.runs.arrays import meant, read_arrays, write_arrays

ARRAYS = {
    "generator.params": np.arange(1000, dtype=np.float32),
    "allow_pickle": np.array([[1.5, 2.5]]),
    "file": np.zeros((0, 3), np.uint8),
    "arr_0": np.array(7),
    "turned": np.arange(6, dtype=">i4").reshape(2, 3).T,
}
"""Among them the parameters of `np.savez`, an empty one, a number, another order of memory and of bytes."""


@pytest.mark.parametrize("compress", [False, True])
def test_the_arrays_of_a_file_are_those_given_whatever_their_names(compress: bool) -> None:
    write_arrays(Path("a.npz"), ARRAYS, compress)
    with np.load("a.npz", allow_pickle=False) as found:
        assert found.files == list(ARRAYS)
        for name, array in ARRAYS.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)


def test_the_same_arrays_are_the_same_bytes_and_compressing_makes_them_fewer() -> None:
    for name, compress in (("a.npz", False), ("b.npz", False), ("c.npz", True)):
        write_arrays(Path(name), ARRAYS, compress)
    with zipfile.ZipFile("a.npz") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # not the clock's
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()
    assert Path("c.npz").stat().st_size < Path("a.npz").stat().st_size / 2


def test_python_objects_are_refused_and_nothing_is_written() -> None:
    with pytest.raises(ValueError, match="Object arrays cannot be saved when allow_pickle=False"):
        write_arrays(Path("a.npz"), {"whole": np.zeros(3), "objects": np.array([{}, None])})
    assert list(Path().iterdir()) == []


def test_arrays_are_read_up_to_the_size_of_their_file_or_packed_up_to_a_bound() -> None:
    path, zeros = Path("a.npz"), np.zeros(5000, np.uint8)
    write_arrays(path, {"a": zeros})
    size = path.stat().st_size
    assert read_arrays(path, size)["a"].tolist() == zeros.tolist()
    with pytest.raises(RunError, match=f"has {size:,d} bytes; at most {size - 1:,d} are read"):
        read_arrays(path, size - 1)
    write_arrays(path, {"a": zeros}, compress=True)
    packed, unpacked = path.stat().st_size, 5000 + 128
    with pytest.raises(RunError, match=f"damaged .it unpacks to {unpacked:,d} bytes; at most {packed:,d} are read"):
        read_arrays(path, 10_000)
    with pytest.raises(RunError, match=f"at most {unpacked - 1:,d} are read"):
        read_arrays(path, unpacked - 1, packed=True)
    assert read_arrays(path, unpacked, packed=True)["a"].tolist() == zeros.tolist()


def test_files_too_large_for_the_older_form_of_a_zip_are_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    write_arrays(Path("a.npz"), {"a": np.arange(500.0), "b": np.arange(500.0)})
    assert read_arrays(Path("a.npz"), 10_000)["b"].tolist() == list(range(500))


def test_no_python_object_is_read() -> None:
    np.savez("a.npz", a=np.array([{}, None]))
    with pytest.raises(RunError, match="Object arrays cannot be loaded"):
        read_arrays(Path("a.npz"), 10_000)


def test_what_uses_a_file_blames_it_and_errors_of_a_run_stay_as_they_are() -> None:
    with pytest.raises(RunError, match=r"a: does not hold what gancli writes \(KeyError: 'b'\)"), meant(Path("a")):
        raise KeyError("b")
    with pytest.raises(RunError, match="^as it is$"), meant(Path("a")):
        raise RunError("as it is")
    with pytest.raises(ZeroDivisionError), meant(Path("a")):
        raise ZeroDivisionError
