"""One file over HTTP, as its bytes are: no more of them than it may have, in no more time than it may take.

A thread of its own receives. So a time can be kept whatever a mirror does: looking up its name, headers that drip in,
and one read of a body that drips in may each take for ever, and nothing ends them.
"""

import queue
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
    """A download that failed; the message says why."""


@dataclass(frozen=True)
class Bounds:
    """What a download may take."""

    most: int
    """Bytes."""
    timeout: float
    """Seconds to wait for a connection, for the first byte, and between bytes."""
    total: float
    """Seconds in all."""


def download(url: str, target: Path, bounds: Bounds, progressbar: bool) -> None:
    """Bring what is at `url` to the new file `target`, not unpacked. Raises Lost, and OSError for the disk."""
    from tqdm import tqdm

    received = _Received(url, bounds)
    try:
        with (
            target.open("xb") as file,
            tqdm(desc=target.name, unit="B", unit_scale=True, dynamic_ncols=True, disable=not progressbar) as bar,
        ):
            while chunk := received.next():
                if max(file.tell() + len(chunk), received.length or 0) > bounds.most:
                    raise Lost(f"its file is too long: more than {bounds.most:,d} bytes")
                file.write(chunk)
                bar.total = received.length
                bar.update(len(chunk))
    finally:
        received.unwanted.set()
    if received.length is not None and target.stat().st_size < received.length:
        raise Lost("the download was cut short")


class _Received:
    """The chunks of an answer, while a thread receives them."""

    def __init__(self, url: str, bounds: Bounds):
        self.length: int | None = None
        """Of the body, as its headers have it."""
        self.unwanted = threading.Event()
        self._bounds, self._end = bounds, time.monotonic() + bounds.total
        self._chunks: queue.Queue[bytes | Exception] = queue.Queue(_WAITING)
        threading.Thread(target=self._receive, args=(url,), daemon=True).start()

    def next(self) -> bytes:
        """The next chunk; the last one is empty. Raises Lost."""
        left = self._end - time.monotonic()
        try:
            chunk = self._chunks.get(block=left > 0, timeout=max(left, 0.0))
        except queue.Empty:
            raise Lost(f"too slow: not all there after {self._bounds.total:,.4g} seconds") from None
        if isinstance(chunk, Exception):
            raise Lost(_reason(chunk)) from None
        return chunk

    def _receive(self, url: str) -> None:
        try:
            with requests.get(
                url,
                stream=True,
                timeout=self._bounds.timeout,
                headers={"Accept-Encoding": "identity"},  # the files are packed already
                hooks={"response": _leave_redirect},
            ) as response:
                response.raise_for_status()
                self.length = response.raw.length_remaining
                for chunk in response.raw.stream(_CHUNK, decode_content=False):
                    if not self._put(chunk):
                        return
            self._put(b"")
        except Exception as error:
            self._put(error)

    def _put(self, chunk: bytes | Exception) -> bool:
        """False where nobody waits for it any more."""
        while not self.unwanted.is_set():
            try:
                self._chunks.put(chunk, timeout=0.1)
                return True
            except queue.Full:
                pass
        return False


def _leave_redirect(response: requests.Response, **_: object) -> None:
    """Do not read what an answer says that only leads elsewhere: Requests would, however much it is."""
    if response.is_redirect:
        response.close()


def _reason(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "timed out"
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects for ever"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "the download was cut short"
    return str(error) or type(error).__name__
