"""A run folder: made exclusively, locked by the process that runs it, honest about its status."""

import datetime
import errno
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gancli.runs.files import TEMPORARY, remove_temporary, sync, sync_folder, write_json, write_text
from gancli.runs.lock import Lock, NoLocks, may_live

FOLDERS = ("images", "checkpoints")


class RunError(ValueError):
    """A run that cannot be found, read or gone on with; the message says why and what to do."""


class RunFolder:
    """One run on disk."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = Lock(path)

    @classmethod
    def create(
        cls, runs: Path, name: str, config: str, record: dict[str, Any], beside: Mapping[str, str] | None = None
    ) -> "RunFolder":
        """Make and lock a new folder in `runs`, with the texts of `beside` in it; it is there whole or not at all.

        Raises OSError, leaving nothing behind.
        """
        runs.mkdir(parents=True, exist_ok=True)
        made = cls(_exclusive(runs, name))
        try:
            for part in FOLDERS:
                (made.path / part).mkdir()
            made.lock()
            for text_name, text in {"config.yaml": config, **(beside or {})}.items():
                write_text(made.path / text_name, text)
            made.write_record(record)
            made.metrics.touch()
            made._name(runs, name)
        except BaseException:
            made.remove()
            raise
        return made

    def _name(self, runs: Path, name: str) -> None:
        """Give a finished folder its name, which nobody else has."""
        while True:
            path = runs / f"{_stamp()}-{name}-{secrets.token_hex(3)}"
            try:
                self.path.rename(path)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            else:
                self.path = self._lock.folder = path
                sync_folder(runs)
                return

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
        try:
            taken = self._lock.take()
        except NoLocks:
            taken = not self._may_run()
        if not taken:
            raise RunError(f"{self.path}: another process is running it{self._holder()}; wait for it, or stop it")

    def unlock(self) -> None:
        """Let go of the run."""
        self._lock.release()

    def locked(self) -> bool:
        """Does a live process hold the run? Where locks do not work, one of another host is taken to live."""
        try:
            return self._lock.held()
        except NoLocks:
            return self._may_run()

    def _may_run(self) -> bool:
        found = self._read_record() if (self.path / "run.json").exists() else {}
        return found.get("status") == "running" and may_live(found)

    def _holder(self) -> str:
        try:
            found = self._read_record()
        except RunError:
            return ""
        return f" (process {found.get('pid')} on {found.get('host')})"

    def remove_temporary(self) -> None:
        """Take away what a killed process left unfinished; only for who holds the run."""
        remove_temporary(self.path)

    def record(self) -> dict[str, Any]:
        """What `run.json` says, with `status: stale` where it says running and nothing runs. Raises RunError."""
        data = self._read_record()
        if data.get("status") == "running" and not self.locked():
            data["status"] = "stale"
        return data

    def _read_record(self) -> dict[str, Any]:
        try:
            data = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{self.path}: run.json cannot be read ({error})") from None
        if not isinstance(data, dict):
            raise RunError(f"{self.path}: run.json is not a mapping")
        return data

    def write_record(self, record: dict[str, Any]) -> None:
        """Replace `run.json`."""
        write_json(self.path / "run.json", record)

    def append_metrics(self, row: dict[str, Any]) -> None:
        """Add one line to the metrics."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

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


def _exclusive(runs: Path, name: str) -> Path:
    while True:
        path = runs / f"{TEMPORARY}{name}-{secrets.token_hex(6)}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path


def _stamp() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")


def _is_run(path: Path) -> bool:
    return not path.name.startswith(TEMPORARY) and (path / "run.json").is_file()


def listing(runs: Path) -> list[RunFolder]:
    """The runs in a folder, oldest first."""
    if not runs.is_dir():
        return []
    return [RunFolder(path) for path in sorted(runs.iterdir()) if _is_run(path)]


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
