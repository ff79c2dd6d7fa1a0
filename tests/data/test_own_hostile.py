"""What a user may give by mistake, and others by malice: each is refused by a message that names it and says what to do."""

import gzip
import io
import os
import socket
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.data import DataError
from gancli.data.own import load_images, load_table
from gancli.data.own.split import hold_out
from own_files import idx, npy_header, npz, picture, pictures, png_header

RNG = np.random.default_rng(0)
Make = Callable[[Path], Any]


def images(path: Any, **options: Any) -> Any:
    return load_images(str(path), rng=np.random.default_rng(0), **options)


def table(path: Any, **options: Any) -> Any:
    return load_table(str(path), rng=np.random.default_rng(0), **options)


def text(content: str | bytes, name: str = "t.csv") -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def array(values: Any, name: str = "a.npy") -> Make:
    def make(folder: Path) -> Path:
        np.save(folder / name, values)
        return folder / name

    return make


def arrays(**members: Any) -> Make:
    def make(folder: Path) -> Path:
        np.savez(folder / "a.npz", **members)
        return folder / "a.npz"

    return make


def raw_npz(**members: bytes) -> Make:
    return lambda folder: npz(folder / "a.npz", **members)


def of_folder(*steps: Callable[[Path], Any]) -> Make:
    def make(folder: Path) -> Path:
        inside = folder / "pics"
        inside.mkdir()
        for step in steps:
            step(inside)
        return inside

    return make


def some(folder: Path) -> None:
    pictures(folder, 5)


def file(name: str, content: bytes) -> Callable[[Path], Any]:
    def make(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(content)

    return make


def pixels(name: str, *size: int) -> Callable[[Path], Any]:
    return lambda folder: picture(folder / name, np.zeros(size, np.uint8))


def bytes_of(values: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, values, **options)
    return out.getvalue()


def png_cut(folder: Path) -> None:
    path = picture(folder / "cut.png", RNG.integers(0, 256, (64, 64), dtype=np.uint8))
    path.write_bytes(path.read_bytes()[:600])


def zip_encrypted(folder: Path) -> Path:
    path = npz(folder / "a.npz", x=bytes_of(np.zeros((9, 4, 4))))
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag of the local header, and of the directory's
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def zip_twice(folder: Path) -> Path:
    with pytest.warns(UserWarning), zipfile.ZipFile(folder / "a.npz", "w") as archive:
        for _ in range(2):
            archive.writestr("x.npy", bytes_of(np.zeros((9, 4))))
    return folder / "a.npz"


def zip_damaged(folder: Path) -> Path:
    path = npz(folder / "a.npz", x=bytes_of(RNG.random((99, 4))))
    content = bytearray(path.read_bytes())
    content[300:340] = bytes(40)
    path.write_bytes(content)
    return path


def idx_head(code: int, *shape: int, tail: bytes = b"") -> bytes:
    return struct.pack(f">4B{len(shape)}I", 0, 0, code, len(shape), *shape) + tail


def idx_labels(count: int) -> Make:
    def make(folder: Path) -> Path:
        idx(folder / "train-labels-idx1-ubyte", np.zeros(count, np.uint8))
        return idx(folder / "train-images-idx3-ubyte", np.zeros((20, 4, 4), np.uint8))

    return make


def pipe(name: str) -> Make:
    def make(folder: Path) -> Path:
        os.mkfifo(folder / name)
        return folder / name

    return make


def sock(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(folder)
        one.bind("s.png")


ROWS = "a,b,label\n" + "1,2,x\n3,4,y\n" * 10
PICTURES: dict[str, tuple[Make, dict[str, Any], str]] = {
    "nothing there": (lambda folder: folder / "nix", {}, "there is no such file or folder; correct the path"),
    "no such user": (lambda folder: "~nobody-here/x", {}, "no such user's folder; write it out"),
    "NUL in the path": (lambda folder: f"{folder}/a\0b", {}, "cannot be opened"),
    "a pipe": (pipe("p.npy"), {}, "is neither a file nor a folder"),
    "a device": (lambda folder: "/dev/zero", {}, "is neither a file nor a folder"),
    "an empty folder": (of_folder(), {}, r"pics: holds no picture \(it is empty\); it must hold PNG"),
    "text files": (of_folder(file("a.txt", b"x"), file("b.txt", b"x")), {}, r"holds no picture \(2 × .txt\)"),
    "hidden pictures alone": (of_folder(pixels(".a.png", 4, 4)), {}, "holds no picture"),
    "text named .png": (of_folder(file("a.png", b"hello")), {}, "none of its 1 pictures .*a.png: is no PNG"),
    "an empty .png": (of_folder(file("a.png", b"")), {}, "none of its 1 pictures can be read .* open in a viewer"),
    "a GIF named .png": (of_folder(file("a.png", b"GIF89a" + bytes(99))), {}, "is no PNG, JPEG, WebP or BMP"),
    "a truncated PNG": (of_folder(png_cut), {}, "none of its 1 pictures can be read .*truncated"),
    "a pixel bomb": (
        of_folder(some, file("b.png", png_header(50_000, 50_000))),
        {},
        "b.png: has too many pixels .*shrink",
    ),
    "a lesser bomb": (
        of_folder(file("b.png", png_header(12_000, 10_000))),
        {},
        "b.png: has too many pixels .10,000×12,000",
    ),
    "a bomb inside": (
        of_folder(file("b.png", png_header(9, 9, bytes(9_000)))),
        {"size": (99_999, 3)},
        "from 1 to 4096",
    ),
    "pictures of two sizes": (
        of_folder(pixels("a.png", 8, 8), pixels("b.png", 9, 8)),
        {},
        r"b.png: is 9×8 .* `size: \[8, 8\]`",
    ),
    "pictures beside folders": (of_folder(some, pixels("k/b.png", 8, 8)), {}, r"beside sub-folders.*move the pictures"),
    "something beside train": (
        of_folder(pixels("train/a.png", 8, 8), pixels("test/a.png", 8, 8), pixels("val/a.png", 8, 8)),
        {},
        "holds val beside",
    ),
    "a class in test alone": (
        of_folder(pixels("train/a/1.png", 8, 8), pixels("test/b/1.png", 8, 8)),
        {},
        "the class 'b', which `train` has not",
    ),
    "one picture": (of_folder(pixels("a.png", 8, 8)), {}, "no sample is left to test with.* holds out 0 of 1"),
    "no share to test with": (of_folder(some), {"test": 0}, "data.test: must lie between 0 and 1.*got 0"),
    "all to test with": (of_folder(some), {"test": 0.99}, "no sample is left to learn from"),
    "five channels": (of_folder(some), {"channels": 5}, "data.channels: pictures have 1 .* got 5"),
    "a layout of pictures": (of_folder(some), {"layout": "hwc"}, "data.layout: .*leave it out"),
    "an unknown layout": (of_folder(some), {"layout": "whc"}, "one of hw, hwc, chw; got 'whc'"),
    "a size of one number": (of_folder(some), {"size": [3]}, "data.size: must be"),
    "classes of none": (of_folder(some), {"classes": ["a"]}, "have no labels; leave `classes` out"),
    "a class that is not there": (
        of_folder(pixels("a/1.png", 4, 4), pixels("b/1.png", 4, 4)),
        {"classes": ["c"]},
        "has no class 'c'; it has a, b",
    ),
    "a range upside down": (of_folder(some), {"value_range": (1, 0)}, "data.range: .*got .1, 0."),
    "links to nothing": (of_folder(lambda f: (f / "a.png").symlink_to("nix")), {}, "1 × links to nothing"),
    "links in a circle": (of_folder(lambda f: (f / "a.png").symlink_to("a.png")), {}, "1 × links to nothing"),
    "a folder in itself": (of_folder(lambda f: (f / "a").symlink_to(f)), {}, "holds no picture"),
    "a pipe named .png": (of_folder(pipe("a.png")), {}, "1 × links to nothing, pipes or devices"),
    "a socket named .png": (of_folder(sock), {}, "links to nothing, pipes or devices"),
    "a picture alone": (lambda f: picture(f / "a.png", np.zeros((4, 4), np.uint8)), {}, "for pictures give the folder"),
    "a CSV as images": (text(ROWS), {}, "take `set: table`"),
    "10 GB claimed": (
        text(npy_header((10_000_000, 1_000)), "a.npy"),
        {},
        "its header tells of 10,000,000,000 bytes, it has 0",
    ),
    "more bytes than numbers": (
        text(npy_header((2**40, 2**40, 2**40)), "a.npy"),
        {},
        "is cut short: its header tells of",
    ),
    "pickled": (array(np.array([{}, []], object)), {}, "a.npy: holds pickled Python objects, which are never read"),
    "pickled in an archive": (arrays(x=np.array([{}, []], object)), {}, "'x': holds pickled Python objects"),
    "named columns": (array(np.zeros(9, [("a", "f4")])), {}, "save an array of real numbers"),
    "complex": (array(np.zeros((9, 4, 4), complex)), {}, "save an array of real numbers"),
    "dates": (array(np.zeros((9, 4, 4), "M8[s]")), {}, "save an array of real numbers"),
    "words": (array(np.full((9, 4, 4), "a")), {}, "images must be numbers"),
    "text named .npy": (text("hello, this is no array", "a.npy"), {}, "is not an array that NumPy wrote .*numpy.save"),
    "an empty .npy": (text(b"", "a.npy"), {}, "is not an array that NumPy wrote"),
    "a header that computes": (
        text(b"\x93NUMPY\x01\0" + struct.pack("<H", 40) + b"__import__('os').system('touch hacked')\n", "a.npy"),
        {},
        "not an array",
    ),
    "a header without end": (
        text(b"\x93NUMPY\x02\0" + struct.pack("<I", 2**31) + b"{" * 99, "a.npy"),
        {},
        "not an array",
    ),
    "a negative shape": (text(npy_header((-1, 4, 4)) + bytes(99), "a.npy"), {}, "not an array that NumPy wrote"),
    "no samples": (array(np.zeros((0, 4, 4), np.uint8)), {}, "is empty: 0 images"),
    "five axes": (array(np.zeros((2, 2, 2, 2, 2), np.uint8)), {}, "has shape .* images are"),
    "one number": (array(np.uint8(3)), {}, r"has shape \(\); images are"),
    "rows without size": (array(np.zeros((9, 64))), {}, r"rows of 64 values; say `size: \[height, width\]`"),
    "rows of another size": (array(np.zeros((9, 64))), {"size": (7, 9)}, r"`size: \[7, 9\]` .* correct them"),
    "which axis?": (array(np.zeros((9, 4, 4, 4), np.uint8)), {}, "`layout: hwc` .* or `layout: chw`"),
    "a layout of three axes": (array(np.zeros((9, 4, 4), np.uint8)), {"layout": "chw"}, "takes hw; got 'chw'"),
    "a layout of four axes": (array(np.zeros((9, 4, 4, 3), np.uint8)), {"layout": "hw"}, "takes hwc or chw; got 'hw'"),
    "channels that are not": (array(np.zeros((9, 4, 4, 3), np.uint8)), {"channels": 1}, "images of 3 channels"),
    "a size that is not": (array(np.zeros((9, 4, 4), np.uint8)), {"size": (8, 8)}, "arrays are not resized"),
    "NaN in images": (array(np.full((9, 4, 4), np.nan)), {}, "lie between nan and nan; .*scale them"),
    "below 0": (array(np.full((9, 4, 4), -0.5)), {}, "lie between -0.5 and -0.5"),
    "16 bits": (array(np.full((9, 4, 4), 40_000, np.uint16)), {}, "lie between 40000 and 40000; .*scale them"),
    "no such key": (arrays(x=np.zeros((9, 4, 4))), {"key": "z"}, "has no array 'z'; it has x"),
    "a key of a .npy": (array(np.zeros((9, 4, 4))), {"key": "z"}, "is no .npz.*leave `key` out"),
    "which array?": (arrays(p=np.zeros((9, 4, 4)), q=np.zeros((9, 4, 4))), {}, "say which are the samples: p, q"),
    "an empty archive": (raw_npz(), {}, "holds no array"),
    "a zip that claims": (raw_npz(x=npy_header((10_000_000, 1_000))), {}, "'x': is cut short"),
    "a zip encrypted": (zip_encrypted, {}, "cannot be unpacked .*encrypted"),
    "a zip of one name twice": (zip_twice, {}, "holds 'x.npy' twice"),
    "a zip damaged": (zip_damaged, {}, "a.npz: .*(is damaged|not an array)"),
    "labels that are too few": (
        arrays(x_train=np.zeros((9, 4, 4)), y_train=np.zeros(8), x_test=np.zeros((9, 4, 4)), y_test=np.zeros(9)),
        {},
        "has 9 samples, but 8 labels",
    ),
    "an IDX cut short": (
        text(idx_head(8, 100, 4, 4), "i-idx3-ubyte"),
        {},
        "is cut short: 0 bytes of values, its header says 1,600",
    ),
    "an IDX too long": (text(idx_head(8, 2, 4, 4, tail=bytes(40)), "i-idx3-ubyte"), {}, "is too long: 40 bytes"),
    "an IDX of 10 GB": (text(idx_head(8, 10**7, 100, 10), "i-idx3-ubyte"), {}, "is cut short: 0 bytes"),
    "an IDX.gz of 10 GB": (
        text(gzip.compress(idx_head(8, 10**7, 100, 10)), "i-idx3-ubyte.gz"),
        {},
        "takes 10,000,000,000 bytes",
    ),
    "an IDX.gz too long": (
        text(gzip.compress(idx_head(8, 2, 4, 4, tail=bytes(400_000)), 1), "i.gz"),
        {},
        "is too long",
    ),
    "an IDX.gz cut short": (
        text(gzip.compress(idx_head(8, 9, 9, 9, tail=os.urandom(729)))[:-30], "i.gz"),
        {},
        "cut short or not gzip",
    ),
    "an IDX of no rows": (text(idx_head(8, 0, 4, 4), "i-idx3-ubyte"), {}, "is empty: its header says 0×4×4"),
    "IDX labels that are too few": (idx_labels(19), {}, "has 20 samples, but 19 labels"),
    "IDX labels as images": (
        text(idx_head(8, 20, tail=bytes(20)), "i-idx1-ubyte"),
        {},
        r"has shape \(20,\); images are",
    ),
    "an unknown file": (text("x", "a.parquet"), {}, "is no array file"),
}
PICTURES |= {
    "an archive of too many": (raw_npz(**{f"a{k}": b"" for k in range(1_001)}), {}, "holds 1,001 arrays; at most 1,000"),
    "too many channels": (array(np.zeros((9, 4, 4))), {"channels": 65}, "data.channels: must lie between 1 and 64; got 65"),
    "splits of two shapes": (arrays(x_train=np.zeros((9, 4, 4)), x_test=np.zeros((9, 4, 5))), {}, "differ in shape"),
    "labels of two axes": (
        arrays(x_train=np.zeros((9, 4, 4)), x_test=np.zeros((9, 4, 4)), y_train=np.zeros((9, 2)), y_test=np.zeros((9, 2))), {},
        r"9 samples, but labels of shape \(9, 2\)",
    ),
    "labels that are no classes": (arrays(x=np.zeros((9, 4, 4)), y=np.full(9, 0.5)), {}, "must be whole numbers or text"),
    "damaged words": (arrays(x=np.zeros((9, 4, 4)), y=np.full(9, 2**31, np.uint32).view("U1")), {}, "labels are damaged text"),
    "a label of each own": (arrays(x=np.zeros((10_001, 1, 1)), y=np.arange(10_001)), {}, "10,001 different labels"),
    "an IDX of five axes": (
        lambda f: [text(idx_head(8, *[2] * 5), "train-images")(f), idx(f / "train-i-idx3-ubyte", np.zeros((9, 4, 4), np.uint8)),
                   text(idx_head(8, *[2] * 5), "t10k-i-idx3-ubyte")(f)][1], {}, "has 5 axes"
    ),
    "IDX tests of something else": (
        lambda f: [idx(f / "train-i-idx3-ubyte", np.zeros((9, 4, 4), np.uint8)), text("hello", "t10k-i-idx3-ubyte")(f)][0], {},
        "t10k-i-idx3-ubyte: is not an IDX file: it begins with 68 65",
    ),
}  # fmt: skip
TABLES: dict[str, tuple[Make, dict[str, Any], str]] = {
    "a folder": (of_folder(), {}, "is a folder; give a .csv"),
    "a spreadsheet": (text(b"PK\3\4", "a.xlsx"), {}, "a table's name ends in .csv.*; got '.xlsx'"),
    "an empty file": (text(""), {}, "t.csv: is empty"),
    "blank lines": (text("\n\n \n"), {}, "t.csv: is empty"),
    "a header alone": (text("a,b\n"), {}, "has a header and no rows"),
    "one row": (text("a,b\n1,2\n"), {}, "no sample is left to test with"),
    "NaN": (
        text("a,b\n1,2\n3,nan\n5,NaN\n"),
        {},
        "line 3, column 'b': got 'nan'; 2 cells in 1 columns .*Fill in or remove",
    ),
    "an empty cell": (text("a,b\n1,2\n,4\n"), {}, "line 3, column 'a': got ''; it is no finite number. Fill in"),
    "infinity": (text("a,b\n1,2\n3,-inf\n"), {}, "got '-inf'"),
    "more than single precision": (text("a,b\n1,2\n3,1e300\n"), {}, "got '1e300'; .*within ±3.4e"),
    "text": (text("a,b\n1,2\n3,four\n"), {}, "line 3, column 'b': got 'four'; .* can be the `label`"),
    "underscores": (text("a,b\n1,2\n3,1_000\n"), {}, "got '1_000'"),
    "decimal commas": (text("a;b\n1,5;2\n2,5;1\n"), {}, "Write decimal points, not commas"),
    "spaces": (text("1 2\n3 4\n"), {"header": False}, "Separate columns by commas"),
    "a ragged row": (text("a,b\n1,2\n3\n"), {}, "line 3 has 1 columns, the first has 2; give each row as many"),
    "too long a row": (text("a,b\n1,2\n3,4,5\n"), {}, "line 3 has 3 columns, the first has 2"),
    "names twice": (text("a,b,a\n1,2,3\n"), {}, "several columns of the name 'a'"),
    "no name": (text(",a\n0,2\n1,3\n"), {}, "column 1 has no name .*index=False"),
    "a million columns": (
        text(b"1," * 1_000_000 + b"1\n"),
        {},
        "more than 1,048,576 characters; at most 10,000 columns",
    ),
    "20,000 columns": (text(b"1," * 20_000 + b"1\n"), {}, "has 20,001 columns; at most 10,000 are read"),
    "a long field": (text("a,b\n1," + "2" * 200_000 + "\n"), {}, "line 2: field larger than field limit"),
    "an open quotation mark": (text('a,b\n1,"2\n3,4\n'), {}, "is a quotation mark left open"),
    "Latin 1": (text("größe,b\n1,2\n".encode("latin-1")), {}, "is no text in UTF-8 .*save it as CSV in UTF-8"),
    "UTF-16": (text("a,b\n1,2\n".encode("utf-16")), {}, "is no text in UTF-8"),
    "zeros": (text(bytes(1_000)), {}, "t.csv: "),
    "header or not": (text("a,2\n1,2\n"), {}, "say `header: true` .* `header: false`"),
    "an unknown label": (text(ROWS), {"label": "lable"}, "has no column 'lable'; did you mean 'label'"),
    "an unknown target": (text(ROWS), {"targets": ["c"], "label": None}, "data.targets: .*no column 'c'"),
    "one class": (text("a,b,c\n1,2,x\n3,4,x\n"), {"label": "c"}, "has one class, 'x'; leave `label` out"),
    "a label that is missing": (text("a,c\n1,x\n3,\n5,y\n"), {"label": "c"}, "1 rows have none in column 'c'"),
    "a label that is a number": (
        text("a,c\n" + "".join(f"{k},{k / 7}\n" for k in range(50))),
        {"label": "c"},
        r"50 different values; .*`targets: \[c\]`",
    ),
    "label and targets": (text(ROWS), {"label": "label", "targets": ["a"]}, "give one of them"),
    "targets twice": (text(ROWS), {"targets": ["a", "a"]}, "names 'a' twice"),
    "nothing but targets": (text("a,b\n1,2\n3,4\n"), {"targets": ["a", "b"]}, "no column is left"),
    "a key of text": (text(ROWS), {"key": "x"}, "leave `key` out"),
    "a header of an array": (array(np.zeros((9, 4))), {"header": True}, "leave it out"),
    "one axis": (array(np.zeros(9)), {}, r"has shape \(9,\); a table is \(count, columns\)"),
    "NaN in an array": (array(np.diag([1, np.nan])), {}, "row 1, column 1: got nan; 1 values are no"),
    "too large in an array": (array(np.full((3, 2), 1e300)), {}, "row 0, column 0: got 1e.300; 6 values"),
    "columns of an array": (array(np.zeros((2, 10_001))), {}, "has 10,001 columns; at most 10,000"),
    "an empty array": (array(np.zeros((0, 4))), {}, "a table holds numbers"),
    "a pickled table": (array(np.array([[1, "a"]], object)), {}, "holds pickled Python objects"),
    "10 GB of rows": (text(npy_header((10**9, 10), "<f8"), "a.npy"), {}, "80,000,000,000 bytes"),
    "an array's label": (array(np.zeros((9, 4))), {"label": "q"}, "has no column 'q'"),
    "an array's target": (
        arrays(x=np.zeros((9, 4)), z=np.zeros(8)),
        {"targets": ["z"]},
        r"neither a column 'z' .* z \(8,\)",
    ),
    "labels of an archive": (arrays(x=np.zeros((9, 4)), z=np.zeros(8)), {"label": "z"}, "has 9 samples, but 8 labels"),
}
CASES = [pytest.param(images, *case, id=name) for name, case in PICTURES.items()]
CASES += [pytest.param(table, *case, id=f"table: {name}") for name, case in TABLES.items()]


@pytest.mark.parametrize(("load", "make", "options", "message"), CASES)
def test_it_is_refused(tmp_path: Path, load: Any, make: Make, options: dict[str, Any], message: str) -> None:
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=f"(?s){message}") as caught:
        load(path, **options)
    assert len(str(caught.value)) < 1_200 and "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


MEMORY = """
    import resource
    import sys
    import numpy as np
    from PIL import Image
    from gancli.data import DataError
    from gancli.data.own import load_images, load_table
    limit = 1_500_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for path in sys.argv[1:]:
        load = load_table if path.endswith(".csv") else load_images
        try:
            load(path, rng=np.random.default_rng(0))
        except DataError as error:
            print(str(error))
    status = open("/proc/self/status").read()
    print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded as Linux does")
def test_bombs_take_no_memory(tmp_path: Path) -> None:
    (tmp_path / "pics").mkdir()
    (tmp_path / "pics" / "b.png").write_bytes(png_header(50_000, 50_000))
    paths = [
        text(npy_header((10**7, 1_000)), "a.npy")(tmp_path),
        npz(tmp_path / "z.npz", x=npy_header((2**14, 100, 100)) + bytes(2**14 * 10**4)),
        text(gzip.compress(idx_head(8, 150, 1000, 1000, tail=bytes(150_000_000)), 1), "i.gz")(tmp_path),
        text(gzip.compress(idx_head(8, 2, 4, 4, tail=bytes(200_000_000)), 1), "j.gz")(tmp_path),
        tmp_path / "pics",
        text(b"1," * 4_000_000, "m.csv")(tmp_path),
    ]
    command = [sys.executable, "-P", "-c", textwrap.dedent(MEMORY), *map(str, paths)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    expected = (
        "cut short",
        "as a bomb does",
        "as a bomb does",
        "too long",
        "too many pixels",
        "at most 10,000 columns",
    )
    for line, path, words in zip(lines[:-1], paths, expected, strict=True):
        assert line.startswith(str(path)) and words in line, done.stdout
    assert int(lines[-1]) < 120, done.stdout  # MB


@pytest.mark.parametrize("name", ["t.csv", "a.npy", "a.npz"])
def test_files_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    def refuse(*given: Any, **more: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=f"{name}: cannot be read: Permission denied"):
        table(tmp_path / name)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    for module in ("own.idx.os.listdir", "own.folder.os.scandir"):
        with monkeypatch.context() as patch:
            patch.setattr(f"gancli.data.{module}", refuse)
            with pytest.raises(DataError, match="cannot be read: Permission denied; check its rights"):
                images(tmp_path)


def test_samples_that_may_not_be_written_are_copied() -> None:
    values = np.arange(10)
    values.flags.writeable = False
    rest, held_out = hold_out(values, np.array([0, 4, 9]))
    assert sorted(rest.tolist()) == [1, 2, 3, 5, 6, 7, 8] and held_out.tolist() == [0, 4, 9]
    assert values.tolist() == list(range(10))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read(tmp_path: Path) -> None:
    path = array(np.zeros((9, 4, 4)))(tmp_path)
    path.chmod(0)
    with pytest.raises(DataError, match="cannot be read"):
        images(path)
