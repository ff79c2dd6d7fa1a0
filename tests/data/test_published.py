"""Published sets from small files: parsed upright, with their classes, looked for in their order, refused by name."""

import gzip
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import helpers
import small_sets
from gancli import data
from gancli.data import DataError, bitmaps, cifar, places
from gancli.data.sets import SETS
from helpers import gancli

FETCHED = [name for name, info in SETS.items() if info.fetched]
IDX = [name for name in FETCHED if SETS[name].format == "idx"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", IDX)
def test_idx_sets_come_upright_with_labels_from_0(tmp_path: Path, name: str, packed: bool) -> None:
    found = data.load(name, path=str(small_sets.write(name, tmp_path / "d", packed)))
    for number, (half, count) in enumerate(((found.train, 60), (found.test, 30))):
        assert np.array_equal(half.samples, small_sets.pictures(name, count, number))
        assert np.array_equal(half.labels, small_sets.labels(name, count)) and half.labels.dtype == np.intp
        assert half.factor == 1 / 255 and half.shift == 0 and not half.samples.flags.writeable
    assert (found.shape, found.classes, found.units.kind) == ((1, 28, 28), SETS[name].classes, "images")
    title = SETS[name].title
    assert found.facts["pictures"].startswith(title if "emnist" in name else f"other pictures than {title}'s (")
    unpacked = {file: small_sets.sha256(content) for file, content in small_sets.contents(name).items()}
    assert found.facts["sha256"] == unpacked


def test_cifar_comes_with_channels_first(tmp_path: Path) -> None:
    found = data.load("cifar10", path=str(small_sets.write("cifar10", tmp_path / "d")))
    assert found.shape == (3, 32, 32) and found.train.samples.shape == (100, 3072) and len(found.test.samples) == 20
    for batch in range(5):
        rows = slice(20 * batch, 20 * batch + 20)
        assert np.array_equal(found.train.samples[rows], small_sets.pictures("cifar10", 20, batch))
        assert np.array_equal(found.train.labels[rows], small_sets.labels("cifar10", 20))
    assert np.array_equal(found.test.samples, small_sets.pictures("cifar10", 20, 5))


def test_a_tenth_of_the_drawings_is_held_out_always_the_same(tmp_path: Path) -> None:
    path = str(small_sets.write("sheep", tmp_path / "d"))
    found, again = data.load("sheep", path=path), data.load("sheep", path=path)
    assert len(found.train.samples) == 54 and len(found.test.samples) == 6
    rows = [tuple(row) for half in (found.train, found.test) for row in half.samples.tolist()]
    assert sorted(rows) == sorted(map(tuple, small_sets.pictures("sheep", 60).tolist()))
    assert rows != list(map(tuple, small_sets.pictures("sheep", 60).tolist())), "they are shuffled first"
    assert np.array_equal(found.test.samples, again.test.samples) and not found.train.labels.any()
    content = small_sets.contents("sheep")["sheep.npy"]
    assert found.facts["sha256"] == {"sheep.npy": small_sets.sha256(content)}
    assert found.facts["pictures"] == f"Quick, Draw! sheep ({small_sets.sha256(content)[:12]})"


@pytest.mark.parametrize("name", ["fashion_mnist", "kmnist", "cifar10"])
def test_pictures_are_the_sets_where_their_checksums_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = small_sets.write(name, tmp_path / "d", packed=SETS[name].format == "idx")
    assert data.load(name, path=str(folder)).facts["pictures"].startswith("other pictures than")
    monkeypatch.setitem(SETS, name, small_sets.as_official(name))
    assert data.load(name, path=str(folder)).facts["pictures"] == SETS[name].title


@pytest.mark.parametrize("name", FETCHED)
def test_the_second_start_parses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = str(small_sets.write(name, tmp_path / "d"))
    first = data.load(name, path=path)
    monkeypatch.setattr("gancli.data.store.PARSERS", {})
    second = data.load(name, path=path)
    assert np.array_equal(first.train.samples, second.train.samples) and first.facts == second.facts
    assert np.array_equal(first.test.labels, second.test.labels)


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


SHEEP = npy(np.zeros((20, 784), np.uint8))
WRONG: dict[str, tuple[str, Callable[[str, bytes], bytes], str]] = {
    "letters from 0": ("emnist_letters", lambda n, b: b[:8] + bytes(len(b) - 8) if "labels" in n else b,
                       "labels must be numbers from 1 to 26; got 0"),
    "letters to 27": ("emnist_letters", lambda n, b: b[:8] + bytes([27]) * (len(b) - 8) if "labels" in n else b,
                      "labels must be numbers from 1 to 26; got 27"),
    "clothes to 10": ("fashion_mnist", lambda n, b: b[:-1] + bytes([10]) if "labels" in n else b,
                      "labels must be numbers from 0 to 9; got 10"),
    "other sizes": ("kmnist", lambda n, b: struct.pack(">4I", 0x803, 1, 64, 64) + bytes(4096) if "images" in n else b,
                    "images must be 28×28 pixels; got 64×64"),
    "too many": ("emnist_digits", lambda n, b: b[:4] + struct.pack(">I", 240_001) + b[8:],
                 "must hold 1 to 240,000 samples; its header says 240,001"),
    "half a record": ("cifar10", lambda n, b: b[:-1], "must be records of 3,073 bytes each"),
    "no record": ("cifar10", lambda n, b: b"", "one at least; it has 0 bytes"),
    "a label of 10": ("cifar10", lambda n, b: bytes([10]) + b[1:], "labels must be numbers from 0 to 9; got 10"),
    "no array": ("sheep", lambda n, b: b"sheep", "is no NumPy file"),
    "an empty file": ("sheep", lambda n, b: b"", "is no NumPy file"),
    "objects": ("sheep", lambda n, b: npy(np.array([[{}] * 784] * 20, object)), "got object (20, 784)"),
    "other numbers": ("sheep", lambda n, b: npy(np.zeros((20, 784), np.float32)), "got float32 (20, 784)"),
    "another order": ("sheep", lambda n, b: npy(np.asfortranarray(np.zeros((20, 784), np.uint8))), "must be an array of"),
    "other pixels": ("sheep", lambda n, b: npy(np.zeros((20, 28, 28), np.uint8)), "got uint8 (20, 28, 28)"),
    "too large": ("sheep", lambda n, b: b[:128] + bytes(500_000 * 784 + 1000), "got bytes (392001128,)"),
    "too few": ("sheep", lambda n, b: npy(np.zeros((9, 784), np.uint8)), "10 to 500,000 drawings; got uint8 (9, 784)"),
    "cut short": ("sheep", lambda n, b: b[:-1], "47,039 bytes follow its header, which says 47,040"),
    "too long": ("sheep", lambda n, b: b + b"x", "47,041 bytes follow its header, which says 47,040"),
    "a header of too much": ("sheep", lambda n, b: b.replace(b"(60, 784), }      ", b"(60000000, 784), }"),
                             "got uint8 (60000000, 784)"),
    "a broken header": ("sheep", lambda n, b: b.replace(b"}", b"(", 1), "is no NumPy file"),
    "another version": ("sheep", lambda n, b: b[:6] + b"\x09" + b[7:], "is no NumPy file"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_files_are_refused_by_name_with_the_remedy(tmp_path: Path, wrong: str) -> None:
    name, change, message = WRONG[wrong]
    folder = small_sets.write(name, tmp_path / "d")
    for path in folder.iterdir():
        path.write_bytes(change(path.name, path.read_bytes()))
    result = gancli("data", "info", name, "--path", str(folder))
    assert result.exit_code == 2 and message in result.stderr and str(folder) in result.stderr, result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["cifar10", "sheep"])
def test_files_that_cannot_be_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    folder = small_sets.write(name, tmp_path / "d")

    def refused(path: Path, *more: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        data.load(name, path=str(folder))


def test_files_that_go_while_they_are_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, parse in (("cifar10", cifar.parse), ("sheep", bitmaps.parse)):
        files = {file.name: tmp_path / file.name for file in SETS[name].files}
        with pytest.raises(DataError, match="cannot be read: No such file"):
            parse(SETS[name], files)
    paths = {path.name: path for path in sorted(small_sets.write("cifar10", tmp_path).glob("*.bin"))}
    monkeypatch.setattr(cifar, "_count", lambda path, info: 21)
    with pytest.raises(DataError, match=r"data_batch_1\.bin: was cut short while it was read; try again"):
        cifar.parse(SETS["cifar10"], paths)


def test_a_numpy_file_of_the_second_version_is_one(tmp_path: Path) -> None:
    with (tmp_path / "sheep.npy").open("wb") as file:
        np.lib.format.write_array(file, small_sets.pictures("sheep", 60), version=(2, 0))
    assert len(data.load("sheep", path=str(tmp_path)).train.samples) == 54


@pytest.mark.parametrize(
    ("classes", "labels"),
    [((1,), {1}), (("Trouser",), {1}), (("Ankle boot", 0), {9, 0}), (tuple(range(10)), set(range(10)))],
)
def test_classes_are_given_by_number_or_name(tmp_path: Path, classes: tuple[int | str, ...], labels: set[int]) -> None:
    found = data.load("fashion_mnist", path=str(small_sets.write("fashion_mnist", tmp_path / "d")), classes=classes)
    assert set(found.train.labels.tolist()) == set(found.test.labels.tolist()) == labels
    assert len(found.classes) == 10, "numbers mean the same as before"


@pytest.mark.parametrize("wrong", ["trouser", 10, -1, "7"])
def test_a_class_that_is_none_is_refused(tmp_path: Path, wrong: int | str) -> None:
    path = str(small_sets.write("fashion_mnist", tmp_path / "d"))
    with pytest.raises(DataError) as caught:
        data.load("fashion_mnist", path=path, classes=(wrong,))
    text = str(caught.value)
    assert "must be numbers from 0 to 9, or names: T-shirt/top, Trouser" in text and f"got {wrong!r}" in text
    assert ("did you mean 'Trouser'?" in text) == (wrong == "trouser")


def test_a_class_that_the_files_do_not_have_is_named(tmp_path: Path) -> None:
    path = str(small_sets.write("fashion_mnist", tmp_path / "d", count=8))
    with pytest.raises(DataError, match="holds no image of Ankle boot; choose classes that it holds"):
        data.load("fashion_mnist", path=path, classes=("Ankle boot",))


@pytest.mark.parametrize("name", FETCHED)
def test_where_a_set_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """data.path, $GANCLI_DATA, the cache; a set that is nowhere says so."""
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / "cache" / info.place)
    root = tmp_path / "data"
    root.mkdir()
    if name != "mnist":
        with pytest.raises(DataError) as caught:
            data.load(name)
        for words in (f"{name}: is not on this machine", "$GANCLI_DATA (not set)", str(tmp_path / "cache"),
                      f"`gancli data fetch {name}`", "data.path"):  # fmt: skip
            assert words in str(caught.value)
    small_sets.write(name, tmp_path / "cache" / SETS[name].place)
    assert data.load(name).origin == f"the cache ({tmp_path / 'cache' / SETS[name].place})"
    if name != "mnist":
        monkeypatch.setenv("GANCLI_DATA", str(root))
        assert data.load(name).origin.startswith("the cache"), "a folder that has other sets is none of this one"
    small_sets.write(name, root / name)
    monkeypatch.setenv("GANCLI_DATA", str(root))
    assert data.load(name).origin == f"$GANCLI_DATA ({root / name})"
    small_sets.write(name, tmp_path / "own")
    assert data.load(name, path=str(tmp_path / "own")).origin == f"data.path ({tmp_path / 'own'})"
    next((root / name).iterdir()).unlink()
    if len(SETS[name].files) == 1:
        assert data.load(name).origin.startswith("the cache"), "nothing of it is left"
    else:
        with pytest.raises(DataError, match=rf"\$GANCLI_DATA: .* has no .*which `gancli data fetch {name}` brings"):
            data.load(name)


@pytest.mark.parametrize("name", ["emnist_letters", "cifar10"])
def test_an_archive_that_was_unpacked_by_hand_is_a_place(tmp_path: Path, name: str) -> None:
    archive = SETS[name].archive
    assert archive is not None
    small_sets.write(name, tmp_path / archive.folder, packed="emnist" in name)
    assert data.load(name, path=str(tmp_path)).train.samples.shape[1] == int(np.prod(SETS[name].shape))


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    result = gancli("data", "info", "cifar10", "--path", str(tmp_path))
    assert result.exit_code == 2 and f"data.path: {tmp_path} has no data_batch_1.bin; it must hold" in result.stderr
    assert "`gancli data fetch cifar10` brings" in result.stderr


def test_the_list_says_what_is_here_and_reads_no_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCLI_DATA", str(tmp_path))
    small_sets.write("fashion_mnist", tmp_path / "fashion_mnist", packed=True)
    small_sets.write("cifar10", tmp_path / "cifar10")
    small_sets.write("mnist", tmp_path / "mnist")
    monkeypatch.setattr("gancli.data.checksums.of", lambda path: pytest.fail("it is hashed"))
    monkeypatch.setattr("gancli.data.store.PARSERS", {})
    lines = {line.split()[0]: line for line in gancli("data", "list").stdout.splitlines()}
    assert "60 + 30 samples" in lines["fashion_mnist"] and f"$GANCLI_DATA ({tmp_path}/fashion" in lines["fashion_mnist"]
    assert "50,000 + 10,000 samples" in lines["cifar10"] and "$GANCLI_DATA" in lines["cifar10"]
    assert "not here: gancli data fetch kmnist" in lines["kmnist"] and "drawn by gancli" in lines["ring"]
    (tmp_path / "cifar10" / "test_batch.bin").unlink()
    (tmp_path / "fashion_mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"x"))
    result = gancli("data", "list")
    assert result.exit_code == 0 and "has no test_batch.bin" in result.stdout and "is cut short" in result.stdout


def test_info_knows_what_is_not_here(tmp_path: Path) -> None:
    known = json.loads(gancli("data", "info", "kmnist", "--format", "json").stdout)
    assert (
        known["from"] is None and known["get_it"] == "gancli data fetch kmnist" and known["licence"] == "CC BY-SA 4.0"
    )
    assert known["train"] == 60_000 and known["urls"] == ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    folder = small_sets.write("kmnist", tmp_path / "d")
    known = json.loads(gancli("data", "info", "kmnist", "--path", str(folder), "--format", "json").stdout)
    assert known["from"] == f"data.path ({folder})" and known["train"] == 60 and len(known["sha256"]) == 4
    result = gancli("data", "info", "ring", "--path", str(folder))
    assert result.exit_code == 2 and "ring is drawn by gancli, and has no files" in result.stderr


def test_a_run_records_the_checksum_of_its_sheep(tmp_path: Path) -> None:
    folder = small_sets.write("sheep", tmp_path / "d")
    run, _ = helpers.train(
        f"kind: gan\ndata: {{set: sheep, path: {folder}, classes: [sheep]}}\ngenerator: {{shape: [2, 784]}}\n"
        "discriminator: {shape: [784, 1]}\ntraining: {games: 2}\n"
    )
    sha256 = small_sets.sha256((folder / "sheep.npy").read_bytes())
    assert run.record()["data"]["sha256"] == {"sheep.npy": sha256}


JUDGE = """
kind: supervised
name: judge
data: {set: fashion_mnist, path: d}
network: {shape: [784, 20, 10], output: softmax, activation: relu, init: he}
training: {games: 20, batch: 32, loss: cross_entropy}
"""
GAN = """
kind: gan
name: clothes
data: {set: fashion_mnist, path: d, classes: [Trouser, Dress]}
generator: {shape: [2, 784]}
discriminator: {shape: [784, 1]}
training: {games: 2}
"""


def test_clothes_are_judged_by_a_judge_of_clothes_alone() -> None:
    small_sets.write("fashion_mnist", Path("d"), count=200)
    helpers.train(GAN)
    result = gancli("evaluate", "clothes", "--samples", "100", "--quick")
    assert "the bundled judge of MNIST was trained on MNIST, this run on other pictures than Fashion" in result.stderr
    helpers.train(JUDGE)
    result = gancli("evaluate", "clothes", "--samples", "100", "--quick", "--judge", "judge")
    assert result.exit_code == 0, result.output
    helpers.train(JUDGE.replace("path: d", "path: d, classes: [Trouser, 5]").replace("name: judge", "name: knows_not"))
    result = gancli("evaluate", "clothes", "--samples", "100", "--quick", "--judge", "knows_not")
    assert result.exit_code == 2 and "on the classes [1, 5], without this run's 3" in result.stderr
