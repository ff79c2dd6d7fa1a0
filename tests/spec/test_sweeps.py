"""Sweep files, written out cell by cell."""

from pathlib import Path

import pytest

from gancli import spec

BASE = """\
kind: supervised
data: {set: xor}
network: {shape: [2, 2, 1], optimizer: {name: sgd}}
training: {games: 10}
"""


def load(text: str) -> spec.Sweep:
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    Path("sweep.yaml").write_text(text, encoding="utf-8")
    return spec.load_sweep(Path("sweep.yaml"))


def test_a_grid_a_zip_and_seeds_make_cells() -> None:
    found = load(
        "sweep: {base: base.yaml, seeds: 2, grid: {eta: [1e-3, 2], network.shape: [[2, 1], [2, 3, 1]]}, "
        "zip: {mu: [1, 2], name: [a, b]}}"
    )
    assert len(found.cells) == 2 * 2 * 2 * 2
    last = found.cells[-1]
    assert last.settings == ("eta=2", "network.shape=[2, 3, 1]", "mu=2", 'name="b"') and last.seed == 1
    experiment = last.resolved.experiment
    assert experiment.eta == 2 and experiment.networks()["network"].shape == (2, 3, 1)
    assert experiment.name == "b" and experiment.seed == 1
    assert found.cells[0].resolved.experiment.eta == 1e-3
    assert len({(cell.settings, cell.seed) for cell in found.cells}) == 16
    assert spec.is_sweep(Path("sweep.yaml")) and not spec.is_sweep(Path("base.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sweep: {}", "sweep.base: "),
        ("sweep: {base: none.yaml}", "none.yaml: no such file"),
        ("sweep: {base: base.yaml, gird: {}}", "did you mean 'grid'?"),
        ("sweep: {base: base.yaml, grid: {eta: []}}", "sweep.grid.eta"),
        ("sweep: {base: base.yaml, grid: {eta: [-1]}}", "--set eta=-1: eta: must be greater than 0.0; got -1"),
        ("sweep: {base: base.yaml, grid: {eta.x: [1]}}", "eta.x=1"),
        ("sweep: {base: base.yaml, zip: {eta: [1], mu: [1, 2]}}", "needs lists of one length; got eta: 1, mu: 2"),
        ("sweep: {base: base.yaml, seeds: 0}", "must be at least 1; got 0"),
        ("sweep: {base: base.yaml, seeds: 10000, grid: {eta: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}}", "110,000 cells"),
        ("sweep: {base: base.yaml}\nseed: 1", "unknown key; allowed here: sweep"),
    ],
)
def test_refusals(text: str, expected: str) -> None:
    with pytest.raises(spec.SpecError) as caught:
        load(text)
    assert expected in str(caught.value)
