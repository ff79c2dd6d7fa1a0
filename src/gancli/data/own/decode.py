"""One picture file → grey or colour pixels of the size asked for; Pillow decodes."""

import contextlib
import functools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from gancli.data.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
MAX_PIXELS = 50_000_000
"""Of one picture; a larger one is refused before it is unpacked."""
GREY = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N")
"""Modes of Pillow that have no colours."""
TURNED = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")
"""Where a picture says how the camera was held."""


class Unreadable(Exception):
    """A file that is damaged, or no picture; the message says how."""


class Colourful(Exception):
    """A picture with colours, where grey ones were expected."""


@dataclass(frozen=True)
class Wanted:
    """What all pictures become."""

    height: int
    width: int
    channels: int
    cropped: bool
    """Are pictures of other sizes cropped and resized? Else they are errors."""
    strict: bool
    """Is a picture with colours a `Colourful`, where grey is wanted?"""


@dataclass(frozen=True)
class Decoded:
    """A picture of mode L or RGB, and what was done to it."""

    image: Image.Image
    height: int
    width: int
    """Before it was resized, upright."""
    grey: bool
    flattened: bool
    """Was something of it transparent?"""

    def fitted(self, wanted: Wanted, path: str) -> bytes:
        """Pixels (height, width, channels), one byte a value. Raises DataError, Colourful."""
        if wanted.strict and wanted.channels == 1 and not self.grey:
            raise Colourful
        image = self.image
        mode = "L" if wanted.channels == 1 else "RGB"
        if image.mode != mode:
            image = image.convert(mode)
        if (self.height, self.width) != (wanted.height, wanted.width):
            if not wanted.cropped:
                raise DataError(
                    f"{path}: is {self.height}×{self.width} (height×width), while others are "
                    f"{wanted.height}×{wanted.width}; say to what size all are cropped, e.g. "
                    f"`size: [{wanted.height}, {wanted.width}]`"
                )
            image = ImageOps.fit(image, (wanted.width, wanted.height), Image.Resampling.LANCZOS)
        return image.tobytes()


def quiet() -> warnings.catch_warnings:
    """Pillow's warnings about odd files, which would go between the lines of the log; for all threads."""
    return warnings.catch_warnings(action="ignore")


def decode(path: str) -> Decoded:
    """A picture of a file, upright, on white where it is transparent, with 8 bits a value.

    Raises Unreadable; DataError for one of too many pixels.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large(path, f"{image.height:,d}×{image.width:,d}")
            image.load()
            return _upright(image)
    except Image.DecompressionBombError:
        raise _too_large(path, "far more") from None
    except DataError:
        raise
    except UnidentifiedImageError:
        raise Unreadable("is no PNG, JPEG, WebP or BMP") from None
    except Exception as error:  # Pillow raises whatever a damaged file leads to
        raise Unreadable(" ".join(str(error).split())[:200] or type(error).__name__) from None


def _too_large(path: str, what: str) -> DataError:
    return DataError(f"{path}: has too many pixels ({what}); at most {MAX_PIXELS:,d} are read: shrink it or remove it")


def _upright(image: Image.Image) -> Decoded:
    if any(key in image.info for key in TURNED):
        with contextlib.suppress(Exception):  # a camera's note that is damaged: the picture is taken as it is
            image = ImageOps.exif_transpose(image)
    grey = image.mode in GREY
    flat, flattened = _flat(image)
    return Decoded(flat, image.height, image.width, grey, flattened)


def _flat(image: Image.Image) -> tuple[Image.Image, bool]:
    """Of mode L or RGB, and whether it was laid on white."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image, False
    if image.mode.startswith("I"):
        return Image.fromarray(_eight_bits(np.asarray(image))), False
    mode = "L" if image.mode in GREY else "RGB"
    if image.mode not in ("LA", "La", "PA", "RGBA", "RGBa") and "transparency" not in image.info:
        return image.convert(mode), False
    coloured = image.convert("RGBA")
    if coloured.getchannel("A").getextrema()[0] == 255:  # nothing of it is transparent
        return coloured.convert(mode), False
    return Image.alpha_composite(_white(coloured.size), coloured).convert(mode), True


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """16-bit values (height, width) → the nearest of 8 bits: 65535 is 255."""
    scaled: NDArray[np.uint32] = (np.clip(values, 0, 65535).astype(np.uint32) * 255 + 32767) // 65535
    return scaled.astype(np.uint8)


@functools.lru_cache(maxsize=1)
def _white(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGBA", size, "white")
