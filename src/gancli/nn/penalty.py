"""Penalties on how steep a discriminator or critic a is, by the norm of ∇_x a(x) at each of some points x.

weight × E (‖∇_x a(x)‖ − target)²: the gradient penalty (Gulrajani et al. 2017, eq. 3), with `above` of steeper points
alone (Petzka et al. 2018, eq. 8). R1 (Mescheder et al. 2018, eq. 9) is the one with target 0, its γ/2 for a weight.

a is the network's output, to which the loss is applied. For `loss: gan` that is the log-odds of D(x), as in the paper
of R1, whose D is what a sigmoid is applied to; for `least_squares` it is D(x) itself, with its output activation.
"""

from gancli.nn.network import Network


def add_penalty(network: Network, weight: float, target: float = 0.0, above: bool = False) -> None:
    """Add the penalty's gradient, at the points of the last pass, to `network.grads`.

    The network has one output; noise and dropout stand still. No derivatives of derivatives are needed: with
    v = ∇_x a(x) held fixed, the gradient of ½‖∇_x a‖² is that of v·∇_x a, the directional derivative of a along v, that
    one tangent pass gives; then back through both passes. That of the penalty is the same with a weight for each point,
    2 weight (‖v‖ − target) / ‖v‖ / batch. Where all activations are piecewise linear, their masks are fixed, and only
    the tangent's term is left.
    """
    engine, (ones, dt) = network.engine, network.columns()
    engine.fill(ones, 1.0)
    slope = network.backward(ones, params=False, inputs=True)
    assert slope is not None
    if target == 0.0:
        engine.fill(dt, 2.0 * weight / network.batch)
    else:
        engine.weigh_slopes(slope, weight, target, float(above), out=dt)
    with engine.blas:
        tangent, dy = slope, None
        for layer in network.layers:
            tangent = layer.tangent(tangent)
        for index, layer in reversed(list(enumerate(network.layers))):
            dy, dt = layer.tangent_backward(dy, dt, inputs=index > 0)
