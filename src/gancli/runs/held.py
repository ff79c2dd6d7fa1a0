"""A folder that one process at a time works in, with a record that is honest about whether one does."""

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

from gancli.errors import GancliError
from gancli.runs.files import remove_temporary, write_json
from gancli.runs.lock import Lock, NoLocks, may_live


class RunError(GancliError, ValueError):
    """A run or sweep that cannot be found, read or gone on with; the message says why and what to do."""


class HeldError(RunError):
    """Another process is at work in the folder."""


class Held:
    """A folder, its lock, its record and its log."""

    RECORD = ""
    """The file of the record."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = Lock(path)

    def move(self, path: Path) -> None:
        """Give the folder another name. Raises OSError."""
        self.path.rename(path)
        self.path = self._lock.folder = path

    def remove(self) -> None:
        """Take away a folder that this process has made, and that holds nothing yet."""
        self.unlock()
        shutil.rmtree(self.path, ignore_errors=True)

    def lock(self) -> None:
        """Hold the folder for this process. Raises HeldError where another holds it."""
        try:
            taken = self._lock.take()
        except NoLocks:
            taken = not self._may_run()
        if not taken:
            raise HeldError(f"{self.path}: another process is running it{self._holder()}; wait for it, or stop it")

    def unlock(self) -> None:
        """Let go of it."""
        self._lock.release()

    def locked(self) -> bool:
        """Does a live process hold it? Where locks do not work, one of another host is taken to live."""
        try:
            return self._lock.held()
        except NoLocks:
            return self._may_run()

    def _may_run(self) -> bool:
        found = self._read_record() if (self.path / self.RECORD).exists() else {}
        return found.get("status") == "running" and may_live(found)

    def _holder(self) -> str:
        try:
            found = self._read_record()
        except RunError:
            return ""
        return f" (process {found.get('pid')} on {found.get('host')})"

    def remove_temporary(self) -> None:
        """Take away what a killed process left unfinished; only for who holds it."""
        remove_temporary(self.path)

    def record(self) -> dict[str, Any]:
        """What it says, with `status: stale` where it says running and nothing runs. Raises RunError."""
        data = self._read_record()
        if data.get("status") == "running" and not self.locked():
            data["status"] = "stale"
        return data

    def _read_record(self) -> dict[str, Any]:
        try:
            data = json.loads((self.path / self.RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{self.path}: {self.RECORD} cannot be read ({error})") from None
        if not isinstance(data, dict):
            raise RunError(f"{self.path}: {self.RECORD} is not a mapping")
        return data

    def write_record(self, record: dict[str, Any]) -> None:
        """Replace the record."""
        write_json(self.path / self.RECORD, record)

    def log(self, line: str) -> None:
        """Add one line, with its time, to `log.txt`."""
        stamp = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        with (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{stamp} {line}\n")
