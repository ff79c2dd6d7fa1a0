"""Why a network cannot be exported."""

from gancli.errors import GancliError


class ExportError(GancliError, ValueError):
    """A network that has no ONNX model, or whose model says something else than it does."""

    exit_code = 1


class MissingOnnx(GancliError, ImportError):
    """The library onnx is not installed; the message says how to bring it."""
