"""`gancli export`: ONNX Runtime gives what the run gives, and weights have their names."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file

import gancli.experiment.exporting as exporting
from gancli import installing
from gancli.cli.failing import describe
from gancli.experiment import load_data
from gancli.experiment.learned import learned
from gancli.export.errors import ExportError
from gancli.runs import RunFolder, checkpoint
from helpers import experiment, gancli, train

Array = NDArray[Any]
END = "\ntraining: {games: 2, batch: 4}\nengine: numpy\n"
PERCEPTRON = (
    "kind: gan\ndata: {classes: [7]}\ngenerator: {shape: [6, 9, 784], ema: 0.9}\ndiscriminator: {shape: [784, 7, 1], mu: 0.5}"
    + END
)
WGAN = """
kind: wgan
data: {classes: [7], range: [-1, 1]}
latent: {distribution: gaussian}
generator: {shape: [6, 9, 784], output: linear}
critic: {shape: [784, 7, 1], activation: relu, clip: {bound: 0.1}}
""" + END  # fmt: skip
NOISY = WGAN.replace("output: linear", "output: linear, noise: {mode: multiply, scale: 0.3}")
DCGAN = """
kind: gan
data: {classes: [7]}
generator:
  inputs: 6
  layers:
    - {units: 147, reshape: [3, 7, 7], activation: relu, batch_norm: true}
    - {conv_transpose: 2, kernel: 4, stride: 2, padding: 1, activation: leaky_relu, batch_norm: true}
    - {conv_transpose: 1, kernel: 4, stride: 2, padding: 1, activation: sigmoid}
discriminator:
  inputs: [1, 28, 28]
  layers: [{conv: 3, kernel: 4, stride: 2, padding: 1, activation: leaky_relu, spectral_norm: true}, {units: 1, dropout: 0.3}]
""" + END  # fmt: skip
CONDITION = """
kind: gan
condition: {discriminator: projection}
data: {classes: [7, 1, 3]}
generator: {shape: [6, 9, 784]}
discriminator: {shape: [1568, 7, 1], minibatch: kernel}
""" + END.replace("batch: 4", "batch: 4, pack: 2")  # fmt: skip
CLASSIFIER = "kind: supervised\nnetwork: {shape: [784, 9, 10], output: softmax}\ntraining: {games: 9, batch: 8, loss: cross_entropy}\nengine: numpy\n"
XOR = "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 3, 1]}\ntraining: {games: 9, loss: cross_entropy}\nengine: numpy\n"


def exported(*words: str) -> Path:
    result = gancli("export", "latest", "--force", *words)
    assert result.exit_code == 0, result.output
    return Path(result.stdout.strip())


def run(path: Path, **inputs: Any) -> Array:
    (output,) = onnxruntime.InferenceSession(path).run(None, inputs)
    return np.asarray(output)


def about(path: Path) -> dict[str, str]:
    return {one.key: one.value for one in onnx.load(path).metadata_props}


@pytest.mark.parametrize(
    "text",
    [PERCEPTRON, WGAN, DCGAN, CONDITION],
    ids=["gan", "wgan", "dcgan", "conditional"],
)
def test_onnx_runtime_draws_what_sample_draws(text: str) -> None:
    train(text, "-q")
    assert gancli("sample", "latest", "-n", "20", "-o", "s.npz").exit_code == 0
    model = exported("-o", "g.onnx")
    with np.load("s.npz") as drawn:
        inputs = {"latents": drawn["latents"], **({"labels": drawn["labels"]} if "labels" in drawn else {})}
        images = run(model, **inputs)
        assert images.shape == (20, 1, 28, 28) and np.abs(images - drawn["images"]).max() <= 1e-5
        one = run(model, **{name: values[3:4] for name, values in inputs.items()})
        assert np.abs(one - drawn["images"][3:4]).max() <= 1e-5, "another batch"
    if "condition" in text:
        assert {1, 3, 7} == set(inputs["labels"].tolist()), "labels of the data, not places in a code"
        other = run(model, latents=inputs["latents"], labels=np.full(20, 3))
        assert np.abs(other - images)[inputs["labels"] != 3].max() > 1e-3


def test_noise_is_an_input_as_it_is_drawn() -> None:
    folder, _ = train(NOISY, "-q")
    model, own = exported(), learned(folder)
    x, _ = own.at_random(5, np.random.default_rng(0))
    images = own.outputs(x, rng=np.random.default_rng(1))
    noise = 0.3 * np.random.default_rng(1).standard_normal((5, 9), np.float32)
    assert np.abs(run(model, latents=x, noise1=noise) - images).max() <= 1e-5
    assert np.abs(run(model, latents=x, noise1=noise + 1) - images).max() > 1e-3
    assert about(model)["noise1"] == "gaussian, scale 0.3"


@pytest.mark.parametrize("text", [PERCEPTRON, WGAN, DCGAN], ids=["gan", "wgan", "dcgan"])
def test_onnx_runtime_judges_as_the_opponent_does(text: str) -> None:
    """By hand, from the images in [0, 1]: what the network saw in training, and D as the loss has it."""
    folder, _ = train(text, "-q")
    key = "critic" if "critic" in text else "discriminator"
    model = exported("--network", key, "-o", "d.onnx")
    dataset = load_data(experiment(text))
    seen = dataset.train.seen(dataset.train.samples[:7])
    x = dataset.units.own(seen)
    expected = opponent(folder, key, seen)
    assert x.min() >= 0.0 and x.max() <= 1.0 and run(model, images=x) == pytest.approx(expected, rel=1e-4, abs=1e-5)


def opponent(folder: RunFolder, key: str, seen: Array) -> Array:
    """D(x) (count, 1) from the arrays of the checkpoint."""
    saved = checkpoint.newest(folder.checkpoints)
    params = saved.arrays[f"{key}.params"]
    w = [params[start : start + int(np.prod(shape))].reshape(shape) for _, shape, start in saved.facts["layout"][key]]
    if key == "critic":
        return np.asarray(np.maximum(seen @ w[0] + w[1], 0) @ w[2] + w[3])
    if len(w[0]) == 784:
        return np.asarray(1 / (1 + np.exp(-0.5 * (1 / (1 + np.exp(-0.5 * (seen @ w[0] + w[1]))) @ w[2] + w[3]))))
    kernel = w[0] / saved.arrays[f"{key}.state"][-1]
    padded = np.pad(seen.reshape(-1, 28, 28), ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), axis=(1, 2))[:, ::2, ::2]
    h = windows.reshape(len(seen), 196, 16) @ kernel + w[1]
    h = np.maximum(h, 0.2 * h).reshape(len(seen), -1)
    return np.asarray(1 / (1 + np.exp(-(h @ w[2] + w[3]))))


def test_a_packed_discriminator_by_projection_is_told_the_class_of_each_sample() -> None:
    folder, _ = train(CONDITION, "-q")
    model = exported("--network", "discriminator")
    rng = np.random.default_rng(0)
    x, labels = rng.random((4, 2, 28, 28), np.float32), rng.choice([1, 3, 7], (4, 2))
    codes = (labels[:, :, None] == np.array([1, 3, 7])).astype(np.float32).reshape(4, 6)
    expected = learned(folder, "discriminator").outputs(x, codes)
    assert run(model, images=x, labels=labels) == pytest.approx(expected, abs=1e-5)
    said = about(model)
    assert said["batch_multiple"] == "2" and json.loads(said["labels"]) == {"1": "1", "3": "3", "7": "7"}


@pytest.mark.parametrize(
    "text", [CLASSIFIER, XOR, CLASSIFIER.replace("softmax", "sigmoid")], ids=["softmax", "one", "sigmoids"]
)
def test_onnx_runtime_gives_a_classifiers_probabilities(text: str) -> None:
    folder, _ = train(text, "-q")
    model = exported()
    dataset = load_data(experiment(text))
    x = dataset.units.own(dataset.test.seen(dataset.test.samples[:50]))
    saved = checkpoint.newest(folder.checkpoints)
    params = saved.arrays["network.params"]
    w = [params[a : a + int(np.prod(s))].reshape(s) for _, s, a in saved.facts["layout"]["network"]]
    output = 1 / (1 + np.exp(-(x.reshape(len(x), -1) @ w[0] + w[1]))) @ w[2] + w[3]
    powers = np.exp(output)
    expected = powers / powers.sum(axis=1, keepdims=True) if "softmax" in text else powers / (1 + powers)
    assert run(model, **{dataset.units.kind: x}) == pytest.approx(expected, abs=1e-5)


TABLE = "kind: supervised\ndata: {set: table, path: t.csv, targets: [c], standardize: true}\nnetwork: {shape: [2, 3, 1], output: linear}\ntraining: {games: 9}\nengine: numpy\n"


def test_a_table_is_taken_and_predicted_in_its_own_units() -> None:
    rng = np.random.default_rng(0)
    rows = np.c_[2000 + rng.integers(0, 30, 40), 1e-3 * rng.random(40), 500 + 9 * rng.random(40)].astype(np.float32)
    Path("t.csv").write_text("a,b,c\n" + "\n".join(",".join(map(repr, map(float, row))) for row in rows))
    folder, _ = train(TABLE, "-q")
    data, model = folder.data(), exported()
    saved = checkpoint.newest(folder.checkpoints)
    params = saved.arrays["network.params"]
    w = [params[a : a + int(np.prod(s))].reshape(s) for _, s, a in saved.facts["layout"]["network"]]
    seen = (rows[:, :2] - np.array(data["mean"])) / np.array(data["std"])
    y = 1 / (1 + np.exp(-(seen @ w[0] + w[1]))) @ w[2] + w[3]
    expected = y * data["target_std"][0] + data["target_mean"][0]
    assert run(model, vectors=rows[:, :2]) == pytest.approx(expected, rel=1e-5)
    assert expected.min() > 480 and expected.max() < 530
    assert json.loads(about(model)["columns"]) == ["a", "b"]


ROWS = """
kind: gan
dtype: float64
data: {set: table, path: t.csv, standardize: true}
generator: {shape: [2, 5, 3]}
discriminator: {shape: [6, 4, 1], minibatch: similarity}
""" + END.replace("batch: 4", "batch: 4, pack: 2")  # fmt: skip


def test_rows_are_drawn_and_judged_in_their_own_units() -> None:
    """By a run in double precision, whose discriminator sees two rows at a time."""
    rng = np.random.default_rng(0)
    rows = np.c_[2000 + rng.integers(0, 30, 40), 1e-3 * rng.random(40), 500 + 9 * rng.random(40)].astype(np.float32)
    Path("t.csv").write_text("a,b,c\n" + "\n".join(",".join(map(repr, map(float, row))) for row in rows))
    folder, _ = train(ROWS, "-q")
    assert gancli("sample", "latest", "-n", "9", "-o", "s.npz").exit_code == 0
    with np.load("s.npz") as drawn:
        found = run(exported(), latents=drawn["latents"].astype(np.float32))
        assert found == pytest.approx(drawn["vectors"], rel=1e-5) and found[:, 0].min() > 1000
    model = exported("--network", "discriminator")
    pairs = rows[:8].reshape(4, 6)
    expected = learned(folder, "discriminator").outputs(pairs)
    assert run(model, vectors=pairs) == pytest.approx(expected, abs=1e-5) and 0 < expected.min() <= expected.max() < 1
    assert about(model)["batch_multiple"] == "2"


def test_weights_have_their_names_in_either_format() -> None:
    folder, _ = train(DCGAN, "-q")
    saved = checkpoint.newest(folder.checkpoints)
    npz, tensors = exported("--format", "npz"), exported("-o", "w.safetensors")
    arrays = load_file(tensors)
    with np.load(npz) as found, safe_open(tensors, "np") as file:
        said = json.loads(str(found["metadata"]))
        assert said == file.metadata() and said["network"] == "generator" and said["game"] == "2"
        assert {*found} - {"metadata"} == {*arrays} and all(
            np.array_equal(found[name], arrays[name]) for name in arrays
        )
    assert arrays["layer3.weights"].shape == (4 * 4 * 2, 3) and arrays["layer2.scale"].shape == (3,)
    layout = saved.facts["layout"]["generator"]
    whole = np.concatenate([arrays[name].reshape(-1) for name, _, _ in layout])
    assert np.array_equal(whole, saved.arrays["generator.params"])
    kept = np.concatenate([arrays[f"layer{k}.{name}"] for k in (2, 4) for name in ("mean", "variance")])
    assert np.array_equal(kept, saved.arrays["generator.state"])


def test_the_average_is_what_is_exported() -> None:
    folder, _ = train(PERCEPTRON, "-q")
    saved = checkpoint.newest(folder.checkpoints)
    with np.load(exported("--format", "npz")) as found:
        own = np.concatenate([found[name].reshape(-1) for name in found if name != "metadata"])
    assert np.array_equal(own, saved.arrays["generator.average"]) and not np.array_equal(
        own, saved.arrays["generator.params"]
    )


def test_a_model_says_where_it_is_from() -> None:
    folder, _ = train(PERCEPTRON, "-q")
    said = about(exported())
    assert said["run"] == folder.path.name and said["spec_sha256"] == folder.record()["spec_sha256"]
    assert (said["kind"], said["network"], said["game"], said["data"]) == ("gan", "generator", "2", "mnist")
    assert json.loads(said["classes"])[7] == "7"


def test_a_model_that_is_not_the_network_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    train(XOR, "-q")
    network = exporting.model_of

    def other(own: Any, *words: Any) -> Any:
        own.params[:] = own.params + 1
        made = network(own, *words)
        own.params[:] = own.params - 1
        return made

    monkeypatch.setattr(exporting, "model_of", other)
    result = gancli("export", "latest")
    assert result.exit_code == 1 and "differ by 0." in result.stderr and not Path("network.onnx").exists()
    assert describe(ExportError("x")) == ("x", 1)


def test_what_cannot_be_exported_is_said() -> None:
    train(XOR, "-q")
    result = gancli("export", "latest", "--network", "critic")
    assert result.exit_code == 2 and "is a supervised run, which has network; got 'critic'" in result.stderr
    assert "must end in .onnx or .npz or .safetensors" in gancli("export", "latest", "-o", "a.pt").stderr
    assert "must end in .npz" in gancli("export", "latest", "-o", "a.onnx", "--format", "npz").stderr
    Path("network.onnx").write_text("mine")
    result = gancli("export", "latest", "-o", "network.onnx")
    assert result.exit_code == 2 and "--force" in result.stderr and Path("network.onnx").read_text() == "mine"
    train("kind: game2d\ntraining: {games: 2}\n", "-q")
    result = gancli("export", "latest")
    assert result.exit_code == 2 and "is a game2d run; it has no networks to export" in result.stderr


def test_without_the_library_weights_can_be_had_and_a_model_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    train(XOR, "-q")
    for name in [name for name in sys.modules if name.startswith(("gancli.export", "gancli.experiment.exporting"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.setattr(installing, "_origin", lambda: {})  # from an index
    result = gancli("export", "latest")
    assert result.exit_code == 2 and "pip install 'gancli[onnx]'" in result.stderr
    monkeypatch.setattr(installing, "_origin", lambda: {"url": "file:///the/clone", "dir_info": {}})
    assert "pip install '/the/clone[onnx]'" in gancli("export", "latest").stderr
    assert gancli("export", "latest", "--format", "safetensors").exit_code == 0
