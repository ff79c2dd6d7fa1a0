"""What `gancli check` says of an optimiser that is wrong, or unwise, at the key that it is about."""

from typing import Any

import pytest

from gancli import spec
from gancli.spec import optimizer_checks, overrides
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
    ("{schedule: {warmup: 0}}", "schedule", "has no effect without a `warmup`"),
    ("{schedule: constant}", "schedule", "has no effect without a `warmup`"),
    (
        "{schedule: {warmup: 1001}}",
        "schedule.warmup",
        "ends at step 1,001 (with its warm-up), and the run takes 1,000 ",
    ),
    ("{schedule: {name: step, every: 900, warmup: 101}}", "schedule.every", "ends at step 1,001"),
    ("{schedule: {name: cosine, steps: 1001}}", "schedule.steps", "ends at step 1,001"),
    ("{schedule: {name: linear, steps: 899, warmup: 100}}", "schedule.steps", "η is 0 from step 1,000 on"),
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
        "{schedule: {warmup: 1000}}",
        "{schedule: {name: step, every: 1000}}",
        "{schedule: {name: cosine, steps: 1000}}",
        "{schedule: {name: linear, steps: 10, end: 0.1}}",
        "{schedule: {name: inverse, steps: 5000}}",
    ],
)
def test_what_is_neither(optimizer: str) -> None:
    assert resolve(optimizer).warnings == ()


GAN = (
    "kind: gan\ngenerator: {shape: [10, 20, 784]}\ndiscriminator: {shape: [784, 20, 1]}\n"
    "training: {games: 100, batch: 4, ratios: {real: 5, shared: 3, fake: 2, generator: 1}}\n"
)
WGAN = (
    "kind: wgan\ngenerator: {shape: [10, 20, 784]}\ncritic: {shape: [784, 20, 1]}\n"
    "training: {games: 100, batch: 4, warmup: 10, ratios: {critic: 3, generator: 2}}\n"
)


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        (NETWORK % "sgd", [], {"network": 1000}),
        (GAME2D % "sgd", [], {"theta": 10}),
        (GAN, [], {"generator": 400, "discriminator": 1000}),
        (WGAN, [], {"generator": 180, "critic": 300}),
        (WGAN, ["training.long_phase={first: 5}"], {"generator": 180, "critic": None}),
        (NETWORK % "sgd", ["training={passes: 2}"], {"network": None}),
    ],
)
def test_the_steps_of_a_run(text: str, settings: list[str], expected: dict[str, int | None]) -> None:
    document = load_text(text, "f.yaml")
    overrides.apply(document, settings)
    experiment = spec.resolve(document).experiment
    assert {key: optimizer_checks.steps(experiment, key) for key in expected} == expected


def test_adadelta_has_no_rate_to_schedule() -> None:
    with pytest.raises(spec.SpecError, match="schedule"):
        resolve("{name: adadelta, schedule: {warmup: 10}}")
