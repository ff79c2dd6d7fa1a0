"""A sweep that is made and not played."""

import pytest

from cli.stand_ins import TWO, Play, stand_in
from gancli.runs import SweepFolder
from helpers import gancli


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    return stand_in(monkeypatch)


@pytest.fixture
def folder(play: Play) -> SweepFolder:
    """A sweep of two cells, of which none is played yet."""
    assert gancli(*TWO).exit_code == 0
    found: SweepFolder = play.calls.pop()[0]
    play.pools.clear()
    return found
