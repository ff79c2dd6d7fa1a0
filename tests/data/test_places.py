"""Where data are looked for and kept: no home, other users' folders, names of any bytes; another package named mnist."""

import errno
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from four_files import sums, write

from gancli import data
from gancli.data import DataError, cache, idx, places
from gancli.data.fetch import fetch
from gancli.data.files import readable
from gancli.data.sets import IDX, SETS

NAMED_BY_BYTES = os.fsdecode(b"donn\xe9es")
"""As a Latin-1 machine named it."""
posix = pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")


def test_without_a_home_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was kept in a folder named `~`, wherever one stood."""
    monkeypatch.setattr(cache, "user_cache_dir", lambda name: f"~/.cache/{name}")
    assert cache.cache_folder() is None and places.downloads(SETS["mnist"]) is None
    assert len(data.load("mnist").train.samples) == 4500
    assert not list(tmp_path.iterdir())
    with pytest.raises(DataError, match=r"no home folder to fetch into; set \$XDG_CACHE_HOME"):
        fetch("mnist", print)

    def no_home(name: str) -> str:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(cache, "user_cache_dir", no_home)
    assert len(data.load("mnist").train.samples) == 4500


HOMELESS = """
import os, sys
from gancli import data, runs, spec
from gancli.cli import main
from gancli.data import fetch
os.environ["XDG_CACHE_HOME"] = "/proc/nowhere"
data.load("mnist")  # what it imports may be in root's home
del os.environ["XDG_CACHE_HOME"]
os.setgid(54321), os.setuid(54321)
main(sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root becomes someone else")
@pytest.mark.parametrize("home", [{}, {"HOME": "/"}, {"HOME": "/root"}, {"HOME": "/nowhere"}])
def test_one_who_has_no_account_has_data(home: dict[str, str]) -> None:
    if any(not parent.stat().st_mode & 0o001 for parent in Path(idx.__file__).parents):
        pytest.skip("others cannot read the bundled data")
    for words, code, said in ((["info"], 0, "bundled"), (["fetch"], 2, "set $XDG_CACHE_HOME")):
        command = [sys.executable, "-c", HOMELESS, "data", *words, "mnist"]
        result = subprocess.run(
            command, env={"PATH": os.environ["PATH"], **home}, cwd="/", capture_output=True, text=True
        )
        assert result.returncode == code and said in result.stdout + result.stderr, result.stderr
        assert "Traceback" not in result.stderr and not Path("/~").exists()


@pytest.mark.parametrize("path", ["~nobody-of-this-name", "~nobody-of-this-name/mnist"])
def test_a_user_who_does_not_exist_is_an_error(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    with pytest.raises(DataError, match=f"data.path: {path}: there is no such user's folder; write it out"):
        data.load("mnist", path=path)
    monkeypatch.setenv("GANCLI_DATA", path)
    with pytest.raises(DataError, match=r"\$GANCLI_DATA: ~nobody"):
        data.load("mnist")


def test_a_folder_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is named is an error; another user's cache is as good as none."""
    is_file, is_dir = Path.is_file, Path.is_dir

    def refused(function: Any) -> Any:
        def look(path: Path) -> bool:
            if "closed" in path.parts:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return bool(function(path))

        return look

    monkeypatch.setattr(Path, "is_file", refused(is_file))
    monkeypatch.setattr(Path, "is_dir", refused(is_dir))
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / "closed")
    assert data.load("mnist").facts["bundled"]
    with pytest.raises(DataError, match="closed: cannot be looked into: Permission denied"):
        data.load("mnist", path=str(tmp_path / "closed"))
    monkeypatch.setenv("GANCLI_DATA", str(tmp_path / "closed"))
    with pytest.raises(DataError, match=r"\$GANCLI_DATA: .*closed cannot be looked into: Permission denied"):
        data.load("mnist")


@posix
def test_names_of_any_bytes_are_read_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / NAMED_BY_BYTES)
    found = data.load("mnist", path=str(folder))
    assert len(found.train.samples) == 30 and found.origin == rf"data.path ({tmp_path}/donn\xe9es)"
    monkeypatch.setenv("GANCLI_DATA", str(folder))
    assert data.load("mnist").origin.encode().endswith(rb"donn\xe9es)")
    monkeypatch.setattr(places, "downloads", lambda info: folder)
    monkeypatch.delenv("GANCLI_DATA")
    assert data.load("mnist").origin.encode().endswith(rb"donn\xe9es)")
    (folder / "t10k-labels-idx1-ubyte").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        data.load("mnist", path=str(folder))
    assert rb"donn\xe9es/t10k-labels-idx1-ubyte: is cut short" in str(caught.value).encode()


@posix
@pytest.mark.parametrize("form", ["table", "json"])
def test_the_commands_take_names_of_any_bytes(tmp_path: Path, form: str) -> None:
    folder = os.fsencode(write(tmp_path / NAMED_BY_BYTES))
    words = [os.fsencode(sys.executable), b"-m", b"gancli", b"data"]
    for env, more in (({}, [b"--path", folder]), ({b"GANCLI_DATA": folder}, [])):
        result = subprocess.run(
            [*words, b"info", b"mnist", b"--format", form.encode(), *more],
            env={**os.environb, **env},
            capture_output=True,
        )
        assert result.returncode == 0 and rb"donn\xe9es" in result.stdout.replace(rb"\\", b"\\"), result.stderr
        if form == "json":
            assert json.loads(result.stdout)["from"].endswith(r"donn\xe9es)")
    result = subprocess.run([*words, b"info", b"mnist", b"--path", folder + b"\xff"], capture_output=True)
    assert result.returncode == 2 and rb"donn\xe9es\xff has no train-images" in result.stderr


@posix
def test_where_it_was_fetched_to_is_printed_in_its_own_bytes(tmp_path: Path) -> None:
    """For a script that goes there."""
    folder = tmp_path / NAMED_BY_BYTES / "gancli" / "mnist"
    write(folder, ".gz")
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from four_files import SETS, as_mnist\n"
    code += f"SETS['mnist'] = as_mnist({sums(folder)!r})\n"
    code += "from gancli.cli import main; main(['data', 'fetch', 'mnist'])"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / NAMED_BY_BYTES)}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert result.stdout == os.fsencode(folder) + b"\n", result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("données 数", "données 数"),
        ("\udcff", r"\xff"),
        ("\ud800x", r"\ud800x"),
        ("\udcc3\udca9", "é"),
    ],
)
def test_readable_text_is_utf8(text: str, expected: str) -> None:
    assert readable(text) == expected and str(DataError(text)) == expected
    assert readable(text).encode("utf-8")


def test_a_program_named_mnist_where_one_stands_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor another package of this name, which took the place of the one that reads the files."""
    (tmp_path / "mnist.py").write_text("raise SystemExit('run')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(cache, "cache_folder", lambda: None)
    monkeypatch.setitem(sys.modules, "mnist", None)
    assert len(data.load("mnist", path=str(write(tmp_path / "d"))).train.samples) == 30
    words = [sys.executable, "-m", "gancli", "data", "info", "mnist"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    result = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert result.returncode == 0 and "bundled" in result.stdout, result.stderr


def test_python_mnist_that_is_gone_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "cache_folder", lambda: None)
    folder = str(write(tmp_path / "d"))
    remedy = "pip install --force-reinstall --no-deps python-mnist"

    class Distribution:
        def locate_file(self, path: str) -> Path:
            return tmp_path / path

    def gone(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    for find, content in ((gone, None), (lambda _: Distribution(), None), (lambda _: Distribution(), "x = 1"),
                          (lambda _: Distribution(), "syntax error")):  # fmt: skip
        if content:
            (tmp_path / "mnist").mkdir(exist_ok=True)
            (tmp_path / "mnist" / "loader.py").write_text(content)
        monkeypatch.setattr(metadata, "distribution", find)
        with pytest.raises(DataError, match=remedy):
            data.load("mnist", path=folder)


def test_a_file_is_what_it_holds_whatever_it_is_called(tmp_path: Path) -> None:
    """Browsers unpack a .gz and keep its name."""
    raw, packed = write(tmp_path / "raw"), write(tmp_path / "packed", ".gz")
    name = IDX[0]
    (raw / name).rename(raw / f"{name}.gz")
    (packed / f"{name}.gz").rename(packed / name)
    counts = [len(data.load("mnist", path=str(folder)).train.samples) for folder in (raw, packed)]
    assert counts == [30, 30]
