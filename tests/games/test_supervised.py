"""A network that learns targets: what is right, what is measured, what is drawn."""

from typing import Any

import numpy as np
import pytest

from helpers import game


@pytest.mark.parametrize("output", ["sigmoid", "centered_sigmoid", "tanh"])
def test_xor_is_learned_with_targets_that_fit_the_output(output: str) -> None:
    text = f"""
kind: supervised
data: {{set: xor}}
network: {{shape: [2, 8, 1], activation: tanh, output: {output}, optimizer: {{name: adam, eta: 0.05}}}}
training: {{games: 500, batch: 4}}
"""
    built = game(text)
    for _ in range(500):
        built.play()
    predictions = built.predictions(np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32))
    assert built.right(predictions, np.array([1, 0, 0, 1])).all()
    assert not built.right(predictions, np.array([0, 1, 1, 0])).any()
    assert built.measure()["accuracy"] > 0.7
    drawn = built.picture(1, np.random.default_rng(0))
    plane = drawn.raster
    assert plane.shape == (101, 101) and plane[0, 0] < 0.5 < plane[0, 100]  # (−1, 1) at the top left, (1, 1) right
    assert np.array_equal(drawn.arrays["plane"], plane)
    assert drawn.arrays["labels"].tolist() == [1, 0, 0, 1]
    built.threshold = 1e-9
    assert not built.right(predictions, np.array([1, 0, 0, 1])).any()


@pytest.mark.parametrize(
    ("output", "loss"), [("sigmoid", "mse"), ("sigmoid", "cross_entropy"), ("softmax", "cross_entropy")]
)
def test_digits_are_learned(output: str, loss: str) -> None:
    text = f"""
kind: supervised
network: {{shape: [784, 40, 10], activation: tanh, output: {output}, init: glorot, optimizer: {{name: adam, eta: 0.003}}}}
training: {{passes: 2, batch: 32, loss: {loss}}}
"""
    built = game(text)
    for _ in range(282):
        built.play()
    assert built.measure()["accuracy"] > 0.85
    drawn = built.picture(7, np.random.default_rng(0))
    assert drawn.samples.shape == (7, 784) and (drawn.arrays["labels"] != drawn.arrays["predictions"]).all()
    confusion = drawn.arrays["confusion"]
    assert np.trace(confusion) / confusion.sum() == pytest.approx(built.measure()["accuracy"])
    assert confusion.sum(axis=1).tolist() == [50] * 10
    for image, label, prediction in zip(
        drawn.samples, drawn.arrays["labels"], drawn.arrays["predictions"], strict=True
    ):
        assert np.argmax(built.predictions(image[None].astype(np.float32))) == prediction != label


@pytest.mark.parametrize("where", ["eta: 0.25", "network: {optimizer: {name: sgd, eta: 0.25}}"])
def test_a_step_is_eta_times_the_gradient_wherever_eta_is_given(where: str) -> None:
    """One neuron, one sample: with o = σ(w·x + b), the loss (o − t)² has the gradient 2 (o − t) o (1 − o) x."""
    text = """
kind: supervised
dtype: float64
engine: numpy
data: {set: xor}
network: {shape: [2, 1], activation: sigmoid, output: sigmoid, optimizer: {name: sgd}}
training: {games: 1, batch: 4}
"""
    setting = where if where.startswith("eta") else "network.optimizer={name: sgd, eta: 0.25}"
    played = game(text, setting.replace("eta: ", "eta=") if where.startswith("eta") else setting)
    network = played.players["network"].network
    before = network.params.copy()
    samples, labels = played._training.split.samples, played._training.split.labels
    played.play()
    outputs = 1 / (1 + np.exp(-(samples @ before[:2] + before[2])))
    slopes = 2 * (outputs - labels) * outputs * (1 - outputs)
    gradient = np.array([*(slopes @ samples), slopes.sum()]) / len(samples)
    np.testing.assert_allclose(network.params, before - 0.25 * gradient, atol=1e-12)


SMALL = """
kind: supervised
dtype: float64
engine: numpy
data: {set: xor}
network: {shape: [2, 3, 1], activation: tanh, output: sigmoid, mu: 0.5, optimizer: {name: sgd}}
training: {games: 1, batch: 4}
"""


def formula(built: Any, x: Any, output: str, noise: Any = 0.0) -> Any:
    """A network 2-3-1 with tanh inside, from its parameters."""
    views = built.players["network"].network.views(built.players["network"].network.params)
    inside = np.tanh(x @ views["layer1.weights"] + views["layer1.bias"]) + noise
    a = inside @ views["layer2.weights"] + views["layer2.bias"]
    return np.tanh(a) if output == "tanh" else 1 / (1 + np.exp(-0.5 * a))


@pytest.mark.parametrize(
    ("output", "loss", "low"), [("sigmoid", "mse", 0.0), ("sigmoid", "cross_entropy", 0.0), ("tanh", "mse", -1.0)]
)
def test_what_is_measured_is_the_test_samples_loss_and_the_share_that_is_right(
    output: str, loss: str, low: float
) -> None:
    """Targets are 0 and 1 or, of a tanh, −1 and 1; right is an error under 0.3 of what separates them."""
    mu = "0.5" if output == "sigmoid" else "null"
    built = game(
        SMALL,
        f"network.output={output}",
        f"network.mu={mu}",
        f"training.loss={loss}",
        "test.threshold=0.3",
        "network.init={name: normal, std: 3}",
    )
    x, labels = built._test.split.samples.astype(float), built._test.split.labels
    for _ in range(2):
        predictions, targets = formula(built, x, output)[:, 0], np.where(labels == 1, 1.0, low)
        error = np.abs(predictions - targets)
        entropy = (
            -(targets * np.log(predictions) + (1 - targets) * np.log(1 - predictions)) if loss != "mse" else error**2
        )
        right = (error < 0.3 * (1.0 - low)).mean()
        assert built.measure() == pytest.approx({"loss": entropy.mean(), "accuracy": right})
        assert built.predictions(x)[:, 0] == pytest.approx(predictions)
        assert 0 < right < (error < 0.5 * (1.0 - low)).mean(), "this threshold is not the usual one"
        built.play(10)


@pytest.mark.parametrize(("output", "low"), [("sigmoid", 0.0), ("tanh", -1.0)])
def test_the_threshold_is_a_share_of_what_separates_the_two_targets(output: str, low: float) -> None:
    mu = "0.5" if output == "sigmoid" else "null"
    predictions = (low + (1 - low) * np.array([0.0, 0.19, 0.21, 0.49, 0.5, 0.51, 0.79, 0.81, 1.0]))[:, None]
    for threshold, right in ((None, [1, 1, 1, 1, 0, 0, 0, 0, 0]), (0.2, [1, 1, 0, 0, 0, 0, 0, 0, 0])):
        built = game(
            SMALL,
            f"network.output={output}",
            f"network.mu={mu}",
            *([f"test.threshold={threshold}"] if threshold else []),
        )
        assert built.right(predictions, np.zeros(9, int)).tolist() == right
        assert built.right(predictions, np.ones(9, int)).tolist() == right[::-1]


DIGITS = """
kind: supervised
dtype: float64
engine: numpy
network: {shape: [784, 10], output: softmax, init: {name: normal, std: 0.05}, optimizer: {name: sgd}}
training: {games: 1, batch: 4, loss: cross_entropy}
test: {count: 60}
"""


def test_what_is_measured_of_classes_and_the_misclassified_images() -> None:
    """−log of the label's softmax; the largest output is the prediction; the confusion's rows are labels."""
    built = game(DIGITS)
    net, split = built.players["network"].network, built._test.split
    x = split.samples * split.factor
    a = x @ net.params[:7840].reshape(784, 10) + net.params[7840:]
    p = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    predictions, labels = a.argmax(axis=1), split.labels
    assert built.measure() == pytest.approx(
        {"loss": -np.log(p[np.arange(60), labels]).mean(), "accuracy": (predictions == labels).mean()}
    )
    assert built.predictions(x[:7]) == pytest.approx(p[:7])
    drawn, wrong = built.picture(5, np.random.default_rng(0)), np.flatnonzero(predictions != labels)[:5]
    assert 0 < x.max() <= 1 and drawn.samples == pytest.approx(x[wrong])
    assert drawn.arrays["labels"].tolist() == labels[wrong].tolist()
    assert drawn.arrays["predictions"].tolist() == predictions[wrong].tolist()
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, predictions), 1)
    assert np.array_equal(drawn.arrays["confusion"], confusion) and not np.array_equal(confusion, confusion.T)


def test_a_confusion_has_all_classes_also_where_the_last_is_never_predicted() -> None:
    built = game(DIGITS)
    built.players["network"].network.params[7840:] = [1e3, *[0.0] * 9]
    confusion = built.picture(5, np.random.default_rng(0)).arrays["confusion"]
    assert confusion.shape == (10, 10) and np.array_equal(confusion[:, 0], np.bincount(built._test.split.labels))


def test_four_hundred_points_are_drawn_at_most() -> None:
    built = game(SMALL, "data={set: xor, points: square, samples: 1000}")
    split, drawn = built._training.split, built.picture(1, np.random.default_rng(0)).arrays
    assert len(split.samples) > 400
    assert np.array_equal(drawn["points"], split.samples[:400]) and np.array_equal(drawn["labels"], split.labels[:400])


@pytest.mark.parametrize("output", ["sigmoid", "tanh"])
def test_the_plane_of_predictions_is_seen_from_above(output: str) -> None:
    """Row 0 is y = 1 and column 0 is x = −1; 0 and 1 are the two targets."""
    built = game(SMALL, f"network.output={output}", f"network.mu={'0.5' if output == 'sigmoid' else 'null'}")
    axis = np.linspace(-1, 1, 101)
    expected = np.array([[formula(built, np.array([[x, y]]), output)[0, 0] for x in axis[::10]] for y in -axis[::10]])
    plane = built.picture(1, np.random.default_rng(0)).arrays["plane"]
    assert plane[::10, ::10] == pytest.approx(expected if output == "sigmoid" else (expected + 1) / 2)


def test_layer_noise_of_a_test_is_the_same_at_each_and_leaves_trainings_alone() -> None:
    built, other = (game(SMALL, "network.noise={mode: add}", "network.dropout=0.5") for _ in range(2))
    first = built.predictions(np.ones((5, 2)))
    noise = np.random.default_rng(0).standard_normal((5, 3))
    assert first == pytest.approx(formula(built, np.ones((5, 2)), "sigmoid", noise))
    assert np.array_equal(built.predictions(np.ones((5, 2))), first) and built.measure() == other.measure()
    for each in (built, other):
        each.play(3)
    assert np.array_equal(built.players["network"].network.params, other.players["network"].network.params)
    assert np.ptp(game(SMALL, "network.dropout=0.5").predictions(np.ones((50, 2)))) == 0.0, (
        "nothing is dropped in a test"
    )


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_heavisides_neurons_draw_the_lines_that_the_learned_weights_say(loss: str) -> None:
    text = f"""
kind: supervised
data: {{set: square, samples: 200}}
network: {{shape: [2, 3, 1], mu: 2}}
training: {{games: 50, batch: 4, loss: {loss}}}
pictures: {{heaviside: true}}
"""
    built = game(text, "engine=numpy", "dtype=float64")
    built.play(50)
    network = built.players["network"].network
    w, b, w2, b2 = network.views(network.params).values()
    axis = np.linspace(-1, 1, 101)
    x = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1)
    hidden = (x @ w + b > 0) * 1.0
    assert np.array_equal(built.picture(1, np.random.default_rng(0)).arrays["plane"], (hidden @ w2 + b2 > 0)[..., 0])
    smooth = built.predictions(x.reshape(-1, 2))
    assert 0 < smooth.min() < 0.5 and len(np.unique(smooth)) > 100, "and the network is as it was"
