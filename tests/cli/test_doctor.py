"""`gancli doctor` tells what there is and what cannot be found, never fails, and tells no secrets."""

import json
from pathlib import Path
from typing import Any

import pytest

from gancli import __version__
from gancli.data import SETS
from helpers import gancli

SECTIONS = ["versions", "machine", "blas", "engine", "data", "folders", "terminal", "environment"]


def facts(*words: str) -> Any:
    result = gancli("doctor", "--format", "json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_it_tells_what_a_run_depends_on() -> None:
    found = facts()
    assert list(found) == SECTIONS and not any("cannot be found" in section for section in found.values())
    assert found["versions"]["gancli"] == __version__ and found["versions"]["numpy"][0].isdigit()
    assert " of " in found["machine"]["usable cores"] and "free" in found["machine"]["memory"]
    assert found["blas"]["num_threads"] >= 1
    assert found["engine"] == {"auto": "numpy", "why": "numba is not for this test: it does not ask for `compiled`"}
    assert list(found["data"]) == [name for name, info in SETS.items() if info.fetched]
    assert found["data"]["mnist"] == "the bundled MNIST-5k" and "gancli data fetch cifar10" in found["data"]["cifar10"]
    assert found["folders"]["runs can be written"] == "yes" and found["environment"]["GANCLI_DATA"] == "not set"


def test_it_makes_a_first_game_on_the_fast_engine(compiled: None) -> None:
    engine = facts()["engine"]
    assert engine["auto"] == "numba" and engine["why"] == "numba works"
    assert "kernels" in engine["kernels"] and engine["first game"].endswith(" s")


def test_in_lines_it_tells_the_same() -> None:
    lines = gancli("doctor").stdout.splitlines()
    assert [line[:-1] for line in lines if not line.startswith(" ")] == SECTIONS
    found = facts()
    told = {line.split(maxsplit=1)[0] for line in lines if line.startswith(" ")}
    assert all(key.split()[0] in told for section in found.values() for key in section)


@pytest.mark.parametrize(
    ("place", "section"),
    [
        ("gancli.installing.command", "versions"),
        ("psutil.virtual_memory", "machine"),
        ("gancli.runs.provenance.machine", "blas"),
        ("gancli.experiment.engine_facts.engine_facts", "engine"),
        ("gancli.data.summary.overview", "data"),
        ("shutil.disk_usage", "folders"),
        ("shutil.get_terminal_size", "terminal"),
    ],
)
def test_what_cannot_be_found_is_said_and_the_rest_told(
    place: str, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: Any, **more: Any) -> None:
        raise RuntimeError("it is broken")

    monkeypatch.setattr(place, broken)
    found = facts()
    assert found[section] == {"cannot be found": "RuntimeError: it is broken"}
    assert not any("cannot be found" in found[other] for other in ("environment", "data") if other != section)


def test_no_home_and_no_secret_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("A_TOKEN", "s3cret")
    monkeypatch.setenv("GANCLI_DATA", str(tmp_path / "data"))
    text = gancli("doctor", "--runs", "mine").stdout
    assert str(tmp_path) not in text and "s3cret" not in text
    assert "~/mine, 0 bytes" in text and "~/data is not a folder" in text
    assert facts()["environment"]["GANCLI_DATA"] == "~/data"
    monkeypatch.setenv("GANCLI_DATA", f"{tmp_path}-of-another")
    assert facts()["environment"]["GANCLI_DATA"] == f"{tmp_path}-of-another", "another folder, whose name begins so"
