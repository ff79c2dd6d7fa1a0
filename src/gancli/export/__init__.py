"""What was learned, for other programs: a network as an ONNX model, or its weights under their names."""
