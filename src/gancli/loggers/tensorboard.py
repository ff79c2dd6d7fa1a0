"""TensorBoard: an event file each time that a run is started, by the package `tensorboard`, without TensorFlow."""

import itertools
import json
import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from gancli.loggers.base import Logged, Logger, Weights, histogram
from gancli.runs.safe_files import checked_path

PNG_SIZE = slice(16, 24)
"""Where a PNG says its width and height, four bytes each, the highest first."""


class TensorBoard(Logger):
    """Writes into `RUN/tensorboard` or, with `folder`, into `folder/<name of the run>`.

    Every event is in the file when a method returns, so that a run that is killed has lost nothing. One that goes on
    says from which game on: TensorBoard forgets what an older file says of later ones.
    """

    package = "tensorboard"

    def start(self, run: Logged) -> None:
        """Open a new event file, and write down the run's path and configuration."""
        from tensorboard.compat.proto.event_pb2 import SessionLog
        from tensorboard.summary.writer.record_writer import RecordWriter

        chosen = self.options.get("folder")
        folder = run.path / "tensorboard" if chosen is None else Path(chosen).expanduser() / run.name
        checked_path(folder).mkdir(parents=True, exist_ok=True)
        self._writer = RecordWriter(_new_file(folder))
        first = 0 if run.last is None else run.last + 1
        self._write(file_version="brain.Event:2")
        self._write(step=first, session_log=SessionLog(status=SessionLog.START))
        self._text("run", first, str(run.path))
        self._text("config", first, "\n".join(f"    {line}" for line in run.config.splitlines()))
        self._text("spec", first, json.dumps(run.spec))

    def metrics(self, row: Mapping[str, float]) -> None:
        """A scalar each."""
        self._summary(int(row["game"]), *({"tag": key, "simple_value": row[key]} for key in row if key != "game"))

    def weights(self, game: int, weights: Weights) -> None:
        """A histogram of each array."""
        self._summary(game, *({"tag": name, "histo": histogram_proto(array)} for name, array in weights.items()))

    def picture(self, game: int, path: Path) -> None:
        """The PNG as it is."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        png = path.read_bytes()
        width, height = struct.unpack(">II", png[PNG_SIZE])
        image = Summary.Image(height=height, width=width, encoded_image_string=png)
        self._summary(game, {"tag": "pictures", "image": image})

    def end(self, status: str) -> None:
        """Close the file."""
        self._writer.close()

    def _text(self, tag: str, game: int, text: str) -> None:
        """Markdown, for the text plugin."""
        from tensorboard.compat.proto.summary_pb2 import SummaryMetadata
        from tensorboard.compat.proto.tensor_pb2 import TensorProto
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
        from tensorboard.compat.proto.types_pb2 import DT_STRING

        plugin = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        tensor = TensorProto(dtype=DT_STRING, string_val=[text.encode("utf-8", "backslashreplace")], tensor_shape=shape)
        self._summary(game, {"tag": tag, "metadata": plugin, "tensor": tensor})

    def _summary(self, game: int, *values: dict[str, Any]) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary

        self._write(step=game, summary=Summary(value=[Summary.Value(**value) for value in values]))

    def _write(self, **fields: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._writer.write(Event(wall_time=time.time(), **fields).SerializeToString())
        self._writer.flush()


def histogram_proto(array: NDArray[Any]) -> Any:
    """A HistogramProto of any array: TensorBoard's own sums, and the number of elements in each bin."""
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

    values = np.asarray(array, np.float64).ravel()
    counts, edges = histogram(values)
    return HistogramProto(
        min=values.min(), max=values.max(), num=values.size, sum=values.sum(), sum_squares=np.square(values).sum(),
        bucket_limit=edges[1:], bucket=counts,
    )  # fmt: skip


def _new_file(folder: Path) -> IO[bytes]:
    """Named so that TensorBoard reads it after those of earlier starts. Raises OSError."""
    stem = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}"
    for number in itertools.count():
        try:
            return (folder / f"{stem}.{number}").open("xb")
        except FileExistsError:
            continue
    raise AssertionError("unreachable")
