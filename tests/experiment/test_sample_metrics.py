"""Metrics of another installed package: in tests while a run trains, by `evaluate`, in rankings, and when they fail."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gancli as api
from gancli import metrics
from gancli.packages import MissingPackage
from gancli.runs import RunFolder, checkpoint
from gancli.spec import SpecError
from helpers import experiment, gancli, installed, train

MODULE = """
import numpy as np
from gancli import SampleMetric

seen = []

def contrast(samples, real):
    seen.append((samples, real))
    return abs(samples.std() - real.std())

def meddle(samples, real):
    samples[...] = 0.0

broken_at_last = SampleMetric(name="meddling", label="l", unit="u", better="lower", measure=meddle)
contrast = SampleMetric(name="contrast", label="difference in contrast", unit="grey", better="lower", low=0.0, measure=contrast)
undefined = SampleMetric(name="undefined", label="l", unit="u", better=None, measure=lambda samples, real: float("nan"))
disturbing = SampleMetric(name="disturbing", label="l", unit="u", better=None, measure=lambda samples, real: np.random.seed(3) or np.random.rand())
other_name = contrast
no_metric = 3
"""
ENTRIES = """[gancli.metrics]
contrast = metrics_of_others:contrast
meddling = metrics_of_others:broken_at_last
undefined = metrics_of_others:undefined
disturbing = metrics_of_others:disturbing
other_name = metrics_of_others:other_name
no_metric = metrics_of_others:no_metric
absent = metrics_of_nobody:contrast
"""
RING = """kind: gan
name: ring
engine: numpy
data: {set: ring, samples: 400}
generator: {shape: [2, 6, 2]}
discriminator: {shape: [2, 6, 1]}
training: {games: 20, batch: 8}
test: {every: 10, batches: 2}
evaluate: {every: 10, samples: 100, metrics: [contrast]}
"""
SEVENS = """kind: wgan
name: sevens
engine: numpy
data: {classes: [7]}
generator: {shape: [4, 6, 784]}
critic: {shape: [784, 5, 1], clip: {bound: 0.1}}
training: {games: 10, batch: 8}
test: {every: 10, batches: 2}
evaluate: {every: 10, samples: 100, metrics: [contrast, undefined]}
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(installed(tmp_path / "site", "metrics_of_others", MODULE, ENTRIES))
    monkeypatch.delitem(sys.modules, "metrics_of_others", raising=False)
    metrics._brought.cache_clear()
    yield
    metrics._brought.cache_clear()


def seen() -> list[tuple[Any, Any]]:
    return sys.modules["metrics_of_others"].seen  # type: ignore[no-any-return]


def refused(text: str, *words: str) -> str:
    """What is said of a configuration that leaves nothing behind."""
    Path("c.yaml").write_text(text, encoding="utf-8")
    result = gancli("train", "c.yaml", *words)
    assert result.exit_code == 2 and not Path("runs").exists(), result.output
    return result.stderr


def rows(folder: RunFolder) -> list[dict[str, Any]]:
    return [json.loads(line) for line in folder.metrics.read_text(encoding="utf-8").splitlines()]


def test_it_is_known_by_its_name_and_only_then_imported() -> None:
    assert metrics.metric("modes").better == "higher" and "metrics_of_others" not in sys.modules
    found = metrics.metric("contrast")
    assert (found.better, found.label, found.low) == ("lower", "difference in contrast", 0.0)
    assert metrics.metric("absent").better is None and metrics.metric("nobody").why == metrics.UNKNOWN
    assert metrics.in_order(["contrast", "coverage"]) == ["coverage", "contrast"]
    assert metrics.main_metric(["undefined", "contrast"]) == "contrast"


def test_tests_measure_it_of_images_within_0_and_1() -> None:
    folder, _ = train(SEVENS, "-q", "--set", "data.range=[-1, 1]", "--set", "generator.output=tanh")
    first, last = rows(folder)
    assert 0.0 < last["contrast"] < 0.5 and "coverage" in last and "undefined" not in last
    samples, real = seen()[-1]
    assert samples.shape == (100, 1, 28, 28) and real.shape == (100, 1, 28, 28)
    assert gancli("plot", "sevens").exit_code == 0 and (folder.path / "plots" / "judged.png").exists()
    assert {samples.dtype, real.dtype} == {np.dtype("float32")}
    assert samples.min() >= 0.0 and real.min() == 0.0 and real.max() == 1.0
    assert last["contrast"] == pytest.approx(abs(samples.std() - real.std()))
    assert first["contrast"] == pytest.approx(abs(seen()[0][0].std() - real.std()))


def test_a_run_is_the_same_with_it_and_without() -> None:
    one, _ = train(RING, "-q", "--set", "evaluate.metrics=[contrast, disturbing, meddling]")
    other, _ = train(RING, "-q", "--set", "evaluate.metrics=[]")
    names = {"contrast", "disturbing", "seconds"}
    assert [{k: v for k, v in row.items() if k not in names} for row in rows(one)] == [
        {k: v for k, v in row.items() if k not in names} for row in rows(other)
    ]
    arrays = [checkpoint.newest(folder.checkpoints).arrays for folder in (one, other)]
    assert all(np.array_equal(arrays[0][key], arrays[1][key]) for key in arrays[0] if ".params" in key)


def test_one_that_fails_is_left_out_with_one_warning() -> None:
    folder, result = train(RING, "--set", "evaluate.metrics=[meddling, contrast]")
    text = (
        "the metric meddling could not be measured, and is left out (ValueError: assignment destination is read-only)"
    )
    assert result.stderr.count(text) == 1 and (folder.path / "log.txt").read_text().count(text) == 1
    assert all("contrast" in row and "meddling" not in row for row in rows(folder))


def test_the_best_checkpoint_and_the_end_may_go_by_it() -> None:
    settings = ["checkpoint.best=contrast", "stop.patience=1", "stop.metric=contrast"]
    folder, _ = train(RING, "-q", *(word for one in settings for word in ("--set", one)))
    assert any("best" in path.name for path in folder.checkpoints.iterdir())


def test_evaluate_measures_it_beside_real_data() -> None:
    folder, _ = train(RING, "-q", "--set", "evaluate=null")
    result = gancli("evaluate", "ring", "--metric", "contrast", "--samples", "100")
    assert result.exit_code == 0 and "contrast" in result.stdout and "lower is better" in result.stdout
    measured = json.loads((folder.path / "evaluation.json").read_text())
    assert measured["metrics"] == ["contrast"] and measured["measures"]["contrast"]["better"] == "lower"
    assert measured["measures"]["contrast"]["real"] < 0.2 and measured["measures"]["contrast"]["real ±"] > 0.0
    again = api.load("ring").evaluate(100, metrics=["contrast"])
    assert again["measures"]["contrast"] == measured["measures"]["contrast"]


def test_evaluate_gives_rows_of_a_table_in_their_own_units(tmp_path: Path) -> None:
    table = np.random.default_rng(0).normal([1000.0, -5.0], [50.0, 0.1], (400, 2)).astype(np.float32)
    np.save("points.npy", table)
    data = f"data={{set: table, path: {Path('points.npy').absolute()}, standardize: true}}"
    folder, _ = train(RING, "-q", "--set", data)
    assert "contrast" in rows(folder)[-1] and "modes" not in rows(folder)[-1]
    assert gancli("evaluate", "ring", "--samples", "100").exit_code == 0
    samples, real = seen()[-1]
    assert abs(real[:, 0].mean() - 1000.0) < 10.0 and abs(samples[:, 0].mean() - 1000.0) < 300.0
    assert json.loads((folder.path / "evaluation.json").read_text())["measures"]["contrast"]["real"] is not None


def test_without_a_judge_only_it_is_measured_and_nothing_else_may_be_chosen_by(tmp_path: Path) -> None:
    np.save("points.npy", np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32))
    data = f"data={{set: table, path: {Path('points.npy').absolute()}}}"
    said = refused(RING, "--set", data, "--set", "checkpoint.best=modes")
    assert "checkpoint.best: modes cannot be measured: no judge knows points or rows" in said
    assert "or name `metrics` of another package" in refused(RING, "--set", data, "--set", "evaluate.metrics=[]")


def test_a_sweep_is_ranked_by_it() -> None:
    Path("c.yaml").write_text(RING.replace("data: {set: ring, samples: 400}", "data: {set: swissroll, samples: 400}"))
    result = gancli(
        "sweep", "c.yaml", "--grid", "generator.optimizer.eta=0.01,0.1", "--seeds", "2", "--jobs", "1", "-q"
    )
    assert result.exit_code == 0, result.output
    compared = gancli("compare", "latest", "--by", "contrast", "--format", "json")
    assert compared.exit_code == 0, compared.output
    values = [row["contrast.final"] for row in json.loads(compared.stdout)]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("contrats", "there is no metric 'contrats'; there are absent, contrast, .*; did you mean 'contrast'"),
        ("absent", "the metric 'absent' .metrics_of_nobody:contrast. cannot be imported: ModuleNotFoundError"),
        ("no_metric", "must be a gancli.SampleMetric of the name 'no_metric'; got 3"),
        ("other_name", "must be a gancli.SampleMetric of the name 'other_name'; got SampleMetric"),
    ],
)
def test_what_is_not_here_is_refused_before_anything_is_written(named: str, message: str) -> None:
    said = refused(RING, "--set", f"evaluate.metrics=[{named}]")
    assert re.search(message, said), said
    checked = gancli("check", "c.yaml", "--set", f"evaluate.metrics=[{named}]")
    assert checked.exit_code == 0 and re.search(message, checked.stderr)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("evaluate.metrics=[coverage]", "coverage is gancli's own"),
        ("evaluate.metrics=[ks_price]", "ks_price is gancli's own"),
        ("evaluate.metrics=[contrast, contrast]", "contrast is named twice"),
        ("evaluate.metrics=[a b]", "evaluate.metrics"),
        (
            "checkpoint.best=undefined",
            "must be a metric that tests measure, with a direction: .*contrast; got 'undefined'",
        ),
    ],
)
def test_a_configuration_that_cannot_be_meant_is_refused(setting: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        experiment(RING, setting)


def test_a_run_is_looked_at_where_the_package_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(RING, "-q", "--set", "checkpoint.best=contrast")
    monkeypatch.setattr(sys, "path", [one for one in sys.path if not one.endswith("site")])
    metrics._brought.cache_clear()
    assert gancli("show", "ring").exit_code == 0 and gancli("sample", "ring", "-n", "4", "-o", "x.npz").exit_code == 0
    result = gancli("evaluate", "ring", "--samples", "100")
    assert result.exit_code == 0 and "not measured: there is no metric 'contrast'" in result.stderr
    assert "contrast" not in json.loads((folder.path / "evaluation.json").read_text())["measures"]
    with pytest.raises(MissingPackage):
        api.load("ring").evaluate(100, metrics=["contrast"])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"name": "a b"}, ValueError, "must be a word"),
        ({"name": "frechet"}, ValueError, "a metric of gancli's own"),
        ({"name": "share_7"}, ValueError, "or begins as some of those do"),
        ({"better": "best"}, ValueError, "better: must be one of 'higher', 'lower', 'real', None; got 'best'"),
        ({"measure": 3}, TypeError, "must be a function"),
    ],
)
def test_a_metric_that_cannot_be_one_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    whole = {"name": "n", "label": "l", "unit": "u", "better": "lower", "measure": lambda samples, real: 0.0}
    with pytest.raises(error, match=message):
        api.SampleMetric(**{**whole, **change})
