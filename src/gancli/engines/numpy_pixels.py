"""What moves or weighs whole pixels of images (batch, height × width × channels): pools, enlargements, dropout."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gancli.engines.arrays import READ, WRITTEN, In, InOut, Out

Places = Annotated[NDArray[np.int64], READ]
"""Pixels by their numbers, or numbers by their places in a row."""
PlacesOut = Annotated[NDArray[np.int64], WRITTEN]
"""The same, written."""


class NumpyPixels:
    """`pixels` (made, few) names for each pixel that is made those that it is made of."""

    def mix(self, x: In, pixels: Places, weights: In, out: Out) -> None:
        """Each pixel of out = Σ of weights (made, few) times pixels of x, in every channel."""
        made = out.reshape(len(x), len(pixels), -1)
        images = x.reshape(len(x), -1, made.shape[2])
        np.multiply(images[:, pixels[:, 0]], weights[:, 0, None], out=made)
        for k in range(1, pixels.shape[1]):
            made += images[:, pixels[:, k]] * weights[:, k, None]

    def largest(self, x: In, pixels: Places, out: Out, which: PlacesOut) -> None:
        """Each number of out = the largest of a channel in some pixels of x; `which`, where in its row the first is."""
        made = out.reshape(len(x), len(pixels), -1)
        channels = made.shape[2]
        some = x.reshape(len(x), -1, channels)[:, pixels]
        first = some.argmax(axis=2)
        np.max(some, axis=2, out=made)
        chosen = np.take_along_axis(pixels[None, :, :], first.transpose(0, 2, 1).reshape(-1, len(pixels), 1), 2)
        places = chosen.reshape(len(x), channels, len(pixels)).transpose(0, 2, 1) * channels + np.arange(channels)
        which[...] = places.reshape(which.shape)

    def pick(self, x: In, which: Places, out: Out) -> None:
        """out = the numbers of each row of x that `which`, of out's shape, names."""
        out[...] = np.take_along_axis(x, which, axis=1)

    def pick_input(self, dy: In, which: Places, out: Out) -> None:
        """out = its gradient: each dy added where it is from."""
        out[...] = 0.0
        np.add.at(out, (np.arange(len(out))[:, None], which), dy)

    def sort_pairs(self, x: In, out: Out, which: PlacesOut) -> None:
        """Of every two neighbours in a row the larger first; `which`, where in the row each was."""
        places = np.arange(x.shape[1])
        swapped = np.repeat(x[:, 1::2] > x[:, ::2], 2, axis=1)
        which[...] = np.where(swapped, places ^ 1, places)
        self.pick(x, which, out)

    def multiply_channels(self, factor: In, y: InOut) -> None:
        """y × factor (batch, channels), the same for all pixels of an image."""
        y.reshape(len(y), -1, factor.shape[1])[...] *= factor[:, None]
