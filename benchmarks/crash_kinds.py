"""What is killed and stopped: small experiments of every kind, and what of a run must be equal at its end."""

import json
from pathlib import Path
from typing import Any

from gancli.runs import RunFolder, checkpoint

GENERATOR = "generator: {shape: [8, 32, 784], mu: 0.1, optimizer: {name: rmsprop, eta: 0.01}}"
OFTEN = "test: {every: 4}\npictures: {every: 6, count: 6}\ncheckpoint: {every: 1}\n"
KINDS = {
    "mnist": "kind: supervised\nnetwork: {shape: [784, 40, 10], optimizer: {name: adam, eta: 0.001}}\n"
    "training: {games: 300, batch: 16}\n" + OFTEN,
    "xor": "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 4, 1], activation: tanh}\n"
    "training: {games: 300, batch: 3}\n" + OFTEN,
    "gan": f"kind: gan\n{GENERATOR}\ndiscriminator: {{shape: [784, 20, 1], optimizer: {{name: adagrad}}}}\n"
    "training: {games: 300, batch: 16}\n" + OFTEN,
    "ring": "kind: gan\ndata: {set: ring, samples: 300}\n"
    "generator: {shape: [4, 16, 2], batch_norm: true, ema: 0.9, optimizer: {name: adam, eta: 0.01}}\n"
    "discriminator: {shape: [2, 16, 9, 1], dropout: 0.2, minibatch: similarity, "
    "optimizer: {name: sgd, momentum: 0.5}}\n"
    "training: {games: 300, batch: 16, labels: {real: [0.7, 1], flip: 0.05}}\n" + OFTEN,
    "wgan": f"kind: wgan\n{GENERATOR}\ncritic: {{shape: [784, 20, 1], activation: relu, clip: {{bound: 0.1}}, "
    "optimizer: {name: rmsprop, eta: 0.005, centered: true, lookahead: past}}\n"
    "training: {games: 300, batch: 16, warmup: 5, long_phase: {critic: 20, first: 3, every: 40}}\n" + OFTEN,
    "bounded": """kind: wgan
data: {set: ring, samples: 300}
generator:
  shape: [4, 16, 2]
  spectral_norm: true
  optimizer: {name: adamw, eta: 0.01, schedule: {name: cosine, steps: 300}}
critic:
  inputs: 2
  layers: [{units: 16, spectral_norm: true}, {units: 8, orthonormal: true}, {units: 1, spectral_norm: true}]
  activation: maxmin
  optimizer: {name: adam, eta: 0.01, grad_clip: 1}
training: {games: 300, batch: 16, gradient_penalty: {lambda: 1, every: 3}, critic_until: {change: 0.1, most: 20}}
lipschitz: {every: 4}
"""
    + OFTEN.replace("test: {every: 4}", "test: {every: 4, layers: true}"),
    "dcgan": """kind: gan
generator:
  inputs: 6
  layers:
    - {units: 98, reshape: [2, 7, 7]}
    - {upsample: bilinear}
    - {conv_transpose: 1, kernel: 4, stride: 2, padding: 1}
  activation: relu
  batch_norm: true
  ema: 0.9
  optimizer: {name: adam, eta: 0.001}
discriminator:
  inputs: [1, 28, 28]
  layers:
    - {conv: 3, kernel: 4, stride: 2, padding: 1}
    - {pool: max, kernel: 2}
    - {conv: 4, kernel: 3, dropout: 0.2}
    - {units: 1}
  activation: leaky_relu
  layer_norm: true
  optimizer: {name: adam, eta: 0.001}
training: {games: 300, batch: 8, r1: {gamma: 0.3, every: 8}}
"""
    + OFTEN,
    "game2d": "kind: game2d\noptimizer: {name: adam, eta: 0.01}\ntraining: {games: 300}\ntest: {every: 4}\n"
    "checkpoint: {every: 1}\n",
}


def essence(run: Path) -> tuple[dict[str, bytes], list[dict[str, Any]], dict[str, bytes]]:
    """All that must be equal, each file of it read whole. Raises ValueError, OSError where one cannot be."""
    folder = RunFolder(run)
    for path in checkpoint.paths(folder.checkpoints):
        checkpoint.load(path)
    rows = [json.loads(line) for line in folder.metrics.read_text(encoding="utf-8").splitlines()]
    return (
        {name: array.tobytes() for name, array in checkpoint.newest(folder.checkpoints).arrays.items()},
        [{key: value for key, value in row.items() if key != "seconds"} for row in rows],
        {path.name: path.read_bytes() for path in folder.images.iterdir()},
    )
