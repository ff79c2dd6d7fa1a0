"""What a run says of gradients that `grad_clip` shortened: once in its log, and their share in its metrics."""

import pytest

from experiment.test_runs import OPTIMISED
from helpers import gancli, train

GRADIENTS = (
    "generator.optimizer={name: sgd, eta: 0.1, grad_clip: %s}",
    "discriminator.optimizer={eta: 0.1, grad_clip: %s}",
)


def settings(generator: str, discriminator: str) -> list[str]:
    both = (GRADIENTS[0] % generator, GRADIENTS[1] % discriminator)
    return [word for one in both for word in ("--set", one)]


def test_the_log_says_once_of_each_network_when_it_was_first_so() -> None:
    says_once("numpy")


@pytest.mark.usefixtures("compiled")
def test_so_it_does_of_games_that_are_replayed() -> None:
    says_once("numba")


def says_once(engine: str) -> None:
    folder, _ = train(OPTIMISED, *settings("1e-9", "1e9"), "--set", f"engine={engine}")
    log = (folder.path / "log.txt").read_text(encoding="utf-8")
    assert log.count("grad_clip") == 1
    assert "generator: a gradient longer than grad_clip 1e-09 was shortened to it, first at its step 1, by game " in log
    last = folder.rows()[-1]
    assert (last["clipped_generator"], last["clipped_discriminator"]) == (1.0, 0.0)
    assert gancli("resume", folder.path.name, "--games", "60").exit_code == 0
    assert (folder.path / "log.txt").read_text(encoding="utf-8").count("a gradient longer") == 1


def test_without_it_nothing_is_said() -> None:
    folder, _ = train(OPTIMISED, "--set", "generator.optimizer=sgd", "--set", "discriminator.optimizer=sgd")
    assert "grad_clip" not in (folder.path / "log.txt").read_text(encoding="utf-8")
    assert not any(key.startswith("clipped_") for row in folder.rows() for key in row)
