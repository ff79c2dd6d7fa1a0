"""The shapes that pass through a network, layer by layer, inferred from what a configuration says."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gancli.spec.networks import Layer

Shape = tuple[int, ...]
"""(units,), or (channels, height, width)."""


class Misfit(ValueError):
    """A layer that does not fit what is below it; the message has the sizes before and after."""


@dataclass(frozen=True)
class Placed:
    """A layer with nothing left out, what goes in and what comes out."""

    inputs: Shape
    outputs: Shape
    layer: "Layer"

    @property
    def places(self) -> int:
        """Where its weights are laid: one of a dense layer, all pixels out of a convolution, or into its transpose."""
        if self.layer.conv:
            return math.prod(self.outputs[1:])
        return math.prod(self.inputs[1:]) if self.layer.conv_transpose else 1

    def weights(self, wide: int) -> tuple[int, int]:
        """Rows and columns of its weights; of a dense layer, `wide` are its inputs with what is beside them."""
        area = (self.layer.kernel or 1) ** 2
        if not self.layer.learns:
            return 0, 0
        if self.layer.conv:
            return area * self.inputs[0], self.layer.conv
        if self.layer.conv_transpose:
            return area * self.layer.conv_transpose, self.inputs[0]
        return wide, math.prod(self.outputs)

    @property
    def biases(self) -> int:
        """As many as channels out of a convolution, or units of a dense layer."""
        if not self.layer.learns:
            return 0
        return self.layer.conv or self.layer.conv_transpose or math.prod(self.outputs)

    @property
    def normalized(self) -> tuple[int, int]:
        """What batch normalisation acts on: channels of an image, and its pixels; or units, and 1."""
        return self.outputs[0], math.prod(self.outputs[1:])


def after(layer: "Layer", inputs: Shape) -> Shape:
    """The shape that a layer makes of its inputs' shape, before `reshape`. Raises Misfit."""
    if layer.units is not None:
        return (layer.units,)
    kernel, padding = layer.kernel or 1, layer.padding or 0
    stride = layer.stride or (1 if layer.pool is None else kernel)
    what = next(iter(layer.kinds), "")
    if len(inputs) != 3 and what:
        raise Misfit(
            f"{what} needs an image, [channels, height, width]; what comes in is {described(inputs)}: "
            "give the layer below `reshape`"
        )
    if layer.upsample is not None:
        return (inputs[0], *(side * (layer.factor or 2) for side in inputs[1:]))
    if layer.pool == "global":
        return (inputs[0],)
    if layer.conv is not None or layer.pool is not None:
        sides = tuple((side + 2 * padding - kernel) // stride + 1 for side in inputs[1:])
        if min(inputs[1:]) + 2 * padding < kernel:
            raise Misfit(f"kernel {kernel} is larger than {described(inputs)} with padding {padding}")
        return (layer.conv or inputs[0], *sides)
    if layer.conv_transpose is None:
        raise Misfit("a layer needs `units`, `conv`, `conv_transpose`, `pool` or `upsample`")
    sides = tuple((side - 1) * stride - 2 * padding + kernel + (layer.output_padding or 0) for side in inputs[1:])
    if min(sides) < 1:
        raise Misfit(f"kernel {kernel}, stride {stride} and padding {padding} leave nothing of {described(inputs)}")
    return (layer.conv_transpose, *sides)


def reshaped(layer: "Layer", outputs: Shape) -> Shape:
    """With its `reshape`, if it has one. Raises Misfit."""
    if layer.reshape is None:
        return outputs
    if math.prod(layer.reshape) != math.prod(outputs):
        wanted = f"{described(layer.reshape)} are {math.prod(layer.reshape)}"
        raise Misfit(f"reshape: {wanted}, but what comes out is {described(outputs)}")
    return layer.reshape


def described(shape: Shape) -> str:
    """7×7 in 64 channels, or 64 numbers."""
    if len(shape) != 3:
        return f"{shape[0]} numbers"
    return f"{shape[1]}×{shape[2]} in {shape[0]} channel{'s' if shape[0] > 1 else ''}"
