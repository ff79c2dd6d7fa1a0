"""Downloads that break off and go on, archives and first downloads, against a local server that misbehaves."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import small_sets
from gancli import data
from gancli.data import DataError, archives, download, places, verify
from gancli.data.download import Lost
from gancli.data.fetch import fetch
from gancli.data.mirrors import PARTIAL
from gancli.data.sets import SETS, Archive
from helpers import gancli


class Server(BaseHTTPRequestHandler):
    """Of the address `/kind/name`, the kind is one of its methods; `files` are what it has, by name."""

    files: dict[str, bytes] = {}  # noqa: RUF012
    asked: list[tuple[str, str | None]] = []  # noqa: RUF012
    """Paths, and the ranges that were asked for."""
    tag = '"one"'
    gate = threading.Event()

    def do_GET(self) -> None:
        kind, name = self.path.strip("/").split("/")
        Server.asked.append((self.path, self.headers.get("Range")))
        self.content = Server.files[name]
        with contextlib.suppress(ConnectionError):
            getattr(self, kind)()

    def start(self) -> int:
        """Where the answer begins: at the range that is asked for, if it is of this version."""
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(asked[1]) if asked and self.headers.get("If-Range") in (Server.tag, None) else 0

    def answer(self, start: int, end: int | None = None, more: bytes | None = None, **headers: str) -> None:
        """What is said to be the rest of the file from `start` on; what is sent ends at `end`."""
        size = len(self.content)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(size - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        for key, value in ({"Accept_Ranges": "bytes", "ETag": Server.tag} | headers).items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(more if more is not None else self.content[start:end])

    def good(self) -> None:
        if self.start() >= len(self.content):
            self.send_error(416)
        else:
            self.answer(self.start())

    def thirds(self) -> None:
        """Breaks off after a third of the file, each time."""
        self.answer(self.start(), self.start() + len(self.content) // 3 + 1)

    def once(self) -> None:
        """Breaks off after a third, then sends nothing more."""
        self.answer(self.start(), max(self.start(), len(self.content) // 3))

    def changed(self) -> None:
        """Breaks off, and has another version the next time."""
        start = self.start()
        self.answer(start, start + len(self.content) // 3)
        Server.tag = '"two"'

    def unsure(self) -> None:
        """Breaks off; its tag names no bytes."""
        self.answer(self.start(), len(self.content) // 3, ETag='W/"one"')

    def rangeless(self) -> None:
        self.answer(0, len(self.content) // 3, Accept_Ranges="none")

    def dated(self) -> None:
        """Breaks off; it has a date instead of a tag."""
        date = "Fri, 27 Nov 2026 12:00:00 GMT"
        Server.tag = date
        self.answer(self.start(), self.start() + len(self.content) // 2, ETag="", Last_Modified=date)

    def lying(self) -> None:
        """Breaks off, then sends from elsewhere, as if it were asked for."""
        if not self.start():
            self.answer(0, len(self.content) // 3)
        else:
            self.answer(self.start() - 5)

    def spoilt(self) -> None:
        """Breaks off, then sends other bytes once."""
        start, Server.tag = self.start(), '"one"'
        if not start and len(Server.asked) == 1:
            self.answer(0, len(self.content) // 3)
        else:
            self.answer(start, more=bytes(len(self.content) - start) if start else None)

    def always_spoilt(self) -> None:
        start = self.start()
        self.answer(start, more=bytes((len(self.content) - start + 1) // 2))

    def stuck(self) -> None:
        """Sends a third, and no more while a test kills who waits for it."""
        start = self.start()
        self.answer(start, start + len(self.content) // 3)
        self.wfile.flush()
        Server.gate.wait(20)

    def missing(self) -> None:
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    Server.files, Server.asked, Server.tag = {}, [], '"one"'
    Server.gate.clear()
    monkeypatch.setattr(places, "downloads", lambda info: tmp_path / info.place)
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        Server.gate.set()
        running.shutdown()


def official(monkeypatch: pytest.MonkeyPatch, name: str) -> dict[str, bytes]:
    """Have the small files of a set taken for the published ones; they are what the server has."""
    monkeypatch.setitem(SETS, name, small_sets.as_official(name))
    gzipped = SETS[name].format == "idx"
    files = {
        file + (".gz" if gzipped else ""): small_sets.pack(content) if gzipped else content
        for file, content in small_sets.contents(name).items()
    }
    Server.files |= files
    return files


def archived(monkeypatch: pytest.MonkeyPatch, content: bytes, *names: str) -> Archive:
    """Have `content` served, and taken for the archive of some sets of small files."""
    for name in names:
        info = small_sets.as_official(name)
        assert info.archive is not None
        archive = Archive(info.archive.name, info.archive.folder, len(content), small_sets.sha256(content))
        object.__setattr__(info, "archive", archive)
        monkeypatch.setitem(SETS, name, info)
    Server.files[archive.name] = content
    return archive


def bring(server: str, name: str, *kinds: str, **options: Any) -> list[str]:
    said: list[str] = []
    fetch(name, said.append, tuple(f"{server}/{kind}/" for kind in kinds), progressbar=False, **options)
    return said


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != verify.RECORD}


SHEEP = "sheep.npy"


@pytest.mark.parametrize("kind", ["thirds", "dated"])
@pytest.mark.parametrize("name", ["fashion_mnist", "kmnist", "sheep"])
def test_a_download_goes_on_where_it_broke_off(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    files = official(monkeypatch, name)
    said = bring(server, name, kind)
    assert there(tmp_path / name) == files and sum("going on from byte" in line for line in said) >= len(files)
    ranges = [asked for path, asked in Server.asked if path.endswith(next(iter(files)))]
    sizes = [int(re.sub(r"\D", "", asked)) for asked in ranges[1:] if asked]
    assert ranges[0] is None and sizes == sorted(set(sizes)) and len(sizes) == len(ranges) - 1
    assert all("verified" in line for line in bring(server, name, "missing")), "all is there"


def test_a_later_fetch_goes_on_with_the_same_address(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = official(monkeypatch, "sheep")
    third = len(files[SHEEP]) // 3
    with pytest.raises(DataError, match=r"sheep\.npy could not be fetched \(.*cut short\); .* --mirror"):
        bring(server, "sheep", "once")
    assert [asked for _, asked in Server.asked] == [None, f"bytes={third}-"], "one more try brings nothing more"
    assert {path.suffix for path in (tmp_path / "sheep" / PARTIAL).iterdir()} == {"", ".json"}
    Server.asked.clear()
    (partial,) = (path for path in (tmp_path / "sheep" / PARTIAL).iterdir() if not path.suffix)
    with pytest.raises(DataError, match="HTTP 404"):
        bring(server, "sheep", "missing")
    assert partial.stat().st_size == third, "of another address"
    known = json.loads(download.note(partial).read_text())
    assert known == {"url": f"{server}/once/{SHEEP}", "validator": '"one"', "length": len(files[SHEEP])}
    monkeypatch.setattr(Server, "once", Server.good)
    said = bring(server, "sheep", "once")
    assert said[0] == f"{SHEEP}: going on from byte {third:,d}" and Server.asked[-1][1] == f"bytes={third}-"
    assert there(tmp_path / "sheep") == files, "and nothing else is left"


def test_a_killed_fetch_is_gone_on_with(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL: what had arrived is there, and is of use."""
    content = Server.files[SHEEP] = small_sets.contents("sheep", 3000)[SHEEP]
    folder = tmp_path / "gancli" / "sheep"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "gancli", "data", "fetch", "sheep", "--mirror", f"{server}/stuck"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + 30
        while not any(path.stat().st_size > 500_000 for path in folder.glob("partial/*")):
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    monkeypatch.setattr(places, "downloads", lambda info: folder)
    monkeypatch.setattr(Server, "stuck", Server.good)
    said = bring(server, "sheep", "stuck")
    assert "going on from byte" in said[0] and there(folder) == {SHEEP: content}


@pytest.mark.parametrize("harm", ["no json", "[" * 100_000, "{}", '{"url": 1, "validator": 2, "length": 3}'])
def test_a_damaged_note_is_none(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    files = official(monkeypatch, "sheep")
    with pytest.raises(DataError):
        bring(server, "sheep", "once")
    (note,) = (tmp_path / "sheep" / PARTIAL).glob("*.json")
    note.write_text(harm)
    monkeypatch.setattr(Server, "once", Server.good)
    Server.asked.clear()
    bring(server, "sheep", "once")
    assert Server.asked == [(f"/once/{SHEEP}", None)] and there(tmp_path / "sheep") == files


def test_what_has_all_its_bytes_is_not_asked_for(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a disk that was full when it was to be put in place."""
    files = official(monkeypatch, "sheep")
    with pytest.raises(DataError):
        bring(server, "sheep", "once")
    (note,) = (tmp_path / "sheep" / PARTIAL).glob("*.json")
    note.with_suffix("").write_bytes(files[SHEEP])
    Server.asked.clear()
    bring(server, "sheep", "once")
    assert Server.asked == [] and there(tmp_path / "sheep") == files


def test_of_another_version_comes_all_of_it(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = official(monkeypatch, "sheep")
    with pytest.raises(DataError, match="cut short"):
        bring(server, "sheep", "changed")
    Server.tag = '"three"'
    monkeypatch.setattr(Server, "changed", Server.good)
    bring(server, "sheep", "changed")
    assert there(tmp_path / "sheep") == files and Server.asked[-1][1] is not None


def test_a_file_that_became_shorter_is_fetched_anew(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = official(monkeypatch, "sheep")
    with pytest.raises(DataError):
        bring(server, "sheep", "once")
    (note,) = (tmp_path / "sheep" / PARTIAL).glob("*.json")
    note.with_suffix("").write_bytes(files[SHEEP] + b"more")
    monkeypatch.setattr(Server, "once", Server.good)
    bring(server, "sheep", "once")
    assert there(tmp_path / "sheep") == files


@pytest.mark.parametrize("kind", ["unsure", "rangeless"])
def test_without_ranges_or_a_version_nothing_is_left(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    files = official(monkeypatch, "sheep")
    with pytest.raises(DataError, match="cut short"):
        bring(server, "sheep", kind)
    assert [asked for _, asked in Server.asked] == [None] and there(tmp_path / "sheep") == {}
    assert len(bring(server, "sheep", kind, "good")) == 3 and there(tmp_path / "sheep") == files


def test_another_range_than_the_one_asked_for_is_refused(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = official(monkeypatch, "sheep")
    said = bring(server, "sheep", "lying", "good")
    assert "it sends another part of the file than the one asked for" in "".join(said)
    assert there(tmp_path / "sheep") == files


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10"])
def test_what_a_resumed_download_spoilt_is_fetched_anew_once(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name == "cifar10":
        archived(monkeypatch, small_sets.tarred({**small_sets.members(name)}), name)
        expected = small_sets.contents(name)
    else:
        expected = official(monkeypatch, name)
    said = bring(server, name, "spoilt")
    assert "is of no use; from the beginning" in "".join(said) and there(tmp_path / name) == expected
    Server.asked.clear()
    for path in (tmp_path / name).iterdir():
        path.unlink()
    with pytest.raises(DataError, match="damaged"):
        bring(server, name, "always_spoilt")
    assert sum(asked is None for _, asked in Server.asked) == 2, "once"
    assert there(tmp_path / name) == {}


def test_the_time_is_for_all_tries_together(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official(monkeypatch, "sheep")
    monkeypatch.setattr(Server, "once", lambda self: (threading.Event().wait(0.2), self.answer(
        self.start(), self.start() + 100)))  # fmt: skip
    with pytest.raises(DataError, match="too slow"):
        bring(server, "sheep", "once", total=0.7)
    assert 2 <= len(Server.asked) <= 5


def test_the_first_sheep_are_held_to(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = official(monkeypatch, "sheep")
    sha256 = small_sets.sha256(files[SHEEP])
    said = bring(server, "sheep", "good")
    assert f"no checksum is published; later downloads are held to this one's SHA-256, {sha256}" in said[0]
    assert json.loads((tmp_path / "sheep" / verify.RECORD).read_text()) == {SHEEP: sha256}
    assert data.load("sheep").facts["sha256"] == {SHEEP: sha256}
    assert bring(server, "sheep", "good") == [f"{SHEEP}: already here, verified"]
    other = files[SHEEP][:-1] + bytes([files[SHEEP][-1] ^ 1])
    (tmp_path / "sheep" / SHEEP).write_bytes(other)
    assert "fetched from" in bring(server, "sheep", "good")[-1] and there(tmp_path / "sheep") == files
    (tmp_path / "sheep" / SHEEP).unlink()
    Server.files[SHEEP] = other
    with pytest.raises(DataError, match=r"is not that of the first download \(remove .*first-fetched\.json to take"):
        bring(server, "sheep", "good")
    (tmp_path / "sheep" / verify.RECORD).write_text("[1]")
    bring(server, "sheep", "good")
    assert there(tmp_path / "sheep") == {SHEEP: other}, "a damaged record is none"


def test_sheep_that_were_put_there_by_hand_are_not_said_to_be_verified(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_sets.write("sheep", tmp_path / "sheep")
    assert bring(server, "sheep", "good") == [f"{SHEEP}: already here, with no known checksum to verify it by"]


@pytest.mark.parametrize("wrong", [b"<html>", b"\x93NUMPY\x01\x00"])
def test_the_first_sheep_must_be_sheep(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: bytes
) -> None:
    official(monkeypatch, "sheep")
    Server.files[SHEEP] = wrong
    with pytest.raises(DataError, match="the file is damaged"):
        bring(server, "sheep", "good")
    assert there(tmp_path / "sheep") == {} and not (tmp_path / "sheep" / verify.RECORD).exists()


def test_gzipped_checksums_are_of_the_gzipped_file(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KMNIST: the same pictures, packed by another, cannot be told."""
    files = official(monkeypatch, "kmnist")
    name = next(iter(files))
    Server.files[name] = small_sets.pack(small_sets.contents("kmnist")[name.removesuffix(".gz")]) + b""
    assert all("verified" in line for line in bring(server, "kmnist", "good"))
    assert data.load("kmnist").facts["pictures"] == "KMNIST"
    (tmp_path / "kmnist" / name).unlink()
    Server.files[name] = small_sets.contents("kmnist")[name.removesuffix(".gz")]
    with pytest.raises(DataError, match="its SHA-256 is not KMNIST's"):
        bring(server, "kmnist", "good")


EMNIST = ("emnist_letters", "emnist_digits")


@pytest.mark.parametrize("kind", ["good", "thirds"])
def test_one_archive_brings_letters_and_digits(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    entries = small_sets.members(*EMNIST)
    archive = archived(monkeypatch, small_sets.zipped(entries | {"gzip/emnist-balanced.gz": b"x"}), *EMNIST)
    said = bring(server, "emnist_letters", kind)
    assert said[-1] == f"gzip.zip: fetched from {server}/{kind}/, verified"
    assert there(tmp_path / "emnist") == {path.removeprefix("gzip/"): content for path, content in entries.items()}
    assert archive.name not in there(tmp_path / "emnist"), "it is not needed any more"
    Server.asked.clear()
    assert len(bring(server, "emnist_digits", kind)) == 4 and not Server.asked
    for name in EMNIST:
        assert len(data.load(name).train.samples) == 60
    unpacked = {file: small_sets.sha256(text) for name in EMNIST for file, text in small_sets.contents(name).items()}
    assert json.loads((tmp_path / "emnist" / verify.RECORD).read_text()) == unpacked
    damaged = tmp_path / "emnist" / "emnist-digits-test-labels-idx1-ubyte.gz"
    damaged.write_bytes(small_sets.pack(b"\0\0\x08\x01\0\0\0\x1e" + bytes(30)))
    assert "fetched from" in bring(server, "emnist_digits", "good")[-1], "good files of its format are not enough"
    assert damaged.read_bytes() == entries[f"gzip/{damaged.name}"]
    raw = damaged.with_suffix("")
    raw.write_bytes(b"damaged")
    assert "fetched from" in bring(server, "emnist_digits", "good")[-1] and not raw.exists(), "it is taken first"
    assert "verified" in bring(server, "emnist_digits", "missing")[-1]


def test_an_archive_of_unknown_files_must_be_the_published_one(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = small_sets.members(*EMNIST)
    archive = archived(monkeypatch, small_sets.zipped(entries), *EMNIST)
    Server.files[archive.name] = small_sets.zipped(entries | {"another": b""})
    with pytest.raises(DataError, match="the archive is damaged: its SHA-256 is not the published one"):
        bring(server, "emnist_letters", "good")
    assert there(tmp_path / "emnist") == {}


def test_an_archive_of_known_files_may_come_from_anywhere(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = small_sets.members("cifar10")
    archive = archived(monkeypatch, small_sets.tarred({**entries}), "cifar10")
    Server.files[archive.name] = small_sets.tarred({"cifar-10-batches-bin/readme.html": b"hello", **entries})
    bring(server, "cifar10", "missing", "good")
    assert there(tmp_path / "cifar10") == small_sets.contents("cifar10")
    assert data.load("cifar10").facts["pictures"] == "CIFAR-10"


def link(name: str, kind: bytes = tarfile.SYMTYPE, to: str = "/etc/passwd") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


FIRST = "cifar-10-batches-bin/data_batch_1.bin"
HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "a link": ({FIRST: link(FIRST)}, "data_batch_1.bin is no file"),
    "a hard link": ({FIRST: link(FIRST, tarfile.LNKTYPE, "/etc/passwd")}, "data_batch_1.bin is no file"),
    "a device": ({FIRST: link(FIRST, tarfile.CHRTYPE)}, "data_batch_1.bin is no file"),
    "a folder": ({FIRST: link(FIRST, tarfile.DIRTYPE)}, "data_batch_1.bin is no file"),
    "too long": ({FIRST: bytes(100_000)}, "data_batch_1.bin is too long: more than 62,582 bytes"),
    "too short": ({FIRST: b"short"}, "data_batch_1.bin in it is damaged: its SHA-256 is not CIFAR-10's"),
    "another name": ({FIRST: None, "data_batch_1.bin": b"x"}, f"the archive has no {FIRST}"),
    "an absolute name": ({FIRST: None, f"/{FIRST}": b"x"}, f"the archive has no {FIRST}"),
    "many": ({f"m{number}": b"" for number in range(1001)}, "more than 1,000 members"),
    "a bomb": ({"zeros": bytes(30_000_000)}, "the archive is too long: more than"),
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_tar_brings_nothing(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: str
) -> None:
    changes, reason = HOSTILE[hostile]
    entries = small_sets.members("cifar10")
    archive = archived(monkeypatch, small_sets.tarred({**entries}), "cifar10")
    changed = {name: content for name, content in {**changes, **entries, **changes}.items() if content is not None}
    Server.files[archive.name] = small_sets.tarred(changed)
    monkeypatch.setattr("gancli.data.mirrors.Ways.archive_bounds", lambda self, a: self.bounds(self.info.files[0]).__class__(
        10_000_000, 10.0, 10.0))  # fmt: skip
    result = gancli("data", "fetch", "cifar10", "--mirror", f"{server}/good")
    assert result.exit_code == 2 and reason in result.stderr and "Traceback" not in result.output, result.output
    assert there(tmp_path / "cifar10") == {}


def test_paths_of_an_archive_are_not_followed(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries: dict[str, Any] = {"../../escaped": b"x", "/tmp/gancli-escaped": b"x", "cifar-10-batches-bin/../../e": b"x"}
    entries["evil"] = link("evil", to="..")
    entries["evil/escaped"] = b"x"
    archived(monkeypatch, small_sets.tarred({**entries, **small_sets.members("cifar10")}), "cifar10")
    bring(server, "cifar10", "good")
    assert there(tmp_path / "cifar10") == small_sets.contents("cifar10")
    names = {path.name for path in tmp_path.rglob("*")} | {path.name for path in tmp_path.parent.iterdir()}
    assert not names & {"escaped", "e", "evil"} and not Path("/tmp/gancli-escaped").exists()


@pytest.mark.parametrize(
    "harm", ["cut short", "no gzip", "a broken stream", "an encrypted zip", "a zip cut short", "twice"]
)
def test_a_broken_archive_is_lost(tmp_path: Path, harm: str) -> None:
    entries = {"a/b": b"content" * 1000}
    tar, zip_file = small_sets.tarred({**entries}), small_sets.zipped(entries)
    contents = {
        "cut short": tar[: len(tar) // 2],
        "no gzip": b"<html>",
        "a broken stream": tar[:20] + b"\xff" * 20 + tar[40:],
        "an encrypted zip": zip_file.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
        ),
        "a zip cut short": zip_file[: len(zip_file) // 2],
        "twice": small_sets.tarred({"./a/b": b"x", "a/b": b"y", "c": b""}),
    }
    (tmp_path / "archive").write_bytes(contents[harm])
    wanted = {"a/b": (tmp_path / "out", 7000), "c/d": (tmp_path / "other", 10)}
    with pytest.raises(Lost, match="the archive"):
        (archives.from_zip if "zip" in harm and harm != "no gzip" else archives.from_tar)(tmp_path / "archive", wanted)


def test_a_zip_is_taken_from_by_name_and_size(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(small_sets.zipped({"a/b": bytes(1000), "a/../b": b"x", "a/c/": b""}))
    archives.from_zip(tmp_path / "archive", {"a/b": (tmp_path / "b", 1000)})
    assert (tmp_path / "b").read_bytes() == bytes(1000)
    for member, most, reason in (
        ("a/b", 999, "too long: more than 999"),
        ("a/d", 9, "has no a/d"),
        ("a/c/", 9, "no file"),
    ):
        with pytest.raises(Lost, match=reason):
            archives.from_zip(tmp_path / "archive", {member: (tmp_path / f"out{most}", most)})


def test_several_sets_are_fetched_at_once(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official(monkeypatch, "fashion_mnist"), official(monkeypatch, "sheep")
    result = gancli("data", "fetch", "fashion_mnist", "sheep", "--mirror", f"{server}/good")
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(tmp_path / "fashion_mnist"), str(tmp_path / "sheep")]
    assert gancli("data", "fetch").exit_code == 2
