"""The rows of the table: what is played, and what the issue of speed asks for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A configuration, and the most that gancli may take of JAX's time, and of PyTorch's."""

    title: str
    config: str
    of_jax: float | None
    of_torch: float = 0.4


WGAN = """
seed: 1
kind: wgan
data: {set: mnist, classes: [7]}
generator: {shape: [100, 300, 784], activation: sigmoid, mu: 0.1, optimizer: {name: rmsprop, eta: 0.01, gamma: 0.99}}
critic:
  shape: [784, 20, 1]
  activation: relu
  clip: {bound: 0.1, mode: clamp}
  optimizer: {name: rmsprop, eta: 0.005, gamma: 0.99}
latent: {distribution: gaussian}
training: {games: 1000000, batch: BATCH, ratios: {critic: 5, generator: 1}}
"""

BOUNDED = """
seed: 1
kind: wgan
data: {set: mnist, classes: [7]}
generator: {shape: [100, 300, 784], activation: relu, init: {name: normal, std: 0.02}, optimizer: ADAM}
critic: {shape: [784, CRITIC, 1], activation: relu, init: {name: normal, std: 0.02}, optimizer: ADAMMORE}
latent: {distribution: gaussian}
training: {games: 1000000, batch: 64, ratios: {critic: 5, generator: 1}PENALTY}
"""


def bounded(critic: str = "20", more: str = "", penalty: str = "", eta: str = "0.0001") -> str:
    """The networks of D, but for their first weights, and Adam as its users of penalties have it."""
    text = BOUNDED.replace("ADAM", f"{{name: adam, eta: {eta}, beta1: 0, beta2: 0.9}}").replace("CRITIC", critic)
    return text.replace("MORE", more).replace("PENALTY", penalty)


BIG = """
kind: gan
data: {set: mnist}
generator:
  shape: [64, 256, 256, 784]
  activation: leaky_relu
  init: {name: normal, std: STD}
  optimizer: {name: adam, eta: ETA, beta1: 0.5}GENERATOR
discriminator:
  shape: [784, 256, 256, 1]
  activation: leaky_relu
  init: {name: normal, std: STD}
  optimizer: {name: adam, eta: ETA, beta1: 0.5}DISCRIMINATOR
latent: {distribution: gaussian}
training: {games: 1000000, batch: 64, ratios: {real: 1, shared: 1}}
"""


def big(eta: str, std: str = "0.02", generator: str = "", discriminator: str = "") -> str:
    """The networks of F, each with a setting more.

    Initial weights of 0.02, as in DCGAN, and a small η: with larger ones fifty games magnify rounding errors a
    millionfold, and no two libraries could be compared. Both layers that compare a batch's samples want a tenth of F's
    η for it. Similarity wants 0.05 besides: from 0.02 all fakes begin alike but for rounding, which sets the sign of
    their differences, and from 0.1 on every likeness is 0, so that the check would not see the layer.
    """
    own = {"GENERATOR": generator, "DISCRIMINATOR": discriminator}
    text = BIG.replace("STD", std).replace("ETA", eta)
    for place, setting in own.items():
        text = text.replace(place, f"\n  {setting}" if setting else "")
    return text


DCGAN = """
kind: gan
data: DATA
generator:
  inputs: 64
  layers:
GENERATOR
  activation: relu
  output: OUTPUT
  batch_norm: true
  init: {name: normal, std: 0.02}
  optimizer: {name: adam, eta: 0.00001, beta1: 0.5}
discriminator:
  inputs: IMAGE
  layers:
DISCRIMINATOR
    - {units: 1}
  activation: leaky_relu
  init: {name: normal, std: 0.02}
  optimizer: {name: adam, eta: 0.00001, beta1: 0.5}
latent: {distribution: gaussian}
training: {games: 1000000, batch: 64, ratios: {real: 1, shared: 1}}
test: {batches: 1}
"""


def dcgan(data: str, output: str, side: int, channels: list[int]) -> str:
    """Images of `channels[-1]`, from `side` × `side` pixels in `channels[0]` on twice as wide with each layer."""

    def layers(kind: str, counts: list[int]) -> str:
        return "\n".join(f"    - {{{kind}: {count}, kernel: 4, stride: 2, padding: 1}}" for count in counts)

    first = f"    - {{units: {side * side * channels[0]}, reshape: [{channels[0]}, {side}, {side}]}}"
    size = side * 2 ** (len(channels) - 1)
    text = DCGAN.replace("DATA", data).replace("OUTPUT", output).replace("IMAGE", f"[{channels[-1]}, {size}, {size}]")
    text = text.replace("GENERATOR", first + "\n" + layers("conv_transpose", channels[1:]))
    return text.replace("DISCRIMINATOR", layers("conv", channels[-2::-1]))


ROWS = {
    "A": Row(
        "MNIST 784-300-10, σ, SGD, one image a step",
        """
kind: supervised
data: {set: mnist}
network: {shape: [784, 300, 10], activation: sigmoid, mu: 0.1, optimizer: {name: sgd, eta: 0.2}}
training: {games: 1000000, batch: 1}
""",
        of_jax=0.40,
    ),
    "B": Row(
        "GAN, D 784-20-1, G 100-300-784, SGD, batch 1, ratios 1 and 1",
        """
kind: gan
data: {set: mnist, classes: [7]}
generator: {shape: [100, 300, 784], activation: sigmoid, mu: 0.1, optimizer: {name: sgd, eta: 0.2}}
discriminator: {shape: [784, 20, 1], activation: sigmoid, init: glorot, optimizer: {name: sgd, eta: 0.02}}
latent: {distribution: gaussian}
training: {games: 1000000, batch: 1, ratios: {real: 1, shared: 1}}
""",
        of_jax=0.6,
    ),
    "C": Row("WGAN, same shapes, RMSProp, clip, ratio 5, batch 1", WGAN.replace("BATCH", "1"), of_jax=0.7),
    "D": Row("the same, batch 64", WGAN.replace("BATCH", "64"), of_jax=0.75),
    "E": Row("the same, batch 256", WGAN.replace("BATCH", "256"), of_jax=0.85),
    "F": Row("GAN 64-256-256-784 / 784-256-256-1, leaky ReLU, Adam, batch 64", big("0.0001"), of_jax=0.85),
    "G": Row(
        "XOR 2-2-1, one example a step",
        """
kind: supervised
data: {set: xor}
network: {shape: [2, 2, 1], activation: centered_sigmoid, mu: 1, optimizer: {name: sgd, eta: 0.1}}
training: {games: 1000000, batch: 1}
""",
        of_jax=None,
        of_torch=0.05,
    ),
    "H": Row(
        "DCGAN for 28×28: G 64 → 7·7·64 → 32 → 1 with batch normalisation, D mirrored, Adam, batch 64",
        dcgan("{set: mnist}", "sigmoid", 7, [64, 32, 1]),
        of_jax=None,
        of_torch=0.65,
    ),
    "I": Row(
        "DCGAN for 3×32×32: G 64 → 4·4·256 → 128 → 64 → 3, likewise",
        dcgan("{set: images, path: NOISE, range: [-1, 1]}", "tanh", 4, [256, 128, 64, 3]),
        of_jax=None,
        of_torch=0.95,
    ),
    "J": Row(
        "classifier of MNIST, convolutions of 16 and 32 channels, dense 256, Adam, batch 64",
        """
kind: supervised
data: {set: mnist}
network:
  inputs: [1, 28, 28]
  layers:
    - {conv: 16, kernel: 4, stride: 2, padding: 1}
    - {conv: 32, kernel: 4, stride: 2, padding: 1}
    - {units: 256}
    - {units: 10}
  activation: relu
  output: softmax
  init: {name: normal, std: 0.02}
  optimizer: {name: adam, eta: 0.0001}
training: {games: 1000000, batch: 64, loss: cross_entropy}
""",
        of_jax=None,
        of_torch=0.7,
    ),
    "P": Row(
        "D with a gradient penalty in place of the clip, Adam",
        bounded(penalty=", gradient_penalty: {lambda: 10}"),
        of_jax=None,
        of_torch=0.5,
    ),
    "Q": Row(
        "P with a critic 784-256-256-1",
        bounded("256, 256", penalty=", gradient_penalty: {lambda: 10}", eta="0.00001"),
        of_jax=None,
        of_torch=0.5,
    ),
    "S": Row(
        "D with spectral normalisation in place of the clip, Adam",
        bounded(more=", spectral_norm: true", eta="0.00001"),
        of_jax=None,
        of_torch=0.5,
    ),
    "N": Row(
        "F with batch normalisation in the generator",
        big("0.00001", generator="batch_norm: true"),
        of_jax=None,
        of_torch=0.5,
    ),
    "M": Row(
        "F with similarity in the discriminator",
        big("0.00001", std="0.05", discriminator="minibatch: similarity"),
        of_jax=None,
        of_torch=0.5,
    ),
}
