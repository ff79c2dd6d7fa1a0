"""What `gancli check` says of an optimiser that is wrong, or unwise, at the key that it is about."""

from typing import Any

import pytest

from gancli import spec
from gancli.spec import overrides
from gancli.spec.yaml import load_text

NETWORK = "kind: supervised\nnetwork: {shape: [784, 30, 10], optimizer: %s}\ntraining: {games: 1000, batch: 4}\n"
GAME2D = "kind: game2d\noptimizer: %s\ntraining: {games: 10}\n"


def resolve(optimizer: str, *settings: str, text: str = NETWORK) -> Any:
    document = load_text(text % optimizer, "f.yaml")
    overrides.apply(document, list(settings))
    return spec.resolve(document)


@pytest.mark.parametrize(
    ("optimizer", "key", "text"),
    [
        ("{nesterov: true}", "nesterov", "looks ahead along the momentum, which is 0: give `momentum`"),
    ],
)
def test_what_cannot_be(optimizer: str, key: str, text: str) -> None:
    for form, where in ((NETWORK, "network.optimizer"), (GAME2D, "optimizer")):
        with pytest.raises(spec.SpecError) as caught:
            resolve(optimizer, text=form)
        (problem,) = caught.value.problems
        assert problem.key == f"{where}.{key}" and text in problem.text


UNWISE = [
    ("{name: adam, weight_decay: 0.1}", "weight_decay", "`adamw` does not"),
    ("{name: sgd, eta: 2, weight_decay: 0.5}", "weight_decay", "times eta is 1: from 1 on, each step turns"),
    ("{name: adamw, eta: 4, weight_decay: 0.5}", "weight_decay", "times eta is 2"),
]


@pytest.mark.parametrize(("optimizer", "key", "text"), UNWISE)
def test_what_is_unwise(optimizer: str, key: str, text: str) -> None:
    (warning,) = resolve(optimizer).warnings
    assert warning.key == f"network.optimizer.{key}" and text in warning.text


@pytest.mark.parametrize(
    "optimizer",
    [
        "{momentum: 0.5, nesterov: true}",
        "{nesterov: false}",
        "{name: adam, weight_decay: 0}",
        "{name: sgd, eta: 2, weight_decay: 0.49}",
        "{name: rmsprop, eta: 2, weight_decay: 1}",
        "adamw",
    ],
)
def test_what_is_neither(optimizer: str) -> None:
    assert resolve(optimizer).warnings == ()
