"""Runs that end before their last game, and the samples that are held out to say when."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.data import DataError
from gancli.experiment import build, load_data
from gancli.experiment.ending import Endings
from gancli.experiment.evaluator import Evaluator
from gancli.experiment.judges import bundled_judge
from gancli.runs import RunFolder, checkpoint
from gancli.spec import SpecError, json_schema
from gancli.spec.metric_checks import JUDGED, MODES
from gancli.spec.training import Ending
from helpers import experiment, game, gancli, train

XOR = """
kind: supervised
name: early
engine: numpy
data: {set: xor, points: square, samples: 50}
network: {shape: [2, 3, 1], optimizer: {name: sgd, eta: 0.5}}
training: {games: 400, batch: 4}
test: {every: 10, validation: 0.2}
pictures: {every: 30}
checkpoint: {every: 20}
"""
TABLE = """
kind: supervised
engine: numpy
data: {set: table, path: t.csv, targets: [y], standardize: true}
network: {shape: [2, 3, 1], output: linear}
training: {games: 10, batch: 4}
test: {validation: 0.25}
"""
RING = "kind: gan\nengine: numpy\ndata: {set: ring}\ngenerator: {shape: [2, 2]}\ndiscriminator: {shape: [2, 1]}\ntraining: {games: 9}\n"


def ends_at(patience: int, metric: str, values: list[float | None]) -> int | None:
    """The first test after which the run is to end."""
    endings = Endings(Ending(patience=patience, metric=metric))
    for index, value in enumerate(values):
        endings.see({"game": index, **({} if value is None else {metric: value})})
        if endings.reason:
            return index
    return None


@pytest.mark.parametrize(
    ("patience", "metric", "values", "expected"),
    [
        (2, "loss", [3, 2, 2.5, 1, 1, 1], 5),
        (2, "coverage", [0.1, 0.3, 0.2, 0.3, 0.5], 3),
        (1, "loss", [1, 1], 1),
        (3, "loss", [3, 4, 5, 2, 3, 4], None),
        (2, "frechet", [9, None, None, None, 10, None, 8], None),
        (2, "loss", [float("inf"), float("nan"), 1.0, 2.0], None),
        (2, "loss", [float("nan"), 3.0, 2.0, 1.0], None),
    ],
)
def test_patience_is_with_tests_in_a_row_that_measured_it(
    patience: int, metric: str, values: list[float | None], expected: int | None
) -> None:
    assert ends_at(patience, metric, values) == expected


def numbers(folder: RunFolder) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "seconds"} for row in folder.rows()]


def test_a_run_that_ends_early_says_why_and_goes_on_to_the_same_bits_after_a_kill() -> None:
    folder, result = train(
        XOR, "-q", "--set", "stop={patience: 3, metric: validation_loss}", "--set", "network.optimizer.eta=30"
    )
    rows, record = folder.rows(), folder.record()
    losses = [row["validation_loss"] for row in rows]
    best = int(np.argmin(losses))
    assert record["status"] == "completed" and record["played"] == rows[-1]["game"] < 400
    assert len(losses) == best + 4 and not min(losses[best + 1 :]) < losses[best]
    assert f"validation_loss got no better in 3 tests after game {rows[best]['game']}" in record["reason"]
    assert record["reason"] in result.stderr and (folder.images / f"game-{record['played']:06d}.png").exists()
    before, saved = numbers(folder), checkpoint.newest(folder.checkpoints)
    (newest := max(checkpoint.paths(folder.checkpoints))).unlink()  # as if it had been killed in the last games
    assert newest.name == f"game-{record['played']:06d}.npz"
    folder.write_record({**record, "status": "running", "reason": None, "played": None, "end": None})
    assert gancli("resume", folder.path.name, "-q").exit_code == 0
    again = checkpoint.newest(folder.checkpoints)
    assert numbers(folder) == before and folder.record()["reason"] == record["reason"]
    assert all(np.array_equal(saved.arrays[key], again.arrays[key]) for key in saved.arrays)
    assert gancli("resume", folder.path.name, "-q").exit_code == 0 and numbers(folder) == before, (
        "nothing is left to do"
    )


def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock takes a second."""
    monkeypatch.setattr("gancli.experiment.loop.time.monotonic", itertools.count(1000.0).__next__)


def test_a_run_ends_by_the_clock_with_everything_that_a_last_game_has(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch)
    folder, result = train(XOR, "-q", "--set", "stop.after=12", "--set", "checkpoint.every=1000")
    played = folder.record()["played"]
    assert 0 < played < 400 and folder.record()["status"] == "completed" and "s of training are over" in result.stderr
    assert folder.rows()[-1]["game"] == played and (folder.images / f"game-{played:06d}.png").exists()
    assert checkpoint.paths(folder.checkpoints)
    assert gancli("resume", folder.path.name, "-q").exit_code == 0
    assert folder.record()["played"] == played, "its time is over"


@pytest.mark.parametrize("stop", ["{after: 12}", "{patience: 2, metric: modes}"])
def test_the_last_test_measures_all_that_any_test_does(stop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch)
    often = "1" if "modes" in stop else "1000"
    text = (
        RING.replace("games: 9", "games: 1000, batch: 8")
        + "test: {every: 1, batches: 1}\nlipschitz: {every: 1000, samples: 10}\n"
    )
    folder, _ = train(text, "-q", "--set", f"stop={stop}", "--set", f"evaluate={{every: {often}, samples: 100}}")
    rows = folder.rows()
    assert rows[-1]["game"] == folder.record()["played"] < 1000
    assert {"modes", "quality", "steepest_slope"} <= set(rows[-1]) and "steepest_slope" not in rows[-2]


def test_a_collapse_is_stopped_at_the_same_game_after_a_kill() -> None:
    """The alarm needs three tests in a row, of which the first two are from before it."""
    text = """
kind: gan
engine: numpy
name: c
data: {set: ring}
generator: {shape: [2, 2], init: {name: normal, std: 1.0e-4}, output: linear, optimizer: {name: sgd, eta: 1.0e-9}}
discriminator: {shape: [2, 1]}
training: {games: 200, batch: 8}
test: {every: 10, batches: 1}
checkpoint: {every: 10, keep: 9}
stop: {on_collapse: true}
"""
    folder, _ = train(text, "-q", code=1)
    before, record = numbers(folder), folder.record()
    assert record["status"] == "collapsed" and record["played"] < 60
    for path in sorted(checkpoint.paths(folder.checkpoints))[-1:]:
        path.unlink()
    folder.write_record({**record, "status": "running", "reason": None, "played": None, "end": None})
    assert gancli("resume", folder.path.name, "-q").exit_code == 1
    assert numbers(folder) == before and folder.record()["reason"] == record["reason"]


@pytest.mark.parametrize(("settings", "code"), [([], 0), (["stop={patience: 9, metric: loss}"], 2)])
def test_a_damaged_test_is_the_matter_of_what_depends_on_it_alone(settings: list[str], code: int) -> None:
    folder, _ = train(XOR, "-q", *(word for one in settings for word in ("--set", one)))
    lines = folder.metrics.read_bytes().splitlines(keepends=True)
    lines[2] = b"x" * (len(lines[2]) - 1) + b"\n"
    folder.metrics.write_bytes(b"".join(lines))
    record, config = folder.record(), folder.config.read_text(encoding="utf-8")
    assert gancli("resume", folder.path.name, "-q", "--games", "420").exit_code == code
    if code:
        assert folder.record() == record and folder.config.read_text(encoding="utf-8") == config, "nothing was begun"


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("30s", 30), ("10m", 600), ("1.5h", 5400), ("2 d", 172800)])
def test_times(text: str, seconds: float) -> None:
    assert experiment(XOR, f"stop.after={text}").stop.after == seconds


def test_editors_know_times_with_their_units() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = {"kind": "supervised", "network": {"shape": [2, 1]}, "training": {"games": 1}, "stop": {"after": "10m"}}
    jsonschema.validate(document, json_schema())


# --- what is held out


def test_what_is_held_out_is_not_learned_and_is_measured() -> None:
    spec = experiment(XOR, "dtype=float64")
    built = build(spec, load_data(spec))
    whole, game = load_data(spec).train.samples, built.game
    learned, held = built.dataset.train.samples, built.dataset.validation.samples
    assert len(held) == 10 and len(learned) == 40 and built.games_a_pass == 10
    assert {*map(tuple, learned.tolist())} | {*map(tuple, held.tolist())} == {*map(tuple, whole.tolist())}
    game.play(20)
    seen = game._training.rows(40)
    assert {*map(tuple, game._training.split.samples[seen].tolist())} == {*map(tuple, learned.tolist())}
    targets = (held[:, 0] * held[:, 1] > 0) * 1.0
    predicted = game.predictions(held)[:, 0]
    found = game.measure()
    assert found["validation_accuracy"] == ((predicted > 0.5) == targets).mean()
    assert found["validation_loss"] == pytest.approx(((predicted - targets) ** 2).mean(), rel=1e-6)
    other = build(experiment(XOR, "seed=1"), load_data(experiment(XOR, "seed=1"))).dataset.validation.samples
    assert not np.array_equal(other, held), "the seed draws them"


@pytest.mark.parametrize(("share", "held"), [(0.9, 3), (0.01, 1), (0.5, 2)])
def test_one_is_held_out_and_one_is_left_at_least(share: float, held: int) -> None:
    spec = experiment(XOR, "data={set: xor}", f"test.validation={share}")
    built = build(spec, load_data(spec)).dataset
    assert len(built.validation.samples) == held and len(built.train.samples) == 4 - held


def test_a_single_sample_cannot_be_divided() -> None:
    spec = experiment(XOR, "data.samples=1")
    with pytest.raises(DataError, match="1 training sample cannot be divided"):
        build(spec, load_data(spec))


def test_numbers_to_predict_are_held_out_with_their_rows() -> None:
    x = np.random.default_rng(0).standard_normal((40, 2))
    rows = [f"{a},{b},{3 * a - b}" for a, b in x.tolist()]
    Path("t.csv").write_text("\n".join(["a,b,y", *rows]), encoding="utf-8")
    built = game(TABLE, "dtype=float64")
    split = built._validation.split
    assert built._codes[split.labels] == pytest.approx(split.targets) and len(split.samples) == 9
    assert built._codes[built._test.split.labels] == pytest.approx(built._test.split.targets)
    first = built._training.split
    assert built._codes[first.labels] == pytest.approx(first.targets)
    outputs = built.predictions(split.samples)
    assert built.measure()["validation_loss"] == pytest.approx(((outputs - split.targets) ** 2).sum(axis=1).mean())


# --- what is refused

WRONG = {
    "patience alone": (XOR, ["stop.patience=3"], "go together"),
    "a metric alone": (XOR, ["stop.metric=loss"], "go together"),
    "no direction": (RING, ["stop={patience: 1, metric: fake_score}"], "it says how one network stands"),
    "of another kind": (XOR, ["stop={patience: 1, metric: frechet}"], "with a direction: accuracy, loss, validation_accuracy, validation_loss; got 'frechet'"),
    "not evaluated": (RING, ["stop={patience: 1, metric: modes}"], "modes is measured by `evaluate: {every: …}`"),
    "no time": (XOR, ["stop.after=soon"], "stop.after"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name: str) -> None:
    text, settings, message = WRONG[name]
    with pytest.raises(SpecError, match=message):
        experiment(text, *settings)


def test_what_may_be_named_is_what_is_measured() -> None:
    points = experiment(RING, "evaluate={every: 100, samples: 100}", "stop={patience: 1, metric: modes}")
    dataset = load_data(points)
    assert set(Evaluator(dataset, None).measure(dataset.train.samples[:200])) == set(MODES)
    images = load_data(
        experiment("kind: gan\ngenerator: {shape: [2, 784]}\ndiscriminator: {shape: [784, 1]}\ntraining: {games: 9}")
    )
    seen = images.train.seen(images.train.samples[:200], np.float32)
    assert set(Evaluator(images, bundled_judge()).measure(seen)) == set(JUDGED)


def test_more_games_than_stop_allows_are_refused() -> None:
    text = RING.replace("games: 9", "games: 30")
    folder, _ = train(
        text,
        "-q",
        "--set",
        "stop={patience: 1, metric: modes}",
        "--set",
        "evaluate={every: 5, samples: 100}",
        "--set",
        "test.every=5",
    )
    assert folder.record()["played"] < 30, folder.record()
    before = folder.record()
    result = gancli("resume", folder.path.name, "--games", "60")
    assert result.exit_code == 2 and "its `stop` has ended it: modes got no better" in result.stderr
    assert folder.record() == before
