"""What is known to be unwise only once the data are loaded: said by check, train and sweep, and kept with a run."""

import json
from pathlib import Path

import pytest

import helpers
from experiment.test_evaluated_runs import few
from gancli import data, spec
from gancli.experiment import data_warnings, load_data, warnings_of_data
from gancli.runs import RunFolder, SweepFolder
from gancli.spec.yaml import load_text
from helpers import experiment, gancli

SEVENS = """
kind: wgan
name: small
data: {classes: [7]}
generator: {shape: [2, 3, 784]}
critic: {shape: [784, 2, 1]}
training: {games: 1, batch: 500}
test: {batches: 1}
pictures: {every: 10, count: 1}
engine: numpy
"""
XOR = "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 2, batch: 5}\ntest: {count: 401}\n"
CLIP = "critic: has no bound, such as `clip`: it is not Lipschitz, and its estimate is no distance"
BATCH = (
    "training.batch: is 500, but there are only 450 training samples (the bundled MNIST-5k): each batch, in training and "
    "in tests, holds some of them more than once"
)


def write(text: str = SEVENS) -> None:
    Path("c.yaml").write_text(text, encoding="utf-8")


def told(stderr: str) -> list[str]:
    """The warnings, without the place in the file."""
    lines = [line.removeprefix("warning: ") for line in stderr.splitlines() if line.startswith("warning: ")]
    return [line.split(": ", 1)[1] if line.startswith("c.yaml") else line for line in lines]


def of(text: str) -> list[str]:
    found = spec.resolve(load_text(text, "f")).experiment
    options = {} if isinstance(found, spec.Game2d) else found.data.model_dump(exclude_none=True)
    dataset = data.load(options.pop("set"), **options) if options else data.none()
    return [warning.key for warning in data_warnings(found, dataset)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SEVENS, ["training.batch"]),
        (SEVENS.replace("500", "450"), []),
        (SEVENS.replace("500", "451"), ["training.batch"]),
        (SEVENS.replace("[7]", "[7, 1]"), []),
        (XOR, ["training.batch", "test.count"]),
        (XOR.replace("batch: 5", "batch: 4").replace("401", "400"), []),
        (XOR.replace("xor", "xor, points: square"), ["test.count"]),
        ("kind: game2d\ntraining: {games: 1, batch: 3}\n", []),
    ],
)
def test_what_data_are_too_few_for(text: str, expected: list[str]) -> None:
    assert of(text) == expected


def test_check_and_train_say_it_and_the_run_keeps_it() -> None:
    folder, result = helpers.train(SEVENS)
    assert told(result.stderr) == [CLIP, BATCH]
    assert folder.record()["warnings"] == [CLIP, BATCH]
    log = (folder.path / "log.txt").read_text(encoding="utf-8")
    assert CLIP in log and BATCH in log
    checked = gancli("check", "c.yaml")
    assert checked.exit_code == 0 and told(checked.stderr) == [CLIP, BATCH]
    assert told(gancli("check", "c.yaml", "--set", "training.batch=450").stderr) == [CLIP]


def test_check_without_the_data_is_a_warning_and_training_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setenv("GANCLI_DATA", "/nowhere")
    checked = gancli("check", "c.yaml")
    assert checked.exit_code == 0 and "in all:" in checked.stdout
    assert told(checked.stderr) == [
        CLIP,
        "data: cannot be loaded here: $GANCLI_DATA: /nowhere is not a folder; correct it or unset it",
    ]
    assert gancli("train", "c.yaml").exit_code == 2
    full = gancli("check", "c.yaml", "--set", "data.require=full")
    assert full.exit_code == 0


def test_a_sweep_says_each_once_and_each_cell_keeps_its_own() -> None:
    write()
    words = ("c.yaml", "--grid", "training.batch=450,500", "--seeds", "2")
    dry = gancli("sweep", *words, "--dry-run")
    assert dry.exit_code == 0 and told(dry.stderr) == [CLIP, BATCH]
    result = gancli("sweep", *words, "--jobs", "1")
    assert result.exit_code == 0 and told(result.stderr) == [CLIP, BATCH]
    folder = SweepFolder(Path(result.stdout.splitlines()[-1]))
    assert [line.split(": ", 1)[1] for line in folder.record()["warnings"][:1]] == [CLIP]
    assert folder.record()["warnings"][1:] == [BATCH]
    kept = {}
    for cell in folder.cells():
        kept[cell["values"]["training.batch"]] = RunFolder(folder.run(cell["cell"]).path).record()["warnings"]
    assert kept == {450: [CLIP], 500: [CLIP, BATCH]}


def test_check_of_a_sweep_file_says_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    plan = {"sweep": {"base": "c.yaml", "grid": {"training.batch": [450, 500]}, "seeds": 2}}
    Path("s.yaml").write_text(json.dumps(plan), encoding="utf-8")
    checked = gancli("check", "s.yaml")
    assert checked.exit_code == 0 and len(checked.stdout.splitlines()) == 4 and told(checked.stderr) == [CLIP, BATCH]
    monkeypatch.setenv("GANCLI_DATA", "/nowhere")
    checked = gancli("check", "s.yaml")
    assert checked.exit_code == 0 and "data: cannot be loaded here" in told(checked.stderr)[1]
    refused = gancli("sweep", "s.yaml")
    assert refused.exit_code == 2 and "cannot be loaded here" not in refused.stderr and not Path("runs").exists()


def test_data_that_experiments_share_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    load = data.load
    monkeypatch.setattr(data, "load", lambda name, **more: asked.append(name) or load(name, **more))
    found = spec.resolve(load_text(XOR, "f")).experiment
    specs = [found.model_copy(update={"seed": seed}) for seed in range(5)]
    assert len({str(warning) for warning in warnings_of_data(specs, must_load=True)}) == 2 and asked == ["xor"]


@pytest.mark.parametrize(
    ("engine", "reason", "expected"), [("auto", "is slow", 1), ("auto", None, 0), ("numpy", "is slow", 0)]
)
def test_a_fast_engine_that_cannot_be_taken_is_said_where_it_would_be(
    engine: str, reason: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gancli.experiment.warnings.fallback", lambda: reason)
    found = experiment(XOR, f"engine={engine}", "training.batch=4", "test.count=4")
    assert list(data_warnings(found, load_data(found))) == [spec.Problem("", "engine", "is slow")] * expected


def test_batches_are_of_training_alone_where_nothing_is_tested_in_batches() -> None:
    found = experiment(XOR, "engine=numpy", "test.count=4")
    (warning,) = data_warnings(found, load_data(found))
    assert warning.key == "training.batch" and warning.text.endswith(
        "(made here): each batch holds some of them more than once"
    )


def test_data_that_are_missing_or_cannot_be_judged_are_warned_of_where_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of each experiment, in their order; the others' warnings are told all the same."""
    judged, other = (experiment(SEVENS, "test.every=10", *more) for more in (["evaluate={every: 10}"], ["seed=1"]))
    monkeypatch.setattr("gancli.experiment.warnings.load_data", lambda spec: few(facts={"pictures": "others"}))
    monkeypatch.setattr("gancli.experiment.warnings.check_fit", lambda spec, dataset: None)  # images of four pixels
    batch, refused, again = warnings_of_data([judged, other], must_load=False)
    assert batch == again and batch.key == "training.batch"
    assert (refused.where, refused.key) == ("", "") and refused.text.startswith(
        "evaluate: the bundled judge of MNIST was"
    )
    with pytest.raises(data.DataError, match="^evaluate: the bundled judge"):
        list(warnings_of_data([judged], must_load=True))

    def missing(found: object) -> data.Dataset:
        raise data.DataError("gone")

    monkeypatch.setattr("gancli.experiment.warnings.load_data", missing)
    told = list(warnings_of_data([judged, other], must_load=False))
    assert told == [spec.Problem("", "data", "cannot be loaded here: gone")]
    with pytest.raises(data.DataError, match="^gone$"):
        list(warnings_of_data([judged], must_load=True))
