"""The vocabulary of how long and how to train, when to measure, draw and save."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Count, Seconds, Share, Spec

Every = Count | Literal["pass"]
Ratio = Annotated[int, Field(ge=0, le=10_000)]


class Training(Spec):
    """How long and how to train; one game of a supervised run is one training, on one batch."""

    games: Count | None = None
    """The length in games; one of `games` and `passes` is required."""
    passes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """The length in passes over the training data instead."""
    batch: Annotated[int, Field(ge=1, le=100_000)] = 1
    """Samples in one step."""

    def rows(self, key: str) -> int:
        """How many inputs network `key` sees of a batch."""
        return self.batch


class SupervisedTraining(Training):
    """Training of one network on targets."""

    loss: Literal["mse", "cross_entropy"] = "mse"
    """mse: Σ (o − t)²; cross_entropy: of probabilities, for classes alone."""
    shuffle: bool = True
    """Draw a new order for each pass."""


class GanRatios(Spec):
    """How many times each update is done in one game (report, 2.3)."""

    real: Ratio = 1
    """The discriminator learns on real samples."""
    shared: Ratio = 1
    """The generator learns, then the discriminator learns on the same fakes."""
    fake: Ratio = 0
    """The discriminator learns on fresh fakes."""
    generator: Ratio = 0
    """The generator learns alone."""


Label = Annotated[float, Field(ge=0, le=1)]


class Labels(Spec):
    """The discriminator's targets (report, 2.6.3); the fakes' label is 0."""

    real: Label | Annotated[tuple[Label, Label], Field(strict=False)] = 1.0
    """The real samples' label, or [low, high] to draw it for each sample: the report has [0.7, 1]."""
    flip: Share = 0.0
    """Probability that a sample is given the other label; the report has at most 1 in 200."""

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest label of real samples."""
        return self.real if isinstance(self.real, tuple) else (self.real, self.real)


class SlopePenalty(Spec):
    """A penalty on how steep the discriminator or critic is: γ/2 E‖∇_x a(x)‖² (Mescheder et al. 2018).

    a is the log-odds log(D / (1 − D)) for `loss: gan`, as in the paper, and D's output itself for `least_squares`; a
    critic's is its own.
    """

    gamma: Annotated[float, Field(gt=0)]
    """γ."""
    every: Count = 1
    """In every `every`-th game, the first included; γ is not multiplied by it."""


class GradientPenalty(Spec):
    """λ E (‖∇_x a(x)‖ − target)², which keeps a critic's slope near a target (Gulrajani et al. 2017); a as for `r1`."""

    weight: Annotated[float, Field(gt=0, alias="lambda")] = 10.0
    target: Annotated[float, Field(ge=0)] = 1.0
    """The slope that costs nothing."""
    side: Literal["both", "above"] = "both"
    """above: only of slopes over the target (Petzka et al. 2018)."""
    at: Literal["interpolates", "real", "fake", "noise"] = "interpolates"
    """interpolates: points on lines between real samples and fakes; real, fake: at these; noise: real samples with
    Gaussian noise of half the data's standard deviation (DRAGAN, Kodali et al. 2017)."""
    every: Count = 1
    """In every `every`-th game, the first included; λ is not multiplied by it."""


class CriticUntil(Spec):
    """Before each step of the generator the critic or discriminator learns until its estimate changes no more."""

    change: Annotated[float, Field(gt=0, lt=1)] = 0.02
    """Share of itself by which the estimate may change in ten steps of one that has settled."""
    most: Annotated[int, Field(ge=10, le=100_000)] = 200
    """Steps at most, in tens."""


class AdversarialTraining(Training):
    """Training of two networks against each other."""

    critic_until: CriticUntil | None = None
    """In place of a fixed number of steps, the discriminator or critic learns until its estimate changes no more."""
    pack: Annotated[int, Field(ge=1, le=64)] | None = None
    """Samples of one side that the discriminator or critic sees as one input (PacGAN, Lin et al. 2018); 1 where not
    given. Its inputs are as many times a sample's, an image's channels likewise."""
    gradient_penalty: GradientPenalty | None = None
    """A penalty that keeps the slope of the discriminator or critic near a target."""
    r1: SlopePenalty | None = None
    """A penalty on the slope of the discriminator or critic at real samples."""
    r2: SlopePenalty | None = None
    """The same at fakes."""

    @property
    def packed(self) -> int:
        """Samples in one input of the discriminator or critic."""
        return self.pack or 1

    def rows(self, key: str) -> int:
        """The generator makes a sample at a time; its opponent sees packs."""
        return self.batch if key == "generator" else max(1, self.batch // self.packed)

    @property
    def penalties(self) -> list[str]:
        """Names of the penalties that it has."""
        return [name for name in ("gradient_penalty", "r1", "r2") if getattr(self, name) is not None]


Divergence = Literal["kl", "reverse_kl", "pearson", "squared_hellinger", "jensen_shannon", "total_variation"]


class FLoss(Spec):
    """A bound of an f-divergence, which the discriminator raises and the generator lowers (Nowozin et al. 2016)."""

    name: Literal["f"]
    divergence: Divergence
    """Which one."""


class GanTraining(AdversarialTraining):
    """Training of a GAN."""

    loss: Literal["gan", "least_squares", "hinge", "relativistic"] | FLoss = "gan"
    """What the discriminator and the generator minimise."""
    generator_loss: Literal["non_saturating", "minimax", "kl"] = "non_saturating"
    """What the generator minimises with `loss: gan`; of the loss `f`, `non_saturating` or `minimax`."""
    ratios: GanRatios = GanRatios()
    labels: Labels = Labels()

    @property
    def probabilities(self) -> bool:
        """Does the discriminator answer with a probability, or what is trained to be 0 or 1?"""
        return self.loss in ("gan", "least_squares")


class WganRatios(Spec):
    """How many times each network learns in one game."""

    critic: Annotated[int, Field(ge=1, le=10_000)] = 5
    """The critic learns."""
    generator: Annotated[int, Field(ge=0, le=10_000)] = 1
    """The generator learns; 0 leaves it as it is, for a critic that is to learn all that there is."""


class LongPhase(Spec):
    """Games in which the critic learns longer: the paper's code has 100 in the first 25 and in every 500th."""

    critic: Annotated[int, Field(ge=1, le=10_000)] = 100
    """The critic's updates in such a game."""
    first: Annotated[int, Field(ge=0, le=1_000_000)] = 25
    """The first games."""
    every: Annotated[int, Field(ge=0, le=1_000_000_000)] = 500
    """And every N games after those; 0 for none."""


class WganTraining(AdversarialTraining):
    """Training of a WGAN."""

    ratios: WganRatios = WganRatios()
    warmup: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Games at the start in which only the critic learns."""
    long_phase: LongPhase | None = None


class Test(Spec):
    """When and on how much to measure."""

    every: Every = 100
    """In games; `pass` for once a pass."""
    layers: bool | None = None
    """Measure each layer too: the norm of its gradient, and how far its parameters went since the last test."""


class SupervisedTest(Test):
    """Measure on held-out samples."""

    count: Count | None = None
    """How many of the test samples; all of them where not given."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Of one output: a prediction is right if its error is under this share of what separates the two targets."""
    validation: Share | None = None
    """Share of the training data that is held out of it, drawn by the seed, and measured beside the test data."""


class GameTest(Test):
    """Measure on fresh batches."""

    batches: Annotated[int, Field(ge=1, le=10_000)] = 10
    """How many, of each side."""


class Pictures(Spec):
    """When to draw, and how many samples."""

    every: Every = 500
    """In games; `pass` for once a pass."""
    count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Where not given: 20 images, 2,000 points, or 20 arrows along each side of a field."""


class SupervisedPictures(Pictures):
    """The same, of predictions."""

    heaviside: bool = False
    """Of points of the plane: draw the outputs that steps, 1 or 0, have with the weights that sigmoids have learned."""


class Evaluate(Spec):
    """When to judge the generator's samples, among the tests (`gancli evaluate` measures more)."""

    every: Every
    """In games, a multiple of `test.every`."""
    samples: Annotated[int, Field(ge=100, le=100_000)] = 2000
    """How many are judged each time."""
    metrics: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")], ...], Field(strict=False)] = ()
    """Of other packages, by the names of their entry points of the group `gancli.metrics`."""


class Lipschitz(Spec):
    """When to say how steep the discriminator or critic is, among the tests (`gancli lipschitz` says more)."""

    every: Every
    """In games, a multiple of `test.every`."""
    samples: Annotated[int, Field(ge=10, le=100_000)] = 1000
    """Of each side."""


class Ending(Spec):
    """When to end before the last game."""

    patience: Count | None = None
    """After so many tests in a row in which `metric` was no better than its best before."""
    metric: Annotated[str, Field(max_length=200)] | None = None
    """A metric that has a direction: coverage, validation_loss."""
    after: Seconds | None = None
    """Of training, in seconds, or as 30s, 10m, 2h."""


class Stop(Ending):
    """The same, of a game."""

    on_collapse: bool = False
    """At the alarm that the samples are far more alike than real ones."""


class Checkpoint(Spec):
    """When to save everything that is needed to go on, and what to keep of it."""

    every: Every = 1000
    """In games; `pass` for once a pass."""
    keep: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How many of them stay; the last 2 where not given."""
    best: Annotated[str, Field(max_length=80)] | None = None
    """A metric of the tests, such as coverage or accuracy: the checkpoint of the test where it is best stays too."""
