"""The checkpoint of the best test: which it is, that it stays, and that a run that is killed has the same one."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_runs import essence
from gancli.experiment import load_data, reopen
from gancli.experiment.best import Best
from gancli.experiment.evaluating import How, evaluate
from gancli.experiment.learned import learned
from gancli.metrics import metric
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.runs import files as run_files
from gancli.spec import SpecError
from gancli.spec.metric_checks import JUDGED, MODES
from helpers import experiment, gancli, train

LINE = """
kind: supervised
name: line
engine: numpy
data: {set: line, samples: 60}
network: {shape: [2, 3, 1], optimizer: {name: sgd, eta: 8}}
training: {games: 50, batch: 2}
test: {every: 4}
checkpoint: {every: 10, best: loss}
"""
RING = """
kind: gan
engine: numpy
data: {set: ring, samples: 200}
generator: {shape: [2, 6, 2]}
discriminator: {shape: [2, 6, 1]}
training: {games: 6, batch: 8}
test: {every: 3, batches: 2}
evaluate: {every: 3, samples: 100}
checkpoint: {every: 3, best: reverse_kl}
"""
IMAGES = """
kind: gan
engine: numpy
data: {classes: [7, 1]}
condition: labels
generator: {shape: [2, 6, 784], mu: 0.2, ema: 0.5, optimizer: {name: adam, eta: 0.02}}
discriminator: {shape: [784, 6, 1], optimizer: {name: adam, eta: 0.01}}
training: {games: 30, batch: 8}
test: {every: 5, batches: 2}
evaluate: {every: 5, samples: 100}
checkpoint: {every: 10, best: frechet, keep: 3}
"""


def best_game(folder: RunFolder, name: str) -> int:
    """By hand: the first test with the lowest value, or highest."""
    values = [(row["game"], row[name]) for row in folder.rows() if name in row]
    sign = 1 if metric(name).better == "lower" else -1
    return int(min(values, key=lambda pair: sign * pair[1])[0])


def names(folder: RunFolder) -> list[str]:
    return sorted(path.name for path in folder.checkpoints.iterdir())


def bits(folder: RunFolder) -> tuple[Any, ...]:
    """Of all that stays: metrics, the last checkpoint, and the best one's arrays."""
    best = checkpoint.chosen(folder.checkpoints, "best")
    return *essence(folder)[:2], {name: array.tobytes() for name, array in best.arrays.items()}, names(folder)


@pytest.mark.parametrize("name", ["loss", "accuracy", "frechet"])
def test_the_checkpoint_of_the_best_test_stays(name: str) -> None:
    text, last = (
        (IMAGES, [10, 20, 30]) if name == "frechet" else (LINE.replace("best: loss", f"best: {name}"), [40, 50])
    )
    folder, _ = train(text, "-q")
    game = best_game(folder, name)
    assert names(folder)[-len(last) :] == [f"game-{one:06d}.npz" for one in last]
    saved = checkpoint.chosen(folder.checkpoints, "best")
    value = next(row[name] for row in folder.rows() if row["game"] == game)
    assert saved.facts["game"] == game and saved.facts["best"] == {"metric": name, "value": value}
    assert len(checkpoint.best_paths(folder.checkpoints)) <= 1 + len(last)


def test_what_is_the_best_is_what_was_measured_there() -> None:
    """Its loss by hand, from the arrays that were kept."""
    folder, _ = train(LINE, "-q")
    own = learned(folder, which="best")
    assert own.game == best_game(folder, "loss") != 50
    dataset = load_data(experiment(LINE))
    x = dataset.test.samples
    target = np.where(dataset.test.labels == 1, 1.0, 0.0)[:, None]
    loss = float(((own.outputs(x) - target) ** 2).sum() / len(x))
    assert loss == pytest.approx(min(row["loss"] for row in folder.rows()), rel=1e-5)


class Killed(BaseException):
    """As if by kill -9, from one write to the next."""


def test_a_run_killed_at_any_write_has_the_same_best_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        LINE.replace("games: 50", "games: 26")
        .replace("every: 10", "every: 8")
        .replace("{every: 4}", "{every: 3, count: 50}")
    )
    expected = bits(train(text, "-q")[0])
    write, append = run_files.write_bytes, RunFolder.append_metrics
    left = [0]

    def count(*words: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    def writing(path: Path, content: bytes) -> None:
        if path.suffix == ".npz":
            count()
        write(path, content)

    def appending(folder: RunFolder, row: dict[str, Any]) -> None:
        count()
        append(folder, row)

    stops = 0
    while True:
        stops += 1
        left[0] = stops
        with monkeypatch.context() as patched:
            patched.setattr("gancli.runs.arrays.write_bytes", writing)
            patched.setattr(RunFolder, "append_metrics", appending)
            try:
                train(text, "-q")
            except Killed:
                pass
            else:
                break
        folder = RunFolder(max(Path("runs").iterdir(), key=lambda path: path.stat().st_mtime_ns))
        assert gancli("resume", str(folder.path), "-q").exit_code == 0
        assert bits(folder) == expected, f"stopped at write {stops}"
    assert stops > 15


def test_a_run_made_longer_has_the_best_of_the_longer_run() -> None:
    """A test at the last game of the shorter one, which the longer one does not have, does not count."""
    for games in (34, 47):
        folder, _ = train(LINE.replace("games: 50", f"games: {games}"), "-q")
        assert gancli("resume", str(folder.path), "--games", "60", "-q").exit_code == 0
        longer, _ = train(LINE.replace("games: 50", "games: 60"), "-q")
        assert bits(folder)[:3] == bits(longer)[:3]


def test_a_resumed_run_forgets_the_best_of_games_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(LINE, "-q")
    for path in checkpoint.paths(folder.checkpoints):
        path.unlink()
    folder.write_record({**folder.record(), "status": "interrupted"})
    stale = checkpoint.best_paths(folder.checkpoints)
    monkeypatch.setattr("gancli.experiment.resuming.resumed", lambda *words: pytest.fail("not to be played"))
    reopened = reopen(folder)
    assert stale and checkpoint.best_paths(folder.checkpoints) == [] and reopened.built.game.played == 0
    reopened.folder.unlock()


def test_bests_are_kept_for_each_checkpoint_that_a_run_may_go_on_from() -> None:
    folder = Path("kept")
    folder.mkdir()

    def best(game: int, saved: int) -> None:
        checkpoint.save_best(folder, game, {"a": np.array([game])}, {"game": game}, saved)

    def there() -> list[str]:
        return sorted(f"{path.stem[0]}{int(path.stem[5:])}" for path in folder.iterdir())

    best(0, 0)
    best(4, 0)
    best(8, 0)
    assert there() == ["b0", "b8"], "4 was between"
    checkpoint.save(folder, 10, {}, {"game": 10})
    assert there() == ["b8", "g10"]
    best(12, 10)
    best(16, 10)
    assert there() == ["b16", "b8", "g10"], "from 10 on, 8 is the best"
    checkpoint.save(folder, 20, {}, {"game": 20})
    checkpoint.save(folder, 30, {}, {"game": 30})
    assert there() == ["b16", "g20", "g30"]
    best(30, 30)
    assert there() == ["b16", "b30", "g20", "g30"], "at the last game, after its checkpoint"
    for game in (40, 50, 60):
        checkpoint.save(folder, game, {}, {"game": game}, keep=3)
    assert there() == ["b30", "g40", "g50", "g60"]
    assert checkpoint.newest(folder).facts["game"] == 60, "a run goes on from its last, not from its best"


def test_the_best_so_far() -> None:
    rows = [
        {"game": 0},
        {"game": 1, "loss": 2.0},
        {"game": 2, "loss": 3.0},
        {"game": 3, "loss": 2.0},
        {"game": 4, "loss": 1.5},
    ]
    best = Best("loss", rows)
    assert best.games == [1, 4] and best.known and not Best("loss", rows[:1]).known
    assert not best.improves({"game": 5, "loss": 1.5}) and not best.improves({"game": 5, "loss": float("nan")})
    assert Best(
        "accuracy", [{"game": k, "accuracy": one} for k, one in enumerate((0.1, 0.5, 0.5, 0.4, 0.6))]
    ).games == [0, 1, 4]


def test_each_command_takes_the_checkpoint_that_is_asked_for() -> None:
    folder, _ = train(IMAGES, "-q")
    game = best_game(folder, "frechet")
    assert game not in (0, 30)
    assert [path.name for path in checkpoint.paths(folder.checkpoints)] == [
        f"game-{one:06d}.npz" for one in (10, 20, 30)
    ]
    found = {}
    for which in ("best", "last", "10", str(game)):
        assert gancli("sample", "latest", "-o", "s.npz", "--force", "--checkpoint", which).exit_code == 0
        result = gancli("export", "latest", "-o", "g.npz", "--force", "--checkpoint", which)
        assert result.exit_code == 0
        with np.load("s.npz") as samples, np.load("g.npz") as weights:
            found[which] = samples["images"]
            expected = {"best": game, "last": 30, "10": 10}.get(which, game)
            assert json.loads(str(weights["metadata"]))["game"] == str(expected)
    assert np.array_equal(found["best"], found[str(game)]) and not np.array_equal(found["10"], found["last"])
    assert gancli("export", "latest", "--network", "discriminator", "--checkpoint", "10").exit_code == 0
    result = gancli("sample", "latest", "--checkpoint", "11")
    games = ", ".join(map(str, sorted({run_files.game_of(path) for path in folder.checkpoints.iterdir()})))
    assert (
        result.exit_code == 2
        and f"must be last, best, or the game of one that is kept: {games}; got '11'" in result.stderr
    )


def test_the_best_is_evaluated_beside_and_not_in_the_place_of_the_last() -> None:
    folder, _ = train(IMAGES, "-q")
    game = best_game(folder, "frechet")
    assert evaluate(folder, How(samples=100, quick=True, checkpoint="best"))["game"] == game
    words = ("evaluate", "latest", "--samples", "100", "--quick")
    assert gancli(*words, "--checkpoint", "best").exit_code == 0 and folder.evaluation() == {}
    assert gancli(*words, "--checkpoint", "best", "-o", "e.json").exit_code == 0
    assert json.loads(Path("e.json").read_text())["game"] == game
    assert gancli(*words).exit_code == 0 and folder.evaluation()["game"] == 30


def test_predictions_are_by_the_best_too() -> None:
    folder, _ = train(LINE, "-q")
    np.save("p.npy", np.random.default_rng(0).uniform(-1, 1, (9, 2)))
    last, best = (gancli("predict", "latest", "p.npy", "--checkpoint", which).stdout for which in ("last", "best"))
    scores = [float(line.split(",")[2]) for line in best.splitlines()[1:]]
    assert last != best and scores == pytest.approx(
        learned(folder, which="best").outputs(np.load("p.npy"))[:, 0], abs=1e-5
    )


def test_without_a_best_it_is_said_how_to_have_one() -> None:
    folder, _ = train(LINE.replace(", best: loss", ""), "-q")
    assert names(folder) == ["game-000040.npz", "game-000050.npz"]
    result = gancli("export", "latest", "--checkpoint", "best")
    assert result.exit_code == 2 and "trained with `checkpoint: {best: METRIC}`" in result.stderr
    with pytest.raises(RunError, match="one that is kept: none"):
        checkpoint.chosen(Path("runs"), "3")


@pytest.mark.parametrize(
    ("text", "wrong", "message"),
    [
        (LINE, "checkpoint.best=los", "accuracy, loss; got 'los'; did you mean 'loss'"),
        (LINE, "checkpoint.best=coverage", "must be a metric that tests measure, with a direction: accuracy, loss"),
        (RING, "checkpoint.best=coverage", "modes, quality, reverse_kl; got 'coverage'"),
        (RING, "evaluate=null", "reverse_kl is measured by `evaluate: {every: …}`, which is not given"),
        (IMAGES, "checkpoint.best=real_score", "got 'real_score'"),
        (IMAGES, "checkpoint.keep=0", "checkpoint.keep"),
        (
            "kind: game2d\ntraining: {games: 2}\ncheckpoint: {best: distance}\n",
            "checkpoint.best=loss",
            "direction: distance",
        ),
    ],
    ids=lambda value: value if "=" in value and "\n" not in value else "",
)
def test_a_best_that_no_test_measures_is_refused(text: str, wrong: str, message: str) -> None:
    assert experiment(text)
    with pytest.raises(SpecError) as caught:
        experiment(text, wrong)
    assert message in str(caught.value)


def test_what_may_be_the_best_is_what_tests_measure() -> None:
    measured = {text: set(train(text, "-q")[0].last()) for text in (RING, IMAGES)}
    assert {*MODES} - {"reverse_kl"} <= measured[RING] and {*JUDGED, "asked"} <= measured[IMAGES]
    assert all(
        metric(name).better in ("higher", "lower")
        for name in (*MODES, *JUDGED, "asked", "accuracy", "loss", "distance")
    )
    folder, _ = train(
        "kind: game2d\nengine: numpy\ntraining: {games: 6}\ncheckpoint: {best: distance, every: 2}\n", "-q"
    )
    assert checkpoint.chosen(folder.checkpoints, "best").facts["game"] == best_game(folder, "distance")


def test_a_best_that_was_never_measured_is_said() -> None:
    """No point of so young a generator is near a mode, so that nothing is known of their evenness."""
    _, result = train(RING, "-q")
    assert "checkpoint.best: reverse_kl was never measured, so no checkpoint is the best" in result.stderr
    assert gancli("sample", "latest", "--checkpoint", "best").exit_code == 2
