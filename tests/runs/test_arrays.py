"""Arrays on disk: those given, under their names, with every NumPy."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from gancli.runs.arrays import write_arrays

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
