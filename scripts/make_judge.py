"""Bundle a run of configs/judge_mnist.yaml as the judge of MNIST.

    export GANCLI_DATA=…                 # the full MNIST
    .venv/bin/gancli train configs/judge_mnist.yaml
    .venv/bin/python scripts/make_judge.py runs/<id>

Weights are kept in half precision; the card says how many test images are answered right with them, and with the
run's own.
"""

import hashlib
import io
import sys
from pathlib import Path

import numpy as np

from gancli.experiment import load_data
from gancli.experiment.evaluating import BUNDLED, PARAMS, judge_of, pixels
from gancli.runs import RunFolder, checkpoint
from gancli.runs.files import write_bytes, write_text
from gancli.spec import load

CARD = """# The judge of MNIST

A classifier whose answers and features measure generated digits (`gancli evaluate`): a perceptron 784-512-128-10, ReLU,
dropout, Adam, trained by gancli on the 60,000 training images of MNIST. `config.yaml` is its experiment.

- Of the 10,000 test images it answers {half:.2%} right with these weights in half precision, {single:.2%} in single.
- `weights.npz`: SHA-256 {digest}
- Made by `gancli train configs/judge_mnist.yaml`, then `python scripts/make_judge.py runs/<id>`, with the full MNIST.
- It has seen the training images: distances to them are measured with test images as the yardstick.
- Licence: MIT, as gancli; MNIST is of Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0.
"""


def main() -> None:
    folder = RunFolder(Path(sys.argv[1]))
    resolved = load(folder.config)
    dataset = load_data(resolved.experiment)
    judge, test = judge_of(folder), pixels(dataset.test)

    def accuracy() -> float:
        return float((judge.look(test).answers.argmax(axis=1) == dataset.test.labels).mean())

    single = accuracy()
    half = checkpoint.newest(folder.checkpoints).arrays[PARAMS].astype(np.float16)
    judge.network.params[...] = half
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{PARAMS: half})
    BUNDLED.mkdir(exist_ok=True)
    write_bytes(BUNDLED / "weights.npz", buffer.getvalue())
    write_text(BUNDLED / "config.yaml", resolved.yaml())
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    write_text(BUNDLED / "README.md", CARD.format(half=accuracy(), single=single, digest=digest))
    print((BUNDLED / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
