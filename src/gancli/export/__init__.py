"""What was learned, for other programs: a network as an ONNX model, or its weights under their names."""

FORMATS = ("onnx", "npz", "safetensors")
"""Endings of the files that a network is written to."""
