"""The vocabulary of a configuration file: one model for each `kind`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gancli.spec.base import Positive, Spec
from gancli.spec.conditions import OfCritic, OfDiscriminator, projected, told
from gancli.spec.data import Data
from gancli.spec.game2d import R1, AnyField, AnyUpdates, Bilinear, Side, Simultaneous
from gancli.spec.loggers import AnyLogger
from gancli.spec.networks import Network
from gancli.spec.optimizers import AnyOptimizer, Sgd
from gancli.spec.training import (
    Checkpoint,
    Ending,
    Evaluate,
    GameTest,
    GanTraining,
    Lipschitz,
    Pictures,
    Stop,
    SupervisedPictures,
    SupervisedTest,
    SupervisedTraining,
    Test,
    Training,
    WganTraining,
)  # fmt: skip


class Latent(Spec):
    """The generator's input z; its size is the first of `generator.shape`."""

    distribution: Literal["uniform", "gaussian"] = "uniform"
    """uniform in [−1, 1), or N(0, 1)."""


class _Experiment(Spec):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)] = "run"
    """Part of the run folder's name: letters, digits, `_`, `-` and `.`."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """From which all that is random in the run follows."""
    dtype: Literal["float32", "float64"] = "float32"
    """Of all numbers: single or double precision."""
    engine: Literal["auto", "numba", "numpy", "checked"] = "auto"
    """numba: compiled, fast; numpy: readable; auto: numba where it is installed (the extra `fast`);
    checked: NumPy with every array's shape, type and finiteness checked, for tests, slow."""
    threads: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    """auto: one, or two where the networks and the batch are large enough for a second to pay."""
    eta: Positive | None = None
    """Learning rate of every optimiser that does not give its own."""
    checkpoint: Checkpoint = Checkpoint()
    log: Annotated[tuple[AnyLogger, ...], Field(strict=False)] | None = None
    """Where else the run is logged: a list of `tensorboard`, `mlflow`, `wandb`, each a name or a mapping with options.
    It changes no bit of the run, and may differ in what is resumed."""

    def networks(self) -> dict[str, Network]:
        """The networks by name, in a fixed order."""
        keys = ("network", "generator", "discriminator", "critic")
        return {key: getattr(self, key) for key in keys if key in type(self).model_fields}

    def beside(self, key: str) -> dict[int, int]:
        """The numbers of a class's code beside the inputs of a layer of network `key`, by the layer's place."""
        return {}

    def projected(self, key: str) -> int:
        """Units beside the output of network `key`, among which a class chooses."""
        return 0


class _Learning(_Experiment):
    data: Data = Data()
    mu: Positive | None = None
    """Slope of every sigmoid that does not give its own; 1 where not given."""


class Supervised(_Learning):
    """A perceptron that learns targets: XOR, a line or MNIST (report, chapter 1)."""

    kind: Literal["supervised"]
    network: Network
    """The network that learns."""
    training: SupervisedTraining
    test: SupervisedTest = SupervisedTest()
    stop: Ending | None = None
    pictures: SupervisedPictures | None = None
    """When to draw predictions, and how."""


class _Adversaries(_Learning):
    def beside(self, key: str) -> dict[int, int]:
        """Of a condition."""
        own: Any = self
        return told(own.condition, self.data, key, self.networks()[key], own.training.packed)

    def projected(self, key: str) -> int:
        """Of a condition."""
        own: Any = self
        return projected(own.condition, self.data, key, own.training.packed)


class Gan(_Adversaries):
    """A generator against a discriminator (report, chapter 2)."""

    kind: Literal["gan"]
    condition: Literal["labels"] | OfDiscriminator | None = None
    """labels: both networks are told the class of each sample."""
    generator: Network
    """Makes samples of latents."""
    discriminator: Network
    """Tells samples from real ones."""
    latent: Latent = Latent()
    training: GanTraining
    test: GameTest = GameTest()
    evaluate: Evaluate | None = None
    lipschitz: Lipschitz | None = None
    stop: Stop = Stop()
    """When to end before the last game: as a metric gets no better, by the clock, or at a collapse."""
    pictures: Pictures = Pictures()


class Wgan(_Adversaries):
    """A generator against a critic (report, chapter 4)."""

    kind: Literal["wgan"]
    condition: Literal["labels"] | OfCritic | None = None
    """labels: both networks are told the class of each sample."""
    generator: Network
    """Makes samples of latents."""
    critic: Network
    """Gives large numbers for real samples, and small ones for others."""
    latent: Latent = Latent()
    training: WganTraining
    test: GameTest = GameTest()
    evaluate: Evaluate | None = None
    lipschitz: Lipschitz | None = None
    stop: Stop = Stop()
    """When to end before the last game: as a metric gets no better, by the clock, or at a collapse."""
    pictures: Pictures = Pictures()


class Game2d(_Experiment):
    """Two players of one number each, θ and φ, whose simultaneous steps may lead nowhere (report, 4.1)."""

    kind: Literal["game2d"]
    game: AnyField = Bilinear()
    """θ descends its L, φ ascends it."""
    r1: R1 | None = None
    """Of the game `dirac` alone: a penalty on the discriminator's slope."""
    updates: AnyUpdates = Simultaneous()
    """How the two step."""
    start: Annotated[tuple[float, float], Field(strict=False)] = (1.0, 1.0)
    """θ and φ at first."""
    optimizer: AnyOptimizer = Sgd()
    """Of each player that has none of its own."""
    theta: Side | None = None
    """What θ has of its own."""
    phi: Side | None = None
    """What φ has of its own."""
    training: Training
    test: Test = Test(every=1)
    pictures: Pictures = Pictures(every=1_000_000_000, count=20)

    def optimizers(self) -> dict[str, AnyOptimizer]:
        """Each player's, by the key that gives it."""
        own = {"theta": self.theta, "phi": self.phi}
        return {key: self.optimizer if side is None else side.optimizer for key, side in own.items()}


Experiment = Supervised | Gan | Wgan | Game2d
Learning = Supervised | Gan | Wgan
"""The kinds that have networks and data."""
KINDS: dict[str, type[Supervised] | type[Gan] | type[Wgan] | type[Game2d]] = {
    "supervised": Supervised,
    "gan": Gan,
    "wgan": Wgan,
    "game2d": Game2d,
}
