"""`gancli predict`: classes and numbers of a user's own samples, by hand from the checkpoint's arrays."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gancli.data import load
from gancli.runs import RunFolder, checkpoint
from helpers import gancli, train

Array = NDArray[Any]
DIGITS = "kind: supervised\nnetwork: {shape: [784, 9, 10], output: softmax}\ntraining: {games: 300, batch: 8, loss: cross_entropy}\nengine: numpy\n"
XOR = "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 3, 1]}\ntraining: {games: 9}\nengine: numpy\n"
TABLE = """
kind: supervised
data: {set: table, path: t.csv, label: breed, standardize: true}
network: {shape: [2, 4, 3], output: softmax}
training: {games: 400, batch: 8, loss: cross_entropy}
engine: numpy
"""
NUMBERS = (
    TABLE.replace("label: breed", "targets: [wool, price]")
    .replace("output: softmax", "output: linear")
    .replace(", loss: cross_entropy", "")
    .replace("2, 4, 3", "2, 4, 2")
)


def outputs(folder: RunFolder, seen: Array) -> Array:
    """What a perceptron with one hidden layer of sigmoids says before its last activation."""
    saved = checkpoint.newest(folder.checkpoints)
    params = saved.arrays["network.params"]
    w = [params[a : a + int(np.prod(s))].reshape(s) for _, s, a in saved.facts["layout"]["network"]]
    return np.asarray(1 / (1 + np.exp(-(seen @ w[0] + w[1]))) @ w[2] + w[3])


def predicted(*words: str) -> list[dict[str, str]]:
    result = gancli("predict", "latest", *words)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def refused(*words: str) -> str:
    result = gancli("predict", "latest", *words)
    assert result.exit_code == 2 and result.stdout == "", result.output
    return result.stderr


@pytest.fixture
def digits() -> tuple[RunFolder, Array]:
    """A run, and 20 test images as it saw them."""
    return train(DIGITS, "-q")[0], load("mnist").test.samples[:20] / np.float32(255)


def test_arrays_of_images_in_any_order_of_axes(digits: tuple[RunFolder, Array]) -> None:
    folder, images = digits
    powers = np.exp(outputs(folder, images))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    arrays = {"chw": images.reshape(-1, 1, 28, 28), "hwc": images.reshape(-1, 28, 28, 1), "hw": images.reshape(-1, 28, 28),
              "bytes": np.rint(images * 255).astype(np.uint8).reshape(-1, 28, 28), "rows": images}  # fmt: skip
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)
        rows = predicted(f"{name}.npy")
        assert [row["sample"] for row in rows] == [str(number) for number in range(20)]
        assert [int(row["class"]) for row in rows] == probabilities.argmax(axis=1).tolist()
        assert [float(row["probability"]) for row in rows] == pytest.approx(probabilities.max(axis=1), abs=1e-5)
    np.savez("several.npz", a=arrays["chw"], b=arrays["chw"][:5])
    assert (
        "--key: several.npz holds several arrays" in refused("several.npz")
        and len(predicted("several.npz", "--key", "b")) == 5
    )
    assert gancli("predict", "latest", "chw.npy", "-o", "p.npz").stdout == "p.npz\n"
    with np.load("p.npz") as found:
        assert found["probabilities"] == pytest.approx(probabilities, abs=1e-5) and found["classes"].tolist() == list(
            "0123456789"
        )
        assert np.array_equal(found["labels"], probabilities.argmax(axis=1)) and found["samples"][3] == "3"


def test_a_folder_of_pictures_has_the_names_of_its_files(digits: tuple[RunFolder, Array]) -> None:
    folder, images = digits
    Path("mine").mkdir()
    for number in range(6):
        pixels = np.rint(images[number] * 255).astype(np.uint8).reshape(28, 28)
        Image.fromarray(pixels).resize((56, 56), Image.Resampling.NEAREST).save(f"mine/{number}.png")
    (Path("mine") / "broken.png").write_bytes(b"nothing")
    rows = predicted("mine")
    assert "note: 1 files could not be read" in gancli("predict", "latest", "mine").stderr
    assert [row["sample"] for row in rows] == [f"{number}.png" for number in range(6)], "the broken one is left out"
    assert [int(row["class"]) for row in rows] == outputs(folder, images[:6]).argmax(axis=1).tolist(), "resized back"
    assert predicted("mine/3.png") == rows[3:4], "one picture alone"
    assert "mine/broken.png: cannot be read" in refused("mine/broken.png")
    np.save("dark.npy", 1 - images)
    expected = outputs(folder, 1 - (1 - images)).argmax(axis=1).tolist()
    assert [int(row["class"]) for row in predicted("dark.npy", "--invert")] == expected


def test_images_that_do_not_fit_are_refused(digits: tuple[RunFolder, Array]) -> None:
    for shape in ((5, 1, 27, 28), (5, 3, 28, 28), (5, 28), (5,)):
        np.save("a.npy", np.zeros(shape))
        assert f"a.npy: has shape {shape}; what was learned from is (count, 1, 28, 28)" in refused("a.npy")
    np.save("a.npy", np.full((2, 28, 28), -1.0))
    assert "a.npy: its values lie between -1 and -1" in refused("a.npy")
    assert "there is no such file or folder" in refused("nothing.npy")
    assert "for pictures give the folder" in refused("c.yaml")
    Path("empty").mkdir()
    assert "empty" in refused("empty")


def table(rows: int = 60) -> Array:
    """Three breeds by height and weight, and two numbers that follow from these."""
    rng = np.random.default_rng(0)
    breeds = np.arange(rows) % 3
    height, weight = 60 + 10 * breeds + rng.random(rows), 900 - 50 * breeds + rng.random(rows)
    lines = [f"{h},{w},{'ABC'[b]},{h / 9},{2000 + w}" for h, w, b in zip(height, weight, breeds, strict=True)]
    Path("t.csv").write_text("\n".join(["height,weight,breed,wool,price", *lines]))
    return np.c_[height, weight].astype(np.float32)


def test_a_table_is_standardised_as_the_run_did_and_columns_are_found_by_name() -> None:
    values = table()
    lines = Path("t.csv").read_text().splitlines()
    Path("t.csv").write_text("\n".join(",".join(line.split(",")[:3]) for line in lines))
    folder, _ = train(TABLE, "-q")
    data = folder.data()
    powers = np.exp(outputs(folder, (values - np.array(data["mean"])) / np.array(data["std"])))
    expected = powers / powers.sum(axis=1, keepdims=True)
    Path("asked.csv").write_text(
        "\n".join(["name,weight,height", *(f"s{k},{w!r},{h!r}" for k, (h, w) in enumerate(values.tolist()))])
    )
    rows = predicted("asked.csv")
    assert [row["class"] for row in rows] == ["ABC"[label] for label in expected.argmax(axis=1)] == list("ABC" * 20)
    assert [float(row["probability"]) for row in rows] == pytest.approx(expected.max(axis=1), abs=1e-5)
    np.save("asked.npy", values)
    assert predicted("asked.npy") == rows, "columns by their places"
    Path("bare.csv").write_text("\n".join(f"{h!r},{w!r}" for h, w in values.tolist()))
    assert predicted("bare.csv") == rows, "without a header too"
    Path("few.csv").write_text("height,wight\n1,2\n")
    assert "few.csv: has no column 'weight'; did you mean 'wight'?" in refused("few.csv")
    Path("many.csv").write_text("1,2,3\n4,5,6\n")
    assert "has 2 columns (height, weight), this has 3 (x0, x1, x2)" in refused("many.csv")
    np.save("many.npy", np.zeros((4, 3)))
    assert "many.npy: has 3 columns; what was learned from has 2" in refused("many.npy")
    Path("words.csv").write_text("height,weight\n1,much\n")
    assert "got 'much'" in refused("words.csv")
    assert "is no table" in refused("runs") and "--invert" in refused("asked.npy", "--invert")


def test_numbers_are_predicted_in_their_own_units() -> None:
    values = table()
    lines = Path("t.csv").read_text().splitlines()
    Path("t.csv").write_text("\n".join(",".join(np.array(line.split(","))[[0, 1, 3, 4]]) for line in lines))
    folder, _ = train(NUMBERS, "-q")
    data = folder.data()
    seen = (values - np.array(data["mean"])) / np.array(data["std"])
    expected = outputs(folder, seen) * np.array(data["target_std"]) + np.array(data["target_mean"])
    rows = predicted("t.csv")
    assert [[float(row[name]) for name in ("wool", "price")] for row in rows] == pytest.approx(expected, rel=1e-5)
    assert expected.mean(axis=0) == pytest.approx([7.8, 2850], rel=0.03), "as they are in the table"
    assert gancli("predict", "latest", "t.csv", "-o", "p.npz").exit_code == 0
    with np.load("p.npz") as found:
        assert found["predictions"] == pytest.approx(expected, rel=1e-5) and found["columns"].tolist() == [
            "wool",
            "price",
        ]


@pytest.mark.parametrize(("output", "middle"), [("sigmoid", 0.5), ("tanh", 0.0)])
def test_a_single_output_says_which_of_two_classes_is_nearer(output: str, middle: float) -> None:
    folder, _ = train(XOR, "-q", "--set", f"network.output={output}")
    points = np.random.default_rng(0).uniform(-1, 1, (40, 2)).astype(np.float32)
    np.save("points.npy", points)
    said = outputs(folder, points)[:, 0]
    said = np.tanh(said) if output == "tanh" else 1 / (1 + np.exp(-said))
    rows = predicted("points.npy")
    names = folder.data()["classes"]
    assert [row["class"] for row in rows] == [names[int(one > middle)] for one in said]
    assert [float(row["output"]) for row in rows] == pytest.approx(said, abs=1e-5), "not trained to be a probability"


def test_the_probability_is_that_of_the_class_that_is_named() -> None:
    folder, _ = train(XOR.replace("games: 9", "games: 9, loss: cross_entropy"), "-q")
    points = np.random.default_rng(0).uniform(-1, 1, (40, 2)).astype(np.float32)
    np.save("points.npy", points)
    p = 1 / (1 + np.exp(-outputs(folder, points)[:, 0]))
    rows = predicted("points.npy")
    assert [float(row["probability"]) for row in rows] == pytest.approx(np.maximum(p, 1 - p), abs=1e-5)
    assert min(float(row["probability"]) for row in rows) >= 0.5


def test_other_runs_predict_nothing_and_say_what_to_take() -> None:
    train(
        "kind: gan\ndata: {set: ring}\ngenerator: {shape: [2, 4, 2]}\ndiscriminator: {shape: [2, 4, 1]}\ntraining: {games: 2}\nengine: numpy\n",
        "-q",
    )
    assert "is a gan run; only a supervised one predicts: `gancli sample` draws" in refused("x.npy")
    train("kind: game2d\ntraining: {games: 2}\n", "-q")
    assert "is a game2d run; only a supervised one predicts\n" in refused("x.npy")


def test_what_is_there_is_not_replaced() -> None:
    train(XOR, "-q")
    np.save("points.npy", np.zeros((2, 2)))
    Path("p.csv").write_text("mine")
    assert (
        "--force" in gancli("predict", "latest", "points.npy", "-o", "p.csv").stderr
        and Path("p.csv").read_text() == "mine"
    )
    assert gancli("predict", "latest", "points.npy", "-o", "p.csv", "--force").exit_code == 0
    assert Path("p.csv").read_text().startswith("sample,class,output\n0,")


def test_numbers_of_an_older_run_are_in_standard_deviations_and_that_is_said() -> None:
    table()
    lines = Path("t.csv").read_text().splitlines()
    Path("t.csv").write_text("\n".join(",".join(np.array(line.split(","))[[0, 1, 3, 4]]) for line in lines))
    folder, _ = train(NUMBERS, "-q")
    before = predicted("t.csv")
    record, data = folder.record(), folder.data()
    older = {key: value for key, value in data.items() if not key.startswith("target_")}
    folder.write_record({**record, "data": older})
    result = gancli("predict", "latest", "t.csv")
    assert "note: predictions are in standard deviations from the mean" in result.stderr
    first = next(csv.DictReader(io.StringIO(result.stdout)))
    own = float(first["wool"]) * data["target_std"][0] + data["target_mean"][0]
    assert own == pytest.approx(float(before[0]["wool"]), rel=1e-5)
    folder.write_record({**record, "data": {**data, "target_std": "none"}})
    assert "target_std is not what gancli writes" in refused("t.csv")
