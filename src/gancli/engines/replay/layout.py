"""The columns of an operation, as compiled code reads them, and how work is shared."""

import ctypes

ADDRESS = 0
"""Of every operation: where its kernel is. What follows depends on the kernel."""
WIDTH, NUMBERS = 24, 8
"""Columns of int64 and of float64."""
GRAIN = 16
"""Columns and units are shared in sixteens, so that what a share writes as outputs it reads as inputs."""
FEW = 6
"""Rows up to which products are done without BLAS, which would spend its time on packing the weights."""
BLOCK = 32768
"""Elements of gradient that a share computes before it steps along them: 128 kB, at home in the second-level cache."""

ROWS, COLUMNS, BY_ROWS, FIRST = 1, 2, 3, 4
"""Of elementwise operations; then address and stride of each array in turn."""
INPUTS, UNITS, X, DY, OUT, W, B, BLOCKS = 2, 3, 4, 5, 6, 7, 8, 9
"""Of products, whose rows are ROWS."""
(
    IMAGES, MADE, WEIGHTS, SHIFT, PACKED, PLAN, SCRATCH, ROOM, HEIGHT, WIDE, CHANNELS, MARGIN, DOWN, ACROSS, MADE_OF,
    SIDE, STRIDE, GROUP, MORE,
) = range(FIRST, FIRST + 19)  # fmt: skip
"""Of convolutions: addresses, and the length of a share's own room; the images' height, width, channels and the zeros
around them; how many places are made of them, down and across, and how many numbers at each; the kernel's side, its
stride, how many images are taken at a time, and whether gradients are added to what is there."""
PANEL = 32
"""Columns of weights that lie beside one another for tiles."""
SIZE, PARAMS, SQUARE, MEAN, MOVED, VELOCITY, COUNT, W_AT, B_AT, GRADS = range(10, 20)
"""Of an optimiser's step: how many parameters, addresses of vectors (0: none; MOVED is Adam's first moments), and where
a layer's weights and bias begin in them (−1: no bias)."""
CLOCK, SECTION = 20, 21
"""Of a step, where a profile is kept: the address of its seconds, and the place of those of its own section."""
RATE, NESTEROV = 22, 23
"""Of a step: the address of what a schedule multiplies η by (0: no schedule), and whether its momentum looks ahead."""
OPTIMISER = 1
"""The place of an optimiser's seconds; place 0 holds the time of the last look at the clock."""
ETA, GAMMA, EPSILON, BETA1, BETA2, MOMENTUM, BOUND, DECAY = range(8)
"""Places of an optimiser's numbers; BOUND is the clamp's, 0 for none, and DECAY the λ of the weights."""
ARRIVED = 0
"""The place of the barrier's counter in what the threads of a team share."""
PATIENCE = 5000
"""Looks at the counter before a waiting thread offers its processor to another."""
KERNEL = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 3, *[ctypes.c_void_p] * 3)
"""The type of a kernel."""
PLAY = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 9)
"""The type of the loop (`compiled.loop.play`). Python's lock is not held for either."""
