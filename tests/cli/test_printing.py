"""What is printed, in which form and on which stream, and what becomes of it where nobody can read it."""

import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.stand_ins import Terminal
from gancli.cli import output
from gancli.cli.output import print_json, print_rows, say, say_path, warn
from gancli.cli.streams import forget, lasting_streams


class Failing(io.StringIO):
    """A stream that cannot be written, over a file descriptor of its own."""

    def __init__(self, number: int, descriptor: int = -1):
        super().__init__()
        self._number, self._descriptor = number, descriptor

    def write(self, text: Any) -> int:
        raise OSError(self._number, os.strerror(self._number))

    def flush(self) -> None:
        raise OSError(self._number, os.strerror(self._number))

    def fileno(self) -> int:
        return self._descriptor


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    """Of a file `kept` that is open for writing."""
    number = os.open(tmp_path / "kept", os.O_WRONLY | os.O_CREAT)
    yield number
    os.close(number)


def lowest() -> int:
    """The file descriptor that would be given next."""
    number = os.open(os.devnull, os.O_RDONLY)
    os.close(number)
    return number


def leads_nowhere(number: int) -> bool:
    return os.fstat(number).st_rdev == os.stat(os.devnull).st_rdev


def text_file(encoding: str | None) -> tuple[Any, Callable[[], bytes]]:
    """Standard output in an encoding, or of none, and what has been written to it."""
    if encoding is None:
        plain = io.StringIO()
        return plain, lambda: plain.getvalue().encode()
    raw = io.BytesIO()
    wrapper = io.TextIOWrapper(raw, encoding=encoding, newline="")
    return wrapper, raw.getvalue


def test_a_line_goes_to_standard_output_unless_it_is_for_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b")
    say("b", nl=False)
    say()
    say("c", err=True)
    warn(["twice", 5, "twice"])
    assert capsys.readouterr() == ("a\\x1b\nb\n", "c\nwarning: twice\nwarning: 5\n")


@pytest.mark.parametrize(("number", "raised"), [(number, False) for number in output.GONE] + [(errno.ENOSPC, True)])
@pytest.mark.parametrize("err", [False, True])
def test_a_line_that_nobody_can_read_is_forgotten_but_a_full_disk_is_an_error(
    number: int, raised: bool, err: bool, descriptor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(number, descriptor))
    monkeypatch.setattr(sys, "stderr", Failing(number))
    if raised:
        with pytest.raises(OSError, match="No space"):
            say("x", err=err)
    else:
        say("x", err=err)
    assert leads_nowhere(descriptor), "what it still holds would be an error at the end"


def test_a_path_is_printed_as_the_bytes_of_its_name_and_on_a_terminal_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    say_path(Path("r\udcff/\x1b[2J"))
    assert raw.getvalue() == b"r\xff/\x1b[2J\n"
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    say_path(Path("r/\x1b[2J"))
    assert terminal.getvalue() == "r/\\x1b[2J\n"


@pytest.mark.parametrize(("number", "said"), [(errno.EPIPE, False), (errno.EIO, False), (errno.ENOSPC, True)])
def test_a_path_that_cannot_be_printed_is_said_elsewhere_and_undoes_no_work(
    number: int, said: bool, descriptor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(number, descriptor))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    say_path(Path("runs/mine"))
    assert leads_nowhere(descriptor)
    text = sys.stderr.getvalue()
    assert (text.endswith(": runs/mine\n") and os.strerror(number) in text) if said else text == ""


@pytest.mark.parametrize(
    ("encoding", "accent"), [("utf-8", "é"), ("UTF-16", "é"), ("latin-1", "\\u00e9"), ("ascii", "\\u00e9"), (None, "\\u00e9")]
)  # fmt: skip
def test_json_is_indented_and_escaped_where_it_cannot_be_shown(
    encoding: str | None, accent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, written = text_file(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    data = {"a": "é\u202e\x9b\udcff\n", "b": [float("nan"), float("-inf"), 1.5]}
    print_json(data)
    stream.flush()
    text = written().decode(encoding or "utf-8")
    unseen = "\\u202e\\u009b\\udcff\\n"
    assert text == f'{{\n  "a": "{accent}{unseen}",\n  "b": [\n    null,\n    null,\n    1.5\n  ]\n}}\n'
    assert json.loads(text) == {**data, "b": [None, None, 1.5]}


def test_what_is_forgotten_goes_nowhere_and_takes_no_descriptor(tmp_path: Path, descriptor: int) -> None:
    free = lowest()
    with open(descriptor, "w", closefd=False, encoding="utf-8") as stream:
        stream.write("held")
        forget(stream)
        assert lowest() == free
        print("more", file=stream, flush=True)
        assert leads_nowhere(descriptor)
    assert (tmp_path / "kept").read_bytes() == b""


def test_a_stream_that_is_closed_or_has_no_file_can_be_forgotten(descriptor: int) -> None:
    with open(os.devnull, encoding="utf-8") as closed:
        pass
    forget(closed)
    forget(io.StringIO())
    forget(Failing(errno.EBADF, -1))


@pytest.mark.parametrize("broken", [Failing(errno.EPIPE), Failing(errno.ENOSPC), None])
def test_standard_error_never_raises(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken is None:
        broken = io.StringIO()
        broken.close()
    monkeypatch.setattr(sys, "stderr", broken)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    lasting_streams()
    assert sys.stderr.write("four") == 4
    sys.stderr.flush()
    say("more", err=True)


@pytest.mark.parametrize("method", ["write", "flush"])
def test_standard_error_that_is_gone_leads_nowhere(
    method: str, descriptor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Failing(errno.EPIPE, descriptor))
    lasting_streams()
    sys.stderr.write("x") if method == "write" else sys.stderr.flush()
    assert leads_nowhere(descriptor)


def test_standard_error_shows_a_bar_and_moves_no_cursor_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[bool] = []
    stream = Terminal()
    monkeypatch.setattr(stream, "flush", lambda: flushed.append(True))
    monkeypatch.setattr(sys, "stderr", stream)
    lasting_streams()
    lasting = sys.stderr
    lasting_streams()
    assert sys.stderr is lasting, "wrapped once"
    assert lasting is not stream and lasting.isatty()
    lasting.write("\r10 %\x1b[31m\n")
    lasting.flush()
    assert stream.getvalue() == "\r10 %\\x1b[31m\n" and flushed == [True]


def test_what_a_stream_cannot_encode_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raws = {name: io.BytesIO() for name in ("stdout", "stderr")}
    for name, raw in raws.items():
        monkeypatch.setattr(sys, name, io.TextIOWrapper(raw, encoding="ascii"))
    lasting_streams()
    say("é")
    say("ö", err=True)
    assert [raw.getvalue() for raw in raws.values()] == [b"\\xe9\n", b"\\xf6\n"]


def test_streams_that_are_not_there_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    lasting_streams()
    opened = [sys.stdin, sys.stdout, sys.stderr]
    try:
        assert sys.stdin.read() == ""
        print("x", flush=True)
        print("x", file=sys.stderr, flush=True)
        assert all(leads_nowhere(stream.fileno()) for stream in opened)
    finally:
        for stream in opened:
            stream.close()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_number_of_a_closed_stream_is_taken_before_a_file_gets_it(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    free, saved = lowest(), os.dup(number)
    os.close(number)
    try:
        lasting_streams()
        nowhere = leads_nowhere(number)
        if nowhere:
            os.write(number, b"x")
            assert os.read(number, 1) == b""
    finally:
        os.dup2(saved, number)
        os.close(saved)
    assert nowhere and lowest() == free, "and nothing else is opened"


def test_a_table_has_a_line_for_each_row_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"a": "x\ty\nz\x1b", "b": None, "c": 0}, {"c": float("inf"), "b": "\\t"}], "table")
    lines = [("a", "b", "c"), ("x\\ty\\nz\\x1b", "", "0"), ("", "\\t", "")]
    assert capsys.readouterr().out.splitlines() == [f"{a:11}  {b:2}  {c}".rstrip() for a, b, c in lines]
