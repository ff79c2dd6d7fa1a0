"""Downloads against a local HTTP server: good ones, and all that mirrors do wrong; killed fetches; two at once."""

import contextlib
import errno
import gzip
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from four_files import as_mnist, found, recorded, sums

from gancli.cli import main
from gancli.data import DataError, mnist, places, receive
from gancli.data import download as downloading
from gancli.data import fetch as fetching
from gancli.data import mirrors as ways
from gancli.data.mnist import BUNDLED
from gancli.data.sets import IDX, SETS

FULL = os.environ.get("GANCLI_DATA")  # read when collected: the tests themselves run without it
BOMB = gzip.compress(gzip.compress(bytes(100_000_000), 1))


class Mirror(BaseHTTPRequestHandler):
    """Of the address `/kind/name`, the kind is one of its methods."""

    asked: list[str] = []  # noqa: RUF012
    sent = 0
    gate = threading.Event()

    def do_GET(self) -> None:
        kind, self.name = self.path.strip("/").split("/")
        Mirror.asked.append(self.path)
        self.content = (BUNDLED / self.name).read_bytes()
        with contextlib.suppress(ConnectionError):  # the client has gone away
            getattr(self, kind)()

    def answer(self, content: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def good(self) -> None:
        self.answer(self.content)

    def unsized(self) -> None:
        """Whose end is the end of the connection."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.content)

    def missing(self) -> None:
        self.send_error(404)

    def silent(self) -> None:
        threading.Event().wait(2)

    def wrong(self) -> None:
        self.answer(gzip.compress(b"wrong" * 100))

    def garbage(self) -> None:
        self.answer(b"<html>not here</html>")

    def short(self) -> None:
        self.answer(self.content[: len(self.content) // 2], len(self.content))

    def too_short_a_length(self) -> None:
        self.answer(self.content, len(self.content) // 2)

    def too_long_a_length(self) -> None:
        self.answer(self.content, 10**12)

    def encoded(self) -> None:
        """As stores do to which a .gz was brought as gzip of something."""
        self.answer(self.content, Content_Encoding="gzip")

    def encoded_again(self) -> None:
        """As HTTP has it."""
        self.answer(gzip.compress(self.content), Content_Encoding="gzip")

    def unpacked(self) -> None:
        self.answer(gzip.decompress(self.content))

    def encoded_rubbish(self) -> None:
        self.answer(gzip.compress(self.content)[:-9], Content_Encoding="gzip")

    def bomb(self) -> None:
        self.answer(BOMB)

    def redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def redirect_without_end(self) -> None:
        """To a good one, after more than a memory holds."""
        self.send_response(302)
        self.send_header("Location", f"/good/{self.name}")
        self.end_headers()
        self.pour()

    def reset(self) -> None:
        self.answer(self.content[:1000], len(self.content))
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.pour()

    def pour(self) -> None:
        while True:
            self.wfile.write(bytes(100_000))
            Mirror.sent += 100_000

    def drip(self) -> None:
        self.answer(b"", len(self.content))
        for byte in self.content:
            self.wfile.write(bytes([byte]))
            time.sleep(0.02)

    def drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        while True:
            self.wfile.write(b"x")
            time.sleep(0.02)

    def half(self) -> None:
        self.answer(self.content[: len(self.content) // 2], len(self.content))
        self.wfile.flush()
        Mirror.gate.wait(20)

    def gated(self) -> None:
        Mirror.gate.wait(20)
        self.good()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A mirror whose files are the bundled ones, taken for MNIST."""
    Mirror.asked.clear()
    Mirror.sent = 0
    Mirror.gate.clear()
    monkeypatch.setitem(SETS, "mnist", as_mnist(sums(BUNDLED)))
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / "downloads")
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        Mirror.gate.set()
        running.shutdown()


def fetch(
    server: str,
    *kinds: str,
    timeout: float = 10.0,
    total: float | None = None,
    say: Callable[[str], None] | None = None,
) -> list[str]:
    said: list[str] = []
    mirrors = tuple(f"{server}/{kind}/" for kind in kinds)
    fetching.fetch(
        "mnist", lambda line: (said.append(line), say and say(line))[0], mirrors, timeout, total, progressbar=False
    )
    return said


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


FOUR = sorted(f"{name}.gz" for name in IDX)


def test_a_good_mirror(server: str, tmp_path: Path) -> None:
    said = fetch(server, "good")
    assert [line.split(":")[1] for line in said] == [" fetched from http"] * 4
    assert names(tmp_path / "downloads") == FOUR
    assert "the cache" in mnist.locate(None)[1]
    Mirror.asked.clear()
    assert all("already here" in line for line in fetch(server, "good")) and not Mirror.asked


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("missing", "HTTP 404"),
        ("wrong", "its SHA-256 is not MNIST's"),
        ("garbage", "its SHA-256 is not MNIST's"),
        ("short", "cut short"),
        ("too_short_a_length", "its SHA-256 is not MNIST's"),
        ("too_long_a_length", "too long"),
        ("encoded_rubbish", "its SHA-256 is not MNIST's"),
        ("bomb", "its SHA-256 is not MNIST's"),
        ("redirect", "redirects for ever"),
        ("reset", "cut short"),
        ("endless", "too long: more than 47,"),
    ],
)
def test_a_bad_mirror_then_a_good_one_then_none(server: str, tmp_path: Path, kind: str, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        fetch(server, kind, kind)
    assert str(caught.value).count(reason) == 2 and "try again" in str(caught.value)
    assert names(tmp_path / "downloads") == []
    said = fetch(server, kind, "good")
    assert reason in said[0] and "verified" in said[1] and names(tmp_path / "downloads") == FOUR


@pytest.mark.parametrize("kind", ["encoded", "encoded_again", "unpacked"])
def test_a_mirror_that_packs_or_unpacks_is_a_good_one(server: str, tmp_path: Path, kind: str) -> None:
    """Requests unpacked what was said to be packed: a good mirror was damaged."""
    assert len(fetch(server, kind)) == 4 and names(tmp_path / "downloads") == FOUR
    for name in IDX:
        content = gzip.decompress((tmp_path / "downloads" / f"{name}.gz").read_bytes())
        assert content == gzip.decompress((BUNDLED / f"{name}.gz").read_bytes())


def test_an_endless_mirror_is_left_at_the_size_that_is_known(server: str, tmp_path: Path) -> None:
    for name in IDX[:1] + IDX[2:]:  # but for the labels, of 60,008 bytes
        (tmp_path / "downloads").mkdir(exist_ok=True)
        (tmp_path / "downloads" / f"{name}.gz").write_bytes((BUNDLED / f"{name}.gz").read_bytes())
    with pytest.raises(DataError, match=re.escape("too long: more than 61,128 bytes")):
        fetch(server, "endless")
    assert Mirror.sent < 20_000_000, "what is on its way when the connection is closed"


def test_of_a_redirect_only_the_address_is_read(server: str, tmp_path: Path) -> None:
    fetch(server, "redirect_without_end")
    assert names(tmp_path / "downloads") == FOUR and Mirror.sent < 50_000_000


def test_no_more_is_unpacked_than_the_file_may_have(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(bytes(1_000_000)))
    assert fetching._unpacked(path, tmp_path / "inner", 1000, "").stat().st_size == 1000


def test_a_download_cut_short_is_seen_also_where_urllib3_does_not_say_so(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As before its version 2."""
    monkeypatch.setattr(
        receive, "_leave_redirect", lambda response, **_: setattr(response.raw, "enforce_content_length", False)
    )
    with pytest.raises(DataError, match="cut short"):
        fetch(server, "short")


def test_the_bounds_are_mnists() -> None:
    files = {file.name: file for file in SETS["mnist"].files}
    assert [file.size for file in files.values()] == [16 + 60_000 * 784, 8 + 60_000, 16 + 10_000 * 784, 8 + 10_000]
    for name, path in (found(Path(FULL) / "mnist") if FULL else {}).items():
        assert files[name].packed == pytest.approx(path.stat().st_size, rel=0.05)


PUBLISHED = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""SHA-256 of the unpacked files, by `sha256sum` of copies whose MD5 are 6bbc9ace898e44ae57da46a324031adb,
a25bea736e30d166cdddb491f175f624, 2646ac647ad5339dbf082846283269ea and 27ae3e4e09519cfbb04c329615203637; other projects
that pin what the CVDF mirror has, unpacked, list the same four."""


def test_nothing_but_mnist_is_fetched_as_mnist(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Good files of its format are not enough."""
    monkeypatch.undo()
    assert mnist.full_sha256() == PUBLISHED and list(PUBLISHED) == list(IDX)
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / "downloads")
    with pytest.raises(DataError, match="SHA-256"):
        fetch(server, "good")
    assert names(tmp_path / "downloads") == []
    for name in IDX:  # each of the four
        monkeypatch.setitem(SETS, "mnist", as_mnist({**sums(BUNDLED), name: PUBLISHED[name]}))
        with pytest.raises(DataError, match=f"{name}.gz could not be fetched"):
            fetch(server, "good")


def test_what_is_there_already_is_looked_at(server: str, tmp_path: Path) -> None:
    fetch(server, "good")
    path = tmp_path / "downloads" / f"{IDX[3]}.gz"
    whole = path.read_bytes()
    for harm in (whole[:-9], gzip.compress(gzip.decompress(whole)[:-1] + b"\1"), b""):
        path.write_bytes(harm)
        Mirror.asked.clear()
        fetch(server, "good")
        assert Mirror.asked == [f"/good/{path.name}"], "it alone is fetched again"
        assert gzip.decompress(path.read_bytes()) == gzip.decompress(whole)


@pytest.mark.parametrize("beside", [0, 1])
@pytest.mark.parametrize("kind", ["good", "unsized"])
def test_a_download_may_have_as_many_bytes_as_allowed(server: str, tmp_path: Path, kind: str, beside: int) -> None:
    name = f"{IDX[3]}.gz"
    most = (BUNDLED / name).stat().st_size - beside
    bounds = downloading.Bounds(most, 10.0, 10.0)
    if beside:
        with pytest.raises(downloading.Lost, match="too long"):
            downloading.download(f"{server}/{kind}/{name}", tmp_path / "a", bounds, False)
    else:
        downloading.download(f"{server}/{kind}/{name}", tmp_path / "a", bounds, False)
        assert (tmp_path / "a").read_bytes() == (BUNDLED / name).read_bytes()


@pytest.mark.parametrize("kind", ["drip", "drip_headers"])
def test_a_mirror_that_drips_is_given_up(server: str, tmp_path: Path, kind: str) -> None:
    """It is never silent, so that it was never given up."""
    start = time.monotonic()
    with pytest.raises(DataError, match=r"too slow: not all there after 0\.5 seconds"):
        fetch(server, kind, total=0.5)
    assert time.monotonic() - start < 5 and names(tmp_path / "downloads") == []


def test_without_a_time_it_goes_by_the_size() -> None:
    info = SETS["mnist"]
    how = ways.Ways(info, Path(), (), 30.0, None, False, print)
    assert [round(how.bounds(file).total) for file in info.files] == [556, 61, 142, 60]
    assert ways.Ways(info, Path(), (), 30.0, 7.0, False, print).bounds(info.files[0]).total == 7


def test_what_killed_fetches_left_is_removed(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL in the middle, twice; every kill left megabytes for ever."""
    cache = tmp_path / "cache"
    folder = cache / "gancli" / "mnist"
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    words = [sys.executable, "-m", "gancli", "data", "fetch", "mnist", "--mirror", f"{server}/half"]
    for kill in range(2):
        process = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until(lambda: Mirror.asked and any(path.stat().st_size for path in folder.glob("partial/*")))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(names(folder)) == 1, f"kill {kill}: what the one before left is removed"
    monkeypatch.setattr(places, "downloads", lambda info: folder)
    fetch(server, "good")
    assert names(folder) == FOUR
    (folder / "fetching-killed-late").mkdir()
    assert len(fetch(server, "good")) == 4 and names(folder) == FOUR, "also where nothing is to be fetched"


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_two_fetches_at_once_bring_each_file_once(server: str, tmp_path: Path) -> None:
    said: list[list[str]] = []

    def let_go(line: str) -> None:
        if "waiting" in line:
            Mirror.gate.set()

    threads = [threading.Thread(target=lambda: said.append(fetch(server, "gated", say=let_go))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(said) == 2 and len(Mirror.asked) == 4 and names(tmp_path / "downloads") == FOUR
    assert sorted(len(lines) for lines in said) == [1, 4], "one waited, and found all there"


def test_where_there_are_no_locks_only_what_is_old_is_removed(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*args: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr("gancli.data.files.fcntl.flock", flock)
    for name in ("fetching-now", "fetching-old"):
        (tmp_path / "downloads" / name).mkdir(parents=True)
    os.utime(tmp_path / "downloads" / "fetching-old", (0, 0))
    fetch(server, "good")
    assert names(tmp_path / "downloads") == ["fetching-now", *FOUR]


def test_a_damaged_raw_file_does_not_stand_before_a_good_one(server: str, tmp_path: Path) -> None:
    """A file that is not packed is taken first, but only the packed one was looked at."""
    fetch(server, "good")
    damaged = tmp_path / "downloads" / IDX[0]
    damaged.write_bytes(b"damaged")
    assert any("fetched" in line for line in fetch(server, "good")) and not damaged.exists()
    content = gzip.decompress((BUNDLED / f"{damaged.name}.gz").read_bytes())
    damaged.write_bytes(content)
    (tmp_path / "downloads" / f"{damaged.name}.gz").unlink()
    assert f"{damaged.name}: already here, verified" in fetch(server, "good")


def test_a_file_is_on_the_disk_before_it_is_in_place(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = recorded(monkeypatch)
    fetch(server, "good")
    for number, name in enumerate(IDX):
        assert done[3 * number : 3 * number + 3] == [f"fsync {name}.gz", f"rename {name}.gz", "fsync downloads"]


def test_a_full_disk_is_said_and_leaves_nothing(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="downloads: cannot be written: No space left on device; free space"):
        fetch(server, "good")
    assert names(tmp_path / "downloads") == []


def test_a_silent_mirror_times_out(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="timed out"):
        fetch(server, "silent", timeout=0.2)


def test_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / "downloads")
    with pytest.raises(DataError, match="no connection"):
        fetching.fetch("mnist", lambda line: None, ("http://127.0.0.1:9/",), 2.0, progressbar=False)


def test_the_command_fetches_into_the_cache_and_prints_the_folder(server: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["data", "fetch", "mnist", "--mirror", f"{server}/missing", "--mirror", f"{server}/good"]
    )
    assert result.exit_code == 0 and result.stdout.strip() == str(tmp_path / "downloads")
    assert "HTTP 404" in result.stderr and result.stderr.count("verified") == 4
    result = CliRunner().invoke(main, ["data", "fetch", "mnist", "--mirror", f"{server}/missing"])
    assert result.exit_code == 0, "all four are there already"


def test_the_command_says_what_it_tried(server: str) -> None:
    result = CliRunner().invoke(main, ["data", "fetch", "mnist", "--mirror", f"{server}/wrong"])
    assert result.exit_code == 2 and "could not be fetched" in result.stderr and "Traceback" not in result.output


def test_the_command_gives_a_mirror_up_after_a_time(server: str, tmp_path: Path) -> None:
    words = ["data", "fetch", "mnist", "--total", "0.3", "--mirror", f"{server}/drip"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2 and "too slow: not all there after 0.3 seconds" in result.stderr
    assert names(tmp_path / "downloads") == []
