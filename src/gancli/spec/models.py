"""The vocabulary of a configuration file: one model for each `kind`."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Count, Positive, Spec
from gancli.spec.networks import Network

Digit = Annotated[int, Field(ge=0, le=9)]
Every = Count | Literal["pass"]
Ratio = Annotated[int, Field(ge=0, le=10_000)]

SAMPLE_SHAPES: dict[str, tuple[int, ...]] = {"mnist": (1, 28, 28), "xor": (2,)}
"""The shape of one sample of each data set."""
TARGETS = {"mnist": 10, "xor": 1}
"""How many outputs a supervised network needs for each data set."""


class Data(Spec):
    """Which data to learn from."""

    set: Literal["mnist", "xor"] = "mnist"
    classes: Annotated[tuple[Digit, ...], Field(strict=False, min_length=1, max_length=10)] | None = None
    """The digits to keep; all of them where not given."""
    path: str | None = None
    """Folder of the four IDX files, raw or gzipped; else $GANCLI_DATA, the cache, the bundled subset."""
    require: Literal["full"] | None = None
    """full: refuse to run on anything but the 60,000 + 10,000 images of MNIST."""


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


class GanTraining(Training):
    """Training of a GAN."""

    loss: Literal["gan", "least_squares"] = "gan"
    generator_loss: Literal["non_saturating", "minimax"] = "non_saturating"
    """For `loss: gan`."""
    ratios: GanRatios = GanRatios()


class WganRatios(Spec):
    """How many times each network learns in one game."""

    critic: Annotated[int, Field(ge=1, le=10_000)] = 5
    generator: Annotated[int, Field(ge=1, le=10_000)] = 1


class WganTraining(Training):
    """Training of a WGAN."""

    ratios: WganRatios = WganRatios()
    warmup: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Games at the start in which only the critic learns."""


class Test(Spec):
    """When and on how much to measure."""

    every: Every = 100
    """In games; `pass` for once a pass."""


class SupervisedTest(Test):
    """Measure on held-out samples."""

    count: Count | None = None
    """How many of the test samples; all of them where not given."""


class GameTest(Test):
    """Measure on fresh batches."""

    batches: Annotated[int, Field(ge=1, le=10_000)] = 10


class Pictures(Spec):
    """When to draw, and how many samples."""

    every: Every = 500
    count: Annotated[int, Field(ge=1, le=10_000)] = 20


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
    data: Data = Data()
    eta: Positive | None = None
    """Learning rate of every optimiser that does not give its own."""
    mu: Positive | None = None
    """Slope of every sigmoid that does not give its own; 1 where not given."""
    checkpoint: Checkpoint = Checkpoint()

    def networks(self) -> dict[str, Network]:
        """The networks by name, in a fixed order."""
        keys = ("network", "generator", "discriminator", "critic")
        return {key: getattr(self, key) for key in keys if key in type(self).model_fields}


class Supervised(_Experiment):
    """A perceptron that learns targets: XOR or MNIST (report, chapter 1)."""

    kind: Literal["supervised"]
    network: Network
    training: SupervisedTraining
    test: SupervisedTest = SupervisedTest()
    pictures: Pictures | None = None


class Gan(_Experiment):
    """A generator against a discriminator (report, chapter 2)."""

    kind: Literal["gan"]
    generator: Network
    discriminator: Network
    latent: Latent = Latent()
    training: GanTraining
    test: GameTest = GameTest()
    pictures: Pictures = Pictures()


class Wgan(_Experiment):
    """A generator against a critic (report, chapter 4)."""

    kind: Literal["wgan"]
    generator: Network
    critic: Network
    latent: Latent = Latent()
    training: WganTraining
    test: GameTest = GameTest()
    pictures: Pictures = Pictures()


Experiment = Supervised | Gan | Wgan
KINDS: dict[str, type[Supervised] | type[Gan] | type[Wgan]] = {
    "supervised": Supervised,
    "gan": Gan,
    "wgan": Wgan,
}
