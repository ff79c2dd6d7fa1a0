"""How convolutions become kernels: where each row of a product begins in an image, and in which order weights are read.

`compiled.convolution` says what the tables are for.
"""

import functools
from typing import Any, NamedTuple

import numpy as np

from gancli.engines.replay import layout as at
from gancli.engines.replay.tape import Op, Ref

CONVOLUTIONS = {"conv": "x out w", "conv_input": "out dy w", "conv_params": "x dy dw", "add_conv_params": "x dy dw"}
"""Of each operation, the arrays that are its images, what is made of them, and its weights."""
CACHE = 1 << 16
"""Numbers of images with zeros around that are taken at a time: a quarter of a second-level cache of 1 MB."""
FEW_CHANNELS = 8
"""Under so many, gradients of images are taken by rows of patches."""


class Image(NamedTuple):
    """Sizes of an image."""

    height: int
    width: int
    channels: int

    @property
    def size(self) -> int:
        """Numbers in it."""
        return self.height * self.width * self.channels

    def padded(self, margin: int) -> "Image":
        """With zeros around."""
        return Image(self.height + 2 * margin, self.width + 2 * margin, self.channels)


class Geometry(NamedTuple):
    """Of a convolution: what it lies on, what it makes, its kernel, stride and padding."""

    image: Image
    made: Image
    kernel: int
    stride: int
    padding: int

    @classmethod
    def of(cls, op: Op) -> "Geometry":
        """An operation's."""
        images, _, weights = (op[name] for name in CONVOLUTIONS[op.name].split())
        height, width, kernel, stride, padding = (
            int(op[name]) for name in ("height", "width", "kernel", "stride", "padding")
        )
        down, across = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
        image = Image(height, width, images.width // (height * width))
        return cls(image, Image(down, across, weights.width), kernel, stride, padding)

    @property
    def patch(self) -> int:
        """Numbers under the kernel."""
        return self.kernel * self.kernel * self.image.channels


class Phase(NamedTuple):
    """Pixels that lie alike under the stride, along one side: where they are, and what they are made of."""

    pixels: range
    begins: range
    """Of what each is made of, the first, counted from the first that has no zeros before it."""
    taps: range
    """Which of the kernel's pixels meet it, in the order of what they are multiplied with."""


def phases(geometry: Geometry, back: bool, side: int) -> list[Phase]:
    """All of them along a side, 0 down and 1 across."""
    kernel, stride, padding = geometry.kernel, geometry.stride, geometry.padding
    if not back:
        count = geometry.made[side]
        begins = range(-padding, -padding + stride * count, stride)
        return [Phase(range(count), begins, range(kernel))]
    found = []
    for phase in range(stride):  # pixel y is under kernel's pixel i where y + padding − i is a multiple of the stride
        pixels = range((phase - padding) % stride, geometry.image[side], stride)
        taps = range(phase, kernel, stride)[::-1]
        first = (pixels.start + padding - phase) // stride - (len(taps) - 1)
        found.append(Phase(pixels, range(first, first + len(pixels)), taps))
    return found


class Plan:
    """Of `conv` or, `back`, of `conv_input`: margin, images at a time, tables."""

    def __init__(self, geometry: Geometry, back: bool):
        self.geometry, self.back = geometry, back
        self.read, self.made = (geometry.made, geometry.image) if back else (geometry.image, geometry.made)
        self.sides = [phases(geometry, back, side) for side in (0, 1)]
        beyond = (
            max(-phase.begins.start, phase.begins.stop - 1 + len(phase.taps) - self.read[side])
            for side in (0, 1)
            for phase in self.sides[side]
            if phase.pixels and phase.taps
        )
        self.margin = max([0, *beyond])
        self.group = _group(self.read.padded(self.margin))

    @property
    def packed(self) -> int:
        """Numbers of its weights in the order of tiles, whose columns are filled up."""
        wide = -(-self.made.channels // at.PANEL) * at.PANEL
        return self.geometry.kernel * self.geometry.kernel * self.read.channels * wide

    def weights(self) -> Any:
        """For each number that tiles read, which of the weights (kernel, kernel, channels, units) it is."""
        kernel, image, made = self.geometry.kernel, self.geometry.image, self.geometry.made
        numbers = np.arange(self.geometry.patch * made.channels, dtype=np.uint32)
        which = numbers.reshape(kernel, kernel, image.channels, made.channels)
        parts = []
        for down in self.sides[0]:
            for across in self.sides[1]:
                some = which[np.ix_(down.taps, across.taps)]
                rows = (some.transpose(0, 1, 3, 2) if self.back else some).reshape(-1, self.made.channels)
                wide = np.pad(rows, ((0, 0), (0, -self.made.channels % at.PANEL)))
                panels = wide.reshape(len(rows), wide.shape[1] // at.PANEL, at.PANEL)
                parts.append(panels.transpose(1, 0, 2).ravel())
        return np.concatenate(parts)

    def table(self) -> Any:
        """As `compiled.convolution.conv` reads it."""
        found, sources, targets, weights, places = [], [], [], 0, 0
        wide = -(-self.made.channels // at.PANEL) * at.PANEL
        for down in self.sides[0]:
            for across in self.sides[1]:
                length, here = len(across.taps) * self.read.channels, len(down.pixels) * len(across.pixels)
                found.append([len(down.taps) if length else 0, length, weights, places, here])
                weights += len(down.taps) * length * wide
                places += here * self.group
                top, left = ([begin + self.margin for begin in side.begins] for side in (down, across))
                sources.append(_places(self.read.padded(self.margin), top, left, self.group))
                targets.append(_places(self.made, down.pixels, across.pixels, self.group))
        return np.concatenate([[len(found), places], np.ravel(found), *sources, *targets]).astype(np.int64)


def _places(image: Image, down: Any, across: Any, group: int) -> Any:
    """Where pixels begin, image after image."""
    rows, columns = np.asarray(down, np.int64), np.asarray(across, np.int64)
    pixels = (rows[:, None] * image.width + columns).ravel() * image.channels
    return (np.arange(group)[:, None] * image.size + pixels).ravel()


def _group(padded: Image) -> int:
    return max(1, min(8, CACHE // padded.size))


@functools.cache
def plan(geometry: Geometry, back: bool) -> Plan:
    """The same one for all operations that are alike."""
    return Plan(geometry, back)


def rows_of_weights(geometry: Geometry) -> Any:
    """As `compiled.convolution.conv_params` reads it."""
    padded = geometry.image.padded(geometry.padding)
    kernel = range(geometry.kernel)
    pixels = _places(padded, kernel, kernel, 1)[:, None] + np.arange(padded.channels)
    return np.concatenate([pixels.ravel(), np.arange(geometry.patch) * geometry.made.channels])


def is_thin(op: Op, geometry: Geometry) -> bool:
    """Are its rows of patches added up?"""
    return op.name == "conv_input" and geometry.image.channels < FEW_CHANNELS


def room(op: Op) -> int:
    """Numbers that a share needs for itself."""
    if op.name not in CONVOLUTIONS:
        return 0
    geometry = Geometry.of(op)
    inside = geometry.image.padded(geometry.padding)
    if is_thin(op, geometry):
        return geometry.made.height * geometry.made.width * geometry.patch + inside.size
    if op.name.endswith("params"):
        return _group(inside) * inside.size
    made = plan(geometry, op.name == "conv_input")
    return made.group * made.read.padded(made.margin).size


def lower(program: Any, op: Op, by_rows: Any) -> None:
    """A share of the images; of the weights' gradient, which needs all images, a share of the weights."""
    geometry, (images, made, weights) = Geometry.of(op), (op[name] for name in CONVOLUTIONS[op.name].split())
    assert images.whole and made.whole, f"{op}: images apart"
    scratch: Ref = program.blocks()
    bias = op.get("db") if op.name.endswith("params") else op.get("b")
    ints: dict[int, Any] = {
        at.ROWS: images.rows, at.IMAGES: images, at.MADE: made, at.WEIGHTS: weights, at.SHIFT: bias or 0,
        at.SCRATCH: scratch, at.ROOM: program.room, at.SIDE: geometry.kernel, at.STRIDE: geometry.stride,
        **_sizes(geometry.image, geometry.padding, geometry.made),
    }  # fmt: skip
    if op.name.endswith("params"):
        ints |= {at.GROUP: _group(geometry.image.padded(geometry.padding)), at.MORE: op.name == "add_conv_params"}
        ints[at.PLAN] = program.table(rows_of_weights, geometry)
        written = [(ref, True, "own") for ref in (weights, bias, scratch) if ref is not None]
        program.add("conv_params", ints, [(images, False, None), (made, False, None), *written])
        return
    back = op.name == "conv_input"
    touched = [(images, back, by_rows(images)), (made, not back, by_rows(made)), (scratch, True, "own")]
    touched += [(bias, False, None)] if bias is not None else []
    if is_thin(op, geometry):
        program.add("conv_thin", ints, [*touched, (weights, False, None)])
        return
    planned = plan(geometry, back)
    panels = _packed(program, weights, planned)
    ints |= {at.PACKED: panels, at.GROUP: planned.group, at.PLAN: program.table(Plan.table, planned)}
    ints |= _sizes(planned.read, planned.margin, planned.made)
    ints |= {at.IMAGES: made, at.MADE: images} if back else {}
    program.add("conv", ints, [*touched, (panels, False, None)])


def _packed(program: Any, weights: Ref, planned: Plan) -> Ref:
    """Weights in the order in which tiles read them; put there first, unless they are there already."""
    panels, stale = program.packed(weights, planned)
    ints = {at.ROWS: panels.size, at.COLUMNS: weights.size, at.WEIGHTS: weights, at.PACKED: panels}
    if stale:
        ints[at.PLAN] = program.table(Plan.weights, planned)
        program.add("conv_pack", ints, [(weights, False, None), (panels, True, "packed")])
    return panels  # type: ignore[no-any-return]


def _sizes(read: Image, margin: int, made: Image) -> dict[int, int]:
    return {
        at.HEIGHT: read.height, at.WIDE: read.width, at.CHANNELS: read.channels, at.MARGIN: margin,
        at.DOWN: made.height, at.ACROSS: made.width, at.MADE_OF: made.channels,
    }  # fmt: skip
