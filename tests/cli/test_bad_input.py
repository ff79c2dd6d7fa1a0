"""What a user can get wrong: one message with the remedy, the exit code, no traceback, no run folder left behind."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from gancli.cli import main

GOOD = """\
kind: wgan
data: {classes: [7]}
generator: {shape: [4, 6, 784]}
critic: {shape: [784, 5, 1], clip: {bound: 0.1}}
training: {games: 2, batch: 4}
"""


def config(*changes: tuple[str, str]) -> Callable[[Path], list[str]]:
    """`train` on the good config with replacements."""

    def prepare(root: Path) -> list[str]:
        text = GOOD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (root / "c.yaml").write_text(text, encoding="utf-8")
        return ["train", "c.yaml"]

    return prepare


def with_data(files: dict[str, bytes]) -> Callable[[Path], list[str]]:
    """`train` on IDX files of 30 black images, some replaced."""

    def prepare(root: Path) -> list[str]:
        folder = root / "mnist"
        folder.mkdir()
        for part in ("train", "t10k"):
            (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, 30, 28, 28) + bytes(23520))
            (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, 30) + bytes([7] * 30))
        for name, content in files.items():
            (folder / name.removesuffix(".gz")).unlink()
            (folder / name).write_bytes(content)
        config(("{classes: [7]}", "{classes: [7], path: mnist}"))(root)
        return ["train", "c.yaml"]

    return prepare


def words(*given: str) -> Callable[[Path], list[str]]:
    def prepare(root: Path) -> list[str]:
        config()(root)
        return list(given)

    return prepare


def raw(content: bytes) -> Callable[[Path], list[str]]:
    def prepare(root: Path) -> list[str]:
        (root / "c.yaml").write_bytes(content)
        return ["train", "c.yaml"]

    return prepare


TRAIN = "train-images-idx3-ubyte"
CASES: dict[str, tuple[Callable[[Path], list[str]], int, str]] = {
    "unknown key": (config(("training:", "depth: 3\ntraining:")), 2, "c.yaml:5: depth: unknown key; allowed here: "),
    "misspelt key": (config(("generator:", "generater:")), 2, "did you mean 'generator'?"),
    "misspelt inner key": (config(("clip: {bound", "clip: {bond")), 2, "critic.clip.bond: unknown key"),
    "wrong type": (config(("batch: 4", "batch: four")), 2, "c.yaml:5: training.batch: must be an integer; got 'four'"),
    "a truth that is text": (config(("[4, 6, 784]", "[4, 6, 784], bias: yes")), 2, "must be true or false; got 'yes'"),
    "not the image": (config(("6, 784]", "6, 700]")), 2, "c.yaml:3: generator.shape: outputs must be 784 (28×28 pixels)"),
    "critic of something else": (config(("[784, 5, 1]", "[100, 5, 1]")), 2, "critic.shape: inputs must be 784"),
    "critic of two outputs": (config(("5, 1]", "5, 2]")), 2, "critic.shape: outputs must be 1; got 2"),
    "negative eta": (config(("kind", "eta: -0.1\nkind")), 2, "c.yaml:1: eta: must be greater than 0.0; got -0.1"),
    "eta of zero": (config(("kind", "eta: 0\nkind")), 2, "must be greater than 0.0; got 0"),
    "infinite eta": (config(("kind", "eta: .inf\nkind")), 2, "must be a finite number; got inf"),
    "no kind": (config(("kind: wgan\n", "")), 2, "kind: must be one of supervised, gan, wgan, game2d; it is not given"),
    "a name that climbs": (config(("kind", "name: ../../x\nkind")), 2, "name: must be letters, digits"),
    "bad YAML": (raw(b"a: [1, 2"), 2, "c.yaml:1: is not valid YAML"),
    "a tag": (raw(b"kind: !!python/name:os.system x"), 2, "YAML tags are not allowed"),
    "a key twice": (config(("kind: wgan", "kind: wgan\nkind: gan")), 2, "c.yaml:2: kind: is given twice, first on line 1"),
    "binary": (raw(b"\x89PNG\r\n\x1a\n\xff"), 2, "is not UTF-8 text"),
    "empty": (raw(b""), 2, "got nothing"),
    "a list": (raw(b"- 1"), 2, "must hold `key: value` lines"),
    "missing file": (words("train", "nowhere.yaml"), 2, "nowhere.yaml: no such file"),
    "a folder": (words("train", "."), 2, "is a folder; give a YAML file"),
    "bad override": (words("train", "c.yaml", "--set", "eta"), 2, "must be key=value"),
    "unknown override": (words("train", "c.yaml", "--set", "critic.etaa=1"), 2, "--set critic.etaa=1: critic.etaa: unknown key"),
    "bad engine": (words("train", "c.yaml", "--engine", "cuda"), 2, "must be 'auto', 'numba', 'numpy' or 'checked'"),
    "bad seed": (words("train", "c.yaml", "--seed", "x"), 2, "is not a valid integer"),
    "unknown option": (words("train", "c.yaml", "--sed", "1"), 2, "No such option"),
    "unknown command": (words("trian", "c.yaml"), 2, "No such command 'trian'"),
    "full data missing": (words("train", "c.yaml", "--set", "data.require=full"), 2, "gancli data fetch mnist"),
    "data nowhere": (words("train", "c.yaml", "--set", "data.path=nowhere"), 2, "it must hold the four MNIST files"),
    "truncated images": (with_data({TRAIN: struct.pack(">4I", 0x803, 30, 28, 28) + bytes(99)}), 2, "is cut short: 99 of 23,520"),
    "foreign images": (with_data({TRAIN: b"GIF89a" + bytes(100)}), 2, "is not an IDX file of images: magic number"),
    "truncated gzip": (with_data({TRAIN + ".gz": b"\x1f\x8b\x08\0\0\0\0\0\0\xff\0\0"}), 2, "is cut short or not gzip"),
    "not gzip": (with_data({TRAIN + ".gz": b"hello"}), 2, "is cut short or not gzip"),
    "counts differ": (with_data({TRAIN: struct.pack(">4I", 0x803, 29, 28, 28) + bytes(29 * 784)}), 2, "holds 29 images, but"),
    "no such digit": (with_data({"train-labels-idx1-ubyte": struct.pack(">2I", 0x801, 30) + bytes(30)}), 2, "holds no image of 7"),
    "runs is a file": (words("train", "c.yaml", "--runs", "c.yaml"), 2, "is a file"),
    "runs inside a file": (words("train", "c.yaml", "--runs", "c.yaml/runs"), 1, "choose a folder you can write to"),
    "runs not writable": (words("train", "c.yaml", "--runs", "/proc/runs"), 1, "choose a folder you can write to"),
    "plot of nothing": (words("plot", "latest"), 2, "no run 'latest' in runs"),
    "sample of nothing": (words("sample", "x", "-o", "a.png"), 2, "no run 'x' in runs"),
    "sample to a strange file": (words("sample", "x", "-o", "a.gif"), 2, "must end in .png or .npz"),
    "show of nothing": (words("show", "x"), 2, "no run 'x' in runs"),
    "resume of nothing": (words("resume", "x"), 2, "no run 'x' in runs"),
    "check of wrong": (words("check", "c.yaml", "--set", "eta=-1"), 2, "must be greater than 0.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, tmp_path: Path) -> None:
    prepare, code, message = CASES[name]
    result = CliRunner().invoke(main, prepare(tmp_path))
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output and result.stdout == ""
    assert not list((tmp_path / "runs").glob("*")), "a run folder was left behind"
    if name.startswith(("truncated", "foreign", "counts", "missing", "negative", "runs inside")):
        assert len(result.stderr.strip().splitlines()) == 1


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", "nowhere.yaml", "--debug"])
    assert result.exit_code == 2 and "Traceback" in result.stderr and "no such file" in result.stderr
