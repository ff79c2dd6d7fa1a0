"""A folder that one process at a time works in, with a record that is honest about whether one does."""

import datetime
import re
import shutil
from pathlib import Path
from typing import Any

from gancli.runs.errors import LockedError, RunError
from gancli.runs.files import append_text, remove_temporary, write_json
from gancli.runs.lock import Lock, NoLocks, may_live
from gancli.runs.safe_files import checked_path, read_json

KINDS: dict[str, type] = {
    **dict.fromkeys(("name", "kind", "reason", "alarm", "engine", "start", "end", "host", "plan"), str),
    **dict.fromkeys(("seed", "games", "played", "threads", "cells"), int),
    **dict.fromkeys(("data", "git", "spec", "counts", "parameters", "versions"), dict),
    **dict.fromkeys(("warnings", "resumed", "argv", "varied", "sources"), list),
}
"""What a record may say under these keys, where it says anything: one from elsewhere may say whatever it likes."""

NAMES = ("name", "kind", "status", "engine")
IS_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
"""What a name may be, which stands in titles."""
NAME_RULE = "up to 80 letters, digits, `_`, `-` and `.`, the first a letter or a digit"
"""The same in words."""


class LockedFolder:
    """A folder, its lock, its record and its log."""

    RECORD = ""
    """The file of the record."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = Lock(path)

    def inside(self, name: str) -> Path:
        """The path of what the folder holds under a name. Raises RunError where that is a link."""
        return checked_path(self.path / name)

    def move(self, path: Path) -> None:
        """Give the folder another name. Raises OSError."""
        self.path.rename(path)
        self.path = self._lock.folder = path

    def remove(self) -> None:
        """Take away a folder that this process has created, and that holds nothing yet."""
        self.unlock()
        shutil.rmtree(self.path, ignore_errors=True)

    def lock(self) -> None:
        """Hold the folder for this process. Raises LockedError where another holds it."""
        try:
            taken = self._lock.take()
        except NoLocks:
            taken = not self._may_run()
        if not taken:
            raise LockedError(f"{self.path}: another process is running it{self._holder()}; wait for it, or stop it")

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
        record = self._read_record() if (self.path / self.RECORD).exists() else {}
        return record.get("status") == "running" and may_live(record)

    def _holder(self) -> str:
        try:
            record = self._read_record()
        except RunError:
            return ""
        return f" (process {record.get('pid')} on {record.get('host')})"

    def remove_temporary(self) -> None:
        """Take away what a killed process left unfinished; only for who holds it."""
        remove_temporary(self.path)

    def record(self) -> dict[str, Any]:
        """What it says, with `status: stale` where it says running and nothing runs. Raises RunError."""
        data = self._read_record()
        if data.get("status") == "running" and not self.locked():
            data["status"] = "stale"
        return data

    def data(self) -> dict[str, Any]:
        """What the record says of the data; nothing where it says nothing. Raises RunError."""
        return self.record().get("data") or {}

    def _read_record(self) -> dict[str, Any]:
        try:
            data = read_json(self.path / self.RECORD)
        except OSError as error:
            raise RunError(f"{self.path}: {self.RECORD} cannot be read ({error.strerror})") from None
        if not isinstance(data, dict) or not isinstance(data.get("status"), str):
            raise RunError(f"{self.path}: {self.RECORD} is not the record of a run")
        for key, kind in KINDS.items():
            if data.get(key) is not None and not isinstance(data[key], kind):
                raise self._foreign(key, data[key])
        for key in NAMES:
            if data.get(key) is not None and not IS_NAME.fullmatch(data[key]):
                raise self._foreign(key, data[key])
        return data

    def _foreign(self, key: str, value: Any) -> RunError:
        return RunError(f"{self.path}: {self.RECORD} says {key}: {repr(value)[:40]}, which gancli does not write")

    def write_record(self, record: dict[str, Any]) -> None:
        """Replace the record."""
        write_json(self.path / self.RECORD, record)

    def log(self, line: str) -> None:
        """Add one line, with its time, to `log.txt`."""
        stamp = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        append_text(self.path / "log.txt", f"{stamp} {line}\n")
