"""The networks' part of the vocabulary: shapes, layers, activations, noise, clipping."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Positive, Spec, Units, named
from gancli.spec.optimizers import AnyOptimizer, Sgd


class Sigmoid(Spec):
    """1 / (1 + e^(−μx)), in (0, 1); its slope μ is the key `mu`."""

    name: Literal["sigmoid"]


class CenteredSigmoid(Spec):
    """2σ_μ(x) − 1, in (−1, 1)."""

    name: Literal["centered_sigmoid"]


class Tanh(Spec):
    """k tanh(αx)."""

    name: Literal["tanh"]
    k: Positive = 1.0
    alpha: Positive = 1.0


class Relu(Spec):
    """max(0, x)."""

    name: Literal["relu"]


class LeakyRelu(Spec):
    """x where positive, slope × x elsewhere."""

    name: Literal["leaky_relu"]
    slope: Annotated[float, Field(gt=0, lt=1)] = 0.2


class Softplus(Spec):
    """log(1 + e^x)."""

    name: Literal["softplus"]


class Linear(Spec):
    """x."""

    name: Literal["linear"]


class Softmax(Spec):
    """e^x / Σ e^x over a layer's outputs; for an output layer with `loss: cross_entropy`."""

    name: Literal["softmax"]


AnyActivation = Annotated[
    Annotated[
        Sigmoid | CenteredSigmoid | Tanh | Relu | LeakyRelu | Softplus | Linear | Softmax,
        Field(discriminator="name"),
    ],
    named(),
]
WITH_SLOPE = ("sigmoid", "centered_sigmoid")
"""The activations that `mu` acts on."""


class Normal(Spec):
    """Weights N(0, std²); the report's, with std 1."""

    name: Literal["normal"]
    std: Positive = 1.0


class Glorot(Spec):
    """Weights uniform in ±√(6 / (inputs + units)) (Glorot and Bengio 2010)."""

    name: Literal["glorot"]


class He(Spec):
    """Weights N(0, 2 / inputs) (He et al. 2015)."""

    name: Literal["he"]


AnyInit = Annotated[Annotated[Normal | Glorot | He, Field(discriminator="name")], named("normal")]


class Noise(Spec):
    """Noise on a layer's input, fresh at each pass (Goodfellow 2014; report, 2.6.2)."""

    mode: Literal["concat", "add", "multiply"] = "concat"
    """concat: noise units beside the inputs; add: x + n; multiply: x (1 + n)."""
    size: Units | None = None
    """Noise units, for `concat` only."""
    law: Literal["gaussian", "uniform"] = "gaussian"
    """N(0, scale²), or uniform in [−scale, scale)."""
    scale: Positive = 1.0


class Layer(Spec):
    """One dense layer; what it leaves out is the network's."""

    units: Units
    activation: AnyActivation | None = None
    mu: Positive | None = None
    bias: bool | None = None
    noise: Noise | None = None
    init: AnyInit | None = None


class Clip(Spec):
    """Bound on a network's parameters, applied after each of its steps (Arjovsky et al. 2017)."""

    bound: Positive
    mode: Literal["clamp", "rescale"] = "clamp"
    """clamp: each parameter to [−bound, bound]; rescale: each matrix and bias divided by max|w| / bound."""


class Network(Spec):
    """A perceptron and the way it learns."""

    shape: Annotated[tuple[Units, ...], Field(strict=False, min_length=2, max_length=65)] | None = None
    """Units of each layer, the inputs' first: [784, 20, 1]."""
    inputs: Units | None = None
    """Size of the inputs, with `layers`."""
    layers: Annotated[tuple[Layer, ...], Field(strict=False, min_length=1, max_length=64)] | None = None
    """The long form of `shape`: one entry a layer."""
    activation: AnyActivation | None = None
    """Of the hidden layers."""
    output: AnyActivation | None = None
    """Activation of the last layer."""
    mu: Positive | None = None
    """Slope of the sigmoids; the top level's `mu` where it is not given."""
    bias: bool = True
    noise: Noise | None = None
    """Noise on the last layer's input; for other layers, write `layers`."""
    init: AnyInit = Normal(name="normal")
    clip: Clip | None = None
    optimizer: AnyOptimizer = Sgd()

    def sizes(self) -> tuple[int, ...]:
        """The inputs, then each layer's units; empty where the spec does not give them."""
        if self.shape is not None:
            return self.shape
        if self.layers is not None and self.inputs is not None:
            return (self.inputs, *(layer.units for layer in self.layers))
        return ()

    def dense_layers(self, mu: float | None) -> Iterator[tuple[int, Layer]]:
        """Each layer's inputs and the layer with nothing left out; `mu` is the top level's.

        Call it on a resolved spec, where `activation` and `output` are given.
        """
        sizes = self.sizes()
        layers = self.layers or [Layer(units=units) for units in sizes[1:]]
        for index, (inputs, layer) in enumerate(zip(sizes, layers, strict=False)):
            last = index == len(layers) - 1
            yield (
                inputs,
                Layer(
                    units=layer.units,
                    activation=layer.activation or (self.output if last else self.activation),
                    mu=layer.mu or self.mu or mu,
                    bias=self.bias if layer.bias is None else layer.bias,
                    noise=layer.noise or (self.noise if last else None),
                    init=layer.init or self.init,
                ),
            )
