"""Activations and their derivatives over a stretch of outputs, for every engine room that works in stretches.

`tanh` in single precision is the clamped rational function of degrees 13 and 6 that Eigen uses: 2e-7 off at most, and
made of products and one division, which compilers vectorise where a call of `tanh` is not.
"""

import numpy as np

from gancli.engines.compiled.jit import kernel, part

CODES = {"linear": 0, "sigmoid": 1, "tanh": 2, "relu": 3, "softplus": 4}
LINEAR, SIGMOID, TANH, RELU, SOFTPLUS = range(5)


@part
def _tanh32(x):
    one = np.float32
    x = min(max(x, one(-7.90531110763549805)), one(7.90531110763549805))
    s = x * x
    p = one(-2.76076847742355e-16) * s + one(2.00018790482477e-13)
    p = p * s + one(-8.60467152213735e-11)
    p = p * s + one(5.12229709037114e-08)
    p = p * s + one(1.48572235717979e-05)
    p = p * s + one(6.37261928875436e-04)
    p = p * s + one(4.89352455891786e-03)
    q = one(1.19825839466702e-06) * s + one(1.18534705686654e-04)
    q = q * s + one(2.26843463243900e-03)
    q = q * s + one(4.89352518554385e-03)
    return x * p / q


@kernel
def tanh(y, before, after, shift):
    """Y ← after tanh(before y) + shift."""
    t = y.dtype.type
    a, b, c = t(before), t(after), t(shift)
    if y.itemsize == 4:
        for i in range(y.size):
            y[i] = b * _tanh32(a * y[i]) + c
    else:
        for i in range(y.size):
            y[i] = b * np.tanh(a * y[i]) + c


@kernel
def forward(activation, y):
    """Y ← f(y); an activation is its code and two numbers: μ; k and α; a slope."""
    code, first, second = activation
    t = y.dtype.type
    if code == SIGMOID:
        tanh(y, 0.5 * first, 0.5, 0.5)
    elif code == TANH:
        tanh(y, second, first, 0.0)
    elif code == RELU:
        slope = t(first)
        for i in range(y.size):  # a factor is chosen with vectors; a choice of what to store is not
            y[i] *= t(1) if y[i] > 0 else slope
    elif code == SOFTPLUS:
        for i in range(y.size):
            y[i] = max(y[i], t(0)) + np.log1p(np.exp(-abs(y[i])))
    elif first != 1.0:
        slope = t(first)
        for i in range(y.size):
            y[i] *= slope


@kernel
def backward(activation, y, dy):
    """Dy ← dy f'(x), from y = f(x)."""
    code, first, second = activation
    t = y.dtype.type
    if code == SIGMOID:
        mu = t(first)
        for i in range(y.size):
            dy[i] *= mu * (y[i] * (t(1) - y[i]))
    elif code == TANH:
        top, fall = t(first * second), t(second / first)
        for i in range(y.size):
            dy[i] *= top - fall * (y[i] * y[i])
    elif code == RELU:
        slope = t(first)
        for i in range(y.size):
            dy[i] *= t(1) if y[i] > 0 else slope
    elif code == SOFTPLUS:
        for i in range(y.size):
            dy[i] *= -np.expm1(-y[i])
    elif first != 1.0:
        slope = t(first)
        for i in range(y.size):
            dy[i] *= slope
