"""What `gancli sweep` makes of its words, and of how a sweep ends; nothing is played."""

import signal
from pathlib import Path
from typing import Any

import pytest

from gancli.runs import SweepFolder
from gancli.sweeps import Ended, LocalPool, Policy
from helpers import gancli

XOR = "kind: supervised\nname: small\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 4}\n"


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """How it would be played; the first entry is how it ends."""
    found: list[Any] = [Ended("completed", {"completed": 2})]

    def play(folder: SweepFolder, cells: Any, executor: LocalPool, policy: Policy, *more: Any) -> Ended:
        found.append((folder, cells, executor.slots, policy))
        executor.close()
        folder.unlock()
        ended: Ended = found[0]
        return ended

    monkeypatch.setattr("gancli.sweeps.session.play", play)
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("words", "slots", "policy"),
    [
        (["--jobs", "3"], 3, Policy(None, False)),
        (["--jobs", "1", "--fail-fast"], 1, Policy(1, False)),
        (["--jobs", "1", "--max-failures", "4"], 1, Policy(4, False)),
        (["--jobs", "2", "--retry-failed"], 2, Policy(None, True)),
        ([], 5, Policy(None, False)),
    ],
)
def test_options_say_how_it_is_played(
    words: list[str], slots: int, policy: Policy, played: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gancli.sweeps.session.usable_cores", lambda: 5)
    assert gancli("sweep", "c.yaml", "--seeds", "2", *words).exit_code == 0
    (_, (folder, cells, found, how)) = played
    assert (found, how) == (slots, policy) and [cell["seed"] for cell in cells] == [0, 1]
    assert folder.path.name.split("-", 1)[1].startswith("small-sweep-")


@pytest.mark.parametrize(
    ("ended", "code", "advice"),
    [
        (Ended("completed", {"completed": 2}), 0, ""),
        (Ended("failed", {"completed": 1, "failed": 1}), 3, " --retry-failed"),
        (Ended("interrupted", {"waiting": 2}, signal.SIGINT), 130, ""),
        (Ended("interrupted", {"waiting": 2}, signal.SIGTERM), 143, ""),
        (Ended("completed", {"completed": 2}, signal.SIGTERM), 143, ""),
    ],
)
def test_the_exit_code_is_that_of_how_it_ended(ended: Ended, code: int, advice: str, played: list[Any]) -> None:
    played[0] = ended
    result = gancli("sweep", "c.yaml", "--seeds", "2", "--jobs", "1")
    path = played[1][0].path
    assert result.exit_code == code and result.stdout == f"{path}\n"
    assert (f"gancli sweep --resume {path}{advice}\n" in result.stderr) is (ended.status != "completed")


def test_a_sweep_goes_on_with_the_cells_it_was_made_of(played: list[Any]) -> None:
    gancli("sweep", "c.yaml", "--grid", "eta=0.5,0.1", "--seeds", "2", "--jobs", "1")
    gancli("sweep", "--resume", "latest", "--jobs", "1")
    assert played[1][0].path == played[2][0].path and played[1][1] == played[2][1]
    assert [(cell["values"]["eta"], cell["seed"]) for cell in played[2][1]] == [(0.5, 0), (0.5, 1), (0.1, 0), (0.1, 1)]
    again = gancli("sweep", "c.yaml", "--grid", "eta=0.1,0.5", "--seeds", "2", "--jobs", "1")
    assert again.exit_code == 2 and str(played[1][0].path) in again.stderr, "the same cells in another order"
