"""One file over HTTP, as its bytes are: no more of them than it may have, in no more time than it may take.

A download that breaks off leaves what arrived where the server can send the rest (HTTP ranges) and names the version of
its file (ETag, or a date), which is asked for by name: of another version comes all of it. The note beside the file
says the version.
"""

import contextlib
import json
from pathlib import Path

from gancli.data.receive import Bounds, BrokenOff, Known, Lost, Received

__all__ = ["Bounds", "BrokenOff", "Lost", "discard", "download", "note", "sweep"]


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


def _known(url: str, target: Path) -> Known | None:
    """What is here of the file at `url`, if anything."""
    try:
        found = json.loads(note(target).read_bytes())
        known = Known(target.stat().st_size, str(found["validator"]), found["length"])
        return known if found["url"] == url and known.size else None
    except Exception:  # no note, or a damaged one
        return None


def _download(url: str, target: Path, bounds: Bounds, progressbar: bool, name: str, here: Known | None) -> bool:
    from tqdm import tqdm

    received = Received(url, bounds, here)
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


def sweep(folder: Path) -> None:
    """Remove what no download can go on with from a folder of such files, and the folder where nothing is left."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.suffix != ".json" and not note(path).exists():
                path.unlink()
        folder.rmdir()
