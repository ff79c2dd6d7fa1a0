"""Losses by their formulas, from what the network answers: a probability where the loss takes its log-odds."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.nn.adversarial_losses import ADVERSARIAL, softplus
from gancli.nn.losses import LOSSES, CategoricalCrossEntropy, sigmoid, softmax

P = np.array([[0.2, 0.9, 0.5], [0.6, 0.3, 0.7]])
T = np.array([[0.0, 1.0, 0.25], [1.0, 0.0, 1.0]])


def odds(p: Any) -> Any:
    return np.log(p / (1 - p))


def test_supervised_losses_are_summed_over_outputs_and_averaged_over_the_batch() -> None:
    assert LOSSES["mse"]().value(P, T) == pytest.approx(((P - T) ** 2).sum() / 2)
    entropy = -(T * np.log(P) + (1 - T) * np.log(1 - P)).sum() / 2
    assert LOSSES["cross_entropy"]().value(odds(P), T) == pytest.approx(entropy)
    classes = P / P.sum(axis=1, keepdims=True)
    assert CategoricalCrossEntropy().value(np.log(P) + 5.0, np.eye(3)[[1, 0]]) == pytest.approx(
        -(math.log(classes[0, 1]) + math.log(classes[1, 0])) / 2
    )


def test_what_a_network_predicts_from_its_output() -> None:
    assert LOSSES["mse"]().prediction(P) is P
    assert LOSSES["cross_entropy"]().prediction(odds(P)) == pytest.approx(P)
    classes = P / P.sum(axis=1, keepdims=True)
    assert CategoricalCrossEntropy().prediction(np.log(P) - 300.0) == pytest.approx(classes)


D = np.array([[0.2], [0.9], [0.5]])
BY_HAND: dict[Any, dict[str, float]] = {
    ("gan", "non_saturating"): {
        "real": -0.5 * np.log(D).mean(), "fake": -0.5 * np.log(1 - D).mean(), "generator": -0.5 * np.log(D).mean()
    },
    ("gan", "minimax"): {
        "real": -0.5 * np.log(D).mean(), "fake": -0.5 * np.log(1 - D).mean(), "generator": 0.5 * np.log(1 - D).mean()
    },
    ("least_squares", None): {
        "real": 0.5 * ((D - 1) ** 2).mean(), "fake": 0.5 * (D**2).mean(), "generator": 0.5 * ((D - 1) ** 2).mean()
    },
    ("gan", "kl"): {
        "real": -0.5 * np.log(D).mean(), "fake": -0.5 * np.log(1 - D).mean(), "generator": -0.5 * (D / (1 - D)).mean()
    },
    ("hinge", None): {
        "real": np.maximum(0, 1 - D).mean(), "fake": np.maximum(0, 1 + D).mean(), "generator": -D.mean()
    },
    ("relativistic", None): {
        "real": np.log(1 + np.exp(-D)).mean(), "fake": np.log(1 + np.exp(D)).mean(),
        "generator": np.log(1 + np.exp(-D)).mean(),
    },
    ("wasserstein", None): {"real": -D.mean(), "fake": D.mean(), "generator": -D.mean()},
}  # fmt: skip


@pytest.mark.parametrize("key", ADVERSARIAL, ids=str)
def test_adversarial_losses_are_those_of_their_papers(key: Any) -> None:
    loss = ADVERSARIAL[key]
    output = odds(D) if key[0] == "gan" else D
    assert loss.score(output) == pytest.approx(D)
    for term, expected in BY_HAND[key].items():
        assert getattr(loss, term).value(output) == pytest.approx(expected), term


def test_a_smoothed_label_is_the_real_samples_alone() -> None:
    smooth = ADVERSARIAL["gan", "non_saturating"].with_real_label(0.8)
    assert smooth.real.value(odds(D)) == pytest.approx(-0.5 * (0.8 * np.log(D) + 0.2 * np.log(1 - D)).mean())
    plain = ADVERSARIAL["gan", "non_saturating"]
    assert dataclasses.replace(smooth, real=plain.real, divergence=plain.divergence) == plain
    assert smooth.divergence is None and plain.with_real_label(1.0) == plain, "with other targets it shows none"
    square = ADVERSARIAL["least_squares", None].with_real_label(0.8)
    assert square.real.value(D) == pytest.approx(0.5 * ((D - 0.8) ** 2).mean())


def test_classes_have_their_probabilities_at_any_level_of_their_log_odds() -> None:
    """What is added to all log-odds of a sample changes nothing, however much it is and whatever the other samples have."""
    classes = P / P.sum(axis=1, keepdims=True)
    output, loss, target = np.log(P) + np.array([[1000.0], [-1000.0]]), CategoricalCrossEntropy(), np.eye(3)[[1, 0]]
    with np.errstate(all="raise", under="ignore"):
        assert loss.prediction(output) == pytest.approx(classes)
        assert loss.value(output, target) == pytest.approx(-(math.log(classes[0, 1]) + math.log(classes[1, 0])) / 2)
        gradient = np.empty_like(output)
        loss.gradient(make_engine("numpy"), output, target, gradient)
    assert gradient == pytest.approx((classes - target) / 2)


@pytest.mark.parametrize("function", [sigmoid, softplus, softmax])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_computed_of_an_output_has_its_precision(function: Any, dtype: str) -> None:
    assert function(np.zeros((2, 3), dtype)).dtype == dtype
