"""Callbacks are told what happens, in its order; nothing that they do changes a bit, and what they raise ends the run."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_how_runs_end import Silent, resolved
from gancli.experiment import AnyCallback, Callback, prepare, reopen, resume, train
from gancli.experiment.callbacks import checked
from gancli.runs import RunFolder, checkpoint

RING = """kind: gan
data: {set: ring}
generator: {shape: [2, 8, 2]}
discriminator: {shape: [2, 8, 1]}
training: {games: 20}
test: {every: 10}
pictures: {every: 10}
"""


class Noting(Callback):
    """Writes down each event but how many games are played."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.games: list[int] = []

    def start(self, folder: Path, spec: dict[str, Any]) -> None:
        self.events.append(("start", folder, spec["kind"], spec["training"]["games"]))

    def advance(self, game: int) -> None:
        self.games.append(game)

    def metrics(self, row: dict[str, Any]) -> None:
        self.events.append(("metrics", row["game"]))

    def picture(self, path: Path) -> None:
        assert path.exists()
        self.events.append(("picture", path.name))

    def end(self, status: str) -> None:
        self.events.append(("end", status))


class Meddling(Callback):
    """Changes all that it is given, and NumPy's global state."""

    def start(self, folder: Path, spec: dict[str, Any]) -> None:
        spec["training"]["games"] = 5
        spec["generator"].clear()

    def advance(self, game: int) -> None:
        np.random.seed(game)  # noqa: NPY002
        np.random.standard_normal(7)  # noqa: NPY002
        np.seterr(all="raise")

    def metrics(self, row: dict[str, Any]) -> None:
        row.clear()


def played(*callbacks: AnyCallback, text: str = RING) -> RunFolder:
    made = resolved(text)
    built, folder = prepare(made, Path("runs"))
    train(made, built, folder, lambda games, played: Silent(), callbacks=callbacks)
    return folder


def bits(folder: RunFolder) -> dict[str, bytes]:
    return {key: value.tobytes() for key, value in checkpoint.newest(folder.checkpoints).arrays.items()}


def test_a_callback_is_told_of_each_event_in_its_order() -> None:
    noting, rows = Noting(), list[dict[str, Any]]()
    folder = played(noting, rows.append)
    tests = [event for game in (0, 10, 20) for event in (("metrics", game), ("picture", f"game-{game:06d}.png"))]
    assert noting.events == [("start", folder.path, "gan", 20), *tests, ("end", "completed")]
    assert noting.games[-1] == 20 and noting.games == sorted(noting.games)
    assert rows == folder.rows() and len(rows) == 3


def test_no_callback_changes_a_bit() -> None:
    noting, rows = Noting(), list[dict[str, Any]]()
    disturbed = played(Meddling(), noting, rows.append)
    assert bits(disturbed) == bits(played())
    assert noting.events[0] == ("start", disturbed.path, "gan", 20), "another callback has a copy of its own"
    assert [row["game"] for row in rows] == [row["game"] for row in disturbed.rows()] == [0, 10, 20]


def test_a_resumed_run_tells_that_it_goes_on() -> None:
    folder, noting = played(), Noting()
    resume(reopen(folder, games=30), lambda games, played: Silent(), [noting])
    assert noting.events == [
        ("start", folder.path, "gan", 30), ("metrics", 30), ("picture", "game-000030.png"), ("end", "completed"),
    ]  # fmt: skip


@pytest.mark.parametrize("event", ["start", "advance", "metrics", "picture"])
@pytest.mark.parametrize("kind", [LookupError, ConnectionError], ids=["other", "as of a disk"])
def test_what_a_callback_raises_ends_the_run_as_failed_and_is_raised(event: str, kind: type[Exception]) -> None:
    def broken(*_: Any) -> None:
        raise kind("no such word")

    wrong, noting = Callback(), Noting()
    setattr(wrong, event, broken)
    with pytest.raises(kind, match="no such word"):
        played(wrong, noting)
    (path,) = Path("runs").iterdir()
    record = RunFolder(path).record()
    assert (record["status"], record["reason"]) == ("failed", f"{kind.__name__}: no such word")
    assert noting.events[-1] == ("end", "failed") and not RunFolder(path).locked()


def test_a_program_that_exits_in_a_callback_leaves_a_run_that_has_ended() -> None:
    wrong, noting = Callback(), Noting()
    wrong.metrics = lambda row: sys.exit(3)  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        played(wrong, noting)
    (path,) = Path("runs").iterdir()
    record = RunFolder(path).record()
    assert (record["status"], record["reason"]) == ("failed", "SystemExit: 3") and noting.events[-1] == (
        "end",
        "failed",
    )


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([5], "must be objects of gancli.Callback, or functions; got 5"),
        ([None], "got None"),
        ([Callback], "write Callback()"),
        (Callback(), "got one callback: write"),
    ],
)
def test_what_can_be_no_callback_is_refused(callbacks: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        checked(callbacks)


def test_each_is_told_of_the_end_where_another_raises_then() -> None:
    def broken(status: str) -> None:
        raise LookupError(status)

    wrong, noting = Callback(), Noting()
    wrong.end = broken  # type: ignore[method-assign]
    with pytest.raises(LookupError, match="completed"):
        played(wrong, noting)
    assert noting.events[-1] == ("end", "completed")
    (path,) = Path("runs").iterdir()
    assert RunFolder(path).record()["status"] == "completed", "the run itself had ended well"


def test_a_callback_may_interrupt_the_run() -> None:
    class Enough(Noting):
        def metrics(self, row: dict[str, Any]) -> None:
            if row["game"] == 10:
                raise KeyboardInterrupt

    folder = played(enough := Enough())
    assert folder.record()["status"] == "interrupted" and enough.events[-1] == ("end", "interrupted")
