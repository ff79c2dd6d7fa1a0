"""Networks written by hand: layers over one flat vector, activations, initialisers, losses, optimisers."""

from gancli.nn.network import Network

__all__ = ["Network"]
