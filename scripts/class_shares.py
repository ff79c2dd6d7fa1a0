"""Which digits a generator draws, by a classifier kept apart: python scripts/class_shares.py RUN [RUN…].

The classifier, 784-256-10 with dropout, is trained on the spot on whatever MNIST is found, in half a minute.
"""

import sys
from pathlib import Path

import numpy as np

from gancli.experiment import build, load_data, sample
from gancli.runs import find
from gancli.spec import resolve
from gancli.spec.yaml import load_text

CLASSIFIER = """
kind: supervised
network:
  {shape: [784, 256, 10], activation: relu, output: softmax, init: he, dropout: 0.3, optimizer: {name: adam, eta: 1e-3}}
training: {passes: 6, batch: 64, loss: cross_entropy}
"""
COUNT = 10_000


def main() -> None:
    spec = resolve(load_text(CLASSIFIER, "classifier")).experiment
    built = build(spec, load_data(spec))
    built.game.play(built.games)
    print(f"classifier: {built.game.measure()['accuracy']:.2%} of the test images, of {built.dataset.origin}")
    for name in sys.argv[1:]:
        images = sample(find(Path("runs"), name), COUNT, seed=1).values.reshape(COUNT, -1)
        answers = built.game.answers(images)  # type: ignore[attr-defined]
        shares = np.bincount(np.argmax(answers, axis=1), minlength=10) / COUNT
        unsure = float((answers.max(axis=1) < 0.9).mean())
        text = " ".join(f"{digit}: {share:.2%}" for digit, share in enumerate(shares))
        print(f"{name}: {text}; least {shares.min():.2%}, most {shares.max():.2%}; unsure (under 0.9): {unsure:.1%}")


if __name__ == "__main__":
    main()
