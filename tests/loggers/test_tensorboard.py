"""What TensorBoard reads in the event files, against what the run folder says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.runs import RunFolder, checkpoint
from gancli.spec import load
from helpers import gancli, train
from loggers.kit import TEXT

pytest.importorskip("tensorboard")


def read(folder: Path) -> Any:
    """All of a folder's events, as TensorBoard shows them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0, "scalars": 0}).Reload()


def assert_same_metrics(events: Any, folder: RunFolder) -> None:
    """Every number of every test is there, once, with its game as step, and nothing more."""
    there = {(event.step, tag): event.value for tag in events.Tags()["scalars"] for event in events.Scalars(tag)}
    expected = {(row["game"], key): row[key] for row in folder.rows() for key in row if key != "game"}
    assert there.keys() == expected.keys() and len(expected) > 40
    np.testing.assert_array_equal([there[key] for key in expected], np.float32([*expected.values()]))
    for tag in events.Tags()["scalars"]:
        assert len(events.Scalars(tag)) == len({event.step for event in events.Scalars(tag)})


def texts(events: Any, tag: str) -> list[str]:
    """As the text plugin reads them."""
    from tensorboard.util import tensor_util

    (event,) = events.Tensors(tag)
    return [one.decode("utf-8") for one in tensor_util.make_ndarray(event.tensor_proto)]


def test_its_events_are_the_runs_metrics_pictures_weights_and_configuration() -> None:
    folder, _ = train(TEXT + "log: [tensorboard]\n", "-q")
    events = read(folder.path / "tensorboard")
    assert_same_metrics(events, folder)
    pictures = {event.step: event for event in events.Images("pictures")}
    assert {step: event.encoded_image_string for step, event in pictures.items()} == {
        int(path.stem[5:]): path.read_bytes() for path in folder.images.glob("*.png")
    }
    assert {(event.width, event.height) for event in pictures.values()} == {(184, 124)}
    arrays = checkpoint.newest(folder.checkpoints).arrays
    last = events.Histograms("generator/layer1.weights")[-1]
    assert (last.step, last.histogram_value.num) == (20, 24)
    weights = arrays["generator.params"][:24].astype(np.float64)
    sums = [weights.min(), weights.max(), weights.sum(), np.square(weights).sum()]
    value = last.histogram_value
    np.testing.assert_allclose([value.min, value.max, value.sum, value.sum_squares], sums, rtol=1e-12)
    assert value.bucket == list(np.histogram(weights, 30)[0]) and value.bucket_limit[-1] == weights.max()
    assert len(events.Tags()["histograms"]) == 8
    (config,) = texts(events, "config")
    assert load(folder.config).yaml() == "".join(line[4:] + "\n" for line in config.splitlines())
    assert json.loads(texts(events, "spec")[0]) == folder.record()["spec"]
    assert texts(events, "run") == [str(folder.path.absolute())]
    assert events.SummaryMetadata("run").plugin_data.plugin_name == "text"


def test_a_resumed_run_goes_on_in_the_same_place_and_each_test_is_there_once() -> None:
    """The last test of a run that is extended comes after its checkpoint: it is measured again, or forgotten."""
    text = TEXT.replace("games: 20", "games: 18") + "log: [tensorboard]\n"
    folder, _ = train(text, "-q")
    assert [row["game"] for row in folder.rows()] == [0, 5, 10, 15, 18]
    assert gancli("resume", str(folder.path), "--games", "30", "-q").exit_code == 0
    assert len(list((folder.path / "tensorboard").iterdir())) == 2
    assert [row["game"] for row in folder.rows()] == [0, 5, 10, 15, 20, 25, 30]
    assert_same_metrics(read(folder.path / "tensorboard"), folder)


def test_pictures_between_the_last_test_and_a_checkpoint_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at game 24, the run goes on from game 20, whose last test was at 10; at 14 and 18 it has drawn."""
    text = TEXT.replace("games: 20", "games: 30").replace("test: {every: 5", "test: {every: 10")
    text = text.replace("pictures: {every: 10", "pictures: {every: 2").replace(
        "checkpoint: {every: 10}", "checkpoint: {every: 19}"
    )
    folder, _ = train(text + "log: [tensorboard]\n", "-q", "--set", "training.games=24")
    for path in checkpoint.paths(folder.checkpoints)[1:]:
        path.unlink()
    record = folder.record()
    folder.write_record({**record, "status": "running", "played": None, "end": None})
    assert gancli("resume", folder.path.name, "--games", "30", "-q").exit_code == 0
    images = read(folder.path / "tensorboard").Images("pictures")
    assert [image.step for image in images] == list(range(0, 31, 2))


def test_another_folder_holds_one_for_each_run_and_is_sought_from_the_configuration() -> None:
    Path("sub").mkdir()
    Path("sub/c.yaml").write_text(TEXT + "log: [{name: tensorboard, folder: boards}]", encoding="utf-8")
    runs = [Path(gancli("train", "sub/c.yaml", "-q").stdout.splitlines()[-1]) for _ in range(2)]
    assert sorted(path.name for path in Path("sub/boards").iterdir()) == sorted(run.name for run in runs)
    assert_same_metrics(read(Path("sub/boards", runs[0].name)), RunFolder(runs[0]))
    words = ["--set", "log=[{name: tensorboard, folder: here}]"]
    run = Path(gancli("train", "sub/c.yaml", "-q", *words).stdout.splitlines()[-1])
    assert len(list(Path("here", run.name).iterdir())) == 1 and not (run / "tensorboard").exists()


def test_a_link_in_the_run_folder_is_not_followed(tmp_path: Path) -> None:
    folder, _ = train(TEXT, "-q")
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "tensorboard").symlink_to(tmp_path / "elsewhere")
    result = gancli("resume", str(folder.path), "--games", "30", "--log", "tensorboard", "-q")
    assert result.exit_code == 0 and "tensorboard failed" in result.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_two_starts_within_a_second_write_two_files(tmp_path: Path) -> None:
    from gancli.loggers.tensorboard import _new_file

    with _new_file(tmp_path) as first, _new_file(tmp_path) as second:
        assert first.name < second.name
