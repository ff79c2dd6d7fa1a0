"""What is wrong, or unwise, in the game of a generator and its discriminator or critic."""

from collections.abc import Iterator

from gancli.spec import conditions
from gancli.spec.models import Gan, Wgan
from gancli.spec.network_checks import Finding, activation_names
from gancli.spec.networks import Network
from gancli.spec.optimizers import Adam, Adamw
from gancli.spec.training import GanRatios, GanTraining, Labels, WganRatios

STEPS = 10
"""Of one that learns until it has settled, between two readings: `games.until` has it too."""
LONG_MEMORY = 0.9
"""Momentum, or Adam's β₁, from which on a step is an average over ten or more."""
BESIDE_FIXED = ("fixed", "shape", "inputs", "layers", "activation", "output", "mu", "bias")
"""What a fixed generator may have: other checks say what of these."""
NOT_FOR_A_CRITIC = {
    "sigmoid": "bounds f, and with it the estimate",
    "centered_sigmoid": "bounds f, and with it the estimate",
    "tanh": "bounds f, and with it the estimate",
    "relu": "is flat below 0: samples there teach the generator nothing",
    "softplus": "is nearly flat far below 0: samples there teach the generator nothing",
}
"""What is wrong with a critic's output activation that is not linear."""


def findings(spec: Gan | Wgan) -> Iterator[Finding]:
    """All that is wrong with the game of a spec whose fields and networks are each right by themselves."""
    yield from _among_tests(spec)
    for name, network in spec.networks().items():
        if "softmax" in activation_names(network):
            yield Finding((name, "output"), "softmax is for the output of a supervised network")
    yield from _range(spec)
    yield from _packs(spec)
    yield from _condition(spec)
    yield from _until(spec)
    yield from _fixed(spec)
    if spec.stop.on_collapse and spec.training.batch == 1:
        text = "has no effect with `training.batch: 1`: the alarm compares the samples of a batch"
        yield Finding(("stop", "on_collapse"), text, warning=True)
    if isinstance(spec, Gan):
        yield from _penalties(spec, "discriminator")
        yield from _slopes(spec, "discriminator")
        yield from _gan(spec)
    else:
        yield from _penalties(spec, "critic")
        yield from _slopes(spec, "critic")
        yield from _wgan(spec)


REACHED = {"sigmoid": (0.0, 1.0), "centered_sigmoid": (-1.0, 1.0), "tanh": (-1.0, 1.0)}
"""The ranges of output activations as they are by themselves."""


def _range(spec: Gan | Wgan) -> Iterator[Finding]:
    """Warns of a generator whose output is not as its images are."""
    if not spec.data.images or not spec.generator.sizes():
        return
    low, high = spec.data.low_high
    name = activation_names(spec.generator)[-1]
    if REACHED.get(name) != (low, high):
        fitting = " or ".join(other for other, ends in REACHED.items() if ends == (low, high)) or "none"
        text = f"pixels are in [{low:g}, {high:g}] (`data.range`); outputs of that range: {fitting}; got {name}"
        yield Finding(("generator", "output"), f"{text}: samples outside are cut off in pictures", warning=True)


def _condition(spec: Gan | Wgan) -> Iterator[Finding]:
    key = "discriminator" if isinstance(spec, Gan) else "critic"
    logits = isinstance(spec, Gan) and spec.training.loss == "gan"
    yield from conditions.findings(spec.condition, spec.data, spec.generator, (key, spec.networks()[key]), logits)


def _packs(spec: Gan | Wgan) -> Iterator[Finding]:
    """Is a batch some whole packs?"""
    batch, pack = spec.training.batch, spec.training.packed
    if batch % pack:
        near = f"{batch // pack * pack} or {batch // pack * pack + pack}" if batch > pack else f"{pack}"
        text = f"must divide `training.batch`, which is {batch}; got {pack}: take a batch of {near}, or another pack"
        yield Finding(("training", "pack"), text)


def _among_tests(spec: Gan | Wgan) -> Iterator[Finding]:
    """What is measured in some of the tests alone."""
    for key, among in (("evaluate", spec.evaluate), ("lipschitz", spec.lipschitz)):
        if among is None:
            continue
        tests, every = spec.test.every, among.every
        by_pass = "pass" in (tests, every)
        if tests != every if by_pass else int(every) % int(tests):
            yield Finding((key, "every"), f"must be a multiple of test.every ({tests}); got {every}")


def _gan(spec: Gan) -> Iterator[Finding]:
    if spec.discriminator.sizes() and spec.training.loss == "gan":
        output = activation_names(spec.discriminator)[-1]
        if output != "sigmoid":
            text = f"D(x) must be in (0, 1): `loss: gan` needs a sigmoid output; got {output!r}"
            yield Finding(("discriminator", "output"), text)
    yield from _losses(spec)
    low, high = spec.training.labels.bounds()
    if low > high:
        yield Finding(("training", "labels", "real"), f"must be [low, high]; got {low:g} above {high:g}")
    yield from _ratios(spec.training)
    ratios = spec.training.ratios
    if spec.training.critic_until is not None and (ratios.real, ratios.fake) != (GanRatios().real, GanRatios().fake):
        text = "`real` and `fake` have no effect with `critic_until`, which says how long D learns"
        yield Finding(("training", "ratios"), text, warning=True)
    for key, network in spec.networks().items():
        text = "often makes a GAN oscillate or collapse (Radford et al. 2015; docs/collapse.md): try 0.5, or less"
        yield from _long_memory(key, network, text)


def _losses(spec: Gan) -> Iterator[Finding]:
    """Losses that want another output of D, or have no such generator's loss, or no targets."""
    training, name = spec.training, spec.training.loss if isinstance(spec.training.loss, str) else "f"
    if training.generator_loss != "non_saturating" and name not in ("gan", "f"):
        yield Finding(("training", "generator_loss"), f"has no effect with `loss: {name}`", warning=True)
    if name == "f" and training.generator_loss == "kl":
        yield Finding(("training", "generator_loss"), "kl is for `loss: gan`; f has non_saturating and minimax")
    if training.probabilities:
        return
    output = activation_names(spec.discriminator)[-1] if spec.discriminator.sizes() else "linear"
    if output != "linear":
        text = f"`loss: {name}` takes any number from D: it needs a linear output; got {output!r}"
        yield Finding(("discriminator", "output"), text)
    if training.labels != Labels():
        yield Finding(("training", "labels"), f"has no effect with `loss: {name}`, which has no targets", warning=True)
    if name == "relativistic" and training.ratios.real != GanRatios().real:
        text = "has no effect with `loss: relativistic`: each update of D has real samples of its own"
        yield Finding(("training", "ratios", "real"), text, warning=True)


def _ratios(training: GanTraining) -> Iterator[Finding]:
    """Who never learns, or never sees what it should, and what therefore has no effect."""
    ratios = training.ratios
    if not any((ratios.real, ratios.shared, ratios.fake, ratios.generator)):
        yield Finding(("training", "ratios"), "are all 0: nothing would learn")
        return
    absent = []
    settles = training.critic_until is not None
    if not (ratios.shared or ratios.generator):
        absent.append("the generator out: it never learns")
    if not (ratios.real or settles or training.loss == "relativistic"):
        absent.append("the real samples out: the discriminator never sees one")
    if not (ratios.shared or ratios.fake or settles):
        absent.append("the fakes out: the discriminator never learns on one")
    if absent:
        yield Finding(("training", "ratios"), f"leave {', and '.join(absent)}", warning=True)
    text = "has no effect with `ratios.real: 0`: it is for real samples"
    if training.labels.bounds() != (1.0, 1.0) and not (ratios.real or settles):
        yield Finding(("training", "labels", "real"), text, warning=True)
    yield from _without_points(training)


def _without_points(training: GanTraining) -> Iterator[Finding]:
    """Penalties at points that the discriminator never sees."""
    if training.critic_until is not None:
        return
    real, fakes = training.ratios.real, training.ratios.shared or training.ratios.fake
    if training.loss == "relativistic":
        real = fakes
    at = {"r1": "real", "r2": "fake"}
    if training.gradient_penalty is not None:
        at["gradient_penalty"] = training.gradient_penalty.at
    for name in training.penalties:
        if not real and at[name] in ("real", "noise"):
            text = "has no effect with `ratios.real: 0`: it is for real samples"
            yield Finding(("training", name), text, warning=True)
        elif not fakes and at[name] in ("fake", "interpolates"):
            text = "has no effect with `ratios.shared: 0` and `ratios.fake: 0`: it is added where D learns on fakes"
            yield Finding(("training", name), text, warning=True)
        elif not real and at[name] == "interpolates":
            text = "is between real samples and fakes, and `ratios.real: 0` leaves the real ones out"
            yield Finding(("training", name), text)


def _penalties(spec: Gan | Wgan, opponent: str) -> Iterator[Finding]:
    """Those that are not known, and two bounds on one slope."""
    training, own = spec.training, spec.networks()[opponent]
    layers = own.layers or ()
    compares = own.batch_norm or own.minibatch or any(layer.batch_norm or layer.minibatch for layer in layers)
    for name in training.penalties if compares else []:
        text = f"is not known for a {opponent} with batch_norm or minibatch, whose samples have no slopes of their own"
        yield Finding(("training", name), text)
    if training.gradient_penalty is not None and own.clip is not None:
        text = f"and `{opponent}.clip` both bound the slope: weights that are clipped may never reach the target"
        yield Finding(("training", "gradient_penalty"), text, warning=True)


def _slopes(spec: Gan | Wgan, opponent: str) -> Iterator[Finding]:
    """Of what no slopes are known, or of too few samples."""
    own = spec.networks()[opponent]
    if spec.lipschitz is not None and (own.minibatch or any(layer.minibatch for layer in own.layers or ())):
        text = f"is not known for a {opponent} with minibatch, whose samples have no slopes of their own"
        yield Finding(("lipschitz",), text)
    if spec.lipschitz is not None and spec.lipschitz.samples < spec.training.packed:
        text = f"must be `training.pack` ({spec.training.pack}) at least; got {spec.lipschitz.samples}"
        yield Finding(("lipschitz", "samples"), text)


def _fixed(spec: Gan | Wgan) -> Iterator[Finding]:
    """A generator that is no network: it takes noise as large as a sample, and never learns."""
    for key, network in spec.networks().items():
        if network.fixed is None:
            continue
        if key != "generator":
            yield Finding((key, "fixed"), "is for the generator; remove it")
            continue
        sizes = network.sizes()
        if sizes and (len(sizes) != 2 or sizes[0] != sizes[1] or network.layers or network.bounded_output):
            yield Finding((key, "fixed"), "has a `shape: [n, n]`, n the size of a sample, and a linear output")
        for name in _beside_fixed(network):
            yield Finding((key, name), "has no place beside `fixed`: real samples with noise are no network; remove it")
        ratios = spec.training.ratios.model_dump()
        learns = [name for name in ("generator", "shared") if ratios.get(name)]
        if learns:
            text = f"never learns: set training.ratios.{' and training.ratios.'.join(learns)} to 0"
            yield Finding((key, "fixed"), text)
        if spec.condition is not None:
            yield Finding((key, "fixed"), "knows no classes; leave `condition` out")


def _beside_fixed(network: Network) -> Iterator[str]:
    """What is given of a network that is none; the learning rate may be everybody's."""
    given, default = (one.model_dump(exclude={"optimizer": {"eta"}}) for one in (network, Network()))
    for name, value in given.items():
        if name not in BESIDE_FIXED and value != default[name]:
            yield name


def _until(spec: Gan | Wgan) -> Iterator[Finding]:
    """Steps that are not taken ten at a time."""
    until = spec.training.critic_until
    if until is not None and until.most % STEPS:
        text = f"must be a multiple of {STEPS}, for it learns so many steps at a time; got {until.most}"
        yield Finding(("training", "critic_until", "most"), text)


def _wgan(spec: Wgan) -> Iterator[Finding]:
    critic, training = spec.critic, spec.training
    layers = [one.layer for one in critic.placed(None) if one.layer.learns]
    bounded = all(layer.spectral_norm or layer.orthonormal for layer in layers)
    if critic.clip is None and not training.penalties and not bounded:
        text = "has no bound, such as `clip`: it is not Lipschitz, and its estimate is no distance"
        yield Finding(("critic",), text, warning=True)
    output = activation_names(critic)[-1] if critic.sizes() else "linear"
    if output in NOT_FOR_A_CRITIC:
        text = f"{output} {NOT_FOR_A_CRITIC[output]}; a critic's output should be linear"
        yield Finding(("critic", "output"), text, warning=True)
    text = "can make training unstable in a critic (Arjovsky et al. 2017): try 0, or rmsprop"
    yield from _long_memory("critic", critic, text)
    if training.critic_until is not None:
        for name in ("warmup", "long_phase"):
            if getattr(training, name):
                text = "and `critic_until` both say how long the critic learns: choose one"
                yield Finding(("training", name), text)
        if training.ratios.critic != WganRatios().critic:
            text = "has no effect with `critic_until`, which says how long the critic learns"
            yield Finding(("training", "ratios", "critic"), text, warning=True)
    if training.games is not None and training.warmup >= training.games:
        text = f"must be less than `games` ({training.games}), or the generator never learns"
        text += f"; got {training.warmup}"
        yield Finding(("training", "warmup"), text)
    if training.long_phase is not None and not (training.long_phase.first or training.long_phase.every):
        yield Finding(("training", "long_phase"), "has no effect: `first` and `every` are 0", warning=True)


def _long_memory(key: str, network: Network, text: str) -> Iterator[Finding]:
    """Momentum as high as it is for a loss that stands still, where the opponent moves it; `text` says what it does."""
    optimizer = network.optimizer
    if isinstance(optimizer, Adam | Adamw) and optimizer.beta1 >= LONG_MEMORY:
        yield Finding((key, "optimizer", "beta1"), f"{optimizer.beta1:g} {text}", warning=True)
    if optimizer.momentum >= LONG_MEMORY:
        yield Finding((key, "optimizer", "momentum"), f"{optimizer.momentum:g} {text}", warning=True)
