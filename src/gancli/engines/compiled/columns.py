"""The columns of the tables that compiled code reads; `tables` fills them in."""

INPUTS, UNITS, WEIGHTS, BIAS, ACTIVATION, OUTPUTS, BELOW, NOISE, NOISY, FACTORS = range(10)
"""Columns of `Net.layers`: sizes, where weights and bias begin in `params` (−1: no bias), the activation's code, and
how many outputs one row has in the layers before; the inputs that come from the layer below, the mode of the noise on
them, and places in the memory: where inputs with their noise go, (rows, inputs), and what noise multiplied them by."""
CONCAT, ADD, MULTIPLY = 1, 2, 3
"""Modes of noise; 0 for none."""
PARAMS, SQUARE, MEAN, MOVED, VELOCITY, OPTIMIZER, SECTION, COUNT, Y, DY, G, ROOM, AVERAGE, SIZE = range(14)
"""Columns of `Net.numbers`: addresses of the vectors (0 for none; MOVED is Adadelta's X, or Adam's m); the optimiser's
code; whose time a profile puts its work down to; steps taken; and places in the memory: where the outputs of all layers
begin, each (rows, units), one after another; where ∂E/∂(x W + b) of all layers do, likewise; where each thread's own
block of gradient does, and how much room it has; the address of the moving average, and how many parameters it has."""
