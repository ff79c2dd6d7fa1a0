"""`gancli rm` takes away what it is told to, once that is confirmed, and nothing else."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.stand_ins import run_there, seat
from cli.test_results import ROWS, run, sweep
from gancli.disk import bytes_in
from helpers import gancli

A, B = "20260101T000000Z-x-aaaaaa", "20260102T000000Z-y-bbbbbb"


def there() -> list[str]:
    return sorted(path.name for path in Path("runs").iterdir())


def test_unasked_with_yes_and_not_without_a_terminal() -> None:
    run(A)
    run(B)
    result = gancli("rm", "x")
    assert result.exit_code == 2 and "--yes" in result.stderr and there() == [A, B]
    assert f"runs/{A}  " in result.stderr and "bytes" in result.stderr, "it says what it would remove"
    result = gancli("rm", "x", "--yes")
    assert (result.exit_code, result.stdout, there()) == (0, f"runs/{A}\n", [B])
    assert gancli("rm", "x", "--yes").exit_code == 2, "there is none any more"


@pytest.mark.parametrize(
    ("answer", "code", "left"), [("y\n", 0, []), ("n\n", 1, [A, B]), ("\n", 1, [A, B]), ("", 1, [A, B])]
)
def test_who_sits_there_is_asked_once_for_all(
    answer: str, code: int, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(A)
    run(B)
    seat(monkeypatch, answer, True, True)
    found, err, out = run_there("rm", "x", "y")
    assert (found, there()) == (code, left) and err.count("Remove these for good?") == 1
    assert out.splitlines() == ([] if left else [f"runs/{A}", f"runs/{B}"])


def test_an_answer_that_is_none_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run(A)
    seat(monkeypatch, "perhaps\nYES\n", True, True)
    code, err, _ = run_there("rm", "x")
    assert code == 0 and err.count("Remove this for good? [y/N]: ") == 2 and there() == []


def test_what_runs_is_not_removed_nor_anything_beside_it() -> None:
    first, second = run(A), run(B)
    second.lock()
    try:
        result = gancli("rm", "x", "y", "--yes")
    finally:
        second.unlock()
    assert result.exit_code == 2 and f"runs/{B}: is running" in result.stderr and there() == [A, B]
    made = sweep("s", [0.1, 0.2], 1, {(0.1, 0): ROWS, (0.2, 0): ROWS})
    cell = made.run(made.cells()[1]["cell"])
    cell.lock()
    try:
        assert gancli("rm", "latest", "--yes").exit_code == 2 and made.path.exists()
    finally:
        cell.unlock()
    made.lock()
    try:
        assert gancli("rm", str(cell.path), "--yes").exit_code == 2 and cell.path.exists(), "its sweep may play it yet"
    finally:
        made.unlock()
    assert gancli("rm", str(made.path), str(cell.path), "--yes").stdout == f"{made.path}\n", "the cell went with it"
    assert there() == [A, B] and first.path.exists()


def test_a_name_of_several_is_not_guessed() -> None:
    run(A)
    run("20260103T000000Z-x-cccccc")
    result = gancli("rm", "x", "--yes")
    assert result.exit_code == 2 and "2 runs are called x" in result.stderr and len(there()) == 2
    for part in ("aaaaaa", "x-aaa", "20260101T000000Z-x"):
        result = gancli("rm", part, "--yes")
        assert result.exit_code == 2 and f"{part!r} is a part of {A}" in result.stderr and len(there()) == 2
    assert gancli("rm", "x-aaaaaa", "--yes").stdout == f"runs/{A}\n"


def test_links_are_not_followed() -> None:
    made = run(A)
    Path("mine").mkdir()
    Path("mine/precious").write_text("precious")
    (made.path / "images" / "link").symlink_to(Path("mine").absolute())
    (made.path / "images" / "file").symlink_to(Path("mine/precious").absolute())
    Path("runs/link").symlink_to(made.path.absolute())
    result = gancli("rm", "runs/link", "--yes")
    assert result.exit_code == 2 and "is a link" in result.stderr and made.path.exists()
    assert gancli("rm", "x", "--yes").exit_code == 0
    assert not made.path.exists() and Path("mine/precious").read_text() == "precious"


@pytest.mark.parametrize("files", [(), ("run.json",), ("sweep.json",), ("run.json", "config.yaml")])
def test_what_is_no_folder_of_gancli_is_left_as_it_is(files: tuple[str, ...]) -> None:
    Path("other").mkdir()
    for file in files:
        Path("other", file).write_text("{}")
    for path in ("other", "."):
        result = gancli("rm", path, "--yes")
        assert result.exit_code == 2 and sorted(os.listdir("other")) == sorted(files), result.output


def test_a_damaged_one_can_be_removed() -> None:
    made = run(A)
    (made.path / "run.json").write_text("{")
    assert gancli("rm", A, "--yes").exit_code == 0 and there() == []


def test_where_one_stands_can_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(A)
    path = made.path.absolute()
    monkeypatch.chdir(made.path)
    assert gancli("rm", ".", "--yes").stdout == f"{path}\n" and not path.exists()


def test_what_cannot_be_removed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    run(A)

    def refuse(path: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("gancli.cli.removing.shutil.rmtree", refuse)
    result = gancli("rm", "x", "--yes")
    assert result.exit_code == 1 and "Permission denied" in result.stderr and result.stdout == ""


def test_bytes_are_those_of_files() -> None:
    Path("a/b").mkdir(parents=True)
    Path("a/one").write_bytes(bytes(100))
    Path("a/b/two").write_bytes(bytes(23))
    Path("a/link").symlink_to("one")
    assert bytes_in(Path("a")) == 123 and bytes_in(Path("none")) == 0 and sys.platform != "win32"
