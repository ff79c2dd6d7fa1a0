"""A run's network in a file for other programs: an ONNX model, or its weights under their names."""

from pathlib import Path

from gancli.experiment.learned import Learned
from gancli.export.weights import npz, safetensors, weights_of
from gancli.runs.arrays import write_arrays
from gancli.runs.files import write_bytes


def write(own: Learned, path: Path) -> float | None:
    """Write the network in the form of the file's ending; of a model, returns how far it is from the network.

    Raises ExportError, MissingOnnx, OSError.
    """
    if path.suffix == ".npz":
        write_arrays(path, npz(weights_of(own.network), own.about()))
        return None
    if path.suffix == ".safetensors":
        write_bytes(path, safetensors(weights_of(own.network), own.about()))
        return None
    from gancli.experiment.exporting import onnx_model  # which needs the library

    content, error = onnx_model(own)
    write_bytes(path, content)
    return error
