"""What is used of the library onnx, which not everyone has."""

from gancli import installing
from gancli.export.errors import MissingOnnx

try:
    from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper
    from onnx.reference import ReferenceEvaluator
except ImportError as error:
    raise MissingOnnx(f"an ONNX model needs the library onnx: {installing.command('onnx')} ({error})") from None

__all__ = ["ModelProto", "NodeProto", "ReferenceEvaluator", "TensorProto", "checker", "helper", "numpy_helper"]
