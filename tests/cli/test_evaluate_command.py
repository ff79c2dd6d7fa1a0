"""What `gancli evaluate` asks for, prints, warns of and keeps; the measures are made by hand."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from cli.tables import cells
from gancli.evaluation.findings import NOTHING
from gancli.experiment import evaluating
from gancli.runs import RunError, RunFolder, SweepFolder
from gancli.runs.files import TEMPORARY, _host
from helpers import gancli
from runs.test_ranking import NOISE, sweep

HOW = evaluating.How()


def measure(value: float | None, half: float | None = None, real: float | None = 1.0, real_half: float | None = None) -> dict[str, Any]:  # fmt: skip
    return {"value": value, "±": half, "real": real, "real ±": real_half}


RESULT: dict[str, Any] = {
    "run": "runs/x", "game": 0, "asked": 500, "seed": 3, "data": "rings", "checksum": "c", "judge": None, "samples": 400, "sets": 10,
    "notices": ["few of them", "and old"], "way": "w",
    "measures": {
        "precision": measure(0.5, 0.02, 0.9),
        "frechet": measure(12.0, None, 0.3, 0.01),
        "density": measure(None, None, None),
        "theta": measure(3.0, 1.0, 2.0, 0.5),
    },
    "findings": ["collapse: one", "classes: two"],
}  # fmt: skip


@pytest.fixture
def made() -> RunFolder:
    folder = RunFolder.create(Path("runs"), "x", "", {"status": "completed", "kind": "gan", "played": 100}, exact=True)
    folder.unlock()
    return folder


class Measured:
    """Of which runs, and how, measures were asked for; `results` are the answers by the run's name."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, evaluating.How]] = []
        self.known: dict[str, evaluating.How] = {}
        self.results: dict[str, Any] = {"x": RESULT}

    def evaluate(self, run: RunFolder, how: evaluating.How) -> Any:
        self.asked.append((run.path.name, how))
        result = self.results[run.path.name]
        if isinstance(result, Exception):
            raise result
        return result

    def is_of(self, run: RunFolder, how: evaluating.How) -> bool:
        return self.known.get(run.path.name) == how


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    found = Measured()
    monkeypatch.setattr(evaluating, "evaluate", found.evaluate)
    monkeypatch.setattr(evaluating, "is_of", found.is_of)
    return found


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ([], evaluating.How(10_000, 0, None, 0, False)),
        (["--samples", "100", "--seed", "7", "--quick"], evaluating.How(100, 7, None, 0, True)),
        (["--critic"], evaluating.How(10_000, 0, None, 3, False)),
        (["--critic", "--critic-seeds", "2", "--samples", "100000"], evaluating.How(100_000, 0, None, 2, False)),
        (["--critic-seeds", "5"], evaluating.How(10_000, 0, None, 0, False)),
        (["--samples", "99"], None),
        (["--samples", "100001"], None),
        (["--seed", "-1"], None),
        (["--critic", "--critic-seeds", "1"], None),
        (["--critic", "--critic-seeds", "101"], None),
    ],
)
def test_options_say_what_is_measured(
    words: list[str], how: evaluating.How | None, made: RunFolder, measured: Measured
) -> None:
    assert gancli("evaluate", "x", *words).exit_code == (0 if how else 2)
    assert measured.asked == ([("x", how)] if how else [])


def test_another_judge_is_that_of_the_run_that_is_named(
    made: RunFolder, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    RunFolder.create(Path("runs"), "umpire", "", {"status": "completed"}, exact=True).unlock()
    monkeypatch.setattr("gancli.experiment.judges.judge_of", lambda folder: folder.path.name)
    assert gancli("evaluate", "x", "--judge", "umpire").exit_code == 0
    assert measured.asked == [("x", evaluating.How(judge="umpire"))]  # type: ignore[arg-type]


def test_a_table_is_measures_beside_real_data_then_what_is_wrong(made: RunFolder, measured: Measured) -> None:
    result = gancli("evaluate", "x")
    *table, one, two = result.stdout.splitlines()
    assert [re.split(r" {2,}", line) for line in table] == [
        ["measure", "samples", "real data"],
        ["precision", "0.5 ± 0.02", "0.9", "higher is better"],
        ["frechet", "12", "0.3 ± 0.01", "lower is better"],
        ["density", "–", "–", "best at the real data's"],
        ["theta", "3 ± 1", "2 ± 0.5", "says nothing of quality"],
    ]
    assert (one, two) == ("collapse: one", "classes: two")
    facts = ["run: runs/x", "game: 0", "samples: 400", "sets: 10", "seed: 3", "data: rings"]
    assert result.stderr.splitlines() == [*facts, "note: few of them", "note: and old"], "no judge, and nothing else"


def test_where_nothing_is_wrong_that_is_said(made: RunFolder, measured: Measured) -> None:
    measured.results["x"] = {"measures": {"frechet": measure(1.0)}, "findings": [], "judge": "umpire"}
    result = gancli("evaluate", "x")
    assert result.stdout.splitlines()[2:] == [NOTHING] and result.stderr == "judge: umpire\n"


def test_json_is_the_result_and_what_is_kept(made: RunFolder, measured: Measured) -> None:
    result = gancli("evaluate", "x", "--format", "json")
    assert json.loads(result.stdout) == RESULT == made.evaluation() and result.stderr == ""
    assert gancli("evaluate", "x", "-o", "a.json").exit_code == 0
    assert json.loads(Path("a.json").read_text()) == RESULT
    measured.results["x"] = {**RESULT, "seed": 8}
    assert gancli("evaluate", "x", "-o", "a.json").exit_code == 2 and gancli("evaluate", "x", "-o", "a.txt").exit_code == 2  # fmt: skip
    assert gancli("evaluate", "x", "-o", "a.json", "--force").exit_code == 0
    assert json.loads(Path("a.json").read_text())["seed"] == 8 and made.evaluation()["seed"] == 3, (
        "in place of the run's"
    )


@pytest.mark.parametrize(
    ("error", "said"), [(OSError(28, "No space left on device"), "No space left on device"), (OSError("odd"), "odd")]
)
def test_what_cannot_be_kept_is_shown_with_a_warning(
    error: OSError, said: str, made: RunFolder, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: Any) -> None:
        raise error

    monkeypatch.setattr("gancli.runs.files.write_json", fail)
    result = gancli("evaluate", "x")
    assert result.exit_code == 0 and "collapse: one" in result.stdout and "warning" not in result.stdout
    warning = result.stderr.splitlines()[-1]
    assert warning.startswith("warning: ") and f"{made.path / 'evaluation.json'}: {said}; -o " in warning


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_cannot_be_shown_is_kept(
    form: str, made: RunFolder, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: Any) -> None:
        raise OSError(28, "No space left on device")

    for name in ("print_rows", "print_json"):
        monkeypatch.setattr(f"gancli.cli.evaluate.{name}", full)
    assert gancli("evaluate", "x", "--format", form).exit_code == 1 and made.evaluation() == RESULT
    folder = sweep(NOISE[:1], [[{"theta": 1.0}]])
    measured.results["0" * 12] = RESULT
    assert gancli("evaluate", str(folder.path), "-o", "a.json", "--format", form).exit_code == 1
    assert list(json.loads(Path("a.json").read_text())["cells"]) == ["0" * 12]


def test_what_a_killed_process_left_beside_the_result_is_taken_away(made: RunFolder, measured: Measured) -> None:
    none = 2**22 + 1  # more than Linux gives
    dead, alive = (made.path / f"{TEMPORARY}evaluation.json.{_host()}-{pid}.x" for pid in (none, os.getpid()))
    for path in (dead, alive):
        path.touch()
    assert gancli("evaluate", "x").exit_code == 0 and not dead.exists() and alive.exists()


SETTLED = "not every critic has settled"


@pytest.mark.parametrize(
    ("critic", "warned"),
    [
        ({}, []),
        ({"seeds": 3, "dead": [], "converged": True, "real": {"dead": []}}, []),
        ({"seeds": 3, "converged": False}, [SETTLED]),
        ({"seeds": 3, "dead": [1, 2], "converged": True}, ["critics that are dead", "left out: seeds 1, 2"]),
        (
            {"seeds": 3, "dead": [0], "converged": False, "real": {"dead": [2]}},
            ["critics that are dead", "seeds 0", "critics of real data that are dead", "seeds 2", SETTLED],
        ),
        ({"seeds": 2, "dead": [0, 1], "converged": False}, ["critics that are dead", "seeds 0, 1"]),
    ],
)
def test_critics_that_say_nothing_are_warned_of(
    critic: dict[str, Any], warned: list[str], made: RunFolder, measured: Measured
) -> None:
    facts = {"critic": critic} if critic else {}
    measured.results["x"] = {"measures": {"frechet": measure(1.0)}, "findings": [], **facts}
    result = gancli("evaluate", "x")
    assert result.exit_code == 0 and "critic" not in result.stdout
    rest = result.stderr
    for text in warned:
        assert text in rest
        rest = rest.partition(text)[2]
    assert result.stderr.count("warning: ") == sum("critic" in text for text in warned)


STATUSES = [["completed", "collapsed", "diverged"], ["completed", "completed", "failed"]]
CELLS = ["000000000000", "000000000001", "100000000000", "100000000001"]


def answer(value: float, score: float | None, **more: Any) -> dict[str, Any]:
    """Of a cell: two measures, of which the second may be undefined, a share, and one that is never defined."""
    measures = {"frechet": measure(value), "score": measure(score), "share_1": measure(0.5), "density": measure(None)}
    return {"measures": measures, "findings": [], "game": 100, **more}


@pytest.fixture
def folder(measured: Measured) -> SweepFolder:
    """A sweep of which the third cell that counts is known: it is what stands beside it, and says nothing of critics."""
    known = {"frechet": (6.0, 1.0), "score": (2.0, 1.0), "share_1": (0.5, 1.0)}
    measures: list[list[dict[str, tuple[float, float]]]] = [[{}] * 3, [known, {}, {}]]
    made = sweep(NOISE, [[{"theta": 1.0}] * 3] * 2, STATUSES, measures)
    critic = {"seeds": 3, "dead": [1], "converged": True}
    path = made.run(CELLS[2]).path / "evaluation.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "critic": critic, "notices": ["old"]}))
    measured.known = {CELLS[2]: HOW}
    measured.results = {
        CELLS[0]: answer(1.0, 4.0, notices=["few", "old"], findings=["one", "two"], critic={**critic, "dead": [2]}),
        CELLS[1]: answer(3.0, None, notices=["few"]),
        CELLS[2]: answer(9.0, 9.0),
        CELLS[3]: RunError("its data are gone"),
    }
    return made


def test_cells_are_measured_or_known_or_left_out_and_their_means_are_shown(
    folder: SweepFolder, measured: Measured
) -> None:
    """Student's t of one degree of freedom is 12.706, and s / √2 of 1 and 3 is 1."""
    result = gancli("evaluate", str(folder.path))
    assert result.exit_code == 0 and measured.asked == [(CELLS[place], HOW) for place in (0, 1, 3)]
    *said, one, other = result.stderr.splitlines()
    assert [line for line in said if "warning" not in line] == [
        f"1/4 {CELLS[0]}: one; two",
        f"2/4 {CELLS[1]}: {NOTHING}",
        f"3/4 {CELLS[2]}: {NOTHING} (known)",
        f"4/4 {CELLS[3]}: left out: its data are gone",
    ]
    (warning,) = [line for line in said if "warning" in line]
    assert warning.endswith("seeds 2") and said.index(warning) == 1, "of what is new, after its cell"
    assert (one, other) == ("note: few", "note: old"), "each once"
    above, *table = result.stdout.splitlines()
    assert above.startswith("mean over seeds") and cells(table) == [
        ["noise", "seeds", "diverged", "frechet", "density", "score", "failed", "not evaluated"],
        ["null", "2 of 3", "1", "2 ± 13", "–", "4 (1)", "", ""],
        ["50", "1 of 3", "", "6", "–", "2", "1", "1"],
    ]
    kept = {path.parent.name: json.loads(path.read_text()) for path in folder.path.rglob("evaluation.json")}
    assert kept.keys() == set(CELLS[:3]) and kept[CELLS[0]] == measured.results[CELLS[0]]
    assert kept[CELLS[2]]["measures"]["frechet"]["value"] == 6.0


def test_with_another_file_cells_keep_what_they_have(folder: SweepFolder, measured: Measured) -> None:
    result = gancli("evaluate", str(folder.path), "-o", "a.json")
    assert result.exit_code == 0 and "warning" not in result.stderr
    assert [path.parent.name for path in folder.path.rglob("evaluation.json")] == [CELLS[2]]
    found = json.loads(Path("a.json").read_text())
    assert found["sweep"] == str(folder.path) and list(found["cells"]) == CELLS[:3]
    assert found["cells"][CELLS[1]] == measured.results[CELLS[1]] and found["cells"][CELLS[2]]["notices"] == ["old"]
    assert found["means"] == [
        {
            "noise": "null", "seeds": 2, "of": 3, "diverged": 1, "frechet": 2.0, "± frechet": pytest.approx(12.7062, rel=1e-5),
            "density": None, "± density": None, "score": 4.0, "± score": None, "share_1": 0.5, "± share_1": 0.0,
        },
        {
            "noise": 50, "seeds": 1, "of": 3, "failed": 1, "not evaluated": 1, "frechet": 6.0, "± frechet": None,
            "density": None, "± density": None, "score": 2.0, "± score": None, "share_1": 0.5, "± share_1": None,
        },
    ]  # fmt: skip
    printed = gancli("evaluate", str(folder.path), "--format", "json")
    assert json.loads(printed.stdout) == found["means"]


@pytest.mark.parametrize("error", [RunError("odd"), OSError(5, "odd")])
def test_a_sweep_of_which_nothing_can_be_measured_says_so_of_each_cell(
    error: Exception, folder: SweepFolder, measured: Measured
) -> None:
    measured.results, measured.known = dict.fromkeys(CELLS, error), {}
    (folder.run(CELLS[2]).path / "evaluation.json").unlink()
    result = gancli("evaluate", str(folder.path))
    assert result.exit_code == 0 and result.stderr.count("left out") == 4 == len(result.stderr.splitlines())
    assert cells(result.stdout.splitlines()[1:]) == [["noise", "seeds"], ["null", "0 of 3"], ["50", "0 of 3"]]


def test_an_evaluation_in_another_way_is_none_that_is_known(folder: SweepFolder, measured: Measured) -> None:
    gancli("evaluate", str(folder.path), "--seed", "4")
    assert [name for name, _ in measured.asked] == CELLS and {how.seed for _, how in measured.asked} == {4}
