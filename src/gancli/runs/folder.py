"""A run folder: made exclusively, locked by the process that runs it, honest about its status."""

import datetime
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import IO, Any

from gancli.runs.files import write_json, write_text

try:
    import fcntl
except ImportError:  # pragma: no cover - not a POSIX system: no lock, and `running` is believed
    fcntl = None  # type: ignore[assignment]

FOLDERS = ("images", "checkpoints")


class RunError(ValueError):
    """A run that cannot be found, read or gone on with; the message says why and what to do."""


class RunFolder:
    """One run on disk."""

    def __init__(self, path: Path):
        self.path = path
        self._lock: IO[bytes] | None = None

    @classmethod
    def create(cls, runs: Path, name: str, config: str, record: dict[str, Any]) -> "RunFolder":
        """Make and lock a new folder in `runs`. Raises OSError, leaving nothing behind."""
        runs.mkdir(parents=True, exist_ok=True)
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        while True:
            path = runs / f"{stamp}-{name}-{secrets.token_hex(3)}"
            try:
                path.mkdir()
                break
            except FileExistsError:
                continue
        folder = cls(path)
        try:
            for part in FOLDERS:
                (path / part).mkdir()
            folder.lock()
            write_text(path / "config.yaml", config)
            folder.write_record(record)
            folder.metrics.touch()
        except BaseException:
            folder.remove()
            raise
        return folder

    def remove(self) -> None:
        """Take away a folder that this process has made, and that holds nothing yet."""
        self.unlock()
        shutil.rmtree(self.path, ignore_errors=True)

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

    @property
    def plots(self) -> Path:
        """Figures made on demand."""
        return self.path / "plots"

    def lock(self) -> None:
        """Hold the run for this process. Raises RunError where another holds it."""
        if fcntl is None:  # pragma: no cover
            return
        file = (self.path / "lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise RunError(f"{self.path}: another process is running it; wait for it, or stop it") from None
        self._lock = file

    def unlock(self) -> None:
        """Let go of the run."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def locked(self) -> bool:
        """Does a live process on this machine hold the run?"""
        if self._lock is not None or fcntl is None:
            return True
        try:
            with (self.path / "lock").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return False
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def record(self) -> dict[str, Any]:
        """What `run.json` says, with `status: stale` where it says running and nothing runs. Raises RunError."""
        try:
            data = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{self.path}: run.json cannot be read ({error})") from None
        if not isinstance(data, dict):
            raise RunError(f"{self.path}: run.json is not a mapping")
        if data.get("status") == "running" and not self.locked():
            data["status"] = "stale"
        return data

    def write_record(self, record: dict[str, Any]) -> None:
        """Replace `run.json`."""
        write_json(self.path / "run.json", record)

    def append_metrics(self, row: dict[str, Any]) -> None:
        """Add one line to the metrics."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def truncate_metrics(self, length: int) -> None:
        """Forget the lines after the first `length` bytes: they are measured again."""
        os.truncate(self.metrics, length)

    def rows(self) -> list[dict[str, Any]]:
        """The metrics; a line cut short by a kill is left out."""
        rows = []
        for line in self.metrics.read_text(encoding="utf-8").splitlines() if self.metrics.exists() else []:
            try:
                rows.append(json.loads(line))
            except ValueError:
                break
        return rows

    def log(self, line: str) -> None:
        """Add one line, with its time, to `log.txt`."""
        stamp = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        with (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{stamp} {line}\n")


def listing(runs: Path) -> list[RunFolder]:
    """The runs in a folder, oldest first."""
    if not runs.is_dir():
        return []
    return [RunFolder(path) for path in sorted(runs.iterdir()) if (path / "run.json").is_file()]


def find(runs: Path, name: str) -> RunFolder:
    """A run by its path, its folder's name, its `name`, any part that only one has, or `latest`. Raises RunError."""
    for path in (Path(name), runs / name):
        if (path / "run.json").is_file():
            return RunFolder(path)
    every = listing(runs)
    if name == "latest" and every:
        return every[-1]
    named = [folder for folder in every if folder.path.name.partition("-")[2].rpartition("-")[0] == name]
    matches = named or [folder for folder in every if name in folder.path.name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise RunError(f"{name!r} stands for {len(matches)} runs: {', '.join(run.path.name for run in matches[:5])}")
    raise RunError(f"no run {name!r} in {runs} (it holds {len(every)}); `gancli ls --runs {runs}` lists them")
