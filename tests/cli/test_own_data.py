"""A user's own data from a configuration to a report, with nothing but the command line."""

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots import style
from gancli.plots.frames import read_png
from gancli.report import html
from gancli.runs import RunFolder, SweepFolder, checkpoint
from helpers import gancli
from own_sources import RNG, SOURCES, Source, coloured, points

OUTPUT = {"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh, "linear": lambda x: x}
CURVES = ["scores.png", "losses.png", "divergence.png", "gradients.png", "distances.png", "pictures.png"]
GENERATED = [
    "weights-generator.png",
    "last-bias-generator.png",
    "weights-discriminator.png",
    "filters-discriminator.png",
]
OF_ROWS = ["weights-generator.png", "weights-discriminator.png"]
MANIFOLD = ["coverage", "precision", "recall", "density"]
NEAR = ["nearest_train", "wasserstein", "sliced_wasserstein"]


@pytest.fixture(scope="session")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(autouse=True)
def rough(monkeypatch: pytest.MonkeyPatch) -> None:
    """What figures and measures are is for their own tests: here they may be small and rough, which is faster."""
    monkeypatch.setitem(style._OURS, "figure.dpi", 20)
    monkeypatch.setattr("gancli.plots.vectors.BINS", 8)
    for name, count in {"BLOCKS": 2, "VALIDATION": 100, "COMPARED": 100}.items():
        monkeypatch.setattr(f"gancli.evaluation.table.{name}", count)
    monkeypatch.setattr("gancli.evaluation.two_samples.TREES", 20)
    monkeypatch.setitem(style._OURS, "figure.constrained_layout.use", False)


def written(config: dict[str, Any]) -> None:
    """YAML holds JSON."""
    Path("c.yaml").write_text(json.dumps(config), encoding="utf-8")


def run(config: dict[str, Any], *words: str) -> RunFolder:
    written(config)
    result = gancli("train", "c.yaml", "-q", *words)
    assert result.exit_code == 0 and "warning" not in result.stderr, result.output
    return RunFolder(Path(result.stdout.splitlines()[-1]))


def said(*words: str) -> str:
    result = gancli(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def gan(data: dict[str, Any], features: int, output: str = "sigmoid", **training: Any) -> dict[str, Any]:
    return {
        "kind": "gan",
        "data": data,
        "generator": {"shape": [4, features], "output": output, "optimizer": {"eta": 0.1}},
        "discriminator": {"shape": [features, 1], "optimizer": {"eta": 0.1}},
        "training": {"games": 4, "batch": 8, **training},
        "test": {"every": 2},
        "pictures": {"every": 2, "count": 4},
    }


def supervised(data: dict[str, Any], shape: list[int], **more: Any) -> dict[str, Any]:
    network = {"shape": shape, **more, "optimizer": {"name": "adam", "eta": 0.01}}
    training = {"games": 200, "batch": 32}
    return {"kind": "supervised", "data": data, "network": network, "training": training, "pictures": {"every": 200}}


def made_in(folder: Path, name: str) -> Source:
    """The source, its path written out, made once a session."""
    source = SOURCES[name]
    place = folder / re.sub(r"\W+", "-", name)
    if not place.exists():
        place.mkdir()
        source.make(place)
    return Source(**{**vars(source), "data": {**source.data, "path": str(place / source.data["path"])}})


def generated(folder: RunFolder, latents: Any, output: str) -> Any:
    """What the one layer of the newest checkpoint's generator makes, computed here."""
    saved = checkpoint.newest(folder.checkpoints)
    (_, shape, _), (_, bias, at) = saved.facts["layout"]["generator"]
    params = saved.arrays["generator.params"].astype(np.float64)
    return OUTPUT[output](latents @ params[:at].reshape(shape) + params[at : at + bias[0]])


def page_shows(folder: RunFolder) -> int:
    """How many of the run's pictures, as they are in its folder, are in its report."""
    text = (folder.path / "report.html").read_text(encoding="utf-8")
    return sum(html.address(path.read_bytes(), ".png") in text for path in folder.images.glob("*.png"))


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_own_data_from_check_to_report(name: str, own_folder: Path) -> None:
    source = made_in(own_folder, name)
    output = source.generator["output"]
    config = gan(source.data, math.prod(source.shape), output)
    images = len(source.shape) == 3

    written(config)
    checked = gancli("check", "c.yaml")
    assert checked.exit_code == 0 and checked.stderr == "", checked.stderr
    assert f"4 → {math.prod(source.shape)}" in checked.stdout and f"set: {source.data['set']}" in checked.stdout

    folder = run(config)
    about = folder.record()["data"]
    assert about["set"] == source.data["set"] and source.data["path"] in about["origin"]
    assert (tuple(about["shape"]), about["samples"], tuple(about["classes"])) == (
        source.shape, source.counts[0], source.classes,
    )  # fmt: skip
    assert [row["game"] for row in folder.rows()] == [0, 2, 4]

    said("sample", "latest", "-n", "50", "-o", "s.npz")
    with np.load("s.npz") as drawn:
        values, latents = drawn["images" if images else "vectors"], drawn["latents"]
    assert values.shape == (50, *source.shape) and values.dtype == np.float32 and latents.shape == (50, 4)
    own = generated(folder, latents, output).reshape(values.shape)
    if images:
        own = own / 2 + 0.5 if "range" in source.data else 1 - own if "invert" in source.data else own
    else:
        own = own * about["std"] + about["mean"]
    np.testing.assert_allclose(values, own, rtol=1e-4, atol=1e-5)
    assert not images or (values.min() >= 0 and values.max() <= 1)

    default = said("sample", "latest", "-n", "4").strip()
    assert default == ("samples-0.png" if images else "samples-0.csv") and Path(default).stat().st_size > 50
    if images:
        assert read_png(Path(default)).ndim == (3 if source.shape[0] == 3 else 2)

    result = json.loads(said("evaluate", "latest", "--samples", "100", "--format", "json"))
    assert result == json.loads((folder.path / "evaluation.json").read_text(encoding="utf-8"))
    check_measures(result, source)

    names = [Path(line).name for line in said("plot", "latest").splitlines()]
    also = [] if images else ["pairs.png" if source.shape[0] < 7 else "columns.png"]
    assert names == [*CURVES, *also, *(GENERATED if images else OF_ROWS)]

    said("report", "latest")
    text = (folder.path / "report.html").read_text(encoding="utf-8")
    assert all(f"game {game}" in text for game in (0, 2, 4)) and f"set: {source.data['set']}" in text
    assert page_shows(folder) == (3 if images else 0)


def check_measures(result: dict[str, Any], source: Source) -> None:
    """All that needs no judge, and of real data what it must be."""
    measures = result["measures"]
    images = len(source.shape) == 3
    assert result["samples"] == min(100, source.counts[1], source.counts[0] // 4) and result.get("judge") is None
    assert set(measures) >= {
        *MANIFOLD,
        *NEAR,
        "duplicates",
        *(["parzen"] if images else ["two_sample", "ks", "correlations"]),
    }
    assert not any(name in measures for name in ("frechet", "score", "classes"))
    real = {name: measure["real"] for name, measure in measures.items()}
    assert all(math.isfinite(value) for value in real.values())
    assert all(0.7 < real[name] <= 1 for name in MANIFOLD[:3]) and 0.7 < real["density"] < 1.5
    assert 0.005 < real["duplicates"] < 0.05, "one in a hundred, of few"
    if images:
        assert any("without a judge" in notice for notice in result["notices"])
    else:
        assert real["two_sample"] == pytest.approx(0.5, abs=0.1) and measures["two_sample"]["value"] > 0.7
        assert real["ks"] < 0.25 and real["correlations"] < 0.2 and measures["ks"]["value"] > real["ks"]
        assert all(measures[name]["value"] > real[name] for name in NEAR)


def test_some_classes_of_pictures_alone(own_folder: Path) -> None:
    source = made_in(own_folder, "2,000 PNGs in three folders")
    about = run(gan({**source.data, "classes": ["red", "blue"]}, 3072, games=1)).record()["data"]
    assert about["classes"] == ["blue", "red"] and about["counts"] == {"train": 1200, "test": 133}


def test_a_classifier_learns_the_folders_of_pictures(own_folder: Path) -> None:
    source = made_in(own_folder, "2,000 PNGs in three folders")
    config = supervised({**source.data, "size": [8, 8]}, [192, 3], output="softmax")
    folder = run({**config, "training": {"games": 60, "batch": 16, "loss": "cross_entropy"}, "pictures": {"every": 60}})
    assert folder.last()["accuracy"] == 1.0 and folder.record()["data"]["shape"] == [3, 8, 8]
    names = {Path(line).name for line in said("plot", "latest").splitlines()}
    assert names >= {"accuracy.png", "confusion.png", "filters-network.png"}, names


def test_a_classifier_learns_digits_and_draws_its_errors(own_folder: Path) -> None:
    source = made_in(own_folder, "scikit-learn's digits as .npz")
    folder = run(
        supervised(source.data, [64, 30, 10]), "--set", "training.games=600", "--set", "network.optimizer.eta=0.02"
    )
    assert folder.rows()[0]["accuracy"] < 0.3 and folder.last()["accuracy"] > 0.8
    names = {Path(line).name for line in said("plot", "latest").splitlines()}
    assert names >= {"confusion.png", "errors.png", "filters-network.png", "accuracy.png"}
    said("report", "latest")
    assert "accuracy" in (folder.path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("standardize", [True, False])
def test_a_classifier_learns_the_classes_of_a_table(standardize: bool, own_folder: Path) -> None:
    source = made_in(own_folder, "a CSV of points with labels")
    data = {**source.data, "standardize": standardize}
    folder = run(supervised(data, [2, 16, 3], activation="tanh", output="sigmoid"))
    assert folder.rows()[0]["accuracy"] < 0.7
    if standardize:
        assert folder.last()["accuracy"] > 0.9
    names = {Path(line).name for line in said("plot", "latest").splitlines()}
    assert "confusion.png" in names and "errors.png" not in names, "rows are no images"


def test_numbers_are_predicted(tmp_path: Path) -> None:
    """Both are linear in the columns, but for noise; standardised, to predict the mean is a loss of 1."""
    rng = RNG(5)
    x = rng.normal(size=(500, 3)) * [1, 10, 100] + 50
    y = np.column_stack([x @ [1, 0.1, 0.01], 1000 - x @ [2, -0.1, 0]]) + 0.1 * rng.normal(size=(500, 2))
    np.savetxt("t.csv", np.hstack([x, y]), "%.5f", ",", header="a,b,c,up,down", comments="")
    data = {"set": "table", "path": "t.csv", "targets": ["up", "down"], "standardize": True}
    config = supervised(data, [3, 2], activation="linear", output="linear")
    folder = run({**config, "training": {"games": 600, "batch": 32}})
    first, last = folder.rows()[0], folder.last()
    assert first["loss"] > 0.5 and last["loss"] < 0.1 and "accuracy" not in last
    assert folder.record()["data"]["columns"] == ["a", "b", "c"]
    with np.load(sorted(folder.images.glob("*.npz"))[-1]) as arrays:
        true, predicted = arrays["true"], arrays["predicted"]
    assert true.shape == predicted.shape == (50, 2)
    assert np.corrcoef(true[:, 0], predicted[:, 0])[0, 1] > 0.95
    names = {Path(line).name for line in said("plot", "latest").splitlines()}
    assert "predicted.png" in names and not names & {"accuracy.png", "confusion.png", "errors.png"}
    said("report", "latest")
    result = gancli("sample", "latest")
    assert result.exit_code == 2 and "no generator to sample from" in result.stderr


@pytest.mark.parametrize(
    "options", [{}, {"range": [-1, 1]}, {"invert": True}, {"range": [-1, 1], "invert": True}], ids=str
)
def test_images_are_shown_as_they_are_however_networks_see_them(options: dict[str, Any], own_folder: Path) -> None:
    source = made_in(own_folder, "scikit-learn's digits as .npz")
    config = supervised({**source.data, **options}, [64, 10])
    folder = run({**config, "training": {"games": 1, "batch": 16}, "pictures": {"every": 1, "count": 9}})
    with np.load(source.data["path"]) as file, np.load(sorted(folder.images.glob("*.npz"))[-1]) as shown:
        images, labels = file["x"], file["y"]
        assert shown["images"].shape == (9, 1, 8, 8)
        for image, label in zip(shown["images"][:, 0], shown["labels"], strict=True):
            (place,) = np.flatnonzero(np.abs(images - image).max(axis=(1, 2)) < 1e-5)
            assert labels[place] == label
    about = folder.record()["data"]
    ends = about.get("black", 0.0), about.get("white", 1.0)
    low, high = options.get("range", [0, 1])
    assert ends == ((high, low) if "invert" in options else (low, high))


def test_a_generator_of_tanh_learns_the_brightness_of_images() -> None:
    """Three quarters of the way from black to white, which it sees as ½, or as −½ where they are inverted."""
    np.save("grey.npy", np.full((64, 2, 2), 191, np.uint8))
    for options in ({}, {"invert": True}):
        data = {"set": "images", "path": "grey.npy", "range": [-1, 1], **options}
        config = gan(data, 4, "tanh", games=400, batch=16)
        run(
            config,
            "--set",
            "discriminator.shape=[4, 8, 1]",
            "--set",
            "discriminator.activation=leaky_relu",
            "--set",
            "test.every=400",
            "--set",
            "pictures.every=400",
        )
        said("sample", "latest", "-n", "100", "-o", "s.npz", "--force")
        with np.load("s.npz") as drawn:
            assert drawn["images"].mean() == pytest.approx(0.75, abs=0.2), options


def test_a_run_on_own_data_goes_on_to_the_same_bits(own_folder: Path) -> None:
    source = made_in(own_folder, "a CSV of points with labels")
    config = gan(source.data, 2, "linear")
    ends = []
    for words in (["--set", "training.games=6"], ["--set", "training.games=3"]):
        folder = run(config, *words)
        if words[1].endswith("3"):
            said("resume", folder.path.name, "--games", "6", "-q")
        saved = checkpoint.newest(folder.checkpoints)
        ends.append((saved.facts["game"], {key: value.tobytes() for key, value in saved.arrays.items()}))
    assert ends[0] == ends[1] and ends[0][0] == 6


@pytest.mark.parametrize("kind", ["table", "images"])
def test_data_that_changed_are_refused(kind: str, tmp_path: Path) -> None:
    """By resume and by evaluate, even where their size and number are the same."""
    if kind == "table":
        points(tmp_path / "own.csv", 90)
        config = gan({"set": "table", "path": "own.csv", "label": "kind"}, 2, "linear")
    else:
        coloured(tmp_path / "pics", 60, 4)
        config = gan({"set": "images", "path": "pics"}, 48)
    folder = run(config)
    for command in (["resume", "latest", "--games", "8", "-q"], ["evaluate", "latest", "--samples", "100"]):
        assert gancli(*command).exit_code == 0
    before = (folder.path / "run.json").read_text(encoding="utf-8")
    if kind == "table":
        text = Path("own.csv").read_text(encoding="utf-8")
        Path("own.csv").write_text(text.replace("9", "8", 1), encoding="utf-8")
    else:
        path = next((tmp_path / "pics" / "red").iterdir())
        path.write_bytes((tmp_path / "pics" / "blue" / "0000.png").read_bytes())
    for command in (["resume", "latest", "--games", "9"], ["evaluate", "latest", "--samples", "100"]):
        result = gancli(*command)
        assert result.exit_code == 2 and "it was trained on other data" in result.stderr, result.output
        assert "Traceback" not in result.stderr and result.stdout == ""
    assert (folder.path / "run.json").read_text(encoding="utf-8") == before


def test_data_that_are_gone_are_refused(tmp_path: Path) -> None:
    """But what was learned of them is drawn without them."""
    points(tmp_path / "own.csv", 90)
    run(gan({"set": "table", "path": "own.csv", "label": "kind"}, 2, "linear"))
    Path("own.csv").rename("elsewhere.csv")
    for command in (["resume", "latest", "--games", "8"], ["evaluate", "latest"]):
        result = gancli(*command)
        assert result.exit_code == 2 and "own.csv: there is no such file" in result.stderr, result.output
    said("plot", "latest")
    said("report", "latest")
    rows = list(csv.reader(Path(said("sample", "latest", "-n", "5").strip()).read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["length (mm)", "weight (kg)"] and len(rows) == 6


def test_samples_of_a_standardised_table_are_in_its_own_units(own_folder: Path) -> None:
    source = made_in(own_folder, "a CSV of points with labels")
    folder = run(gan(source.data, 2, "linear"))
    said("sample", "latest", "-n", "400", "-o", "s.csv")
    rows = np.loadtxt("s.csv", delimiter=",", skiprows=1)
    about = folder.record()["data"]
    assert about["mean"] == pytest.approx([100, -2.967], abs=0.2) and about["std"] == pytest.approx(
        [5.0, 0.051], rel=0.1
    )
    assert rows.shape == (400, 2)
    assert np.all(np.abs(rows.mean(axis=0) - about["mean"]) < 1.5 * np.array(about["std"]))
    assert np.all(rows.std(axis=0) < 3 * np.array(about["std"]))


def test_a_sweep_over_how_a_table_is_seen(own_folder: Path) -> None:
    """The seed decides what is held out, `standardize` what networks see: four cells, four checksums and one table."""
    source = made_in(own_folder, "a CSV of points with labels")
    written(
        supervised(source.data, [2, 8, 3], activation="tanh", output="sigmoid")
        | {"training": {"games": 150, "batch": 32}}
    )
    sweep = {"sweep": {"base": "c.yaml", "grid": {"data.standardize": [True, False]}, "seeds": 2}}
    Path("s.yaml").write_text(json.dumps(sweep), encoding="utf-8")
    said("check", "s.yaml")
    result = gancli("sweep", "s.yaml", "--jobs", "1")
    assert result.exit_code == 0, result.output
    folder = SweepFolder(Path(result.stdout.splitlines()[-1]))
    runs = {cell: folder.run(cell).record() for cell, status in folder.statuses().items() if status == "completed"}
    assert len(runs) == 4
    assert len({record["data"]["sha256"] for record in runs.values()}) == 2
    seen = {("mean" in record["data"], record["seed"]) for record in runs.values()}
    assert seen == {(True, 0), (True, 1), (False, 0), (False, 1)}
    rows = {row["data.standardize"]: row for row in folder.summary_rows()}
    assert {str(key).lower() for key in rows} == {"true", "false"}
    names = [Path(line).name for line in said("plot", "latest").splitlines()]
    assert names
    said("report", "latest")


def test_a_judge_of_own_images(own_folder: Path) -> None:
    """A classifier of the same pictures, and of no others."""
    source = made_in(own_folder, "scikit-learn's digits as .npz")
    judge = run(
        {
            **supervised(source.data, [64, 20, 10], output="softmax"),
            "training": {"games": 300, "batch": 32, "loss": "cross_entropy"},
        }
    )
    assert judge.last()["accuracy"] > 0.85
    folder = run(gan(source.data, 64))
    words = ["evaluate", folder.path.name, "--judge", judge.path.name, "--samples", "100", "--format", "json"]
    result = json.loads(said(*words))
    measures = result["measures"]
    assert result["judge"] == str(judge.path) and not any("without a judge" in notice for notice in result["notices"])
    assert set(measures) >= {"frechet", "score", "classes", "shares_kl", "unsure", *MANIFOLD, *NEAR}
    assert measures["classes"]["real"] == 10 and measures["classes"]["value"] < 9
    assert measures["frechet"]["value"] > 3 * measures["frechet"]["real"]
    assert sum(measures[f"share_{label}"]["real"] for label in range(10)) == pytest.approx(1, abs=1e-6)

    np.savez("other.npz", x=RNG(0).random((60, 8, 8)), y=np.arange(60) % 10)
    other = run(gan({"set": "images", "path": "other.npz"}, 64))
    refused = gancli("evaluate", other.path.name, "--judge", judge.path.name)
    assert (
        refused.exit_code == 2
        and "was trained on digits.npz" in refused.stderr
        and "this run on other.npz" in refused.stderr
    )
    inverted = run(
        {
            **supervised({**source.data, "invert": True}, [64, 10], output="softmax"),
            "training": {"games": 1, "batch": 32, "loss": "cross_entropy"},
        }
    )
    refused = gancli("evaluate", folder.path.name, "--judge", inverted.path.name)
    assert refused.exit_code == 2 and "train it without `range`, `invert`" in refused.stderr
    table = made_in(own_folder, "a CSV of points with labels")
    rows = run(gan(table.data, 2, "linear"))
    refused = gancli("evaluate", rows.path.name, "--judge", judge.path.name)
    assert refused.exit_code == 2 and "which no judge knows; leave it out" in refused.stderr


@pytest.mark.slow
def test_a_swiss_roll() -> None:
    config = gan({"set": "swissroll", "samples": 400}, 2, "linear")
    folder = run(config)
    assert folder.record()["data"]["shape"] == [2] and folder.record()["data"]["samples"] == 400
    rows = np.loadtxt(said("sample", "latest", "-n", "20").strip(), delimiter=",", skiprows=1)
    assert rows.shape == (20, 2)
    result = json.loads(said("evaluate", "latest", "--samples", "100", "--format", "json"))
    measures = result["measures"]
    assert set(measures) >= {*MANIFOLD, *NEAR, "two_sample", "ks", "ks_x0", "ks_x1"} and "modes" not in measures
    assert measures["two_sample"]["real"] == pytest.approx(0.5, abs=0.1) and measures["two_sample"]["value"] > 0.7
    assert measures["ks"]["real"] < measures["ks"]["value"]
    names = [Path(line).name for line in said("plot", "latest").splitlines()]
    assert names == [*CURVES, "last.png", *OF_ROWS]
    said("report", "latest")
    assert (folder.path / "report.html").read_text(encoding="utf-8").count("data:image/png;base64,") >= 3


def test_eight_gaussians_are_measured_by_their_modes() -> None:
    run(gan({"set": "eight_gaussians", "samples": 400}, 2, "linear"))
    measures = json.loads(said("evaluate", "latest", "--samples", "100", "--format", "json"))["measures"]
    assert measures["modes"]["real"] == 8 and measures["quality"]["real"] > 0.95 and measures["quality"]["value"] < 0.1


def test_two_moons_are_told_apart_and_drawn() -> None:
    config = supervised({"set": "two_moons", "samples": 500}, [2, 16, 1], activation="tanh", output="sigmoid")
    folder = run({**config, "training": {"games": 400, "batch": 32}})
    assert folder.rows()[0]["accuracy"] < 0.8 and folder.last()["accuracy"] > 0.85
    with np.load(sorted(folder.images.glob("*.npz"))[-1]) as arrays:
        half, plane = float(arrays["half"]), arrays["plane"]
        assert half > 1.9 and np.abs(arrays["points"]).max() <= half, "the square holds the points"
        above, below = plane[len(plane) // 4], plane[-len(plane) // 3]
        assert above.mean() < below.mean(), "the upper moon is 0, the lower one 1"
    names = {Path(line).name for line in said("plot", "latest").splitlines()}
    assert "pictures.png" in names and "confusion.png" not in names


def test_stacked_mnist_counts_the_numbers_it_spells() -> None:
    """The bundled digits, of which held-out images spell nearly a number each."""
    folder = run(gan({"set": "stacked_mnist", "samples": 400}, 2352))
    assert folder.record()["data"]["shape"] == [3, 28, 28] and len(folder.record()["data"]["classes"]) == 1000
    assert read_png(next(folder.images.glob("*.png"))).ndim == 3
    result = json.loads(said("evaluate", "latest", "--samples", "100", "--quick", "--format", "json"))
    measures = result["measures"]
    assert result["samples"] == 100 and set(measures) >= {"modes", "reverse_kl"}
    assert 85 < measures["modes"]["real"] <= 100 and measures["modes"]["value"] < 60
    assert measures["reverse_kl"]["real"] == pytest.approx(math.log(10), abs=0.2)
    assert measures["reverse_kl"]["value"] > 2.7


def test_a_column_without_a_name_is_a_label_by_its_number() -> None:
    rows = np.column_stack([RNG(6).normal(size=(90, 2)), np.arange(90) % 3])
    rows[:, 0] += 4 * rows[:, 2]
    np.savetxt("bare.csv", rows, "%.4f", ",")
    np.save("bare.npy", rows)
    for path in ("bare.csv", "bare.npy"):
        folder = run(
            supervised({"set": "table", "path": path, "label": 2}, [2, 3], output="softmax"),
            "--set",
            "training.loss=cross_entropy",
        )
        assert len(folder.record()["data"]["classes"]) == 3 and folder.last()["accuracy"] > 0.6


@pytest.mark.slow
def test_a_table_of_one_column_and_one_that_is_constant() -> None:
    """No pair, no correlation; and a column that never changes is no reason to divide by zero."""
    rng = RNG(7)
    np.savetxt("one.csv", 5 + rng.normal(size=200), "%.4f", header="cost ($)", comments="")
    np.savetxt(
        "flat.csv", np.column_stack([rng.normal(size=200), np.full(200, 7)]), "%.4f", ",", header="a,b", comments=""
    )
    for name, features in (("one", 1), ("flat", 2)):
        data = {"set": "table", "path": f"{name}.csv", "standardize": True}
        written(gan(data, features, "linear"))
        said("train", "c.yaml", "-q")
        measures = json.loads(said("evaluate", "latest", "--samples", "100", "--format", "json"))["measures"]
        assert measures["correlations"]["value"] is None if name == "one" else measures["correlations"]["real"] == 0.0
        assert all(math.isfinite(measure["real"]) for key, measure in measures.items() if key != "correlations")
        said("evaluate", "latest", "--samples", "100")
        names = [Path(line).name for line in said("plot", "latest").splitlines()]
        assert ("columns.png" if name == "one" else "pairs.png") in names
        said("report", "latest")
        path = Path(said("sample", "latest", "-n", "5", "--force").strip())
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        assert rows[0] == (["cost ($)"] if name == "one" else ["a", "b"]) and len(rows) == 6


def test_samples_have_the_form_of_what_they_are(own_folder: Path) -> None:
    """Rows are no picture, images are no table."""
    table, images = (made_in(own_folder, name) for name in ("a CSV of points with labels", "IDX of 8×8"))
    for source, wrong, right in ((table, "s.png", "csv or .npz"), (images, "s.csv", "png or .npz")):
        run(gan(source.data, math.prod(source.shape), games=1))
        refused = gancli("sample", "latest", "-o", wrong)
        assert refused.exit_code == 2 and f"must end in .{right}" in refused.stderr and not Path(wrong).exists()


@pytest.mark.slow
def test_a_classifier_of_many_classes() -> None:
    """What it takes for what is counted of a hundred at most."""
    for classes in (100, 101):
        np.savez("many.npz", x=RNG(8).random((404, 3, 3)), y=np.arange(404) % classes)
        folder = run(
            {
                **supervised({"set": "images", "path": "many.npz"}, [9, classes]),
                "training": {"games": 2, "batch": 8},
                "pictures": {"every": 2, "count": 9},
            }
        )
        with np.load(sorted(folder.images.glob("*.npz"))[-1]) as arrays:
            assert ("confusion" in arrays) == (classes == 100) and arrays["images"].shape == (9, 1, 3, 3)
        names = {Path(line).name for line in said("plot", "latest").splitlines()}
        assert "errors.png" in names and ("confusion.png" in names) == (classes == 100)
