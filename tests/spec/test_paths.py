"""A relative `data.path` is from the file that says it, and from where one stands on the command line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gancli import spec
from gancli.data.mnist import BUNDLED
from gancli.runs import RunFolder, SweepFolder
from helpers import gancli

TEXT = """
kind: wgan
name: small
engine: numpy
data: {classes: [7], path: digits}
generator: {shape: [4, 6, 784]}
critic: {shape: [784, 5, 1], clip: {bound: 0.1}, optimizer: rmsprop}
training: {games: 4, batch: 4}
checkpoint: {every: 2}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(BUNDLED, folder / "digits")
    (folder / "c.yaml").write_text(TEXT, encoding="utf-8")
    return folder


def path_of(source: Path, *settings: str) -> str:
    return spec.load(source, list(settings)).data()["data"]["path"]  # type: ignore[no-any-return]


def test_a_path_is_from_its_file_or_from_where_one_stands(project: Path, tmp_path: Path) -> None:
    assert path_of(project / "c.yaml") == str(project / "digits")
    assert path_of(Path("project/c.yaml")) == str(project / "digits")
    assert path_of(project / "c.yaml", "data.path=here") == str(tmp_path / "here")
    assert path_of(project / "c.yaml", "data={path: here}") == str(tmp_path / "here")
    assert path_of(project / "c.yaml", "data.path=~/digits") == "~/digits"
    assert path_of(project / "c.yaml", "data.path=/else/where") == "/else/where"


def test_a_run_goes_on_and_is_repeated_wherever_one_stands(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = gancli("train", "project/c.yaml", "-q")
    assert result.exit_code == 0, result.stderr
    run = RunFolder(tmp_path / result.stdout.strip())
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    for words in (["resume", str(run.path), "--games", "6"], ["evaluate", str(run.path), "--quick", "--samples", "100"],
                  ["train", str(run.config), "-q"]):  # fmt: skip
        result = gancli(*words)
        assert result.exit_code == 0, result.stderr


def test_the_values_of_a_sweep_are_from_its_file(project: Path, tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, project / "plans" / "more")
    (project / "plans" / "s.yaml").write_text(
        "sweep: {base: ../c.yaml, grid: {data.path: [more, ../digits]}}", encoding="utf-8"
    )
    cells = spec.load_sweep(Path("project/plans/s.yaml")).cells
    paths = [Path(cell.resolved.data()["data"]["path"]) for cell in cells]
    assert [path.resolve() for path in paths] == [project / "plans" / "more", project / "digits"]
    assert all(path.is_absolute() for path in paths)
    (project / "plans" / "d.yaml").write_text(
        "sweep: {base: ../c.yaml, grid: {data: [{path: more}, {path: /digits}, {classes: [7]}]}}", encoding="utf-8"
    )
    cells = spec.load_sweep(project / "plans" / "d.yaml").cells
    paths = [cell.resolved.data()["data"].get("path") for cell in cells]
    assert paths == [str(project / "plans" / "more"), "/digits", None]
    for axis, key in (
        ("generator.weights: [../old]", "generator.weights"),
        ("log: [[{name: tensorboard, folder: ../old}]]", "log.0.folder"),
    ):
        (project / "plans" / "w.yaml").write_text(f"sweep: {{base: ../c.yaml, grid: {{{axis}}}}}", encoding="utf-8")
        (cell,) = spec.load_sweep(Path("project/plans/w.yaml"), seeds=1).cells
        assert Path(spec.flat(cell.resolved.data())[key]) == project / "plans" / "../old", key
    (project / "plans" / "b.yaml").write_text("sweep: {base: ../c.yaml, grid: {eta: [1, 2]}}", encoding="utf-8")
    (first, _) = spec.load_sweep(Path("project/plans/b.yaml")).cells
    assert Path(first.resolved.data()["data"]["path"]).resolve() == project / "digits"
    (cell,) = spec.load_sweep(Path("project/c.yaml"), grid=["data.path=here"]).cells
    assert cell.resolved.data()["data"]["path"] == str(tmp_path / "here")


@pytest.mark.parametrize("bad", ["5", "[1]", "{a: 1}", "''"])
def test_what_is_no_path_is_refused_as_before(project: Path, bad: str) -> None:
    result = gancli("check", "project/c.yaml", "--set", f"data.path={bad}")
    assert result.exit_code in (0, 2) and "please report" not in result.stderr


@pytest.mark.slow
def test_files_that_can_be_read_once(project: Path) -> None:
    script = (
        f"cd '{project}'; for words in check 'sweep --dry-run --seeds 2' 'train -q'; do "
        f"{sys.executable} -m gancli $words /dev/stdin < <(cat c.yaml) || exit 9; "
        f"{sys.executable} -m gancli $words <(cat c.yaml) || exit 9; done; {sys.executable} -m gancli train -q /dev/stdin < c.yaml || exit 9"
    )
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env={**os.environ})
    assert result.returncode == 0, result.stderr
    runs = [RunFolder(path) for path in (project / "runs").iterdir()]
    assert [run.record()["spec"]["data"]["path"] for run in runs] == [str(project / "digits")] * 3, (
        "from where one stands"
    )
    sweeping = f"cd '{project}'; {sys.executable} -m gancli sweep <(cat c.yaml) --seeds 2 --jobs 1 -q"
    result = subprocess.run(["bash", "-c", sweeping], capture_output=True, text=True)
    assert result.returncode == 0 and "small-sweep" in result.stdout, result.stderr
    assert SweepFolder(project / result.stdout.strip()).record()["status"] == "completed"


@pytest.mark.slow
def test_folders_of_any_bytes(project: Path) -> None:
    script = (
        f"cd '{project}'; mkdir $'\\xff'; mv c.yaml digits $'\\xff'; cd $'\\xff'; {sys.executable} -m gancli train c.yaml -q || exit 9; "
        f"{sys.executable} -m gancli resume latest --games 6 || exit 8; mv digits $'\\xfe'; cd ..; "
        f"{sys.executable} -m gancli train $'\\xff/c.yaml' -q --set data.path=$'\\xff/\\xfe' || exit 7; "
        f"{sys.executable} -m gancli train runs/*/config.yaml -q || exit 6; {sys.executable} -m gancli check $'\\xff/c.yaml'"
    )
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, errors="surrogateescape")
    assert result.returncode == 0, result.stderr
    run = RunFolder(next((project / "runs").iterdir()))
    assert (
        spec.load(run.config).data()["data"]["path"]
        == f"{project}/\udcff/\udcfe"
        == run.record()["spec"]["data"]["path"]
    )
