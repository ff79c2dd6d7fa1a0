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
XOR = """\
kind: supervised
data: {set: xor}
network: {shape: [2, 2, 1]}
training: {games: 10}
"""
GAME2D = """\
kind: game2d
training: {games: 10}
"""


def resolve(text: str, *settings: str) -> spec.Resolved:
    from gancli.spec import overrides

    document = load_text(text, "f.yaml")
    overrides.apply(document, list(settings))
    return spec.resolve(document)


FITS = jsonschema.Draft202012Validator(spec.json_schema()).validate
SHIPPED = sorted(CONFIGS.rglob("*.yaml"))
UNWISE = {"beta1.yaml": ["generator.optimizer.beta1", "discriminator.optimizer.beta1"]}
"""What configurations are warned of that are made to show what goes wrong."""


@pytest.mark.parametrize("path", [path for path in SHIPPED if spec.is_sweep(path)], ids=lambda p: p.name)
def test_shipped_sweeps_have_cells_without_a_warning_and_fit_the_schema(path: Path) -> None:
    cells = spec.load_sweep(path).cells
    assert len(cells) > 1 and not any(cell.resolved.warnings for cell in cells)
    assert len({cell.resolved.yaml() for cell in cells}) == len(cells), "two cells are the same"
    FITS(load_text(path.read_text(encoding="utf-8"), "f").data)
    assert path.read_text(encoding="utf-8").startswith("# "), "a config says what it shows"


@pytest.mark.parametrize("path", [path for path in SHIPPED if not spec.is_sweep(path)], ids=lambda p: p.name)
def test_shipped_configs_resolve_without_a_warning_and_fit_the_schema(path: Path) -> None:
    resolved = spec.load(path)
    assert [warning.key for warning in resolved.warnings] == UNWISE.get(path.name, [])
    FITS(load_text(path.read_text(encoding="utf-8"), "f").data)
    again = load_text(resolved.yaml(), "again")
    FITS(again.data)
    assert spec.resolve(again).experiment == resolved.experiment  # the resolved spec is a fixed point
    assert path.read_text(encoding="utf-8").startswith("# "), "a config says what it shows"


def test_the_schema_refuses_what_the_models_refuse() -> None:
    data = load_text(GAN, "f").data
    FITS(data)
    for broken in ({**data, "eat": 1}, {**data, "seed": -1}, {**data, "generator": {"shape": ["a"]}}):
        with pytest.raises(jsonschema.ValidationError):
            FITS(broken)


@pytest.mark.parametrize(
    "data",
    ["{set: fashion_mnist, classes: [Trouser, 9]}", "{set: kmnist, classes: ['き (ki)']}", "{set: sheep, path: p}"],
)
def test_a_set_of_pictures_and_its_classes_stay_as_they_were_written(data: str) -> None:
    resolved = spec.resolve(load_text(GAN.replace("kind: gan", f"kind: gan\ndata: {data}"), "f"))
    assert spec.resolve(load_text(resolved.yaml(), "again")).experiment == resolved.experiment
    FITS(load_text(resolved.yaml(), "again").data)


def test_letters_at_the_top_are_every_networks_default() -> None:
    found = resolve(GAN, "eta=0.5", "mu=0.1", "generator.mu=0.3", "discriminator.optimizer={name: adam}").experiment
    assert isinstance(found, spec.Gan)
    assert found.eta == 0.5 and found.discriminator.optimizer.eta is None  # type: ignore[union-attr]
    assert [one.layer.mu for one in found.generator.placed(found.mu)] == [0.3, 0.3]
    assert [one.layer.mu for one in found.discriminator.placed(found.mu)] == [0.1, 0.1]


def test_layers_override_their_network() -> None:
    text = """
kind: wgan
mu: 0.2
generator:
  inputs: 10
  layers:
    - {units: 20, mu: 0.7, bias: false, dropout: 0.4, batch_norm: true}
    - {units: 784, noise: {mode: concat, size: 5}, init: he, dropout: 0, batch_norm: false}
  dropout: 0.1
  noise: {size: 3}
critic: {shape: [784, 1], clip: {bound: 0.1}}
training: {games: 1, batch: 2}
"""
    found = resolve(text).experiment
    assert isinstance(found, spec.Wgan)
    (first_in, first), (second_in, second) = [(one.inputs[0], one.layer) for one in found.generator.placed(found.mu)]
    assert (first_in, first.units, first.mu, first.bias) == (10, 20, 0.7, False)
    assert (second_in, second.units, second.mu, second.bias) == (20, 784, 0.2, True)
    assert (first.dropout, first.batch_norm, first.noise) == (0.4, True, None)
    assert (second.dropout, second.batch_norm) == (0.0, False)
    assert second.noise and second.noise.size == 5 and second.init and second.init.name == "he"


def test_defaults_by_role() -> None:
    wgan = resolve(WGAN).experiment
    assert isinstance(wgan, spec.Wgan)
    assert [one.layer.activation.name for one in wgan.critic.placed(1) if one.layer.activation] == [
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
        (GAN, ["generator.optimizer.gama=0.5"], "allowed here: eta, grad_clip, lookahead, momentum, name, nesterov, schedule, weight_decay"),
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
        (GAN, ["discriminator.shape=[783, 1]"], "inputs must be 784 (28×28 pixels), the size of a mnist sample; got 783"),
        (XOR, ["network.shape=[3, 2, 1]"], "network.shape: inputs must be 2, the size of a xor sample; got 3"),
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
        (GAN, ["data.classes=[10]"], "must be a class of mnist: 0 to 9; got 10"),
        (GAN, ["data={set: fashion_mnist, classes: [trouser]}"],
         "must be a class of fashion_mnist: 0 to 9, or a name: T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, "
         "Sneaker, Bag, Ankle boot; got 'trouser'; did you mean 'Trouser'?"),
        (GAN, ["data={set: fashion_mnist, classes: [Trouser, 1]}"], "names a class twice; got ['Trouser', 1]"),
        (GAN, ["data={set: emnist_letters, classes: [26]}"], "must be a class of emnist_letters: 0 to 25, or a name: A, B"),
        (GAN, ["data={set: emnist_letters, classes: ['1']}"], "got '1'"),
        (GAN, ["data={set: sheep, classes: [sheeep]}"], "got 'sheeep'; did you mean 'sheep'?"),
        (GAN, ["data={set: kmnist, require: full}"], "data.require: says nothing of `set: kmnist`: it is for mnist; remove it"),
        (GAN, ["data={set: kmnist, samples: 5}"], "data.samples: says nothing of `set: kmnist`"),
        (GAN, ["data.set=cifar10"], "inputs must be 3072 (3×32×32 numbers), the size of a cifar10 sample; got 784"),
        (GAN, ["data.set=fashion"], "got 'fashion'; did you mean 'fashion_mnist'?"),
        (MNIST, ["data.set=sheep"], "sheep is for a gan or wgan; a supervised run learns from mnist, fashion_mnist, kmnist"),
        (MNIST, ["data.set=emnist_letters"], "outputs must be 26; got 10"),
        (GAN, ["name=../../x"], "must be letters, digits"),
        (GAN, ["name=''"], "must be letters, digits"),
        (GAN, ["seed=-1"], "must be at least 0; got -1"),
        (GAN, ["dtype=float16"], "must be 'float32' or 'float64'; got 'float16'"),
        (GAN, ["engine=cuda"], "must be 'auto', 'numba', 'numpy' or 'checked'; got 'cuda'"),
        (GAN, ["kind=gna"], "must be one of supervised, gan, wgan, game2d; got 'gna'; did you mean 'gan'?"),
        (GAN, ["kind=null"], "must be one of supervised, gan, wgan, game2d; it is not given"),
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
        (MNIST, ["data={set: xor, classes: [1]}"], "data.classes: says nothing of `set: xor`: it is for mnist, "),
        (XOR, ["training.loss=cross_entropy", "network.output=softmax"], "network.output: softmax of a single output"),
        (GAN, ["training.r1={gamma: 1}", "discriminator.batch_norm=true"], "training.r1: is not known"),
        (GAN, ["training.r1={gamma: 1}", "discriminator.minibatch=similarity"], "training.r1: is not known"),
        (GAN, ["training.r1={gamma: 1}", "discriminator={inputs: 784, layers: [{units: 5, batch_norm: true}, {units: 1}]}"],
         "training.r1: is not known"),
        (GAN, ["training.r1={gamma: 1}", "discriminator={inputs: 784, layers: [{units: 5}, {units: 1, minibatch: kernel}]}"],
         "training.r1: is not known"),
        (GAN, ["generator.optimizer={name: rmspop, eta: 1}"], "got 'rmspop'; did you mean 'rmsprop'?"),
        (GAME2D, ["start=5"], "start: must be a list; got 5"),
        (GAME2D, ["name=\udcff"], "name: must be a valid string"),
        (GAME2D, ["name=' " + "x" * 57 + "'"], "; got ' " + "x" * 57 + "'"),
        (GAME2D, ["name=' " + "x" * 58 + "'"], "; got ' " + "x" * 55 + "..."),
        (MNIST, ["latent.distribution=gaussian"], "latent: unknown key"),
        (MNIST, ["data={set: mnist, points: square}"], "data.points: says nothing of `set: mnist`: it is for xor; remove it"),
        (MNIST, ["data={set: xor, samples: 9}"], "is for data that are drawn"),
        (MNIST, ["data={set: ring}"], "ring is for a gan or wgan"),
        (MNIST, ["network.minibatch=kernel"], "is for the discriminator or critic"),
        (MNIST, ["network.ema=0.9"], "network.ema: is for the generator"),
        (MNIST, ["network.batch_norm=true", "training.batch=1"], "a single sample has no variance"),
        (MNIST, ["network.dropout=1"], "must be less than 1.0; got 1"),
        (MNIST, ["pictures={heaviside: true}"], "is for points of the plane"),
        (XOR, ["pictures={heaviside: true}", "network.output=tanh"], "this network has tanh too"),
        (MNIST, ["test.threshold=0"], "must be greater than 0.0; got 0"),
        (GAN, ["data.set=line"], "line is for `kind: supervised`"),
        (GAN, ["discriminator.minibatch=similar"], "did you mean 'similarity'?"),
        (GAN, ["discriminator.minibatch=similarity", "training.batch=1"], "it compares samples"),
        (GAN, ["generator.minibatch=similarity"], "remove it from generator"),
        (GAN, ["discriminator.ema=0.9"], "remove it from discriminator"),
        (GAN, ["training.labels.real=1.5"], "training.labels.real"),
        (GAN, ["training.labels.real=[0.9, 0.7]"], "must be [low, high]; got 0.9 above 0.7"),
        (GAN, ["training.labels.flip=1"], "must be less than 1.0; got 1"),
        (WGAN, ["training.labels.flip=0.1"], "training.labels: unknown key"),
        (WGAN, ["training.long_phase.critic=0"], "must be at least 1; got 0"),
        (GAME2D, ["training={passes: 1}"], "a game2d has no data to pass over"),
        (GAME2D, ["start=[1]"], "start"),
        (GAME2D, ["game=diracs"], "did you mean 'dirac'?"),
        (GAME2D, ["data.set=mnist"], "data: unknown key"),
        (GAME2D, ["updates=both"], "must be 'simultaneous', 'alternating', 'extragradient', 'optimistic', 'consensus'; got 'both'"),
        (GAME2D, ["updates={name: optimistic, gamma: 1}"], "updates.gamma: unknown key; allowed here: name"),
        (GAME2D, ["r1={gamma: 1}"], "r1: is for `game: dirac`, whose discriminator's slope it makes small; got 'bilinear'"),
        (GAME2D, ["game=dirac", "r1={}"], "r1.gamma: is required and not given"),
        (GAME2D, ["updates=extragradient", "optimizer=adam"],
         "optimizer: `updates: extragradient` goes with sgd: its first step is a plain −η g, which is no step of adam; got 'adam'"),
        (GAME2D, ["updates=optimistic", "phi={optimizer: adam}"], "phi.optimizer: `updates: optimistic` goes with sgd"),
        (GAME2D, ["theta={}"], "theta.optimizer: is required and not given"),
    ],
)  # fmt: skip
def test_refusals(text: str, settings: list[str], expected: str) -> None:
    with pytest.raises(spec.SpecError) as caught:
        resolve(text, *settings)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "setting", "expected"),
    [
        (WGAN, "critic={inputs: 784, layers: [{conv: 3}]}", {
            "critic.layers": "conv needs an image, [channels, height, width]; what comes in is 784 numbers: give the layer "
            "below `reshape`",
            "critic.layers.0.kernel": "is needed by `conv`: pixels along each side, such as 4",
        }),
        (WGAN, "critic={inputs: 784, layers: [{kernal: 3}]}", {
            "critic.layers.0.kernal": "unknown key; allowed here: activation, batch_norm, bias, conv, conv_transpose, dropout, "
            "factor, init, kernel, layer_norm, minibatch, mu, noise, orthonormal, output_padding, padding, pool, reshape, "
            "spectral_norm, stride, units, upsample; did you mean 'kernel'?",
        }),
        (WGAN, "critic={inputs: 784, layers: [{units: 5, noise: {sise: 3}}, 4]}", {
            "critic.layers.0.noise.sise": "unknown key; allowed here: distribution, mode, scale, size; did you mean 'size'?",
            "critic.layers.1": "must be a mapping, such as {units: 300}: a list of widths is a network's `shape`; got 4",
        }),
        (WGAN, "critic={inputs: 784, layers: [{units: 5, minibatch: {name: kernel, kernals: 3}}]}", {
            "critic.layers.0.minibatch.kernals": "unknown key; allowed here: kernels, name, size; did you mean 'kernels'?",
        }),
        (WGAN, "critic={inputs: 784, layers: []}", {"critic.layers": "must have at least 1 entry; got []"}),
        (WGAN, "critic={inputs: 784, layers: 3}", {"critic.layers": "must be a list; got 3"}),
        (WGAN, "critic.shape=[784, b]", {"critic.shape.1": "must be an integer; got 'b'"}),
        (WGAN, "critic.shape=[784, -1]", {"critic.shape.1": "must be at least 1; got -1"}),
        (WGAN, "critic.shape=[b]", {
            "critic.shape.0": "must be an integer; got 'b'", "critic.shape": "must have at least 2 entries; got ['b']",
        }),
        (GAN, "data.classes=[11]", {"data.classes.0": "must be a class of mnist: 0 to 9; got 11"}),
        (GAN, "data.classes=[a]", {"data.classes.0": "must be a class of mnist: 0 to 9; got 'a'"}),
        (GAN, "data.classes=7", {"data.classes": "must be a list; got 7"}),
        (GAN, "training.labels.real=[0.7, 2]", {"training.labels.real.1": "must be at most 1.0; got 2"}),
        (GAN, "training.labels.real=[a, b]", {
            "training.labels.real.0": "must be a number; got 'a'", "training.labels.real.1": "must be a number; got 'b'",
        }),
        (GAN, "training.labels.real=[0.7]", {"training.labels.real": "must be a number or have 2 entries; got [0.7]"}),
        (GAN, "training.labels.real=[0, 1, 1]", {"training.labels.real": "must be a number or have 2 entries; got [0, 1, 1]"}),
        (GAN, "training.labels.real=a", {"training.labels.real": "must be a number or a list; got 'a'"}),
        (GAN, "generator.optimizer={name: adam, beta3: 1}", {
            "generator.optimizer.beta3": "unknown key; allowed here: beta1, beta2, epsilon, eta, grad_clip, lookahead, momentum, "
            "name, nesterov, schedule, weight_decay; "
            "did you mean 'beta2'?",
        }),
        (GAME2D, "start=[1]", {"start": "must have 2 entries; got [1]"}),
        (GAME2D, "start=[]", {"start": "must have 2 entries; got []"}),
        (GAME2D, "start=[1, 2, 3]", {"start": "must have 2 entries; got [1, 2, 3]"}),
        (GAME2D, "start=[1, a]", {"start.1": "must be a number; got 'a'"}),
    ],
)  # fmt: skip
def test_a_list_and_what_is_in_it_are_wrong_each_for_its_own_reason(
    text: str, setting: str, expected: dict[str, str]
) -> None:
    with pytest.raises(spec.SpecError) as caught:
        resolve(text, setting)
    assert {problem.key: problem.text for problem in caught.value.problems} == expected


@pytest.mark.parametrize(
    ("text", "settings", "keys"),
    [
        (GAN, ["generator.shape=null", "discriminator.shape=[783, 1]"], ["discriminator.shape", "generator"]),
        (GAN, ["discriminator={inputs: 783, layers: [{units: 2}]}"], ["discriminator.inputs", "discriminator.layers"]),
        (GAN, ["discriminator={layers: [{units: 1}]}"], ["discriminator"]),
        (GAN, ["discriminator={inputs: 784}"], ["discriminator"]),
        (GAN, ["discriminator.inputs=784"], ["discriminator.shape"]),
        (MNIST, ["data={set: ring}", "network.shape=[2, 9, 3]"], ["data.set"]),
    ],
)  # fmt: skip
def test_the_keys_that_are_wrong_together(text: str, settings: list[str], keys: list[str]) -> None:
    with pytest.raises(spec.SpecError) as caught:
        resolve(text, *settings)
    assert [problem.key for problem in caught.value.problems] == keys


@pytest.mark.parametrize(
    ("network", "activation", "output"),
    [
        ("shape: [784, 1]", None, "sigmoid"),
        ("shape: [784, 5, 1]", "sigmoid", "sigmoid"),
        ("inputs: 784, layers: [{units: 1}]", None, "sigmoid"),
        ("inputs: 784, layers: [{units: 5, activation: relu}, {units: 1}]", None, "sigmoid"),
        ("inputs: 784, layers: [{units: 5, activation: relu}, {units: 5}, {units: 1}]", "sigmoid", "sigmoid"),
        ("inputs: 784, layers: [{units: 5, activation: relu}, {units: 1, activation: sigmoid}]", None, None),
        ("inputs: 784, layers: [{units: 5}, {units: 1, activation: sigmoid}]", "sigmoid", None),
    ],
)
def test_activations_are_written_out_where_a_layer_takes_them(
    network: str, activation: str | None, output: str | None
) -> None:
    found = resolve(GAN, f"discriminator={{{network}}}").data()["discriminator"]
    assert [found.get(key, {}).get("name") for key in ("activation", "output")] == [activation, output]


def test_a_wrong_entry_of_a_list_hides_nothing_else() -> None:
    with pytest.raises(spec.SpecError) as caught:
        resolve(WGAN, "critic.shape=[784, 0, 1]", "generator.shape=[10, 783]", "training.warmup=10")
    assert [problem.key for problem in caught.value.problems] == [
        "critic.shape.1",
        "generator.shape",
        "training.warmup",
    ]


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
        (GAN, ["discriminator={shape: [784, 1], dropout: 0.3}"], "discriminator.dropout"),
        (GAN, ["discriminator={shape: [784, 1], batch_norm: true}"], "discriminator.batch_norm"),
        (GAME2D, ["training.batch=3"], "training.batch"),
        (GAME2D, ["test.layers=true"], "test.layers"),
        (MNIST, ["test.threshold=0.3"], "test.threshold"),
        (GAME2D, ["eta=0.1", "optimizer.eta=0.2"], "eta"),
        (GAME2D, ["eta=0.1", "theta={optimizer: {eta: 0.2}}", "phi={optimizer: adadelta}"], "eta"),
        (GAME2D, ["theta={optimizer: adam}", "phi={optimizer: adam}", "optimizer=adagrad"], "optimizer"),
        (GAME2D, ["theta={optimizer: adam}", "phi={optimizer: adam}", "optimizer.momentum=0.5"], "optimizer"),
        (GAME2D, ["game={name: wgan_clip, clip: 0.5}"], "start"),
        (GAN, ["training.loss=least_squares", "training.generator_loss=minimax"], "training.generator_loss"),
        (WGAN, ["training.long_phase={first: 0, every: 0}"], "training.long_phase"),
        (WGAN, ["training.batch=1", "stop.on_collapse=true"], "stop.on_collapse"),
        (WGAN, ["critic={inputs: 784, layers: [{units: 5}, {units: 1, activation: linear}], output: linear, clip: {bound: 1}}"],
         "critic.output"),
        (WGAN, ["critic={inputs: 784, layers: [{units: 5, activation: relu}, {units: 1}], activation: relu, clip: {bound: 1}}"],
         "critic.activation"),
    ],
)  # fmt: skip
def test_a_setting_without_effect_is_not_silent(text: str, settings: list[str], key: str) -> None:
    resolved = resolve(text, *settings)
    assert [warning.key for warning in resolved.warnings] == [key]
    again = spec.from_plain(resolved.data()).warnings  # as a cell of a sweep is read, and a run's own configuration
    assert [(warning.key, warning.text) for warning in again] == [(key, resolved.warnings[0].text)]


ADAM = "{name: adam, eta: 0.001}"
BY_HALVES = "{name: adam, eta: 0.001, beta1: 0.5}"
HEAVY = "{name: rmsprop, momentum: 0.9}"


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        (GAN, [f"generator.optimizer={ADAM}"], {"generator.optimizer.beta1": "0.9 often makes a GAN"}),
        (GAN, ["discriminator.optimizer=adam"], {"discriminator.optimizer.beta1": "try 0.5"}),
        (GAN, [f"discriminator.optimizer={ADAM}", "training.loss=least_squares"], {"discriminator.optimizer.beta1": "0.9"}),
        (GAN, [f"discriminator.optimizer={BY_HALVES}", f"generator.optimizer={BY_HALVES}"], {}),
        (GAN, ["generator.optimizer={name: adam, beta1: 0.89}"], {}),
        (GAN, ["generator.optimizer={name: adamw, eta: 0.001}"], {"generator.optimizer.beta1": "0.9 often makes a GAN"}),
        (GAN, [f"generator.optimizer={HEAVY}"], {"generator.optimizer.momentum": "0.9 often makes a GAN"}),
        (GAN, ["generator.optimizer={name: sgd, momentum: 0.5}"], {}),
        (WGAN, [f"critic.optimizer={ADAM}"], {"critic.optimizer.beta1": "0.9 can make training unstable in a critic"}),
        (WGAN, [f"critic.optimizer={HEAVY}"], {"critic.optimizer.momentum": "(Arjovsky et al. 2017): try 0, or rmsprop"}),
        (WGAN, [f"generator.optimizer={ADAM}", f"critic.optimizer={BY_HALVES}"], {}),
        (MNIST, [f"network.optimizer={ADAM}"], {}),
        (GAME2D, [f"optimizer={ADAM}"], {}),
        (WGAN, ["critic.output=sigmoid"], {"critic.output": "sigmoid bounds f, and with it the estimate; a critic's output"}),
        (WGAN, ["critic.output=centered_sigmoid"], {"critic.output": "should be linear"}),
        (WGAN, ["critic.output={name: tanh, k: 5}"], {"critic.output": "tanh bounds f"}),
        (WGAN, ["critic.output=relu"], {"critic.output": "relu is flat below 0"}),
        (WGAN, ["critic.output=softplus"], {"critic.output": "softplus is nearly flat"}),
        (WGAN, ["critic.output=leaky_relu"], {}),
        (WGAN, ["critic={inputs: 784, layers: [{units: 5}, {units: 1, activation: tanh}], clip: {bound: 1}}"], {
            "critic.output": "tanh bounds f",
        }),
        (GAN, ["training.r1={gamma: 1}", "training.ratios={real: 0}"], {
            "training.ratios": "leave the real samples out: the discriminator never sees one",
            "training.r1": "has no effect with `ratios.real: 0`",
        }),
        (GAN, ["training.r1={gamma: 1}"], {}),
        (GAN, ["training.labels.real=0.9", "training.ratios={real: 0}"], {
            "training.ratios": "leave the real samples out", "training.labels.real": "has no effect with `ratios.real: 0`",
        }),
        (GAN, ["training.ratios={shared: 0, generator: 1}"], {"training.ratios": "leave the fakes out: the discriminator never"}),
        (GAN, ["training.ratios={shared: 0}"], {"training.ratios": "leave the generator out: it never learns, and the fakes out"}),
        (GAN, ["training.ratios={real: 0, shared: 0, fake: 1}"], {
            "training.ratios": "leave the generator out: it never learns, and the real samples out",
        }),
        (GAN, ["training.ratios={real: 2, shared: 0, fake: 1, generator: 1}"], {}),
        (GAN, ["training.ratios={shared: 1, fake: 1, generator: 1}"], {}),
        (WGAN, ["training.long_phase={first: 3, every: 0}"], {}),
        (WGAN, ["training.long_phase={first: 0, every: 3}"], {}),
        (XOR, ["test.threshold=0.3"], {}),
        (GAME2D, ["eta=0.1"], {}),
        (GAME2D, ["eta=0.1", "theta={optimizer: {eta: 0.2}}"], {}),
        (GAME2D, ["theta={optimizer: adam}", "phi={optimizer: adam}"], {}),
        (GAME2D, ["updates=consensus", "optimizer=rmsprop"], {}),
        (GAME2D, ["updates=optimistic", "theta={optimizer: sgd}", "phi={optimizer: sgd}", "game=wgan_clip"], {}),
        (WGAN, ["critic={inputs: 784, layers: [{units: 5, activation: relu}, {units: 5}, {units: 1}], activation: tanh, clip: {bound: 1}}"], {}),
    ],
)  # fmt: skip
def test_what_is_unwise_in_a_game_of_two_is_a_warning(text: str, settings: list[str], expected: dict[str, str]) -> None:
    found = {warning.key: warning.text for warning in resolve(text, *settings).warnings}
    assert found.keys() == expected.keys()
    assert all(expected[key] in found[key] for key in expected), found


def test_points_have_defaults_of_their_own() -> None:
    found: Any = resolve(GAN, "data.set=ring", "generator.shape=[4, 6, 2]", "discriminator.shape=[2, 5, 1]")
    assert found.experiment.generator.output.name == "linear" and found.experiment.pictures.count == 2000
    assert resolve(GAN).experiment.pictures.count == 20  # type: ignore[union-attr]
    assert resolve(GAME2D).experiment.optimizer.eta == 0.2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "settings", [[], ["eta=0.1"], ["pictures.every=5"], ["pictures={}"], ["pictures={every: 5}", "eta=0.1"]]
)
def test_a_field_has_twenty_arrows_a_side_by_default(settings: list[str]) -> None:
    found = resolve(GAME2D, *settings).experiment
    assert isinstance(found, spec.Game2d) and found.pictures.count == 20
    assert resolve(GAME2D, "pictures={every: 5, count: 7}").experiment.pictures.count == 7  # type: ignore[union-attr]


def test_layers_take_what_acts_on_their_inputs_from_the_network() -> None:
    settings = ["dropout: 0.3", "batch_norm: true", "minibatch: similarity", "noise: {mode: add}"]
    found: Any = resolve(GAN, f"discriminator={{shape: [784, 20, 9, 1], {', '.join(settings)}}}").experiment
    layers = [one.layer for one in found.discriminator.placed(None)]
    assert [layer.dropout for layer in layers] == [0.0, 0.3, 0.3]
    assert [layer.batch_norm for layer in layers] == [True, True, False]
    assert [layer.minibatch is not None for layer in layers] == [False, False, True]
    assert [layer.noise is not None for layer in layers] == [False, False, True]
    assert [spec.width(1, layer, 4) for layer in layers] == [1, 1, 5]


def test_overrides_reach_lists_and_whole_trees() -> None:
    found: Any = resolve(GAN, "generator.shape.1=33", "discriminator={shape: [784, 1], optimizer: adam}").experiment
    assert found.generator.shape == (10, 33, 784)
    assert found.discriminator.optimizer.name == "adam"
    assert json.loads(json.dumps(spec.json_schema()))["anyOf"][0]["discriminator"]["propertyName"] == "kind"


@pytest.mark.parametrize(
    ("setting", "key", "expected"),
    [
        ("training.games=1e3", "training.games", 1000),
        ("training.games=50.0", "training.games", 50),
        ("training.batch=1e1", "training.batch", 10),
        ("seed=1e3", "seed", 1000),
        ("generator.shape=[4, 1e1, 784]", "generator.shape", (4, 10, 784)),
        ("checkpoint.every=2e2", "checkpoint.every", 200),
    ],
)
def test_a_whole_number_may_be_written_with_an_exponent(setting: str, key: str, expected: Any) -> None:
    found: Any = resolve(GAN, setting).experiment
    for name in key.split("."):
        found = getattr(found, name)
    assert found == expected and type(found) is type(expected)


def test_what_is_no_whole_number_is_refused_and_others_stay_as_they_are() -> None:
    with pytest.raises(spec.SpecError, match=r"must be an integer; got 2\.5"):
        resolve(GAN, "training.games=2.5")
    own: Any = resolve(GAN, "generator.optimizer.eta=1").experiment
    assert type(own.generator.optimizer.eta) is float


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("generator.init={bound: 2}", "allowed here: name, std"),
        ("generator.optimizer={gama: 2}", "allowed here: eta, grad_clip"),
    ],
)
def test_the_keys_that_are_allowed_are_those_of_the_default_where_no_name_is_given(setting: str, expected: str) -> None:
    with pytest.raises(spec.SpecError) as raised:
        resolve(GAN, setting)
    assert expected in str(raised.value) and "did you mean 'bound'" not in str(raised.value)


def test_the_json_schema_and_gancli_agree_on_what_has_no_name() -> None:
    for text in ("init: {std: 0.5}", "optimizer: {eta: 0.5}", "optimizer: {eta: 0.5, schedule: {warmup: 3}}"):
        document = load_text(GAN.replace("optimizer: {eta: 0.1}}\nd", f"{text}}}\nd"), "f.yaml")
        FITS(document.data)
        spec.resolve(document)
    for text in ("game: {}", "updates: {}"):
        document = load_text(f"{GAME2D}{text}\n", "f.yaml")
        FITS(document.data)
        spec.resolve(document)
