"""A run's networks as functions: what they compute is computed again here from their parameters."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gancli
from api.small_runs import DIGITS, RING, XOR
from gancli.experiment import sample
from gancli.runs import RunFolder
from helpers import gancli as command


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def of(network: gancli.TrainedNetwork, layer: int) -> tuple[Any, Any]:
    parameters = network.parameters
    return parameters[f"layer{layer}.weights"].astype(float), parameters[f"layer{layer}.bias"].astype(float)


def outputs(network: gancli.TrainedNetwork, x: Any, hidden: Any = sigmoid) -> Any:
    """What a network of two layers has before its last activation."""
    (w1, b1), (w2, b2) = of(network, 1), of(network, 2)
    return hidden(np.asarray(x, float) @ w1 + b1) @ w2 + b2


def test_a_generator_makes_points_and_a_discriminator_judges_them() -> None:
    run = gancli.train(RING)
    generator, discriminator = run.generator, run.discriminator
    z = np.random.default_rng(1).standard_normal((1005, 3))  # more than are computed at once
    x = generator(z)
    assert (generator.inputs, generator.outputs, generator.game) == ((3,), (2,), 20)
    assert (discriminator.inputs, discriminator.outputs) == ((2,), ())
    assert repr(discriminator) == f"<discriminator of {run.path.name} at game 20: (2,) → ()>"
    assert x.shape == (1005, 2) and x.dtype == np.float32
    np.testing.assert_allclose(x, outputs(generator, z), rtol=1e-5, atol=1e-6)
    scores = discriminator(x)
    np.testing.assert_allclose(scores, sigmoid(outputs(discriminator, x))[:, 0], rtol=1e-5)
    assert scores.shape == (1005,)
    np.testing.assert_array_equal(discriminator([[1, 2], [3, 4]]), discriminator(np.array([[1.0, 2.0], [3.0, 4.0]])))


def test_images_are_within_0_and_1_whatever_the_networks_see() -> None:
    run = gancli.train(DIGITS)
    generator, critic = run.generator, run.critic
    z = np.random.default_rng(1).standard_normal((4, 5))
    images = generator(z)
    seen = np.tanh(outputs(generator, z))
    assert generator.outputs == critic.inputs == (1, 28, 28) and images.shape == (4, 1, 28, 28)
    np.testing.assert_allclose(images, (seen.reshape(images.shape) + 1) / 2, atol=1e-6)
    judged = critic(images)
    expected = outputs(critic, 2 * images.reshape(4, -1) - 1, lambda x: np.maximum(x, 0.0))
    np.testing.assert_allclose(judged, expected[:, 0], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(critic(images.reshape(4, 784)), judged)


def test_a_supervised_network_gives_its_outputs() -> None:
    network = gancli.train(XOR).network
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert (network.inputs, network.outputs) == ((2,), (1,)) and network(x).shape == (4, 1)
    np.testing.assert_allclose(network(x), sigmoid(outputs(network, x)), rtol=1e-5)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_a_classifier_gives_probabilities(output: str) -> None:
    network = {"shape": [784, 10], "output": output, **({"mu": 2.0} if output == "sigmoid" else {})}
    run = gancli.train({
        "kind": "supervised", "engine": "numpy", "dtype": "float64", "network": network,
        "training": {"games": 5, "batch": 8, "loss": "cross_entropy"}, "test": {"count": 10},
    })  # fmt: skip
    x = np.random.default_rng(0).random((3, 784))
    weights, bias = run.network.parameters.values()
    z = x @ weights + bias
    expected = 1 / (1 + np.exp(-2 * z)) if output == "sigmoid" else np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert run.network(x) == pytest.approx(expected, rel=1e-9)


def test_numbers_that_were_standardised_are_in_their_own_units() -> None:
    rng = np.random.default_rng(0)
    rows = [f"{a},{b},{100 + 20 * a}" for a, b in rng.standard_normal((40, 2)).tolist()]
    Path("t.csv").write_text("\n".join(["a,b,y", *rows]), encoding="utf-8")
    run = gancli.train({
        "kind": "supervised", "name": "t", "engine": "numpy", "training": {"games": 200, "batch": 8},
        "data": {"set": "table", "path": "t.csv", "targets": ["y"], "standardize": True},
        "network": {"shape": [2, 1], "output": "linear", "optimizer": {"name": "sgd", "eta": 0.1}},
    })  # fmt: skip
    x = rng.standard_normal((5, 2))
    assert run.network(x)[:, 0] == pytest.approx(100 + 20 * x[:, 0], abs=0.5)
    Path("new.csv").write_text("\n".join(["a,b", *(f"{a},{b}" for a, b in x.tolist())]), encoding="utf-8")
    said = command("predict", "t", "new.csv").stdout.splitlines()[1:]
    assert [float(line.split(",")[1]) for line in said] == pytest.approx(run.network(x)[:, 0].tolist(), rel=1e-4)


def test_its_parameters_are_copies() -> None:
    network = gancli.train(XOR).network
    before = network([[0.5, 0.25]])
    for array in network.parameters.values():
        array[...] = 7.0
    assert network([[0.5, 0.25]]) == before


def test_rows_of_a_table_are_in_their_own_units() -> None:
    rows = np.random.default_rng(0).normal([100.0, -3.0, 0.5], [20.0, 0.1, 3.0], (200, 3))
    np.savetxt("t.csv", rows, delimiter=",", header="a,b,c", comments="")
    config = {
        "kind": "gan", "engine": "numpy", "data": {"set": "table", "path": "t.csv", "standardize": True},
        "generator": {"shape": [2, 4, 3]}, "discriminator": {"shape": [3, 4, 1]}, "training": {"games": 3},
    }  # fmt: skip
    run = gancli.train(config)
    mean, std = (np.array(run.record["data"][key]) for key in ("mean", "std"))
    assert 90 < mean[0] < 110 and 15 < std[0] < 25
    z = np.random.default_rng(1).standard_normal((5, 2))
    x = run.generator(z)
    np.testing.assert_allclose(x, outputs(run.generator, z) * std + mean, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        run.discriminator(rows[:5]), sigmoid(outputs(run.discriminator, (rows[:5] - mean) / std))[:, 0], rtol=1e-4
    )


@pytest.mark.parametrize(
    ("key", "x", "message"),
    [
        ("generator", np.zeros(5), r"the generator takes an array \(n, 5\); got \(5,\)"),
        ("critic", np.zeros((2, 3)), r"the critic takes an array \(n, 1, 28, 28\) or \(n, 784\); got \(2, 3\)"),
        ("generator", np.zeros((0, 5)), r"the generator takes an array \(n, 5\); got \(0, 5\)"),
        ("critic", np.zeros((2, 784), np.uint8), r"images are numbers within \[0, 1\]; got uint8: divide by 255"),
    ],
)
def test_an_array_that_does_not_fit(key: str, x: Any, message: str) -> None:
    run = gancli.train(DIGITS, set={"training.games": 1})
    with pytest.raises(ValueError, match=message):
        getattr(run, key)(x)


@pytest.mark.parametrize(("config", "key"), [(XOR, "generator"), (RING, "critic"), (DIGITS, "discriminator")])
def test_a_network_that_is_not_there(config: dict[str, Any], key: str) -> None:
    run = gancli.train(config, set={"training.games": 1})
    with pytest.raises(gancli.RunError, match=f"is a {config['kind']} run; it has no {key}"):
        getattr(run, key)


def test_noise_in_the_layers_is_drawn_by_the_seed() -> None:
    run = gancli.train(RING, set={"generator.noise": {"mode": "add", "scale": 0.5}})
    z = np.zeros((2, 3))
    np.testing.assert_array_equal(run.generator(z), run.generator(z, seed=0))
    assert not np.array_equal(run.generator(z), run.generator(z, seed=1))
    assert not np.array_equal(run.generator(z)[0], run.generator(z)[1])


CONDITION: dict[str, Any] = {
    **RING,
    "condition": "labels",
    "data": {"set": "two_moons", "samples": 200},
    "discriminator": {"shape": [2, 8, 1]},
}


@pytest.mark.parametrize("how", ["labels", {"discriminator": "projection"}])
def test_of_a_condition_classes_are_asked_for(how: Any) -> None:
    run = gancli.train(CONDITION, set={"condition": how})
    z = np.random.default_rng(1).standard_normal((4, 3))
    first, second = run.generator(z, cls=0), run.generator(z, cls="1")
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(run.generator(z), [first[0], second[1], first[2], second[3]])
    np.testing.assert_array_equal(run.generator(z, cls=np.array([1, 1, 0, 0])), [*second[:2], *first[2:]])
    drawn = sample(RunFolder(run.path), 6, 0)
    np.testing.assert_array_equal(run.sample(6, cls=1), run.generator(drawn.latents, cls=1))
    np.testing.assert_array_equal(run.sample(6), run.generator(drawn.latents))
    judge = run.discriminator
    np.testing.assert_array_equal(
        judge(first, cls=[1, 0, 1, 0]),
        [judge(first, cls=1)[0], judge(first, cls=0)[1], judge(first, cls=1)[2], judge(first, cls=0)[3]],
    )
    if how == "labels":
        (w1, b1), (w2, b2) = of(judge, 1), of(judge, 2)
        seen = np.hstack([first, np.tile([0.0, 1.0], (4, 1))])
        np.testing.assert_allclose(judge(first, cls=1), sigmoid(sigmoid(seen @ w1 + b1) @ w2 + b2)[:, 0], rtol=1e-5)
    with pytest.raises(ValueError, match="one for each of 4 samples; got 3"):
        run.generator(z, cls=[0, 1, 0])
    with pytest.raises(gancli.RunError, match="class: must be a class of this run: 0, 1; got '2'"):
        run.generator(z, cls=2)


def test_a_projected_class_is_judged_as_the_run_judges_it() -> None:
    """An unbiased product per class beside the output, before the sigmoid (Miyato and Koyama 2018)."""
    run = gancli.train(CONDITION, set={"condition": {"discriminator": "projection"}})
    judge, x = run.discriminator, run.sample(5)
    (w1, b1), (w2, b2) = of(judge, 1), of(judge, 2)
    products = sigmoid(x.astype(float) @ w1 + b1) @ w2 + b2
    for label in (0, 1):
        np.testing.assert_allclose(judge(x, cls=label), sigmoid(products[:, 0] + products[:, 1 + label]), rtol=1e-5)


def test_a_class_is_refused_without_a_condition() -> None:
    for config, key, x in ((RING, "generator", np.zeros((2, 3))), (XOR, "network", np.zeros((2, 2)))):
        run = gancli.train(config, set={"training.games": 1})
        with pytest.raises(gancli.RunError, match="without a condition|has no condition"):
            getattr(run, key)(x, cls=0)


def test_a_critic_of_packs_takes_packs() -> None:
    config = {**RING, "kind": "wgan", "critic": {"shape": [4, 8, 1], "clip": {"bound": 0.5}}}
    del config["discriminator"]
    critic = gancli.train({**config, "training": {"games": 4, "batch": 8, "pack": 2, "warmup": 0}}).critic
    x = np.random.default_rng(1).standard_normal((6, 2, 2))
    assert critic.inputs == (2, 2)
    np.testing.assert_allclose(critic(x), outputs(critic, x.reshape(6, 4))[:, 0], rtol=1e-4)
    np.testing.assert_array_equal(critic(x), critic(x.reshape(6, 4)))


def test_samples_that_are_compared_are_seen_in_full_batches() -> None:
    run = gancli.train(RING, set={"discriminator.minibatch": "similarity"})
    x = np.random.default_rng(1).standard_normal((11, 2))
    judge = run.discriminator
    filled = np.concatenate([x, x[:5]])
    np.testing.assert_array_equal(judge(x), judge(filled)[:11])
    np.testing.assert_array_equal(judge(filled)[8:], judge(filled[8:]))
    assert not np.allclose(judge(x[:8])[0], judge(np.tile(x[:1], (8, 1)))[0]), "it depends on the others"


def test_a_run_without_a_checkpoint_has_no_network_to_compute_with() -> None:
    run = gancli.train(RING, set={"training.games": 1})
    for path in (run.path / "checkpoints").iterdir():
        path.unlink()
    with pytest.raises(gancli.RunError, match="no generator to compute with"):
        run.generator  # noqa: B018
    assert Path(run.path).exists()


def test_images_of_another_layout_are_refused_and_other_ranges_are_warned_of() -> None:
    run = gancli.train(DIGITS)
    images = np.random.default_rng(1).random((3, 1, 28, 28))
    np.testing.assert_array_equal(run.critic(images[:, 0]), run.critic(images))
    for wrong in ((3, 56, 14), (3, 4, 196), (3, 785)):
        with pytest.raises(ValueError, match=r"the critic takes an array \(n, 1, 28, 28\) or \(n, 784\)"):
            run.critic(np.zeros(wrong))
    with pytest.warns(gancli.GancliWarning, match=r"images are numbers within \[0, 1\]; these are from 0 to 255"):
        run.critic(np.linspace(0, 255, 784)[None])


def test_runs_and_columns_are_the_same_where_they_say_the_same() -> None:
    one, other = gancli.train(XOR), gancli.train(XOR)
    assert one == gancli.load(one.path) and one != other and len({one, other, gancli.load(other.path)}) == 2
    columns = [{name: run.metrics[name] for name in run.metrics if name != "seconds"} for run in (one, other)]
    assert one.metrics == gancli.load(one.path).metrics and gancli.Columns([]) != one.metrics
    assert all(np.array_equal(columns[0][name], columns[1][name]) for name in columns[0])
    with pytest.raises(KeyError, match="did you mean 'accuracy'"):
        one.metrics["acuracy"]
    with pytest.raises(ValueError, match="must be png, svg or pdf; got 'jpg'"):
        one.plot("jpg")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n must be from 1 to 1,000,000"):
        one.sample(10**9)
