"""Train the judge of MNIST on every training image that is not bundled, and keep its weights.

    export GANCLI_DATA=…                 # the full MNIST
    .venv/bin/python scripts/make_judge.py FOLDER

FOLDER takes the 55,000 images as IDX files and the run. Weights are kept in half precision; the card says how many test
images are classified right with them, and with the run's own.
"""

import hashlib
import io
import struct
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gancli import data, experiment
from gancli.data import Split, mnist
from gancli.experiment.judges import BUNDLED, PARAMS, judge_of, pixels
from gancli.runs import RunFolder, checkpoint
from gancli.runs.files import write_bytes, write_text
from gancli.spec import load

CONFIG = Path(__file__).parent.parent / "configs" / "judge_mnist.yaml"
CARD = """# The judge of MNIST

A classifier whose predictions and features measure generated digits (`gancli evaluate`): a perceptron
784-512-128-10, ReLU, dropout, Adam, trained by gancli on the {count:,d} training images of MNIST that are not bundled.
`config.yaml` is its experiment.

- It has seen none of the bundled 5,000 images, of which it classifies {train:.2%} (4,500) and {held_out:.2%} (500)
  right: they are a yardstick for whom they are all the data. It has seen the rest of the 60,000, so that the full
  MNIST's yardstick is its test images.
- Of the 10,000 test images it classifies {half:.2%} right with these weights in half precision, {single:.2%} in single.
- `weights.npz`: SHA-256 {digest}
- Made by `python scripts/make_judge.py FOLDER`, with the full MNIST.
- Licence: MIT, as gancli; MNIST is of Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0.
"""


def main() -> None:
    target = Path(sys.argv[1])
    full, bundled = data.load("mnist", require="full"), data.load("mnist", path=str(mnist.BUNDLED))
    known = {image.tobytes() for split in (bundled.train, bundled.test) for image in split.samples}
    rest = np.array([image.tobytes() not in known for image in full.train.samples])
    write_split(target / "data", "train", Split(full.train.samples[rest], full.train.labels[rest]))
    write_split(target / "data", "t10k", full.test)
    folder = train(target)
    judge = judge_of(folder)

    def accuracy(split: Split) -> float:
        return float((judge.predict(pixels(full, split)).predictions.argmax(axis=1) == split.labels).mean())

    single = accuracy(full.test)
    half = checkpoint.newest(folder.checkpoints).arrays[PARAMS].astype(np.float16)
    judge.network.params[...] = half
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{PARAMS: half})  # type: ignore[arg-type]
    BUNDLED.mkdir(exist_ok=True)
    write_bytes(BUNDLED / "weights.npz", buffer.getvalue())
    write_text(BUNDLED / "config.yaml", load(CONFIG).yaml())
    numbers = {"half": accuracy(full.test), "train": accuracy(bundled.train), "held_out": accuracy(bundled.test)}
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    write_text(BUNDLED / "README.md", CARD.format(count=rest.sum(), single=single, digest=digest, **numbers))
    print((BUNDLED / "README.md").read_text(encoding="utf-8"))


def write_split(folder: Path, name: str, split: Split) -> None:
    """Images and labels as IDX files, as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    images: NDArray[np.uint8] = np.asarray(split.samples, np.uint8).reshape(-1, 28, 28)
    labels = split.labels.astype(np.uint8)
    for what, magic, array in (("images-idx3", 0x803, images), ("labels-idx1", 0x801, labels)):
        header = struct.pack(f">I{array.ndim}I", magic, *array.shape)
        (folder / f"{name}-{what}-ubyte").write_bytes(header + array.tobytes())


def train(target: Path) -> RunFolder:
    """The run of the judge's configuration on these images, to its end."""
    resolved = load(CONFIG, [f"data.path={target / 'data'}"])
    built, folder = experiment.prepare(resolved, target / "runs")
    outcome = experiment.train(resolved, built, folder, lambda games, played: experiment.Quiet())
    assert outcome.status == "completed", outcome
    return folder


if __name__ == "__main__":
    main()
