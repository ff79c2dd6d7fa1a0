"""The columns of an operation, as compiled code reads them, and how work is shared."""

ADDRESS = 0
"""Of every operation: where its kernel is. What follows depends on the kernel."""
WIDTH, NUMBERS = 26, 8
"""Columns of int64 and of float64."""
GRAIN = 16
"""Columns and units are shared in sixteens, so that what a share writes as outputs it reads as inputs."""
FEW = 6
"""Rows up to which products are done without BLAS, which would spend its time on packing the weights."""
BLOCK = 32768
"""Elements of gradient that a share computes before it steps along them: 128 kB, at home in the second-level cache."""

ROWS, COLUMNS, BY_ROWS, FIRST = 1, 2, 3, 4
"""Of elementwise operations; then address and stride of each array in turn."""
INPUTS, UNITS, X, X_STRIDE, DY, OUT, OUT_STRIDE, W, B, BLOCKS = 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
"""Of products, whose rows are ROWS."""
SIZE, PARAMS, SQUARE, MEAN, MOVED, VELOCITY, COUNT, W_AT, B_AT, GRADS = 12, 13, 14, 15, 16, 17, 18, 19, 20, 21
"""Of an optimiser's step: how many parameters, addresses of vectors (0: none; MOVED is Adam's first moments), and where
a layer's weights and bias begin in them (−1: no bias)."""
ETA, GAMMA, EPSILON, BETA1, BETA2, MOMENTUM, BOUND = range(7)
"""Places of an optimiser's numbers; BOUND is the clamp's, 0 for none."""
