"""The standard streams, such that no print fails, dies on no terminal, and moves no cursor."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Any, TextIO

ESCAPED = {
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for code in (*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}
"""Characters that move the cursor, colour the terminal or turn a line around, as they would be written in Python."""


def escaped(text: Any) -> str:
    """Text without control characters but for new lines and tabs: names and files may come from elsewhere."""
    return str(text).translate(ESCAPED)


class _Lasting:
    """Standard error that takes what is written when nobody can read it any more."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, escaped but for what a progress bar needs, if that can be done."""
        try:
            self._stream.write(text.translate(ESCAPED | {ord("\r"): "\r"}))
        except (OSError, ValueError):
            forget(self._stream)
        return len(text)

    def flush(self) -> None:
        """Likewise."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            forget(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def forget(stream: Any) -> None:
    """Send what a stream still holds, and all that comes, nowhere; else its end would be an error too."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def lasting_streams() -> None:
    """Make the three standard streams such that no print fails: closed ones lead nowhere, what cannot be encoded is
    escaped, and standard error never raises."""  # fmt: skip
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with contextlib.suppress(OSError):
            try:
                os.fstat(number)
            except OSError:  # closed: the next file that is opened would get its number, and be written to
                os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w" if number else "r", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not isinstance(sys.stderr, _Lasting):
        sys.stderr = _Lasting(sys.stderr)
