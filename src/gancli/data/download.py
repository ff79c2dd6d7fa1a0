"""One file over HTTP, as its bytes are: no more of them than it may have, in no more time than it may take.

A thread of its own receives. So a time can be kept whatever a mirror does: looking up its name, headers that drip in,
and one read of a body that drips in may each take for ever, and nothing ends them.

A download that breaks off leaves what arrived where the server can send the rest (HTTP ranges) and names the version of
its file (ETag, or a date), which is asked for by name: of another version comes all of it. The note beside the file
says the version.
"""

import contextlib
import json
import queue
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

_CHUNK = 1 << 16
_WAITING = 16
"""Chunks that may wait for the disk."""


class Lost(Exception):
    """A download that failed; the message says why. `again` where the same address may well send the rest."""

    again = False


class BrokenOff(Lost):
    """The connection was lost, or silent for too long."""

    again = True


@dataclass(frozen=True)
class Bounds:
    """What a download may take."""

    most: int
    """Bytes."""
    timeout: float
    """Seconds to wait for a connection, for the first byte, and between bytes."""
    total: float
    """Seconds in all."""


@dataclass(frozen=True)
class _Head:
    """What an answer says before its body."""

    start: int
    """Bytes of the file that come before the body."""
    length: int | None
    """Of the file."""
    validator: str | None
    """Names the version of the file, where the server can send the rest of it."""


@dataclass(frozen=True)
class _Known:
    """What is here of a file."""

    size: int
    validator: str
    """Of the version that it is of."""
    length: int | None
    """Of the file, in all."""

    @property
    def complete(self) -> bool:
        return self.size == self.length


def note(target: Path) -> Path:
    """Where it is noted what a file that is not all there yet is of."""
    return target.with_name(f"{target.name}.json")


def download(url: str, target: Path, bounds: Bounds, progressbar: bool, name: str | None = None) -> bool:
    """Bring what is at `url` to the file `target`, not unpacked: is a part of it from an earlier, broken download?

    When it fails, `target` is left only where a later call can go on. Raises Lost, and OSError for the disk.
    """
    known = _known(url, target)
    if known and known.complete:
        return True
    try:
        return _download(url, target, bounds, progressbar, name or target.name, known)
    except Lost as lost:
        if known and str(lost) == "HTTP 416":  # the file has become shorter than what is here
            discard(target)
            return download(url, target, bounds, progressbar, name)
        if not note(target).exists():
            discard(target)
        raise


def discard(target: Path) -> None:
    """Remove what arrived of a file. Raises OSError."""
    target.unlink(missing_ok=True)
    note(target).unlink(missing_ok=True)


def _known(url: str, target: Path) -> _Known | None:
    """What is here of the file at `url`, if anything."""
    try:
        found = json.loads(note(target).read_bytes())
        known = _Known(target.stat().st_size, str(found["validator"]), found["length"])
        return known if found["url"] == url and known.size else None
    except Exception:  # no note, or a damaged one
        return None


def _download(url: str, target: Path, bounds: Bounds, progressbar: bool, name: str, here: _Known | None) -> bool:
    from tqdm import tqdm

    received = _Received(url, bounds, here)
    try:
        head = received.head()
        if head.start == 0:
            discard(target)
        if head.validator:
            known = {"url": url, "validator": head.validator, "length": head.length}
            note(target).write_text(json.dumps(known), encoding="utf-8")
        with (
            target.open("ab") as file,
            tqdm(
                desc=name, unit="B", unit_scale=True, dynamic_ncols=True, disable=not progressbar, initial=head.start
            ) as bar,
        ):
            bar.total = head.length
            while chunk := received.next():
                if max(file.tell() + len(chunk), head.length or 0) > bounds.most:
                    note(target).unlink(missing_ok=True)
                    raise Lost(f"its file is too long: more than {bounds.most:,d} bytes")
                file.write(chunk)
                bar.update(len(chunk))
    finally:
        received.unwanted.set()
    if head.length is not None and target.stat().st_size < head.length:
        raise BrokenOff("the download was cut short")
    return head.start > 0


class _Received:
    """The head of an answer, then the chunks of its body, while a thread receives them."""

    def __init__(self, url: str, bounds: Bounds, known: _Known | None):
        self.unwanted = threading.Event()
        self._bounds, self._end = bounds, time.monotonic() + bounds.total
        self._queue: queue.Queue[bytes | Exception | _Head] = queue.Queue(_WAITING)
        threading.Thread(target=self._receive, args=(url, known), daemon=True).start()

    def head(self) -> _Head:
        """What comes first. Raises Lost."""
        head = self._next()
        assert isinstance(head, _Head)
        return head

    def next(self) -> bytes:
        """The next chunk; the last one is empty. Raises Lost."""
        chunk = self._next()
        assert isinstance(chunk, bytes)
        return chunk

    def _next(self) -> bytes | _Head:
        left = self._end - time.monotonic()
        try:
            got = self._queue.get(block=left > 0, timeout=max(left, 0.0))
        except queue.Empty:
            raise Lost(f"too slow: not all there after {self._bounds.total:,.4g} seconds") from None
        if isinstance(got, Exception):
            raise _lost(got) from None
        return got

    def _receive(self, url: str, known: _Known | None) -> None:
        headers = {"Accept-Encoding": "identity"}  # the files are packed already
        if known:
            headers |= {"Range": f"bytes={known.size}-", "If-Range": known.validator}
        try:
            with requests.get(
                url, stream=True, timeout=self._bounds.timeout, headers=headers, hooks={"response": _leave_redirect}
            ) as response:
                response.raise_for_status()
                if not self._put(_head(response, known.size if known else 0)):
                    return
                for chunk in response.raw.stream(_CHUNK, decode_content=False):
                    if not self._put(chunk):
                        return
            self._put(b"")
        except Exception as error:
            self._put(error)

    def _put(self, got: bytes | Exception | _Head) -> bool:
        """False where nobody waits for it any more."""
        while not self.unwanted.is_set():
            try:
                self._queue.put(got, timeout=0.1)
                return True
            except queue.Full:
                pass
        return False


def _head(response: requests.Response, asked: int) -> _Head:
    """Raises Lost where a server sends another range than the one asked for."""
    start, length = 0, response.raw.length_remaining
    if response.status_code == 206:
        said = re.fullmatch(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", response.headers.get("Content-Range", ""))
        if said is None or int(said[1]) != asked or not asked:
            raise Lost("it sends another part of the file than the one asked for")
        start = asked
        length = int(said[2]) if said[2] != "*" else None
    ranges = response.status_code == 206 or response.headers.get("Accept-Ranges", "").lower() == "bytes"
    tag = response.headers.get("ETag", "")
    validator = tag if tag.startswith('"') else response.headers.get("Last-Modified")  # a weak tag names no bytes
    return _Head(start, length, validator if ranges else None)


def _leave_redirect(response: requests.Response, **_: object) -> None:
    """Do not read what an answer says that only leads elsewhere: Requests would, however much it is."""
    if response.is_redirect:
        response.close()


def _lost(error: Exception) -> Lost:
    if isinstance(error, Lost):
        return error
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Lost(f"HTTP {error.response.status_code}")
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return BrokenOff("timed out")
    if isinstance(error, requests.TooManyRedirects):
        return Lost("it redirects for ever")
    if isinstance(error, requests.exceptions.SSLError):
        return Lost("no secure connection")
    if isinstance(error, requests.ConnectionError):
        return BrokenOff("no connection")
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return BrokenOff("the download was cut short")
    return Lost(str(error) or type(error).__name__)


def sweep(folder: Path) -> None:
    """Remove what no download can go on with from a folder of such files, and the folder where nothing is left."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.suffix != ".json" and not note(path).exists():
                path.unlink()
        folder.rmdir()
