"""The vocabulary of networks: shapes, layers, activations, noise, clipping."""

import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Positive, Share, Spec, Units, named
from gancli.spec.optimizers import AnyOptimizer, Sgd
from gancli.spec.shapes import Misfit, Placed, Shape, after, reshaped


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
    """The largest output."""
    alpha: Positive = 1.0
    """What inputs are multiplied by."""


class Relu(Spec):
    """max(0, x)."""

    name: Literal["relu"]


class LeakyRelu(Spec):
    """x where positive, slope × x elsewhere."""

    name: Literal["leaky_relu"]
    slope: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Below 0."""


class Softplus(Spec):
    """log(1 + e^x)."""

    name: Literal["softplus"]


class Linear(Spec):
    """x."""

    name: Literal["linear"]


class Softmax(Spec):
    """e^x / Σ e^x over a layer's outputs; for an output layer with `loss: cross_entropy`."""

    name: Literal["softmax"]


class Maxmin(Spec):
    """Of every two units the larger first (Anil et al. 2019); for hidden layers of even size."""

    name: Literal["maxmin"]


AnyActivation = Annotated[
    Annotated[
        Sigmoid | CenteredSigmoid | Tanh | Relu | LeakyRelu | Softplus | Linear | Softmax | Maxmin,
        Field(discriminator="name"),
    ],
    named(),
]
WITH_SLOPE = ("sigmoid", "centered_sigmoid")
"""The activations that `mu` acts on."""


class Normal(Spec):
    """Weights N(0, std²); the report's, with std 1."""

    name: Literal["normal"] = "normal"
    std: Positive = 1.0
    """Their standard deviation."""


class Uniform(Spec):
    """Weights uniform in ±bound."""

    name: Literal["uniform"]
    bound: Positive = 1.0
    """The largest."""


class Glorot(Spec):
    """Weights uniform in ±√(6 / (inputs + units)) (Glorot and Bengio 2010)."""

    name: Literal["glorot"]


class He(Spec):
    """Weights N(0, 2 / inputs) (He et al. 2015)."""

    name: Literal["he"]


AnyInit = Annotated[Annotated[Normal | Uniform | Glorot | He, Field(discriminator="name")], named("normal")]


class Noise(Spec):
    """Noise on a layer's input, fresh at each pass (Goodfellow 2014; report, 2.6.2)."""

    mode: Literal["concat", "add", "multiply", "times"] = "concat"
    """concat: noise units beside the inputs; add: x + n; multiply: x (1 + n); times: x n."""
    size: Units | None = None
    """Noise units, for `concat` only."""
    distribution: Literal["gaussian", "uniform"] = "gaussian"
    """N(0, scale²), or uniform in [−scale, scale)."""
    scale: Positive = 1.0
    """How large the noise is."""


class Similarity(Spec):
    """As many units as the batch has samples, unit i = exp(−‖h − h_i‖₁) (report, 2.6.4)."""

    name: Literal["similarity"]


class Kernel(Spec):
    """Unit b = Σ_j exp(−‖M_ib − M_jb‖₁), M_i = h_i T (Salimans et al. 2016)."""

    name: Literal["kernel"]
    kernels: Units = 50
    """Units beside the inputs."""
    size: Units = 5
    """Numbers that each kernel compares."""


AnyMinibatch = Annotated[Annotated[Similarity | Kernel, Field(discriminator="name")], named()]


class SpectralNorm(Spec):
    """Weights divided by the norm of what they do, so that a layer's slope is `bound` at most (Miyato et al. 2018)."""

    iterations: Annotated[int, Field(ge=1, le=100)] = 1
    """Of power iteration after each step."""
    bound: Positive = 1.0
    """The norm that is left."""


class Layer(Spec):
    """One layer: `units` of a dense one, the channels of a `conv` or `conv_transpose`, a `pool` or an `upsample`.

    What it leaves out is the network's. On its inputs act dropout, then minibatch discrimination, then noise.
    """

    units: Units | None = None
    """Of a dense layer."""
    conv: Units | None = None
    """Channels out of a convolution."""
    conv_transpose: Units | None = None
    """Channels out of a transposed convolution, the adjoint of one with the same kernel, stride and padding."""
    pool: Literal["average", "max", "global"] | None = None
    """The mean, or the largest, of each patch of an image by channel; global: the mean of each channel."""
    upsample: Literal["nearest", "bilinear"] | None = None
    """An image with `factor` times as many pixels along each side."""
    kernel: Annotated[int, Field(ge=1, le=64)] | None = None
    """Pixels along each side of what a convolution's weights cover, or a pool's patches."""
    stride: Annotated[int, Field(ge=1, le=64)] | None = None
    """Pixels from one to the next; where not given 1, of a pool its kernel."""
    factor: Annotated[int, Field(ge=2, le=16)] | None = None
    """Of an `upsample`; 2 where not given."""
    padding: Annotated[int, Field(ge=0, le=63)] | None = None
    """Zeros around the image; 0 where not given."""
    output_padding: Annotated[int, Field(ge=0, le=63)] | None = None
    """Pixels more that a transposed convolution makes at the right and at the bottom, under its stride."""
    reshape: Annotated[tuple[Units, Units, Units], Field(strict=False)] | None = None
    """[channels, height, width], as which the layer above sees the units, whose channels are last in their order."""
    activation: AnyActivation | None = None
    """Applied to the layer's sums."""
    mu: Positive | None = None
    """Slope of its sigmoid."""
    bias: bool | None = None
    """Is a number that is learned added to each unit?"""
    dropout: Share | None = None
    """Share of this layer's inputs that is set to 0 while training; before a convolution, of their channels."""
    minibatch: AnyMinibatch | None = None
    """Units beside this layer's inputs that compare the samples of a batch; for a discriminator or critic."""
    noise: Noise | None = None
    """Noise on this layer's inputs."""
    batch_norm: bool | None = None
    """Normalise each unit over the batch, each channel of an image over its pixels too, before the activation (Ioffe
    and Szegedy 2015); its shift stands for the bias."""
    layer_norm: bool | None = None
    """Normalise each sample over all units, before the activation (Ba et al. 2016); its shift stands for the bias."""
    init: AnyInit | None = None
    """What its first weights are drawn from."""
    spectral_norm: bool | SpectralNorm | None = None
    """Weights divided by their norm, of a convolution by that of images to images."""
    orthonormal: bool | None = None
    """Weights of a dense layer kept orthonormal: all singular values 1 (Anil et al. 2019)."""

    @property
    def kinds(self) -> list[str]:
        """What it is: one of `KINDS`, unless it is wrong."""
        return [name for name in KINDS if getattr(self, name) is not None]

    @property
    def learns(self) -> bool:
        """Has it weights?"""
        return self.pool is None and self.upsample is None


KINDS = ("units", "conv", "conv_transpose", "pool", "upsample")


def width(inputs: int, layer: Layer, batch: int) -> int:
    """Inputs of a resolved dense layer's product: those from below, and what minibatch discrimination and noise add."""
    noise = layer.noise.size or 0 if layer.noise is not None else 0
    if layer.minibatch is None:
        return inputs + noise
    return inputs + noise + (layer.minibatch.kernels if isinstance(layer.minibatch, Kernel) else batch)


class Clip(Spec):
    """Bound on a network's parameters, applied after each of its steps (Arjovsky et al. 2017)."""

    bound: Positive
    mode: Literal["clamp", "rescale"] = "clamp"
    """clamp: each parameter to [−bound, bound]; rescale: each weight matrix and each bias × bound / max|w|,
    where that maximum is over the bound."""


class Network(Spec):
    """A perceptron and the way it learns."""

    shape: Annotated[tuple[Units, ...], Field(strict=False, min_length=2, max_length=65)] | None = None
    """Units of each layer, the inputs' first: [784, 20, 1]."""
    inputs: Units | Annotated[tuple[Units, Units, Units], Field(strict=False)] | None = None
    """With `layers`, the size of the inputs; before a convolution, [channels, height, width]."""
    layers: Annotated[tuple[Layer, ...], Field(strict=False, min_length=1, max_length=64)] | None = None
    """The long form of `shape`: one entry a layer."""
    activation: AnyActivation | None = None
    """Of the hidden layers."""
    output: AnyActivation | None = None
    """Activation of the last layer."""
    mu: Positive | None = None
    """Slope of the sigmoids; the top level's `mu` where it is not given."""
    bias: bool = True
    """Has every layer a bias, a number that is learned and added to each unit?"""
    draw_biases: bool = False
    """Draw the first biases as the weights are, in place of 0."""
    dropout: Share = 0.0
    """Share of every hidden layer's outputs that is set to 0 while training (Srivastava et al. 2014)."""
    minibatch: AnyMinibatch | None = None
    """Minibatch discrimination on the last layer's input; for other layers, write `layers`."""
    noise: Noise | None = None
    """Noise on the last layer's input; for other layers, write `layers`."""
    batch_norm: bool = False
    """Batch normalisation of every hidden layer, before its activation."""
    layer_norm: bool = False
    """Layer normalisation of every hidden layer, before its activation."""
    ema: Share | None = None
    """Decay d of a moving average of the generator's parameters, from which samples are drawn: 0.999. At step k, from 1
    on, it is min(d, (1 + k) / (10 + k))."""
    init: AnyInit = Normal()
    """What the first weights are drawn from; biases are 0."""
    weights: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """The folder of a run whose network of the same name gives the first parameters, instead of `init`."""
    fixed: Positive | None = None
    """Of a generator, in place of a network that learns: real samples with noise, so many times the latent's."""
    spectral_norm: bool | SpectralNorm = False
    """Spectral normalisation of every layer: weights divided by their norm."""
    orthonormal: bool = False
    """Orthonormal weights in every layer."""
    clip: Clip | None = None
    """A bound on all its parameters, kept after each step."""
    optimizer: AnyOptimizer = Sgd()
    """How its parameters move along the gradients."""

    @property
    def bounded_output(self) -> bool:
        """Is there an activation of the last layer that is not linear?"""
        return self.output is not None and self.output.name != "linear"

    def shapes(self) -> list[Shape]:
        """The inputs', then what each layer makes of it; empty where the spec does not give them. Raises Misfit."""
        if self.shape is not None:
            return [(size,) for size in self.shape]
        if self.layers is None or self.inputs is None:
            return []
        shapes: list[Shape] = [(self.inputs,) if isinstance(self.inputs, int) else self.inputs]
        for layer in self.layers:
            shapes.append(reshaped(layer, after(layer, shapes[-1])))
        return shapes

    def sizes(self) -> tuple[int, ...]:
        """The inputs, then each layer's units; empty where the spec does not give them, or they do not fit."""
        try:
            return tuple(math.prod(shape) for shape in self.shapes())
        except Misfit:
            return ()

    def placed(self, mu: float | None) -> Iterator[Placed]:
        """Each layer with nothing left out, and its shapes; `mu` is the top level's.

        Call it on a resolved spec that fits, where `activation` and `output` are given.
        """
        shapes = self.shapes() if self.sizes() else []
        layers = self.layers or [Layer(units=math.prod(shape)) for shape in shapes[1:]]
        for index, (inputs, outputs, layer) in enumerate(zip(shapes, shapes[1:], layers, strict=False)):
            last = index == len(layers) - 1
            if not layer.learns:
                yield Placed(inputs, outputs, layer)
                continue
            left_out = {
                "activation": layer.activation or (self.output if last else self.activation),
                "mu": layer.mu or self.mu or mu,
                "bias": self.bias if layer.bias is None else layer.bias,
                "dropout": (0.0 if index == 0 else self.dropout) if layer.dropout is None else layer.dropout,
                "minibatch": layer.minibatch or (self.minibatch if last else None),
                "noise": layer.noise or (self.noise if last else None),
                "batch_norm": (self.batch_norm and not last) if layer.batch_norm is None else layer.batch_norm,
                "layer_norm": (self.layer_norm and not last) if layer.layer_norm is None else layer.layer_norm,
                "init": layer.init or self.init,
                "spectral_norm": self.spectral_norm if layer.spectral_norm is None else layer.spectral_norm,
                "orthonormal": self.orthonormal if layer.orthonormal is None else layer.orthonormal,
            }
            yield Placed(inputs, outputs, layer.model_copy(update=left_out))
