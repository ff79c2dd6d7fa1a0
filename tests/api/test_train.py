"""`gancli.train` does what `gancli train` does: the same run, the same errors, from a file or a mapping."""

import copy
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gancli
from api.small_runs import DIGITS, RING, XOR
from gancli.api.person import Program
from gancli.runs import RunFolder, checkpoint
from gancli.spec.yaml import dump
from helpers import gancli as command
from helpers import unmeasured


def bits(path: Path) -> dict[str, bytes]:
    return {key: array.tobytes() for key, array in checkpoint.newest(RunFolder(path).checkpoints).arrays.items()}


def written(config: dict[str, Any]) -> Path:
    Path("c.yaml").write_text(dump(config), encoding="utf-8")
    return Path("c.yaml")


def test_a_file_a_mapping_and_the_command_give_the_same_run() -> None:
    settings = ["--set", "network.optimizer.eta=0.25", "--set", "training.games=30", "--seed", "4"]
    result = command("train", str(written(XOR)), *settings)
    by_command = RunFolder(Path(result.stdout.splitlines()[-1]))
    given: dict[str, Any] = {"set": {"network.optimizer.eta": 0.25, "training.games": 30}, "seed": 4}
    for config in ("c.yaml", Path("c.yaml"), XOR):
        run = gancli.train(config, **given)
        assert run.status == "completed" and run.path.parent == Path("runs").absolute()
        assert bits(run.path) == bits(by_command.path)
        assert {path.name for path in run.path.iterdir()} == {path.name for path in by_command.path.iterdir()}
        assert run.record["spec_sha256"] == by_command.record()["spec_sha256"] and run.record["games"] == 30


def test_what_is_given_beside_set_overrides_it_and_nothing_given_is_changed() -> None:
    config, settings = copy.deepcopy(XOR), {"seed": 1, "engine": "auto", "threads": 2}
    run = gancli.train(config, set=settings, seed=5, engine="checked", threads=1, runs="there")
    assert [run.spec[key] for key in ("seed", "engine", "threads")] == [5, "checked", 1]
    assert run.path.parent == Path("there").absolute()
    assert config == XOR and settings == {"seed": 1, "engine": "auto", "threads": 2}


def test_what_numpy_and_pathlib_give_is_taken_as_python_has_it() -> None:
    config = {**XOR, "network": {"shape": np.array([2, 3, 1]), "optimizer": {"name": "sgd", "eta": np.float64(0.5)}}}
    run = gancli.train(config, set={"training.games": np.int32(7), "network.mu": np.float32(0.5)})
    assert run.spec["network"]["shape"] == [2, 3, 1] and run.spec["network"]["mu"] == 0.5
    assert run.spec["training"]["games"] == 7 and type(run.spec["training"]["games"]) is int


@pytest.mark.parametrize(
    ("config", "settings", "message"),
    [
        ("none.yaml", {}, "none.yaml: no such file"),
        ({**XOR, "kind": "gann"}, {}, "config: kind: must be one of .*got 'gann'; did you mean 'gan'?"),
        (XOR, {"training.gamez": 3}, r"set={'training.gamez': 3}: training.gamez: .*did you mean 'games'"),
        (XOR, {"training.games": "many"}, r"set={'training.games': 'many'}: training.games: .*got 'many'"),
        (XOR, {3: 4}, r"set={3: 4}: must be by dotted keys"),
        (XOR, {"a..b": 4}, r"set={'a..b': 4}: must be by dotted keys"),
        (XOR, {"eta": {1}}, r"set={'eta': \{1\}}: must be a mapping, a list, .*; got set"),
        ({**XOR, "data": {"set": b"xor"}}, {}, r"config: data.set: must be a mapping, a list, .*; got bytes"),
        ({**XOR, "network": {2: 3}}, {}, r"config: network: a key must be text; got 2"),
        ({"sweep": {"base": "c.yaml"}}, {}, "config:? ?.*holds a sweep of many runs"),
    ],
)
def test_what_is_wrong_is_a_spec_error_and_nothing_is_written(config: Any, settings: Any, message: str) -> None:
    with pytest.raises(gancli.SpecError, match=message) as caught:
        gancli.train(config, set=settings)
    assert isinstance(caught.value, gancli.GancliError) and caught.value.problems and not Path("runs").exists()


def test_a_mapping_that_holds_itself_is_refused() -> None:
    config: dict[str, Any] = dict(XOR)
    config["network"] = config
    with pytest.raises(gancli.SpecError, match="is nested too deeply: over 50 levels"):
        gancli.train(config)


def test_data_that_are_not_there_are_a_data_error() -> None:
    with pytest.raises(gancli.DataError, match="nowhere"):
        gancli.train(DIGITS, set={"data.path": "nowhere"})
    assert not Path("runs").exists()


def test_what_is_unwise_is_a_warning_at_the_line_of_the_caller() -> None:
    with pytest.warns(gancli.GancliWarning, match="training.batch: is 500, but there are only 200") as caught:
        gancli.train(RING, set={"training.batch": 500, "training.games": 1})
    assert {one.filename for one in caught} == {__file__} and len(caught) == 1


def test_a_run_that_diverges_is_returned(capfd: pytest.CaptureFixture[str]) -> None:
    settings = {"network.optimizer.eta": 1e38, "network.activation": "relu", "training.games": 300}
    run = gancli.train(XOR, set=settings, progress=True)
    assert "parameters are no longer finite; playing again" in capfd.readouterr().err
    assert run.status == "diverged" and "the network diverged" in run.record["reason"]


class Meddling(gancli.Callback):
    """Changes all that it is given, and draws from NumPy's global generator."""

    def start(self, folder: Path, spec: dict[str, Any]) -> None:
        spec.clear()

    def metrics(self, row: dict[str, Any]) -> None:
        np.random.standard_normal(3)  # noqa: NPY002
        row.clear()


def test_callbacks_are_told_and_change_no_bit() -> None:
    rows: list[dict[str, Any]] = []
    told = gancli.train(XOR, callbacks=[Meddling(), rows.append])
    assert bits(told.path) == bits(gancli.train(XOR).path)
    assert [row["game"] for row in rows] == [0, 10, 20]
    assert [row["loss"] for row in rows] == told.metrics["loss"].tolist()


def test_what_a_callback_raises_is_raised_and_recorded() -> None:
    def broken(row: dict[str, Any]) -> None:
        raise LookupError("no such word")

    with pytest.raises(LookupError, match="no such word"):
        gancli.train(XOR, callbacks=[broken])
    run = gancli.load("latest")
    assert (run.status, run.record["reason"]) == ("failed", "LookupError: no such word")


def test_progress_is_shown_where_it_is_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    gancli.train(XOR)
    assert capfd.readouterr() == ("", "")
    gancli.train(XOR, progress=True)
    out, err = capfd.readouterr()
    assert out == "" and "20/20" in err and "loss" in err and err.endswith("\n")


def test_notes_are_printed_beside_the_bar_alone(capfd: pytest.CaptureFixture[str]) -> None:
    gancli.train(DIGITS, set={"training.games": 1})
    assert capfd.readouterr().err == ""
    run = gancli.train(DIGITS, set={"training.games": 1}, progress=True)
    err = capfd.readouterr().err
    assert "note: using the bundled" in err and err.count("note: ") == 1 and "1/1" in err
    assert "using the bundled" in run.log
    Program(True).compiling(cached=True)
    Program(True).compiling(cached=False)
    note = "note: compiling the fast engine for this machine, "
    assert capfd.readouterr().err == f"{note}once\n{note}as at each run\n"


def test_it_trains_in_a_thread_that_is_not_the_main_one() -> None:
    runs: list[gancli.Run] = []
    thread = threading.Thread(target=lambda: runs.append(gancli.train(XOR)))
    thread.start()
    thread.join()
    assert bits(runs[0].path) == bits(gancli.train(XOR).path)


LONG = """
import os, signal, gancli
def stop(row):
    if row["game"] == 10:
        os.kill(os.getpid(), signal.{name})
run = gancli.train({config!r}, callbacks=[stop], set={{"training.games": 1_000_000}})
print(run.status, run.record["reason"].partition(" at")[0])
print(run.resume(games=run.record["played"] + 5).status)
"""


@pytest.mark.parametrize(
    ("name", "code", "printed"),
    [("SIGINT", 0, "interrupted SIGINT\ncompleted\n"), ("SIGTERM", -signal.SIGTERM, "")],
)
def test_a_signal_stops_it_in_order(name: str, code: int, printed: str) -> None:
    """Ctrl-C gives the program its run back; what is to end the process does, once the run is saved."""
    done = subprocess.run(
        [sys.executable, "-c", LONG.format(name=name, config=XOR)], capture_output=True, text=True, env=unmeasured()
    )
    assert (done.returncode, done.stdout) == (code, printed), done.stderr
    run = gancli.load("latest")
    assert run.status == ("completed" if code == 0 else "interrupted")
    assert checkpoint.newest(RunFolder(run.path).checkpoints).facts["game"] == run.record["played"] > 0


def test_importing_it_is_light_and_offers_what_it_names() -> None:
    code = (
        "import sys, gancli\nprint(sorted({'numpy', 'pydantic', 'yaml', 'matplotlib', 'tqdm'} & set(sys.modules)))\n"
        "assert set(gancli.__all__) <= set(dir(gancli)) and '__version__' in dir(gancli)\n"
        "print(all(getattr(gancli, name).__module__.startswith('gancli.') for name in gancli.__all__))\n"
        "import gancli.sweeps, gancli.cli.sweep\nprint(callable(gancli.sweep), 'matplotlib' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\nTrue\nTrue False\n", done.stderr
    with pytest.raises(AttributeError, match="'gancli' has no attribute 'trian'"):
        gancli.trian  # type: ignore[attr-defined]  # noqa: B018


def test_a_warning_is_at_the_line_that_calls_and_no_reason_for_a_run_to_fail() -> None:
    config = {**RING, "log": [{"name": "tensorboard", "folder": "/proc/nowhere"}]}
    with pytest.warns(gancli.GancliWarning, match="tensorboard failed") as caught:
        run = gancli.train(config)
    assert run.status == "completed" and {Path(one.filename) for one in caught} == {Path(__file__)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("default", message=".*beta1.*")
        with pytest.raises(gancli.GancliWarning, match="tensorboard failed"):
            gancli.train(config)
    assert gancli.load("latest").status == "completed"


def test_a_change_of_the_current_folder_does_not_move_a_run(tmp_path: Path) -> None:
    start = Path.cwd()
    run = gancli.train(XOR, runs="r", callbacks=[lambda row: os.chdir(tmp_path)])
    assert run.status == "completed" and run.path.parent == start / "r"
