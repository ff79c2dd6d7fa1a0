"""What a run tells its reporter: games, metrics, and what is to be read at once."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from experiment.test_runs import XOR
from experiment.test_schedule import JUDGED
from gancli import spec
from gancli.experiment import prepare, train
from gancli.runs import RunFolder
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text


class Recorder:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.games: list[int] = []
        self.rows: list[dict[str, Any]] = []
        self.lines: list[str] = []

    def advance(self, game: int) -> None:
        self.games.append(game)

    def metrics(self, row: dict[str, Any]) -> None:
        self.rows.append(row)

    def line(self, text: str) -> None:
        self.lines.append(text)


def reported(text: str, *settings: str) -> tuple[Recorder, RunFolder]:
    """What a run tells its reporter."""
    document, found = load_text(text, "f"), Recorder()
    apply(document, ["engine=numpy", *settings])
    resolved = spec.resolve(document)
    built, folder = prepare(resolved, Path("runs"))
    train(resolved, built, folder, lambda games, played: found)
    return found, folder


def test_a_reporter_is_told_of_games_metrics_and_a_collapse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.experiment.loop.time.monotonic", iter(1000 + 1.23456 * i for i in range(99)).__next__)
    found, folder = reported(
        JUDGED,
        "training.games=50",
        "evaluate=null",
        "generator.init={name: normal, std: 1.0e-4}",
        "generator.optimizer={name: sgd, eta: 1.0e-9}",
        "generator.output=linear",
    )
    assert found.games == sorted(set(found.games)) and {10, 20, 30, 40, 50} <= set(found.games)
    assert found.rows == folder.rows() and [row["game"] for row in found.rows] == [0, 10, 20, 30, 40, 50]
    ticks = [row["seconds"] / 1.23456 for row in found.rows]
    assert ticks == pytest.approx([round(tick) for tick in ticks], abs=1e-3) and ticks == sorted(set(ticks))
    assert round(ticks[0]) < 5, "from the start of the run"
    (line,) = found.lines
    assert line.startswith("collapse at game ") and line in (folder.path / "log.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_a_search_for_what_diverged_is_told_of_and_given_up_at_a_signal(
    number: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Recorder.line

    def tell(self: Recorder, text: str) -> None:
        line(self, text)
        if number is not None:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(Recorder, "line", tell)
    found, folder = reported(XOR, "training.games=1000", "network={shape: [2, 1], output: linear}", "eta=50")
    assert [text.split(";")[0] for text in found.lines] == ["parameters are no longer finite"]
    assert ("the network diverged, in game" in folder.record()["reason"]) is (number is None)
