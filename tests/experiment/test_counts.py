"""The parameters that a configuration says are those of the network that is built from it."""

import numpy as np
import pytest

from gancli import shipped
from gancli.engines import make_engine
from gancli.experiment import make_network
from gancli.spec import Learning, is_sweep, load, parameters
from gancli.spec.yaml import load_file
from helpers import experiment

NAMES = [name for name in shipped.names() if not is_sweep(load_file(shipped.find(name)))]  # type: ignore[arg-type]
TOLD = """
kind: gan
generator: {shape: [4, 8, 784]}
discriminator: {shape: [1568, 16, 1]}
training: {games: 1, batch: 6, pack: 2}
"""


@pytest.mark.parametrize("name", NAMES)
def test_of_every_configuration_that_comes_along(name: str) -> None:
    spec = load(shipped.find(name)).experiment  # type: ignore[arg-type]
    for key, network in spec.networks().items():
        if network.fixed is None and network.sizes():
            assert isinstance(spec, Learning)
            built = make_network(spec, key, make_engine("numpy", 1), np.random.default_rng(0))
            assert sum(parameters(spec, key)) == built.params.size


@pytest.mark.parametrize(
    "setting",
    [
        "condition=labels", "condition={discriminator: projection}", "discriminator.bias=false",
        "discriminator.minibatch=kernel", "discriminator.batch_norm=true", "generator.noise={size: 3}",
    ],
)  # fmt: skip
def test_of_what_is_beside_a_layer(setting: str) -> None:
    spec = experiment(TOLD, setting)
    for key in spec.networks():
        built = make_network(spec, key, make_engine("numpy", 1), np.random.default_rng(0))
        assert sum(parameters(spec, key)) == built.params.size
