"""`gancli init`, and commands that are given the name of a configuration that comes with gancli."""

import json
import sys
from pathlib import Path

import pytest

from cli.stand_ins import Terminal
from gancli import shipped
from gancli.cli import main
from gancli.cli.init import brief
from gancli.runs import RunFolder
from helpers import gancli


def test_the_list_has_a_line_for_each_and_what_it_needs() -> None:
    result = gancli("init")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *shipped.names()]
    assert "gancli init NAME" in result.stderr
    rows = {row["name"]: row for row in json.loads(gancli("init", "--format", "json").stdout)}
    needs = {name: (rows[name]["with"], rows[name]["takes"], rows[name]["data"]) for name in rows}
    assert needs["wgan_mnist7"] == ("train", "10 to 30 s", "offline")
    assert needs["report/fig1_6_xor_eta"] == ("sweep", "30 s", "offline")
    assert needs["dcgan_cifar10"][2] == "cifar10" and needs["own_table"][2] == "your own"
    assert needs["collapse/packing"][2] == needs["report/fig4_1_field"][2] == "offline"


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_in_a_terminal_each_is_a_line_that_fits_the_first_to_begin_with(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setattr(sys, "stdout", shown := Terminal())
    monkeypatch.setattr(sys, "stderr", said := Terminal())
    main(["init"], standalone_mode=False)
    lines = [line for line in shown.getvalue().splitlines() if line]
    assert max(map(len, lines)) <= columns
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(shipped.names())
    assert lines[0] == "to begin with:" and "the report, figure by figure:" in lines
    (ours,) = (line for line in lines if line.startswith("  wgan_mnist7 "))
    assert "A WGAN of two" in ours and ours.endswith("10 to 30 s")
    assert any(line.endswith("27 min *") for line in lines) and "gancli init PART" in said.getvalue()


def test_a_part_of_a_name_lists_those_that_have_it() -> None:
    for part in ("report", "REPORT"):
        assert [line.split()[0] for line in gancli("init", part).stdout.splitlines()[1:]] == [
            name for name in shipped.names() if "report" in name
        ]
    rows = json.loads(gancli("init", "fig1_3", "--format", "json").stdout)
    assert [row["name"] for row in rows] == ["report/fig1_3_neuron"] and not list(Path().iterdir())
    assert "does not come with gancli" in gancli("init", "report", "x.yaml").stderr
    assert "did you mean 'report'?" in gancli("init", "reprot").stderr


def test_a_sentence_is_cut_where_it_can_be() -> None:
    text = "A WGAN of two small perceptrons that draws 7s: the report's shapes"
    assert brief(text, 100) == text and brief(text, 50) == text[:45] and brief(text, 30) == "A WGAN of two small…"


@pytest.mark.parametrize("name", ["xor", "xor.yaml", "configs/xor.yaml"])
def test_a_copy_is_the_file_with_its_comments(name: str) -> None:
    result = gancli("init", name)
    assert (result.exit_code, result.stdout) == (0, "xor.yaml\n") and "next: gancli train xor.yaml" in result.stderr
    assert Path("xor.yaml").read_bytes() == shipped.names()["xor"].read_bytes()


def test_a_copy_goes_where_it_is_told_and_over_nothing() -> None:
    Path("folder").mkdir()
    assert gancli("init", "xor", "folder").stdout == "folder/xor.yaml\n"
    assert gancli("init", "xor", "a b.yaml").stderr == "next: gancli train 'a b.yaml'\n"
    Path("xor.yaml").write_text("mine")
    result = gancli("init", "xor")
    assert result.exit_code == 2 and "xor.yaml exists" in result.stderr and Path("xor.yaml").read_text() == "mine"
    assert gancli("init", "xor", "--force").exit_code == 0 and Path("xor.yaml").read_text() != "mine"
    assert gancli("init", "xor").exit_code == 0, "the same file is in nobody's way"
    for file, why in (("x.txt", "must end in .yaml"), ("none/x.yaml", "none is not a folder")):
        result = gancli("init", "xor", file)
        assert result.exit_code == 2 and why in result.stderr
    Path("f.yaml").mkdir()
    assert gancli("init", "xor", "f.yaml/f.yaml").exit_code == 0
    Path("xor2").mkdir()
    Path("xor2/xor.yaml").mkdir()
    assert "is a folder" in gancli("init", "xor", "xor2").stderr


@pytest.mark.parametrize("name", ["report/fig1_6_xor_eta", "tuning/wgan_mnist7"])
def test_the_copy_of_a_sweep_can_be_swept(name: str) -> None:
    result = gancli("init", name)
    base, copy = map(Path, result.stdout.splitlines())
    assert result.stderr == f"next: gancli sweep {copy}\n"
    dry = gancli("sweep", str(copy), "--dry-run")
    assert dry.exit_code == 0 and dry.stdout == gancli("sweep", name, "--dry-run").stdout
    base.write_text("mine")
    copy.unlink()
    result = gancli("init", name)
    assert result.exit_code == 2 and f"{base} exists" in result.stderr and not copy.exists(), "neither is written"


def test_what_does_not_come_with_gancli_is_said_with_what_does() -> None:
    assert "'wgan_mnist' does" not in gancli("init", "wgan_mnist77").stderr
    result = gancli("init", "wgan_mnist77")
    assert result.exit_code == 2 and "did you mean 'wgan_mnist7'?" in result.stderr
    for command in ("train", "check", "sweep"):
        result = gancli(command, "fig1_3_neuron.yaml")
        assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1
        assert "no such file" in result.stderr and "did you mean 'report/fig1_3_neuron'?" in result.stderr


def test_a_name_is_trained_checked_and_swept_and_said_to_come_along() -> None:
    few = ("--set", "training.games=3", "--set", "engine=numpy", "-q")
    result = gancli("train", "report/fig1_3_neuron", *few)
    assert result.exit_code == 0 and "note: report/fig1_3_neuron comes with gancli" in result.stderr
    folder = RunFolder(Path(result.stdout.splitlines()[-1]))
    assert "configuration: report/fig1_3_neuron, which comes with gancli" in (folder.path / "log.txt").read_text()
    check = gancli("check", "report/fig1_3_neuron")
    assert check.exit_code == 0 and "name: fig1_3_neuron" in check.stdout
    lines = gancli("check", "report/sec4_5_clip").stdout.splitlines()
    assert lines[0].startswith("gancli train wgan_mnist7 --set critic.clip.bound=0.01"), "its base, by its name"
    dry = gancli("sweep", "xor", "--grid", "eta=1,2", "--dry-run")
    assert dry.exit_code == 0 and len(dry.stdout.splitlines()) == 3


def test_a_file_of_that_name_comes_first_and_a_folder_does_not() -> None:
    text = "kind: supervised\nname: mine\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 2}\n"
    Path("xor").mkdir()
    assert "name: xor" in gancli("check", "xor").stdout
    Path("xor.yaml").write_text(text)
    result = gancli("check", "xor.yaml")
    assert "name: mine" in result.stdout and "comes with gancli" not in result.stderr
    assert gancli("train", ".").exit_code == 2
    result = gancli("check", "xor")
    assert "name: mine" in result.stdout and "note: xor.yaml, as there is no file xor" in result.stderr


def test_paths_of_one_that_comes_along_are_from_where_one_stands() -> None:
    Path("my_table.csv").write_text("a,b\n" + "1,2\n2,3\n3,5\n" * 40)
    text = (
        "own_table",
        "--set",
        "data.label=null",
        "--set",
        "generator.shape=[2, 2]",
        "--set",
        "discriminator.shape=[2, 1]",
    )
    result = gancli("check", *text)
    assert result.exit_code == 0 and f"path: {Path('my_table.csv').absolute()}" in result.stdout, result.output


def test_the_base_of_a_sweep_may_be_one_that_comes_along() -> None:
    Path("s.yaml").write_text("sweep: {base: wgan_mnist7, grid: {training.games: [5, 6]}}")
    result = gancli("check", "s.yaml")
    assert result.stdout.startswith("gancli train wgan_mnist7 --set training.games=5"), result.output


def test_a_sweep_that_is_trained_is_told_the_command_that_plays_it() -> None:
    result = gancli("train", "report/fig1_6_xor_eta")
    assert result.exit_code == 2 and result.stderr.endswith("plays them: gancli sweep report/fig1_6_xor_eta\n")
