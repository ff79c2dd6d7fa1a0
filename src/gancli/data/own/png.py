"""A shorter way into small, plain PNGs, for which Pillow spends most of its time in Python; the pixels are the same.

Whatever is not plain, or looks damaged, goes the long way, which says what is wrong with it.
"""

import struct
import zlib

from PIL import Image

SMALL = 1 << 15
"""Bytes of a file, from which on Pillow's own way costs little; a larger buffer costs more than the reading."""
MODES = {0: "L", 2: "RGB"}
"""By the colour type, for 8 bits a value."""
PLAIN = (b"gAMA", b"sRGB", b"pHYs", b"tIME", b"cHRM", b"sBIT", b"bKGD")
"""Chunks that change no pixel."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pixels(path: str, most: int) -> Image.Image | None:
    """The picture of mode L or RGB, or None where it is to be opened in the usual way; `most` are its pixels."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path takes as long as the rest
            content = file.read(SMALL)
        if content[:8] != SIGNATURE or len(content) == SMALL:
            return None
        width, height, depth, colour, *ways = struct.unpack_from(">2I5B", content, 16)
        if depth != 8 or colour not in MODES or any(ways) or not 0 < width * height <= most:
            return None
        packed = _packed(content)
        if packed is None:
            return None
        return Image.frombytes(MODES[colour], (width, height), packed, "zip", MODES[colour], 0)
    except Exception:  # Pillow's own way says what
        return None


def _packed(content: bytes) -> bytes | None:
    """The packed pixels of all IDAT chunks, their checksums compared; None where another chunk may matter.

    Raises struct.error where the file is cut short.
    """
    place, packed = 8, []
    while True:
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 8 + length
        if zlib.crc32(content[place + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
            return None
        if kind == b"IDAT":
            packed.append(content[place + 8 : end])
        elif kind == b"IEND":
            return b"".join(packed)
        elif kind not in PLAIN and (kind != b"IHDR" or place != 8):
            return None
        place = end + 4
