"""How convolutions become kernels: their geometry as columns, and room for images with zeros around."""

from typing import Any

from gancli.engines.replay import layout as at
from gancli.engines.replay.tape import Op, Ref

CONVOLUTIONS = {"conv": "x out w", "conv_input": "out dy w", "conv_params": "x dy dw", "add_conv_params": "x dy dw"}
"""Of each operation, the arrays that are its images, what is made of them, and its weights."""
CACHE = 1 << 16
"""Numbers of padded images at a time: a quarter of a second-level cache of 1 MB."""
PANEL = 32
"""Columns of the widest tile of any processor."""
FEW_CHANNELS = 8
"""Under so many, gradients of images are taken by rows of patches."""


class Geometry:
    """Sizes of a convolution's operation, by the columns' names."""

    def __init__(self, op: Op):
        images, _, weights = (op[name] for name in CONVOLUTIONS[op.name].split())
        self.height, self.width, self.kernel, self.stride, self.padding = (
            int(op[name]) for name in ("height", "width", "kernel", "stride", "padding")
        )
        sides = (self.height, self.width)
        self.down, self.across = ((side + 2 * self.padding - self.kernel) // self.stride + 1 for side in sides)
        self.channels: int = images.width // (self.height * self.width)
        self.units: int = weights.width
        self.images: int = images.rows
        self.back = op.name == "conv_input"
        self.thin = self.back and self.channels < FEW_CHANNELS
        self.margin = self._margin() if self.back else self.padding
        sides, channels = ((self.down, self.across), self.units) if self.back else (sides, self.channels)
        self.padded = (sides[0] + 2 * self.margin) * (sides[1] + 2 * self.margin) * channels
        self.group = max(1, min(8, self.images, CACHE // self.padded))

    def _margin(self) -> int:
        """Zeros around what goes back: as far as any pixel looks beyond it."""
        furthest = 0
        for side, count in ((self.height, self.down), (self.width, self.across)):
            for pixel in {*range(min(side, self.stride)), *range(max(0, side - self.stride), side)}:
                phase = (pixel + self.padding) % self.stride
                last = (pixel + self.padding - phase) // self.stride
                taps = max(0, -(-(self.kernel - phase) // self.stride))
                furthest = max(furthest, taps - 1 - last, last - (count - 1)) if taps else furthest
        return furthest

    @property
    def room(self) -> int:
        """Numbers that a share needs for itself; a place in a table is as large as two of them at most."""
        patch = self.kernel**2 * self.channels
        if self.thin:
            inside = (self.height + 2 * self.padding) * (self.width + 2 * self.padding) * self.channels
            return self.down * self.across * patch + inside
        places = self.group * max(self.height * self.width, self.down * self.across)
        return self.group * self.padded + 2 + 4 * max(places, patch)

    @property
    def packed(self) -> int:
        """Numbers of its weights in the order of tiles, whose columns are filled up."""
        rows, columns = (self.units, self.channels) if self.back else (self.channels, self.units)
        return self.kernel * self.kernel * rows * -(-columns // PANEL) * PANEL

    def columns(self) -> dict[int, Any]:
        """As compiled code reads them."""
        return {
            at.ROWS: self.images, at.HEIGHT: self.height, at.WIDE: self.width, at.CHANNELS_IN: self.channels,
            at.CHANNELS_OUT: self.units, at.SIDE: self.kernel, at.STRIDE: self.stride, at.PADDING: self.padding,
            at.DOWN: self.down, at.ACROSS: self.across, at.MARGIN: self.margin, at.GROUP: self.group,
            at.BACK: self.back,
        }  # fmt: skip


def room(op: Op) -> int:
    """What a share needs for it."""
    return Geometry(op).room if op.name in CONVOLUTIONS else 0


def packed(op: Op) -> int:
    """What its weights take in the order of tiles."""
    return Geometry(op).packed if op.name in ("conv", "conv_input") else 0


def lower(program: Any, op: Op, by_rows: Any) -> None:
    """A share of the images, or of the weights; its gradient needs all images."""
    sizes, (images, made, weights) = Geometry(op), (op[name] for name in CONVOLUTIONS[op.name].split())
    scratch: Ref = program.blocks()
    ints = {**sizes.columns(), at.WEIGHTS: weights, at.SCRATCH: scratch, at.ROOM: program.room}
    if op.name in ("conv_params", "add_conv_params"):
        bias = op.get("db")
        ints |= {at.IMAGES: images, at.TARGET: made, at.SHIFT: bias or 0, at.MORE: op.name == "add_conv_params"}
        written = [(ref, True, "own") for ref in (weights, bias, scratch) if ref is not None]
        program.add("conv_params", ints, [(images, False, None), (made, False, None), *written])
        return
    source, target, bias = (made, images, op.get("b")) if sizes.back else (images, made, op.get("b"))
    ints |= {at.IMAGES: source, at.TARGET: target, at.SHIFT: bias or 0}
    touched = [(source, False, by_rows(source)), (target, True, by_rows(target)), (scratch, True, "own")]
    touched += [(bias, False, None)] if bias is not None else []
    if sizes.thin:
        program.add("conv_thin", ints, [*touched, (weights, False, None)])
        return
    panels: Ref = program.panels()
    ints[at.PACKED] = panels
    program.add("conv_pack", ints, [(weights, False, None), (panels, True, "packed")])
    program.add("conv", ints, [*touched, (panels, False, None)])
