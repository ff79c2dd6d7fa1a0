"""The end of a command says where its results are and what shows them, in commands that work."""

import shlex
from pathlib import Path

import pytest

from helpers import gancli, train

RING = """\
kind: gan
name: ring
engine: numpy
data: {set: ring}
generator: {shape: [2, 4, 2]}
discriminator: {shape: [2, 4, 1]}
training: {games: 20, batch: 8}
pictures: {every: 10}
"""


def test_a_run_says_where_its_last_picture_is_and_what_shows_it() -> None:
    folder, result = train(RING)
    picture, following = result.stderr.splitlines()[-2:]
    assert picture == f"pictures: {folder.path}/images/game-000020.png" and Path(picture.split()[1]).exists()
    assert following == "next: gancli plot latest, gancli report latest"
    assert result.stdout == f"{folder.path}\n"
    extended = gancli("resume", "ring", "--games", "30")
    assert (
        f"pictures: {folder.path}/images/game-000030.png\nnext: gancli plot latest, gancli report latest"
        in extended.stderr
    )
    shown = gancli("show", "latest")  # as plot and report do, which take longer
    assert shown.exit_code == 0 and str(folder.path) in shown.stdout and shown.stderr == ""


def test_a_second_run_of_a_name_is_what_the_name_stands_for_and_the_first_is_told_apart() -> None:
    (first, _), (second, result) = train(RING), train(RING, "--runs", "runs")
    assert "next: gancli plot latest," in result.stderr
    shown = gancli("show", "ring")
    assert f"note: 2 runs are called ring; this is the latest, {second.path.name}" in shown.stderr
    assert str(second.path) in shown.stdout
    assert f"next: gancli plot {first.path.name}," in gancli("resume", str(first.path), "--games", "30").stderr
    _, other = train(RING.replace("name: ring", "name: other"))
    assert "next: gancli plot latest," in other.stderr
    assert "next: gancli plot ring," in gancli("resume", "ring", "--games", "30").stderr
    drawn = gancli("sample", "ring", "-n", "4")
    assert drawn.exit_code == 0 and "this is the latest" in drawn.stderr and drawn.stdout == "samples-0.csv\n"


def test_runs_that_are_elsewhere_are_named_so_that_they_are_found() -> None:
    _, result = train(RING, "--runs", "my runs")
    command = result.stderr.splitlines()[-1].removeprefix("next: ").split(", ")[0]
    assert command == "gancli plot latest --runs 'my runs'"
    assert gancli("show", *shlex.split(command)[2:]).exit_code == 0


def test_a_quiet_run_says_neither() -> None:
    folder, result = train(RING, "-q")
    assert "pictures:" not in result.stderr and "next:" not in result.stderr
    assert list(folder.images.glob("*.png"))


def test_a_run_without_pictures_says_only_what_shows_it() -> None:
    text = "kind: supervised\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 4}\n"
    _, result = train(text)
    assert "pictures:" not in result.stderr and result.stderr.endswith(
        "next: gancli plot latest, gancli report latest\n"
    )


def test_a_sweep_says_where_its_summary_is_and_what_compares_it() -> None:
    Path("c.yaml").write_text(RING)
    result = gancli("sweep", "c.yaml", "--seeds", "2", "--jobs", "1", "--name", "two")
    summary, following = result.stderr.splitlines()[-2:]
    assert Path(summary.removeprefix("summary: ")).read_text().count("\n") == 3
    assert following == "next: gancli compare latest, gancli plot latest"
    assert gancli("compare", "two").exit_code == 0


@pytest.mark.slow
def test_a_run_that_is_broken_off_says_where_its_last_picture_is_and_what_goes_on_with_it() -> None:
    text = RING.replace("games: 20", "games: 1000000000")
    for words in ((), ("--runs", "my runs")):
        folder, result = train(text, "--max-time", "1s", *words, code=124)
        picture, command = result.stderr.splitlines()[-2:]
        path = picture.removeprefix("pictures: ")
        assert Path(shlex.split(path)[0]).parent == folder.images
        assert shlex.split(command.removeprefix("to go on: ")) == ["gancli", "resume", folder.path.name, *words]
    again = gancli("resume", str(folder.path), "--max-time", "1s")
    assert again.stderr.endswith(f"to go on: gancli resume '{folder.path}'\n"), "where it is elsewhere, by its path"
