"""What a user can get wrong: one message with the remedy, the exit code, no traceback, no run folder left behind."""

import os
import struct
import subprocess
import sys
import zlib
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
            if isinstance(content, Large):
                os.truncate(folder / name, 1_000_000_000)
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


class Large(bytes):
    """Stands for a sparse file of a thousand million bytes."""


def bomb(size: int) -> bytes:
    """A gzip file that is small and unpacks to `size` zeros after a header that is right."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(struct.pack(">4I", 0x803, 30, 28, 28))]
    parts += [packer.compress(bytes(10_000_000)) for _ in range(size // 10_000_000)]
    return b"".join([*parts, packer.flush()])


BOMB = b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (new, new, b", ".join([b"*%c" % old] * 10))
    for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
)
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
    "a layer of another library": (config(("shape: [784, 5, 1]", "inputs: 784, layers: [{conv: 3}]")), 2, "c.yaml:4: critic.layers.0.conv: unknown key; allowed here: activation, "),
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
    "runs is a file": (words("train", "c.yaml", "--runs", "c.yaml"), 2, "is a file"),
    "runs inside a file": (words("train", "c.yaml", "--runs", "c.yaml/runs"), 1, "choose a folder you can write to"),
    "runs not writable": (words("train", "c.yaml", "--runs", "/proc/runs"), 1, "choose a folder you can write to"),
    "plot of nothing": (words("plot", "latest"), 2, "no run 'latest' in runs"),
    "sample of nothing": (words("sample", "x", "-o", "a.png"), 2, "no run 'x' in runs"),
    "sample to a strange file": (words("sample", "x", "-o", "a.gif"), 2, "must end in .png or .csv or .npz"),
    "show of nothing": (words("show", "x"), 2, "no run 'x' in runs"),
    "resume of nothing": (words("resume", "x"), 2, "no run 'x' in runs"),
    "a shape of a thousand million": (config(("6, 784]", "1000000000, 784]")), 2, "c.yaml:3: generator.shape.1: must be at most 1000000"),
    "a million layers": (config(("6, 784]", "6, " * 1_000_000 + "784]")), 2, "is larger than 200,000 bytes"),
    "nine thousand layers": (config(("6, 784]", "6, " * 9_000 + "784]")), 2, "must have at most 65 entries"),
    "twenty thousand layers": (config(("6, 784]", "6, " * 20_000 + "784]")), 2, "holds more than 10,000 values"),
    "too many parameters": (config(("6, 784]", "1000000, 784]")), 2, "has 789,000,784 parameters; at most"),
    "a batch for a larger machine": (config(("batch: 4", "batch: 100000"), ("6, 784]", "90000, 784]")), 2, "is over 200,000,000; use a smaller batch"),
    "games without end": (config(("games: 2,", "games: 10000000000,")), 2, "training.games: must be at most 1000000000"),
    "an alias bomb": (raw(BOMB), 2, "holds more than 10,000 values"),
    "a loop of aliases": (raw(b"a: &a [*a]"), 2, "refers to itself through an alias"),
    "brackets": (raw(b"[" * 100_000), 2, "is nested too deeply"),
    "four thousand unknown keys": (raw(b"kind: wgan\n" + b"".join(b"k%d: 1\n" % i for i in range(4000))), 2, "k0: unknown key"),
    "a long number": (raw(b"kind: wgan\nseed: " + b"9" * 10_000), 2, "is not valid YAML"),
    "a null character": (raw(b"kind: wgan\0"), 2, "is not valid YAML"),
    "a NaN": (config(("bound: 0.1", "bound: .nan")), 2, "critic.clip.bound: must be a finite number; got nan"),
    "minus infinity": (config(("kind: wgan", "kind: wgan\nmu: -.inf")), 2, "mu: must be a finite number; got -inf"),
    "a seed below zero": (config(("kind", "seed: -1\nkind")), 2, "seed: must be at least 0; got -1"),
    "a name with a slash": (config(("kind", "name: a/b\nkind")), 2, "name: must be letters, digits"),
    "an absolute name": (config(("kind", "name: /tmp/x\nkind")), 2, "name: must be letters, digits"),
    "a hidden name": (config(("kind", "name: .hidden\nkind")), 2, "begin with a letter or a digit"),
    "a long name": (config(("kind", f"name: {'x' * 300}\nkind")), 2, "name: must have at most 80"),
    "a digit that is none": (config(("[7]", "[17]")), 2, "data.classes.0: must be a class of mnist: 0 to 9; got 17"),
    "no digit at all": (config(("[7]", "[]")), 2, "data.classes: must have at least 1"),
    "warm-up to the end": (config(("games: 2,", "games: 2, warmup: 2,")), 2, "training.warmup: must be less than `games` (2)"),
    "a critic that never learns": (words("train", "c.yaml", "--set", "training.ratios.critic=0"), 2, "training.ratios.critic: must be at least 1"),
    "minibatch in the generator": (words("train", "c.yaml", "--set", "generator.minibatch=similarity"), 2, "is for the discriminator or critic"),
    "an averaged critic": (words("train", "c.yaml", "--set", "critic.ema=0.9"), 2, "is for the generator"),
    "a data set that is none": (words("train", "c.yaml", "--set", "data.set=cifar"), 2, "data.set: must be 'mnist'"),
    "an optimizer that is none": (words("train", "c.yaml", "--set", "critic.optimizer=adm"), 2, "did you mean 'adam'?"),
    "an override inside a number": (words("train", "c.yaml", "--set", "training.batch.x=1"), 2, "cannot set a key inside 4"),
    "an override past the end": (words("train", "c.yaml", "--set", "generator.shape.7=1"), 2, "must be a position from 0 to 2"),
    "an override with a tag": (words("train", "c.yaml", "--set", "seed=!!python/name:os.system"), 2, "YAML tags are not allowed"),
    "a sweep that is trained": (raw(b"sweep: {base: c.yaml, grid: {eta: [1, 2]}}"), 2, "holds a sweep of many runs"),
    "a file of images that is too large": (with_data({TRAIN: Large()}), 2, "at most 79,400,016 are read"),
    "a bomb of images": (with_data({TRAIN + ".gz": bomb(500_000_000)}), 2, "holds more than the 23,520 values its header says"),
    "a header of four thousand million": (with_data({TRAIN: struct.pack(">4I", 0x803, 2**32 - 1, 28, 28)}), 2, "must hold 1 to 100,000 samples"),
    "plot in a strange form": (words("plot", "latest", "--format", "gif"), 2, "'gif' is not one of 'png', 'svg', 'pdf'"),
    "no samples": (words("sample", "x", "-n", "0"), 2, "0 is not in the range"),
    "compare with nothing": (words("compare", "x", "y"), 2, "no run 'x' in runs"),
    "resume to no games": (words("resume", "x", "--games", "0"), 2, "0 is not in the range"),
    "a strange set": (words("data", "info", "cifar"), 2, "; got 'cifar'; did you mean 'cifar10'?"),
    "no config": (words("train"), 2, "Missing argument 'CONFIG'"),
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
    if name.startswith(("truncated", "foreign", "missing", "negative", "runs inside")):
        assert len(result.stderr.strip().splitlines()) == 1


HOSTILE = [
    "a shape of a thousand million", "a million layers", "nine thousand layers", "twenty thousand layers",
    "too many parameters", "an alias bomb", "brackets", "four thousand unknown keys", "a long number", "a NaN",
    "a name that climbs", "a file of images that is too large", "a bomb of images", "a header of four thousand million",
    "foreign images",
]  # fmt: skip
MEASURED = """
import resource, sys
from pathlib import Path
from gancli.cli import main
try:
    main(sys.argv[1:])
finally:  # not ru_maxrss, which begins with what the parent had
    used = resource.getrusage(resource.RUSAGE_SELF)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
    print(used.ru_utime + used.ru_stime, peak, file=sys.stderr)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_in_two_seconds_and_half_a_gigabyte(name: str, tmp_path: Path) -> None:
    prepare, code, message = CASES[name]
    result = subprocess.run([sys.executable, "-c", MEASURED, *prepare(tmp_path)], capture_output=True, text=True)
    assert result.returncode == code and message in result.stderr
    seconds, megabytes = result.stderr.splitlines()[-1].split()
    assert float(seconds) < 2, "of processor time, which a busy machine does not lengthen"
    assert int(megabytes) < 500


def test_the_largest_configuration_that_is_read(tmp_path: Path) -> None:
    assert len(CASES) >= 60
    (tmp_path / "c.yaml").write_text(GOOD + "# " + "x" * 199_000, encoding="utf-8")
    assert CliRunner().invoke(main, ["check", "c.yaml"]).exit_code == 0


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", "nowhere.yaml", "--debug"])
    assert result.exit_code == 2 and "Traceback" in result.stderr and "no such file" in result.stderr
