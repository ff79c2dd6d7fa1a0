"""A run folder: made exclusively, locked by the process that runs it, honest about its status."""

import contextlib
import datetime
import errno
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gancli.runs.files import TEMPORARY, finite, sync, sync_folder, write_text
from gancli.runs.held import Held, RunError

FOLDERS = ("images", "checkpoints")


class RunFolder(Held):
    """One run on disk."""

    RECORD = "run.json"

    @classmethod
    def create(
        cls,
        runs: Path,
        name: str,
        config: str,
        record: dict[str, Any],
        beside: Mapping[str, str] | None = None,
        exact: bool = False,
    ) -> "RunFolder":
        """Make and lock a new folder in `runs`, with the texts of `beside` in it; it is there whole or not at all.

        Its name is `name` where that is `exact`, else one that nobody else has, with the time. Raises OSError, leaving
        nothing behind.
        """
        made = cls(exclusive(runs, name))
        with whole(made, runs, name, exact):
            for part in FOLDERS:
                (made.path / part).mkdir()
            for text_name, text in {"config.yaml": config, **(beside or {})}.items():
                write_text(made.path / text_name, text)
            made.write_record(record)
            made.metrics.touch()
        return made

    @property
    def config(self) -> Path:
        """The resolved spec."""
        return self.path / "config.yaml"

    @property
    def metrics(self) -> Path:
        """One JSON line a test."""
        return self.path / "metrics.jsonl"

    @property
    def images(self) -> Path:
        """The pictures drawn in training."""
        return self.path / "images"

    @property
    def checkpoints(self) -> Path:
        """The last checkpoints."""
        return self.path / "checkpoints"

    def evaluation(self) -> dict[str, Any]:
        """What `gancli evaluate` has found, empty where it was not asked. Raises RunError."""
        path = self.path / "evaluation.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: cannot be read ({error})") from None
        return found if isinstance(found, dict) else {}

    def current_evaluation(self) -> dict[str, Any]:
        """The same, where it is of the run as it stands: not of one that was made longer since. Raises RunError."""
        found = self.evaluation()
        played = self._read_record().get("played") if found else None
        return found if played is None or found.get("game", played) == played else {}

    @property
    def plots(self) -> Path:
        """Figures made on demand."""
        return self.path / "plots"

    def append_metrics(self, row: dict[str, Any]) -> None:
        """Add one line to the metrics; what is not a finite number is left out, as JSON has no word for it."""
        known = {key: value for key, value in row.items() if finite(value) is not None}
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(known, allow_nan=False) + "\n")

    def sync_metrics(self) -> int:
        """Have the metrics on the disk; returns their length in bytes. Raises OSError."""
        sync(self.metrics)
        return self.metrics.stat().st_size

    def has_metrics(self, length: int) -> bool:
        """Are there `length` bytes of metrics, in whole lines?"""
        if length == 0 or not self.metrics.exists():
            return length == 0
        with self.metrics.open("rb") as file:
            file.seek(length - 1)
            return file.read(1) == b"\n"

    def truncate_metrics(self, length: int) -> None:
        """Forget the lines after the first `length` bytes: they are measured again."""
        os.truncate(self.metrics, length)

    def rows(self) -> list[dict[str, Any]]:
        """The metrics; a line cut short by a kill is left out."""
        lines = self.metrics.read_text(encoding="utf-8").splitlines() if self.metrics.exists() else []
        with contextlib.suppress(ValueError):  # at once, which is quicker, where all of it can be read
            return list(json.loads(f"[{','.join(lines)}]"))
        rows = []
        for line in lines:
            try:
                rows.append(json.loads(line))
            except ValueError:
                break
        return rows


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
def whole(made: Held, runs: Path, name: str, exact: bool = False) -> Iterator[None]:
    """Lock a new folder, let it be filled, and give it its name; it is taken away where anything of that fails."""
    try:
        made.lock()
        yield
        if exact:
            made.move(runs / name)
        else:
            name_uniquely(made, runs, name)
        sync_folder(runs)
    except BaseException:
        made.remove()
        raise


def name_uniquely(folder: Held, runs: Path, name: str) -> None:
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
