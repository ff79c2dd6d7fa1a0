"""What a configuration says of a network is what is built: layers in their order, slopes, rates, targets."""

from typing import Any

from gancli.nn.activations import LeakyRelu, Linear, Sigmoid, Tanh
from gancli.nn.layers import BatchNorm, Dense, Kernel, Noise
from helpers import game

GAN = """
kind: gan
engine: numpy
data: {set: ring, samples: 20}
generator: {shape: [3, 4, 5, 2]}
discriminator: {shape: [2, 6, 1]}
training: {games: 1, batch: 4}
"""


def layers(built: Any, player: str) -> list[Any]:
    found: list[Any] = built.players[player].network.layers
    return found


def test_beside_a_layers_inputs_are_dropout_then_likenesses_then_noise() -> None:
    built = game(
        GAN, "discriminator.dropout=0.3", "discriminator.minibatch={name: kernel, kernels: 3, size: 2}",
        "discriminator.noise={mode: concat, size: 2, distribution: uniform, scale: 0.5}", "discriminator.activation=leaky_relu",
    )  # fmt: skip
    first, dropped, kernel, noise, last = layers(built, "discriminator")
    assert [type(layer) for layer in (first, dropped, kernel, noise, last)] == [Dense, Noise, Kernel, Noise, Dense]
    assert (dropped.distribution, dropped.scale, dropped.inputs) == ("dropout", 0.3, 6)
    assert (kernel.inputs, kernel.extra, kernel.size, kernel.batch) == (6, 3, 2, 4)
    assert (noise.mode, noise.inputs, noise.size, noise.distribution, noise.scale) == ("concat", 9, 2, "uniform", 0.5)
    assert last.inputs == 11 and first.activation == LeakyRelu(0.2)


def test_hidden_layers_are_normalised_before_their_activation_and_without_a_bias() -> None:
    found = layers(game(GAN, "generator.batch_norm=true"), "generator")
    assert [type(layer) for layer in found] == [Dense, BatchNorm, Dense, BatchNorm, Dense]
    assert [layer.bias for layer in found[::2]] == [False, False, True]
    assert [layer.activation for layer in found] == [Linear(), Sigmoid(), Linear(), Sigmoid(), Linear()]
    assert {layer.batch for layer in found[1::2]} == {4}


def test_a_slope_is_the_layers_else_the_networks_else_the_top_levels_else_one() -> None:
    deep = "generator={inputs: 3, layers: [{units: 4, mu: 0.2}, {units: 5}, {units: 2, activation: sigmoid, bias: false}], mu: 0.3}"
    one = game(GAN, deep, "mu=0.5")
    assert [layer.activation for layer in layers(one, "generator")] == [Sigmoid(0.2), Sigmoid(0.3), Sigmoid(0.3)]
    assert [layer.bias for layer in layers(one, "generator")] == [True, True, False]
    first, last = layers(one, "discriminator")
    assert first.activation == Sigmoid(0.5) and last.activation == Linear(slope=0.5), "the loss takes the log-odds"
    assert [layer.activation for layer in layers(game(GAN), "discriminator")] == [Sigmoid(1.0), Linear(slope=1.0)]
    centered = game(GAN, "generator.activation=centered_sigmoid", "mu=0.5")
    assert layers(centered, "generator")[0].activation == Tanh(1.0, 0.25)


def test_a_least_squares_discriminator_and_a_generator_keep_their_output_sigmoid() -> None:
    built = game(
        GAN, "training.loss=least_squares", "discriminator.output=sigmoid", "generator.output=sigmoid", "mu=0.5"
    )
    assert layers(built, "discriminator")[-1].activation == layers(built, "generator")[-1].activation == Sigmoid(0.5)
    assert layers(game(GAN, "generator.output=sigmoid", "mu=0.5"), "generator")[-1].activation == Sigmoid(0.5)


def test_a_rate_is_the_optimizers_own_else_the_top_levels_else_the_usual_one() -> None:
    built = game(GAN, "eta=0.5", "generator.optimizer={name: adam, eta: 0.1, momentum: 0.25}")
    generator, discriminator = (built.players[name].optimizer for name in ("generator", "discriminator"))
    assert (generator.name, generator.eta, generator.momentum) == ("adam", 0.1, 0.25)
    assert (discriminator.name, discriminator.eta, discriminator.momentum) == ("sgd", 0.5, 0.0)
    usual = game(GAN, "generator.optimizer=rmsprop")
    assert [player.optimizer.eta for player in usual.players.values()] == [0.001, 0.2]
