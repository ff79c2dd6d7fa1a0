"""What is printed never ends the work, dies on no terminal, and moves no cursor."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiment.test_runs import GAME2D, WGAN
from gancli.cli.streams import escaped
from gancli.runs import RunFolder, listing
from helpers import gancli, started

GANCLI = f"{sys.executable} -m gancli"
ENDLESS = GAME2D.replace("games: 40", "games: 1000000000")


def shell(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, errors="surrogateescape", env={**os.environ, **variables}
    )


@pytest.mark.parametrize("ending", ["2>&1 | head -1", "2>/dev/full", "2>&-", "<&-", ">&-", ">/dev/full"])
def test_a_reader_that_goes_away_ends_what_is_printed_and_not_the_work(ending: str) -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = shell(f"{GANCLI} train c.yaml {ending}; exit ${{PIPESTATUS[0]}}")
    assert result.returncode == 0 and "Traceback" not in result.stderr
    (run,) = listing(Path("runs"))
    assert run.record()["status"] == "completed" and run.record()["played"] == 40
    assert all(json.loads(line) for line in run.metrics.read_text().splitlines()), (
        "no print went into a file of the run"
    )


def test_what_was_not_written_to_a_full_disk_is_an_error_of_a_command_that_only_prints() -> None:
    result = shell(f"{GANCLI} schema > /dev/full")
    assert result.returncode == 1 and "No space left on device; free space" in result.stderr
    assert shell(f"{GANCLI} schema | head -1; exit ${{PIPESTATUS[0]}}").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_is_closed_stops_a_run_as_sigterm_does(number: signal.Signals, tmp_path: Path) -> None:
    Path("c.yaml").write_text(ENDLESS, encoding="utf-8")
    with started(*GANCLI.split(), "train", "c.yaml") as process:
        while not list(tmp_path.glob("runs/2*/metrics.jsonl")):
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number and f"interrupted: {number.name} at game " in err
    assert RunFolder(Path(out.strip())).record()["status"] == "interrupted"


def test_what_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    Path("c.yaml").write_text(ENDLESS.replace("1000000000", "3000"), encoding="utf-8")
    line = f"trap '' HUP; {GANCLI} train c.yaml -q & sleep 0.1; while [ ! -e runs/2* ]; do sleep 0.02; done; kill -HUP $!; wait $!"
    assert shell(line).returncode == 0
    assert listing(Path("runs"))[0].record()["status"] == "completed"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("words", [["check", "c.yaml"], ["schema"], ["show", "small", "--format", "json"]])
def test_a_terminal_of_any_encoding_shows_all_of_it(words: list[str], encoding: str) -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    assert gancli("train", "c.yaml", "-q", "--set", "training.games=2").exit_code == 0
    result = subprocess.run(
        [*GANCLI.split(), *words], capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert result.returncode == 0 and b"Traceback" not in result.stderr
    text = result.stdout.decode(encoding)
    assert text.endswith("\n")
    if words != ["check", "c.yaml"]:
        utf8 = subprocess.run(
            [*GANCLI.split(), *words], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
        )
        assert json.loads(text) == json.loads(utf8.stdout)


@pytest.mark.slow
def test_bytes_that_are_no_text_in_arguments_and_paths() -> None:
    Path("c.yaml").write_text(GAME2D, encoding="utf-8")
    result = shell(GANCLI + " train c.yaml -q --runs $'r\\xff'")
    assert result.returncode == 0, result.stderr
    run = RunFolder(Path(result.stdout.strip()))
    assert os.fsencode(run.path).startswith(b"r\xff/"), "a program reads the path as it is"
    assert run.record()["argv"][-1] == "r\udcff" and run.record()["status"] == "completed"
    for words in (
        "ls",
        "show small",
        "show small --format json",
        "plot small",
        "report small",
        "resume small --games 50",
    ):
        assert shell(f"{GANCLI} {words} --runs $'r\\xff'").returncode == 0, words
    result = shell(GANCLI + " check $'\\xff.yaml'")
    assert result.returncode == 2 and "\\udcff.yaml: no such file" in result.stderr
    assert shell(f"{GANCLI} data info mnist", GANCLI_DATA="\udcff").returncode == 2


def test_names_move_no_cursor() -> None:
    assert escaped("a\x1b[2J\r\x9b1m\x7f\u202e\n\tz") == "a\\x1b[2J\\x0d\\x9b1m\\x7f\\u202e\n\tz"
    Path("c.yaml").write_text('kind: wgan\n"\\e[31mred": 1\n', encoding="utf-8")
    result = gancli("check", "c.yaml")
    assert result.exit_code == 2 and "\x1b" not in result.output and "\\x1b[31mred" in result.stderr
    result = gancli("train", "nowhere\x1b]0;title\x07.yaml")
    assert "\x1b" not in result.output and "nowhere\\x1b]0;title\\x07.yaml" in result.stderr
    Path("d.yaml").write_text(GAME2D, encoding="utf-8")
    gancli("train", "d.yaml", "-q")
    (run,) = listing(Path("runs"))
    run.write_record({**run.record(), "argv": ["\x1b[31m"], "reason": "a\x9bb\nc"})
    for words in (["ls"], ["ls", "--format", "csv"], ["show", "small"], ["show", "small", "--format", "json"]):
        result = gancli(*words)
        assert result.exit_code == 0 and not {"\x1b", "\x9b"} & set(result.output), words
    assert json.loads(gancli("show", "small", "--format", "json").stdout)["reason"] == "a\x9bb\nc"


@pytest.mark.slow
def test_a_signal_that_an_import_has_swallowed_is_heeded_all_the_same(tmp_path: Path) -> None:
    """Raised in a finaliser, an exception is printed and forgotten: a run then stops when it begins, others soon."""
    Path("c.yaml").write_text(ENDLESS, encoding="utf-8")
    swallowing = (
        "import os, signal, sys, time\n"
        "from gancli import cli, experiment\n"
        "begin = experiment.begin\n"
        "def swallowed(*words, **more):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM); time.sleep(0.1)\n"
        "    except KeyboardInterrupt:\n"
        "        pass\n"
        "    if 'slow' in sys.argv: time.sleep(60)\n"
        "    return begin(*words, **more)\n"
        "experiment.begin = swallowed\n"
        "cli.main(['train', 'c.yaml'])\n"
    )
    result = subprocess.run([sys.executable, "-c", swallowing], capture_output=True, text=True, timeout=30)
    assert result.returncode == 143 and "interrupted: SIGTERM at game 0" in result.stderr, result.stderr
    start = time.monotonic()
    result = subprocess.run([sys.executable, "-c", swallowing, "slow"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 143 and "interrupted" in result.stderr and time.monotonic() - start < 15


def test_an_evaluation_is_kept_where_it_cannot_be_printed() -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    assert gancli("train", "c.yaml", "-q", "--set", "training.games=2").exit_code == 0
    result = shell(f"{GANCLI} evaluate small --quick --samples 100 > /dev/full")
    assert result.returncode == 1 and "No space left" in result.stderr
    assert list(Path("runs").glob("*/evaluation.json"))
    result = shell(f"{GANCLI} --help > /dev/full")
    assert result.returncode == 1 and "Traceback" not in result.stderr
