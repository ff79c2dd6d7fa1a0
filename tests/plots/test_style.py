"""Figures look the same whatever is set outside, are whole or absent, and leave a notebook as it was."""

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

from gancli.plots.style import drawing, save, subplots
from helpers import gancli, train

XOR = """
kind: supervised
name: small
engine: numpy
data: {set: xor, points: square, samples: 50}
network: {shape: [2, 4, 1], activation: tanh}
training: {games: 4, batch: 4}
test: {every: 2}
pictures: {every: 2}
"""


def plotted(folder: str, **variables: str) -> dict[str, bytes]:
    words = [sys.executable, "-m", "gancli", "plot", "small", "-o", folder]
    result = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **variables})
    assert result.returncode == 0, result.stderr
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@pytest.mark.slow
def test_a_user_s_settings_and_a_notebook_s_change_no_figure(tmp_path: Path) -> None:
    train(XOR)
    expected = plotted("plain")
    assert len(expected) >= 4
    own = tmp_path / "own"
    own.mkdir()
    (own / "matplotlibrc").write_text("image.origin: lower\ntext.usetex: True\nsavefig.dpi: 30\nfont.size: 30\n")
    styles = own / "matplotlib" / "stylelib"
    styles.mkdir(parents=True)
    (styles / "bad.mplstyle").write_bytes(b"axes.grid: \xff\xfe\n")
    settings = {"MPLBACKEND": "nonsense", "MATPLOTLIBRC": str(own), "XDG_CONFIG_HOME": str(own)}
    assert plotted("with settings", **settings) == expected
    Path("matplotlibrc").write_bytes(b"backend: module://evil\nimage.origin: lower\n\xff\xfe")
    Path("evil.py").write_text("open('ran', 'w')\n")
    assert plotted("in a folder with settings", MPLBACKEND="module://matplotlib_inline.backend_inline") == expected
    assert not Path("ran").exists()


def test_a_notebook_s_settings_are_as_before() -> None:
    before = dict(matplotlib.rcParams)
    with drawing():
        assert matplotlib.rcParams["svg.hashsalt"] == "gancli"
    assert dict(matplotlib.rcParams) == before
    code = "import os, gancli.plots.style, sys; print('matplotlib.pyplot' in sys.modules, os.environ['MPLBACKEND'])"
    environment = {**os.environ, "MPLBACKEND": "agg"}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert result.stdout.split() == ["False", "agg"], "pyplot would choose a backend"


@drawing()
def test_powers_of_ten_are_written_as_such_and_a_dollar_as_itself(tmp_path: Path) -> None:
    from gancli.plots.groups import called

    figure, axes = subplots()
    axes.set(yscale="log", ylim=(1, 1000), title=called("name", "$x$"))
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        drawn = save(figure, tmp_path / "a.svg").read_text()
    drawn = re.sub("<!--.*?-->", "", drawn)
    assert "mathdefault" not in drawn and ">$x$</text>" in drawn


@drawing()
def test_a_figure_is_whole_or_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    save(subplots()[0], path)
    content = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(subplots(2, 2)[0], path)
    assert path.read_bytes() == content and [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_output_elsewhere_replaces_nothing_unasked() -> None:
    folder, _ = train(XOR)
    Path("mine").mkdir()
    Path("mine/pictures.png").write_text("mine")
    refused = gancli("plot", "small", "-o", "mine")
    assert refused.exit_code == 2 and "-o: mine is not empty" in refused.stderr
    assert Path("mine/pictures.png").read_text() == "mine"
    assert gancli("plot", "small", "-o", "mine", "--force").exit_code == 0
    assert Path("mine/pictures.png").read_bytes()[:4] == b"\x89PNG"
    assert gancli("report", "small", "-o", "page.html").stdout == "page.html\n"
    refused = gancli("report", "small", "-o", "page.html")
    assert refused.exit_code == 2 and "page.html exists; choose another name, or --force" in refused.stderr
    assert "must end in .html" in gancli("report", "small", "-o", "page.txt").stderr
    assert "-o is for one RUN; got 2" in gancli("plot", "small", "small", "-o", "two").stderr
    assert not (folder.path / "plots").exists() and not (folder.path / "report.html").exists()
