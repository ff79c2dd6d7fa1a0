"""Conditions: layers that are told of which class each sample of a batch is, by a code of ones and zeros.

A network gives them the codes before a pass (`Network.tell`); to a penalty, codes stand still as noise does.
"""

import numpy as np

from gancli.engines import Array
from gancli.nn.layers.base import Moving


class Told(Moving):
    """A layer that is told classes; linear in its inputs, whatever the class."""

    classes: int
    """Numbers in a code: of a network that sees several samples at once, in those of all."""
    codes: Array | None = None
    """Of the samples of the next pass, (batch, classes)."""

    def told(self) -> Array:
        """The codes. Raises ValueError where nobody has given them."""
        if self.codes is None:
            raise ValueError("a network with a condition needs the codes of its samples' classes; got none")
        return self.codes


class Beside(Told):
    """(x, code): the class beside a layer's inputs (Mirza and Osindero 2014)."""

    def __init__(self, inputs: int, classes: int):
        super().__init__()
        self.inputs, self.classes, self.units = inputs, classes, inputs + classes

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The inputs, and beside them the code."""
        self.engine.copy(x, out=self.y[:, : self.inputs])
        self.engine.copy(self.told(), out=self.y[:, self.inputs :])
        return self.y

    def there(self, x: Array, out: Array) -> None:
        """(x, 0): how the output moves with the inputs."""
        self.engine.copy(x, out=out[:, : self.inputs])
        self.engine.fill(out[:, self.inputs :], 0.0)

    def back(self, dy: Array, out: Array) -> None:
        """The columns of dy that belong to the inputs."""
        self.engine.copy(dy[:, : self.inputs], out=out)


class Projection(Told):
    """y = a_0 + Σ_k code_k a_k of inputs a (batch, 1 + classes): the output of a discriminator by projection.

    With a = φ (w, V) + b of a dense layer below, y = φ·w + b_0 + Σ_k code_k (φ·V_k + b_k) (Miyato and Koyama 2018,
    eq. 3, with a bias for each class).
    """

    def __init__(self, classes: int, samples: int = 1):
        super().__init__()
        self.inputs, self.classes, self.units = 1 + classes, classes, 1
        self.samples = samples
        """That the network sees at once: ones in a code."""

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for what is chosen, (1, code), and for what is left of the inputs, (batch, 1 + classes), too."""
        super().resize(batch, dtype)
        self.chosen, self.left = self.buffers(batch, dtype, self.inputs, self.inputs, of="chosen")
        (self.ones,) = self.buffers(self.inputs, dtype, 1, of="ones")

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The first input, and that of the class."""
        self.engine.fill(self.ones, 1.0)
        self.engine.fill(self.chosen[:, :1], 1.0)
        self.engine.copy(self.told(), out=self.chosen[:, 1:])
        return super().forward(x, rng, training)

    def there(self, x: Array, out: Array) -> None:
        """The sum of what is chosen."""
        self.engine.copy(x, out=self.left)
        self.engine.multiply(self.chosen, self.left)
        self.engine.affine(self.left, self.ones, None, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """dy to the first, and to that of the class."""
        self.engine.affine_input(dy, self.ones, out=out)
        self.engine.multiply(self.chosen, out)
