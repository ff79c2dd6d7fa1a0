"""Tables: CSV and TSV in their spellings, labels, targets, standardising, arrays of rows."""

import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gancli.data import DataError, Dataset
from gancli.data.own import cells as own_cells
from gancli.data.own import load_table
from gancli.data.own.standard import Standard

RNG = np.random.default_rng(3)


def load(path: Any, seed: int = 0, **options: Any) -> Dataset:
    return load_table(str(path), rng=np.random.default_rng(seed), **options)


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def all_of(data: Dataset) -> Any:
    return np.concatenate([data.train.samples, data.test.samples])


POINTS = [[0.5, -1.0], [2.0, 3e-3], [1e3, 4.0]]
TEXTS = {
    "plain": ("t.csv", "a,b\n0.5,-1\n2,3e-3\n1000,4\n"),
    "no header": ("t.csv", "0.5,-1\n2,3e-3\n1000,4\n"),
    "no newline at the end": ("t.csv", "a,b\n0.5,-1\n2,3e-3\n1000,4"),
    "CRLF": ("t.csv", "a,b\r\n0.5,-1\r\n2,3e-3\r\n1000,4\r\n"),
    "CR": ("t.csv", "a,b\r0.5,-1\r2,3e-3\r1000,4\r"),
    "blank lines": ("t.csv", "\n\na,b\n\n0.5,-1\n2,3e-3\n \n1000,4\n\n"),
    "semicolons": ("t.csv", "a;b\n0.5;-1\n2;3e-3\n1000;4\n"),
    "semicolons and commas": ("t.csv", '"a,1";b\n0.5;-1\n2;3e-3\n1000;4\n'),
    "tabs": ("t.tsv", "a\tb\n0.5\t-1\n2\t3e-3\n1000\t4\n"),
    "tabs in a .csv": ("t.csv", "a\tb\n0.5\t-1\n2\t3e-3\n1000\t4\n"),
    "text": ("t.txt", "a,b\n0.5,-1\n2,3e-3\n1000,4\n"),
    "capitals": ("T.CSV", "a,b\n0.5,-1\n2,3e-3\n1000,4\n"),
    "quoted": ("t.csv", '"a","b ""q"", x"\n"0.5","-1"\n"2","3e-3"\n"1000","4"\n'),
    "spaces": ("t.csv", " a , b\n 0.5 , -1\n2,  3e-3\n1000, 4 \n"),
    "a newline in a name": ("t.csv", '"a\nb",c\n0.5,-1\n2,3e-3\n1000,4\n'),
    "signs": ("t.csv", "a,b\n+0.5,-1\n2.,.003\n1E3,4\n"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_spellings(tmp_path: Path, name: str) -> None:
    file, content = TEXTS[name]
    for encoding in ("utf-8", "utf-8-sig"):
        data = load(write(tmp_path / file, content, encoding), test=0.34)
        assert np.array_equal(np.sort(all_of(data), axis=0), np.sort(np.float32(POINTS), axis=0))
        assert (data.name, data.kind, data.shape, data.classes) == ("table", "points", (2,), ())
        assert data.units.columns == (("x0", "x1") if name == "no header" else data.units.columns) and not data.notice
        assert data.units.columns[0].startswith(("a", "x0")) and data.train.samples.dtype == np.float32
        assert data.facts["counts"] == {"train": 2, "test": 1} and data.facts["file"] == file


names = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
    .map(str.strip)
    .filter(lambda name: name and own_cells.number(name) is None)
)


@given(
    rows=st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=width, max_size=width),
            min_size=4, max_size=12,
        )
    ),
    data=st.data(),
    delimiter=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)  # fmt: skip
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(tmp_path: Path, rows: Any, data: Any, delimiter: str, quoting: Any) -> None:
    header = data.draw(st.lists(names, min_size=len(rows[0]), max_size=len(rows[0]), unique=True))
    labels = data.draw(st.lists(st.sampled_from(["a", "b c", 'd"e', "f,g;h"]), min_size=len(rows), max_size=len(rows)))
    labels[0], labels[1] = "a", "b c"
    if len(header) == 1:
        delimiter = ","  # which mark it is cannot be seen in one column
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=quoting)
        writer.writerow([*header, "the label"])
        writer.writerows([*row, label] for row, label in zip(rows, labels, strict=True))
    if len({*header, "the label"}) <= len(header) or any(mark in "".join(header) for mark in ',;\t"'):
        return  # a name with a mark in it is quoted only where it is the delimiter
    read = load(tmp_path / "t.csv", label="the label", test=0.3, seed=1)
    assert read.units.columns == tuple(header)
    found = sorted(
        zip(all_of(read).tolist(), (read.classes[n] for n in [*read.train.labels, *read.test.labels]), strict=True)
    )
    assert found == sorted(zip(np.float32(rows).tolist(), labels, strict=True))


@given(content=st.text(st.sampled_from('a1,;\t"\n\r .-e_\0ü'), max_size=60))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "t.csv", content)
    try:
        data = load(path, test=0.5)
    except DataError as error:
        assert "t.csv" in str(error)
    else:
        assert np.isfinite(all_of(data)).all()


def test_a_label_of_words(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "x,kind,y\n" + "1,dog,2\n3, cat ,4\n5,dog,6\n" * 10)
    data = load(path, label="kind")
    assert (data.classes, data.units.columns, data.shape) == (("cat", "dog"), ("x", "y"), (2,))
    kinds = {1.0: "dog", 3.0: "cat", 5.0: "dog"}
    for split in (data.train, data.test):
        assert [data.classes[n] for n in split.labels] == [kinds[x] for x in split.samples[:, 0].tolist()]
    only = load(path, label="kind", classes=["dog"])
    assert only.classes == ("dog",) and sum(only.facts["counts"].values()) == 20


def test_a_label_of_numbers_is_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "x,c\n" + "".join(f"{k},{k % 3 * 5}\n" for k in range(30)))
    assert load(path, label="c").classes == ("0", "5", "10")


def test_a_label_without_header_is_a_number_of_a_column(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "1,2,a\n3,4,b\n" * 5)
    with pytest.raises(DataError, match="data.header"):
        load(path, label="2")
    for label in ("2", "x2"):
        data = load(path, label=label, header=False)
        assert (data.classes, data.units.columns) == (("a", "b"), ("x0", "x1"))


def test_numbers_may_be_names(tmp_path: Path) -> None:
    data = load(write(tmp_path / "t.csv", "0,1\n" + "5,6\n7,8\n" * 5), header=True)
    assert data.units.columns == ("0", "1") and sum(data.facts["counts"].values()) == 10


def test_targets_are_numbers_to_predict(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "x,b,y,a\n" + "".join(f"{k},{k + 0.5},{-k},{2 * k}\n" for k in range(20)))
    data = load(path, targets=["a", "b"])
    assert (data.units.columns, data.classes) == (("x", "y"), ())
    for split in (data.train, data.test):
        x = data.units.own(split.samples)[:, 0]
        assert split.targets is not None and split.targets.dtype == np.float32
        assert split.targets == pytest.approx(np.stack([2 * x, x + 0.5], axis=1), abs=1e-5)
        assert np.array_equal(split.at([1]).targets, split.targets[[1]])  # type: ignore[arg-type]
    assert load(path, targets=["a"]).facts["sha256"] != load(path, targets=["b"]).facts["sha256"]


def test_standardised_columns_come_back(tmp_path: Path) -> None:
    values = RNG.normal([5, -2e4, 0], [3, 1e3, 1e-3], (200, 3))
    values = np.column_stack([values, np.full(200, 0.1)])
    np.savez(tmp_path / "a.npz", x=values)
    raw, data = load(tmp_path / "a.npz"), load(tmp_path / "a.npz", standardize=True)
    assert not raw.units.mean and raw.kind == data.kind == "vectors"
    train = data.train.samples.astype(np.float64)
    assert train.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-5)
    assert train.std(axis=0) == pytest.approx(np.array([1, 1, 1, 0]), abs=1e-4)
    assert data.units.mean == pytest.approx(raw.train.samples.mean(axis=0, dtype=float))
    for one, two in ((raw.train, data.train), (raw.test, data.test)):
        assert data.units.own(two.samples) == pytest.approx(one.samples, rel=1e-4, abs=1e-6)
    assert data.notice == "constant columns are only shifted, to 0: x3"
    assert data.units.columns == ("x0", "x1", "x2", "x3") and data.units.std[3] == 1


def test_one_row_is_standardised_too() -> None:
    standard = Standard.of(("a", "b"), np.array([[1.0, 2.0]]))
    assert standard.std.tolist() == [1, 1] and standard.constant == ("a", "b")


def test_arrays_of_rows(tmp_path: Path) -> None:
    values = RNG.normal(size=(50, 64))
    np.save(tmp_path / "v.npy", values)
    data = load(tmp_path / "v.npy")
    assert (data.shape, data.kind, data.classes) == ((64,), "vectors", ()) and data.facts["counts"]["test"] == 5
    assert np.array_equal(np.sort(all_of(data), axis=0), np.sort(values.astype(np.float32), axis=0))
    np.save(tmp_path / "v.npy", np.column_stack([np.arange(50) % 3, values]))
    assert load(tmp_path / "v.npy", label="x0").classes == ("0", "1", "2")
    data = load(tmp_path / "v.npy", label="0", classes=["1"])
    assert data.shape == (64,) and data.units.columns[0] == "x1" and sum(data.facts["counts"].values()) == 17
    data = load(tmp_path / "v.npy", targets=["x0", "2"])
    assert data.shape == (63,) and data.train.targets is not None and data.train.targets.shape == (45, 2)


def test_archives_of_rows(tmp_path: Path) -> None:
    x, y, z = RNG.normal(size=(30, 2)), np.arange(30) % 2, RNG.normal(size=30)
    np.savez(tmp_path / "a.npz", data=x, target=y, z=z, images=np.zeros((30, 4, 4)))
    assert load(tmp_path / "a.npz").classes == ("0", "1")
    assert load(tmp_path / "a.npz", label="target").kind == "points"
    data = load(tmp_path / "a.npz", targets=["z"])
    assert data.train.targets is not None and data.classes == () and data.units.columns == ("x0", "x1")
    rows = {tuple(row): value for row, value in zip(np.float32(x).tolist(), np.float32(z).tolist(), strict=True)}
    assert [rows[tuple(row)] for row in data.train.samples.tolist()] == data.train.targets[:, 0].tolist()
    np.savez(tmp_path / "b.npz", x=x, y=z)
    assert load(tmp_path / "b.npz").classes == ()  # numbers beside the samples are no classes
    np.savez(tmp_path / "c.npz", x_train=x, x_test=x[:4], y_train=y, y_test=y[:4], z_train=z, z_test=z[:4])
    data = load(tmp_path / "c.npz")
    assert data.facts["counts"] == {"train": 30, "test": 4} and np.array_equal(data.test.labels, y[:4])
    data = load(tmp_path / "c.npz", targets=["z"])
    assert data.test.targets is not None and np.array_equal(data.test.targets[:, 0], z[:4].astype(np.float32))
    np.savez(tmp_path / "d.npz", x_train=x, x_test=x[:, :1])
    with pytest.raises(DataError, match="training and test samples have 2 and 1 columns"):
        load(tmp_path / "d.npz")


def test_the_split_is_by_seed(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", RNG.normal(size=(40, 3)))
    first, again, other = (load(tmp_path / "v.npy", seed) for seed in (1, 1, 2))
    assert first.facts == again.facts and np.array_equal(first.test.samples, again.test.samples)
    assert first.facts["sha256"] != other.facts["sha256"] and len(np.unique(all_of(other), axis=0)) == 40


def test_many_rows_take_about_a_second(tmp_path: Path) -> None:
    values = RNG.normal(size=(100_000, 10))
    np.savetxt(tmp_path / "t.csv", values, delimiter=",", fmt="%.6g")
    told: list[tuple[int, int]] = []
    before = time.process_time()
    data = load(tmp_path / "t.csv", progress=lambda done, size: told.append((done, size)))
    assert time.process_time() - before < 3
    assert data.facts["counts"] == {"train": 90_000, "test": 10_000}
    assert told[-1][0] == told[-1][1] == (tmp_path / "t.csv").stat().st_size and len(told) == 25


def test_lines_are_counted_past_newlines_in_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", '\n"a\nb",c\n1,2\n' + "3,4\n" * 5_000 + "5,six\n7,eight\nnine,1\n")
    with pytest.raises(DataError, match="line 5,005, column 'c': got 'six'; 3 cells in 2 columns"):
        load(path)


def test_too_many_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_cells, "MAX_VALUES", 10)
    with pytest.raises(DataError, match="has more than 10 values; save it as .npy"):
        load(write(tmp_path / "t.csv", "1,2\n" * 6))
