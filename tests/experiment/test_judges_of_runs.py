"""A judge sees images as its run's test did: of a run that was trained, not made by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from gancli.experiment import load_data
from gancli.experiment.judges import judge_of, pixels
from gancli.runs import RunFolder
from gancli.spec import load
from helpers import gancli

JUDGE = """
kind: supervised
network:
  inputs: [1, 28, 28]
  layers: [{conv: 4, kernel: 4, stride: 4}, {units: 10}]
  batch_norm: true
  activation: relu
  output: softmax
  init: he
  optimizer: {name: adam, eta: 0.01}
training: {games: 150, batch: 50, loss: cross_entropy}
"""


def test_a_judge_with_batch_normalisation_has_the_running_statistics_of_its_run() -> None:
    """With those of a network that has seen nothing it told no digit from another, and its judgements meant nothing."""
    Path("judge.yaml").write_text(JUDGE, encoding="utf-8")
    assert gancli("train", "judge.yaml", "-q").exit_code == 0
    folder = RunFolder(next(Path("runs").iterdir()))
    last = json.loads(folder.metrics.read_text().splitlines()[-1])
    dataset = load_data(load(folder.config).experiment)
    predicted = judge_of(folder).predict(pixels(dataset, dataset.test)).predictions.argmax(axis=1)
    assert (
        np.mean(predicted == dataset.test.labels) == pytest.approx(last["accuracy"], abs=0.002)
        and last["accuracy"] > 0.7
    )
