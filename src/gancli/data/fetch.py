"""Download MNIST into the cache: two mirrors in turn, verified before anything is kept."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pooch
import requests

from gancli.data import idx, mnist
from gancli.data.errors import DataError

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
TIMEOUT = 30.0
"""Seconds to wait for a mirror's first byte, and between bytes."""


def fetch_mnist(
    say: Callable[[str], None], mirrors: tuple[str, ...] = MIRRORS, timeout: float = TIMEOUT, progressbar: bool = True
) -> Path:
    """Bring the four files that are not there yet; returns their folder. Raises DataError."""
    folder = mnist.downloads()
    if folder is None:
        raise DataError("there is no home folder to fetch into; set $XDG_CACHE_HOME to a folder you can write to")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in idx.NAMES:
            target = folder / f"{name}.gz"
            if target.is_file() and _verified(target, name):
                say(f"{target.name}: already here, verified")
            else:
                _fetch_one(name, target, mirrors, timeout, progressbar, say)
    except OSError as error:
        raise DataError(f"{folder}: cannot be written: {error.strerror or error}; set $XDG_CACHE_HOME") from None
    return folder


def _fetch_one(
    name: str, target: Path, mirrors: tuple[str, ...], timeout: float, progressbar: bool, say: Callable[[str], None]
) -> None:
    reasons = []
    for mirror in mirrors:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as beside:
            download = Path(beside) / target.name
            downloader = pooch.HTTPDownloader(timeout=timeout, progressbar=progressbar)
            try:
                downloader(mirror + target.name, str(download), None)
            except (requests.RequestException, ValueError) as error:
                reason = _reason(error)
            else:
                if _verified(download, name):
                    download.replace(target)
                    say(f"{target.name}: fetched from {mirror}, verified")
                    return
                reason = "the file is damaged: its SHA-256 is not MNIST's"
        reasons.append(f"{mirror}: {reason}")
        say(f"{target.name}: {reasons[-1]}")
    raise DataError(
        f"{target.name} could not be fetched ({'; '.join(reasons)}); check the network and try again, "
        f"or put the four files in {target.parent}"
    )


def _reason(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "timed out"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the download was cut short"
    return "no connection" if isinstance(error, requests.ConnectionError) else str(error)


def _verified(path: Path, name: str) -> bool:
    """Is it MNIST's file `name`, gzipped and whole?"""
    try:
        return idx.inspect(path).sha256 == mnist.SHA256[name]
    except DataError:
        return False
