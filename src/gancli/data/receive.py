"""The bytes of one answer over HTTP, while a thread receives them.

So a time can be kept whatever a mirror does: looking up its name, headers that drip in, and one read of a body that
drips in may each take for ever, and nothing ends them.
"""

import queue
import re
import threading
import time
from dataclasses import dataclass

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
class Head:
    """What an answer says before its body."""

    start: int
    """Bytes of the file that come before the body."""
    length: int | None
    """Of the file."""
    validator: str | None
    """Names the version of the file, where the server can send the rest of it."""


@dataclass(frozen=True)
class Known:
    """What is here of a file."""

    size: int
    validator: str
    """Of the version that it is of."""
    length: int | None
    """Of the file, in all."""

    @property
    def complete(self) -> bool:
        """Is it all here?"""
        return self.size == self.length


class Received:
    """The head of an answer, then the chunks of its body, while a thread receives them."""

    def __init__(self, url: str, bounds: Bounds, known: Known | None):
        self.unwanted = threading.Event()
        self._bounds, self._end = bounds, time.monotonic() + bounds.total
        self._queue: queue.Queue[bytes | Exception | Head] = queue.Queue(_WAITING)
        threading.Thread(target=self._receive, args=(url, known), daemon=True).start()

    def head(self) -> Head:
        """What comes first. Raises Lost."""
        head = self._next()
        assert isinstance(head, Head)
        return head

    def next(self) -> bytes:
        """The next chunk; the last one is empty. Raises Lost."""
        chunk = self._next()
        assert isinstance(chunk, bytes)
        return chunk

    def _next(self) -> bytes | Head:
        left = self._end - time.monotonic()
        try:
            got = self._queue.get(block=left > 0, timeout=max(left, 0.0))
        except queue.Empty:
            raise Lost(f"too slow: not all there after {self._bounds.total:,.4g} seconds") from None
        if isinstance(got, Exception):
            raise _lost(got) from None
        return got

    def _receive(self, url: str, known: Known | None) -> None:
        headers = {"Accept-Encoding": "identity"}  # the files are packed already
        if known:
            headers |= {"Range": f"bytes={known.size}-", "If-Range": known.validator}
        try:
            with requests.get(
                url, stream=True, timeout=self._bounds.timeout, headers=headers, hooks={"response": _leave_redirect}
            ) as response:
                response.raise_for_status()
                if not self._put(_head_of(response, known.size if known else 0)):
                    return
                for chunk in response.raw.stream(_CHUNK, decode_content=False):
                    if not self._put(chunk):
                        return
            self._put(b"")
        except Exception as error:
            self._put(error)

    def _put(self, got: bytes | Exception | Head) -> bool:
        """False where nobody waits for it any more."""
        while not self.unwanted.is_set():
            try:
                self._queue.put(got, timeout=0.1)
                return True
            except queue.Full:
                pass
        return False


def _head_of(response: requests.Response, asked: int) -> Head:
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
    return Head(start, length, validator if ranges else None)


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
