"""Images as rows of patches, and back: what makes a convolution a product of matrices.

Images are (batch, height × width × channels), channels last.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gancli.engines.arrays import Array, In, Out


class NumpyPatches:
    """Square patches of `kernel` × `kernel` pixels, `stride` apart, of images with `padding` zeros around."""

    def unfold(
        self, x: In, height: int, width: int, kernel: int, stride: int, padding: int, out: Out,
    ) -> None:  # fmt: skip
        """out = each patch as a row, (batch × patches, kernel × kernel × channels), patches row by row."""
        patches = _patches(_padded(x, height, width, padding), kernel, stride)
        out[...] = patches.reshape(out.shape)

    def fold(
        self, rows: In, b: In | None, height: int, width: int, kernel: int, stride: int, padding: int, out: Out,
    ) -> None:  # fmt: skip
        """out = images into which each patch is added, and `b` (channels,) to every pixel: the adjoint of `unfold`."""
        channels = rows.shape[1] // kernel**2
        padded = np.zeros((len(out), height + 2 * padding, width + 2 * padding, channels), out.dtype)
        across = (padded.shape[2] - kernel) // stride + 1
        patches = rows.reshape(len(out), -1, across, kernel, kernel, channels)
        for i in range(kernel):  # no two patches have their pixel (i, j) in one place
            for j in range(kernel):
                down = padded[:, i : i + stride * patches.shape[1] : stride, j : j + stride * across : stride]
                down += patches[:, :, :, i, j]
        inner = padded[:, padding : padding + height, padding : padding + width]
        if b is not None:
            inner = inner + b
        out[...] = inner.reshape(out.shape)

    def sum_rows(self, dy: In, out: Out) -> None:
        """out = Σ dy over its rows, (units,)."""
        np.sum(dy, axis=0, out=out)

    def channels_last(self, x: In, channels: int, out: Out) -> None:
        """out = images whose channels come first, with channels last."""
        out[...] = x.reshape(len(x), channels, -1).transpose(0, 2, 1).reshape(out.shape)

    def channels_first(self, x: In, channels: int, out: Out) -> None:
        """The way back."""
        out[...] = x.reshape(len(x), -1, channels).transpose(0, 2, 1).reshape(out.shape)


def _padded(x: Array, height: int, width: int, padding: int) -> Array:
    """(batch, height, width, channels) with zeros around."""
    images = x.reshape(len(x), height, width, -1)
    around = (padding, padding)
    return np.pad(images, ((0, 0), around, around, (0, 0))) if padding else images


def _patches(padded: Array, kernel: int, stride: int) -> Array:
    """(batch, patches down, patches across, kernel, kernel, channels), a view."""
    windows = sliding_window_view(padded, (kernel, kernel), axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 1, 2, 4, 5, 3)
