"""Downloads against a local HTTP server: good, wrong bytes, cut short, 404 then the second mirror, silence."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from gancli.cli import main
from gancli.data import DataError, idx, mnist
from gancli.data.fetch import fetch_mnist
from gancli.data.mnist import BUNDLED


class Mirror(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        kind, name = self.path.strip("/").split("/")
        Mirror.asked.append(self.path)
        content = (BUNDLED / name).read_bytes()
        if kind == "missing":
            self.send_error(404)
            return
        if kind == "silent":
            threading.Event().wait(2)
            return
        if kind == "wrong":
            content = gzip.compress(b"wrong" * 100)
        if kind == "garbage":
            content = b"<html>not here</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if kind == "short" else content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A mirror whose files are the bundled ones, taken for MNIST."""
    Mirror.asked.clear()
    sums = {name: idx.inspect(path).sha256 for name, path in idx.find(BUNDLED).items()}
    monkeypatch.setattr(mnist, "SHA256", sums)
    monkeypatch.setattr(mnist, "downloads", lambda: tmp_path / "downloads")
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def fetch(server: str, *kinds: str, timeout: float = 10.0) -> list[str]:
    said: list[str] = []
    fetch_mnist(said.append, tuple(f"{server}/{kind}/" for kind in kinds), timeout, progressbar=False)
    return said


def test_a_good_mirror(server: str, tmp_path: Path) -> None:
    said = fetch(server, "good")
    assert [line.split(":")[1] for line in said] == [" fetched from http"] * 4
    assert sorted(path.name for path in (tmp_path / "downloads").iterdir()) == sorted(f"{n}.gz" for n in idx.NAMES)
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
    ],
)
def test_a_bad_mirror_then_a_good_one_then_none(server: str, tmp_path: Path, kind: str, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        fetch(server, kind, kind)
    assert str(caught.value).count(reason) == 2 and "try again" in str(caught.value)
    assert list((tmp_path / "downloads").iterdir()) == []
    said = fetch(server, kind, "good")
    assert reason in said[0] and "verified" in said[1] and len(idx.find(tmp_path / "downloads")) == 4


def test_a_silent_mirror_times_out(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="timed out"):
        fetch(server, "silent", timeout=0.2)


def test_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "downloads", lambda: tmp_path / "downloads")
    with pytest.raises(DataError, match="no connection"):
        fetch_mnist(lambda line: None, ("http://127.0.0.1:9/",), 2.0, progressbar=False)


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
