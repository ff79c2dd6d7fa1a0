"""Runs judged: the bundled judge, tables of generators that are known to be bad, figures in training, the alarm."""

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import helpers
from experiment.test_runs import GAN, WGAN
from gancli import data
from gancli.evaluation.table import Row, measure_images, measure_points
from gancli.experiment.evaluator import Evaluator
from gancli.experiment.judges import BUNDLED, bundled_judge, pixels
from helpers import gancli

RING = """
kind: gan
name: small
data: {set: ring}
generator: {shape: [4, 6, 2], optimizer: {name: adam, eta: 0.01}}
discriminator: {shape: [2, 9, 1], optimizer: {name: adam, eta: 0.01}}
training: {games: 40, batch: 8}
test: {every: 10, batches: 2}
evaluate: {every: 20, samples: 100}
pictures: {every: 40, count: 50}
"""


def again(x: np.ndarray) -> Any:  # type: ignore[type-arg]
    """Draws the rows of x over and over."""
    rows = itertools.cycle(range(len(x)))
    return lambda count: x[[next(rows) for _ in range(count)]]


def table(own: np.ndarray) -> dict[str, Row]:  # type: ignore[type-arg]
    mnist = data.load("mnist")
    splits = pixels(mnist, mnist.train), pixels(mnist, mnist.test)
    result = measure_images(again(own), *splits, mnist.train.labels, bundled_judge(), np.random.default_rng(0), 500)
    return {row.name: row for row in result.rows}


def points(own: np.ndarray, ring: data.Dataset) -> dict[str, Row]:  # type: ignore[type-arg]
    assert ring.modes is not None
    splits = ring.train.samples, ring.test.samples
    result = measure_points(again(own), *splits, ring.modes, ring.std, np.random.default_rng(0), 400)
    return {row.name: row for row in result.rows}


@pytest.fixture(scope="module")
def mnist() -> data.Dataset:
    return data.load("mnist")


def test_the_bundled_judge_is_what_its_card_says(mnist: data.Dataset) -> None:
    card = (BUNDLED / "README.md").read_text(encoding="utf-8")
    weights = BUNDLED / "weights.npz"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() in card and weights.stat().st_size < 1_000_000
    judgement = bundled_judge().predict(pixels(mnist, mnist.test))
    assert judgement.features.shape == (500, 128) and judgement.predictions.sum(axis=1) == pytest.approx(
        np.ones(500), abs=1e-5
    )
    assert (judgement.predictions.argmax(axis=1) == mnist.test.labels).mean() > 0.98


@pytest.mark.slow
def test_real_images_are_as_good_as_real_images(mnist: data.Dataset) -> None:
    found = table(pixels(mnist, mnist.test))
    for name in ("frechet", "score", "precision", "coverage", "wasserstein"):
        row = found[name]
        assert row.own.value == pytest.approx(row.real.value, rel=0.35 if name == "frechet" else 0.1), name
    assert found["score"].real.value > 9 and found["classes"].real.value == 10
    assert found["frechet"].real.half > 0 and found["wasserstein"].real.half >= 0


@pytest.mark.slow
def test_a_generator_that_copies_the_training_set_is_caught(mnist: data.Dataset) -> None:
    found = table(pixels(mnist, mnist.train)[:500])
    assert found["nearest_train"].own.value == 0.0 and found["nearest_train"].real.value > 3
    assert found["precision"].own.value == pytest.approx(found["precision"].real.value, abs=0.2)


@pytest.mark.slow
def test_a_generator_that_repeats_one_image_is_caught_where_precision_praises_it(mnist: data.Dataset) -> None:
    train = pixels(mnist, mnist.train)
    noise = 1e-3 * np.random.default_rng(0).random((500, 784), np.float32)
    found = table(np.clip(train[7] + noise, 0, 1).astype(np.float32))
    assert found["precision"].own.value > 0.95
    assert found["coverage"].own.value < 0.05 and found["duplicates"].own.value > 0.95
    assert found["score"].own.value == pytest.approx(1.0, abs=0.01) and found["classes"].own.value == 1
    assert found["frechet"].own.value > 20 * found["frechet"].real.value and found["shares_kl"].own.value > 2


@pytest.mark.slow
def test_noise_is_no_digit() -> None:
    found = table(np.random.default_rng(0).random((500, 784), np.float32))
    assert found["coverage"].own.value < 0.05 and found["frechet"].own.value > 20 * found["frechet"].real.value
    assert found["wasserstein"].own.value > 1.5 * found["wasserstein"].real.value
    assert found["parzen"].own.value < found["parzen"].real.value


def test_points_that_are_the_datas_and_points_of_one_mode() -> None:
    ring = data.load("ring", np.random.default_rng(0))
    assert ring.modes is not None
    good = points(ring.test.samples[:4000], ring)
    assert good["modes"].own.value == 8 and good["quality"].own.value > 0.97 and good["reverse_kl"].own.value < 0.02
    bad = points(np.repeat(ring.modes[:1].astype(np.float32), 400, axis=0), ring)
    assert bad["modes"].own.value == 1 and bad["quality"].own.value == 1.0
    assert bad["wasserstein"].own.value > 5 * bad["wasserstein"].real.value


def test_a_run_is_evaluated_and_the_table_kept() -> None:
    folder, _ = helpers.train(WGAN)
    result = gancli("evaluate", "small", "--samples", "200", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert json.loads((folder.path / "evaluation.json").read_text()) == found
    assert found["game"] == 40 and found["judge"] == "the bundled judge of MNIST"
    assert {"frechet", "score", "share_7", "wasserstein", "parzen", "nearest_train"} <= set(found["measures"])
    assert set(found["measures"]["frechet"]) == {"value", "±", "real", "real ±", "better"}
    again = gancli("evaluate", "small", "--samples", "200", "--format", "json")
    assert json.loads(again.stdout) == found, "the same seed, the same numbers"
    text = gancli("evaluate", "small", "--samples", "200").stdout
    assert "lower is better" in text and "real data" in text


def test_a_run_of_points_is_evaluated() -> None:
    helpers.train(RING)
    found = json.loads(gancli("evaluate", "small", "--samples", "300", "--format", "json").stdout)["measures"]
    assert found["modes"]["real"] == 8 and found["quality"]["real"] > 0.97


def test_another_judge_and_what_is_none() -> None:
    helpers.train(WGAN)
    judge = (
        "kind: supervised\nname: mine\nnetwork: {shape: [784, 20, 10], output: softmax, activation: relu, init: he}\n"
    )
    mine, _ = helpers.train(judge + "training: {games: 60, batch: 32, loss: cross_entropy}\n")
    words = ["evaluate", "small", "--samples", "200", "--format", "json"]
    assert json.loads(gancli(*words, "--judge", "mine").stdout)["judge"] == str(mine.path)
    refused = gancli(*words, "--judge", "small")
    assert refused.exit_code == 2 and "is no judge" in refused.stderr
    helpers.train(judge.replace("softmax", "sigmoid").replace("mine", "other") + "training: {games: 5, batch: 32}\n")
    assert "its outputs are no probabilities" in gancli(*words, "--judge", "other").stderr
    assert "has no generator" in gancli("evaluate", "mine").stderr


@pytest.mark.parametrize("text", [WGAN + "evaluate: {every: 20, samples: 100}\n", RING], ids=["wgan", "ring"])
def test_figures_of_the_judge_in_training_change_nothing_else(text: str) -> None:
    folder, _ = helpers.train(text)
    rows = folder.rows()
    name = "modes" if "ring" in text else "frechet"
    assert [name in row for row in rows] == [True, False, True, False, True]
    plain, _ = helpers.train("\n".join(line for line in text.splitlines() if not line.startswith("evaluate")))
    assert [{key: value for key, value in row.items() if key in other and key != "seconds"} for row, other in zip(rows, plain.rows(), strict=True)] == [
        {key: value for key, value in row.items() if key != "seconds"} for row in plain.rows()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("evaluate: {every: 15}", "evaluate.every: must be a multiple of test.every (10); got 15"),
        ("evaluate: {every: pass}", "must be a multiple of test.every (10); got pass"),
        ("evaluate: {every: 20, samples: 5}", "must be at least 100"),
        ("stop: {on_collaps: true}", "did you mean 'on_collapse'?"),
    ],
)
def test_refusals(change: str, message: str) -> None:
    _, result = None, gancli("check", _config(WGAN + change + "\n"))
    assert result.exit_code == 2 and message in result.stderr


def _config(text: str) -> str:
    from pathlib import Path

    Path("c.yaml").write_text(text, encoding="utf-8")
    return "c.yaml"


def test_a_collapsed_run_says_so_and_stops_where_asked() -> None:
    dull = GAN.replace("games: 40", "games: 100").replace(
        "generator: {shape: [4, 6, 784], mu: 0.1,", "generator: {shape: [4, 6, 784], mu: 0.1, init: {name: normal, std: 1.0e-3},"
    )  # fmt: skip
    folder, result = helpers.train(dull)
    assert "collapse at game 30" in result.stderr and "collapse at game 30" in (folder.path / "log.txt").read_text()
    assert folder.record()["status"] == "completed"
    stopped, result = helpers.train(dull + "stop: {on_collapse: true}\n", code=1)
    assert stopped.record()["status"] == "collapsed" and stopped.record()["played"] == 30
    assert "collapsed: collapse at game 30" in result.stderr
    last, _ = helpers.train(dull.replace("games: 100", "games: 25") + "stop: {on_collapse: true}\n", code=1)
    assert last.record()["status"] == "collapsed" and last.record()["played"] == 25, "a test at the last game alone"
    judged = gancli("evaluate", str(stopped.path), "--samples", "100", "--quick", "--format", "json")
    assert json.loads(judged.stdout)["game"] == 30, "what has collapsed can be looked at"
    assert (stopped.path / "images" / "game-000030.png").exists(), "its last state is shown"


def test_what_has_collapsed_is_measured_as_it_was_then() -> None:
    """It counted with what the judge had said of the untrained generator."""
    dull = GAN.replace("games: 40", "games: 100").replace(
        "generator: {shape: [4, 6, 784], mu: 0.1,", "generator: {shape: [4, 6, 784], mu: 0.1, init: {name: normal, std: 1.0e-3},"
    )  # fmt: skip
    folder, _ = helpers.train(dull + "evaluate: {every: 100, samples: 100}\nstop: {on_collapse: true}\n", code=1)
    first, *between, last = folder.rows()
    assert last["game"] == 30 and "frechet" in first and "frechet" in last and "frechet" not in between[0]
    assert (folder.images / "game-000030.png").exists()


@pytest.mark.slow
def test_fresh_critics_tell_noise_from_a_generator_that_has_learned() -> None:
    """Of a generator that is trained on points and of one that is not; real against real is about 0."""
    from pathlib import Path

    from gancli.experiment.critic import critic_distance
    from gancli.runs import RunFolder

    calm = RING.replace("batch: 8", "batch: 32").replace("eta: 0.01", "eta: 0.003").replace("games: 40", "games: 3000")
    trained, _ = helpers.train(calm.replace("every: 10", "every: 3000").replace("every: 20", "every: 3000"))
    fresh, _ = helpers.train(RING)
    near, far = (critic_distance(RunFolder(Path(run.path)), 2) for run in (trained, fresh))
    for name in ("critic", "critic_steepest"):
        (good, _, floor, _), (bad, *_) = near.measures()[name], far.measures()[name]
        assert abs(floor) < 0.1 and good < 0.8 * bad and bad > 5 * abs(floor)
    steps = near.facts()["updates"]
    assert all(2000 <= count <= 5000 for count in steps), "none settles at once"


def test_evaluate_says_what_is_wrong_beneath_the_table() -> None:
    helpers.train(RING)
    result = gancli("evaluate", "small", "--samples", "300")
    assert "modes of 8" in result.stdout and "over 10 times the real data's" in result.stdout


def test_a_quick_evaluation_leaves_pixels_out() -> None:
    helpers.train(WGAN)
    found = json.loads(gancli("evaluate", "small", "--samples", "200", "--quick", "--format", "json").stdout)
    assert "coverage" in found["measures"] and not {"wasserstein", "parzen", "duplicates"} & set(found["measures"])


def test_the_cells_of_a_sweep_are_evaluated_once_each_and_summed_up(tmp_path: Path) -> None:
    config = tmp_path / "ring.yaml"
    config.write_text(RING)
    swept = gancli("sweep", str(config), "--grid", "training.batch=8,16", "--seeds", "2", "--jobs", "1", "-q")
    assert swept.exit_code == 0, swept.output
    first = gancli("evaluate", "latest", "--samples", "200", "--format", "json")
    assert first.exit_code == 0, first.output
    rows = json.loads(first.stdout)
    assert [row["training.batch"] for row in rows] == [8, 16] and [row["seeds"] for row in rows] == [2, 2]
    assert all(row["± quality"] >= 0 for row in rows) and "(known)" not in first.stderr
    again = gancli("evaluate", "latest", "--samples", "200")
    assert again.stderr.count("(known)") == 4 and "quality" in again.stdout
    assert "(known)" not in gancli("evaluate", "latest", "--samples", "201").stderr

    ranked = json.loads(gancli("compare", "latest", "--by", "sliced_wasserstein", "--format", "json").stdout)
    assert ranked[0]["sliced_wasserstein.evaluated"] <= ranked[1]["sliced_wasserstein.evaluated"]
    drawn = gancli("plot", "latest", "--metric", "sliced_wasserstein").stdout.split()
    assert [Path(path).name for path in drawn[:2]] == ["boxes-sliced_wasserstein.png", "time-sliced_wasserstein.png"]
    refused = gancli("plot", "latest", "--metric", "frechet")
    assert refused.exit_code == 2 and "`gancli evaluate` measures more" in refused.stderr


def test_what_is_undefined_is_no_figure() -> None:
    ring = data.load("ring", np.random.default_rng(0))
    assert Evaluator(ring, None).measure(np.zeros((100, 2), np.float32)) == {"modes": 0, "quality": 0.0}


@pytest.mark.slow
def test_measures_are_drawn_beside_the_pictures_of_the_same_games() -> None:
    folder, _ = helpers.train(RING)
    assert gancli("plot", "small").exit_code == 0
    assert (folder.path / "plots" / "judged.png").stat().st_size > 10_000


@pytest.mark.slow
def test_a_gan_made_to_collapse_is_caught_while_precision_would_praise_it() -> None:
    config = Path(__file__).parents[2] / "configs" / "collapse" / "beta1.yaml"
    trained = gancli("train", str(config), "--set", "stop.on_collapse=true", "--threads", "1")
    assert trained.exit_code == 1 and "collapse at game" in trained.stderr, trained.output
    result = gancli("evaluate", "beta1", "--samples", "1000", "--quick", "--format", "json")
    found = json.loads(result.stdout)
    assert found["game"] < 4000 and any(sentence.startswith("collapse:") for sentence in found["findings"])
    assert found["measures"]["coverage"]["value"] < 0.05


@pytest.mark.slow
def test_an_evaluation_that_cannot_be_kept_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = helpers.train(RING)
    words = ["--quick", "--samples", "200"]
    swept = gancli("sweep", "c.yaml", "--grid", "training.batch=8,16", "--seeds", "2", "--jobs", "1", "-q")
    sweep = swept.stdout.strip()

    def full(path: Path, data: Any) -> None:
        raise OSError(30, "Read-only file system", str(path))

    with monkeypatch.context() as patched:
        patched.setattr("gancli.runs.files.write_json", full)
        result = gancli("evaluate", str(folder.path), *words)
        assert result.exit_code == 0 and "quality" in result.stdout
        assert f"not kept: {folder.path}/evaluation.json: Read-only file system; -o keeps it elsewhere" in result.stderr
        result = gancli("evaluate", sweep, *words, "--format", "json")
        assert result.exit_code == 0 and result.stderr.count("not kept: ") == 4
        (first, second) = json.loads(result.stdout)
        assert first["seeds"] == second["seeds"] == 2 and first["quality"] is not None, "what was measured is summed up"
    assert not (folder.path / "evaluation.json").exists()
    assert gancli("evaluate", str(folder.path), *words, "-o", "own.json").exit_code == 0
    assert "measures" in json.loads(Path("own.json").read_text()) and not (folder.path / "evaluation.json").exists()
    assert gancli("evaluate", sweep, *words, "-o", "sweep.json").exit_code == 0
    kept = json.loads(Path("sweep.json").read_text())
    assert len(kept["means"]) == 2 and len(kept["cells"]) == 4
    refused = gancli("evaluate", str(folder.path), *words, "-o", "own.json")
    assert refused.exit_code == 2 and "own.json exists" in refused.stderr


def test_a_cell_that_is_gone_spoils_no_evaluation_of_the_others() -> None:
    import shutil

    Path("c.yaml").write_text(RING, encoding="utf-8")
    sweep = gancli("sweep", "c.yaml", "--seeds", "3", "--jobs", "1", "-q").stdout.strip()
    shutil.rmtree(next((Path(sweep) / "cells").iterdir()))
    result = gancli("evaluate", sweep, "--quick", "--samples", "200", "--format", "json")
    assert result.exit_code == 3 and result.stderr.count("left out: ") == 1
    (row,) = json.loads(result.stdout)
    assert row["seeds"] == 2 and row["of"] == 3
