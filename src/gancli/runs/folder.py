"""A run folder: created exclusively, locked by the process that runs it, honest about its status."""

import contextlib
import datetime
import errno
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from gancli.disk import sync_folder
from gancli.runs.errors import RunError
from gancli.runs.files import TEMPORARY, append_text, finite, sync, write_bytes
from gancli.runs.locked_folder import LockedFolder
from gancli.runs.safe_files import METRICS_BYTES, opened, read_bytes, read_json

FOLDERS = ("images", "checkpoints")
LARGEST = 1e308
"""Numbers from there on are none that was measured, and too large to be computed with."""
TAIL_BYTES = 100_000
"""Of the metrics' end, in which their last line lies."""


class RunFolder(LockedFolder):
    """One run on disk."""

    RECORD, EVALUATION = "run.json", "evaluation.json"

    @classmethod
    def create(
        cls,
        runs: Path,
        name: str,
        config: str,
        record: dict[str, Any],
        beside: Mapping[str, bytes] | None = None,
        exact: bool = False,
    ) -> "RunFolder":
        """Create and lock a new folder in `runs`, with the files of `beside` in it; it is there complete or not at all.

        Its name is `name` where that is `exact`, else one that nobody else has, with the time. Raises OSError, leaving
        nothing behind.
        """
        run = cls(exclusive(runs, name))
        with creating(run, runs, name, exact):
            for subfolder in FOLDERS:
                (run.path / subfolder).mkdir()
            for file, content in {"config.yaml": config.encode("utf-8"), **(beside or {})}.items():
                write_bytes(run.path / file, content)
            run.write_record(record)
            run.metrics.touch()
        return run

    @property
    def config(self) -> Path:
        """The resolved spec."""
        return self.inside("config.yaml")

    @property
    def metrics(self) -> Path:
        """One JSON line a test."""
        return self.inside("metrics.jsonl")

    @property
    def images(self) -> Path:
        """The pictures drawn in training."""
        return self.inside("images")

    @property
    def checkpoints(self) -> Path:
        """The last checkpoints."""
        return self.inside("checkpoints")

    def evaluation(self) -> dict[str, Any]:
        """What `gancli evaluate` has measured, empty where it was not run. Raises RunError."""
        path = self.inside(self.EVALUATION)
        try:
            evaluation = read_json(path) if path.exists() else {}
        except OSError as error:
            raise RunError(f"{path}: cannot be read ({error.strerror})") from None
        if not _is_evaluation(evaluation):
            raise RunError(f"{path}: is no evaluation of gancli's; `gancli evaluate {quote(str(self.path))}` makes one")
        return evaluation

    def current_evaluation(self) -> dict[str, Any]:
        """The same, where it is of the run as it stands: not of one that was extended since. Raises RunError."""
        evaluation = self.evaluation()
        played = self._read_record().get("played") if evaluation else None
        return evaluation if played is None or evaluation.get("game", played) == played else {}

    @property
    def plots(self) -> Path:
        """Figures drawn on demand."""
        return self.inside("plots")

    def append_metrics(self, row: dict[str, Any]) -> None:
        """Add one line to the metrics; what is not a finite number is left out, as JSON has no word for it."""
        known = {key: value for key, value in row.items() if finite(value) is not None}
        append_text(self.metrics, json.dumps(known, allow_nan=False) + "\n")

    def sync_metrics(self) -> int:
        """Have the metrics on the disk; returns their length in bytes. Raises OSError."""
        return sync(self.metrics)

    def has_metrics(self, length: int) -> bool:
        """Are there `length` bytes of metrics, in complete lines?"""
        if length == 0 or not self.metrics.exists():
            return length == 0
        with self.metrics.open("rb") as file:
            file.seek(length - 1)
            return file.read(1) == b"\n"

    def truncate_metrics(self, length: int) -> None:
        """Forget the lines after the first `length` bytes: they are measured again."""
        os.truncate(self.metrics, length)

    def last(self) -> dict[str, Any]:
        """The last test of the metrics, empty where there is none; only the end is read. Raises RunError."""
        path = self.metrics
        if not path.exists():
            return {}
        with opened(path, METRICS_BYTES) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().splitlines(keepends=True)
        complete = [line for line in lines if line.endswith(b"\n")]
        row = _row(complete[-1]) if complete else {}
        if complete and not _is_row(row):
            raise RunError(f"{path}: its last line is damaged; without it, the others can be read")
        return dict(row)

    def rows(self) -> list[dict[str, Any]]:
        """The metrics; a last line cut short by a kill is left out. Raises RunError where another cannot be read."""
        path = self.metrics
        content = read_bytes(path, METRICS_BYTES) if path.exists() else b""
        lines = content.splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()
        try:  # at once, which is quicker, where all of it can be read
            rows = json.loads(b"[" + b",".join(lines) + b"]")
        except (ValueError, RecursionError):
            rows = [_row(line) for line in lines]
        for number, row in enumerate(rows, 1):
            if not _is_row(row):
                raise RunError(f"{path}: line {number} is damaged; without it, the others can be read")
        return list(rows)


def _row(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_row(row: Any) -> bool:
    """Is it what `append_metrics` writes: numbers by name, `game` and `seconds` among them?"""
    return (
        isinstance(row, dict)
        and type(row.get("game")) is int
        and "seconds" in row
        and all(map(_is_number, row.values()))
    )


def _is_evaluation(data: Any) -> bool:
    """Has it the form of `gancli evaluate`'s: measures of four numbers by name, counts, sentences?"""
    if not isinstance(data, dict) or not isinstance(data.get("measures", {}), dict):
        return False
    counts = [data.get(key, 0) for key in ("game", "asked", "samples", "sets", "seed")]
    texts = [data.get(key, []) for key in ("findings", "notices")]
    return (
        all(map(_is_measure, data.get("measures", {}).values()))
        and all(type(count) is int for count in counts)
        and all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in texts)
        and isinstance(data.get("critic", {}), dict)
    )


def _is_measure(one: Any) -> bool:
    keys = ("value", "±", "real", "real ±")
    return isinstance(one, dict) and all(key in one and (one[key] is None or _is_number(one[key])) for key in keys)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -LARGEST < value < LARGEST


def exclusive(runs: Path, name: str) -> Path:
    """A new folder in `runs` under a name that is not its own yet. Raises OSError."""
    runs.mkdir(parents=True, exist_ok=True)
    while True:
        path = runs / f"{TEMPORARY}{name}-{secrets.token_hex(6)}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path


@contextlib.contextmanager
def creating(folder: LockedFolder, runs: Path, name: str, exact: bool = False) -> Iterator[None]:
    """Lock a new folder, let it be filled, and give it its name; it is taken away where anything of that fails."""
    try:
        folder.lock()
        yield
        if exact:
            folder.move(runs / name)
        else:
            name_uniquely(folder, runs, name)
        sync_folder(runs)
    except BaseException:
        folder.remove()
        raise


def name_uniquely(folder: LockedFolder, runs: Path, name: str) -> None:
    """Give a finished folder its name, the time in it, which nobody else has. Raises OSError."""
    while True:
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            folder.move(runs / f"{stamp}-{name}-{secrets.token_hex(3)}")
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return
