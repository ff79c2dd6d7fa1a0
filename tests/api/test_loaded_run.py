"""A run from Python: what is in its folder, its samples, its evaluation, and going on with it."""

import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import gancli
from api.small_runs import DIGITS, RING, XOR
from api.test_train import bits
from gancli.runs import RunFolder
from helpers import gancli as command


@pytest.fixture(scope="module")
def sevens(tmp_path_factory: pytest.TempPathFactory) -> gancli.Run:
    """A run on images that is only read."""
    return gancli.train(DIGITS, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> gancli.Run:
    """One on points, likewise."""
    return gancli.train(RING, runs=tmp_path_factory.mktemp("runs"))


def test_a_run_is_found_as_the_command_finds_it() -> None:
    run = gancli.train(XOR)
    names = [run.path, str(run.path), run.path.name, "small", run.path.name[:20], "latest"]
    assert {gancli.load(name).path for name in names} == {run.path}
    shutil.move("runs", "there")
    assert gancli.load("small", runs=Path("there")).path == Path("there").absolute() / run.path.name
    with pytest.raises(gancli.RunError, match="no run 'large' in runs"):
        gancli.load("large")


def test_what_it_says_of_itself(ring: gancli.Run) -> None:
    assert repr(ring) == f"<Run {ring.path.name}: completed>" and ring.status == "completed"
    assert ring.record == json.loads((ring.path / "run.json").read_text(encoding="utf-8"))
    assert ring.spec == ring.record["spec"] and ring.spec["generator"]["optimizer"]["eta"] == 0.2
    ring.spec["generator"].clear()
    assert ring.spec == ring.record["spec"], "each time it is a copy"
    assert ring.log == (ring.path / "log.txt").read_text(encoding="utf-8") and "completed at game 20" in ring.log


def test_its_spec_trains_it_again(ring: gancli.Run) -> None:
    assert bits(gancli.train(ring.spec).path) == bits(ring.path)


def test_metrics_are_columns_in_the_order_of_the_table(ring: gancli.Run) -> None:
    rows = RunFolder(ring.path).rows()
    metrics = ring.metrics
    assert list(metrics)[:4] == ["game", "seconds", "sample_distance", "real_distance"]
    assert set(metrics) == set(rows[0]) and len(metrics) == len(rows[0])
    assert metrics["game"].dtype == np.int64 and metrics["game"].tolist() == [0, 10, 20]
    assert metrics["fake_score"].tolist() == [row["fake_score"] for row in rows]
    assert repr(metrics).startswith("<3 rows of game, seconds, sample_distance, ")
    with pytest.raises(KeyError, match="accuracy"):
        metrics["accuracy"]


def test_a_metric_that_a_test_did_not_measure_is_nan(ring: gancli.Run, tmp_path: Path) -> None:
    shutil.copytree(ring.path, tmp_path / "ring")
    (tmp_path / "ring" / "metrics.jsonl").write_text(
        '{"game": 0, "seconds": 0.5, "loss": 2}\n{"game": 1, "seconds": 1, "accuracy": 0.25}\n', encoding="utf-8"
    )
    metrics = gancli.load(tmp_path / "ring").metrics
    assert list(metrics) == ["game", "seconds", "accuracy", "loss"]
    np.testing.assert_array_equal(metrics["loss"], [2.0, np.nan])
    np.testing.assert_array_equal(metrics["accuracy"], [np.nan, 0.25])
    (tmp_path / "ring" / "metrics.jsonl").write_text("", encoding="utf-8")
    assert {name: len(column) for name, column in gancli.load(tmp_path / "ring").metrics.items()} == {
        "game": 0, "seconds": 0,
    }  # fmt: skip


def test_metrics_as_a_data_frame_need_pandas(ring: gancli.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setitem(
        sys.modules, "pandas", SimpleNamespace(DataFrame=lambda columns: given.append(columns) or "frame")
    )  # type: ignore[func-returns-value, arg-type]
    assert ring.metrics.to_pandas() == "frame"
    assert given[0]["game"].tolist() == [0, 10, 20] and list(given[0]) == list(ring.metrics)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(gancli.MissingPandas, match="pip install pandas") as caught:
        ring.metrics.to_pandas()
    assert isinstance(caught.value, gancli.GancliError) and isinstance(caught.value, ImportError)


@pytest.mark.parametrize(("which", "key", "shape"), [("sevens", "images", (1, 28, 28)), ("ring", "points", (2,))])
def test_samples_are_those_of_the_command(
    which: str, key: str, shape: tuple[int, ...], request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(which)
    assert command("sample", str(run.path), "-n", "7", "--seed", "3", "-o", "s.npz").exit_code == 0
    with np.load("s.npz") as saved:
        samples = run.sample(7, seed=3)
        assert samples.shape == (7, *shape) and samples.dtype == np.float32
        np.testing.assert_array_equal(samples, saved[key])
        np.testing.assert_array_equal(run.generator(saved["latents"]), saved[key])
    assert run.sample().shape == (64, *shape)
    assert not np.array_equal(run.sample(7), samples)
    if key == "images":
        assert 0.0 <= samples.min() < samples.max() <= 1.0


def test_what_cannot_be_sampled(ring: gancli.Run) -> None:
    for words in ({"n": 0}, {"seed": -1}):
        with pytest.raises(ValueError, match="n must be from 1 to 1,000,000 and seed 0 or more"):
            ring.sample(**words)
    with pytest.raises(gancli.RunError, match="was trained without a condition"):
        ring.sample(3, cls=1)
    with pytest.raises(gancli.RunError, match="is a supervised run; it has no generator"):
        gancli.train(XOR).sample()


def test_an_evaluation_is_that_of_the_command(ring: gancli.Run, tmp_path: Path) -> None:
    shutil.copytree(ring.path, tmp_path / "ring")
    run = gancli.load(tmp_path / "ring")
    assert run.evaluate(200, seed=1, keep=False)["asked"] == 200 and not (run.path / "evaluation.json").exists()
    own = run.evaluate(200, seed=2)
    kept = json.loads((run.path / "evaluation.json").read_text(encoding="utf-8"))
    assert command("evaluate", str(run.path), "--samples", "200", "--seed", "2").exit_code == 0
    assert own == kept == json.loads((run.path / "evaluation.json").read_text(encoding="utf-8"))
    assert own["measures"]["quality"]["real"] > 0.9


@pytest.mark.parametrize(
    "words", [{"samples": 99}, {"samples": 100_001}, {"seed": -1}, {"critics": 1}, {"critics": 101}]
)
def test_an_evaluation_that_cannot_be(words: dict[str, int], ring: gancli.Run) -> None:
    (name, value), *_ = words.items()
    with pytest.raises(ValueError, match=rf"samples must be from 100 to 100,000.*got .*{name}={value}\b"):
        ring.evaluate(**words)  # type: ignore[arg-type]


def test_a_judge_is_a_run_or_its_name(sevens: gancli.Run) -> None:
    for judge in (sevens, sevens.path, sevens.path.name):
        with pytest.raises(gancli.RunError, match="is no judge: it must be a supervised run"):
            sevens.evaluate(100, judge=judge)


def test_an_evaluation_that_cannot_be_kept_is_there_all_the_same(
    ring: gancli.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gancli.api.run.write_json", full)
    with pytest.warns(gancli.GancliWarning, match="not kept: .*evaluation.json: No space left") as caught:
        assert ring.evaluate(100)["asked"] == 100
    assert caught[0].filename == __file__


def test_a_run_goes_on_to_the_same_bits() -> None:
    run, rows = gancli.train(RING), list[dict[str, Any]]()
    assert run.resume(games=30, callbacks=[rows.append]) is run
    assert [row["game"] for row in rows] == [30] and run.metrics["game"].tolist() == [0, 10, 20, 30]
    assert bits(run.path) == bits(gancli.train(RING, set={"training.games": 30}).path)
    with pytest.raises(gancli.RunError, match="is at game 30 already"):
        run.resume(games=30)


def test_a_run_that_another_process_holds_cannot_go_on() -> None:
    run = gancli.train(RING)
    held = RunFolder(run.path)
    held.lock()
    try:
        with pytest.raises(gancli.LockedError, match="another process is running it"):
            run.resume(games=30)
    finally:
        held.unlock()


def test_a_resumed_run_warns_at_the_line_of_the_caller() -> None:
    run = gancli.train(RING)
    record = {**run.record, "cpu": "another"}
    RunFolder(run.path).write_record(record)
    with pytest.warns(gancli.GancliWarning, match="cpu was 'another' when the run began") as caught:
        run.resume(games=21)
    assert caught[0].filename == __file__


def test_figures_and_the_page_are_in_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    run = gancli.train(XOR)
    shutil.rmtree(run.path / "checkpoints")  # of which the weights would be drawn
    paths = run.plot("svg")
    assert {path.parent for path in paths} == {run.path / "plots"} and {path.suffix for path in paths} == {".svg"}
    assert run.path / "plots" / "losses.svg" in paths and all(path.stat().st_size for path in paths)
    monkeypatch.setattr("gancli.report.page.plots.plot_run", lambda *given, **more: [])  # they take seconds
    assert run.report() == run.path / "report.html"
    assert run.record["spec_sha256"] in run.report().read_text(encoding="utf-8")


def test_a_notebook_shows_a_small_table(ring: gancli.Run, tmp_path: Path) -> None:
    table = ring._repr_html_()
    last = f"{ring.metrics['sample_distance'][-1]:.6g}"
    assert table.startswith("<table>") and f"<tr><th>sample_distance</th><td>{last}</td></tr>" in table
    assert f"<tr><th>run</th><td>{ring.path.name}</td></tr>" in table and "<th>seed</th><td>0</td>" in table
    assert "reason" not in table
    shutil.copytree(ring.path, tmp_path / "ring")
    RunFolder(tmp_path / "ring").write_record({**ring.record, "reason": "<script>"})
    assert "<th>reason</th><td>&lt;script&gt;</td>" in gancli.load(tmp_path / "ring")._repr_html_()


def test_what_its_networks_do_is_of_the_checkpoint_that_is_asked_for() -> None:
    run = gancli.train(RING, set={"checkpoint.every": 10})
    first = gancli.load(run, checkpoint=10)
    assert (
        (first.generator.game, run.generator.game) == (10, 20)
        and first != run
        and repr(first).endswith("checkpoint 10>")
    )
    assert not np.array_equal(first.sample(5), run.sample(5))
    before = (run.path / "evaluation.json").exists()
    assert first.evaluate(100)["game"] == 10 and (run.path / "evaluation.json").exists() == before
    with pytest.raises(gancli.RunError, match="no generator to sample from"):
        gancli.load(run, checkpoint=7).sample(5)


def test_latents_and_ways_between_them() -> None:
    run = gancli.train({**RING, "latent": {"distribution": "gaussian"}})
    np.testing.assert_array_equal(run.generator(run.latents(6, seed=3)), run.sample(6, seed=3))
    ways = run.interpolate(rows=3, steps=5, seed=2)
    assert ways.shape == (3, 5, 2)
    command("sample", run.path.name, "-n", "3", "--interpolate", "5", "--seed", "2", "-o", "w.npz")
    with np.load("w.npz") as drawn:
        np.testing.assert_array_equal(drawn["points"].reshape(ways.shape), ways)
    with pytest.raises(ValueError, match="steps must be 2 or more"):
        run.interpolate(steps=1)


def test_export_writes_what_the_command_does_and_nothing_over_a_file() -> None:
    run = gancli.train(RING)
    paths = [run.export(f"w.{form}", "discriminator") for form in ("onnx", "npz", "safetensors")]
    assert [path.name for path in paths] == ["w.onnx", "w.npz", "w.safetensors"]
    command("export", run.path.name, "--network", "discriminator", "-o", "c.npz")
    with np.load("w.npz") as own, np.load("c.npz") as theirs:
        assert own.files == theirs.files and all(np.array_equal(own[name], theirs[name]) for name in own.files)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        run.export("w.npz")
    assert run.export("w.npz", overwrite=True).exists()
    with pytest.raises(ValueError, match=r"path must end in \.onnx, \.npz, \.safetensors; got 'w'"):
        run.export("w")


def test_predict_says_what_the_command_does() -> None:
    run = gancli.train(XOR)
    np.save("x.npy", np.array([[0.0, 1.0], [1.0, 1.0], [0.5, 0.2]]))
    found = run.predict("x.npy")
    lines = command("predict", run.path.name, "x.npy").stdout.splitlines()
    names = lines[0].split(",")
    assert list(found) == names and len(found["sample"]) == 3
    assert [line.split(",")[1] for line in lines[1:]] == list(found["class"])


def test_a_run_is_interrupted_in_time_and_logged_where_it_is_asked_to_be() -> None:
    run = gancli.train(RING, set={"training.games": 10**8}, max_time=1, log=["tensorboard"])
    assert run.status == "interrupted" and "1 s are over" in run.record["reason"]
    assert list((run.path / "tensorboard").iterdir())
    played = run.record["played"]
    assert run.resume(max_time="1s").record["played"] > played and run.status == "interrupted"
    for wrong in (0, -1, "soon", "5 years"):
        with pytest.raises(ValueError, match="a time such as"):
            run.resume(max_time=wrong)
    with pytest.raises(TypeError, match="must be a list of names; write \\['tensorboard'\\]"):
        gancli.train(RING, log="tensorboard")
