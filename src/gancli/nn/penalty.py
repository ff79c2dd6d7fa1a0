"""R1, a penalty on how steep a discriminator is: γ/2 E‖∇_x a(x)‖² on real samples (Mescheder et al. 2018, eq. 9).

a is the network's output, to which the loss is applied. For `loss: gan` that is the log-odds of D(x), as in the paper,
whose D is what a sigmoid is applied to; for `least_squares` it is D(x) itself, with its output activation.
"""

from gancli.nn.network import Network


def add_r1(network: Network, gamma: float) -> None:
    """Add the gradient of γ/2 E‖∇_x a(x)‖² over the last batch to `network.grads`.

    The network has one output, and its layers are dense, with noise or dropout, which stand still. No derivatives of
    derivatives are needed: with v = ∇_x a(x) held fixed, the gradient of ½‖∇_x a‖² is that of v·∇_x a, the directional
    derivative of a along v, which one tangent pass gives; then back through both passes. Where all activations
    are piecewise linear, their masks are fixed, and only the tangent's term is left.
    """
    engine, (ones, dt) = network.engine, network.columns()
    engine.fill(ones, 1.0)
    slope = network.backward(ones, params=False, inputs=True)
    assert slope is not None
    engine.fill(dt, gamma / network.batch)
    with engine.blas:
        tangent, dy = slope, None
        for layer in network.layers:
            tangent = layer.tangent(tangent)
        for index, layer in reversed(list(enumerate(network.layers))):
            dy, dt = layer.tangent_backward(dy, dt, inputs=index > 0)
