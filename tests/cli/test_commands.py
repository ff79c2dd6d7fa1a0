"""The commands that look: plot, sample, ls, show, check, schema, data."""

import csv
import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import helpers
from gancli.cli import main
from gancli.plots import plot_run
from helpers import gancli
from plots.by_hand import figures, run

WGAN = """
kind: wgan
name: small
data: {classes: [7]}
generator: {shape: [4, 6, 784], mu: 0.1, optimizer: {name: rmsprop, eta: 0.01}}
critic: {shape: [784, 5, 1], activation: relu, clip: {bound: 0.1}, optimizer: {name: rmsprop, eta: 0.01}}
training: {games: 20, batch: 8}
test: {every: 5, batches: 2}
pictures: {every: 10, count: 6}
"""
OTHERS = {
    "gan": WGAN.replace("kind: wgan", "kind: gan")
    .replace("critic:", "discriminator:")
    .replace("clip: {bound: 0.1}, ", ""),
    "mnist": "kind: supervised\nnetwork: {shape: [784, 5, 10]}\ntraining: {games: 20, batch: 8}\npictures: {every: 10}\n",
    "xor": "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 20}\npictures: {every: 10}\n",
    "line": "kind: supervised\ndata: {set: line}\nnetwork: {shape: [2, 1]}\ntraining: {games: 20}\npictures: {every: 10}\n",
    "ring": "kind: gan\ndata: {set: ring}\ngenerator: {shape: [2, 4, 2]}\ndiscriminator: {shape: [2, 4, 1]}\n"
    "training: {games: 20, batch: 8}\npictures: {every: 10}\n",
    "game2d": "kind: game2d\ntraining: {games: 20}\n",
}


def train(text: str = WGAN) -> Path:
    return helpers.train(text, "-q")[0].path


EXPECTED = {
    "wgan": {"wasserstein", "scores", "gradients", "distances", "pictures", "weights-generator", "weights-critic", "filters-critic", "last-bias-generator"},
    "gan": {"scores", "losses", "divergence", "gradients", "distances", "pictures", "weights-generator", "weights-discriminator", "filters-discriminator", "last-bias-generator"},
    "mnist": {"losses", "accuracy", "pictures", "confusion", "errors", "weights-network", "filters-network"},
    "xor": {"losses", "accuracy", "pictures", "last", "weights-network"},
    "line": {"losses", "accuracy", "pictures", "last", "weights-network"},
    "ring": {"scores", "losses", "divergence", "gradients", "distances", "pictures", "last", "weights-generator", "weights-discriminator"},
    "game2d": {"equilibrium", "trajectory", "pictures"},
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_training_leaves_what_the_figures_are_made_of(kind: str) -> None:
    """What is in them, `tests/plots` says, of files that are written by hand."""
    made = train(OTHERS.get(kind, WGAN) + "engine: numpy\n")
    assert {Path(name).stem for name in figures(plot_run, made)} == EXPECTED[kind]


def test_plot_writes_its_figures_into_the_run() -> None:
    made = train(OTHERS["xor"] + "engine: numpy\n")
    result = gancli("plot", "latest", "--gif")
    assert result.exit_code == 0
    assert {Path(line).stem for line in result.stdout.splitlines()} == {*EXPECTED["xor"], "animation"}
    for line in result.stdout.splitlines():
        assert Path(line).parent == made / "plots"
        with Image.open(line) as picture:
            assert getattr(picture, "n_frames", 1) == (3 if line.endswith("gif") else 1)
            assert np.asarray(picture.convert("L")).std() > 1, "an empty picture"


@pytest.mark.parametrize(("form", "head"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_plot_in_other_formats(form: str, head: bytes) -> None:
    made = run([{"game": 0, "loss": 1.0}])
    (line,) = gancli("plot", str(made), "--format", form).stdout.splitlines()
    assert line == str(made / "plots" / f"losses.{form}") and Path(line).read_bytes().startswith(head)


def test_plot_needs_only_the_runs_files() -> None:
    made = train(OTHERS["xor"] + "engine: numpy\n")
    for part in ("images", "checkpoints"):
        for path in (made / part).iterdir():
            path.unlink()
    with (made / "metrics.jsonl").open("a") as file:
        file.write('{"game": 25, "accur')  # killed while writing
    assert [Path(line).stem for line in gancli("plot", "latest").stdout.splitlines()] == ["losses", "accuracy"]
    result = gancli("plot", "latest", "--gif")
    assert result.exit_code == 2 and "no pictures to animate: those in `images` are gone" in result.stderr
    assert gancli("train", result.stderr.split("gancli train ")[1].strip(), "-q").exit_code == 0
    assert gancli("plot", "latest", "--gif").exit_code == 0, "the advice does not help"


def test_an_animation_of_what_was_not_drawn_says_how_to_draw_it() -> None:
    train(OTHERS["xor"].replace("pictures: {every: 10}", ""))
    result = gancli("plot", "latest", "--gif")
    assert result.exit_code == 2 and "it was trained without; train with `pictures: {every: …}`" in result.stderr
    run = train(OTHERS["game2d"])
    for path in (run / "images").iterdir():
        path.unlink()
    result = gancli("plot", "latest", "--gif")
    assert result.exit_code == 2 and "the field in `images`, or the metrics, are gone" in result.stderr


def test_sample_npz_is_what_it_says() -> None:
    train()
    assert gancli("sample", "latest", "-n", "30", "-o", "a.npz", "--seed", "5").exit_code == 0
    with np.load("a.npz", allow_pickle=False) as found:
        images, latents = found["images"], found["latents"]
    assert images.shape == (30, 1, 28, 28) and images.dtype == np.float32
    assert images.min() >= 0 and images.max() <= 1 and latents.shape == (30, 4)
    gancli("sample", "latest", "-n", "30", "-o", "b.npz", "--seed", "5")
    gancli("sample", "latest", "-n", "30", "-o", "c.npz", "--seed", "6")
    with np.load("b.npz") as same, np.load("c.npz") as other:
        assert np.array_equal(images, same["images"]) and not np.array_equal(images, other["images"])


def test_sample_writes_a_grid_and_never_over_a_file() -> None:
    train()
    assert gancli("sample", "latest", "-n", "12", "-o", "a.png").exit_code == 0
    with Image.open("a.png") as picture:
        assert picture.size == (2 * (4 * 30 + 2), 2 * (3 * 30 + 2))
    Path("a.png").write_text("mine")
    result = gancli("sample", "latest", "-o", "a.png")
    assert result.exit_code == 2 and "--force" in result.stderr and Path("a.png").read_text() == "mine"
    assert gancli("sample", "latest", "-o", "a.png", "--force").exit_code == 0


def test_ls_and_show_in_each_format() -> None:
    run = train()
    assert all(word in gancli("ls").stdout for word in (run.name, "completed", "sample_distance"))
    (row,) = json.loads(gancli("ls", "--format", "json").stdout)
    assert row["run"] == run.name and row["game"] == 20 and row["status"] == "completed"
    (row,) = csv.DictReader(io.StringIO(gancli("ls", "--format", "csv").stdout))
    assert row["run"] == run.name and float(row["fake_score"])
    shown = json.loads(gancli("show", "small", "--format", "json").stdout)
    assert shown["status"] == "completed" and shown["last"]["game"] == 20 and shown["seed"] == 0
    assert "data.origin" in gancli("show", str(run)).stdout
    rows = list(csv.DictReader(io.StringIO(gancli("show", run.name, "--format", "csv").stdout)))
    assert [row["game"] for row in rows] == ["0", "5", "10", "15", "20"]


def test_ls_of_nothing_and_of_a_damaged_run() -> None:
    assert gancli("ls").exit_code == 0
    run = train()
    (run / "run.json").write_text("{", encoding="utf-8")
    result = gancli("ls")
    assert result.exit_code == 0 and "run.json: cannot be read" in result.stderr


def test_check_prints_a_config_that_runs_and_counts_parameters() -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = gancli("check", "c.yaml", "--set", "seed=9")
    assert result.exit_code == 0 and "seed: 9" in result.stdout
    assert "4 → 6" in result.stdout and f"in all: {4 * 6 + 6 + 6 * 784 + 784:,d} parameters" in result.stdout
    Path("d.yaml").write_text(result.stdout, encoding="utf-8")  # the tables are comments
    assert gancli("check", "d.yaml").stdout == result.stdout
    assert not Path("runs").exists()


def test_check_lists_the_cells_of_a_sweep_as_commands() -> None:
    Path("c.yaml").write_text(OTHERS["xor"], encoding="utf-8")
    Path("s.yaml").write_text(
        "sweep: {base: c.yaml, grid: {network.shape: [[2, 1], [2, 3, 1]]}, seeds: 2}", encoding="utf-8"
    )
    lines = gancli("check", "s.yaml").stdout.splitlines()
    assert lines[-1] == "gancli train c.yaml --set 'network.shape=[2, 3, 1]' --seed 1" and len(lines) == 4
    assert gancli(*shlex.split(lines[-1])[1:]).exit_code == 0
    result = gancli("check", "s.yaml", "--set", "seed=3")
    assert result.exit_code == 2 and "s.yaml is a sweep" in result.stderr
    result = gancli("train", "s.yaml")
    assert result.exit_code == 2 and "gancli sweep s.yaml" in result.stderr


def test_points_are_sampled_as_numbers_or_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    train(OTHERS["ring"])
    assert gancli("sample", "latest", "-n", "5", "-o", "a.npz").exit_code == 0
    with np.load("a.npz") as found:
        assert found["points"].shape == (5, 2)
        expected = found["points"]
    drawn = []
    monkeypatch.setattr("gancli.plots.points.save", lambda figure, path: drawn.append(figure) or path)
    assert gancli("sample", "latest", "-n", "5", "-o", "a.png").exit_code == 0
    (dots,) = drawn[0].axes[0].collections
    assert dots.get_offsets().data == pytest.approx(expected)


def test_data_list_and_info() -> None:
    listed = gancli("data", "list").stdout
    assert "mnist" in listed and "4,500 + 500" in listed and "the bundled MNIST-5k" in listed and "xor" in listed
    assert json.loads(gancli("data", "info", "mnist", "--format", "json").stdout)["train"] == 4500
    assert "sha256 train-images-idx3-ubyte" in gancli("data", "info", "mnist").stdout


def test_every_command_has_help_that_documents_its_options() -> None:
    def walk(command: object, name: str) -> None:
        assert command.help and command.help.strip().endswith("."), name  # type: ignore[attr-defined]
        for key, child in getattr(command, "commands", {}).items():
            walk(child, f"{name} {key}")

    for name, command in main.commands.items():  # type: ignore[attr-defined]
        walk(command, name)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for name in main.commands:  # type: ignore[attr-defined]
        assert f"`gancli {name}" in readme, f"the README does not name `gancli {name}`"


def test_a_reader_that_has_read_enough_is_no_error(tmp_path: Path) -> None:
    config = tmp_path / "xor.yaml"
    config.write_text(
        "kind: supervised\nengine: numpy\nnetwork: {shape: [2, 4, 1]}\ndata: {set: xor}\ntraining: {games: 10}\n"
    )
    words = [sys.executable, "-m", "gancli", "check", str(config)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == "" and process.wait() == 0


def test_the_last_line_of_progress_shows_the_last_test() -> None:
    """The last game's own figures, not those of the test before it; said once, and not at all with -q."""
    folder, result = helpers.train(OTHERS["mnist"])
    lines = [line for line in result.stderr.splitlines() if line.startswith("game ")]
    key, value = list(folder.rows()[-1].items())[2]
    assert len(lines) == 1 and lines[0].startswith(f"game 20/20  {key} {value:.4g}")
    assert "game " not in helpers.train(OTHERS["mnist"], "-q")[1].stderr
