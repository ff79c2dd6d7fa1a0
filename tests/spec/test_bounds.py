"""Each bound of a field on both sides, and each default by its recorded value."""

from typing import Any

import pytest

from gancli import spec
from gancli.spec import game2d, networks, optimizers, overrides, schedules, training
from gancli.spec.base import Spec
from gancli.spec.yaml import load_text

TEXTS = {
    "supervised": "kind: supervised\nnetwork: {shape: [784, 30, 10]}\ntraining: {games: 10, batch: 4}\n",
    "gan": "kind: gan\ngenerator: {shape: [10, 20, 784]}\ndiscriminator: {shape: [784, 20, 1]}\ntraining: {games: 10, batch: 4}\n",
    "wgan": "kind: wgan\ngenerator: {shape: [10, 20, 784]}\ncritic: {shape: [784, 20, 1], clip: {bound: 0.1}}\n"
    "training: {games: 10, batch: 4}\n",
    "game2d": "kind: game2d\ntraining: {games: 10}\n",
}  # fmt: skip


def resolve(kind: str, *settings: str) -> Any:
    document = load_text(TEXTS[kind], "f.yaml")
    overrides.apply(document, list(settings))
    return spec.resolve(document)


TINY = "1e-300"
BILLION = 1_000_000_000
BOUNDS: list[tuple[str, str, list[Any], list[Any]]] = [
    ("gan", "seed=%s", [0, 2**63 - 1], [-1, 2**63]),
    ("gan", "threads=%s", [1, 64], [0, 65]),
    ("gan", "name=%s", ["a", "A" * 80], ["a" * 81, "_a", "-a", "a b"]),
    ("gan", "{eta: %s}", [TINY, 1e300], [0, -1]),
    ("gan", "{mu: %s}", [TINY], [0, -1]),
    ("gan", "checkpoint.every=%s", [1, BILLION, "pass"], [0, BILLION + 1]),
    ("gan", "checkpoint.keep=%s", [1, 10_000], [0, 10_001]),
    ("gan", "test.every=%s", [1, BILLION], [0, BILLION + 1]),
    ("gan", "test.batches=%s", [1, 10_000], [0, 10_001]),
    ("gan", "pictures.every=%s", [1, BILLION], [0, BILLION + 1]),
    ("gan", "pictures.count=%s", [1, 10_000], [0, 10_001]),
    ("gan", "evaluate={every: 100, samples: %s}", [100, 100_000], [99, 100_001]),
    ("gan", "evaluate.every=%s", [100, 300], [99, 101, 150, "pass"]),
    ("gan", "training.games=%s", [1, BILLION], [0, BILLION + 1]),
    ("gan", "training={batch: 4, passes: %s}", [1, 100_000], [0, 100_001]),
    ("gan", "training.batch=%s", [1, 100_000], [0, 100_001]),
    *[("gan", f"training.ratios.{key}=%s", [0, 10_000], [-1, 10_001]) for key in ("real", "shared", "fake", "generator")],
    ("gan", "training.labels.real=%s", [0, 1, "[0.7, 0.7]", "[0, 1]"], [-0.01, 1.01, "[0.8, 0.7]"]),
    ("gan", "training.labels.flip=%s", [0, 0.999], [-0.001, 1]),
    ("gan", "{data: {set: table, path: p}, training: {games: 9, batch: 64, pack: %s}}", [1, 2, 64], [0, 3, 65]),
    ("gan", "training.r1={gamma: %s}", [TINY], [0]),
    ("gan", "training.r1={gamma: 1, every: %s}", [1, BILLION], [0, BILLION + 1]),
    ("gan", "training.critic_until={change: %s}", [TINY, 0.999], [0, 1]),
    ("gan", "training.critic_until={most: %s}", [10, 100_000], [9, 100_001]),
    ("gan", "training.gradient_penalty={lambda: %s}", [TINY], [0]),
    ("gan", "training.gradient_penalty={target: %s}", [0], [-1e-9]),
    ("gan", "data.classes=%s", ["[0]", "[9]", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"], ["[]", "[-1]", "[10]", "[1, 1]"]),
    ("gan", "data={set: images, path: p, channels: %s}", [1, 64], [0, 65]),
    ("gan", "data={set: images, path: p, size: [%s, 28]}", [1, 4096], [0, 4097]),
    ("gan", "data={set: images, path: p, test: %s}", [TINY, 0.999], [0, 1]),
    ("gan", "data={set: table, path: p, label: %s}", [0, "a"], [-1]),
    ("gan", "data.range=%s", ["[-1, 1]", "[-1e6, 1e6]"], ["[1, -1]", "[0, 0]", "[0, 1.1e6]", "[-1.1e6, 0]"]),
    *[
        ("gan", f"discriminator={{inputs: [1, 28, 28], layers: [{{{layer}}}, {{units: 1}}]}}", good, bad)
        for layer, good, bad in (
            ("conv: %s, kernel: 3", [1, 1000], [0, 1_000_001]),
            ("conv_transpose: %s, kernel: 3", [1, 1000], [0, 1_000_001]),
            ("conv: 2, kernel: %s, padding: 18", [19, 64], [0, 18, 65]),
            ("conv: 2, kernel: 3, stride: %s", [1, 64], [0, 65]),
            ("conv: 2, kernel: 64, padding: %s", [18, 63], [-1, 17, 64]),
            ("upsample: nearest, factor: %s", [2, 16], [1, 17]),
            ("conv_transpose: 2, kernel: 3, stride: 64, output_padding: %s", [0, 63], [-1, 64]),
            ("units: 24, reshape: [1, 4, %s]", [6], [0, 5, 7]),
        )
    ],
    ("gan", "generator.shape=%s", ["[1, 784]", "[1000, 784]", f"[{'1, ' * 64}784]"], ["[784]", "[0, 784]", f"[{'1, ' * 65}784]"]),
    ("gan", "generator.dropout=%s", [0, 0.999], [-0.001, 1]),
    ("gan", "generator.ema=%s", [0, 0.999], [-0.001, 1]),
    ("gan", "generator.init={std: %s}", [TINY], [0]),
    ("gan", "generator.init={name: uniform, bound: %s}", [TINY], [0]),
    ("gan", "generator.noise={size: %s}", [1], [0, 1_000_001]),
    ("gan", "generator.noise={mode: add, scale: %s}", [TINY], [0]),
    ("gan", "generator.activation={name: leaky_relu, slope: %s}", [TINY, 0.999], [0, 1]),
    ("gan", "generator.activation={name: tanh, k: %s}", [TINY], [0]),
    ("gan", "generator.activation={name: tanh, alpha: %s}", [TINY], [0]),
    ("gan", "generator.optimizer={name: sgd, momentum: %s}", [-0.999, 0.999], [-1, 1]),
    ("gan", "generator.optimizer={name: sgd, momentum: 0.5, nesterov: %s}", ["true", "false"], [1]),
    *[("gan", f"generator.optimizer={{name: {name}, weight_decay: %s}}", [0, TINY, 1], [-1e-9]) for name in ("sgd", "adamw")],
    ("gan", "generator.optimizer={name: adamw, grad_clip: %s}", [TINY], [0]),
    *[
        ("gan", f"generator.optimizer={{name: sgd, schedule: {{{schedule}}}}}", good, bad)
        for schedule, good, bad in (
            ("warmup: %s", [0, BILLION], [-1, BILLION + 1]),
            ("name: step, every: %s", [1, BILLION], [0, BILLION + 1]),
            ("name: step, every: 1, factor: %s", [TINY, 0.999], [0, 1]),
            ("name: linear, steps: %s", [1, BILLION], [0, BILLION + 1]),
            ("name: cosine, steps: 1, end: %s", [0, 1], [-0.001, 1.001]),
            ("name: inverse, steps: %s", [1, BILLION], [0, BILLION + 1]),
        )
    ],
    ("gan", "generator.optimizer={name: rmsprop, gamma: %s}", [0, 0.999], [-0.001, 1]),
    ("gan", "generator.optimizer={name: adam, beta1: %s}", [0, 0.999], [-0.001, 1]),
    ("gan", "generator.optimizer={name: adam, beta2: %s}", [0, 0.9999], [-0.001, 1]),
    ("gan", "generator.optimizer={name: adagrad, epsilon: %s}", [TINY], [0]),
    ("gan", "discriminator.minibatch={name: kernel, kernels: %s}", [1], [0, 1_000_001]),
    ("gan", "discriminator.minibatch={name: kernel, size: %s}", [1], [0, 1_000_001]),
    ("supervised", "{stop.metric: loss, stop.patience: %s}", [1, BILLION], [0, BILLION + 1]),
    ("supervised", "stop.after=%s", [TINY], [0, "0s"]),
    ("supervised", "test.validation=%s", [0, 0.999], [-0.001, 1]),
    ("supervised", "test.threshold=%s", [TINY, 1], [0, 1.001]),
    ("supervised", "test.count=%s", [1, BILLION], [0, BILLION + 1]),
    ("supervised", "{network.shape: [2, 1], data: {set: line, samples: %s}}", [1, 10_000_000], [0, 10_000_001]),
    ("wgan", "{training.ratios: {generator: 0}, generator: {fixed: %s}}", [TINY], [0]),
    ("wgan", "critic.clip.bound=%s", [TINY], [0, -1]),
    ("wgan", "critic.spectral_norm={iterations: %s}", [1, 100], [0, 101]),
    ("wgan", "training.warmup=%s", [0, 9], [-1, 10]),
    ("wgan", "{training.games: 1000000000, training.warmup: %s}", [1_000_000], [1_000_001]),
    ("wgan", "training.ratios.critic=%s", [1, 10_000], [0, 10_001]),
    ("wgan", "training.ratios.generator=%s", [0, 10_000], [-1, 10_001]),
    ("wgan", "training.long_phase.critic=%s", [1, 10_000], [0, 10_001]),
    ("wgan", "training.long_phase.first=%s", [0, 1_000_000], [-1, 1_000_001]),
    ("wgan", "training.long_phase.every=%s", [0, BILLION], [-1, BILLION + 1]),
    ("game2d", "test.every=%s", [1, BILLION], [0, BILLION + 1]),
    ("game2d", "start=%s", ["[0, 0]"], ["[0]", "[0, 0, 0]", "[0, .inf]"]),
    ("game2d", "game={name: quadratic, a: %s}", [-1, 0, TINY], [".inf"]),
    ("game2d", "game={name: wgan_clip, clip: %s}", [TINY, 1e300], [0, -1]),
    ("game2d", "game={name: wgan_gp, lambda: %s}", [TINY], [0]),
    ("game2d", "updates={name: consensus, gamma: %s}", [TINY], [0]),
    ("game2d", "{game: dirac, r1.gamma: %s}", [TINY], [0]),
    ("game2d", "theta={optimizer: {momentum: %s}}", [-0.999, 0.999], [-1, 1]),
    ("game2d", "phi={optimizer: {eta: %s}}", [TINY], [0]),
]  # fmt: skip


def settings(template: str, value: Any) -> list[str]:
    text = template % value
    if not text.startswith("{"):
        return [text]
    return [f"{key}={entry}" for key, entry in load_text(text.replace("{", "{ ", 1), "f").data.items()]


@pytest.mark.parametrize(("kind", "template", "good", "bad"), BOUNDS, ids=[template for _, template, _, _ in BOUNDS])
def test_a_number_is_allowed_up_to_its_bound(kind: str, template: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        resolve(kind, *settings(template, value))
    for value in bad:
        with pytest.raises(spec.SpecError) as caught:
            resolve(kind, *settings(template, value))
        key = settings(template, value)[-1].partition("=")[0]
        assert all(problem.key.startswith(key) for problem in caught.value.problems), value


def test_every_bounded_field_is_in_the_table() -> None:
    """Of the models, by their JSON Schema; the fields of several models have the same bounds."""
    bounds = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}

    def has(node: Any) -> bool:
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return (isinstance(node, dict) and bool(bounds & node.keys())) or any(map(has, inside))

    definitions = spec.json_schema()["$defs"]
    bounded = {key for one in definitions.values() for key, node in one.get("properties", {}).items() if has(node)}
    tried = " ".join(template for _, template, _, _ in BOUNDS)
    assert {key for key in bounded if key not in tried} == {"seeds"}


@pytest.mark.parametrize(("name", "most"), [("MAX_PARAMETERS", 10 * 20 + 20 + 20 * 784 + 784), ("MAX_BUFFER", 4 * 784)])
def test_what_is_too_large_is_so_by_one(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"gancli.spec.network_checks.{name}", most)
    resolve("gan")
    monkeypatch.setattr(f"gancli.spec.network_checks.{name}", most - 1)
    with pytest.raises(spec.SpecError):
        resolve("gan")


MNIST_DATA = {"set": "mnist"}
NETWORK = {
    "bias": True,
    "draw_biases": False,
    "dropout": 0.0,
    "batch_norm": False,
    "layer_norm": False,
    "spectral_norm": False,
    "orthonormal": False,
    "init": {"name": "normal", "std": 1.0},
}
SGD = {"momentum": 0.0, "name": "sgd", "eta": 0.2}
COMMON = {
    "name": "run",
    "seed": 0,
    "dtype": "float32",
    "engine": "auto",
    "threads": "auto",
    "checkpoint": {"every": 1000},
}
OF_TWO = {
    "data": MNIST_DATA, "mu": 1.0, "latent": {"distribution": "uniform"}, "test": {"every": 100, "batches": 10},
    "stop": {"on_collapse": False}, "pictures": {"every": 500, "count": 20},
    "generator": {**NETWORK, "shape": [10, 20, 784], "activation": {"name": "sigmoid"}, "output": {"name": "sigmoid"}, "optimizer": SGD},
}  # fmt: skip
RESOLVED: dict[str, dict[str, Any]] = {
    "supervised": {
        **COMMON, "data": MNIST_DATA, "mu": 1.0, "test": {"every": 100, "threshold": 0.5},
        "network": {**NETWORK, "shape": [784, 30, 10], "activation": {"name": "sigmoid"}, "output": {"name": "sigmoid"}, "optimizer": SGD},
        "training": {"games": 10, "batch": 4, "loss": "mse", "shuffle": True},
    },
    "gan": {
        **COMMON, **OF_TWO,
        "discriminator": {**NETWORK, "shape": [784, 20, 1], "activation": {"name": "sigmoid"}, "output": {"name": "sigmoid"}, "optimizer": SGD},
        "training": {
            "games": 10, "batch": 4, "loss": "gan", "generator_loss": "non_saturating",
            "ratios": {"real": 1, "shared": 1, "fake": 0, "generator": 0}, "labels": {"real": 1.0, "flip": 0.0},
        },
    },
    "wgan": {
        **COMMON, **OF_TWO,
        "critic": {
            **NETWORK, "shape": [784, 20, 1], "activation": {"name": "sigmoid"}, "output": {"name": "linear"}, "optimizer": SGD,
            "clip": {"bound": 0.1, "mode": "clamp"},
        },
        "training": {"games": 10, "batch": 4, "ratios": {"critic": 5, "generator": 1}, "warmup": 0},
    },
    "game2d": {
        **COMMON, "game": {"name": "bilinear"}, "updates": {"name": "simultaneous"}, "start": [1.0, 1.0], "optimizer": SGD, "test": {"every": 1},
        "pictures": {"every": BILLION, "count": 20}, "training": {"games": 10, "batch": 1},
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", RESOLVED)
def test_what_a_configuration_leaves_out(kind: str) -> None:
    found = resolve(kind).data()
    assert found == {"kind": kind, **RESOLVED[kind]} and next(iter(found)) == "kind"


OPTIMIZER = {"momentum": 0.0, "nesterov": None, "weight_decay": None, "grad_clip": None, "lookahead": None}
RATE = {"eta": None, "schedule": None}
DEFAULTS: list[tuple[type[Spec], dict[str, Any], dict[str, Any]]] = [
    (optimizers.Sgd, {}, {**OPTIMIZER, **RATE}),
    (optimizers.Adagrad, {}, {**OPTIMIZER, **RATE, "epsilon": 1e-8}),
    (optimizers.Rmsprop, {}, {**OPTIMIZER, **RATE, "gamma": 0.9, "epsilon": 1e-8, "centered": False}),
    (optimizers.Adadelta, {}, {**OPTIMIZER, "gamma": 0.95, "epsilon": 1e-6, "centered": False}),
    (optimizers.Adam, {}, {**OPTIMIZER, **RATE, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
    (
        optimizers.Adamw,
        {},
        {**OPTIMIZER, **RATE, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    ),
    (schedules.ConstantRate, {}, {"warmup": 0}),
    (schedules.StepRate, {"name": "step", "every": 3}, {"warmup": 0, "factor": 0.1}),
    (schedules.LinearRate, {"name": "linear", "steps": 3}, {"warmup": 0, "end": 0.0}),
    (schedules.CosineRate, {"name": "cosine", "steps": 3}, {"warmup": 0, "end": 0.0}),
    (schedules.InverseRate, {"name": "inverse", "steps": 3}, {"warmup": 0}),
    (game2d.Quadratic, {"name": "quadratic"}, {"a": 0.5}),
    (game2d.WganClip, {"name": "wgan_clip"}, {"clip": 1.0}),
    (game2d.WganGp, {"name": "wgan_gp"}, {"lambda": 1.0}),
    (game2d.Consensus, {"name": "consensus"}, {"gamma": 1.0}),
    (networks.Tanh, {"name": "tanh"}, {"k": 1.0, "alpha": 1.0}),
    (networks.LeakyRelu, {"name": "leaky_relu"}, {"slope": 0.2}),
    (networks.Normal, {"name": "normal"}, {"std": 1.0}),
    (networks.Uniform, {"name": "uniform"}, {"bound": 1.0}),
    (networks.Noise, {}, {"mode": "concat", "size": None, "distribution": "gaussian", "scale": 1.0}),
    (networks.Kernel, {"name": "kernel"}, {"kernels": 50, "size": 5}),
    (networks.Clip, {"bound": 1.0}, {"mode": "clamp"}),
    (networks.SpectralNorm, {}, {"iterations": 1, "bound": 1.0}),
    (training.SlopePenalty, {"gamma": 1.0}, {"every": 1}),
    (
        training.GradientPenalty,
        {},
        {"lambda": 10.0, "target": 1.0, "side": "both", "at": "interpolates", "every": 1},
    ),
    (training.CriticUntil, {}, {"change": 0.02, "most": 200}),
    (training.LongPhase, {}, {"critic": 100, "first": 25, "every": 500}),
    (training.Evaluate, {"every": 1}, {"samples": 2000, "metrics": ()}),
]


@pytest.mark.parametrize(("model", "given", "expected"), DEFAULTS, ids=[model.__name__ for model, _, _ in DEFAULTS])
def test_the_default_of_each_choice(model: type[Spec], given: dict[str, Any], expected: dict[str, Any]) -> None:
    found = model(**given).model_dump()
    assert {key: value for key, value in found.items() if key not in {"name", *given}} == expected


@pytest.mark.parametrize(
    ("name", "eta"),
    [("sgd", 0.2), ("adagrad", 0.01), ("rmsprop", 0.001), ("adam", 0.01), ("adamw", 0.001), ("adadelta", None)],
)
def test_the_learning_rate_that_is_not_given(name: str, eta: float | None) -> None:
    found = resolve("game2d", f"optimizer={name}").data()
    assert found["optimizer"].get("eta") == eta and "eta" not in found
    given = resolve("game2d", f"optimizer={name}", "eta=0.5").data()
    assert given["eta"] == 0.5 and "eta" not in given["optimizer"]
    own = resolve("game2d", f"phi={{optimizer: {name}}}").data()
    assert own["phi"]["optimizer"].get("eta") == eta and "theta" not in own
