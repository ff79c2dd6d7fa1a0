"""Folders of pictures: modes, sizes, classes, splits, what is skipped, and the cache of what was parsed."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gancli.data import DataError, Dataset
from gancli.data.own import cache as own_cache
from gancli.data.own import decode, load_images, png, workers
from gancli.data.own import folder as own_folder
from gancli.data.own import pictures as reader
from gancli.data.own.split import hold_out
from own_files import picture, pictures, png_header

RNG = np.random.default_rng(1)


def load(folder: Path, seed: int = 0, **options: Any) -> Dataset:
    return load_images(str(folder), rng=np.random.default_rng(seed), **options)


def all_of(data: Dataset) -> Any:
    return np.concatenate([data.train.samples, data.test.samples]).reshape(-1, *data.shape)


def in_rows(values: Any) -> list[bytes]:
    return sorted(row.tobytes() for row in values)


def mapped(array: Any) -> bool:
    """Does its memory belong to a file?"""
    while array is not None and not isinstance(array, np.memmap):
        array = getattr(array, "base", None)
    return array is not None


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr("gancli.data.own.cache.cache_folder", lambda: folder)
    return folder / "parsed"


def entries(cache: Path) -> list[Path]:
    return sorted(cache.glob("own-*")) if cache.is_dir() else []


def test_sub_folders_are_classes(tmp_path: Path) -> None:
    data = load(pictures(tmp_path / "d", 30, classes=("b", "a", "c c")))
    assert (data.name, data.shape, data.classes, data.kind) == ("images", (3, 8, 8), ("a", "b", "c c"), "images")
    assert data.facts["counts"] == {"train": 27, "test": 3} and data.notice is None
    assert data.origin == f"data.path ({tmp_path / 'd'})" and data.facts["file"] == "d"
    sources = {}
    for label, name in enumerate(data.classes):
        for path in (tmp_path / "d" / name).iterdir():
            sources[np.asarray(Image.open(path)).transpose(2, 0, 1).tobytes()] = label
    for split in (data.train, data.test):
        assert [sources[row.tobytes()] for row in split.samples] == split.labels.tolist()
        assert split.samples.dtype == np.uint8 and not split.samples.flags.writeable


def test_numbers_are_classes_in_their_order(tmp_path: Path) -> None:
    data = load(pictures(tmp_path / "d", 33, classes=tuple(map(str, range(11)))))
    assert data.classes == tuple(map(str, range(11)))


def test_without_sub_folders_there_are_no_classes(tmp_path: Path) -> None:
    data = load(pictures(tmp_path / "d", 10, (5, 7)), test=0.3)
    assert (data.shape, data.classes) == ((1, 5, 7), ()) and set(data.train.labels) == {0}
    assert len(data.test.samples) == 3


def test_deeper_folders_belong_to_the_first_level(tmp_path: Path) -> None:
    for number, name in enumerate(("a/1", "a/x/2", "b/y/z/3", "b/4")):
        picture(tmp_path / "d" / f"{name}.png", np.full((4, 4), number, np.uint8))
    data = load(tmp_path / "d", test=0.5)
    assert data.classes == ("a", "b")
    pairs = zip(all_of(data)[:, 0, 0, 0], np.concatenate([data.train.labels, data.test.labels]), strict=True)
    assert sorted((int(a), int(b)) for a, b in pairs) == [(0, 0), (1, 0), (2, 1), (3, 1)]


def test_train_and_test_are_the_splits(tmp_path: Path) -> None:
    pictures(tmp_path / "d" / "train", 6, classes=("a", "b"))
    pictures(tmp_path / "d" / "test", 4, classes=("a", "b"))
    (tmp_path / "d" / "train" / "a" / "0000.png").write_bytes(b"damaged")
    for _ in range(2):  # parsed, and from the cache
        data = load(tmp_path / "d", test=0.9)
        assert data.facts["counts"] == {"train": 5, "test": 4}
        assert data.train.labels.tolist() == [0, 0, 1, 1, 1] and data.test.labels.tolist() == [0, 0, 1, 1]
    only = load(tmp_path / "d", classes=["b"])
    assert (only.classes, only.facts["counts"]) == (("b",), {"train": 3, "test": 2})
    assert set(only.train.labels) == {0} and only.facts["sha256"] != data.facts["sha256"]


def test_the_split_is_by_seed_and_loses_nothing(tmp_path: Path, cache: Path) -> None:
    folder = pictures(tmp_path / "d", 40, classes=("a", "b"))
    first, again, other = load(folder, 3), load(folder, 3), load(folder, 4)
    assert len(entries(cache)) == 1  # one for all seeds
    assert np.array_equal(first.train.samples, again.train.samples) and first.facts == again.facts
    assert np.array_equal(first.test.labels, again.test.labels)
    assert not np.array_equal(first.test.samples, other.test.samples)
    assert first.facts["sha256"] != other.facts["sha256"]
    assert in_rows(all_of(first)) == in_rows(all_of(other))
    assert len(set(in_rows(all_of(first)))) == 40


MODES: list[tuple[str, dict[str, Any]]] = [
    ("a.png", {}), ("b.jpg", {}), ("c.webp", {}), ("d.bmp", {}), ("e.JPEG", {"format": "JPEG"}),
    ("f.png", {"mode": "L"}), ("g.png", {"mode": "RGBA"}), ("h.png", {"mode": "P"}), ("i.png", {"mode": "1"}),
    ("j.png", {"mode": "LA"}), ("k.jpg", {"mode": "CMYK"}), ("l.webp", {"lossless": True}), ("m.png", {"format": "BMP"}),
]  # fmt: skip


def test_modes_and_formats_are_mixed(tmp_path: Path) -> None:
    pixels = np.full((6, 6, 3), 255, np.uint8)
    for name, options in MODES:
        picture(tmp_path / "d" / name, pixels, **options)
    data = load(tmp_path / "d")
    assert data.shape == (3, 6, 6) and data.facts["unreadable"]["count"] == 0
    assert len(all_of(data)) == len(MODES) and all_of(data).min() >= 250
    assert load(tmp_path / "d", channels=1).shape == (1, 6, 6)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_modes_alone_have_one_channel(tmp_path: Path, mode: str) -> None:
    for number in range(10):
        picture(tmp_path / "d" / f"{number}.png", np.zeros((4, 4), np.uint8), mode if mode != "I;16" else None)
    if mode == "I;16":
        Image.fromarray(np.zeros((4, 4), np.uint16)).save(tmp_path / "d" / "x.png")
    assert load(tmp_path / "d").shape == (1, 4, 4)
    assert load(tmp_path / "d", channels=3).shape == (3, 4, 4)


def test_a_late_colour_makes_all_of_three_channels(tmp_path: Path) -> None:
    picture(tmp_path / "d" / "z.png", np.full((4, 4, 3), (1, 2, 3), np.uint8))
    for number in range(9):
        picture(tmp_path / "d" / f"{number}.png", np.full((4, 4), 10 + number, np.uint8))
    assert in_rows(all_of(load(tmp_path / "d"))[:, :, 0, 0]) == in_rows(
        np.array([(1, 2, 3), *((n, n, n) for n in range(10, 19))], np.uint8)
    )


def test_16_bits_become_8(tmp_path: Path) -> None:
    values = np.array([[0, 128, 129, 257, 32_768, 65_534, 65_535, 65_407]], np.uint16)
    for name in "ab":
        (tmp_path / "d").mkdir(exist_ok=True)
        Image.fromarray(values).save(tmp_path / "d" / f"{name}.png")
    assert load(tmp_path / "d", test=0.5).train.samples.tolist() == [[0, 0, 1, 1, 128, 255, 255, 255]]


def test_what_is_transparent_is_laid_on_white(tmp_path: Path) -> None:
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[:, 0, 3], pixels[:, 1, 3], pixels[:, 2, 3] = 0, 255, 51
    for name in "ab":
        picture(tmp_path / "d" / f"{name}.png", pixels)
    data = load(tmp_path / "d", test=0.5)
    assert data.train.samples.reshape(3, 2, 3)[:, 0].tolist() == [[255, 0, 204]] * 3
    assert data.notice == "2 pictures are transparent in places, which were laid on white"


def test_a_transparent_colour_of_a_palette(tmp_path: Path) -> None:
    for name in "ab":
        image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
        image.putpalette([10, 20, 30, 40, 50, 60])
        image.save(tmp_path / f"{name}.png", transparency=0)
    assert load(tmp_path, test=0.5).train.samples.tolist() == [[255, 40, 255, 50, 255, 60]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_pictures_are_set_upright(tmp_path: Path, ending: str, orientation: int) -> None:
    quarters = np.kron(np.array([[0, 60, 120], [180, 210, 255]]), np.ones((16, 16))).astype(np.uint8)
    turns = {1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud, 5: np.transpose,
             6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, 2).T, 8: np.rot90}  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name in "ab":
        picture(tmp_path / "d" / f"{name}.{ending}", quarters, exif=exif)
    data = load(tmp_path / "d", test=0.5, channels=1)
    expected = turns[orientation](quarters)  # type: ignore[no-untyped-call]
    assert data.shape == (1, *expected.shape)
    assert np.abs(data.train.samples.reshape(expected.shape).astype(int) - expected).max() < 40


def test_a_damaged_note_of_the_camera_is_passed_over(tmp_path: Path) -> None:
    for name in "ab":
        picture(tmp_path / "d" / f"{name}.jpg", np.zeros((8, 8), np.uint8), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert load(tmp_path / "d", test=0.5).facts["unreadable"]["count"] == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "I;16"])
@pytest.mark.parametrize("level", [0, 6, 9])
def test_the_short_way_into_a_png_gives_pillows_pixels(tmp_path: Path, mode: str, level: int) -> None:
    for size in ((1, 1), (7, 5), (33, 64)):
        smooth = np.cumsum(RNG.integers(0, 3, (*size, 3)), axis=1).astype(np.uint8)  # so that all filters are used
        image = (
            Image.fromarray(smooth[..., 0].astype(np.uint16))
            if mode == "I;16"
            else Image.fromarray(smooth).convert(mode)
        )
        image.save(tmp_path / "a.png", compress_level=level, dpi=(72, 72))
        short = png.pixels(str(tmp_path / "a.png"), 10_000)
        if mode not in ("L", "RGB"):
            assert short is None
        else:
            with Image.open(tmp_path / "a.png") as long:
                assert short is not None and short.mode == long.mode and short.tobytes() == long.tobytes()
            assert png.pixels(str(tmp_path / "a.png"), 0) is None


def test_the_short_way_is_not_taken_by_what_is_damaged(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", RNG.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    content = path.read_bytes()
    expected = png.pixels(str(path), 100)
    assert expected is not None
    for place in range(len(content)):
        path.write_bytes(content[:place])
        assert png.pixels(str(path), 100) is None
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert png.pixels(str(path), 100) is None
    path.write_bytes(png_header(6, 6, bytes(41)))
    assert png.pixels(str(path), 100) is None  # a byte is missing
    assert png.pixels(str(tmp_path / "nix.png"), 100) is None


def test_a_damaged_note_in_text_is_passed_over(tmp_path: Path) -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Raw profile type exif", "\nexif\n       9\nno hexadecimal")
    for name in "ab":
        picture(tmp_path / f"{name}.png", np.full((2, 2, 4), 0, np.uint8), pnginfo=note)
    data = load(tmp_path, test=0.5)
    assert data.facts["unreadable"]["count"] == 0 and (data.train.samples == 255).all()


def test_the_centre_is_cropped_and_resized(tmp_path: Path) -> None:
    wide = np.zeros((20, 60), np.uint8)
    wide[:, 10:50] = 200  # Lanczos sees a little beyond the centre
    picture(tmp_path / "d" / "wide.png", wide)
    picture(tmp_path / "d" / "tall.png", wide.T)
    picture(tmp_path / "d" / "same.png", np.full((10, 10), 200, np.uint8))
    data = load(tmp_path / "d", size=(10, 10), test=0.34)
    assert data.shape == (1, 10, 10) and (all_of(data) == 200).all() and data.facts["resized"] == 2
    assert data.notice == (
        "2 of 3 pictures were cropped to the centre and resized to 10×10, from 20×60 to 60×20 (height×width)"
    )


def test_size_is_height_and_width(tmp_path: Path) -> None:
    data = load(pictures(tmp_path / "d", 10, (30, 40)), size=[12, 20])
    assert data.shape == (1, 12, 20)


def test_unreadable_files_are_named_and_counted(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "d", 20, classes=("a", "b"))
    for number in range(25):
        (folder / "a" / f"bad{number:02d}.png").write_bytes(b"no picture")
    cut = folder / "b" / "0001.png"
    cut.write_bytes(cut.read_bytes()[:120])
    for _ in range(2):
        data = load(folder)
        assert data.facts["unreadable"]["count"] == 26 and len(data.facts["unreadable"]["names"]) == 20
        assert data.notice is not None and data.notice.startswith(
            "26 files could not be read: a/bad00.png: is no PNG, JPEG, WebP or BMP, a/bad01.png"
        )
        assert "and 23 more" in data.notice
        assert np.bincount(np.concatenate([data.train.labels, data.test.labels])).tolist() == [10, 9]


def test_other_files_are_skipped_and_counted(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "d", 10, classes=("a", "b"))
    for name in ("Thumbs.db", "notes.txt", "a/more.TXT", ".DS_Store", ".hidden/x.png", "README"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    (folder / "empty").mkdir()
    os.mkfifo(folder / "a" / "pipe.png")
    data = load(folder)
    assert data.facts["skipped"] == {".txt": 2, ".db": 1, "README": 1, own_folder.NO_FILE: 1}
    assert data.facts["counts"] == {"train": 9, "test": 1} and data.classes == ("a", "b")


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    store = pictures(tmp_path / "store", 6)
    folder = tmp_path / "d"
    (folder / "b").mkdir(parents=True)
    (folder / "a").symlink_to(store)
    for path in store.iterdir():
        (folder / "b" / f"link{path.name}").symlink_to(path)
    (folder / "b" / "up").symlink_to(folder)
    data = load(folder)
    assert data.classes == ("a", "b") and sum(data.facts["counts"].values()) == 12


def test_names_in_any_bytes(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "d", 6, classes=("ä", "😀 x"))
    raw = os.fsencode(folder) + b"/\xff\xfe"
    os.mkdir(raw)
    for name in (b"/\xfe.png", b"/bad\xfe.png"):
        Path(os.fsdecode(raw + name)).write_bytes(
            (folder / "ä" / "0000.png").read_bytes() if b"bad" not in name else b"x"
        )
    data = load(folder)
    assert data.classes == (r"\xff\xfe", "ä", "😀 x") and data.facts["unreadable"]["names"] == [r"\xff\xfe/bad\xfe.png"]
    json.dumps(data.facts).encode()
    assert load(folder).facts == data.facts


def test_ranges(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    for number in range(2):
        picture(folder / f"{number}.png", np.array([[0, 255]], np.uint8))
    for options, expected in (
        ({}, [0, 1]), ({"value_range": (-1, 1)}, [-1, 1]), ({"invert": True}, [1, 0]),
        ({"value_range": (-1, 3), "invert": True}, [3, -1]),
    ):  # fmt: skip
        train = load(folder, test=0.5, **options).train
        assert train.seen(train.samples) == pytest.approx(np.array([expected]))


def test_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CHUNK", 7)
    told: list[tuple[int, int]] = []
    load(pictures(tmp_path / "d", 20), progress=lambda done, count: told.append((done, count)))
    assert told == [(7, 20), (14, 20), (20, 20)]


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures(tmp_path / "d", 10)
    monkeypatch.setattr(reader, "MAX_BYTES", 1_000)
    with pytest.raises(DataError, match="10 pictures of 8×8×3 take 1,920 bytes; at most 1,000 .*smaller `size`"):
        load(folder)
    monkeypatch.setattr(reader, "MAX_FILE", 100)
    with pytest.raises(DataError, match="png: has .* at most 100 are read"):
        load(folder)
    monkeypatch.setattr(own_folder, "MAX_FILES", 9)
    with pytest.raises(DataError, match="d: holds more than 9 files"):
        load(folder)


def test_a_bomb_is_never_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "b.png").write_bytes(png_header(20_000, 20_000))
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was unpacked"))
    with pytest.raises(DataError, match="too many pixels"):
        load(tmp_path / "d")


def test_a_second_start_decodes_nothing(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures(tmp_path / "d", 20, classes=("a", "b"))
    first = load(folder)
    monkeypatch.setattr(reader, "_parse", lambda *given: pytest.fail("it was parsed again"))
    second = load(folder)
    assert first.facts == second.facts and (first.classes, first.shape) == (second.classes, second.shape)
    assert mapped(second.train.samples)
    for one, two in ((first.train, second.train), (first.test, second.test)):
        assert np.array_equal(one.samples, two.samples) and np.array_equal(one.labels, two.labels)


@pytest.mark.parametrize("change", ["content", "time", "name", "new", "gone", "option"])
def test_a_changed_folder_is_seen(tmp_path: Path, cache: Path, change: str) -> None:
    folder = pictures(tmp_path / "d", 10)
    before = load(folder)
    path, options = folder / "0003.png", {}
    if change == "content":
        picture(path, np.zeros((8, 8, 3), np.uint8))
    elif change == "time":
        os.utime(path, ns=(0, 1))
    elif change == "name":
        path.rename(folder / "9999.png")
    elif change == "new":
        picture(folder / "new.png", np.zeros((8, 8, 3), np.uint8))
    elif change == "gone":
        path.unlink()
    else:
        options = {"size": (4, 4)}
    after = load(folder, **options)
    assert len(entries(cache)) == 2
    assert (after.facts["sha256"] == before.facts["sha256"]) == (change == "time")


DAMAGES = ["samples.npy cut", "samples.npy gone", "labels.npy cut", "labels.npy text", "known.json cut", "known.json {}",
           "known.json count", "known.json version", "known.json classes"]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_anew(tmp_path: Path, cache: Path, damage: str) -> None:
    folder = pictures(tmp_path / "d", 20, classes=("a", "b"))
    expected = load(folder)
    name, how = damage.split()
    path = entries(cache)[0] / name
    content = path.read_bytes()
    path.unlink()
    if how == "cut":
        path.write_bytes(content[:-9])
    elif how in ("{}", "text"):
        path.write_text(how)
    elif how != "gone":
        known = json.loads(content)
        path.write_text(json.dumps(known | {how: ["a"] if how == "classes" else known[how] + 1}))
    again = load(folder)
    assert again.facts == expected.facts and np.array_equal(again.train.samples, expected.train.samples)
    assert own_cache.opened(entries(cache)[0].name.removeprefix("own-")) is not None


@pytest.mark.parametrize("why", ["none", "file", "busy"])
def test_without_a_cache_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    folder = pictures(tmp_path / "d", 10)
    (tmp_path / "file").write_text("in the way")
    if why == "busy":
        monkeypatch.setattr("gancli.data.files._lock", lambda file, waiting: False)
    else:
        monkeypatch.setattr("gancli.data.own.cache.cache_folder", lambda: tmp_path / "file" if why == "file" else None)
    first, second = load(folder), load(folder)
    assert first.facts == second.facts and np.array_equal(first.train.samples, second.train.samples)
    assert not mapped(first.train.samples)


def test_the_cache_keeps_the_five_used_last(tmp_path: Path, cache: Path) -> None:
    folders = [pictures(tmp_path / f"d{number}", 4 + number) for number in range(6)]
    names = []
    for number, folder in enumerate(folders[:5]):
        load(folder, test=0.3)
        (new,) = set(entries(cache)) - set(names)
        names.append(new)
        os.utime(new / "known.json", (number, number))
    load(folders[0], test=0.3)  # used now
    load(folders[5], test=0.3)
    assert len(entries(cache)) == 5 and names[0].is_dir() and not names[1].exists()


def test_what_is_cut_short_while_it_is_read_is_an_error(tmp_path: Path, cache: Path) -> None:
    load(pictures(tmp_path / "d", 20))
    path = entries(cache)[0] / "samples.npy"
    mapped = np.load(path, mmap_mode="c")
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:1_000])
    with pytest.raises(DataError, match="samples.npy: was changed while it was read"):
        hold_out(mapped, np.array([3, 19]))


def test_a_run_never_writes_to_the_cache(tmp_path: Path, cache: Path) -> None:
    folder = pictures(tmp_path / "d", 20)
    load(folder, 1)
    content = (entries(cache)[0] / "samples.npy").read_bytes()
    load(folder, 2)
    assert (entries(cache)[0] / "samples.npy").read_bytes() == content
    assert (entries(cache)[0] / "samples.npy").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("case", ["good", "odd", "colours", "worker dies", "no worker"])
def test_processes_decode_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    folder = pictures(tmp_path / "d", 30, (6, 6) if case == "colours" else (6, 6, 3), classes=("a", "b"))
    (folder / "a" / "bad.png").write_bytes(b"x")
    options: dict[str, Any] = {"size": (4, 5)} if case == "good" else {}
    if case == "colours":
        picture(folder / "b" / "zz.png", np.zeros((6, 6, 3), np.uint8))
    if case == "odd":
        picture(folder / "b" / "zz.png", np.zeros((7, 6, 3), np.uint8))
    monkeypatch.setattr(own_cache, "cache_folder", lambda: None)
    monkeypatch.setattr(reader, "CHUNK", 4)
    monkeypatch.setattr(workers, "processors", lambda: 2)
    expected = outcome(folder, options)
    monkeypatch.setattr(workers, "MANY", 1)
    if case == "worker dies":
        monkeypatch.setattr(workers, "PROGRAM", tmp_path / "nix.py")
    elif case == "no worker":
        monkeypatch.setattr(workers.sys, "executable", "/nix")
    else:
        monkeypatch.setattr(workers.Worker, "decode", counted := Counted(workers.Worker.decode))
    assert outcome(folder, options) == expected
    if case in ("good", "odd", "colours"):
        assert counted.count > 0


class Counted:
    def __init__(self, method: Any):
        self.method, self.count = method, 0

    def __get__(self, worker: Any, kind: Any) -> Any:
        def call(*given: Any) -> Any:
            self.count += 1
            return self.method(worker, *given)

        return call


def outcome(folder: Path, options: dict[str, Any]) -> Any:
    try:
        data = load(folder, **options)
    except DataError as error:
        return str(error)
    return data.facts, data.notice, data.train.samples.tobytes(), data.shape


def test_a_second_start_maps_its_pictures(tmp_path: Path, cache: Path) -> None:
    """2,000 pictures of 64×64×3, 25 MB: a start takes little beside what Python and NumPy take."""
    folder = tmp_path / "d"
    picture(folder / "0.png", RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    for number in range(1, 2_000):
        os.link(folder / "0.png", folder / f"{number}.png")
    load(folder)
    program = """
        import sys, numpy as np
        from gancli.data.own import cache as own_cache, load_images
        from pathlib import Path
        def used():
            return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
        own_cache.cache_folder = lambda: Path(sys.argv[2])
        before = used()
        load_images(sys.argv[1], rng=np.random.default_rng(0))
        print(used() - before, "PIL" in sys.modules)
    """
    if sys.platform == "linux":
        command = [sys.executable, "-P", "-c", textwrap.dedent(program), str(folder), str(cache.parent)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        kilobytes, pillow = done.stdout.split()
        assert int(kilobytes) < 16_000 and pillow == "False"


def test_pillows_warnings_are_not_printed(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    with decode.quiet():
        pass
    load(pictures(tmp_path / "d", 10))
    assert not recwarn.list
