"""From a spec and its data to all objects of a run: streams of randomness, batches, a game."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gancli.data import Batches, Dataset, Split
from gancli.engines import Engine, make_engine
from gancli.experiment.conditions import classes_of
from gancli.experiment.game2d import make_game2d
from gancli.experiment.networks import make_players, output
from gancli.experiment.streams import STREAMS, Streams, initial, stream
from gancli.experiment.threads import threads_for
from gancli.games import Game, Gan, Labels, Penalty, RelativisticGan, Schedule, Supervised, Until, Wgan
from gancli.games.supervised import Predicted
from gancli.nn.adversarial_losses import ADVERSARIAL, F_DIVERGENCES, AdversarialLoss
from gancli.nn.losses import LOSSES, CategoricalCrossEntropy, Loss
from gancli.spec import Experiment, models
from gancli.spec.training import AdversarialTraining, GanTraining


@dataclass
class Built:
    """A game ready to play, and all that its checkpoint must hold."""

    game: Game
    dataset: Dataset
    streams: Streams
    batches: dict[str, Batches]
    games: int
    """How many games to play in all."""
    games_a_pass: int
    """Games in one pass over the training data."""

    def first_weights(self) -> dict[str, Any]:
        """Of each network that began with a run's: the run, the game, and a checksum of what it took."""
        return {name: dict(one.first) for name, one in self.game.players.items() if one.first is not None}


def build(spec: Experiment, dataset: Dataset, engine: Engine | None = None) -> Built:
    """All objects of a run, as they are before its first game; `engine` where it is not to be the spec's choice."""
    engine = engine or make_engine(spec.engine, threads_for(spec))
    streams = {purpose: stream(spec.seed, purpose) for purpose in STREAMS}
    if isinstance(spec, models.Supervised) and spec.test.validation:
        dataset = dataset.hold_out(spec.test.validation, streams["validation"])
    batches: dict[str, Batches] = {}
    if not isinstance(spec, models.Game2d):
        shuffle = not isinstance(spec, models.Supervised) or spec.training.shuffle
        batches["training"] = Batches(dataset.train, engine.load, streams["order"] if shuffle else None)
    game: Game
    if isinstance(spec, models.Supervised):
        game = _supervised(spec, dataset, engine, batches, streams)
    elif isinstance(spec, models.Game2d):
        game = make_game2d(spec, engine)
    else:
        batches["test"] = Batches(dataset.train, engine.load, streams["test"])
        game = _adversaries(spec, dataset, engine, batches, streams)
    a_pass = -(-len(dataset.train.samples) // spec.training.batch)
    passes = spec.training.passes
    games = spec.training.games or -(-len(dataset.train.samples) * (passes or 0) // spec.training.batch)
    return Built(game, dataset, streams, batches, games, a_pass)


def _supervised(
    spec: models.Supervised, dataset: Dataset, engine: Engine, batches: dict[str, Batches], streams: Streams
) -> Game:
    test = dataset.test if spec.test.count is None else dataset.test.at(slice(spec.test.count))
    validation = dataset.validation
    if dataset.train.targets is None:
        codes = _codes(spec, dataset)
    else:
        codes, (batches["training"].split, test, validation) = _targets([dataset.train, test, validation], spec.dtype)
    test_batches = Batches(test, engine.load, None)  # each measure reads all of it: nothing to save
    player = make_players(spec, engine, initial(streams))["network"]
    sources = (codes, batches["training"], test_batches, spec.training.batch, streams["noise"])
    predicts: Predicted
    predicts = "numbers" if dataset.train.targets is not None else "points" if dataset.kind == "points" else "classes"
    heaviside = spec.pictures is not None and spec.pictures.heaviside
    held = None if validation is None else Batches(validation, engine.load, None)
    return Supervised(player, _loss(spec), *sources, spec.test.threshold, predicts, heaviside, held)


def _adversaries(
    spec: models.Gan | models.Wgan, dataset: Dataset, engine: Engine, batches: dict[str, Batches], streams: Streams
) -> Game:
    players = make_players(spec, engine, initial(streams))
    common = {
        "generator": players["generator"],
        "real": batches["training"],
        "test": batches["test"],
        "batch": spec.training.batch,
        "distribution": spec.latent.distribution,
        "test_batches": spec.test.batches,
        "streams": streams,
        "until": until(spec.training),
        "penalties": penalties(spec.training, batches["training"].split),
        "pack": spec.training.packed,
        "classes": classes_of(spec, dataset),
    }
    ratios = spec.training.ratios.model_dump()
    if isinstance(spec, models.Gan):
        labels, loss = Labels(), adversarial_loss(spec.training)
        if spec.training.probabilities:
            labels = Labels(*spec.training.labels.bounds(), spec.training.labels.flip)
            loss = loss.with_real_label((labels.low + labels.high) / 2)
        make = RelativisticGan if loss.paired else Gan
        return make(opponent=players["discriminator"], loss=loss, ratios=ratios, labels=labels, **common)
    long = spec.training.long_phase
    phase = {"long_critic": long.critic, "first": long.first, "every": long.every} if long is not None else {}
    schedule = Schedule(**ratios, warmup=spec.training.warmup, **phase)
    return Wgan(opponent=players["critic"], loss=ADVERSARIAL["wasserstein", None], schedule=schedule, **common)


def adversarial_loss(training: GanTraining) -> AdversarialLoss:
    """What a GAN's configuration asks for, with a target of 1 for real samples."""
    if not isinstance(training.loss, str):
        return F_DIVERGENCES[training.loss.divergence, training.generator_loss]
    return ADVERSARIAL[training.loss, training.generator_loss if training.loss == "gan" else None]


def until(training: AdversarialTraining) -> Until | None:
    """How long D learns in each game, where that is not a number of steps."""
    return None if training.critic_until is None else Until(**training.critic_until.model_dump())


DRAGAN = 0.5
"""Standard deviations of the data that its points lie apart from real samples, as in its authors' code."""


def penalties(training: AdversarialTraining, real: Split) -> list[Penalty]:
    """The penalties of a configuration; `real` says how far samples are apart."""
    zero_slopes = {"real": training.r1, "fake": training.r2}
    own = [Penalty(one.gamma / 2, at=at, every=one.every) for at, one in zero_slopes.items() if one is not None]
    if (one := training.gradient_penalty) is not None:
        spread = DRAGAN * spread_of(real) if one.at == "noise" else 0.0
        own.append(Penalty(one.weight, one.target, one.side == "above", one.at, one.every, spread))
    return own


def spread_of(split: Split, most: int = 10_000) -> float:
    """The standard deviation of all numbers of the first samples, as a network sees them."""
    return float(split.samples[:most].std(dtype=np.float64) * abs(split.factor))


def _loss(spec: models.Supervised) -> Loss:
    return CategoricalCrossEntropy() if output(spec) == "softmax" else LOSSES[spec.training.loss]()


def low_target(spec: models.Supervised) -> float:
    """What an output learns for a class that is not its own: 0 where it can only be positive, else −1."""
    return 0.0 if output(spec) in ("sigmoid", "softmax", "relu", "softplus") else -1.0


def _codes(spec: models.Supervised, dataset: Dataset) -> Any:
    """Targets (labels, outputs): the lower one and 1."""
    low = low_target(spec)
    codes = np.eye(len(dataset.classes))
    codes = codes[:, 1:] if spec.network.sizes()[-1] == 1 else codes
    return (codes * (1.0 - low) + low).astype(spec.dtype)


def _targets(splits: list[Split | None], dtype: str) -> tuple[Any, Any]:
    """Numbers to predict as codes (samples, outputs), of which each sample's label, in all splits, is its row."""
    there = [one.targets for one in splits if one is not None and one.targets is not None]
    ends = iter(np.cumsum([0, *map(len, there)]).tolist())
    first = next(ends)
    labelled: list[Split | None] = []
    for one in splits:
        if one is not None:
            first, start = next(ends), first
            one = replace(one, labels=np.arange(start, first))
        labelled.append(one)
    return np.concatenate(there).astype(dtype), labelled
