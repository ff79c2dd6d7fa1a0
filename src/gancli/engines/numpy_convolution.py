"""Convolutions as products of matrices: each patch of an image is a row (Dumoulin and Visin 2016).

Images are (batch, height × width × channels), channels last; weights are (kernel × kernel × channels in, channels out).
Patches are made for a few images at a time, so that they are still in the cache when they are multiplied.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gancli.engines.arrays import Array, In, InOut, Out

STRIP = 1 << 18
"""Numbers in patches at a time."""


class NumpyConvolution:
    """Square patches of `kernel` × `kernel` pixels, `stride` apart, of images with `padding` zeros around."""

    def conv(
        self, x: In, w: In, b: In | None, height: int, width: int, kernel: int, stride: int, padding: int, out: Out,
    ) -> None:  # fmt: skip
        """out = the patches of x times w, + b (channels out,)."""
        products = out.reshape(len(x), -1, w.shape[1])
        for strip, patches in _strips(x, height, width, kernel, stride, padding):
            np.matmul(patches, w, out=products[strip].reshape(-1, w.shape[1]))
            if b is not None:
                products[strip] += b

    def conv_params(
        self, x: In, dy: In, dw: Out, db: Out | None,
        height: int, width: int, kernel: int, stride: int, padding: int,
    ) -> None:  # fmt: skip
        """Gradients of the weights, patchesᵀ dy, and of the bias, Σ dy over all patches."""
        dw[...] = 0.0
        if db is not None:
            db[...] = 0.0
        self.add_conv_params(x, dy, dw, db, height, width, kernel, stride, padding)

    def add_conv_params(
        self, x: In, dy: In, dw: InOut, db: InOut | None,
        height: int, width: int, kernel: int, stride: int, padding: int,
    ) -> None:  # fmt: skip
        """The same, added to what is there."""
        gradients = dy.reshape(len(x), -1, dw.shape[1])
        for strip, patches in _strips(x, height, width, kernel, stride, padding):
            dw += patches.T @ gradients[strip].reshape(-1, dw.shape[1])
        if db is not None:
            db += gradients.sum(axis=(0, 1))

    def conv_input(
        self, dy: In, w: In, b: In | None, height: int, width: int, kernel: int, stride: int, padding: int, out: Out,
    ) -> None:  # fmt: skip
        """out = gradient of the images: each patch of dy wᵀ added where it is from; + b (channels in,) at each pixel.

        It is what `conv` is the adjoint of, so a transposed convolution's forward pass too.
        """
        images = out.reshape(len(dy), height, width, -1)
        channels, padded_width = images.shape[3], width + 2 * padding
        across = (padded_width - kernel) // stride + 1
        gradients = dy.reshape(len(dy), -1, w.shape[1])
        for strip in _some(len(dy), gradients.shape[1] * len(w)):
            some = gradients[strip]
            patches = (some.reshape(-1, w.shape[1]) @ w.T).reshape(len(some), -1, across, kernel, kernel, channels)
            padded = np.zeros((len(some), height + 2 * padding, padded_width, channels), out.dtype)
            for i in range(kernel):  # no two patches have their pixel (i, j) in one place
                for j in range(kernel):
                    down = padded[:, i : i + stride * patches.shape[1] : stride, j : j + stride * across : stride]
                    down += patches[:, :, :, i, j]
            images[strip] = padded[:, padding : padding + height, padding : padding + width]
            if b is not None:
                images[strip] += b

    def sum_rows(self, dy: In, out: Out) -> None:
        """out = Σ dy over its rows, (units,)."""
        np.sum(dy, axis=0, out=out)

    def channels_last(self, x: In, channels: int, out: Out) -> None:
        """out = images whose channels come first, with channels last."""
        out[...] = x.reshape(len(x), channels, -1).transpose(0, 2, 1).reshape(out.shape)

    def channels_first(self, x: In, channels: int, out: Out) -> None:
        """The way back."""
        out[...] = x.reshape(len(x), -1, channels).transpose(0, 2, 1).reshape(out.shape)


def _some(count: int, size: int) -> Iterator[slice]:
    """So many images at a time as have at most a strip's numbers, each so many."""
    step = max(1, STRIP // size)
    return (slice(start, start + step) for start in range(0, count, step))


def _strips(
    x: Array, height: int, width: int, kernel: int, stride: int, padding: int
) -> Iterator[tuple[slice, Array]]:  # fmt: skip
    """Some images, and their patches as rows, (patches, kernel × kernel × channels), row by row."""
    images = x.reshape(len(x), height, width, -1)
    around = (padding, padding)
    down, across = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
    size = kernel * kernel * images.shape[3]
    for strip in _some(len(x), down * across * size):
        padded = np.pad(images[strip], ((0, 0), around, around, (0, 0))) if padding else images[strip]
        windows = sliding_window_view(padded, (kernel, kernel), axis=(1, 2))[:, ::stride, ::stride]
        yield strip, windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size)
