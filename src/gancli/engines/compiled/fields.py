"""The fields of games of two numbers, and what updates make of their gradients.

The formulas are those of `numpy_fields`, under the same names, whose docstrings give them.
"""

import numpy as np

from gancli.engines.compiled import views
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import elementwise


@part
def constant(tt, tp, pp, own, others):
    """Second derivatives that are the same everywhere, of a game whose mixed one is 1."""
    views.fill(tt, own)
    views.fill(tp, 1.0)
    views.fill(pp, others)


@elementwise(4)
def bilinear(theta, phi, dtheta, dphi, numbers, rows):
    for i in range(theta.size):
        dtheta[i], dphi[i] = phi[i], -theta[i]


@elementwise(5)
def bilinear_hessian(theta, phi, tt, tp, pp, numbers, rows):
    constant(tt, tp, pp, 0.0, 0.0)


@elementwise(4)
def quadratic(theta, phi, dtheta, dphi, numbers, rows):
    a = theta.dtype.type(numbers[0])
    for i in range(theta.size):
        dtheta[i], dphi[i] = a * theta[i] + phi[i], a * phi[i] - theta[i]


@elementwise(5)
def quadratic_hessian(theta, phi, tt, tp, pp, numbers, rows):
    constant(tt, tp, pp, numbers[0], -numbers[0])


@elementwise(4)
def dirac(theta, phi, dtheta, dphi, numbers, rows):
    gamma, one = theta.dtype.type(numbers[0]), theta.dtype.type(1)
    for i in range(theta.size):
        slope = one / (one + np.exp(theta[i] * phi[i]))
        dtheta[i], dphi[i] = phi[i] * slope, gamma * phi[i] - theta[i] * slope


@elementwise(5)
def dirac_hessian(theta, phi, tt, tp, pp, numbers, rows):
    gamma, one = theta.dtype.type(numbers[0]), theta.dtype.type(1)
    for i in range(theta.size):
        slope = one / (one + np.exp(theta[i] * phi[i]))
        curve = slope * (slope - one)
        tt[i], pp[i] = phi[i] * phi[i] * curve, theta[i] * theta[i] * curve - gamma
        tp[i] = slope + theta[i] * phi[i] * curve


@elementwise(4)
def wgan_gp(theta, phi, dtheta, dphi, numbers, rows):
    twice = theta.dtype.type(2.0 * numbers[0])
    for i in range(theta.size):
        dtheta[i], dphi[i] = phi[i], twice * (phi[i] - np.sign(phi[i])) - theta[i]


@elementwise(5)
def wgan_gp_hessian(theta, phi, tt, tp, pp, numbers, rows):
    constant(tt, tp, pp, 0.0, -2.0 * numbers[0])


@elementwise(5)
def consensus(dtheta, dphi, tt, tp, pp, numbers, rows):
    gamma = dtheta.dtype.type(numbers[0])
    for i in range(dtheta.size):
        along, across = dtheta[i] * tt[i] - dphi[i] * tp[i], dtheta[i] * tp[i] - dphi[i] * pp[i]
        dtheta[i], dphi[i] = dtheta[i] + gamma * along, dphi[i] + gamma * across


@elementwise(2)
def optimistic(grads, previous, numbers, rows):
    for i in range(grads.size):
        now = grads[i]
        grads[i], previous[i] = now + (now - previous[i]), now
