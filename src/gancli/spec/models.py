"""The vocabulary of a configuration file: one model for each `kind`."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Count, Positive, Share, Spec
from gancli.spec.networks import Network
from gancli.spec.optimizers import AnyOptimizer, Sgd

Digit = Annotated[int, Field(ge=0, le=9)]
Every = Count | Literal["pass"]
Ratio = Annotated[int, Field(ge=0, le=10_000)]

SAMPLE_SHAPES: dict[str, tuple[int, ...]] = {
    "mnist": (1, 28, 28), "xor": (2,), "line": (2,), "ring": (2,), "grid": (2,),
}  # fmt: skip
"""The shape of one sample of each data set."""
TARGETS = {"mnist": 10, "xor": 1, "line": 1}
"""How many outputs a supervised network needs, for each data set with labels to learn."""


class Data(Spec):
    """Which data to learn from."""

    set: Literal["mnist", "xor", "line", "ring", "grid"] = "mnist"
    """xor: is x·y > 0?; line: on which side of a line?, both over [−1, 1]²; ring: 8 Gaussians on a circle, and grid: 25
    on a square, for a GAN to find all of."""
    classes: Annotated[tuple[Digit, ...], Field(strict=False, min_length=1, max_length=10)] | None = None
    """The digits to keep; all of them where not given."""
    path: str | None = None
    """Folder of the four IDX files, raw or gzipped; else $GANCLI_DATA, the cache, the bundled subset."""
    require: Literal["full"] | None = None
    """full: refuse to run on anything but the 60,000 + 10,000 images of MNIST."""
    points: Literal["corners", "square"] | None = None
    """For xor: learn from the four corners (the report), or from points drawn in the square."""
    samples: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """How many points are drawn, for sets that are; 10,000 where not given."""


class Latent(Spec):
    """The generator's input z; its size is the first of `generator.shape`."""

    law: Literal["uniform", "gaussian"] = "uniform"
    """uniform in [−1, 1), or N(0, 1)."""


class Training(Spec):
    """How long and how to train; one game of a supervised run is one training, on one batch."""

    games: Count | None = None
    passes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """The length in passes over the training data instead."""
    batch: Annotated[int, Field(ge=1, le=100_000)] = 1


class SupervisedTraining(Training):
    """Training of one network on targets."""

    loss: Literal["mse", "cross_entropy"] = "mse"
    shuffle: bool = True
    """Draw a new order for each pass."""


class GanRatios(Spec):
    """How many times each learning is done in one game (report, 2.3)."""

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
    """What the discriminator is told to answer (report, 2.6.3); the fakes' label is 0."""

    real: Label | Annotated[tuple[Label, Label], Field(strict=False)] = 1.0
    """The real samples' label, or [low, high] to draw it for each sample: the report has [0.7, 1]."""
    flip: Share = 0.0
    """Probability that a sample is given the other label; the report has at most 1 in 200."""

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest label of real samples."""
        return self.real if isinstance(self.real, tuple) else (self.real, self.real)


class GanTraining(Training):
    """Training of a GAN."""

    loss: Literal["gan", "least_squares"] = "gan"
    generator_loss: Literal["non_saturating", "minimax"] = "non_saturating"
    """For `loss: gan`."""
    ratios: GanRatios = GanRatios()
    labels: Labels = Labels()


class WganRatios(Spec):
    """How many times each network learns in one game."""

    critic: Annotated[int, Field(ge=1, le=10_000)] = 5
    generator: Annotated[int, Field(ge=1, le=10_000)] = 1


class LongPhase(Spec):
    """Games in which the critic learns longer: the paper's code has 100 in the first 25 and in every 500th."""

    critic: Annotated[int, Field(ge=1, le=10_000)] = 100
    """The critic's learnings in such a game."""
    first: Annotated[int, Field(ge=0, le=1_000_000)] = 25
    """The first games."""
    every: Annotated[int, Field(ge=0, le=1_000_000_000)] = 500
    """And every so-manieth game; 0 for none."""


class WganTraining(Training):
    """Training of a WGAN."""

    ratios: WganRatios = WganRatios()
    warmup: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Games at the start in which only the critic learns."""
    long_phase: LongPhase | None = None


class Test(Spec):
    """When and on how much to measure."""

    every: Every = 100
    """In games; `pass` for once a pass."""


class SupervisedTest(Test):
    """Measure on held-out samples."""

    count: Count | None = None
    """How many of the test samples; all of them where not given."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    """With a single output: an answer is right whose error is under this share of what separates the two targets."""


class GameTest(Test):
    """Measure on fresh batches."""

    batches: Annotated[int, Field(ge=1, le=10_000)] = 10


class Pictures(Spec):
    """When to draw, and how many samples."""

    every: Every = 500
    count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """20 images, 2,000 points, or arrows along each side of a field, where not given."""


class Checkpoint(Spec):
    """When to save everything that is needed to go on."""

    every: Every = 1000


class _Experiment(Spec):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)] = "run"
    """Part of the run folder's name: letters, digits, `_`, `-` and `.`."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    dtype: Literal["float32", "float64"] = "float32"
    engine: Literal["auto", "numba", "numpy", "checked"] = "auto"
    """numba: compiled, fast; numpy: readable; auto: numba where it is installed (`pip install 'gancli[fast]'`);
    checked: NumPy with every array's shape, type and finiteness checked, for tests, slow."""
    threads: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    """auto: one, or two where the networks and the batch are large enough for a second to pay."""
    eta: Positive | None = None
    """Learning rate of every optimiser that does not give its own."""
    checkpoint: Checkpoint = Checkpoint()

    def networks(self) -> dict[str, Network]:
        """The networks by name, in a fixed order."""
        keys = ("network", "generator", "discriminator", "critic")
        return {key: getattr(self, key) for key in keys if key in type(self).model_fields}


class _Learning(_Experiment):
    data: Data = Data()
    mu: Positive | None = None
    """Slope of every sigmoid that does not give its own; 1 where not given."""


class Supervised(_Learning):
    """A perceptron that learns targets: XOR, a line or MNIST (report, chapter 1)."""

    kind: Literal["supervised"]
    network: Network
    training: SupervisedTraining
    test: SupervisedTest = SupervisedTest()
    pictures: Pictures | None = None


class Gan(_Learning):
    """A generator against a discriminator (report, chapter 2)."""

    kind: Literal["gan"]
    generator: Network
    discriminator: Network
    latent: Latent = Latent()
    training: GanTraining
    test: GameTest = GameTest()
    pictures: Pictures = Pictures()


class Wgan(_Learning):
    """A generator against a critic (report, chapter 4)."""

    kind: Literal["wgan"]
    generator: Network
    critic: Network
    latent: Latent = Latent()
    training: WganTraining
    test: GameTest = GameTest()
    pictures: Pictures = Pictures()


class Game2d(_Experiment):
    """Two players of one number each, θ and φ, whose simultaneous steps may lead nowhere (report, 4.1)."""

    kind: Literal["game2d"]
    game: Literal["bilinear", "dirac"] = "bilinear"
    """bilinear: L = θφ; dirac: the GAN whose data are all at 0 (Mescheder et al. 2018). θ descends L, φ ascends it."""
    updates: Literal["simultaneous", "alternating"] = "simultaneous"
    """alternating: φ sees where θ has gone."""
    start: Annotated[tuple[float, float], Field(strict=False)] = (1.0, 1.0)
    optimizer: AnyOptimizer = Sgd()
    """Of both players."""
    training: Training
    test: Test = Test(every=1)
    pictures: Pictures = Pictures(every=1_000_000_000, count=20)


Experiment = Supervised | Gan | Wgan | Game2d
Learning = Supervised | Gan | Wgan
"""The kinds that have networks and data."""
KINDS: dict[str, type[Supervised] | type[Gan] | type[Wgan] | type[Game2d]] = {
    "supervised": Supervised,
    "gan": Gan,
    "wgan": Wgan,
    "game2d": Game2d,
}
