"""gancli trains small perceptrons, GANs and WGANs from YAML files, on a CPU."""

__version__ = "0.1.0"
