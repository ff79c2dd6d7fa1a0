"""From YAML to a resolved experiment, or to every problem at once."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gancli import spec
from gancli.spec.yaml import load_text

CONFIGS = Path(__file__).parent.parent.parent / "configs"
GAN = """\
kind: gan
generator: {shape: [10, 20, 784], optimizer: {eta: 0.1}}
discriminator: {shape: [784, 20, 1], optimizer: {eta: 0.1}}
training: {games: 10, batch: 4}
"""
WGAN = """\
kind: wgan
generator: {shape: [10, 20, 784]}
critic: {shape: [784, 20, 1], clip: {bound: 0.1}}
training: {games: 10, batch: 4}
"""
MNIST = """\
kind: supervised
network: {shape: [784, 30, 10]}
training: {passes: 1, batch: 4}
"""


def resolve(text: str, *settings: str) -> spec.Resolved:
    from gancli.spec import overrides

    document = load_text(text, "f.yaml")
    overrides.apply(document, list(settings))
    return spec.resolve(document)


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda p: p.name)
def test_shipped_configs_resolve_without_a_warning_and_fit_the_schema(path: Path) -> None:
    resolved = spec.load(path)
    assert not resolved.warnings
    jsonschema.validate(load_text(path.read_text(encoding="utf-8"), "f").data, spec.json_schema())
    again = load_text(resolved.yaml(), "again")
    jsonschema.validate(again.data, spec.json_schema())
    assert spec.resolve(again) == resolved  # the resolved spec is a fixed point
    assert path.read_text(encoding="utf-8").startswith("# "), "a config says what it shows"


def test_the_schema_refuses_what_the_models_refuse() -> None:
    data = load_text(GAN, "f").data
    jsonschema.validate(data, spec.json_schema())
    for broken in ({**data, "eat": 1}, {**data, "seed": -1}, {**data, "generator": {"shape": ["a"]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, spec.json_schema())


def test_letters_at_the_top_are_every_networks_default() -> None:
    found = resolve(GAN, "eta=0.5", "mu=0.1", "generator.mu=0.3", "discriminator.optimizer={name: adam}").experiment
    assert isinstance(found, spec.Gan)
    assert found.eta == 0.5 and found.discriminator.optimizer.eta is None  # type: ignore[union-attr]
    assert [layer.mu for _, layer in found.generator.dense_layers(found.mu)] == [0.3, 0.3]
    assert [layer.mu for _, layer in found.discriminator.dense_layers(found.mu)] == [0.1, 0.1]


def test_layers_override_their_network() -> None:
    text = """
kind: wgan
mu: 0.2
generator:
  inputs: 10
  layers:
    - {units: 20, mu: 0.7, bias: false}
    - {units: 784, noise: {mode: concat, size: 5}, init: he}
critic: {shape: [784, 1], clip: {bound: 0.1}}
training: {games: 1}
"""
    found = resolve(text).experiment
    assert isinstance(found, spec.Wgan)
    (first_in, first), (second_in, second) = found.generator.dense_layers(found.mu)
    assert (first_in, first.units, first.mu, first.bias) == (10, 20, 0.7, False)
    assert (second_in, second.units, second.mu, second.bias) == (20, 784, 0.2, True)
    assert second.noise and second.noise.size == 5 and second.init and second.init.name == "he"


def test_defaults_by_role() -> None:
    wgan = resolve(WGAN).experiment
    assert isinstance(wgan, spec.Wgan)
    assert [layer.activation.name for _, layer in wgan.critic.dense_layers(1) if layer.activation] == [
        "sigmoid",
        "linear",
    ]
    assert wgan.generator.output is not None and wgan.generator.output.name == "sigmoid"
    assert wgan.generator.optimizer.eta == 0.2  # type: ignore[union-attr]
    assert wgan.mu == 1.0


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        (GAN, ["generater.mu=1"], "--set generater.mu=1: generater: unknown key"),
        (GAN, ["generater.mu=1"], "did you mean 'generator'?"),
        (GAN, ["generator.optimizer.gama=0.5"], "allowed here: eta, momentum, name"),
        (GAN, ["generator.optimizer={name: rmspop}"], "got 'rmspop'; did you mean 'rmsprop'?"),
        (GAN, ["generator.activation=rleu"], "did you mean 'relu'?"),
        (GAN, ["generator.optimizer.eta=-1"], "must be greater than 0.0; got -1"),
        (GAN, ["generator.optimizer.eta=.nan"], "must be a finite number; got nan"),
        (GAN, ["generator.optimizer.eta=.inf"], "must be a finite number; got inf"),
        (GAN, ["generator.optimizer.eta=a"], "must be a number; got 'a'"),
        (GAN, ["generator.bias=yes"], "must be true or false; got 'yes'"),
        (GAN, ["generator.shape=784"], "must be a list, such as [784, 20, 1]; got 784"),
        (GAN, ["generator.shape=[10]"], "must have at least 2 entries; got"),
        (GAN, ["generator.shape=[10, 0, 784]"], "generator.shape.1: must be at least 1; got 0"),
        (GAN, ["generator.shape=[10, 1000000000, 784]"], "generator.shape.1: must be at most"),
        (GAN, ["generator.shape=[10, 1000000, 784]"], "parameters; at most 100,000,000"),
        (GAN, ["generator.shape=[10, 20, 783]"], "outputs must be 784 (28×28 pixels), the size of a mnist sample; got 783"),
        (GAN, ["discriminator.shape=[783, 1]"], "inputs must be 784"),
        (GAN, ["discriminator.shape=[784, 2]"], "outputs must be 1; got 2"),
        (GAN, ["discriminator.output=linear"], "`loss: gan` needs a sigmoid output; got 'linear'"),
        (GAN, ["discriminator.output=softmax"], "softmax is for the output of a supervised network"),
        (GAN, ["generator.layers=[{units: 784}]"], "give `shape`, or `inputs` and `layers`, not both"),
        (GAN, ["generator.shape=null"], "needs `shape: [inputs, …, outputs]`"),
        (GAN, ["generator.noise={mode: concat}"], "generator.noise.size: needs a size"),
        (GAN, ["generator.noise={mode: add, size: 3}"], "has no effect with mode 'add'"),
        (GAN, ["training.passes=3"], "give `games` or `passes`, one of them; got both"),
        (GAN, ["training.games=null"], "give `games` or `passes`, one of them; got neither"),
        (GAN, ["training.games=1.5"], "must be an integer; got 1.5"),
        (GAN, ["training.games=true"], "must be an integer; got True"),
        (GAN, ["training.ratios={real: 0, shared: 0}"], "are all 0: nothing would learn"),
        (GAN, ["training.batch=100000", "generator.shape=[10, 50000, 784]"], "use a smaller batch"),
        (GAN, ["test.every=pas"], "must be an integer or 'pass'; got 'pas'; did you mean 'pass'?"),
        (GAN, ["data.set=mnits"], "got 'mnits'; did you mean 'mnist'?"),
        (GAN, ["data.set=xor"], "xor is for `kind: supervised`"),
        (GAN, ["data.classes=[7, 7]"], "names a digit twice"),
        (GAN, ["data.classes=[10]"], "must be at most 9; got 10"),
        (GAN, ["name=../../x"], "must be letters, digits"),
        (GAN, ["name=''"], "must be letters, digits"),
        (GAN, ["seed=-1"], "must be at least 0; got -1"),
        (GAN, ["dtype=float16"], "must be 'float32' or 'float64'; got 'float16'"),
        (GAN, ["engine=cuda"], "must be 'auto', 'numba', 'numpy' or 'checked'; got 'cuda'"),
        (GAN, ["kind=gna"], "must be one of supervised, gan, wgan; got 'gna'; did you mean 'gan'?"),
        (GAN, ["kind=null"], "must be one of supervised, gan, wgan; it is not given"),
        (GAN, ["discriminator=null"], "discriminator: must be a mapping of keys to values; got None"),
        (GAN, ["seed"], "must be key=value"),
        (GAN, ["seed.x=1", "seed=[1"], "is not valid YAML"),
        (GAN, ["kind.x=1"], "cannot set a key inside 'gan'"),
        (WGAN, ["training.warmup=10"], "must be less than `games` (10)"),
        (WGAN, ["critic.clip.bound=0"], "must be greater than 0.0; got 0"),
        (WGAN, ["critic.clip.mode=clip"], "must be 'clamp' or 'rescale'; got 'clip'"),
        (WGAN, ["training.ratios.real=1"], "unknown key; allowed here: critic, generator"),
        (WGAN, ["training.ratios.critic=0"], "must be at least 1; got 0"),
        (MNIST, ["network.shape=[784, 30, 9]"], "outputs must be 10; got 9"),
        (MNIST, ["training.loss=cross_entropy", "network.output=tanh"], "cross_entropy needs a network whose output is"),
        (MNIST, ["network.output=softmax"], "softmax is for an output layer with"),
        (MNIST, ["data={set: xor, classes: [1]}"], "is for image data"),
        (MNIST, ["latent.law=gaussian"], "latent: unknown key"),
    ],
)  # fmt: skip
def test_refusals(text: str, settings: list[str], expected: str) -> None:
    with pytest.raises(spec.SpecError) as caught:
        resolve(text, *settings)
    assert expected in str(caught.value)


def test_every_problem_at_once_each_on_its_line() -> None:
    text = "kind: wgan\nseed: -1\ngenerator:\n  shape: [10, 783]\n  activaton: relu\ncritic: {shape: [784, 2], bias: 1}\ntraining: {}\n"
    with pytest.raises(spec.SpecError) as caught:
        resolve(text)
    where = [(problem.where, problem.key) for problem in caught.value.problems]
    assert sorted(where) == sorted([
        ("f.yaml:2", "seed"), ("f.yaml:4", "generator.shape"), ("f.yaml:5", "generator.activaton"),
        ("f.yaml:6", "critic.bias"), ("f.yaml:6", "critic.shape"), ("f.yaml:7", "training"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "settings", "key"),
    [
        (GAN, ["eta=0.1"], "eta"),
        (WGAN, ["mu=2", "generator.mu=1", "critic.activation=relu"], "mu"),
        (WGAN, ["critic.activation=relu", "critic.mu=3"], "critic.mu"),
        (WGAN, ["critic.clip=null"], "critic"),
        (WGAN, ["generator.output=linear"], "generator.output"),
        (GAN, ["training.ratios={shared: 0}"], "training.ratios"),
        (GAN, ["training.loss=least_squares", "training.generator_loss=minimax"], "training.generator_loss"),
    ],
)
def test_a_setting_without_effect_is_not_silent(text: str, settings: list[str], key: str) -> None:
    assert [warning.key for warning in resolve(text, *settings).warnings] == [key]


def test_overrides_reach_lists_and_whole_trees() -> None:
    found: Any = resolve(GAN, "generator.shape.1=33", "discriminator={shape: [784, 1], optimizer: adam}").experiment
    assert found.generator.shape == (10, 33, 784)
    assert found.discriminator.optimizer.name == "adam"
    assert json.loads(json.dumps(spec.json_schema()))["discriminator"]["propertyName"] == "kind"
