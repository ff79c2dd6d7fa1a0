"""What `gancli sweep` makes, warns of and hands on; nothing is played."""

from pathlib import Path
from typing import Any

import pytest

from cli.stand_ins import TWO, XOR, Play, run_there, seat
from gancli.data import DataError
from gancli.experiment import Stop
from gancli.runs import SweepFolder, listing_sweeps
from gancli.sweeps import Policy
from gancli.sweeps.cell import play_cell
from gancli.sweeps.folder import Findings
from helpers import gancli


def test_a_sweep_is_handed_to_who_plays_it(play: Play) -> None:
    assert gancli(*TWO, "--fail-fast").exit_code == 0
    ((folder, cells, executor, policy, progress, stop),) = play.calls
    assert folder.path == listing_sweeps(Path("runs"))[0].path and cells == folder.cells() and len(cells) == 2
    assert [executor] == play.pools and executor.given == (1, play_cell)
    assert policy == Policy(1, False) and isinstance(stop, Stop) and callable(progress.counts)


@pytest.mark.parametrize(
    ("words", "given"),
    [((), (None, 5)), (("--jobs", "3"), (None, 3)), (("--scheduler", "tcp://a:1"), ("tcp://a:1", 5))],
)
def test_a_cluster_is_asked_for_as_many_cells_at_once(
    words: tuple[str, ...], given: tuple[Any, ...], play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gancli.sweeps.session.usable_cores", lambda: 5)
    assert gancli("sweep", "c.yaml", "--backend", "dask", *words).exit_code == 0
    (pool,) = play.pools
    assert pool.given == (*given, play_cell)
    record = play.calls[0][0].record()
    assert (record["backend"], record["kind"], record["name"]) == ("dask", "sweep", "small-sweep")


def test_a_scheduler_is_for_dask_alone(play: Play) -> None:
    result = gancli(*TWO, "--scheduler", "tcp://a:1")
    assert result.exit_code == 2 and "--backend dask" in result.stderr and not Path("runs").exists()


@pytest.mark.parametrize(
    ("words", "both"),
    [
        (("--fail-fast", "--max-failures", "3"), ("--fail-fast", "--max-failures")),
        (("--backend", "dask", "--scheduler", "tcp://a:1"), ("--jobs", "--scheduler")),
    ],
)
def test_options_of_which_one_would_be_for_nothing(words: tuple[str, ...], both: tuple[str, str], play: Play) -> None:
    result = gancli(*TWO, *words)
    assert result.exit_code == 2 and all(one in result.stderr for one in both)
    assert not play.calls and not play.pools and not Path("runs").exists()


@pytest.mark.parametrize(
    "more",
    [
        ("c.yaml",),
        ("--grid", "eta=1"),
        ("--zip", "eta=1"),
        ("--seeds", "2"),
        ("--set", "eta=1"),
        ("--dry-run",),
        ("--again",),
        ("--name", "other"),
    ],
)
def test_a_sweep_is_resumed_as_it_is(more: tuple[str, ...], folder: SweepFolder, play: Play) -> None:
    result = gancli("sweep", "--resume", "latest", *more)
    assert result.exit_code == 2 and "--resume takes a sweep as it is" in result.stderr and not play.calls


def test_a_dry_run_prints_the_cells_and_writes_nothing(play: Play) -> None:
    result = gancli("sweep", "c.yaml", "--zip", "eta=0.5,1", "mu=1,2", "--seeds", "2", "--dry-run")
    head, *rows = result.stdout.splitlines()
    assert head.split() == ["cell", "eta", "mu", "seed"]
    assert [tuple(row.split()[1:]) for row in rows] == [
        ("0.5", "1", "0"),
        ("0.5", "1", "1"),
        ("1", "2", "0"),
        ("1", "2", "1"),
    ]
    assert result.exit_code == 0 and result.stderr == "4 cells\n"
    assert not Path("runs").exists() and not play.calls and not play.pools


def test_data_that_are_not_here_are_a_warning_of_a_dry_run_and_an_error_of_a_sweep(play: Play) -> None:
    Path("c.yaml").write_text(
        XOR.replace("{set: xor}", "{set: mnist, path: nowhere}").replace("2, 2, 1", "784, 2, 10"), encoding="utf-8"
    )
    result = gancli(*TWO, "--dry-run")
    assert result.exit_code == 0 and len(result.stdout.splitlines()) == 3
    assert result.stderr.startswith("warning: ") and "cannot be loaded here" in result.stderr
    result = gancli(*TWO)
    assert result.exit_code == DataError.exit_code and "nowhere" in result.stderr and result.stdout == ""
    assert not Path("runs").exists() and not play.calls and not play.pools


def test_what_a_sweep_warns_of_is_found_once_kept_and_said_again_when_it_goes_on(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def examine(plan: Any, must_load: bool) -> Findings:
        asked.append(must_load)
        return Findings(["mind this"], [])

    monkeypatch.setattr("gancli.sweeps.session.examine", examine)
    assert gancli(*TWO).stderr.startswith("warning: mind this\n") and asked == [True]
    folder = play.calls[0][0]
    assert folder.record()["warnings"] == ["mind this"]
    seat(monkeypatch, "\n", True, True)
    code, err, out = run_there(*TWO)
    assert (code, out.strip()) == (0, str(folder.path)) and "warning: mind this\n" in err and asked == [True]
    folder.write_record({key: value for key, value in folder.record().items() if key != "warnings"})
    seat(monkeypatch, "\n", True, True)
    code, err, out = run_there(*TWO)
    assert (code, out.strip()) == (0, str(folder.path)) and "warning" not in err


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("c.yaml", "eta=1"), "'eta=1': give it with --grid or --zip"),
        (("c.yaml", "eta=1", "--grid", "mu=1"), "'eta=1': give it with --grid or --zip"),
        (("c.yaml", "d.yaml"), "give one CONFIG, or --resume SWEEP; got 2"),
        (("--zip", "eta=1"), "give one CONFIG, or --resume SWEEP; got 0"),
        (("c.yaml", "--zip", "eta=1", "mu=1,2"), "mu"),
        (("c.yaml", "--name", "a b"), "--name must be"),
        (("c.yaml", "--name", ".a"), "the first a letter or a digit; got '.a'"),
        (("c.yaml", "--name", ""), "--name must be"),
        (("c.yaml", "--name", "a" * 81), "--name must be"),
    ],
)
def test_words_that_make_no_sweep_make_nothing(words: tuple[str, ...], wrong: str, play: Play) -> None:
    result = gancli("sweep", *words)
    assert result.exit_code == 2 and wrong in result.stderr and result.stdout == ""
    assert not Path("runs").exists() and not play.calls and not play.pools


@pytest.mark.parametrize(
    ("file", "words", "name"),
    [
        ("c.yaml", (), "small-sweep"),
        ("c.yaml", ("--name", "a" * 80), "a" * 80),
        ("c.yaml", ("--name", "0.x_-"), "0.x_-"),
        ("my sweep (2).yaml", (), "my-sweep--2-"),
        (f"{'x' * 100}.yaml", (), "x" * 80),
    ],
)
def test_a_sweep_is_named_by_its_user_its_file_or_its_base(
    file: str, words: tuple[str, ...], name: str, play: Play
) -> None:
    if file != "c.yaml":
        Path(file).write_text("sweep: {base: c.yaml, seeds: 2}", encoding="utf-8")
    assert gancli("sweep", file, *words).exit_code == 0
    ((folder, *_),) = play.calls
    assert folder.path.name[len("20260101T000000Z-") :][: -len("-123456")] == name == folder.record()["name"]
    assert folder.record()["backend"] == "local"
